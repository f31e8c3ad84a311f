import { applyEvents, ApiError, emptyCall, newId, type CallState } from "@callboard/api";
import { describe, expect, it, vi } from "vitest";
import { before, type JoinState } from "../src/features/join/model.ts";
import { Outbox } from "../src/features/join/outbox.ts";
import { phaseOf } from "../src/features/join/phase.ts";
import type { Seat } from "../src/features/join/record.ts";
import { recover } from "../src/features/join/recover.ts";
import { CutReports } from "../src/features/join/reports.ts";
import { at, log, person, T0 } from "../../api/test/events.ts";

const call = (...lines: Parameters<typeof log>): CallState => ({
  ...applyEvents(emptyCall("ses_1"), log(...lines)),
  reconnectWindowMs: 120_000,
});
const talking: Parameters<typeof log> = [
  ["call.participant.joined", person("me")],
  ["call.participant.joined", person("ada")],
  ["call.connected", { connectedAt: at(2) }],
];
const lost: Parameters<typeof log> = [
  ...talking,
  ["call.reconnecting", { participantId: "me", attempt: 1, at: at(9), windowEndsAt: at(69) }],
];
const state = (change: Partial<JoinState>): JoinState => ({
  ...before,
  step: "in",
  participantId: "me",
  socket: "open",
  media: "connected",
  ...change,
});

const problem = (code: string, status = 409, retryable = false) =>
  new ApiError({ type: "", title: "", detail: code, code, status, retryable, traceId: "" });

describe("what the page says", () => {
  const table: [name: string, state: JoinState, text: RegExp, more?: object][] = [
    ["media on its way", state({ media: "connecting" }), /^Connecting$/],
    ["text only, socket not yet open", state({ media: "none", socket: "connecting" }), /^Connecting$/],
    ["alone", state({ call: call(talking[0]!) }), /^Connected$/, { detail: "Waiting for someone to join" }],
    [
      "alone again",
      state({ call: call(...talking, ["call.participant.left", person("ada")]) }),
      /^Connected$/,
      { detail: "Nobody else is here now" },
    ],
    ["with another", state({ call: call(...talking) }), /^Connected$/, {}],
    ["text only", state({ media: "none", call: call(...talking) }), /^Connected$/, { detail: "Text only" }],
    [
      "lost, told by the provider",
      state({ media: "lost", call: call(...lost) }),
      /^Reconnecting/,
      { deadline: T0 + 69_000 },
    ],
    [
      "lost, seen by this page alone",
      state({ media: "reconnecting", lostAt: T0 + 5000, call: call(...talking) }),
      /^Reconnecting/,
      { deadline: T0 + 125_000 },
    ],
    ["text only and cut", state({ media: "none", socket: "waiting", lostAt: T0 }), /^Reconnecting/],
    ["sound is back before the event of it", state({ call: call(...lost) }), /^Connected$/],
    [
      "ended",
      state({ call: call(...talking, ["call.ended", { endReason: "timeout", durationMs: 61_000 }]) }),
      /^Call ended$/,
      { detail: "It reached its time limit. It lasted 1 min 1 s." },
    ],
    [
      "failed",
      state({
        call: call(...talking, ["call.terminal_failure", { code: "X", message: "Nobody came back" }]),
      }),
      /^Call failed$/,
      { detail: "Nobody came back" },
    ],
    ["left", state({ verdict: "left", media: "none" }), /^Call ended for you$/],
    ["an end beats having left", state({ verdict: "left", call: call(["call.ended", {}]) }), /^Call ended$/],
    ["in another tab", state({ verdict: "elsewhere" }), /^Call ended here$/],
    ["too late", state({ verdict: "expired" }), /^Call failed$/],
    [
      "removed",
      state({ call: call(...talking, ["call.participant.left", { ...person("me"), reason: "removed" }]) }),
      /^Call ended for you$/,
    ],
  ];
  it.each(table)("%s", (_name, given, text, more = {}) => {
    const shown = phaseOf(given);
    expect(shown.text).toMatch(text);
    expect(shown).toMatchObject(more);
  });
});

describe("the way back", () => {
  const seat = { sessionId: "ses_1", resumeToken: "r1", consumerId: "c", participantId: "me" } as Seat;
  const answer = { resumeToken: "r2", serverTime: at(1) };
  const token = { resumeToken: "r3", participantId: "me", transport: { issuedAt: at(1) } };
  const options = (reconnect: unknown[], transport: unknown[] = []) => {
    const next = (answers: unknown[]) => async () => {
      const given = answers.shift();
      if (given instanceof Error) throw given;
      return given as never;
    };
    const waits: number[] = [];
    const api = { reconnect: vi.fn(next(reconnect)), transport: vi.fn(next(transport)) };
    return {
      api,
      waits,
      seat: () => seat,
      lastSequence: () => 7,
      cancelled: () => false,
      wait: (ms: number) => {
        waits.push(ms);
        return Promise.resolve();
      },
    };
  };

  it("tries until the server answers, and says how far it has read", async () => {
    const given = options([problem("NETWORK", 0, true), problem("OVERLOADED", 503, true), answer]);
    expect(await recover(given)).toEqual({ kind: "back", answer });
    expect(given.waits).toHaveLength(2);
    expect(given.api.reconnect).toHaveBeenLastCalledWith(
      "ses_1",
      expect.objectContaining({ resumeToken: "r1", consumerId: "c", lastAckSequence: 7 }),
    );
  });

  it("falls back to the pass when the resume token is not the current one", async () => {
    const given = options([problem("INVALID_RESUME_TOKEN", 403)], [token]);
    expect(await recover(given)).toMatchObject({ kind: "back", answer: { resumeToken: "r3" } });
  });

  it.each([
    ["SESSION_CLOSED", 409, "over"],
    ["RECONNECT_WINDOW_EXPIRED", 410, "expired"],
    ["TOKEN_EXPIRED", 401, "expired"],
    ["UNAUTHENTICATED", 401, "removed"],
  ])("stops at %s", async (code, status, kind) => {
    const given = options([problem(code, status)]);
    expect(await recover(given)).toEqual({ kind });
    expect(given.api.reconnect).toHaveBeenCalledTimes(1);
  });

  it("stops when told", async () => {
    const given = options([]);
    expect(await recover({ ...given, cancelled: () => true })).toEqual({ kind: "cancelled" });
    expect(given.api.reconnect).not.toHaveBeenCalled();
  });
});

describe("reports of cuts", () => {
  it("tells one cut once, and on return for how long, until it is heard", async () => {
    const sent: unknown[] = [];
    let down = true;
    const api = {
      reportConnection: (_session: string, _participant: string, report: unknown) => {
        if (down) return Promise.reject(problem("NETWORK", 0, true));
        sent.push(report);
        return Promise.resolve({ recorded: true });
      },
    };
    const reports = new CutReports(api, { sessionId: "s", participantId: "p" }, () => {
      down = false;
      return Promise.resolve();
    });
    await reports.back(0);
    reports.lost("signal", 1_000);
    reports.lost("media", 2_000);
    await reports.back(5_200);
    await reports.back(6_000);
    expect(sent).toEqual([
      { reportId: expect.stringMatching(/^rep_/), state: "connected", kind: "signal", lostForMs: 4200 },
    ]);
  });
});

describe("typed messages", () => {
  it("are sent with one id, kept until the log shows them, and repeated as the same", async () => {
    const answers = [Promise.reject(problem("OVERLOADED", 503, true)), Promise.resolve({} as never)];
    const append = vi.fn((_event: unknown) => answers.shift()!);
    const seen = vi.fn();
    const outbox = new Outbox({
      api: { append },
      sessionId: "ses_1",
      participantId: "me",
      now: () => T0 + 9_500,
      zero: () => T0 + 2_000,
      onChange: seen,
    });
    outbox.send("Hello");
    await vi.waitFor(() => expect(seen).toHaveBeenCalledTimes(2));
    const [{ utteranceId, failed }] = seen.mock.lastCall![0];
    expect(failed.code).toBe("OVERLOADED");
    outbox.retry(utteranceId);
    expect(append.mock.calls[1]).toEqual(append.mock.calls[0]);
    expect(append.mock.calls[0]![0]).toMatchObject({
      type: "transcript.final",
      ts: at(9.5),
      payload: {
        utteranceId,
        text: "Hello",
        startMs: 7500,
        endMs: 7500,
        source: "typed",
        participantId: "me",
      },
    });
    outbox.settle((id) => id === utteranceId);
    expect(seen).toHaveBeenLastCalledWith([]);
    expect(newId("x")).not.toBe(newId("x"));
  });
});
