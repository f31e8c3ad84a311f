// A call of 20,000 events: read, drawn, zoomed and scrolled. Frame times are printed for people; what must be true is
// asserted, and time never is.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { rows, signIn } from "../lib/console-page.mjs";
import { Person } from "../lib/person.mjs";
import { ROOT } from "../lib/processes.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

const EVENTS = 20_000;
const BATCH = 100;
/** The length of the call that its events tell of. */
const LENGTH_MS = 3_600_000;
/** More than the page needs for this call, far less than it would with a leak of every frame. */
const HEAP_LIMIT = 160e6;

let stage;
let desk;
before(async () => {
  stage = await startStage({ media: false });
  desk = await Person.open("Desk", { context: { viewport: { width: 1440, height: 900 }, colorScheme: "light" } });
  stage.people.push(desk);
});
after(() => stage?.close());

/** The event with this number, of a call between two voices with actions, errors and turns in between. */
function eventOf(index, sessionId, zero) {
  const offset = Math.round((index / EVENTS) * LENGTH_MS);
  const base = { sessionId, eventId: `long-${index}`, ts: new Date(zero + offset).toISOString() };
  const callId = sessionId;
  if (index % 100 === 50) return { ...base, type: "action.proposed", payload: { actionId: `act_${index}`, actionType: "orders.find", summary: `order ${index}` } };
  if (index % 500 === 270) return { ...base, type: "call.error", payload: { callId, code: "AGENT_SLOW", message: `late by ${index} ms`, retryable: true } };
  if (index % 40 === 20) {
    const timing = { captureToBackendMs: 100, orchestratorMs: 400, playbackStartMs: 100, totalMs: 600 + (index % 300), sloBreached: false };
    return { ...base, type: "call.turn.timing", payload: { callId, turnId: `turn_${index}`, ...timing } };
  }
  const turn = Math.floor(index / 4);
  const said = { utteranceId: `utt_${turn}`, speaker: turn % 2 ? "agent" : "user", startMs: Math.round(((turn * 4) / EVENTS) * LENGTH_MS), endMs: offset + 150 };
  return { ...base, type: index % 4 === 3 ? "transcript.final" : "transcript.partial", payload: { ...said, text: `turn ${turn}, word ${index % 4}` } };
}

async function ingest(sessionId) {
  const zero = Date.parse((await stage.api.session(sessionId)).connectedAt);
  const have = (await stage.api.session(sessionId)).latestSequence;
  for (let first = have; first < EVENTS; first += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, EVENTS - first) }, (_, i) => eventOf(first + i, sessionId, zero));
    const { results } = await stage.api.post("/v1/realtime/events", { events });
    const refused = results.find((one) => one.error);
    assert.equal(refused, undefined, JSON.stringify(refused));
  }
}

/** Runs in the page: the time between frames, one entry for each, while `__moves` does what the test sets. */
const frames = (page, count, move) =>
  page.evaluate(
    ([total, source]) =>
      new Promise((resolve) => {
        const step = new Function("i", "total", source);
        const times = [];
        let last = performance.now();
        const frame = (now) => {
          times.push(now - last);
          last = now;
          if (times.length > total) return resolve(times.slice(1));
          step(times.length - 1, total);
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      }),
    [count, move],
  );

const quantile = (times, share) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
const told = (times) => ({ frames: times.length, p50: +quantile(times, 0.5).toFixed(1), p95: +quantile(times, 0.95).toFixed(1), worst: +Math.max(...times).toFixed(1) });

/** The page's heap after a collection, in bytes. */
async function heap(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  await cdp.detach();
  return usedSize;
}

const ZOOM = `
  const plot = document.querySelector("[data-plot]");
  const box = plot.getBoundingClientRect();
  // 200 steps to 500 times: each a wheel turn by the 200th root of it.
  const deltaY = -Math.log(500) / total / 0.0022;
  plot.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX: box.left + box.width * 0.6, clientY: box.top + 40, bubbles: true, cancelable: true }));
`;
const PAN = `
  const plot = document.querySelector("[data-plot]");
  const box = plot.getBoundingClientRect();
  plot.dispatchEvent(new WheelEvent("wheel", { deltaX: i < total / 2 ? 40 : -40, clientX: box.left + 300, clientY: box.top + 40, bubbles: true, cancelable: true }));
`;
const SCROLL = `
  const list = document.querySelector('[role=list][aria-label=Timeline]').parentElement;
  list.scrollTop = (list.scrollHeight - list.clientHeight) * (i / total);
`;

test("a call of 20,000 events", { timeout: 400_000 }, async (t) => {
  const { page } = desk;
  const report = {};
  const { sessionId } = await stage.api.createSession({ metadata: { title: "A long call" } });
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "active" });

  await t.test("goes in by batches", async () => {
    const begun = performance.now();
    await ingest(sessionId);
    report.ingestMs = Math.round(performance.now() - begun);
    assert.equal((await stage.api.session(sessionId)).latestSequence, EVENTS);
    await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "ended" });
  });
  const last = (await stage.api.session(sessionId)).latestSequence;

  await t.test("a link into its middle shows that place before the whole log is read", async () => {
    await signIn(desk, stage);
    const begun = performance.now();
    await page.goto(`${stage.url}/calls/${sessionId}?at=12345`);
    const row = rows(page).filter({ hasText: /^12345/ });
    await row.getByRole("button").first().waitFor();
    report.firstRowMs = Math.round(performance.now() - begun);
    await page.getByText(`${last.toLocaleString("en-US")} events, no gaps`).waitFor({ timeout: 120_000 });
    report.wholeLogMs = Math.round(performance.now() - begun);
    assert.equal(await row.getByRole("button").first().getAttribute("aria-current"), "true", "the place is kept while the log comes in");
  });

  await t.test("nothing is dropped: every lane, mark and event is there", async () => {
    const strip = page.getByRole("region", { name: "Call strip" });
    for (const lane of ["Caller", "Assistant", "Actions", "Errors"]) await strip.getByText(lane, { exact: true }).waitFor();
    const counted = { Actions: EVENTS / 100, Errors: EVENTS / 500 };
    for (const [lane, count] of Object.entries(counted)) {
      await strip.getByText(lane, { exact: true }).locator("xpath=..").getByText(String(count), { exact: true }).waitFor();
    }
    const marks = strip.getByRole("group", { name: "Actions and decisions" }).getByRole("button");
    const count = await marks.count();
    assert.ok(count > 20 && count <= 110, `${count} marks can be reached: enough to see, few enough to walk`);
    await desk.picture("long-call-light");
  });

  await t.test("zooming from the whole to 500 times", async () => {
    report.zoom = told(await frames(page, 200, ZOOM));
    const zoom = await page.getByTitle("How far the strip is zoomed in").innerText();
    assert.match(zoom, /^(49\d|50\d)×$/, "the wheel's turns add up to what they should");
    report.pan = told(await frames(page, 120, PAN));
    await desk.picture("long-call-zoomed");
    await page.keyboard.press("0");
    await page.getByText("1×", { exact: true }).waitFor();
  });

  await t.test("the timeline scrolls through all of it, and its last event can be reached", async () => {
    report.scroll = told(await frames(page, 200, SCROLL));
    await page.locator("main").focus();
    await page.keyboard.press("End");
    const row = rows(page).filter({ hasText: "call.ended" });
    await row.getByRole("button").first().waitFor();
    await until("the address names the last event", () => new URL(page.url()).searchParams.get("at") === String(last));
    await page.keyboard.press("Home");
    await rows(page).filter({ hasText: "call.started" }).getByRole("button").first().waitFor();
  });

  await t.test("its memory is bounded", async () => {
    const before = await heap(page);
    await frames(page, 200, ZOOM);
    await page.keyboard.press("0");
    await frames(page, 200, SCROLL);
    const then = await heap(page);
    report.heapMB = { read: +(before / 1e6).toFixed(1), afterMore: +(then / 1e6).toFixed(1) };
    assert.ok(then < HEAP_LIMIT, `the page holds ${report.heapMB.afterMore} MB`);
    assert.ok(then < before * 1.5 + 5e6, "zooming and scrolling must not keep what they drew");
    const drawn = await rows(page).count();
    assert.ok(drawn < 120, `${drawn} rows are in the page; a virtual list has no more than it shows`);
  });

  const folder = join(ROOT, "artifacts", "live");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "long-call.json"), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`long call: ${JSON.stringify(report)}`);
  assert.deepEqual(desk.errors, [], "the page had no error");
});
