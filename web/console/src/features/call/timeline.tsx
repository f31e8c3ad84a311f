import { eventOf, indexOfSequence, sequenceAt, zeroOf, type CallState } from "@callboard/api";
import { ArrowDown, Search } from "lucide-react";
import {
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
} from "react";
import { cx } from "../../ui/class-names.ts";
import { countText } from "../../ui/format.ts";
import { FamilyFilter, PILL } from "./families.tsx";
import { filtered, isFiltering, readClock, type Filter, type Filtered } from "./filter.ts";
import type { CallSearch } from "./search.ts";
import { TimelineRow } from "./timeline-row.tsx";
import { isMove, useEventList, type Rows } from "./use-event-list.ts";
import type { Log } from "./use-log.ts";

/** What the page's keys do with the timeline. */
export interface TimelineHandle {
  /** Walks by a key; false where the key is none of the list's. */
  move: (key: string, focus: boolean) => boolean;
  find: () => void;
  goTo: () => void;
}

interface TimelineProps {
  call: CallState;
  log: Log;
  people: CallState["participants"];
  caughtUp: boolean;
  /** More events may come. */
  live: boolean;
  search: CallSearch;
  at: number | undefined;
  onPick: (sequence: number) => void;
  onRaw: (sequence: number) => void;
  onPlace: (next: Partial<CallSearch>) => void;
  /** Leaves the chosen moment for the end of the call. */
  onEnd: () => void;
  ref?: Ref<TimelineHandle>;
}

/** Every event of the call, as it comes: the strip in words. */
export function Timeline(props: TimelineProps) {
  const { call, log, search, at, caughtUp } = props;
  const rows = useRows(props);
  const newest = log.count === 0 ? 0 : log.sequence(log.count - 1);
  const list = useEventList(rows, at, { live: props.live, newest }, props.onPick);
  const find = useRef<HTMLInputElement>(null);
  const goTo = useRef<HTMLInputElement>(null);
  useImperativeHandle(props.ref, () => ({
    move: list.move,
    find: () => find.current?.focus(),
    goTo: () => goTo.current?.focus(),
  }));
  const [first, last] = [list.items[0]?.index ?? 0, list.items.at(-1)?.index ?? 0];
  const { want } = log;
  useEffect(() => {
    if (rows === log) want(first, last);
  }, [rows, log, want, first, last]);
  const zero = zeroOf(call) ?? 0;
  const jump = (ms: number) => {
    const sequence = sequenceAt(call.events, zero, zero + ms);
    if (sequence !== undefined) props.onPick(sequence);
  };
  return (
    <section
      aria-label="Events"
      className="card relative flex h-[62vh] min-h-0 min-w-0 flex-col overflow-hidden xl:h-auto"
    >
      <div className="flex min-h-9 flex-wrap items-center gap-x-2.5 gap-y-1 border-b border-line px-3 py-1">
        <h2 className="font-semibold">Timeline</h2>
        <FamilyFilter
          events={call.events}
          chosen={search.families}
          onChoose={(families) => props.onPlace({ families })}
        />
        <Find field={find} value={search.q ?? ""} onChange={(q) => props.onPlace({ q })} />
        <GoTo field={goTo} onGo={jump} />
        {props.live && <FollowPill on={list.following} onToggle={list.toggleFollow} />}
        <span className="ml-auto font-medium text-faint" aria-live="off">
          {countLine(rows, log, call, caughtUp)}
        </span>
      </div>
      <div
        ref={list.box}
        onScroll={list.onScroll}
        onKeyDown={(event) => onListKey(event, list.move)}
        className="min-h-0 flex-1 overflow-y-auto"
      >
        {rows.count === 0 && <p className="px-3 py-6 text-center text-muted">{emptyLine(call, caughtUp)}</p>}
        <Listing {...props} rows={rows} list={list} zero={zero} />
      </div>
      {list.fresh > 0 && (
        <FreshPill
          count={list.fresh}
          onPress={() => {
            props.onEnd();
            list.toEnd();
          }}
        />
      )}
    </section>
  );
}

interface ListingProps extends TimelineProps {
  rows: ShownRows;
  list: ReturnType<typeof useEventList>;
  zero: number;
}

function Listing({ rows, list, zero, people, at, onPick, onRaw }: ListingProps) {
  return (
    <div role="list" aria-label="Timeline" className="relative" style={{ height: list.height }}>
      {list.items.map(({ index, start }) => {
        const sequence = rows.sequence(index);
        return (
          <TimelineRow
            key={sequence}
            event={rows.row(index)}
            sequence={sequence}
            people={people}
            zero={zero}
            index={index}
            count={rows.count}
            top={start}
            selected={sequence === at}
            reachable={index === list.reachable}
            onPick={onPick}
            onRaw={onRaw}
          />
        );
      })}
    </div>
  );
}

function FollowPill({ on, onToggle }: { on: boolean; onToggle: () => void }) {
  return (
    <button type="button" aria-pressed={on} className={PILL} onClick={onToggle}>
      follow
      <i className={cx("size-[7px] rounded-full border border-current", on && "bg-current")} aria-hidden />
    </button>
  );
}

function FreshPill({ count, onPress }: { count: number; onPress: () => void }) {
  return (
    <button
      type="button"
      className="absolute bottom-3 left-1/2 inline-flex h-7 -translate-x-1/2 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-on-accent shadow-lg hover:opacity-90"
      onClick={onPress}
    >
      <ArrowDown size={13} aria-hidden />
      {countText(count)} new
    </button>
  );
}

interface ShownRows extends Rows {
  row: Log["row"];
}

/** The whole log, or what passes the filter of what has been read. */
function useRows({ call, log, search, people }: TimelineProps): ShownRows {
  const { families } = search;
  const q = useDeferredValue(search.q);
  const key = families?.join();
  const filter = useMemo<Filter>(
    () => ({ families, q }),
    // A new list of the same families is the same filter.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key, q],
  );
  const before = useRef<Filtered>(undefined);
  return useMemo(() => {
    if (!isFiltering(filter)) return log;
    const { events } = (before.current = filtered(call.events, filter, people, before.current));
    return {
      count: events.length,
      row: (index) => events[index],
      sequence: (index) => events[index]?.sequence ?? 0,
      indexOf: (sequence) => (eventOf(events, sequence) ? indexOfSequence(events, sequence) : -1),
    };
  }, [filter, log, call.events, people]);
}

function onListKey(event: KeyboardEvent, move: TimelineHandle["move"]): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !isMove(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  move(event.key, true);
}

const FIELD =
  "h-[22px] rounded-full border border-line bg-panel text-[11.5px] outline-offset-0 hover:border-edge focus-visible:border-accent";

interface FieldProps {
  field: Ref<HTMLInputElement>;
}

/** Words to filter by. The address follows a moment later, so that typing is not slowed by it. */
function Find({ field, value, onChange }: FieldProps & { value: string; onChange: (q?: string) => void }) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => {
    if (typed === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed.trim() ? typed : undefined);
    }, 150);
    return () => clearTimeout(timer);
  }, [typed, onChange]);
  return (
    <span className="relative">
      <Search size={11} className="pointer-events-none absolute top-[5.5px] left-2 text-faint" aria-hidden />
      <input
        ref={field}
        type="search"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (typed) setTyped("");
          else event.currentTarget.blur();
        }}
        aria-label="Filter events by text"
        placeholder="Filter"
        title="Filter (/)"
        className={cx(FIELD, "w-32 pr-2 pl-6 xl:w-28 2xl:w-40")}
      />
    </span>
  );
}

function GoTo({ field, onGo }: FieldProps & { onGo: (ms: number) => void }) {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const ms = readClock(text);
        setWrong(ms === undefined);
        if (ms !== undefined) onGo(ms);
      }}
    >
      <input
        ref={field}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        aria-label="Go to a time of the call, as 12:04"
        aria-invalid={wrong}
        placeholder="Go to 0:00"
        title={wrong ? "Write a time as 12:04 or 1:02:03.5" : "Go to a time (g)"}
        className={cx(FIELD, "w-[84px] px-2.5 aria-invalid:border-bad")}
      />
    </form>
  );
}

function countLine(rows: Rows, log: Log, call: CallState, caughtUp: boolean): string {
  const read = call.events.length;
  if (!caughtUp) {
    return log.count > read
      ? `reading, ${countText(read)} of ${countText(log.count)}`
      : `reading, ${countText(read)} so far`;
  }
  if (rows !== log) return `${countText(rows.count)} of ${countText(read)} events`;
  return `${countText(read)} ${read === 1 ? "event" : "events"}, no gaps`;
}

function emptyLine(call: CallState, caughtUp: boolean): string {
  if (!caughtUp) return "Reading the log";
  return call.events.length > 0 ? "No event passes this filter" : "Nothing has happened yet";
}
