import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from "react";
import { Button } from "./button.tsx";
import { cx } from "./class-names.ts";
import { useNarrow, useTight } from "./use-narrow.ts";

/** What the one link or button of a row takes, so that arrow keys can walk from row to row. */
export interface Reach {
  tabIndex: number;
  "data-reach": true;
  className: string;
}

export interface Column<T> {
  head: string;
  /** Its width, as a track of a grid: `96px`, `minmax(140px,1fr)`. */
  width: string;
  cell: (item: T, reach: Reach) => ReactNode;
  /** Shown on a phone too; the others are left out there. */
  narrow?: boolean;
  /** Left out in a smaller window, and while details stand beside the list. */
  spare?: boolean;
  /** Numbers stand at the end of their column. */
  end?: boolean;
  /** Stands off from numbers before it. */
  apart?: boolean;
  className?: string;
}

interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
  rowPx?: number;
  narrowRowPx?: number;
  /** Key of the row whose details are open. */
  selected?: string | undefined;
  hasMore?: boolean;
  loadingMore?: boolean;
  onMore?: () => void;
  /** Told which row the arrow keys went to while details are open. */
  onWalk?: (item: T) => void;
}

/** The link fills its row, so that the whole of it can be pressed. */
const REACH =
  "after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent";

const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at, last) => Math.min(last, at + 12),
  PageUp: (at) => Math.max(0, at - 12),
  Home: () => 0,
  End: (_at, last) => last,
};

const GRID = "grid items-center gap-3 px-3 [grid-template-columns:var(--columns)]";

const ROW = cx(GRID, "absolute inset-x-0 border-b border-line/60 transition-colors hover:bg-raised");

const HEAD_PX = 35;
const LEAST_PX = 260;

/** A list of any length: only what is seen is drawn. One stop for Tab, arrow keys within. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, items, keyOf, selected, hasMore = false, loadingMore = false, onMore } = props;
  const narrow = useNarrow();
  const rowPx = narrow ? (props.narrowRowPx ?? 52) : (props.rowPx ?? 36);
  const lean = useTight() || selected !== undefined;
  const columns = lean ? props.columns.filter(({ spare }) => !spare) : props.columns;
  const template = narrow ? "minmax(0,1fr) auto" : columns.map(({ width }) => width).join(" ");
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    getItemKey: (index) => (items[index] === undefined ? index : keyOf(items[index])),
  });
  useEffect(() => virtual.measure(), [virtual, rowPx]);
  const walk = useWalk(props, box, (index) => virtual.scrollToIndex(index, { align: "auto" }));
  const rows = virtual.getVirtualItems();
  const atEnd = (rows.at(-1)?.index ?? 0) >= items.length - 1;
  // Where the page has little room the page scrolls, rather than a slit of the list.
  const least = Math.min(LEAST_PX, (narrow ? 2 : HEAD_PX) + items.length * rowPx);
  useEffect(() => {
    if (atEnd && hasMore && !loadingMore) onMore?.();
  }, [atEnd, hasMore, loadingMore, onMore]);
  return (
    <div
      className="card flex min-h-0 min-w-0 flex-col overflow-hidden"
      style={{ "--columns": template, minHeight: least } as CSSProperties}
    >
      <div ref={box} className="overflow-y-auto">
        <div role="table" aria-label={label} aria-rowcount={items.length + 1} onKeyDown={walk.onKeyDown}>
          <Head columns={columns} />
          <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
            {rows.map(({ index, start, key }) => {
              const item = items[index];
              if (item === undefined) return null;
              const chosen = selected !== undefined && keyOf(item) === selected;
              return (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-current={chosen ? "true" : undefined}
                  data-row={index}
                  className={cx(ROW, chosen && "bg-accent/9 shadow-[inset_2px_0_0_var(--accent)]")}
                  style={{ height: rowPx, transform: `translateY(${start}px)` }}
                >
                  <Cells columns={columns} item={item} reachable={index === walk.reachable} />
                </div>
              );
            })}
          </div>
        </div>
        {hasMore && <More busy={loadingMore} onMore={onMore} />}
      </div>
    </div>
  );
}

function More({ busy, onMore }: { busy: boolean; onMore: (() => void) | undefined }) {
  return (
    <div className="flex justify-center p-2">
      <Button busy={busy} onClick={onMore}>
        Load more
      </Button>
    </div>
  );
}

function useWalk<T>(
  { items, keyOf, selected, onWalk }: DataTableProps<T>,
  box: React.RefObject<HTMLDivElement | null>,
  bringIntoView: (index: number) => void,
) {
  const [walked, setWalked] = useState<string>();
  const indexOf = (key: string | undefined) =>
    key === undefined ? -1 : items.findIndex((item) => keyOf(item) === key);
  const walkedTo = indexOf(walked);
  const reachable = Math.max(0, walkedTo >= 0 ? walkedTo : indexOf(selected));
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    const from = event.target instanceof HTMLElement ? event.target : undefined;
    if (!move || from?.dataset["reach"] === undefined || items.length === 0) return;
    event.preventDefault();
    const at = Number(from.closest<HTMLElement>("[data-row]")?.dataset["row"] ?? reachable);
    const next = move(at, items.length - 1);
    const item = items[next];
    if (item === undefined) return;
    setWalked(keyOf(item));
    bringIntoView(next);
    if (selected !== undefined) onWalk?.(item);
    requestAnimationFrame(() => {
      box.current
        ?.querySelector<HTMLElement>(`[data-row="${next}"] [data-reach]`)
        ?.focus({ preventScroll: true });
    });
  };
  return { reachable, onKeyDown };
}

function Head<T>({ columns }: { columns: readonly Column<T>[] }) {
  return (
    <div role="rowgroup" className="sticky top-0 z-10 border-b border-line bg-panel max-md:sr-only">
      <div role="row" aria-rowindex={1} className={cx(GRID, "h-8 text-2xs font-medium text-faint")}>
        {columns.map((column) => (
          <span key={column.head} role="columnheader" className={placeOf(column)}>
            {column.head}
          </span>
        ))}
      </div>
    </div>
  );
}

const placeOf = <T,>({ narrow, end, apart }: Column<T>): string =>
  cx("min-w-0 truncate", !narrow && "max-md:hidden", end && "text-right", apart && "md:pl-4");

interface CellsProps<T> {
  columns: readonly Column<T>[];
  item: T;
  reachable: boolean;
}

function Cells<T>({ columns, item, reachable }: CellsProps<T>) {
  const reach: Reach = { tabIndex: reachable ? 0 : -1, "data-reach": true, className: REACH };
  return columns.map((column) => (
    <div key={column.head} role="cell" className={cx(placeOf(column), column.className)}>
      {column.cell(item, reach)}
    </div>
  ));
}
