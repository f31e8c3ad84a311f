/** The frames of `GET /v1/realtime/ws`: JSON texts, one object each. */
import type { CallEvent, NewEvent, Problem } from "./wire.ts";

export type ClientFrame =
  | { op: "auth"; pass: string }
  | { op: "subscribe"; id: string; sessionId: string; afterSequence?: number }
  | { op: "subscribe"; id: string; tenant: true; cursor?: string }
  | { op: "unsubscribe"; id: string }
  | { op: "ack"; sessionId: string; consumerId: string; sequence: number }
  | { op: "append"; id: string; events: NewEvent[] }
  | { op: "ping"; id: string };

export type ServerFrame =
  | { op: "ready"; serverTime: string }
  | { op: "subscribed"; id: string; latestSequence?: number; cursor?: string }
  | { op: "events"; id: string; events: CallEvent[]; cursor?: string }
  | { op: "closed"; id: string; reason: string }
  | { op: "error"; id?: string; problem: Problem }
  | { op: "acked" | "appended" | "pong"; id?: string };

/** Reads a frame; anything that is not one is `undefined`. */
export function readFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    const known = typeof frame === "object" && frame !== null && "op" in frame;
    return known ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
