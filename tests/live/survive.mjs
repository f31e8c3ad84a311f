// What a call survives, on real media in real browsers: cuts of every length, crashes of both servers, and everything
// that a person can do to a tab. Each scenario's log is written down here by hand, and compared.
//
//   node survive.mjs [--report FILE] [--only NAME,…]     every scenario but the longest
//   node survive.mjs --long                              the cut of 150 s too
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import * as page from "./lib/join-page.mjs";
import { enter } from "./lib/people.mjs";
import { ROOT, runCallboard } from "./lib/processes.mjs";
import { assertSequence, assertWellFormed } from "./lib/sequence.mjs";
import { startStage } from "./lib/stage.mjs";
import { until } from "./lib/until.mjs";

const { values: options } = parseArgs({
  options: { report: { type: "string" }, only: { type: "string" }, long: { type: "boolean", default: false } },
});

/** What every scenario begins with: Ann and Ben are in the call and hear each other. */
const opening = ({ ann, ben }) => [
  { type: "call.started" },
  { type: "call.connecting" },
  { type: "call.participant.joined", payload: { participantId: ann } },
  { type: "call.connected" },
  { type: "call.participant.joined", payload: { participantId: ben } },
];
const reconnecting = (participantId, attempt = 1) => ({ type: "call.reconnecting", payload: { participantId, attempt } });
const resumed = (participantId) => ({ type: "call.resumed", payload: { participantId } });
const left = (participantId) => ({ type: "call.participant.left", payload: { participantId } });
const caption = (participantId, text) => ({ type: "transcript.final", payload: { participantId, text } });
/** Ann presses Leave, then Ben, if he is still there. */
const farewell = (...people) => [...people.map(left), { type: "call.ended", payload: { endReason: "user_hangup" } }];

/** Tracks come and go with connections; partial words are not the point here. */
const BESIDE = ["call.track.published", "call.track.unpublished", "transcript.partial"];

async function cutFor(scene, ms) {
  const { stage, ann, ben } = scene;
  const cut = await stage.cut(ben);
  assert.ok(cut.sockets >= 1 && cut.flows >= 1, `nothing was cut: ${JSON.stringify(cut)}`);
  const begun = performance.now();
  if (ms >= 5_000) await until("Ben's page says that it reconnects", () => page.isReconnecting(ben.page), { ms: 15_000 });
  assert.ok(await ann.isDeaf(), "Ann still heard Ben although his media was cut");
  await pause(Math.max(0, ms - (performance.now() - begun)));
  stage.heal(ben);
}

async function bothHear({ ann, ben }) {
  await Promise.all([page.waitConnected(ann.page, 60_000), page.waitConnected(ben.page, 60_000)]);
  await Promise.all([ann.hears({ ms: 60_000 }), ben.hears({ ms: 60_000 })]);
}

const SCENARIOS = {
  "cut of 5 s": {
    does: async (scene) => {
      await cutFor(scene, 5_000);
      await bothHear(scene);
      await scene.inLog("Ben's return", "call.resumed");
    },
    log: ({ ann, ben }) => [...opening({ ann, ben }), reconnecting(ben), resumed(ben), ...farewell(ann, ben)],
  },
  "cut of 30 s": {
    does: async (scene) => {
      await cutFor(scene, 30_000);
      await bothHear(scene);
      await scene.inLog("Ben's return", "call.resumed");
    },
    // The page's own report and the provider's loss at 20.8 s are one attempt.
    log: ({ ann, ben }) => [...opening({ ann, ben }), reconnecting(ben), resumed(ben), ...farewell(ann, ben)],
  },
  "cut of 150 s": {
    long: true,
    does: async (scene) => {
      await cutFor(scene, 150_000);
      await until("Ben's page says that it is over for him", async () => /Call (failed|ended)/.test(await page.statusText(scene.ben.page)), { ms: 60_000 });
      await page.typeCaption(scene.ann.page, "Ben is gone");
    },
    // His window is over after 120 s; Ann's call goes on.
    log: ({ ann, ben }) => [...opening({ ann, ben }), reconnecting(ben), left(ben), caption(ann, "Ben is gone"), ...farewell(ann)],
    benIsGone: true,
  },
  "LiveKit is killed and started again": {
    does: async (scene) => {
      await scene.stage.killLiveKit(3_000);
      await bothHear(scene);
      await until("both are back in the log", async () => (await scene.log()).filter((e) => e.type === "call.resumed").length >= 2, { ms: 60_000 });
    },
    // Nobody left, nothing connected a second time. Who is found missing first is not decided.
    loosely: ({ ann, ben }, log) => {
      const count = (type, person) => log.filter((e) => e.type === type && (!person || e.payload.participantId === person)).length;
      for (const person of [ann, ben]) {
        assert.equal(count("call.participant.joined", person), 1);
        assert.ok(count("call.reconnecting", person) >= 1);
        assert.equal(count("call.reconnecting", person), count("call.resumed", person), "every loss has its return");
      }
      assert.equal(count("call.connecting"), 1);
      assert.equal(count("call.connected"), 1);
      assert.equal(count("call.participant.left"), 2, "they left at the end, and not before");
    },
  },
  "Callboard is killed and started again": {
    does: async (scene) => {
      const { stage, ann, ben } = scene;
      const before = await ben.measure();
      await stage.killCallboard(3_000);
      assert.ok((await ben.measure()).energy > before.energy, "the media stopped with Callboard");
      await page.typeCaption(ann.page, "Still here?");
      await page.readCaption(ben.page, "Still here?");
    },
    log: ({ ann, ben }) => [...opening({ ann, ben }), caption(ann, "Still here?"), ...farewell(ann, ben)],
  },
  "the tab is reloaded": {
    does: async (scene) => {
      await scene.ben.page.reload();
      await bothHear(scene);
      await page.typeCaption(scene.ben.page, "I am back");
      await page.readCaption(scene.ann.page, "I am back");
    },
    // Within the grace the same person again: nothing was lost, nothing is told.
    log: ({ ann, ben }) => [...opening({ ann, ben }), caption(ben, "I am back"), ...farewell(ann, ben)],
  },
  "the tab is closed": {
    does: async (scene) => {
      await scene.ben.page.close();
      await scene.inLog("Ben's end", "call.participant.left", 40_000);
    },
    log: ({ ann, ben }) => [...opening({ ann, ben }), left(ben), ...farewell(ann)],
    benIsGone: true,
  },
  "the browser's process is killed": {
    does: async (scene) => {
      scene.ben.crash();
      await scene.inLog("Ben's loss", "call.reconnecting", 40_000);
      await scene.inLog("Ben's end", "call.participant.left", 40_000);
    },
    limits: { reconnectWindowMs: 10_000 },
    log: ({ ann, ben }) => [...opening({ ann, ben }), reconnecting(ben), left(ben), ...farewell(ann)],
    benIsGone: true,
  },
};

/** One scenario on a call of its own: the opening, what happens, the farewell, the comparison. */
async function play(stage, name, scenario) {
  const session = await stage.api.createSession({ metadata: { title: name }, limits: scenario.limits ?? {} });
  const { sessionId } = session;
  const ann = await enter(stage, session, "Ann");
  const ben = await enter(stage, session, "Ben");
  const ids = { ann: ann.participant.participantId, ben: ben.participant.participantId };
  const log = () => stage.api.events(sessionId);
  const inLog = (what, type, ms = 30_000) =>
    stage.api.awaitEvent(sessionId, what, (e) => e.type === type && e.payload.participantId === ids.ben, { ms });
  await Promise.all([ann.hears(), ben.hears()]);
  await scenario.does({ stage, ann, ben, log, inLog });
  await page.leave(ann.page);
  if (!scenario.benIsGone) await page.leave(ben.page);
  await stage.api.awaitEvent(sessionId, "the end", (e) => e.type === "call.ended", { ms: 30_000 });
  const events = await log();
  assertWellFormed(events, sessionId);
  if (scenario.loosely) scenario.loosely(ids, events);
  else assertSequence(events, scenario.log(ids), BESIDE);
  assert.equal(new Set(events.map((e) => e.eventId)).size, events.length, "no event twice");
  await Promise.all(stage.people.splice(0).map((person) => person.close()));
  return events.length;
}

const chosen = Object.entries(SCENARIOS).filter(([name, one]) => (options.only ? options.only.split(",").includes(name) : options.long || !one.long));
assert.ok(chosen.length > 0, `no such scenario; there are: ${Object.keys(SCENARIOS).join(", ")}`);
const report = { what: "what a call survives", startedAt: new Date().toISOString(), scenarios: [] };
const stage = await startStage();
for (const [name, scenario] of chosen) {
  const begun = performance.now();
  const done = { name };
  try {
    done.events = await play(stage, name, scenario);
    done.outcome = "passed";
  } catch (error) {
    Object.assign(done, { outcome: "failed", error: String(error.stack ?? error) });
    await stage.explain(error);
    console.error(error);
    await Promise.all(stage.people.splice(0).map((person) => person.close()));
    process.exitCode = 1;
  }
  done.ms = Math.round(performance.now() - begun);
  report.scenarios.push(done);
  console.log(`${String(done.ms).padStart(7)} ms  ${done.outcome}  ${name}`);
}
await stage.callboard.stop();
const verified = runCallboard(["verify", "--data", stage.data]);
report.verify = verified.text.trim();
if (verified.code !== 0) process.exitCode = 1;
console.log(`callboard verify: ${report.verify}`);
Object.assign(report, { versions: stage.versions, endedAt: new Date().toISOString() });
await stage.close();
const file = join(ROOT, options.report ?? "artifacts/live/survive.json");
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
