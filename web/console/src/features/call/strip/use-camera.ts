import { isOver, stripOf, type CallState, type Strip } from "@callboard/api";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useNow } from "../../../core/use-now.ts";
import {
  FIT,
  followed,
  movedTo,
  panned,
  revealing,
  viewOf,
  zoomed,
  zoomOf,
  type Camera,
  type View,
} from "./camera.ts";

/** A fresh call gets this much room to grow into; a short one is not stretched over the page. */
const LEAST_MS = { running: 60_000, over: 10_000 };

/** The whole that there is to show. */
export function wholeOf(strip: Strip, over: boolean, now: number): View {
  const to = over ? strip.to : Math.max(strip.to, now);
  return { from: strip.from, to: Math.max(to, strip.from + (over ? LEAST_MS.over : LEAST_MS.running)) };
}

/** The strip of a call as it grows, and the part of it that is shown. */
export function useCamera(call: CallState) {
  const over = isOver(call);
  const now = useNow(!over, 250);
  const strip = useMemo(() => stripOf(call), [call]);
  const [camera, setCamera] = useState<Camera>(FIT);
  const whole = useMemo(() => strip && wholeOf(strip, over, now), [strip, over, now]);
  const change = useCallback(
    (next: (camera: Camera, whole: View, grows: boolean) => Camera) =>
      setCamera((camera) => (whole ? next(camera, whole, !over) : camera)),
    [whole, over],
  );
  return {
    strip,
    whole,
    /** Until when an open stretch goes on. */
    until: over ? (call.overAt ?? now) : now,
    grows: !over,
    camera,
    view: useMemo(() => whole && viewOf(camera, whole), [camera, whole]),
    zoom: whole ? zoomOf(camera, whole) : 1,
    zoomBy: useCallback(
      (factor: number, anchor: number) =>
        change((old, all, grows) => zoomed(old, all, factor, anchor, grows)),
      [change],
    ),
    panBy: useCallback(
      (share: number) => change((old, all, grows) => panned(old, all, share, grows)),
      [change],
    ),
    moveTo: useCallback(
      (from: number) => change((old, all, grows) => movedTo(old, all, from, grows)),
      [change],
    ),
    reveal: useCallback(
      (at: number) => change((old, all, grows) => revealing(old, all, at, grows)),
      [change],
    ),
    follow: useCallback(() => change((old, all) => followed(old, all)), [change]),
    fit: useCallback(() => setCamera(FIT), []),
  };
}

export type StripCamera = ReturnType<typeof useCamera>;

/** Brings the chosen moment into sight when it changes, and leaves the view alone otherwise. */
export function useReveal(camera: StripCamera, moment: number | undefined): void {
  const { reveal } = camera;
  const [shown, setShown] = useState<number>();
  useEffect(() => {
    if (moment === shown) return;
    setShown(moment);
    if (moment !== undefined) reveal(moment);
  }, [moment, shown, reveal]);
}
