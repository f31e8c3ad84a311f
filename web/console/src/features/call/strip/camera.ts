/** Which part of a call's time the strip shows. Pure: every move gives a new camera. */

/** A stretch of time, in milliseconds since 1970. */
export interface View {
  from: number;
  to: number;
}

/**
 * `fit` shows the whole and grows with it, `follow` keeps its length and stays at the end, `free` stays where
 * it was put.
 */
export type Camera =
  | { mode: "fit" }
  | { mode: "follow"; spanMs: number }
  | { mode: "free"; from: number; to: number };

export const FIT: Camera = { mode: "fit" };

/** The closest look: this much time over the whole width. */
export const MIN_SPAN_MS = 400;
/** Room left and right of the whole, as a share of it, so that nothing lies on the very edge. */
const MARGIN = 0.012;

/** The whole with its margins: nothing is shown outside of it. */
export function fullView(whole: View): View {
  const margin = (whole.to - whole.from) * MARGIN;
  return { from: whole.from - margin, to: whole.to + margin };
}

export function viewOf(camera: Camera, whole: View): View {
  const full = fullView(whole);
  if (camera.mode === "fit") return full;
  if (camera.mode === "follow") return { from: Math.max(full.from, full.to - camera.spanMs), to: full.to };
  return camera;
}

/** How far in: 1 shows the whole. */
export function zoomOf(camera: Camera, whole: View): number {
  const view = viewOf(camera, whole);
  const full = fullView(whole);
  return (full.to - full.from) / (view.to - view.from);
}

/** The camera for a wanted part: kept within the whole, and following where it reaches a growing end. */
function settle(from: number, spanMs: number, whole: View, grows: boolean): Camera {
  const full = fullView(whole);
  const length = full.to - full.from;
  const span = Math.max(Math.min(MIN_SPAN_MS, length), spanMs);
  if (span >= length * 0.999) return FIT;
  const start = Math.min(Math.max(full.from, from), full.to - span);
  // The last hundredth counts as the end, so that a drag to the edge follows again.
  if (grows && full.to - (start + span) <= span * 0.01) return { mode: "follow", spanMs: span };
  return { mode: "free", from: start, to: start + span };
}

/** Closer by `factor` (below 1: further away) around a place given as a share of the width. */
export function zoomed(camera: Camera, whole: View, factor: number, anchor: number, grows: boolean): Camera {
  const view = viewOf(camera, whole);
  const span = view.to - view.from;
  const full = fullView(whole);
  const least = Math.min(MIN_SPAN_MS, full.to - full.from);
  const next = Math.max(least, span / factor);
  return settle(view.from + (span - next) * anchor, next, whole, grows);
}

/** Along the time by a share of the width; positive is later. */
export function panned(camera: Camera, whole: View, share: number, grows: boolean): Camera {
  const view = viewOf(camera, whole);
  const span = view.to - view.from;
  return settle(view.from + span * share, span, whole, grows);
}

/** The same zoom with `at` in sight; unchanged when it is in sight already. */
export function revealing(camera: Camera, whole: View, at: number, grows: boolean): Camera {
  const view = viewOf(camera, whole);
  if (at >= view.from && at <= view.to) return camera;
  const span = view.to - view.from;
  return settle(at - span / 2, span, whole, grows);
}

/** Beginning at `from`, with the length that is shown now. */
export function movedTo(camera: Camera, whole: View, from: number, grows: boolean): Camera {
  const view = viewOf(camera, whole);
  return settle(from, view.to - view.from, whole, grows);
}

/** To the end of a running call, with the zoom kept. */
export function followed(camera: Camera, whole: View): Camera {
  const view = viewOf(camera, whole);
  return settle(whole.to, view.to - view.from, whole, true);
}
