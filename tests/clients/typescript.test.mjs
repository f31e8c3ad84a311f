// @callboard/api as a stranger gets it: the packed tarball in an empty project, against the running server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { cuttingProxy, installed, ROOT, said, Server } from "./rig.mjs";

const QUICK = { baseMs: 5, maxMs: 20, honourServer: false };
const COUNT = 1_000;
const BATCH = 50;

let project;
let api;

before(async (t) => {
  project = installed(t);
  api = await import(pathToFileURL(join(project, "node_modules/@callboard/api/index.js")));
});

const connect = (server, url = server.url, more = {}) =>
  api.connect({ url, apiKey: server.apiKey, backoff: QUICK, ...more });

/** Says a thousand things, then ends the call. */
async function writeAll(client, sessionId) {
  for (let first = 1; first <= COUNT; first += BATCH) {
    const drafts = Array.from({ length: BATCH }, (_, index) => said(sessionId, first + index));
    const results = await client.events.ingestBatch(drafts);
    assert.ok(results.every((each) => "event" in each));
  }
  await client.sessions.end(sessionId);
}

/** call.started, the thousand, call.ended: each once and in order. */
function check(got) {
  assert.deepEqual(
    got.map((event) => event.sequence),
    Array.from({ length: COUNT + 2 }, (_, index) => index + 1),
  );
  assert.deepEqual(
    got.slice(1, -1).map((event) => event.payload.text),
    Array.from({ length: COUNT }, (_, index) => `Grüße № ${index + 1}`),
  );
}

async function collect(iterable) {
  const all = [];
  for await (const each of iterable) all.push(each);
  return all;
}

test("types and modules resolve in a project of Node, and react is needed for its hooks alone", () => {
  assert.ok(!existsSync(join(project, "node_modules/react")));
  writeFileSync(
    join(project, "program.ts"),
    `import { connect, verifyWebhook, type CallEvent, type Schemas } from "@callboard/api";
     const client = connect();
     export async function main(): Promise<void> {
       const session: Schemas["Session"] = await client.sessions.create({ metadata: { title: "x" } });
       for await (const event of client.events.follow(session.sessionId)) { const each: CallEvent = event; void each.sequence; }
       for await (const listed of client.sessions.list({ status: "active" })) void listed.sessionId;
       // @ts-expect-error: there is no such status
       client.sessions.list({ status: "gone" });
       void (await verifyWebhook("", {}, "")).data.type;
     }\n`,
  );
  const config = { target: "ES2022", module: "NodeNext", strict: true, noEmit: true, lib: ["ES2023", "DOM", "DOM.Iterable"], types: [] };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: config, files: ["program.ts"] }));
  execFileSync(process.execPath, [join(ROOT, "web/node_modules/typescript/bin/tsc"), "-p", project], { stdio: "inherit" });
  symlinkSync(join(ROOT, "web/node_modules/react"), join(project, "node_modules/react"));
  const show = `import("@callboard/api/react").then((module) => console.log(typeof module.useSession))`;
  assert.equal(execFileSync(process.execPath, ["-e", show], { cwd: project, encoding: "utf8" }).trim(), "function");
});

test("a call from creation to outcome", async (t) => {
  const server = await Server.start(t);
  const client = connect(server);
  const session = await client.sessions.create({ correlationId: "order-7", metadata: { title: "First", drop: 1 } });
  const { sessionId } = session;
  const changed = await client.sessions.update(sessionId, { drop: null, n: 2 }, session.version);
  assert.deepEqual(changed.metadata, { title: "First", n: 2 });
  await assert.rejects(client.sessions.update(sessionId, { late: 1 }, session.version), { code: "PRECONDITION_FAILED" });
  assert.equal((await client.sessions.activate(sessionId, { provider: "pstn" })).status, "active");
  const link = await client.sessions.joinLinks.create(sessionId, { displayName: "Ann" });
  assert.match(link.joinUrl, /\/join#/);
  assert.deepEqual((await collect(client.sessions.joinLinks.list(sessionId))).map((each) => each.linkId), [link.linkId]);
  await client.sessions.joinLinks.revoke(sessionId, link.linkId);
  const first = await client.events.ingest(said(sessionId, 1));
  const again = await client.events.ingest({ ...said(sessionId, 1), eventId: first.event.eventId });
  assert.deepEqual([again.deduped, again.event.sequence], [true, first.event.sequence]);
  assert.equal((await client.events.checkpoint(sessionId, "c", 2)).outcome, "advanced_sequence");
  assert.equal((await client.sessions.end(sessionId, "completed")).endReason, "completed");
  const log = await collect(client.events.replay(sessionId, { pageSize: 2 }));
  assert.deepEqual(
    log.map((event) => event.type),
    ["call.started", "call.connected", "transcript.final", "call.ended"],
  );
  assert.deepEqual(await collect(client.events.export(sessionId)), log);
  assert.equal((await client.transcripts.get(sessionId)).segments[0].text, "Grüße № 1");
  assert.match(await client.transcripts.text(sessionId, "srt"), /Grüße № 1/);
});

test("lists, replays, keys and refusals", async (t) => {
  const server = await Server.start(t);
  const client = connect(server);
  const names = [];
  for (let i = 0; i < 7; i++) names.unshift((await client.sessions.create({ correlationId: "many" })).sessionId);
  const listed = client.sessions.list({ correlationId: "many", limit: 3 });
  assert.deepEqual((await collect(listed)).map((each) => each.sessionId), names);
  assert.deepEqual((await collect(listed.pages())).map((page) => page.items.length), [3, 3, 1]);
  const key = await client.apiKeys.create({ name: "reader", scopes: ["calls:read"] });
  const reader = connect({ ...server, apiKey: key.secret }, server.url);
  await assert.rejects(reader.sessions.create(), { status: 403 });
  await client.apiKeys.revoke(key.key.keyId);
  await assert.rejects(reader.me(), { status: 401 });
  await assert.rejects(client.sessions.get("no-such-call"), { code: "NOT_FOUND", retryable: false });
  await assert.rejects(collect(reader.events.follow(names[0])), { status: 401 });
  await assert.rejects(collect(client.events.follow("no-such-call")), { status: 404 });
  const once = { idempotencyKey: "one" };
  const made = await client.sessions.create({ metadata: { a: 1 } }, once);
  assert.deepEqual(await client.sessions.create({ metadata: { a: 1 } }, once), made);
  await assert.rejects(client.sessions.create({ metadata: { a: 2 } }, once), { code: "IDEMPOTENCY_CONFLICT" });
  const { sessionId } = made;
  await client.events.ingestBatch(Array.from({ length: 25 }, (_, index) => said(sessionId, index + 1)));
  const seen = [];
  for await (const event of client.events.replay(sessionId, { pageSize: 10 })) {
    seen.push(event.sequence);
    if (event.sequence === 5) await client.events.ingest(said(sessionId, 100));
  }
  assert.equal(seen.length, 26);
});

for (const seed of [1, 2, 3]) {
  test(`cuts at any byte lose and repeat nothing (seed ${seed})`, { timeout: 60_000 }, async (t) => {
    const server = await Server.start(t);
    const proxy = await cuttingProxy(t, server.port, seed);
    const direct = connect(server);
    const { sessionId } = await direct.sessions.create();
    const told = new Set();
    const stream = connect(server, proxy.url).events.follow(sessionId, { onRetry: (error) => told.add(error.code) });
    const [got] = await Promise.all([collect(stream), writeAll(direct, sessionId)]);
    check(got);
    assert.equal(stream.closedReason, "session_over");
    assert.ok(proxy.cuts >= 20, `${proxy.cuts} cuts`);
    assert.deepEqual([...told], ["NETWORK"]);
  });
}

test("a server that is killed and comes back is followed on", { timeout: 60_000 }, async (t) => {
  const server = await Server.start(t);
  const { sessionId } = await connect(server).sessions.create();
  const got = [];
  const writing = writeAll(connect(server, server.url, { retries: 500 }), sessionId);
  for await (const event of connect(server).events.follow(sessionId)) {
    got.push(event);
    if (![100, 400, 700].includes(got.length)) continue;
    await server.end("SIGKILL");
    await server.start();
  }
  await writing;
  check(got);
});

test("everything of the tenant by cursor, through cuts", { timeout: 60_000 }, async (t) => {
  const server = await Server.start(t);
  const proxy = await cuttingProxy(t, server.port, 5);
  const direct = connect(server);
  const { sessionId } = await direct.sessions.create();
  const first = await direct.events.followAll().open();
  await direct.events.ingest(said(sessionId, 0));
  assert.equal((await first.next()).value.sequence, 2);
  first.close();
  await writeAll(direct, sessionId);
  const got = [];
  for await (const event of connect(server, proxy.url).events.followAll({ cursor: first.lastEventId })) {
    got.push(event.sequence);
    if (event.type === "call.ended") break;
  }
  assert.deepEqual(got, Array.from({ length: COUNT + 1 }, (_, index) => index + 3));
  assert.ok(proxy.cuts >= 20, `${proxy.cuts} cuts`);
});

test("what is new is not lost by a cut before the first event", { timeout: 60_000 }, async (t) => {
  const server = await Server.start(t);
  const direct = connect(server);
  const { sessionId } = await direct.sessions.create();
  // Cut right after the greeting, which alone tells where the stream begins.
  const proxy = await cuttingProxy(t, server.port, 6, { longest: 1_000_000, firstAfter: "\nid: 1\n\n" });
  const stream = await connect(server, proxy.url).events.follow(sessionId, { afterSequence: null }).open();
  await direct.events.ingest(said(sessionId, 1));
  await direct.sessions.end(sessionId);
  assert.deepEqual((await collect(stream)).map((event) => event.sequence), [2, 3]);
  assert.equal(proxy.cuts, 1);
});
