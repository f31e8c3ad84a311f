import { familyOf, type CallState } from "@callboard/api";
import { useMemo } from "react";
import { cx } from "../../ui/class-names.ts";
import { countText } from "../../ui/format.ts";
import { FamilyFilter, PILL } from "./families.tsx";
import type { CallSearch } from "./search.ts";
import { TimelineRow } from "./timeline-row.tsx";
import { useEventList } from "./use-event-list.ts";

interface TimelineProps {
  call: CallState;
  caughtUp: boolean;
  search: CallSearch;
  onPlace: (next: Partial<CallSearch>) => void;
}

/** Every event of the call, as it comes. Arrow keys walk, Enter opens the raw form. */
export function Timeline({ call, caughtUp, search, onPlace }: TimelineProps) {
  const { families } = search;
  const events = useMemo(
    () => (families ? call.events.filter((event) => families.includes(familyOf(event.type))) : call.events),
    [call.events, families],
  );
  const list = useEventList(events, search.event, (event) => onPlace({ event }));
  const zero = call.connectedAt ?? call.createdAt ?? 0;
  return (
    <section aria-label="Events" className="card flex h-[62vh] min-h-0 flex-col overflow-hidden xl:h-auto">
      <div className="flex min-h-9 flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-3 py-1">
        <h2 className="font-semibold">Timeline</h2>
        <FamilyFilter
          events={call.events}
          chosen={families}
          onChoose={(chosen) => onPlace({ families: chosen })}
        />
        <button type="button" aria-pressed={list.following} className={PILL} onClick={list.toggleFollow}>
          follow
          <i
            className={cx("size-[7px] rounded-full border border-current", list.following && "bg-current")}
            aria-hidden
          />
        </button>
        <span className="ml-auto font-medium text-faint">{countLine(events.length, call, caughtUp)}</span>
      </div>
      <div
        ref={list.box}
        onScroll={list.onScroll}
        onKeyDown={list.onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto"
      >
        {events.length === 0 && (
          <p className="px-3 py-6 text-center text-muted">{emptyLine(call, caughtUp)}</p>
        )}
        <div role="list" aria-label="Timeline" className="relative" style={{ height: list.height }}>
          {list.rows.map(({ index, start }) => {
            const event = events[index];
            return event ? (
              <TimelineRow
                key={event.sequence}
                event={event}
                people={call.participants}
                zero={zero}
                index={index}
                count={events.length}
                top={start}
                selected={event.sequence === search.event}
                reachable={index === list.reachable}
                onOpen={() =>
                  onPlace({ event: event.sequence === search.event ? undefined : event.sequence })
                }
              />
            ) : null;
          })}
        </div>
      </div>
    </section>
  );
}

function countLine(shown: number, call: CallState, caughtUp: boolean): string {
  const all = call.events.length;
  if (!caughtUp) return `reading, ${countText(all)} so far`;
  if (shown !== all) return `${countText(shown)} of ${countText(all)} events`;
  return `${countText(all)} ${all === 1 ? "event" : "events"}, no gaps`;
}

function emptyLine(call: CallState, caughtUp: boolean): string {
  if (!caughtUp) return "Reading the log";
  return call.events.length > 0 ? "No event of these families yet" : "Nothing has happened yet";
}
