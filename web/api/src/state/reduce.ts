/**
 * The reducer: canonical events in, view state out. Pure; knows no clock, no network, no framework.
 * Events must come in the order of their sequence; one that was already applied changes nothing.
 */
import type { CallEvent, Session } from "../wire.ts";
import { compact, flag, instant, isReported, number, text } from "./fields.ts";
import { markOf } from "./marks.ts";
import { isOver, type CallProblem, type CallState, type Cut, type Mark } from "./model.ts";
import * as people from "./participants.ts";
import { hear } from "./transcript.ts";

/** A call of which nothing is known yet. */
export function emptyCall(sessionId: string): CallState {
  return {
    sessionId,
    status: "created",
    connection: "idle",
    latestSequence: 0,
    events: [],
    participants: new Map(),
    utterances: new Map(),
    cuts: [],
    problems: [],
    marks: [],
    turns: [],
  };
}

/** A call as a snapshot shows it; `afterSequence` is the last event that will not be seen. */
export function callFromSession(session: Session, afterSequence: number): CallState {
  return compact<CallState>({
    ...emptyCall(session.sessionId),
    status: session.status,
    connection: session.connection,
    createdAt: instant(session.createdAt),
    connectedAt: instant(session.connectedAt),
    overAt: instant(session.endedAt ?? session.failedAt),
    endReason: session.endReason,
    failure: session.status === "failed" ? session.lastError : undefined,
    reconnectWindowMs: session.limits.reconnectWindowMs,
    latestSequence: afterSequence,
    participants: new Map(session.participants.map((p) => [p.participantId, people.fromSnapshot(p)])),
    cuts: session.participants.map(people.cutFromSnapshot).filter((cut) => cut !== undefined),
  });
}

interface Draft extends CallState {
  events: CallEvent[];
  participants: Map<string, ReturnType<typeof people.fromSnapshot>>;
  utterances: Map<string, import("./model.ts").Utterance>;
  cuts: Cut[];
  problems: CallProblem[];
  marks: Mark[];
  turns: number[];
}

const draftOf = (state: CallState): Draft => ({
  ...state,
  events: [...state.events],
  participants: new Map(state.participants),
  utterances: new Map(state.utterances),
  cuts: [...state.cuts],
  problems: [...state.problems],
  marks: [...state.marks],
  turns: [...state.turns],
});

/** The state after these events. Returns the same object when none of them was new. */
export function applyEvents(state: CallState, events: readonly CallEvent[]): CallState {
  const fresh = events.filter((event) => event.sequence > state.latestSequence);
  if (fresh.length === 0) return state;
  const draft = draftOf(state);
  for (const event of fresh) {
    if (event.sequence <= draft.latestSequence) continue;
    draft.latestSequence = event.sequence;
    draft.events.push(event);
    apply(draft, event);
  }
  return draft;
}

type Step = (draft: Draft, event: CallEvent, at: number) => void;

const reconnect = (draft: Draft) => {
  if (isOver(draft) || draft.status === "created") return;
  draft.connection = people.connectionOf(draft.participants) ?? draft.connection;
};

const over = (draft: Draft, event: CallEvent, at: number, key: "endedAt" | "failedAt") => {
  draft.overAt = instant(text(event.payload, key)) ?? at;
  draft.connection = "disconnected";
  people.everyoneLeft(draft.participants, draft.overAt);
  people.closeCuts(draft.cuts, draft.overAt);
};

const wholeCall = (event: CallEvent) =>
  !isReported(event.payload) && text(event.payload, "participantId") === undefined;

const STEPS: Readonly<Record<string, Step>> = {
  "call.started": (draft, _event, at) => {
    draft.createdAt ??= at;
  },
  "call.connecting": (draft) => {
    if (draft.status === "created") draft.connection = "connecting";
  },
  "call.connected": (draft, event, at) => {
    if (isOver(draft)) return;
    draft.status = "active";
    draft.connection = "connected";
    draft.connectedAt ??= instant(text(event.payload, "connectedAt")) ?? at;
  },
  "call.participant.joined": (draft, event, at) => {
    people.joined(draft.participants, event, at);
    reconnect(draft);
  },
  "call.participant.left": (draft, event, at) => {
    people.left(draft.participants, event, at);
    people.closeCuts(draft.cuts, at, text(event.payload, "participantId") ?? "");
    reconnect(draft);
  },
  "call.track.published": (draft, event) => people.track(draft.participants, event, true),
  "call.track.unpublished": (draft, event) => people.track(draft.participants, event, false),
  "call.agent.state_changed": (draft, event) => people.agentState(draft.participants, event),
  "call.reconnecting": (draft, event) => {
    people.lost(draft.participants, draft.cuts, event, draft.reconnectWindowMs);
    if (wholeCall(event) && !isOver(draft)) draft.connection = "reconnecting";
    else reconnect(draft);
  },
  "call.resumed": (draft, event) => {
    people.resumed(draft.participants, draft.cuts, event);
    if (wholeCall(event) && !isOver(draft)) draft.connection = "connected";
    else reconnect(draft);
  },
  "call.ended": (draft, event, at) => {
    draft.status = "ended";
    const reason = text(event.payload, "endReason");
    const durationMs = number(event.payload, "durationMs");
    if (reason !== undefined) draft.endReason = reason;
    if (durationMs !== undefined) draft.durationMs = durationMs;
    over(draft, event, at, "endedAt");
  },
  "call.terminal_failure": (draft, event, at) => {
    draft.status = "failed";
    draft.failure = {
      code: text(event.payload, "code") ?? "UNKNOWN",
      message: text(event.payload, "message") ?? "",
    };
    over(draft, event, at, "failedAt");
  },
  "call.error": (draft, event, at) => {
    draft.problems.push({
      sequence: event.sequence,
      at,
      code: text(event.payload, "code") ?? "UNKNOWN",
      message: text(event.payload, "message") ?? "",
      retryable: flag(event.payload, "retryable"),
    });
  },
  "call.turn.timing": (draft, event) => {
    const totalMs = number(event.payload, "totalMs");
    if (totalMs !== undefined) draft.turns.push(totalMs);
  },
  "transcript.partial": (draft, event) => hear(draft.utterances, event),
  "transcript.final": (draft, event) => hear(draft.utterances, event),
};

function apply(draft: Draft, event: CallEvent): void {
  const at = Date.parse(event.ts);
  if (at > (draft.lastAt ?? -Infinity)) draft.lastAt = at;
  const mark = markOf(event, at);
  if (mark) draft.marks.push(mark);
  STEPS[event.type]?.(draft, event, at);
}
