import { useEffect, useRef, type RefObject } from "react";

/**
 * Whether the last scrolling of a box was begun by a person. Lists scroll themselves too, and what they do must
 * not count as a wish.
 */
export function useHand(box: RefObject<HTMLElement | null>) {
  const byHand = useRef(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const listening = new AbortController();
    const begun = () => {
      byHand.current = true;
    };
    for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
      element.addEventListener(name, begun, { passive: true, signal: listening.signal });
    }
    return () => listening.abort();
  }, [box]);
  return byHand;
}

/** How a list follows its end: left by scrolling up, taken up again at the end. */
export function followAfter(element: HTMLElement, lastTop: number, nearPx: number): boolean | undefined {
  const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx;
  if (atEnd && element.scrollTop > lastTop) return true;
  return !atEnd && element.scrollTop < lastTop ? false : undefined;
}

/** Whether the row with this index is drawn and wholly in sight of its box. */
export function inSight(box: HTMLElement | null, index: number): boolean {
  const row = box?.querySelector(`[data-index="${index}"]`);
  if (!box || !row) return false;
  const [outer, inner] = [box.getBoundingClientRect(), row.getBoundingClientRect()];
  return inner.top >= outer.top && inner.bottom <= outer.bottom;
}
