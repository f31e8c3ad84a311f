import type { Session } from "@callboard/api";
import { titleOf } from "./title.ts";

/** Whether a call's title, id or reference holds a text, whatever its case. */
export function holds(call: Session, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [titleOf(call), call.sessionId, call.correlationId].some((name) =>
    name?.toLowerCase().includes(wanted),
  );
}
