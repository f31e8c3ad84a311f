import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveSocket, type CallEvent, type Problem } from "../src/index.ts";
import { event } from "./events.ts";
import { asWebSocket, FakeSocket } from "./fake-socket.ts";

const problem = (status: number, retryable = false): Problem => ({
  type: "",
  title: "",
  status,
  detail: "no",
  code: "X",
  retryable,
  traceId: "",
});

let socket: LiveSocket;
const make = (more: object = {}) => {
  socket = new LiveSocket({
    url: "ws://here/",
    WebSocket: asWebSocket,
    backoff: { random: () => 0 },
    ...more,
  });
  return socket;
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.made = [];
});
afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

/** Follows a session; gives the sequences that came. */
function follow(topic: { afterSequence?: number; sparse?: boolean } = { afterSequence: 0 }) {
  const got: number[] = [];
  const onEvents = (events: readonly CallEvent[]) => got.push(...events.map((each) => each.sequence));
  const subscription = socket.subscribe({ sessionId: "ses_1", ...topic }, { onEvents });
  return { got, subscription };
}

const give = (...sequences: number[]) => {
  const { id } = FakeSocket.last.subscription("ses_1");
  FakeSocket.last.say({ op: "events", id, events: sequences.map((each) => event(each, "call.error")) });
};

describe("one socket, many subscriptions", () => {
  it("connects without one when asked to, and once only", () => {
    make().open();
    socket.open();
    FakeSocket.last.accept();
    expect(socket.status).toBe("open");
    follow();
    expect(FakeSocket.made).toHaveLength(1);
    expect(FakeSocket.last.sent).toEqual([
      { op: "subscribe", id: "s1", sessionId: "ses_1", afterSequence: 0 },
    ]);
  });

  it("opens once and sends the pass first", () => {
    make({ pass: () => "cbp_1" });
    follow();
    socket.subscribe({ tenant: true }, { onEvents: () => undefined });
    FakeSocket.last.accept();
    expect(FakeSocket.made).toHaveLength(1);
    expect(FakeSocket.last.sent).toEqual([
      { op: "auth", pass: "cbp_1" },
      { op: "subscribe", id: "s1", sessionId: "ses_1", afterSequence: 0 },
      { op: "subscribe", id: "s2", tenant: true },
    ]);
  });

  it("gives each its own events and stops when told", () => {
    make();
    const { got, subscription } = follow();
    FakeSocket.last.accept();
    give(1, 2);
    FakeSocket.last.say({ op: "events", id: "unknown", events: [event(3, "call.error")] });
    subscription.close();
    give(3);
    expect(got).toEqual([1, 2]);
    expect(FakeSocket.last.sent.at(-1)).toEqual({ op: "unsubscribe", id: "s1" });
  });
});

describe("resuming", () => {
  it("goes on after the last event, without loss or repeat", () => {
    make();
    const { got } = follow();
    FakeSocket.last.accept();
    give(1, 2, 3);
    FakeSocket.last.cut();
    expect(socket.status).toBe("waiting");
    vi.advanceTimersByTime(250);
    FakeSocket.last.accept();
    expect(FakeSocket.made).toHaveLength(2);
    expect(FakeSocket.last.subscription("ses_1")).toMatchObject({ afterSequence: 3 });
    give(3, 4);
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it("pins a reader of only-new events to the log's end", () => {
    make();
    follow({});
    FakeSocket.last.accept();
    const { id } = FakeSocket.last.subscription("ses_1");
    FakeSocket.last.say({ op: "subscribed", id, latestSequence: 41 });
    FakeSocket.last.cut();
    vi.advanceTimersByTime(250);
    FakeSocket.last.accept();
    expect(FakeSocket.last.subscription("ses_1")).toMatchObject({ afterSequence: 41 });
  });

  it("resumes the tenant by its cursor", () => {
    make();
    socket.subscribe({ tenant: true }, { onEvents: () => undefined });
    FakeSocket.last.accept();
    FakeSocket.last.say({ op: "subscribed", id: "s1", cursor: "c1" });
    FakeSocket.last.cut();
    vi.advanceTimersByTime(250);
    FakeSocket.last.accept();
    expect(FakeSocket.last.subscription()).toMatchObject({ cursor: "c1" });
    FakeSocket.last.say({ op: "events", id: "s1", events: [], cursor: "c7" });
    FakeSocket.last.cut();
    vi.advanceTimersByTime(250);
    FakeSocket.last.accept();
    expect(FakeSocket.last.subscription()).toMatchObject({ cursor: "c7" });
  });

  it("asks the log again at a gap, and ignores what was still on its way", () => {
    make();
    const { got } = follow();
    FakeSocket.last.accept();
    give(1, 3);
    expect(FakeSocket.last.subscription("ses_1")).toMatchObject({ id: "s2", afterSequence: 1 });
    FakeSocket.last.say({ op: "events", id: "s1", events: [event(2, "call.error")] });
    give(2, 3);
    expect(got).toEqual([1, 2, 3]);
  });

  it("does not ask without a pause for what does not come", () => {
    make();
    const { got } = follow();
    FakeSocket.last.accept();
    give(1, 3);
    const asked = () => FakeSocket.last.sent.filter(({ op }) => op === "subscribe").length;
    expect(asked()).toBe(2);
    give(3);
    give(3);
    expect(asked()).toBe(2);
    vi.advanceTimersByTime(5_000);
    expect(asked()).toBe(3);
    give(2, 3);
    expect(got).toEqual([1, 2, 3]);
  });

  it("takes missing sequences as hidden where the reader may not see all", () => {
    make();
    const { got } = follow({ afterSequence: 0, sparse: true });
    FakeSocket.last.accept();
    give(1, 4, 9);
    expect(got).toEqual([1, 4, 9]);
    expect(FakeSocket.last.sent).toHaveLength(1);
  });

  it("resubscribes after lagging, and stays after the call's end", () => {
    make();
    const { got } = follow();
    FakeSocket.last.accept();
    give(1);
    FakeSocket.last.say({ op: "closed", id: "s1", reason: "lagging" });
    give(2);
    FakeSocket.last.say({ op: "closed", id: "s2", reason: "session_over" });
    give(3);
    expect(got).toEqual([1, 2, 3]);
  });
});

describe("a bad connection", () => {
  it("waits longer each time, and starts anew once the server spoke", () => {
    make();
    follow();
    const waits = [250, 500, 1000, 2000];
    for (const ms of waits) {
      const before = FakeSocket.made.length;
      FakeSocket.last.cut();
      vi.advanceTimersByTime(ms - 1);
      expect(FakeSocket.made).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.made).toHaveLength(before + 1);
    }
    FakeSocket.last.accept();
    FakeSocket.last.say({ op: "ready", serverTime: "2026-11-21T12:00:00Z" });
    FakeSocket.last.cut();
    vi.advanceTimersByTime(250);
    expect(FakeSocket.made).toHaveLength(waits.length + 2);
  });

  it("gives up on a silent one, asks a quiet one for a sign of life", () => {
    make({ pingMs: 10_000, idleMs: 25_000 });
    follow();
    FakeSocket.last.accept();
    vi.advanceTimersByTime(20_000);
    expect(FakeSocket.last.sent.filter((frame) => frame.op === "ping")).toHaveLength(2);
    FakeSocket.last.say({ op: "pong", id: "p" });
    vi.advanceTimersByTime(20_000);
    expect(socket.status).toBe("open");
    vi.advanceTimersByTime(10_000);
    expect(socket.status).toBe("waiting");
  });

  it("tries at once when woken", () => {
    make();
    follow();
    FakeSocket.last.cut();
    socket.wake();
    expect(FakeSocket.made).toHaveLength(2);
  });

  it("does not try again with a refused pass", () => {
    make({ pass: () => "cbp_old" });
    follow();
    const seen: string[] = [];
    socket.onStatus((status) => seen.push(status));
    FakeSocket.last.accept();
    FakeSocket.last.say({ op: "error", problem: problem(401) });
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.made).toHaveLength(1);
    expect(seen.at(-1)).toBe("refused");
  });

  it("tells a refused subscription, and repeats one that may work later", () => {
    make();
    const refused = vi.fn();
    socket.subscribe({ sessionId: "a", afterSequence: 0 }, { onEvents: () => undefined, onRefused: refused });
    socket.subscribe({ sessionId: "b", afterSequence: 0 }, { onEvents: () => undefined, onRefused: refused });
    FakeSocket.last.accept();
    FakeSocket.last.say({ op: "error", id: "s1", problem: problem(404) });
    FakeSocket.last.say({ op: "error", id: "s2", problem: problem(503, true) });
    expect(refused).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    expect(FakeSocket.last.subscription("b")).toMatchObject({ id: "s3" });
  });

  it("reads nonsense without harm", () => {
    make();
    const { got } = follow();
    FakeSocket.last.accept();
    for (const data of ["{", "null", "7", '{"no":"op"}', new ArrayBuffer(2)])
      FakeSocket.last.onmessage?.({ data });
    give(1);
    expect(got).toEqual([1]);
  });
});
