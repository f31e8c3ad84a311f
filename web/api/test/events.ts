/** Makers of events for the tests. */
import type { CallEvent } from "../src/index.ts";

export const T0 = Date.parse("2026-11-21T12:00:00Z");
export const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();

export function event(sequence: number, type: string, payload: object = {}, seconds = sequence): CallEvent {
  return {
    eventId: `evt_${sequence}`,
    sessionId: "ses_1",
    sequence,
    ts: at(seconds),
    type,
    actor: { role: "system", id: "callboard" },
    payload: { callId: "ses_1", ...payload },
    schemaVersion: "1.0",
  };
}

/** Events from `[type, payload, seconds]`, numbered from one. */
export const log = (...lines: [type: string, payload?: object, seconds?: number][]): CallEvent[] =>
  lines.map(([type, payload, seconds], index) => event(index + 1, type, payload, seconds));

export const person = (id: string, more: object = {}) => ({
  participantId: id,
  identity: `caller_${id}`,
  kind: "standard",
  role: "caller",
  name: id,
  ...more,
});
