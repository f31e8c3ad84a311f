import { roleName, type Session } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, type ReactNode } from "react";
import { useNow } from "../../core/use-now.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/class-names.ts";
import { clockText, countText, exactText, shortId, whenText } from "../../ui/format.ts";
import { StateChip } from "../../ui/marks.tsx";
import type { Rates } from "./rate.ts";

interface CallsTableProps {
  calls: readonly Session[];
  rates: Rates;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

const ROW = 40;
const COLUMNS =
  "grid grid-cols-[162px_minmax(0,1fr)] items-center gap-3 px-3 md:grid-cols-[168px_minmax(160px,1fr)_110px_80px_84px_84px_148px]";

export function CallsTable({ calls, rates, hasMore, loadingMore, onMore }: CallsTableProps) {
  const box = useRef<HTMLDivElement>(null);
  const running = calls.some((call) => call.status === "active");
  const now = useNow(running);
  const virtual = useVirtualizer({
    count: calls.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
    getItemKey: (index) => calls[index]?.sessionId ?? index,
  });
  const rows = virtual.getVirtualItems();
  const atEnd = (rows.at(-1)?.index ?? 0) >= calls.length - 1;
  useEffect(() => {
    if (atEnd && hasMore && !loadingMore) onMore();
  }, [atEnd, hasMore, loadingMore, onMore]);
  return (
    <div className="card flex min-h-0 flex-col overflow-hidden">
      <div
        ref={box}
        role="table"
        aria-label="Calls"
        aria-rowcount={calls.length + 1}
        className="overflow-y-auto"
      >
        <Head />
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {rows.map(({ index, start, key }) => {
            const call = calls[index];
            return call ? (
              <Row
                key={key}
                call={call}
                index={index}
                top={start}
                now={now}
                rate={rates.perSecond(call.sessionId, now)}
              />
            ) : null;
          })}
        </div>
        {hasMore && (
          <div className="flex justify-center p-2">
            <Button busy={loadingMore} onClick={onMore}>
              Load more
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

const HEADS = [
  ["State", ""],
  ["Who", ""],
  ["Since", "hidden md:block"],
  ["Duration", "hidden text-right md:block"],
  ["Events", "hidden text-right md:block"],
  ["Rate", "hidden text-right md:block"],
  ["Id", "hidden pl-4 md:block"],
] as const;

function Head() {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-panel">
      <div role="row" aria-rowindex={1} className={cx(COLUMNS, "h-8 text-2xs font-medium text-faint")}>
        {HEADS.map(([name, extra]) => (
          <span key={name} role="columnheader" className={extra}>
            {name}
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  call: Session;
  index: number;
  top: number;
  now: number;
  rate: number | undefined;
}

function Row({ call, index, top, now, rate }: RowProps) {
  const created = Date.parse(call.createdAt);
  const ms = durationOf(call, now);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cx(COLUMNS, "absolute inset-x-0 border-b border-line/60 hover:bg-raised")}
      style={{ height: ROW, transform: `translateY(${top}px)` }}
    >
      <Cell>
        <StateChip status={call.status} connection={call.connection} />
      </Cell>
      <Cell className="truncate">
        <Link
          to="/calls/$sessionId"
          params={{ sessionId: call.sessionId }}
          className="font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {titleOf(call)}
        </Link>
        {call.correlationId && <span className="ml-2 text-faint">{call.correlationId}</span>}
        <span className="block text-2xs text-faint md:hidden">{whenText(created, now)}</span>
      </Cell>
      <Cell className="hidden text-muted md:block" title={exactText(created)}>
        {whenText(created, now)}
      </Cell>
      <Cell className="hidden text-right md:block">{ms === undefined ? "" : clockText(ms)}</Cell>
      <Cell className="hidden text-right md:block">{countText(call.latestSequence)}</Cell>
      <Cell className="hidden text-right text-muted md:block">
        {rate === undefined ? "" : `${rate.toFixed(1)}/s`}
      </Cell>
      <Cell className="mono hidden pl-4 text-faint md:block" title={call.sessionId}>
        {shortId(call.sessionId)}
      </Cell>
    </div>
  );
}

function Cell({ children, className, title }: { children: ReactNode; className?: string; title?: string }) {
  return (
    <span role="cell" className={className} title={title}>
      {children}
    </span>
  );
}

/** The call's title, else the names of those who are or were in it. */
export function titleOf(call: Session): string {
  const title = call.metadata["title"];
  if (typeof title === "string" && title.trim()) return title;
  const names = call.participants
    .filter((person) => person.joinedAt !== undefined && person.role !== "observer")
    .flatMap((person) => person.name ?? (person.role ? roleName[person.role] : []));
  if (names.length === 0) return call.status === "created" ? "Nobody yet" : "Nobody";
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function durationOf(call: Session, now: number): number | undefined {
  if (!call.connectedAt) return undefined;
  const over = call.endedAt ?? call.failedAt;
  return (over ? Date.parse(over) : now) - Date.parse(call.connectedAt);
}
