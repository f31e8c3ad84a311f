/** Pages of a log fetched ahead of the stream, so that any place can be shown at once. Pure. */
import type { CallEvent } from "@callboard/api";

export const PAGE = 200;

/** The page that a sequence is on; pages count from zero. */
export const pageOf = (sequence: number): number => Math.floor((sequence - 1) / PAGE);

/** Pages that the sequences from `first` to `last` need, of those beyond what the stream has brought. */
export function missingPages(
  first: number,
  last: number,
  streamed: number,
  held: ReadonlyMap<number, unknown>,
): number[] {
  const pages: number[] = [];
  for (let page = pageOf(Math.max(1, first, streamed + 1)); page <= pageOf(last); page++) {
    if (!held.has(page)) pages.push(page);
  }
  return last > streamed ? pages : [];
}

/** The held pages without those that the stream has overtaken; the same map when none was. */
export function trimmed<T>(held: ReadonlyMap<number, T>, streamed: number): ReadonlyMap<number, T> {
  const kept = [...held].filter(([page]) => (page + 1) * PAGE > streamed);
  return kept.length === held.size ? held : new Map(kept);
}

/** An event out of the held pages. */
export function heldEvent(
  held: ReadonlyMap<number, readonly CallEvent[]>,
  sequence: number,
): CallEvent | undefined {
  return held.get(pageOf(sequence))?.find((event) => event.sequence === sequence);
}
