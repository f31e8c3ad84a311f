/** The scale above the strip. Pure. */
import { clockText, fineClockText } from "../../../ui/format.ts";
import type { View } from "./camera.ts";

const STEPS_MS = [
  50,
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  15_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60_000),
];

export interface Tick {
  at: number;
  label: string;
}

/** A time before zero with a true minus. */
export const offsetText = (ms: number, fine = false): string => {
  const clock = fine ? fineClockText : clockText;
  return ms < 0 ? `−${clock(-ms)}` : clock(ms);
};

/** As `offsetText`, to the hundredth where a tenth would repeat itself. */
function label(ms: number, step: number): string {
  if (step >= 1_000) return offsetText(ms);
  if (step >= 100) return offsetText(ms, true);
  return `${offsetText(ms, true)}${Math.floor((Math.abs(ms) % 100) / 10)}`;
}

/** Even times for a view of `width` pixels, none nearer than `apart` pixels to the next. */
export function ticksOf(view: View, zero: number, width: number, apart = 96): Tick[] {
  const length = view.to - view.from;
  if (!(length > 0) || width <= 0) return [];
  const least = (length * apart) / width;
  const day = STEPS_MS.at(-1)!;
  const step = STEPS_MS.find((ms) => ms >= least) ?? Math.ceil(least / day) * day;
  const ticks: Tick[] = [];
  for (let n = Math.ceil((view.from - zero) / step); zero + n * step <= view.to; n++) {
    ticks.push({ at: zero + n * step, label: label(n * step, step) });
  }
  return ticks;
}
