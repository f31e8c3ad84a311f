import type { CallEvent } from "../wire.ts";
import { compact, number, oneOf, text } from "./fields.ts";
import type { CallState, Utterance } from "./model.ts";

const SPEAKERS = ["user", "agent", "unknown"] as const;

const EARLIER_KEPT = 5;

function read(event: CallEvent): Utterance | undefined {
  const utteranceId = text(event.payload, "utteranceId");
  const words = text(event.payload, "text");
  if (utteranceId === undefined || words === undefined) return undefined;
  const startMs = number(event.payload, "startMs") ?? 0;
  return compact<Utterance>({
    utteranceId,
    participantId: text(event.payload, "participantId"),
    speaker: oneOf(text(event.payload, "speaker"), SPEAKERS, "unknown"),
    text: words,
    startMs,
    endMs: number(event.payload, "endMs") ?? startMs,
    final: event.type === "transcript.final",
    revision: 0,
    sequence: event.sequence,
    firstSequence: event.sequence,
    confidence: number(event.payload, "confidence"),
    language: text(event.payload, "language"),
    source: text(event.payload, "source"),
  });
}

/**
 * What stands after `next` came in: a final beats every partial, a later partial replaces an earlier
 * one unless a final exists, a later final corrects an earlier one.
 */
export function supersede(current: Utterance | undefined, next: Utterance): Utterance {
  if (!current) return next;
  if (current.final && !next.final) return current;
  const corrects = current.final && next.final;
  const earlier =
    corrects && current.text !== next.text
      ? [...(current.earlier ?? []), current.text].slice(-EARLIER_KEPT)
      : current.earlier;
  return {
    ...next,
    firstSequence: current.firstSequence,
    revision: current.revision + (corrects ? 1 : 0),
    ...(earlier ? { earlier } : {}),
  };
}

/** Takes in a `transcript.*` event. */
export function hear(utterances: Map<string, Utterance>, event: CallEvent): void {
  const next = read(event);
  if (next) utterances.set(next.utteranceId, supersede(utterances.get(next.utteranceId), next));
}

/** The transcript in its order: by start, then by first sequence. */
export function transcript(state: Pick<CallState, "utterances">): Utterance[] {
  return [...state.utterances.values()].sort(
    (a, b) => a.startMs - b.startMs || a.firstSequence - b.firstSequence,
  );
}
