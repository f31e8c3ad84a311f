/** The one thing to tell a person about the state of their call. Pure. */
import { spanText, words, type CallState } from "@callboard/api";
import type { JoinState } from "./model.ts";

export type Phase = "connecting" | "connected" | "reconnecting" | "ended" | "failed";

export interface Shown {
  phase: Phase;
  /** Begins with Connecting, Connected, Reconnecting, Call ended or Call failed. */
  text: string;
  detail?: string;
  /** Until when a return is possible. */
  deadline?: number;
}

const ENDS: Readonly<Record<string, string>> = {
  user_hangup: "It was hung up.",
  timeout: "It reached its time limit.",
  operator_ended: "It was ended by the operator.",
  provider_ended: "The media server closed the room.",
  agent_handover: "You are being handed over.",
};

function over(call: CallState | undefined): Shown | undefined {
  if (call?.status === "failed") {
    return {
      phase: "failed",
      text: "Call failed",
      detail: call.failure?.message || words(call.failure?.code),
    };
  }
  if (call?.status !== "ended") return undefined;
  const lasted = call.durationMs ? `It lasted ${spanText(call.durationMs)}.` : undefined;
  const detail = [ENDS[call.endReason ?? ""], lasted].filter(Boolean).join(" ");
  return { phase: "ended", text: "Call ended", ...(detail ? { detail } : {}) };
}

function out({ verdict, call, participantId }: JoinState): Shown | undefined {
  if (verdict === "left")
    return { phase: "ended", text: "Call ended for you", detail: "You left. The others may go on." };
  if (verdict === "elsewhere") {
    return { phase: "ended", text: "Call ended here", detail: "It was opened in another tab or window." };
  }
  if (verdict === "expired") {
    return {
      phase: "failed",
      text: "Call failed",
      detail: "The time to come back is over. Ask for a new link.",
    };
  }
  const me = call?.participants.get(participantId ?? "");
  if (verdict === "removed" || me?.state === "left") {
    return {
      phase: "ended",
      text: "Call ended for you",
      detail: "You are no longer in the call. Ask for a new link to return.",
    };
  }
  return undefined;
}

function reconnecting(state: JoinState): Shown | undefined {
  const { call, media, participantId, lostAt } = state;
  const cut = call?.cuts.find(
    (each) => each.participantId === participantId && each.to === undefined && !each.reported,
  );
  const mediaLost = media === "reconnecting" || media === "lost";
  const textLost = media === "none" && state.socket === "waiting";
  if (!mediaLost && !textLost && !(cut && media !== "connected")) return undefined;
  const guess =
    lostAt === undefined || !call?.reconnectWindowMs ? undefined : lostAt + call.reconnectWindowMs;
  const deadline = cut?.windowEndsAt ?? guess;
  return {
    phase: "reconnecting",
    text: "Reconnecting, coming back by itself",
    ...(deadline ? { deadline } : {}),
  };
}

export function phaseOf(state: JoinState): Shown {
  const settled = over(state.call) ?? out(state) ?? reconnecting(state);
  if (settled) return settled;
  const socketUp = state.socket === "open";
  if (state.media === "connecting" || (state.media === "none" && !socketUp))
    return { phase: "connecting", text: "Connecting" };
  const others = [...(state.call?.participants.values() ?? [])].filter(
    (person) =>
      person.participantId !== state.participantId && person.state !== "left" && person.state !== "invited",
  );
  const detail = soundless(state) ?? (others.length === 0 ? aloneText(state) : undefined);
  return { phase: "connected", text: "Connected", ...(detail ? { detail } : {}) };
}

function soundless({ media, simulated }: JoinState): string | undefined {
  if (media === "none") return "Text only";
  return simulated ? "Simulated, without sound" : undefined;
}

/** Someone who was here and went is not someone who has yet to come. */
function aloneText({ call, participantId }: JoinState): string {
  const was = [...(call?.participants.values() ?? [])].some(
    (person) => person.participantId !== participantId && person.state === "left",
  );
  return was ? "Nobody else is here now" : "Waiting for someone to join";
}

/** Whether the person can still speak, type and leave. */
export const isIn = (shown: Shown): boolean => shown.phase !== "ended" && shown.phase !== "failed";
