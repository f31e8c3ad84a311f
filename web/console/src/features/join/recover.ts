/** The way back into the call, tried until it works or the server says that it cannot. */
import { asApiError, backoffMs, type Callboard, type Transport } from "@callboard/api";
import type { Seat } from "./record.ts";

/** What is new on return. */
export interface Return {
  resumeToken: string;
  serverTime: string;
  transport?: Transport;
}

export type Recovery =
  | { kind: "back"; answer: Return }
  /** The call is over; its events say how. */
  | { kind: "over" }
  | { kind: "expired" }
  /** The pass is good no more: this person was taken out of the call. */
  | { kind: "removed" }
  | { kind: "cancelled" };

export interface RecoverOptions {
  api: Pick<Callboard, "reconnect" | "transport">;
  seat: () => Seat;
  lastSequence: () => number;
  cancelled: () => boolean;
  wait: (ms: number) => Promise<void>;
}

const OVER = new Set(["SESSION_CLOSED"]);
const EXPIRED = new Set(["RECONNECT_WINDOW_EXPIRED", "TOKEN_EXPIRED", "NOT_FOUND"]);
const REMOVED = new Set(["UNAUTHENTICATED"]);

/** Asks for the way back, by the resume token and, where that is not good any more, by the pass. */
export async function recover(options: RecoverOptions): Promise<Recovery> {
  let byPass = false;
  for (let attempt = 0; !options.cancelled(); attempt++) {
    try {
      const answer = byPass ? await viaPass(options) : await viaResume(options);
      return { kind: "back", answer };
    } catch (thrown) {
      const error = asApiError(thrown);
      if (OVER.has(error.code)) return { kind: "over" };
      if (EXPIRED.has(error.code)) return { kind: "expired" };
      if (REMOVED.has(error.code)) return { kind: "removed" };
      if (error.code === "INVALID_RESUME_TOKEN" && byPass) return { kind: "expired" };
      byPass = error.code === "INVALID_RESUME_TOKEN";
      if (!byPass) await options.wait(backoffMs(attempt));
    }
  }
  return { kind: "cancelled" };
}

function viaResume({ api, seat, lastSequence }: RecoverOptions): Promise<Return> {
  const { sessionId, resumeToken, consumerId } = seat();
  return api.reconnect(sessionId, { resumeToken, consumerId, lastAckSequence: lastSequence(), limit: 1 });
}

async function viaPass({ api, seat }: RecoverOptions): Promise<Return> {
  const { resumeToken, transport } = await api.transport(seat().sessionId);
  return { resumeToken, transport, serverTime: transport.issuedAt };
}
