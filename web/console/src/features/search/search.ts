import { compact, textOf } from "../../core/search-text.ts";

export interface SearchSearch {
  q?: string;
  /** Said from this day on, until that day: local days, `2026-11-22`. */
  from?: string;
  until?: string;
  session?: string;
}

const day = (value: unknown): string | undefined =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;

export const readSearchSearch = (search: Record<string, unknown>): SearchSearch =>
  compact({
    q: textOf(search["q"]),
    from: day(search["from"]),
    until: day(search["until"]),
    session: textOf(search["session"]),
  });

/** The first instant of a local day; `after` days later. */
export function dayStart(localDay: string | undefined, after = 0): string | undefined {
  if (localDay === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = localDay.split("-").map(Number);
  return new Date(year, month - 1, date + after).toISOString();
}
