import type { SessionStatus } from "@callboard/api";

export const STATUSES = ["active", "created", "ended", "failed"] as const satisfies readonly SessionStatus[];

export interface CallsSearch {
  status?: SessionStatus;
}

/** The list's filters, kept in the address. */
export function readCallsSearch(search: Record<string, unknown>): CallsSearch {
  const status = STATUSES.find((known) => known === search["status"]);
  return status ? { status } : {};
}
