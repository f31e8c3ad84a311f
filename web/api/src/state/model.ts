/**
 * View state of one call. Built from the call's events alone; a session snapshot may give it a start.
 * All times are instants in milliseconds since 1970 (server time), unless the name says otherwise.
 */
import type {
  CallEvent,
  Connection,
  ParticipantKind,
  ParticipantRole,
  ParticipantState,
  SessionStatus,
} from "../wire.ts";

/** A stretch of time; `to` is absent while it lasts. */
export interface Interval {
  from: number;
  to?: number;
}

/** A lost connection of one participant (or of the call, without `participantId`). */
export interface Cut extends Interval {
  participantId?: string;
  attempt: number;
  /** True when only the participant's own page noticed; such a cut opens no window. */
  reported: boolean;
  reason?: string;
  /** What the server measured, when it said so. */
  gapMs?: number;
  /** End of the time in which the participant may come back. */
  windowEndsAt?: number;
}

export interface ParticipantView {
  participantId: string;
  identity: string;
  kind: ParticipantKind;
  role: ParticipantRole;
  name?: string;
  state: ParticipantState;
  joinedAt?: number;
  leftAt?: number;
  leaveReason?: string;
  /** When the participant was in the call; cuts are in `CallState.cuts`. */
  presence: readonly Interval[];
  /** Published tracks by id. */
  tracks: Readonly<Record<string, "audio" | "video" | "screen">>;
  agentState?: string;
}

export interface Utterance {
  utteranceId: string;
  participantId?: string;
  speaker: "user" | "agent" | "unknown";
  text: string;
  /** Milliseconds since the call connected. */
  startMs: number;
  endMs: number;
  final: boolean;
  /** How often a final was replaced by a later one. */
  revision: number;
  sequence: number;
  firstSequence: number;
  confidence?: number;
  language?: string;
  source?: string;
  /** What earlier finals said, oldest first, where a later one said something else; at most the last five. */
  earlier?: readonly string[];
}

export interface CallProblem {
  sequence: number;
  at: number;
  code: string;
  message: string;
  retryable: boolean;
}

/** What a mark on the strip tells; `lane` says where it stands. */
export type MarkKind =
  | "proposed"
  | "waiting"
  | "approved"
  | "blocked"
  | "executed"
  | "cancelled"
  | "warning"
  | "error"
  | "failure";

/** One event that stands out in a call: an action, a decision, an error. */
export interface Mark {
  sequence: number;
  at: number;
  lane: "actions" | "errors";
  kind: MarkKind;
}

export interface CallState {
  sessionId: string;
  status: SessionStatus;
  connection: Connection;
  createdAt?: number;
  connectedAt?: number;
  /** When the call ended or failed. */
  overAt?: number;
  durationMs?: number;
  endReason?: string;
  failure?: { code: string; message: string };
  /** Milliseconds a lost participant has to come back; known from the session. */
  reconnectWindowMs?: number;
  /** Highest sequence applied. */
  latestSequence: number;
  events: readonly CallEvent[];
  /** In the order of their arrival. */
  participants: ReadonlyMap<string, ParticipantView>;
  utterances: ReadonlyMap<string, Utterance>;
  cuts: readonly Cut[];
  problems: readonly CallProblem[];
  /** Actions, decisions and errors, in the order of their sequence. */
  marks: readonly Mark[];
  /** Measured times from voice to voice in milliseconds (`call.turn.timing`), in the order of their sequence. */
  turns: readonly number[];
  /** The latest instant that any event names. */
  lastAt?: number;
}

export const isOver = (state: Pick<CallState, "status">): boolean =>
  state.status === "ended" || state.status === "failed";
