/** What is at a place of the strip. Pure. */
import { spanText, touching, type CallState, type Strip, type StripLane } from "@callboard/api";

export const HEAD_PX = 22;
export const LANE_PX = 26;
/** How near the pointer must come to something small. */
const NEAR_PX = 3;

export interface Hit {
  /** What is there, in words; absent where nothing is. */
  text?: string;
  /** The event to go to; absent: the one nearest in time. */
  sequence?: number;
}

/** The lane at a height, counted from the top of the plot. */
export const laneAt = (y: number): number => Math.floor((y - HEAD_PX) / LANE_PX);

/** What is shown at a time in a lane, where a pixel is `msPerPx` long. */
export function hitLane(lane: StripLane, call: CallState, at: number, msPerPx: number): Hit {
  const near = msPerPx * NEAR_PX;
  const found = touching(lane.speech, at - near, at + near);
  if (found.length > 0) {
    const begun = found.filter((index) => lane.speech.starts[index]! <= at);
    const index = begun.at(-1) ?? found[0]!;
    const sequence = lane.speech.refs[index]!;
    const words = wordsOf(call, sequence);
    const more = found.length > 1 ? ` (and ${found.length - 1} more here)` : "";
    return { sequence, text: `${lane.name}: ${words}${more}` };
  }
  const cut = lane.cuts.find((one) => at >= one.from - near && at <= (one.to ?? Infinity) + near);
  if (cut) {
    const gap = cut.gapMs ?? (cut.to === undefined ? undefined : cut.to - cut.from);
    return { text: `${lane.name}, connection lost${gap === undefined ? "" : ` for ${spanText(gap)}`}` };
  }
  const there = lane.presence.some((one) => at >= one.from - near && at <= (one.to ?? Infinity) + near);
  return there ? { text: `${lane.name}, present` } : {};
}

/** What the utterance of a span says. */
function wordsOf(call: CallState, sequence: number): string {
  for (const said of call.utterances.values()) {
    if (said.sequence === sequence) return said.text.length > 120 ? `${said.text.slice(0, 119)}…` : said.text;
  }
  return "speech";
}

/** What is at a place in the plot: `y` from its top, `at` the time below the pointer. */
export function hit(strip: Strip, call: CallState, y: number, at: number, msPerPx: number): Hit {
  const lane = strip.lanes[laneAt(y)];
  return lane ? hitLane(lane, call, at, msPerPx) : {};
}
