import { compact, textOf } from "../../core/search-text.ts";

export interface AuditSearch {
  /** Only this action, `key.create`. */
  action?: string;
  /** Only what this user, key or pass did, by its id. */
  by?: string;
  /** Only what was done to this, by its id. */
  on?: string;
  /** From here, until there: local times as a date field gives them. */
  from?: string;
  until?: string;
  /** The entry whose details are open. */
  entry?: string;
}

/** Changes what the address says. */
export type Place = (change: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }) => void;

const localTime = (value: unknown): string | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;

export const readAuditSearch = (search: Record<string, unknown>): AuditSearch =>
  compact({
    action: textOf(search["action"]),
    by: textOf(search["by"]),
    on: textOf(search["on"]),
    from: localTime(search["from"]),
    until: localTime(search["until"]),
    entry: textOf(search["entry"]),
  });

const instant = (at: string | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

/** What the server is asked for. */
export const queryOf = ({ action, by, on, from, until }: AuditSearch) =>
  compact({ action, actorId: by, objectId: on, from: instant(from), until: instant(until) });
