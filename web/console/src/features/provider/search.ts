import type { Outcome } from "../../core/wire.ts";
import { compact, oneOf, textOf } from "../../core/search-text.ts";

export const OUTCOMES = [
  "applied",
  "ignored",
  "unmapped",
  "refused",
  "failed",
] as const satisfies readonly Outcome[];

export const METHODS = ["POST", "PATCH", "PUT", "DELETE"] as const;
export const STATUSES = ["2xx", "4xx", "5xx"] as const;

export interface ProviderSearch {
  /** The API requests instead of the deliveries. */
  show?: "requests";
  outcome?: Outcome;
  session?: string;
  /** The delivery whose details are open. */
  receipt?: string;
  /** What people and keys changed is shown beside. */
  changes?: true;
  /** Requests: their method, how they were answered, who made them, and whose details are open. */
  method?: (typeof METHODS)[number];
  status?: (typeof STATUSES)[number];
  by?: string;
  request?: string;
}

/** Changes what the address says. */
export type Place = (change: { [K in keyof ProviderSearch]?: ProviderSearch[K] | undefined }) => void;

export function readProviderSearch(search: Record<string, unknown>): ProviderSearch {
  const session = textOf(search["session"]);
  if (search["show"] === "requests") {
    return compact({
      show: "requests" as const,
      session,
      method: oneOf(METHODS, search["method"]),
      status: oneOf(STATUSES, search["status"]),
      by: textOf(search["by"]),
      request: textOf(search["request"]),
    });
  }
  return compact({
    outcome: oneOf(OUTCOMES, search["outcome"]),
    session,
    receipt: textOf(search["receipt"]),
    changes: search["changes"] === true ? (true as const) : undefined,
  });
}
