/** Keeps the loaded part of the list true while calls come and change. Pure. */
import type { CallEvent, Page, Session, SessionQuery } from "@callboard/api";
import { holds } from "./find.ts";

export type Pages = readonly Page<Session>[];

/** A value of the metadata as the filter writes it: text as it is, others as JSON. */
const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Whether a session is one of those that the list was asked for. */
export function passes(session: Session, query: SessionQuery): boolean {
  const { status, correlationId, createdAfter, createdBefore, metadataKey, metadataValue, q } = query;
  const created = Date.parse(session.createdAt);
  if (status !== undefined && session.status !== status) return false;
  if (correlationId !== undefined && session.correlationId !== correlationId) return false;
  if (createdAfter !== undefined && created < Date.parse(createdAfter)) return false;
  if (createdBefore !== undefined && created >= Date.parse(createdBefore)) return false;
  if (q !== undefined && !holds(session, q)) return false;
  if (metadataKey === undefined) return true;
  if (!(metadataKey in session.metadata)) return false;
  return metadataValue === undefined || written(session.metadata[metadataKey]) === metadataValue;
}

/** The list's order: newest first, then by id. */
const before = (a: Session, b: Session): boolean =>
  a.createdAt === b.createdAt ? a.sessionId > b.sessionId : a.createdAt > b.createdAt;

/**
 * Puts a freshly read session where it belongs. One that no longer passes the filter goes; one that
 * would stand below the last loaded row waits until its page is loaded.
 */
export function mergeSession(pages: Pages, session: Session, query: SessionQuery = {}): Page<Session>[] {
  const same = (item: Session) => item.sessionId === session.sessionId;
  const fits = passes(session, query);
  const known = pages.some((page) => page.items.some(same));
  const others = pages.map((page) => ({
    ...page,
    items: fits
      ? page.items.map((item) => (same(item) ? session : item))
      : page.items.filter((item) => !same(item)),
  }));
  if (known || !fits) return others;
  const open = others.findIndex((page, index) => {
    const last = page.items.at(-1);
    return (
      (last !== undefined && before(session, last)) ||
      (index === others.length - 1 && page.nextCursor === null)
    );
  });
  const target = others[open];
  if (!target) return others;
  const at = target.items.findIndex((item) => before(session, item));
  const items = [...target.items];
  items.splice(at < 0 ? items.length : at, 0, session);
  others[open] = { ...target, items };
  return others;
}

/** Raises `latestSequence` of the calls that these events belong to. */
export function countEvents(pages: Pages, events: readonly CallEvent[]): Pages {
  const latest = new Map<string, number>();
  for (const event of events) {
    latest.set(event.sessionId, Math.max(latest.get(event.sessionId) ?? 0, event.sequence));
  }
  return pages.map((page) => ({
    ...page,
    items: page.items.map((item) => {
      const sequence = latest.get(item.sessionId) ?? 0;
      return sequence > item.latestSequence ? { ...item, latestSequence: sequence } : item;
    }),
  }));
}

const QUIET = /^call\.(track|turn|agent|voice|recording|error)/;

/** Whether an event may have changed what the list shows of its call, beyond the count. */
export const changesRow = (event: CallEvent): boolean =>
  event.type.startsWith("call.") && !QUIET.test(event.type);
