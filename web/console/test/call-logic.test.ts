/** The pure parts of the call page: camera, scale, marks, what is where, filter, pages. */
import { applyEvents, emptyCall, stripOf, type CallEvent, type Mark } from "@callboard/api";
import { describe, expect, it } from "vitest";
import { filtered, isFiltering, matcher, readClock } from "../src/features/call/filter.ts";
import { heldEvent, missingPages, pageOf, trimmed } from "../src/features/call/pages.ts";
import {
  FIT,
  followed,
  fullView,
  MIN_SPAN_MS,
  movedTo,
  panned,
  revealing,
  viewOf,
  zoomed,
  zoomOf,
  type Camera,
} from "../src/features/call/strip/camera.ts";
import { clustersOf } from "../src/features/call/strip/clusters.ts";
import { HEAD_PX, hit, LANE_PX } from "../src/features/call/strip/hit.ts";
import { huesOf } from "../src/features/call/strip/inks.ts";
import { offsetText, ticksOf } from "../src/features/call/strip/ticks.ts";
import { wholeOf } from "../src/features/call/strip/use-camera.ts";
import { itemOf, sequenceOf, talkOf } from "../src/features/call/talk.ts";
import { at, event, log, person, T0 } from "../../api/test/events.ts";

const whole = { from: 0, to: 600_000 };
const full = fullView(whole);

describe("the camera", () => {
  it("shows the whole with room at both ends, and grows with it", () => {
    expect(viewOf(FIT, whole)).toEqual(full);
    expect(full.from).toBeLessThan(whole.from);
    expect(viewOf(FIT, { from: 0, to: 1_200_000 }).to).toBeGreaterThan(1_200_000);
  });

  it("zooms around the pointer: what is under it stays there", () => {
    const camera = zoomed(FIT, whole, 4, 0.25, false);
    const [before, after] = [viewOf(FIT, whole), viewOf(camera, whole)];
    const under = (view: typeof before) => view.from + (view.to - view.from) * 0.25;
    expect(under(after)).toBeCloseTo(under(before), 3);
    expect(zoomOf(camera, whole)).toBeCloseTo(4, 5);
  });

  it("stays inside the whole, and never goes nearer than it can", () => {
    let camera: Camera = FIT;
    for (let i = 0; i < 40; i++) camera = zoomed(camera, whole, 2, 0, false);
    const view = viewOf(camera, whole);
    expect(view.to - view.from).toBeCloseTo(MIN_SPAN_MS, 5);
    expect(view.from).toBeGreaterThanOrEqual(full.from);
    const left = viewOf(panned(camera, whole, -1e6, false), whole);
    expect(left.from).toBe(full.from);
    const right = viewOf(panned(camera, whole, 1e9, false), whole);
    expect(right.to).toBeCloseTo(full.to, 5);
    expect(zoomed(camera, whole, 1e-9, 0.5, false)).toEqual(FIT);
  });

  it("follows a running call from its end, until it is moved away, and again when it is brought back", () => {
    const near = zoomed(FIT, whole, 10, 1, true);
    expect(near.mode).toBe("follow");
    const later = { from: 0, to: 660_000 };
    expect(viewOf(near, later).to).toBe(fullView(later).to);
    const away = panned(near, later, -0.5, true);
    expect(away.mode).toBe("free");
    const much = { from: 0, to: 900_000 };
    expect(viewOf(away, much)).toEqual(viewOf(away, later));
    expect(panned(away, later, 0.5, true).mode).toBe("follow");
    expect(followed(away, much).mode).toBe("follow");
    expect(zoomed(FIT, whole, 10, 1, false).mode).toBe("free");
  });

  it("brings a moment into sight, and leaves the view alone when it is there", () => {
    const camera = movedTo(zoomed(FIT, whole, 10, 0, false), whole, 100_000, false);
    expect(revealing(camera, whole, 120_000, false)).toBe(camera);
    const view = viewOf(revealing(camera, whole, 400_000, false), whole);
    expect(view.from).toBeLessThan(400_000);
    expect(view.to).toBeGreaterThan(400_000);
    expect(zoomOf(revealing(camera, whole, 400_000, false), whole)).toBeCloseTo(10, 5);
    expect(revealing(FIT, whole, 300_000, false)).toBe(FIT);
  });
});

describe("the scale", () => {
  it("keeps its marks apart and readable at any zoom", () => {
    for (const length of [400, 5_000, 61_000, 761_000, 3_600_000, 90_000_000, 4_000_000_000]) {
      const ticks = ticksOf({ from: 0, to: length }, 0, 1_100);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(12);
      expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length);
    }
    expect(ticksOf({ from: 0, to: 761_000 }, 0, 700).map((tick) => tick.label)).toEqual(
      "0:00 2:00 4:00 6:00 8:00 10:00 12:00".split(" "),
    );
  });

  it("counts from zero also where the view begins before it", () => {
    expect(ticksOf({ from: -25_000, to: 25_000 }, 0, 600).map((tick) => tick.label)).toEqual(
      "−0:20 −0:10 0:00 0:10 0:20".split(" "),
    );
    expect(offsetText(-1_500, true)).toBe("−0:01.5");
    expect(ticksOf({ from: 0, to: 10 }, 0, 0)).toEqual([]);
  });
});

describe("marks", () => {
  const mark = (sequence: number, when: number, kind: Mark["kind"] = "proposed"): Mark => ({
    sequence,
    at: when,
    lane: "actions",
    kind,
  });
  const many = Array.from({ length: 5_000 }, (_, i) => mark(i + 1, i * 100));

  it("loses none, keeps their order, and shows few enough to reach", () => {
    for (const view of [whole, { from: 100_000, to: 101_000 }, { from: 250_000, to: 700_000 }]) {
      const clusters = clustersOf(many, view, 0, 1_100);
      const shown = clusters.flatMap((cluster) => cluster.marks.map((one) => one.sequence));
      const wanted = many.filter((one) => one.at >= view.from && one.at <= view.to);
      expect(shown).toEqual(wanted.map((one) => one.sequence));
      expect(clusters.length).toBeLessThanOrEqual(1_100 / 22 + 2);
      expect(clusters.map((cluster) => cluster.x)).toEqual(
        clusters.map((cluster) => cluster.x).sort((a, b) => a - b),
      );
    }
  });

  it("stand still while the view moves", () => {
    const a = clustersOf(many, { from: 100_000, to: 200_000 }, 0, 1_000);
    const b = clustersOf(many, { from: 100_700, to: 200_700 }, 0, 1_000);
    const inner = (clusters: typeof a) => clusters.slice(2, -2).map((cluster) => cluster.key);
    expect(inner(b).filter((key) => inner(a).includes(key)).length).toBeGreaterThan(inner(a).length - 3);
  });

  it("shows the kind that weighs most", () => {
    const [only] = clustersOf([mark(1, 0), mark(2, 1, "error"), mark(3, 2, "executed")], whole, 0, 1_000);
    expect(only).toMatchObject({ kind: "error", key: "1" });
  });
});

const call = applyEvents(
  emptyCall("ses_1"),
  log(
    ["call.started", {}, 0],
    ["call.participant.joined", person("ada"), 0],
    ["call.connected", { connectedAt: at(0) }, 0],
    [
      "transcript.partial",
      { utteranceId: "u1", participantId: "ada", text: "Sev", startMs: 5_000, endMs: 6_000 },
      6,
    ],
    [
      "transcript.final",
      { utteranceId: "u1", participantId: "ada", text: "Seven.", startMs: 5_000, endMs: 9_000 },
      9,
    ],
    ["action.proposed", { actionId: "a", actionType: "book", summary: "a table" }, 12],
    ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(20) }, 20],
    ["call.resumed", { participantId: "ada", at: at(24), gapMs: 4_200 }, 24],
    ["call.error", { code: "DOWN", message: "m", retryable: false }, 30],
    ["call.terminal_failure", { failedAt: at(30), code: "DOWN", message: "m" }, 30],
  ),
);

describe("what is where", () => {
  const strip = stripOf(call)!;
  const there = (seconds: number, lane = 0, msPerPx = 10) =>
    hit(strip, call, HEAD_PX + lane * LANE_PX + 12, T0 + seconds * 1_000, msPerPx);

  it("names speech, cuts and presence, and gives the event of what was said", () => {
    expect(there(7)).toEqual({ sequence: 5, text: "ada: Seven." });
    expect(there(22)).toEqual({ text: "ada, connection lost for 4.2 s" });
    expect(there(15)).toEqual({ text: "ada, present" });
    expect(there(40)).toEqual({});
    expect(there(7, 5)).toEqual({});
  });

  it("finds what is small when the pointer comes near", () => {
    expect(there(9.02)).toMatchObject({ sequence: 5 });
    expect(there(9.5)).toEqual({ text: "ada, present" });
    expect(there(12, 0, 5_000)).toMatchObject({ sequence: 5 });
  });

  it("gives a fresh call room to grow into, and ends a past one where it ended", () => {
    expect(wholeOf(strip, true, T0 + 9e9)).toEqual({ from: T0, to: T0 + 30_000 });
    expect(wholeOf(strip, false, T0 + 31_000)).toEqual({ from: T0, to: T0 + 60_000 });
    expect(wholeOf(strip, false, T0 + 90_000)).toEqual({ from: T0, to: T0 + 90_000 });
  });

  it("keeps observers quiet and everybody else in a colour of their own", () => {
    const people = ["caller", "observer", "agent"].map((role, i) => ({ participantId: String(i), role }));
    const hues = huesOf(people as Parameters<typeof huesOf>[0]);
    expect([hues.get("0"), hues.get("2")]).toEqual([0, 1]);
    expect(hues.get("1")).toBe(4);
  });
});

describe("the talk", () => {
  const items = talkOf(call);

  it("puts words, cuts, actions and errors in one order, and a failure once", () => {
    expect(items.map((item) => [item.kind, item.atMs])).toEqual([
      ["said", 5_000],
      ["mark", 12_000],
      ["note", 20_000],
      ["mark", 30_000],
    ]);
    expect(items.map(sequenceOf)).toEqual([5, 6, undefined, 10]);
  });

  it("finds the line of an event, also for a partial that was replaced, else the one before it", () => {
    const line = (sequence: number, ms: number) => itemOf(items, call.events[sequence - 1]!, ms);
    expect(line(4, 5_000)).toBe(0);
    expect(line(6, 12_000)).toBe(1);
    expect(line(8, 24_000)).toBe(2);
    expect(line(1, 0)).toBe(-1);
  });
});

describe("the filter", () => {
  const people = call.participants;

  it("wants every word, in type, line or writer, and the family", () => {
    const pass = (filter: Parameters<typeof matcher>[0]) =>
      call.events.filter(matcher(filter, people)).map((one) => one.sequence);
    expect(pass({ q: "seven" })).toEqual([5]);
    expect(pass({ q: "ADA joined" })).toEqual([2]);
    expect(pass({ families: ["action"] })).toEqual([6]);
    expect(pass({ families: ["action"], q: "seven" })).toEqual([]);
    expect(isFiltering({ q: "  " })).toBe(false);
    expect(isFiltering({ families: ["call"] })).toBe(true);
  });

  it("reads only what is new when the log grew, and all of it when the filter or the log is another", () => {
    const filter = { q: "ada" };
    const read: CallEvent[] = [];
    const watched = call.events.map(
      (one) =>
        new Proxy(one, {
          get: (target, key) => {
            if (key === "actor") read.push(target);
            return Reflect.get(target, key) as unknown;
          },
        }),
    );
    const first = filtered(watched.slice(0, 4), filter, people);
    read.length = 0;
    const second = filtered(watched, filter, people, first);
    expect(read.map((one) => one.sequence)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(second.events.map((one) => one.sequence)).toEqual(
      filtered(call.events, filter, people).events.map((one) => one.sequence),
    );
    expect(filtered(watched, filter, people, second)).toBe(second);
    expect(filtered(call.events, { q: "seven" }, people, second).events).toHaveLength(1);
    expect(filtered([event(1, "call.error")], filter, people, second).events).toEqual([]);
  });

  it.each<[string, number | undefined]>([
    ["12:04", 724_000],
    ["12:04.9", 724_900],
    ["1:02:03,25", 3_723_250],
    ["−0:04", -4_000],
    ["75", 75_000],
    ["2.5 s", 2_500],
    ["90:00", 5_400_000],
    ["1:60", undefined],
    ["1:75:00", undefined],
    ["noon", undefined],
    ["", undefined],
  ])("reads a time of the call: %j", (text, ms) => expect(readClock(text)).toBe(ms));
});

describe("pages ahead of the stream", () => {
  it("asks for what is looked at and neither streamed nor held", () => {
    expect([1, 200, 201].map(pageOf)).toEqual([0, 0, 1]);
    expect(missingPages(1, 400, 0, new Map())).toEqual([0, 1]);
    expect(missingPages(1, 400, 250, new Map())).toEqual([1]);
    expect(missingPages(1, 400, 0, new Map([[1, []]]))).toEqual([0]);
    expect(missingPages(1, 400, 400, new Map())).toEqual([]);
    expect(missingPages(19_990, 20_000, 0, new Map())).toEqual([99]);
  });

  it("lets go of what the stream has brought", () => {
    const held = new Map([
      [0, "a"],
      [1, "b"],
    ]);
    expect([...trimmed(held, 200)]).toEqual([[1, "b"]]);
    expect(trimmed(held, 199)).toBe(held);
    expect(heldEvent(new Map([[1, [event(201, "call.error")]]]), 201)?.sequence).toBe(201);
    expect(heldEvent(new Map(), 5)).toBeUndefined();
  });
});
