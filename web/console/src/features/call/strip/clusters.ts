/** Marks that would lie on each other become one. Pure. */
import type { Mark, MarkKind } from "@callboard/api";
import type { View } from "./camera.ts";

export interface Cluster {
  key: string;
  /** Pixels from the left edge. */
  x: number;
  marks: readonly Mark[];
  /** The kind that weighs most among them. */
  kind: MarkKind;
}

/** From light to heavy: of several at one place, the last of these gives the mark its look. */
const WEIGHTS: readonly MarkKind[] = [
  "cancelled",
  "proposed",
  "executed",
  "approved",
  "warning",
  "waiting",
  "blocked",
  "error",
  "failure",
];

const heavier = (a: MarkKind, b: MarkKind): MarkKind => (WEIGHTS.indexOf(a) >= WEIGHTS.indexOf(b) ? a : b);

/** Width of a place for one mark: what falls in the same place is shown as one. */
const CELL_PX = 22;

/**
 * The marks of a view, joined by places that are fixed in time at a given zoom, so that they do not jump while
 * the view moves. Every mark in the view is in exactly one cluster; marks must come in the order of their time.
 */
export function clustersOf(marks: readonly Mark[], view: View, zero: number, width: number): Cluster[] {
  const scale = width / (view.to - view.from);
  const cellMs = CELL_PX / scale;
  const clusters: (Cluster & { marks: Mark[]; sum: number; cell: number })[] = [];
  for (let i = firstAt(marks, view.from); i < marks.length && marks[i]!.at <= view.to; i++) {
    const mark = marks[i]!;
    const cell = Math.floor((mark.at - zero) / cellMs);
    const last = clusters.at(-1);
    if (last?.cell === cell) {
      last.marks.push(mark);
      last.sum += mark.at - view.from;
      last.x = (last.sum / last.marks.length) * scale;
      last.kind = heavier(last.kind, mark.kind);
      continue;
    }
    const offset = mark.at - view.from;
    clusters.push({
      key: String(mark.sequence),
      x: offset * scale,
      marks: [mark],
      kind: mark.kind,
      sum: offset,
      cell,
    });
  }
  return clusters;
}

function firstAt(marks: readonly Mark[], at: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (marks[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
