/** Draws the strip. Decides nothing: what and where comes from the pure parts beside it. */
import { runsOf, type Interval, type Strip, type StripLane } from "@callboard/api";
import type { View } from "./camera.ts";
import { HEAD_PX, LANE_PX } from "./hit.ts";
import { laneHues, type Inks } from "./inks.ts";
import type { Tick } from "./ticks.ts";

export interface Scene {
  strip: Strip;
  view: View;
  /** Until when an open stretch is drawn. */
  until: number;
  ticks: readonly Tick[];
  width: number;
  height: number;
  inks: Inks;
}

/** Time to pixels. */
export const placer =
  (view: View, width: number) =>
  (at: number): number =>
    ((at - view.from) / (view.to - view.from)) * width;

const BAR = { top: 6, height: 14 };
const SPEECH = { top: 8, height: 10 };

export function paint(context: CanvasRenderingContext2D, scene: Scene, ratio: number): void {
  const { width, height, inks, view, ticks, strip } = scene;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const x = placer(view, width);
  context.fillStyle = inks.line;
  for (const tick of ticks) context.fillRect(Math.round(x(tick.at)), HEAD_PX - 4, 1, height);
  context.fillStyle = inks.faint;
  context.font = inks.font;
  for (const tick of ticks) {
    const left = Math.round(x(tick.at)) + 4;
    if (left > 0 && left < width - 34) context.fillText(tick.label, left, 14);
  }
  const hues = laneHues(strip.lanes);
  strip.lanes.forEach((lane, index) => paintLane(context, scene, lane, index, inks.lanes[hues[index]!]!));
}

function paintLane(
  context: CanvasRenderingContext2D,
  scene: Scene,
  lane: StripLane,
  index: number,
  ink: string,
) {
  const top = HEAD_PX + index * LANE_PX;
  context.fillStyle = ink;
  context.globalAlpha = 0.17;
  each(scene, lane.presence, 1, (x0, x1) => bar(context, x0, top + BAR.top, x1 - x0, BAR.height, 3));
  context.globalAlpha = 1;
  const runs = runsOf(lane.speech, scene.view.from, scene.view.to, scene.width);
  runs.forEach((run, i) => {
    const next = runs[i + 1];
    const dense = run.count > 1;
    // Dense bars that all but touch are drawn without a seam: there it is the density that tells.
    const joined = dense && next && next.count > 1 && next.x0 - run.x1 < 1;
    const x0 = dense ? Math.round(run.x0) : run.x0;
    const x1 = joined ? Math.round(next.x0) : dense ? Math.round(run.x1) : run.x1;
    context.globalAlpha = dense ? 0.3 + 0.62 * run.density : 0.92;
    bar(context, x0, top + SPEECH.top, Math.max(joined ? 1 : 1.5, x1 - x0), SPEECH.height, dense ? 0 : 2);
  });
  context.globalAlpha = 1;
  each(scene, lane.cuts, 7, (x0, x1) => hatch(context, scene.inks, x0, top + BAR.top, x1 - x0, BAR.height));
}

/** Each stretch that is in sight, at least `least` pixels wide. Those that would fall on the one before are left out. */
function each(
  scene: Scene,
  stretches: readonly Interval[],
  least: number,
  draw: (x0: number, x1: number) => void,
): void {
  const x = placer(scene.view, scene.width);
  let drawn = -Infinity;
  for (const stretch of stretches) {
    const to = stretch.to ?? scene.until;
    if (to < scene.view.from || stretch.from > scene.view.to) continue;
    const x0 = Math.max(-8, x(stretch.from));
    const x1 = Math.max(x0 + least, Math.min(scene.width + 8, x(to)));
    if (x1 <= drawn) continue;
    draw(x0, x1);
    drawn = x1;
  }
}

/** Corners are worth their cost only where they can be seen. */
function bar(
  c: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  round: number,
) {
  if (width < 4 || round === 0) {
    c.fillRect(x, y, width, height);
    return;
  }
  c.beginPath();
  c.roundRect(x, y, width, height, round);
  c.fill();
}

function hatch(c: CanvasRenderingContext2D, inks: Inks, x: number, y: number, width: number, height: number) {
  c.fillStyle = inks.panel;
  c.fillRect(x - 1, y - 1, width + 2, height + 2);
  c.save();
  c.beginPath();
  c.rect(x, y, width, height);
  c.clip();
  c.strokeStyle = inks.warn;
  c.lineWidth = 1.2;
  c.beginPath();
  // Counted from a fixed grid, so that the lines stand still while the bar grows.
  for (let left = Math.floor((x - height) / 4.5) * 4.5; left < x + width; left += 4.5) {
    c.moveTo(left, y + height);
    c.lineTo(left + height, y);
  }
  c.stroke();
  c.restore();
}
