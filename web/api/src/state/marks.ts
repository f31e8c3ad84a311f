import type { CallEvent } from "../wire.ts";
import type { Mark, MarkKind } from "./model.ts";

const KINDS: Readonly<Record<string, readonly [Mark["lane"], MarkKind]>> = {
  "orchestration.action.requested": ["actions", "proposed"],
  "action.proposed": ["actions", "proposed"],
  "action.requires_confirmation": ["actions", "waiting"],
  "safety.approved": ["actions", "approved"],
  "safety.blocked": ["actions", "blocked"],
  "action.executed": ["actions", "executed"],
  "action.cancelled": ["actions", "cancelled"],
  "action.failed": ["errors", "error"],
  "call.error": ["errors", "error"],
  "call.terminal_failure": ["errors", "failure"],
  "usage.warning": ["errors", "warning"],
  "usage.stopped": ["errors", "warning"],
};

/** The mark that an event leaves on the strip, if its type leaves one. */
export function markOf(event: CallEvent, at: number): Mark | undefined {
  const known = KINDS[event.type];
  return known && { sequence: event.sequence, at, lane: known[0], kind: known[1] };
}
