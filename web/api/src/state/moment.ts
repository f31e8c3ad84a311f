/** Moments of a call: an event's place in time, and the event at a time. Pure. */
import type { CallEvent } from "../wire.ts";
import { number } from "./fields.ts";
import type { CallState } from "./model.ts";

/** The instant that a call's clock counts from: its connecting, else its creation. */
export const zeroOf = (call: Pick<CallState, "connectedAt" | "createdAt">): number | undefined =>
  call.connectedAt ?? call.createdAt;

/** When an event is to be shown: what is said where it was begun, everything else where it happened. */
export function momentOf(event: CallEvent, zero: number | undefined): number {
  if (zero !== undefined && event.type.startsWith("transcript.")) {
    const startMs = number(event.payload, "startMs");
    if (startMs !== undefined) return zero + startMs;
  }
  return Date.parse(event.ts);
}

/** The index of the event with this sequence, else of the first after it; `events.length` beyond the last. */
export function indexOfSequence(events: readonly CallEvent[], sequence: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.sequence < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The event with this sequence, if it is there. */
export function eventOf(events: readonly CallEvent[], sequence: number): CallEvent | undefined {
  const found = events[indexOfSequence(events, sequence)];
  return found?.sequence === sequence ? found : undefined;
}

/**
 * The sequence of the last event that is shown at or before `at` (of several at one instant, the first of
 * them), else of the earliest; `undefined` in an empty log.
 */
export function sequenceAt(events: readonly CallEvent[], zero: number | undefined, at: number) {
  let best: { sequence: number; at: number } | undefined;
  let earliest: { sequence: number; at: number } | undefined;
  for (const event of events) {
    const moment = momentOf(event, zero);
    if (moment <= at && (!best || moment > best.at)) best = { sequence: event.sequence, at: moment };
    if (!earliest || moment < earliest.at) earliest = { sequence: event.sequence, at: moment };
  }
  return (best ?? earliest)?.sequence;
}
