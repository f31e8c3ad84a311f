import type { CallEvent } from "@callboard/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";

export const ROW_PX = 28;

const MOVES: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(last, at + 1),
  ArrowUp: (at) => Math.max(0, at - 1),
  PageDown: (at, last) => Math.min(last, at + 15),
  PageUp: (at) => Math.max(0, at - 15),
  Home: () => 0,
  End: (_at, last) => last,
};

/** A virtual list of events that follows its end, and that the keyboard can walk. */
export function useEventList(
  events: readonly CallEvent[],
  openSequence: number | undefined,
  onOpen: (sequence: number) => void,
) {
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(openSequence === undefined);
  const [walked, setWalked] = useState<number>();
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 15,
  });
  const last = events.length - 1;
  const openIndex =
    openSequence === undefined ? -1 : events.findIndex((event) => event.sequence === openSequence);
  const reachable = Math.min(last, walked ?? (openIndex >= 0 ? openIndex : last));

  useEffect(() => {
    if (following && last >= 0) virtual.scrollToIndex(last, { align: "end" });
  }, [following, last, virtual]);

  // An event named by the address is brought into view once it is there.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (openIndex < 0 || shown.current === openSequence) return;
    shown.current = openSequence;
    virtual.scrollToIndex(openIndex, { align: "auto" });
  }, [openIndex, openSequence, virtual]);

  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < ROW_PX * 2;
    if (atEnd && element.scrollTop > lastTop.current) setFollowing(true);
    else if (!atEnd && element.scrollTop < lastTop.current) setFollowing(false);
    lastTop.current = element.scrollTop;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (!move || last < 0) return;
    event.preventDefault();
    const next = move(reachable, last);
    setFollowing(next === last);
    setWalked(next);
    virtual.scrollToIndex(next, { align: "auto" });
    const opened = events[next];
    if (openSequence !== undefined && opened) onOpen(opened.sequence);
    requestAnimationFrame(() => {
      box.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus({ preventScroll: true });
    });
  };
  return {
    box,
    rows: virtual.getVirtualItems(),
    height: virtual.getTotalSize(),
    following,
    reachable,
    onScroll,
    onKeyDown,
    toggleFollow: () => setFollowing((now) => !now),
  };
}
