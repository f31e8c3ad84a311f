/** The transcript as the page shows it: words, cuts, actions and errors in one order. Pure. */
import {
  conversation,
  type CallEvent,
  type CallState,
  type ConversationItem,
  type Mark,
} from "@callboard/api";

export type TalkItem = ConversationItem | { kind: "mark"; key: string; atMs: number; mark: Mark };

export function talkOf(call: CallState): TalkItem[] {
  const said = conversation(call);
  const zero = call.connectedAt ?? call.createdAt;
  if (zero === undefined || call.marks.length === 0) return said;
  // A failure is written as an error first; one line says it.
  const told = call.marks.filter((mark, index) => {
    const next = call.marks[index + 1];
    return !(mark.kind === "error" && next?.kind === "failure" && next.at === mark.at);
  });
  const marks = told.map(
    (mark): TalkItem => ({ kind: "mark", key: `mark-${mark.sequence}`, atMs: mark.at - zero, mark }),
  );
  return [...said, ...marks].sort((a, b) => a.atMs - b.atMs);
}

/** The item that stands for a chosen event: its own, else the last one before it; -1 when there is none. */
export function itemOf(items: readonly TalkItem[], chosen: CallEvent, momentMs: number): number {
  const id = chosen.payload["utteranceId"];
  const own = items.findIndex(
    (item) =>
      (item.kind === "said" && item.said.utteranceId === id) ||
      (item.kind === "mark" && item.mark.sequence === chosen.sequence),
  );
  if (own >= 0) return own;
  return items.findLastIndex((item) => item.atMs <= momentMs);
}

/** The event that an item stands for; a note of a cut stands for a time only. */
export function sequenceOf(item: TalkItem): number | undefined {
  if (item.kind === "said") return item.said.sequence;
  return item.kind === "mark" ? item.mark.sequence : undefined;
}
