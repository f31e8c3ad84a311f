import type { SessionQuery, SessionStatus } from "@callboard/api";
import { compact, oneOf, textOf } from "../../core/search-text.ts";

export const STATUSES = ["active", "created", "ended", "failed"] as const satisfies readonly SessionStatus[];

/** Spans of time to look back over, with their length in hours. */
export const SPANS = { "1h": 1, "24h": 24, "7d": 168 } as const;
export type Span = keyof typeof SPANS;
const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** The list's filters, kept in the address. */
export interface CallsSearch {
  status?: SessionStatus;
  /** Created within this span before now. */
  within?: Span;
  /** Created from here, until there: local times as a date field gives them. */
  from?: string;
  until?: string;
  /** The builder's own reference. */
  reference?: string;
  /** A key of the metadata, and its value. */
  key?: string;
  value?: string;
  /** A part of a title, an id, a reference or a name. */
  text?: string;
}

export function readCallsSearch(search: Record<string, unknown>): CallsSearch {
  const key = textOf(search["key"]);
  return compact({
    status: oneOf(STATUSES, search["status"]),
    within: oneOf(SPAN_NAMES, search["within"]),
    from: localTime(search["from"]),
    until: localTime(search["until"]),
    reference: textOf(search["reference"]),
    key,
    value: key === undefined ? undefined : textOf(search["value"]),
    text: textOf(search["text"]),
  });
}

const localTime = (value: unknown): string | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;

const MINUTE_MS = 60_000;

/** What the server is asked for; `now` in milliseconds, taken to the minute so that the question stays the same. */
export function queryOf(search: CallsSearch, now: number): SessionQuery {
  const iso = (at: string | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  const back = search.within && new Date(minute - SPANS[search.within] * 60 * MINUTE_MS).toISOString();
  return compact({
    status: search.status,
    createdAfter: back ?? iso(search.from),
    createdBefore: search.within ? undefined : iso(search.until),
    correlationId: search.reference,
    metadataKey: search.key,
    metadataValue: search.value,
    q: search.text?.trim().slice(0, 200),
  });
}

/** How many filters besides the status are on. */
export const countFilters = ({ within, from, until, reference, key }: CallsSearch): number =>
  [within ?? from ?? until, reference, key].filter((value) => value !== undefined).length;
