import { describe, expect, it } from "vitest";
import { applyEvents, callFromSession, conversation, emptyCall, isOver, type Session } from "../src/index.ts";
import { at, event, log, person, T0 } from "./events.ts";

const run = (...lines: Parameters<typeof log>) => applyEvents(emptyCall("ses_1"), log(...lines));

const connected: Parameters<typeof log> = [
  ["call.started", { channel: "voice" }],
  ["call.connecting"],
  ["call.participant.joined", person("ada"), 3],
  ["call.connected", { connectedAt: at(4) }],
];

const session: Session = {
  sessionId: "ses_1",
  status: "active",
  connection: "connected",
  channel: "voice",
  direction: "inbound",
  owner: {},
  provider: "livekit",
  metadata: {},
  createdAt: at(0),
  connectedAt: at(4),
  latestSequence: 4,
  version: 1,
  limits: { reconnectWindowMs: 120_000, leaveGraceMs: 10_000 },
  participants: [{ ...person("ada"), kind: "standard", role: "caller", state: "connected", joinedAt: at(3) }],
};

describe("status and connection", () => {
  const table: [name: string, lines: Parameters<typeof log>, expected: string][] = [
    ["nothing", [], "created idle"],
    ["started", [["call.started"]], "created idle"],
    ["a room came to be", [["call.started"], ["call.connecting"]], "created connecting"],
    ["the first caller joined", connected, "active connected"],
    [
      "activated by the API, without people",
      [["call.connected", { connectedAt: at(1) }]],
      "active connected",
    ],
    [
      "the only caller is lost",
      [...connected, ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9) }]],
      "active reconnecting",
    ],
    [
      "one of two callers is lost",
      [
        ...connected,
        ["call.participant.joined", person("ben")],
        ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9) }],
      ],
      "active connected",
    ],
    [
      "a page's report changes nothing",
      [
        ...connected,
        ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9), reportedBy: "ada" }],
      ],
      "active connected",
    ],
    [
      "resumed",
      [
        ...connected,
        ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9) }],
        ["call.resumed", { participantId: "ada", at: at(12), gapMs: 3000 }],
      ],
      "active connected",
    ],
    [
      "only an observer is left",
      [
        ...connected,
        ["call.participant.joined", person("eve", { role: "observer" })],
        ["call.participant.left", person("ada")],
      ],
      "active disconnected",
    ],
    ["ended", [...connected, ["call.ended", { endedAt: at(20), durationMs: 16_000 }]], "ended disconnected"],
    [
      "failed",
      [
        ...connected,
        ["call.error", {}],
        ["call.terminal_failure", { code: "X", message: "m", failedAt: at(9) }],
      ],
      "failed disconnected",
    ],
    [
      "nothing reopens what is over",
      [
        ...connected,
        ["call.ended", { endedAt: at(20) }],
        ["call.connected", { connectedAt: at(21) }],
        ["call.participant.joined", person("ben")],
        ["call.resumed", { at: at(22), gapMs: 1 }],
      ],
      "ended disconnected",
    ],
  ];
  it.each(table)("%s", (_name, lines, expected) => {
    const call = run(...lines);
    expect(`${call.status} ${call.connection}`).toBe(expected);
  });
});

describe("participants", () => {
  it("keeps presence as intervals over a return", () => {
    const call = run(
      ...connected,
      ["call.participant.left", { ...person("ada"), reason: "hung_up" }, 10],
      ["call.participant.joined", person("ada"), 15],
    );
    expect(call.participants.get("ada")).toMatchObject({
      state: "connected",
      presence: [{ from: T0 + 3000, to: T0 + 10_000 }, { from: T0 + 15_000 }],
    });
    expect(call.participants.get("ada")).not.toHaveProperty("leftAt");
  });

  it("closes everything at the end", () => {
    const call = run(
      ...connected,
      ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9) }, 9],
      ["call.ended", { endedAt: at(20), endReason: "timeout", durationMs: 16_000 }, 20],
    );
    expect(call.participants.get("ada")?.presence).toEqual([{ from: T0 + 3000, to: T0 + 20_000 }]);
    expect(call.cuts).toMatchObject([{ from: T0 + 9000, to: T0 + 20_000 }]);
    expect(call).toMatchObject({ overAt: T0 + 20_000, endReason: "timeout", durationMs: 16_000 });
    expect(isOver(call)).toBe(true);
  });

  it("guesses the role from the kind where none is told", () => {
    const call = run(
      ["call.participant.joined", person("a", { kind: "agent", role: undefined })],
      ["call.participant.joined", person("p", { kind: "phone", role: undefined })],
      ["call.participant.joined", person("o", { kind: "egress", role: undefined })],
    );
    expect([...call.participants.values()].map((each) => each.role)).toEqual(["agent", "caller", "observer"]);
  });

  it("follows tracks and the agent's state", () => {
    const call = run(
      ["call.participant.joined", person("a", { kind: "agent", role: "agent" })],
      ["call.track.published", { participantId: "a", trackId: "t", kind: "audio" }],
      ["call.track.published", { participantId: "a", trackId: "s", kind: "screen" }],
      ["call.track.unpublished", { participantId: "a", trackId: "t", kind: "audio" }],
      ["call.agent.state_changed", { participantId: "a", state: "thinking" }],
    );
    expect(call.participants.get("a")).toMatchObject({ tracks: { s: "screen" }, agentState: "thinking" });
  });
});

describe("cuts", () => {
  it("merges a report with the provider's fact, and ends the window where it was opened", () => {
    const start = callFromSession(session, 0);
    const call = applyEvents(start, [
      event(1, "call.reconnecting", { participantId: "ada", attempt: 1, at: at(9), reportedBy: "ada" }),
      event(2, "call.reconnecting", { participantId: "ada", attempt: 1, at: at(30) }),
    ]);
    expect(call.cuts).toEqual([
      {
        participantId: "ada",
        from: T0 + 9000,
        attempt: 1,
        reported: false,
        windowEndsAt: T0 + 30_000 + 120_000,
      },
    ]);
  });

  it("lets a report close only what a report opened", () => {
    const call = run(
      ...connected,
      ["call.reconnecting", { participantId: "ada", attempt: 1, at: at(9) }],
      ["call.resumed", { participantId: "ada", at: at(10), gapMs: 0, reportedBy: "ada" }],
    );
    expect(call.participants.get("ada")?.state).toBe("reconnecting");
    expect(call.cuts[0]).not.toHaveProperty("to");
  });

  it("shows a cut that was told only on return", () => {
    const call = run(...connected, [
      "call.resumed",
      { participantId: "ada", at: at(14), gapMs: 4200, reportedBy: "ada" },
    ]);
    expect(call.cuts).toMatchObject([{ from: T0 + 9800, to: T0 + 14_000, gapMs: 4200, reported: true }]);
    expect(conversation(call)).toMatchObject([{ note: "ada's connection was lost for 4.2 s and resumed" }]);
  });

  it("starts from a snapshot's open window", () => {
    const reconnect = { attempt: 2, lostAt: at(9), windowEndsAt: at(129) };
    const call = callFromSession(
      { ...session, participants: [{ ...session.participants[0]!, state: "reconnecting", reconnect }] },
      4,
    );
    expect(call.cuts).toEqual([
      { participantId: "ada", from: T0 + 9000, attempt: 2, reported: false, windowEndsAt: T0 + 129_000 },
    ]);
  });
});

describe("purity", () => {
  const events = log(...connected, [
    "transcript.final",
    { utteranceId: "u", text: "hi", startMs: 1, endMs: 2 },
  ]);

  it("is the same in one batch or one by one, and with repeats", () => {
    const whole = applyEvents(emptyCall("ses_1"), events);
    const single = events.reduce((call, each) => applyEvents(call, [each]), emptyCall("ses_1"));
    const repeated = applyEvents(applyEvents(emptyCall("ses_1"), events.slice(0, 3)), events);
    expect(single).toEqual(whole);
    expect(repeated).toEqual(whole);
  });

  it("changes nothing that it was given", () => {
    const start = applyEvents(emptyCall("ses_1"), events.slice(0, 3));
    const copy = structuredClone(start);
    applyEvents(start, events);
    expect(start).toEqual(copy);
    expect(applyEvents(start, events.slice(0, 3))).toBe(start);
  });
});
