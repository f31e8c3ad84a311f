import type { Outcome } from "../../core/wire.ts";
import { compact, oneOf, textOf } from "../../core/search-text.ts";

export const OUTCOMES = [
  "applied",
  "ignored",
  "unmapped",
  "refused",
  "failed",
] as const satisfies readonly Outcome[];

export interface ProviderSearch {
  outcome?: Outcome;
  session?: string;
  /** The delivery whose details are open. */
  receipt?: string;
  /** What people and keys changed is shown beside. */
  changes?: true;
}

export const readProviderSearch = (search: Record<string, unknown>): ProviderSearch =>
  compact({
    outcome: oneOf(OUTCOMES, search["outcome"]),
    session: textOf(search["session"]),
    receipt: textOf(search["receipt"]),
    changes: search["changes"] === true ? true : undefined,
  });
