// Durability from outside: many writers, repeats, and a server that is killed twice on the way. Afterwards the log is
// compared with the writers' own record of what was acknowledged. Shares no code with the product.
//
//   node recovery.mjs [--engine sqlite|postgres] [--events 100000] [--sessions 200] [--writers 32] [--seed 1]
//
// PostgreSQL is that of CALLBOARD_TEST_POSTGRES; without --engine both run, and a missing one is a failure.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as pause } from "node:timers/promises";
import { Api, Refused } from "./lib/api.mjs";
import { freePort, ROOT, runCallboard, scratch, startCallboard } from "./lib/processes.mjs";
import { until } from "./lib/until.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string" },
    events: { type: "string", default: "100000" },
    sessions: { type: "string", default: "200" },
    writers: { type: "string", default: "32" },
    seed: { type: "string", default: "1" },
  },
});
const total = Number(values.events);
const DUPLICATES = 0.2;

/** A small repeatable generator (mulberry32). */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function makeEvent(random, sessionId, writer, number) {
  const eventId = `w${writer}-${number}-${Math.floor(random() * 2 ** 32).toString(16)}`;
  const base = { eventId, sessionId, ts: new Date(1_790_000_000_000 + number * 10).toISOString() };
  if (random() < 0.5) {
    return { ...base, type: "call.turn.owner_changed", payload: { callId: sessionId, turnId: `turn-${number}`, owner: number % 2 ? "user" : "agent" } };
  }
  const startMs = number * 10;
  return {
    ...base,
    type: "transcript.final",
    payload: { utteranceId: `u-${writer}-${number}`, speaker: "user", text: `Sentence ${number} of writer ${writer}.`, startMs, endMs: startMs + 9 },
  };
}

/** What one writer knows: every event that it made, and what it was told about it. */
class Writer {
  constructor(id, sessions, run) {
    this.id = id;
    this.random = seeded(Number(values.seed) * 1_000 + id);
    this.sessions = sessions;
    this.run = run;
    this.acknowledged = new Map();
    this.repeats = 0;
    this.unknown = 0;
  }

  /** Sends one batch until it is acknowledged; an answer that is lost or a refusal that may pass is sent again. */
  async deliver(batch) {
    for (;;) {
      try {
        const body = batch.length === 1 ? batch[0] : { events: batch };
        const answer = await new Api(this.run.url, this.run.key).post("/v1/realtime/events", body);
        const results = batch.length === 1 ? [answer] : answer.results;
        assert.equal(results.length, batch.length, "one outcome per event");
        return results.forEach((result, index) => this.note(batch[index], result));
      } catch (error) {
        if (error instanceof Refused && !error.problem?.retryable) throw error;
        if (error instanceof assert.AssertionError) throw error;
        this.unknown += 1;
        await pause(20 + this.random() * 80);
      }
    }
  }

  note(sent, { event, deduped, error }) {
    assert.ok(event, `a valid event was refused: ${JSON.stringify(error)}`);
    assert.equal(event.eventId, sent.eventId);
    const known = this.acknowledged.get(sent.eventId);
    if (known) {
      assert.ok(deduped, "an acknowledged event was stored a second time");
      assert.equal(event.sequence, known.sequence, "a repeat came back with another sequence");
      this.repeats += 1;
    } else {
      this.acknowledged.set(sent.eventId, { sequence: event.sequence, sessionId: sent.sessionId, type: sent.type, payload: JSON.stringify(sent.payload) });
      this.run.done += 1;
    }
  }

  async work(count) {
    const made = [];
    let number = 0;
    while (number < count) {
      const size = Math.min(this.random() < 0.2 ? 1 : 1 + Math.floor(this.random() * 60), count - number);
      const batch = [];
      for (let at = 0; at < size; at += 1, number += 1) {
        const repeat = made.length > 0 && this.random() < DUPLICATES;
        const session = this.sessions[Math.floor(this.random() * this.sessions.length)];
        const event = repeat ? made[Math.floor(this.random() * made.length)] : makeEvent(this.random, session, this.id, number);
        if (!repeat) made.push(event);
        batch.push(event);
      }
      await this.deliver(batch);
      this.run.sent += batch.length;
    }
  }
}

async function start(run) {
  run.server = await startCallboard({ data: run.data, databaseUrl: run.databaseUrl, listen: `127.0.0.1:${run.port}`, env: run.env, log: run.log });
  run.url = run.server.ready.url;
  run.key ??= run.server.ready.apiKey;
  assert.ok(run.key, "the first start prints an API key");
}

/** Kills the server when a third and two thirds have been sent, and starts it again on the same data. */
async function killTwice(run) {
  for (const share of [1 / 3, 2 / 3]) {
    await until(`${Math.round(share * 100)} % are sent`, () => run.sent >= total * share || run.failed, { ms: 600_000, every: 10 });
    if (run.failed) return;
    await run.server.kill();
    run.kills += 1;
    const begun = performance.now();
    await start(run);
    console.log(`  killed at ${run.sent} sent, serving again after ${Math.round(performance.now() - begun)} ms`);
  }
}

async function compare(run, sessions, writers) {
  const expected = new Map();
  for (const writer of writers) for (const [eventId, known] of writer.acknowledged) expected.set(`${known.sessionId} ${eventId}`, known);
  const api = new Api(run.url, run.key);
  let seen = 0;
  for (const sessionId of sessions) {
    const log = await api.events(sessionId);
    assert.deepEqual(log.map((event) => event.sequence), log.map((_, index) => index + 1), `${sessionId} is not contiguous`);
    const ids = new Set(log.map((event) => event.eventId));
    assert.equal(ids.size, log.length, `${sessionId} has an event twice`);
    for (const event of log.slice(1)) {
      const known = expected.get(`${sessionId} ${event.eventId}`);
      assert.ok(known, `${sessionId} has ${event.eventId}, which nobody sent`);
      assert.equal(event.sequence, known.sequence, `${event.eventId} moved`);
      assert.equal(event.type, known.type);
      assert.equal(JSON.stringify(event.payload), known.payload);
      seen += 1;
    }
  }
  assert.equal(seen, expected.size, "an acknowledged event is lost");
  return seen;
}

function newDatabase() {
  const url = process.env.CALLBOARD_TEST_POSTGRES;
  assert.ok(url, "CALLBOARD_TEST_POSTGRES is not set; scripts/postgres.sh starts a PostgreSQL");
  const name = `recovery_${randomBytes(6).toString("hex")}`;
  const sql = (text) => {
    const done = spawnSync("psql", ["-X", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", text], { encoding: "utf8" });
    assert.equal(done.status, 0, `psql: ${done.stderr}`);
  };
  sql(`create database ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.toString(), drop: () => sql(`drop database ${name} with (force)`) };
}

async function recover(engine) {
  console.log(`${engine}: ${total} events, ${values.sessions} sessions, ${values.writers} writers, seed ${values.seed}`);
  const folder = scratch(`recovery-${engine}`);
  const database = engine === "postgres" ? newDatabase() : undefined;
  const secret = `k1:${randomBytes(32).toString("base64url")}`;
  const run = { data: join(folder.path, "data"), databaseUrl: database?.url, log: join(folder.path, "log"), port: await freePort(), sent: 0, done: 0, kills: 0 };
  run.env = database ? { CALLBOARD_SECRET_KEY: secret } : {};
  const begun = performance.now();
  try {
    await start(run);
    const api = new Api(run.url, run.key);
    const sessions = [];
    for (let at = 0; at < Number(values.sessions); at += 1) sessions.push((await api.createSession()).sessionId);
    const writers = Array.from({ length: Number(values.writers) }, (_, id) => new Writer(id, sessions, run));
    const share = Math.ceil(total / writers.length);
    const work = Promise.all(writers.map((writer) => writer.work(share))).catch((error) => {
      run.failed = true;
      throw error;
    });
    await Promise.all([work, killTwice(run)]);
    const writingMs = Math.round(performance.now() - begun);
    const stored = await compare(run, sessions, writers);
    const repeats = writers.reduce((sum, writer) => sum + writer.repeats, 0);
    const unknown = writers.reduce((sum, writer) => sum + writer.unknown, 0);
    assert.equal(run.kills, 2, "the server was not killed twice");
    assert.ok(unknown > 0, "no answer was lost: the kills hit nobody");
    assert.ok(repeats > total * DUPLICATES * 0.8, `too few repeats: ${repeats}`);
    const how = await run.server.stop();
    assert.deepEqual(how, { code: 0, signal: null }, "the server did not end cleanly");
    const verified = runCallboard(["verify", ...(database ? ["--database-url", database.url] : ["--data", run.data])], run.env);
    assert.equal(verified.code, 0, `callboard verify: ${verified.text}`);
    const result = { engine, stored, repeats, lostAnswers: unknown, kills: run.kills, writingMs, totalMs: Math.round(performance.now() - begun) };
    console.log(`  ${JSON.stringify(result)}`);
    return result;
  } catch (error) {
    console.error(run.server?.tail() ?? "");
    throw error;
  } finally {
    await run.server?.stop();
    database?.drop();
    folder.close();
  }
}

const results = [];
for (const engine of values.engine ? [values.engine] : ["sqlite", "postgres"]) results.push(await recover(engine));
mkdirSync(join(ROOT, "artifacts", "live"), { recursive: true });
writeFileSync(join(ROOT, "artifacts", "live", "recovery.json"), `${JSON.stringify({ seed: values.seed, results }, null, 2)}\n`);
