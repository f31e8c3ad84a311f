/** What the lanes of the participants show, as shares of the call's time. Pure. */
import type { CallState, Interval, ParticipantView } from "@callboard/api";

/** From and to as shares (0 to 1) of the whole. */
export type Span = readonly [from: number, to: number];

export interface Lane {
  person: ParticipantView;
  presence: Span[];
  speech: Span[];
  cuts: Span[];
  /** Cut off now. */
  lost: boolean;
}

/** Spans closer than this are drawn as one, so that a long call stays cheap to draw. */
const GRAIN = 1 / 400;

export interface Range {
  from: number;
  to: number;
  /** The instant that the scale counts from, the same as in timeline and transcript. */
  zero: number;
}

/**
 * What time is drawn: from the first one there, so that a long wait for the first takes no room; a
 * fresh call gets a minute to grow into.
 */
export function rangeOf(call: CallState, now: number): Range | undefined {
  const zero = call.connectedAt ?? call.createdAt;
  if (zero === undefined) return undefined;
  const first = [...call.participants.values()].flatMap((person) => person.presence[0]?.from ?? []);
  const from = Math.min(zero, ...first);
  const to = call.overAt ?? now;
  return { from, to: Math.max(to, from + (call.overAt === undefined ? 60_000 : 1_000)), zero };
}

/** Joins spans that touch or nearly touch. They must come in order of their start. */
export function merge(spans: readonly Span[], grain = GRAIN): Span[] {
  const merged: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = merged.at(-1);
    if (last && from - last[1] < grain) last[1] = Math.max(last[1], to);
    else merged.push([from, Math.max(to, from + grain)]);
  }
  return merged;
}

export function lanesOf(call: CallState, now: number): Lane[] {
  const range = rangeOf(call, now);
  if (!range) return [];
  const share = (at: number) => Math.min(1, Math.max(0, (at - range.from) / (range.to - range.from)));
  const span = ({ from, to }: Interval): Span => [share(from), share(to ?? call.overAt ?? now)];
  const zero = call.connectedAt;
  const spoken =
    zero === undefined ? [] : [...call.utterances.values()].sort((a, b) => a.startMs - b.startMs);
  const cutsOf = (id: string) => call.cuts.filter((cut) => cut.participantId === id);
  return [...call.participants.values()].map((person) => ({
    person,
    lost:
      person.state !== "left" &&
      (person.state === "reconnecting" || cutsOf(person.participantId).some((cut) => cut.to === undefined)),
    presence: person.presence.map(span),
    speech: merge(
      spoken
        .filter((said) => said.participantId === person.participantId)
        .map((said) => span({ from: zero! + said.startMs, to: zero! + said.endMs })),
    ),
    cuts: cutsOf(person.participantId).map(span),
  }));
}

const STEPS_MS = [10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000];

/** Even times for the scale: at most eight, from zero on. */
export function ticksOf(lengthMs: number): number[] {
  const step = STEPS_MS.find((ms) => lengthMs / ms <= 8) ?? Math.ceil(lengthMs / 8 / 3_600_000) * 3_600_000;
  return Array.from({ length: Math.floor(lengthMs / step) + 1 }, (_, index) => index * step);
}
