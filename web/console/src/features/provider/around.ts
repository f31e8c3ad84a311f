import type { AuditEntry } from "../../core/wire.ts";

/** How far from a delivery a change still stands beside it. */
const NEAR_MS = 60_000;

interface Place {
  session?: string | undefined;
  near?: string | undefined;
}

/** The changes to a call, and those near a time; all where neither is named. */
export function around(entries: readonly AuditEntry[], { session, near }: Place): AuditEntry[] {
  if (session === undefined && near === undefined) return [...entries];
  const at = near === undefined ? Number.NaN : Date.parse(near);
  return entries.filter(
    (entry) =>
      (session !== undefined && entry.object.id === session) ||
      Math.abs(Date.parse(entry.at) - at) <= NEAR_MS ||
      (session !== undefined && entry.detail["sessionId"] === session),
  );
}
