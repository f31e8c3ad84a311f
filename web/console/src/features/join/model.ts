import type { ApiError, CallState, SocketStatus } from "@callboard/api";

/** The sound as this page has it. `none`: no media server, the call is text only. */
export type MediaState = "none" | "connecting" | "connected" | "reconnecting" | "lost";

/** Why this page is out of a call that may go on without it. */
export type Verdict = "left" | "removed" | "elsewhere" | "expired";

/** A typed message that is not yet in the log. */
export interface Pending {
  utteranceId: string;
  text: string;
  failed?: ApiError;
}

export interface JoinState {
  /** `check`: devices and name, before joining. `joining`: the link is being exchanged. */
  step: "check" | "joining" | "in";
  /** Why joining did not work. */
  refusal?: ApiError;
  participantId?: string;
  title?: string;
  call?: CallState;
  /** A call without sound, on the simulated media server. */
  simulated?: boolean;
  media: MediaState;
  /** When the sound was lost, by the server's clock. */
  lostAt?: number;
  unavailable?: { code: string; message: string };
  verdict?: Verdict;
  leaving?: boolean;
  socket: SocketStatus;
  microphone: boolean;
  microphoneProblem?: string;
  playbackBlocked: boolean;
  pending: readonly Pending[];
  /** Raised when something outside this object changed that the page shows (others' microphones). */
  beat: number;
}

export const before: JoinState = {
  step: "check",
  media: "none",
  socket: "idle",
  microphone: false,
  playbackBlocked: false,
  pending: [],
  beat: 0,
};
