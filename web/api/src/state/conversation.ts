import type { CallState, Cut, Utterance } from "./model.ts";
import { nameOf, spanText } from "./describe.ts";
import { transcript } from "./transcript.ts";

export type ConversationItem =
  | { kind: "said"; key: string; atMs: number; said: Utterance }
  | { kind: "note"; key: string; atMs: number; note: string };

const gapOf = (cut: Cut): number | undefined =>
  cut.gapMs ?? (cut.to === undefined ? undefined : cut.to - cut.from);

function noteFor(cut: Cut, state: CallState): string {
  const name = nameOf(state.participants.get(cut.participantId ?? ""));
  const whose = name ? `${name}'s connection` : "The connection";
  const gap = gapOf(cut);
  if (gap === undefined) return `${whose} is lost, waiting for the return`;
  const back = state.participants.get(cut.participantId ?? "")?.leftAt !== cut.to;
  return back ? `${whose} was lost for ${spanText(gap)} and resumed` : `${whose} was lost and did not return`;
}

/** What was said, with the cuts of the connection in their place. */
export function conversation(state: CallState): ConversationItem[] {
  const items: ConversationItem[] = transcript(state).map((said) => ({
    kind: "said",
    key: said.utteranceId,
    atMs: said.startMs,
    said,
  }));
  const zero = state.connectedAt;
  if (zero === undefined) return items;
  const notes = state.cuts.map(
    (cut, index): ConversationItem => ({
      kind: "note",
      key: `cut-${index}`,
      atMs: Math.max(0, cut.from - zero),
      note: noteFor(cut, state),
    }),
  );
  return [...items, ...notes].sort((a, b) => a.atMs - b.atMs);
}
