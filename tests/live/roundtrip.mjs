// The real round trip: livekit-server, Callboard, two people with browsers of their own, an audible microphone each.
//
//   node roundtrip.mjs [--report FILE]            the journey, on loopback, with cuts through proxies of our own
//   node roundtrip.mjs --muted                    one person muted on purpose: the media assertion must fail
//   node roundtrip.mjs --external                 against LIVEKIT_URL; signalling is cut in the page instead
//
// The expected log stands below, written by hand before the first run. The report says what ran and how long it took.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { startStage } from "./lib/stage.mjs";
import { assertSequence, assertWellFormed } from "./lib/sequence.mjs";
import { ROOT, runCallboard } from "./lib/processes.mjs";
import * as join_ from "./lib/join-page.mjs";
import { enter } from "./lib/people.mjs";
import { until } from "./lib/until.mjs";

const { values: options } = parseArgs({
  options: { report: { type: "string" }, muted: { type: "boolean", default: false }, external: { type: "boolean", default: false } },
});

const CAPTION = "Could you hear the second half of that?";
const isText = (value) => typeof value === "string" && value.trim() !== "";
const isInstant = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);

/** What the log must be, from what happens: Ann joins, Ben joins, Ann types, Ben is cut, Ann crashes, Ben leaves. */
function expectedLog({ sessionId, ann, ben }) {
  const call = { callId: sessionId };
  const by = (person) => ({ ...call, participantId: person });
  return [
    { type: "call.started", payload: { ...call, channel: "voice", direction: "inbound", provider: "livekit" } },
    { type: "call.connecting", payload: call },
    { type: "call.participant.joined", payload: { ...by(ann), identity: `caller_${ann}`, kind: "standard", role: "caller", name: "Ann" } },
    { type: "call.connected", payload: { ...call, connectedAt: isInstant } },
    { type: "call.track.published", payload: { ...by(ann), kind: "audio", trackId: isText } },
    { type: "call.participant.joined", payload: { ...by(ben), identity: `caller_${ben}`, kind: "standard", role: "caller", name: "Ben" } },
    { type: "call.track.published", payload: { ...by(ben), kind: "audio", trackId: isText } },
    { type: "transcript.final", payload: { participantId: ann, speaker: "user", text: CAPTION, source: "typed" } },
    // Nothing of this reaches LiveKit's webhooks: Ben's page tells it.
    { type: "call.reconnecting", payload: { ...by(ben), attempt: 1, reportedBy: isText } },
    { type: "call.resumed", payload: { ...by(ben), gapMs: (value) => Number.isInteger(value) && value > 0, reportedBy: isText } },
    // A crash shows after 20.8 s: first the track, then the loss, then the window (10 s) runs out.
    { type: "call.track.unpublished", payload: { ...by(ann), kind: "audio" } },
    { type: "call.reconnecting", payload: { ...by(ann), attempt: 1 } },
    { type: "call.participant.left", payload: by(ann) },
    // Ben says so before he goes, and he was the last caller.
    { type: "call.participant.left", payload: by(ben) },
    { type: "call.ended", payload: { ...call, endReason: "user_hangup", durationMs: Number.isInteger, durationSeconds: Number.isInteger } },
  ];
}

const report = { what: "real round trip", startedAt: new Date().toISOString(), steps: [], versions: {} };

/** Runs one step, prints and keeps how long it took. */
async function step(name, work) {
  const begun = performance.now();
  const result = await work();
  const ms = Math.round(performance.now() - begun);
  report.steps.push({ name, ms, ...(result && typeof result === "object" ? { result } : {}) });
  console.log(`${String(ms).padStart(7)} ms  ${name}`);
  return result;
}

/** Ben loses signalling and media for `ms`; what he hears stops, his page says so, then all of it comes back. */
async function cutAndResume(stage, ann, ben, ms = 8_000) {
  const cut = await stage.cut(ben);
  const begun = performance.now();
  assert.ok(cut.sockets >= 1, "Ben's signalling connection was not found in the proxy");
  assert.ok(cut.flows >= 1, "Ben's media flow was not found in the proxy");
  await until("Ben's page says that it reconnects", () => join_.isReconnecting(ben.page), { ms: 10_000 });
  await ben.picture("roundtrip-reconnecting");
  assert.ok(await ben.isDeaf(), "Ben still heard Ann although his media was cut");
  assert.ok(await ann.isDeaf(), "Ann still heard Ben although his media was cut");
  await until(`${ms} ms have passed`, () => performance.now() - begun >= ms, { ms: ms + 1_000, every: 50 });
  stage.heal(ben);
  await join_.waitConnected(ben.page, 30_000);
  const back = Math.round(performance.now() - begun - ms);
  const [forBen, forAnn] = await Promise.all([ben.hears({ ms: 30_000 }), ann.hears({ ms: 30_000 })]);
  return { ...cut, dropped: stage.udp.dropped, cutMs: ms, backAfterMs: back, forBen, forAnn };
}

/** Away from loopback there is no proxy: the signalling socket is closed under the page's feet. */
async function cutSignalling(ben) {
  const closed = await ben.page.evaluate(() => {
    const open = window.__watched.sockets.filter((one) => one.readyState === 1 && one.url.includes("/rtc"));
    for (const one of open) one.close(4000, "cut by the test");
    return open.length;
  });
  assert.ok(closed >= 1, "Ben's signalling connection was not found");
  await until("Ben's page says that it reconnects", () => join_.isReconnecting(ben.page), { ms: 10_000, every: 20 });
  await join_.waitConnected(ben.page, 30_000);
  return ben.hears({ ms: 30_000 });
}

async function journey(stage) {
  const { api } = stage;
  const session = await step("create a session", () =>
    api.createSession({ metadata: { title: "Round trip" }, limits: { reconnectWindowMs: 10_000 } }),
  );
  const { sessionId } = session;
  const inLog = (what, test, ms = 15_000) => api.awaitEvent(sessionId, what, test, { ms });
  const published = (person) => (event) => event.type === "call.track.published" && event.payload.participantId === person.participant.participantId;
  const ann = await step("Ann joins by a link", () => enter(stage, session, "Ann", options));
  await inLog("Ann's microphone", published(ann));
  const ben = await step("Ben joins by a link", () => enter(stage, session, "Ben", options));
  await inLog("Ben's microphone", published(ben));
  const ids = { sessionId, ann: ann.participant.participantId, ben: ben.participant.participantId };
  if (options.muted) return { ...ids, muted: await mutedOnPurpose(ann, ben) };

  await step("each hears the other", async () => {
    const [forAnn, forBen] = await Promise.all([ann.hears(), ben.hears()]);
    return { forAnn, forBen };
  });
  await step("Ann types, Ben reads", async () => {
    await join_.typeCaption(ann.page, CAPTION);
    await join_.readCaption(ben.page, CAPTION);
    await inLog("the caption", (event) => event.type === "transcript.final");
  });
  await ben.picture("roundtrip-call");
  if (options.external) await step("Ben's signalling is cut and resumes", () => cutSignalling(ben));
  else await step("Ben is cut off for 8 s and resumes", () => cutAndResume(stage, ann, ben));
  await inLog("Ben's return", (event) => event.type === "call.resumed");
  await step("Ann's browser dies; her window runs out", async () => {
    ann.crash();
    await inLog("Ann's end", (event) => event.type === "call.participant.left" && event.payload.participantId === ids.ann, 60_000);
  });
  await step("Ben leaves by the button", async () => {
    await join_.leave(ben.page);
    await inLog("the end", (event) => event.type === "call.ended");
    await join_.waitEnded(ben.page);
    await ben.picture("roundtrip-ended");
  });
  await step("the log is as expected, and complete", () => verifyLog(stage, ids));
  assert.deepEqual(ben.errors, [], "errors in Ben's page");
  return ids;
}

/** The assertion itself is tested: with Ann muted, "Ben hears Ann" must fail. */
async function mutedOnPurpose(ann, ben) {
  await step("each hears the other", () => Promise.all([ann.hears(), ben.hears()]));
  await step("Ann is muted on purpose", () => join_.mute(ann.page));
  await step("the media assertion fails, as it must", async () => {
    assert.ok(await ben.isDeaf(3_000), "Ben still hears Ann");
    await assert.rejects(ben.hears({ ms: 5_000 }), /hears the other/);
  });
  return true;
}

async function verifyLog(stage, ids) {
  const { api } = stage;
  const session = await api.session(ids.sessionId);
  assert.equal(session.status, "ended");
  assert.equal(session.endReason, "user_hangup");
  await until("the room is gone from LiveKit", async () => !(await stage.rooms()).includes(session.providerRoomId), { ms: 20_000, every: 500 });
  const log = await api.events(ids.sessionId);
  report.log = log;
  assertWellFormed(log, ids.sessionId);
  assertSequence(log, expectedLog(ids), ["transcript.partial"]);
  const { segments } = await api.get(`/v1/call/sessions/${ids.sessionId}/transcript?format=json`);
  assert.deepEqual(segments.map((one) => [one.participantId, one.text, one.final]), [[ids.ann, CAPTION, true]]);
  const receipts = (await api.get(`/v1/provider/receipts?sessionId=${ids.sessionId}&limit=100`)).items;
  report.receipts = receipts.map(({ event, outcome, reason }) => ({ event, outcome, reason }));
  for (const wanted of ["room_started", "participant_joined", "track_published", "participant_left"]) {
    assert.ok(receipts.some((one) => one.event === wanted), `no webhook ${wanted} arrived`);
  }
  assert.deepEqual(receipts.filter((one) => ["failed", "refused"].includes(one.outcome)), []);
  const passwords = [...JSON.stringify(receipts).matchAll(/turnPassword\\*":\\*"([^"\\]*)/g)].map((one) => one[1]);
  assert.ok(passwords.length > 0, "the rooms of these webhooks should carry a password: is it looked for in the right place?");
  assert.deepEqual([...new Set(passwords)], ["[redacted]"], "a receipt keeps a secret of the room");
  return { events: log.length, receipts: receipts.length };
}

/** After the server has stopped: its own check of the data, and no secret in its log. */
async function verifyAfterwards(stage) {
  const how = await stage.callboard.stop();
  assert.deepEqual(how, { code: 0, signal: null }, "the server did not end cleanly on SIGTERM");
  const verified = runCallboard(["verify", "--data", stage.data]);
  assert.equal(verified.code, 0, `callboard verify: ${verified.text}`);
  const text = readFileSync(stage.callboard.log, "utf8");
  for (const [name, secret] of Object.entries(stage.secrets())) assert.ok(!text.includes(secret), `the server's log holds ${name}`);
  assert.ok(!text.includes(CAPTION), "the server's log holds what a person typed");
}

function write(outcome) {
  Object.assign(report, outcome, { endedAt: new Date().toISOString() });
  const file = join(ROOT, options.report ?? "artifacts/live/roundtrip.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`report: ${options.report ?? "artifacts/live/roundtrip.json"}`);
}

const stage = await startStage({ external: options.external });
try {
  Object.assign(report.versions, stage.versions);
  const ids = await journey(stage);
  report.versions.chromium = stage.people[0].version;
  if (!options.muted) await step("the data verifies, the log keeps no secret", () => verifyAfterwards(stage));
  write({ outcome: "passed", ids });
} catch (error) {
  await stage.explain(error);
  write({ outcome: "failed", error: String(error.stack ?? error) });
  console.error(error);
  process.exitCode = 1;
} finally {
  await stage.close();
}
