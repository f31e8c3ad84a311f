/** The picture of a call: spans, marks, moments. What holds for every input is tried on many random ones. */
import { describe, expect, it } from "vitest";
import {
  applyEvents,
  emptyCall,
  eventOf,
  indexOfSequence,
  momentOf,
  runsOf,
  sequenceAt,
  spansOf,
  stripOf,
  touching,
  turnQuantile,
  type SpanInput,
} from "../src/index.ts";
import { at, event, log, person, T0 } from "./events.ts";

/** Repeatable random numbers from 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function someSpans(next: () => number, count: number): SpanInput[] {
  return Array.from({ length: count }, (_, ref) => {
    const from = Math.floor(next() * 100_000);
    // Now and then a point, now and then one that covers many others.
    const length = next() < 0.1 ? 0 : next() < 0.05 ? 40_000 : next() * 2_000;
    return { from, to: from + Math.floor(length), ref };
  });
}

describe("joining spans", () => {
  const cases = Array.from({ length: 60 }, (_, seed) => seed);

  it.each(cases)("loses no span, keeps the order, and never overlaps (seed %i)", (seed) => {
    const next = random(seed + 1);
    const input = someSpans(next, Math.floor(next() * 400));
    const spans = spansOf(input);
    const from = Math.floor(next() * 100_000) - 5_000;
    const to = from + 1 + Math.floor(next() ** 3 * 110_000);
    const width = 20 + Math.floor(next() * 1_500);
    const runs = runsOf(spans, from, to, width);
    const inView = input.filter((span) => span.to >= from && span.from <= to);

    expect(runs.reduce((sum, run) => sum + run.count, 0)).toBe(inView.length);
    for (const [index, run] of runs.entries()) {
      expect(run.x0).toBeGreaterThanOrEqual(index === 0 ? 0 : runs[index - 1]!.x1);
      expect(run.x1).toBeGreaterThanOrEqual(run.x0);
      expect(run.x1).toBeLessThanOrEqual(width);
      expect(run.density).toBeGreaterThan(0);
      expect(run.density).toBeLessThanOrEqual(1);
    }
    const scale = width / (to - from);
    for (const span of inView) {
      const x0 = Math.max(0, (span.from - from) * scale);
      const x1 = Math.min(width, (span.to - from) * scale);
      // Each end of it lies under a bar; a wide one may be continued by the next bar.
      for (const x of [x0, x1])
        expect(runs.some((run) => x >= run.x0 - 1e-6 && x <= run.x1 + 1e-6)).toBe(true);
    }
    expect(runs.length).toBeLessThanOrEqual(width + 1);
  });

  it("keeps apart what can be told apart, and joins what cannot", () => {
    const two = spansOf([
      { from: 0, to: 10, ref: 1 },
      { from: 50, to: 60, ref: 2 },
    ]);
    expect(runsOf(two, 0, 100, 1_000)).toMatchObject([
      { x0: 0, x1: 100, count: 1, density: 1 },
      { x0: 500, x1: 600, count: 1, density: 1 },
    ]);
    const [joined, ...others] = runsOf(two, 0, 100_000, 100);
    expect(others).toEqual([]);
    expect(joined).toMatchObject({ count: 2 });
  });

  it("says how full a bar is", () => {
    const half = Array.from({ length: 1_000 }, (_, i) => ({ from: i * 10, to: i * 10 + 5, ref: i }));
    const runs = runsOf(spansOf(half), 0, 10_000, 100);
    expect(runs.length).toBeGreaterThan(20);
    const mean = runs.reduce((sum, run) => sum + run.density, 0) / runs.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
  });

  it.each([1, 2, 3, 4, 5])("finds exactly what touches a time (seed %i)", (seed) => {
    const next = random(seed * 977);
    const input = someSpans(next, 300);
    const spans = spansOf(input);
    for (let i = 0; i < 50; i++) {
      const from = Math.floor(next() * 100_000);
      const to = from + Math.floor(next() * 3_000);
      const found = touching(spans, from, to).map((index) => spans.refs[index]!);
      const wanted = input.filter((span) => span.to >= from && span.from <= to).map((span) => span.ref);
      expect([...found].sort((a, b) => a - b)).toEqual([...wanted].sort((a, b) => a - b));
    }
  });
});

const said = (utteranceId: string, startMs: number, endMs: number, more: object = {}) => ({
  utteranceId,
  speaker: "user",
  text: utteranceId,
  startMs,
  endMs,
  ...more,
});

const call = applyEvents(
  emptyCall("ses_1"),
  log(
    ["call.started", {}, 0],
    ["call.participant.joined", person("ada"), 10],
    ["call.connected", { connectedAt: at(10) }, 10],
    ["transcript.final", said("u1", 5_000, 9_000, { participantId: "ada" }), 20],
    ["call.participant.joined", person("bot", { kind: "agent", role: "agent" }), 21],
    ["action.proposed", { actionId: "a", actionType: "x", summary: "s" }, 25],
    ["transcript.final", said("u2", 30_000, 31_000, { speaker: "agent" }), 42],
    ["transcript.final", said("u3", 33_000, 34_000, { speaker: "unknown" }), 45],
    ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(50) }, 50],
    ["call.resumed", { participantId: "ada", at: at(54), gapMs: 4_000 }, 54],
    ["call.error", { code: "AGENT_X", message: "m", retryable: true }, 60],
    ["call.turn.timing", { turnId: "t", totalMs: 812 }, 61],
    ["call.ended", { endedAt: at(100) }, 100],
    ["usage.tick", { meterId: "m", quantity: 1, unit: "count" }, 4_000],
  ),
);

describe("the strip", () => {
  const strip = stripOf(call)!;

  it("has a lane for everyone and for a voice that is nobody's", () => {
    expect(strip.lanes.map((lane) => [lane.name, [...lane.speech.refs]])).toEqual([
      ["ada", [4]],
      ["bot", [7]],
      ["Unknown voice", [8]],
    ]);
  });

  it("places speech, presence and cuts in time", () => {
    const zero = T0 + 10_000;
    expect(strip.zero).toBe(zero);
    const [ada] = strip.lanes;
    expect([ada!.speech.starts[0], ada!.speech.ends[0]]).toEqual([zero + 5_000, zero + 9_000]);
    expect(ada!.presence).toEqual([{ from: T0 + 10_000, to: T0 + 100_000 }]);
    expect(ada!.cuts).toMatchObject([{ from: T0 + 50_000, to: T0 + 54_000 }]);
    expect(ada!.lost).toBe(false);
  });

  it("marks actions and errors, and is not stretched by what follows long after the end", () => {
    expect(strip.actions).toEqual([{ sequence: 6, at: T0 + 25_000, lane: "actions", kind: "proposed" }]);
    expect(strip.errors).toMatchObject([{ sequence: 11, kind: "error" }]);
    expect(strip.from).toBe(T0 + 10_000);
    expect(strip.to).toBe(T0 + 100_000);
  });

  it("is nothing as long as nothing is known", () => {
    expect(stripOf(emptyCall("ses_1"))).toBeUndefined();
  });

  it("marks a failure once the call fails, and keeps the marks of earlier batches", () => {
    const failed = applyEvents(applyEvents(emptyCall("ses_1"), log(["call.started"], ["action.proposed"])), [
      event(3, "call.terminal_failure", { failedAt: at(3), code: "X", message: "m" }),
    ]);
    expect(failed.marks.map((mark) => mark.kind)).toEqual(["proposed", "failure"]);
  });
});

describe("moments", () => {
  it("shows words where they were begun, all else where it happened", () => {
    expect(momentOf(call.events[3]!, T0 + 10_000)).toBe(T0 + 15_000);
    expect(momentOf(call.events[5]!, T0 + 10_000)).toBe(T0 + 25_000);
    expect(momentOf(call.events[3]!, undefined)).toBe(T0 + 20_000);
  });

  it("finds events by sequence, also in a log with holes", () => {
    const holes = [event(2, "call.started"), event(5, "call.connecting"), event(9, "call.connected")];
    expect([1, 2, 3, 5, 9, 10].map((sequence) => indexOfSequence(holes, sequence))).toEqual([
      0, 0, 1, 1, 2, 3,
    ]);
    expect(eventOf(holes, 5)?.type).toBe("call.connecting");
    expect(eventOf(holes, 6)).toBeUndefined();
  });

  it("finds the event at a time", () => {
    const zero = T0 + 10_000;
    const find = (seconds: number) => sequenceAt(call.events, zero, T0 + seconds * 1_000);
    expect(find(-5)).toBe(1);
    expect(find(16)).toBe(4);
    expect(find(10)).toBe(2);
    expect(find(26)).toBe(6);
    expect(find(9_999)).toBe(14);
    expect(sequenceAt([], zero, zero)).toBeUndefined();
  });

  it("measures turns only where there are some", () => {
    expect(call.turns).toEqual([812]);
    expect(turnQuantile([], 0.95)).toBeUndefined();
    expect(
      turnQuantile(
        Array.from({ length: 100 }, (_, i) => 100 - i),
        0.95,
      ),
    ).toBe(95);
    expect(turnQuantile([3], 0.5)).toBe(3);
  });
});

describe("corrections", () => {
  it("keeps what earlier finals said, where the later said something else", () => {
    const corrected = applyEvents(
      emptyCall("ses_1"),
      ["one", "one", "two", "three"].map((text, i) =>
        event(i + 1, "transcript.final", { ...said("u", 0, 1), text }),
      ),
    );
    expect(corrected.utterances.get("u")).toMatchObject({
      text: "three",
      revision: 3,
      earlier: ["one", "two"],
    });
  });

  it("does not take partials for corrections", () => {
    const call = applyEvents(emptyCall("ses_1"), [
      event(1, "transcript.partial", { ...said("u", 0, 1), text: "on" }),
      event(2, "transcript.final", { ...said("u", 0, 1), text: "one" }),
      event(3, "transcript.partial", { ...said("u", 0, 1), text: "on" }),
    ]);
    expect(call.utterances.get("u")).toMatchObject({ text: "one", revision: 0 });
    expect(call.utterances.get("u")).not.toHaveProperty("earlier");
  });
});
