/** Which span the service levels are of, in the address. */
import { compact, oneOf } from "../../core/search-text.ts";

/** Spans that the server knows, the shortest first. */
export const WINDOWS = ["1h", "24h", "7d", "28d"] as const;
export type LevelsWindow = (typeof WINDOWS)[number];

/** What is shown when the address names none. */
export const USUAL: LevelsWindow = "28d";

export interface LevelsSearch {
  window?: LevelsWindow;
}

export const readLevelsSearch = (search: Record<string, unknown>): LevelsSearch =>
  compact({ window: oneOf(WINDOWS, search["window"]) });
