/** Which events the timeline shows. Pure, and cheap when the log only grew. */
import { describe, familyOf, type CallEvent, type CallState, type Family } from "@callboard/api";

export interface Filter {
  families?: readonly Family[] | undefined;
  q?: string | undefined;
}

export const isFiltering = (filter: Filter): boolean =>
  filter.families !== undefined || (filter.q ?? "").trim() !== "";

/** Every word of the search must be in the type, the line, the note or the writer of the event. */
export function matcher(filter: Filter, people: CallState["participants"]): (event: CallEvent) => boolean {
  const { families } = filter;
  const wanted = (filter.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return (event) => {
    if (families && !families.includes(familyOf(event.type))) return false;
    if (wanted.length === 0) return true;
    const text = `${event.type} ${describe(event, people)} ${event.actor.id} ${event.sequence}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
}

export interface Filtered {
  filter: Filter;
  /** How far the log was read, and what stood there: told from another log by it. */
  read: number;
  last: CallEvent | undefined;
  events: readonly CallEvent[];
}

/** The events that pass. Given what it gave before for a shorter log, it reads only what is new. */
export function filtered(
  events: readonly CallEvent[],
  filter: Filter,
  people: CallState["participants"],
  before?: Filtered,
): Filtered {
  const goesOn =
    before !== undefined &&
    before.filter === filter &&
    before.read <= events.length &&
    before.last === events[before.read - 1];
  if (goesOn && before.read === events.length) return before;
  const fresh = (goesOn ? events.slice(before.read) : events).filter(matcher(filter, people));
  return {
    filter,
    read: events.length,
    last: events.at(-1),
    events: goesOn ? (fresh.length === 0 ? before.events : [...before.events, ...fresh]) : fresh,
  };
}

const CLOCK = /^\s*([-−])?(?:(\d+):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,3}))?\s*$/;

/** A time of the call as people write it (`12:04`, `12:04.9`, `1:02:03`, `75` for seconds), in milliseconds. */
export function readClock(text: string): number | undefined {
  if (/^\s*\d+(?:\.\d+)?\s*s?\s*$/.test(text)) return Math.round(Number.parseFloat(text) * 1000);
  const [, minus, hours = "0", minutes = "0", seconds = "0", part = ""] = CLOCK.exec(text) ?? [];
  if (!CLOCK.test(text) || Number(seconds) > 59 || (hours !== "0" && Number(minutes) > 59)) return undefined;
  const ms =
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(part.padEnd(3, "0"));
  return minus ? -ms : ms;
}
