/**
 * Stretches of time in plain number arrays: in the order of their start, found by binary search, and
 * joined where a screen could not tell them apart. Pure.
 */

/** Stretches in the order of their start. `reach[i]` is the latest end among the first `i + 1`. */
export interface Spans {
  readonly length: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly reach: Float64Array;
  /** What each stretch stands for: a sequence. */
  readonly refs: Float64Array;
}

export interface SpanInput {
  from: number;
  to: number;
  ref: number;
}

/** Builds `Spans`; the input may come in any order. An end before its start counts as its start. */
export function spansOf(input: readonly SpanInput[]): Spans {
  const length = input.length;
  const sorted = inOrder(input) ? input : [...input].sort((a, b) => a.from - b.from || a.ref - b.ref);
  const starts = new Float64Array(length);
  const ends = new Float64Array(length);
  const reach = new Float64Array(length);
  const refs = new Float64Array(length);
  let furthest = -Infinity;
  for (let i = 0; i < length; i++) {
    const { from, to, ref } = sorted[i]!;
    starts[i] = from;
    ends[i] = Math.max(from, to);
    furthest = Math.max(furthest, ends[i]!);
    reach[i] = furthest;
    refs[i] = ref;
  }
  return { length, starts, ends, reach, refs };
}

function inOrder(input: readonly SpanInput[]): boolean {
  for (let i = 1; i < input.length; i++) if (input[i]!.from < input[i - 1]!.from) return false;
  return true;
}

/** The first index whose value is at least (or, with `after`, greater than) `value` in a rising array. */
export function lowerBound(values: Float64Array, value: number, after = false): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const here = values[middle]!;
    if (here < value || (after && here === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A bar to draw, in pixels from the left edge, with how many stretches it joins and how full it is. */
export interface Run {
  x0: number;
  x1: number;
  count: number;
  /** Share of the bar that is covered by at least one stretch, above 0 and at most 1. */
  density: number;
}

/** Stretches nearer than this are one bar as long as that bar is narrower than `CELL_PX`. */
const GAP_PX = 1;
const CELL_PX = 3;

/**
 * The bars to draw for the part from `from` to `to` on `width` pixels. Every stretch that touches that part
 * is in exactly one bar; bars come from left to right and never overlap; there are at most about `width`.
 */
export function runsOf(spans: Spans, from: number, to: number, width: number): Run[] {
  const scale = width / (to - from);
  const first = lowerBound(spans.reach, from);
  const end = lowerBound(spans.starts, to, true);
  const runs: (Run & { covered: number })[] = [];
  let last: (Run & { covered: number }) | undefined;
  for (let i = first; i < end; i++) {
    if (spans.ends[i]! < from) continue;
    const x0 = Math.max(0, (spans.starts[i]! - from) * scale);
    const x1 = Math.min(width, (spans.ends[i]! - from) * scale);
    const near = last !== undefined && x0 - last.x1 < GAP_PX && last.x1 - last.x0 < CELL_PX;
    if (last && (near || x1 <= last.x1)) {
      last.covered += Math.max(0, x1 - Math.max(x0, last.x1));
      last.x1 = Math.max(last.x1, x1);
      last.count += 1;
      continue;
    }
    const begin = last ? Math.max(x0, last.x1) : x0;
    last = { x0: begin, x1, count: 1, density: 1, covered: x1 - begin };
    runs.push(last);
  }
  return runs.map(({ x0, x1, count, covered }) => ({ x0, x1, count, density: densityOf(x1 - x0, covered) }));
}

/** A bar of no width stands for something that happened, so it is never empty. */
const densityOf = (width: number, covered: number): number =>
  width <= 0.5 ? 1 : Math.min(1, Math.max(0.05, covered / width));

/** Indices of the stretches that touch the time from `from` to `to`, in their order. */
export function touching(spans: Spans, from: number, to: number): number[] {
  const found: number[] = [];
  const end = lowerBound(spans.starts, to, true);
  for (let i = lowerBound(spans.reach, from); i < end; i++) if (spans.ends[i]! >= from) found.push(i);
  return found;
}
