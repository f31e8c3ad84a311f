import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { followAfter, inSight, useHand } from "./use-hand.ts";

export const ROW_PX = 28;

/** Rows that a list can be asked for by number. */
export interface Rows {
  count: number;
  sequence: (index: number) => number;
  indexOf: (sequence: number) => number;
}

const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  j: (at, last) => Math.min(last, at + 1),
  k: (at) => Math.max(0, at - 1),
  PageDown: (at, last) => Math.min(last, at + 15),
  PageUp: (at) => Math.max(0, at - 15),
  Home: () => 0,
  End: (_at, last) => last,
};

export const isMove = (key: string): boolean => key in MOVES;

/** A virtual list of events that follows its end, and that the keyboard can walk. The chosen row is `at`. */
export function useEventList(
  rows: Rows,
  at: number | undefined,
  /** Whether more may come, and the sequence of the newest event there is, shown or not. */
  { live, newest }: { live: boolean; newest: number },
  onPick: (sequence: number) => void,
) {
  const box = useRef<HTMLDivElement>(null);
  const byHand = useHand(box);
  const [following, setFollowing] = useState(live && at === undefined);
  const [seen, setSeen] = useState(newest);
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const last = rows.count - 1;
  const index = at === undefined ? -1 : rows.indexOf(at);
  // Without a chosen row a live call is walked from its end, a record from its beginning.
  const start = live ? last : Math.min(0, last);

  // The end stays in sight also when the box becomes another height.
  const tall = virtual.scrollRect?.height;
  useEffect(() => {
    if (!following) return;
    setSeen(newest);
    byHand.current = false;
    if (last >= 0) virtual.scrollToIndex(last, { align: "end" });
  }, [following, last, newest, tall, virtual, byHand]);

  // The chosen row is brought into sight when it is another than before, or comes to be there.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (shown.current === at) return;
    if (at === undefined) shown.current = at;
    if (index < 0) return;
    shown.current = at;
    setFollowing(false);
    if (inSight(box.current, index)) return;
    const near = box.current?.querySelector(`[data-index="${index}"]`);
    byHand.current = false;
    virtual.scrollToIndex(index, { align: near ? "auto" : "center" });
  }, [at, index, virtual, byHand]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const next = byHand.current && live ? followAfter(element, lastTop.current, ROW_PX * 2) : undefined;
    if (next !== undefined) setFollowing(next);
    lastTop.current = element.scrollTop;
  };
  /** Walks from the chosen row; without one, from where the list stands. `focus`: the keyboard goes along. */
  const move = (key: string, focus: boolean): boolean => {
    const step = MOVES[key];
    if (!step || last < 0) return false;
    const next = step(index >= 0 ? index : start, last);
    onPick(rows.sequence(next));
    if (focus) focusRow(box.current, next);
    return true;
  };
  return {
    box,
    items: virtual.getVirtualItems(),
    height: virtual.getTotalSize(),
    following,
    /** Rows that came since the reader left the end. */
    fresh: following || !live ? 0 : rows.count - countUpTo(rows, seen),
    /** The one row that the Tab key reaches. */
    reachable: index >= 0 ? index : start,
    onScroll,
    move,
    toEnd: () => setFollowing(true),
    toggleFollow: () => setFollowing((now) => !now),
  };
}

/** How many rows have a sequence up to this one. */
export function countUpTo(rows: Pick<Rows, "count" | "sequence">, sequence: number): number {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows.sequence(middle) <= sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Gives a row the focus: at once when it is drawn, else once it is, which is a frame after it was scrolled to. */
function focusRow(box: HTMLElement | null, index: number): void {
  const focus = (): boolean => {
    const row = box?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    row?.focus({ preventScroll: true });
    return row !== null && row !== undefined;
  };
  if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
}
