/** Wheel, drag, pinch and press on the plot, as moves of the camera. */
import { useEffect, useRef, type RefObject } from "react";

export interface Gestures {
  /** Closer by `factor` around a share of the width. Returns false where there is nothing closer or further. */
  zoom: (factor: number, anchor: number) => boolean;
  /** Along the time by a share of the width. */
  pan: (share: number) => void;
  /** A press without a drag, in pixels from the plot's left and top edge. */
  press: (x: number, y: number) => void;
  /** Where the pointer is; `undefined` once it left. */
  hover: (place: { x: number; y: number } | undefined) => void;
}

/** Movement below this many pixels is a press, not a drag. */
const STILL_PX = 4;

interface Finger {
  x: number;
  y: number;
  startX: number;
  startY: number;
}

class Fingers {
  readonly down = new Map<number, Finger>();
  dragged = false;

  /** Mean and distance of the fingers: what a drag and a pinch change. */
  shape(): { middle: number; apart: number } {
    const [first, second = first] = [...this.down.values()];
    if (!first || !second) return { middle: 0, apart: 0 };
    return { middle: (first.x + second.x) / 2, apart: Math.hypot(first.x - second.x, first.y - second.y) };
  }
}

function wheel(event: WheelEvent, box: HTMLElement, gestures: Gestures): void {
  const rect = box.getBoundingClientRect();
  const sideways = event.shiftKey ? event.deltaX + event.deltaY : event.deltaX;
  if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
    event.preventDefault();
    gestures.pan(sideways / rect.width);
    return;
  }
  // Lines and pages count as the pixels that they would scroll; a pinch on a trackpad comes in small steps.
  const unit = event.deltaMode === 1 ? 30 : event.deltaMode === 2 ? 300 : 1;
  const pace = event.ctrlKey ? 0.01 : 0.0022;
  const factor = Math.exp(-event.deltaY * unit * pace);
  // At the ends of the zoom the wheel is the page's again.
  if (gestures.zoom(factor, (event.clientX - rect.left) / rect.width)) event.preventDefault();
}

function move(fingers: Fingers, event: PointerEvent, rect: DOMRect, gestures: Gestures, box: HTMLElement) {
  const finger = fingers.down.get(event.pointerId);
  if (!finger) {
    gestures.hover({ x: event.clientX - rect.left, y: event.clientY - rect.top });
    return;
  }
  const far = Math.hypot(event.clientX - finger.startX, event.clientY - finger.startY) >= STILL_PX;
  if (!fingers.dragged && !far && fingers.down.size === 1) return;
  if (!fingers.dragged) {
    fingers.dragged = true;
    finger.x = finger.startX;
    finger.y = finger.startY;
    if (!box.hasPointerCapture(event.pointerId)) box.setPointerCapture(event.pointerId);
    gestures.hover(undefined);
  }
  const before = fingers.shape();
  finger.x = event.clientX;
  finger.y = event.clientY;
  const now = fingers.shape();
  if (before.apart > 8 && now.apart > 8) {
    gestures.zoom(now.apart / before.apart, (now.middle - rect.left) / rect.width);
  }
  gestures.pan((before.middle - now.middle) / rect.width);
}

/** Listens on the plot. `gestures` may change with every render; the listeners stay. */
export function useGestures(plot: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  useEffect(() => {
    latest.current = gestures;
  });
  useEffect(() => {
    const box = plot.current;
    if (!box) return undefined;
    const fingers = new Fingers();
    const listening = new AbortController();
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      act: (event: HTMLElementEventMap[K]) => void,
      options: AddEventListenerOptions = {},
    ) => box.addEventListener(name, act, { ...options, signal: listening.signal });
    on("wheel", (event) => wheel(event, box, latest.current), { passive: false });
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      if (fingers.down.size === 0) fingers.dragged = false;
      fingers.down.set(event.pointerId, {
        x: event.clientX,
        y: event.clientY,
        startX: event.clientX,
        startY: event.clientY,
      });
    });
    // Two fingers are ours: the page must neither scroll nor zoom with them.
    const two = (event: TouchEvent) => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    };
    on("touchstart", two, { passive: false });
    on("touchmove", two, { passive: false });
    on("pointermove", (event) => move(fingers, event, box.getBoundingClientRect(), latest.current, box));
    on("pointerup", (event) => {
      const mine = fingers.down.delete(event.pointerId);
      if (!mine || fingers.dragged || fingers.down.size > 0) return;
      const rect = box.getBoundingClientRect();
      latest.current.press(event.clientX - rect.left, event.clientY - rect.top);
    });
    on("pointercancel", (event) => void fingers.down.delete(event.pointerId));
    on("pointerleave", (event) => {
      if (fingers.down.has(event.pointerId) && !fingers.dragged) fingers.down.delete(event.pointerId);
      latest.current.hover(undefined);
    });
    return () => listening.abort();
  }, [plot]);
}
