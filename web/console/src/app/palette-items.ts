/** What the palette offers for a text: pure, so that it can be tested without a page. */
import type { Session } from "@callboard/api";

export interface PaletteItem {
  id: string;
  group: "Pages" | "Do" | "Calls" | "Transcripts";
  name: string;
  hint?: string;
  /** Other words by which it is found. */
  words?: string;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether every word of the text is somewhere in what the item is called. */
export function matches(text: string, ...names: readonly (string | undefined)[]): boolean {
  const among = fold(names.join(" "));
  return fold(text)
    .split(/\s+/)
    .every((word) => among.includes(word));
}

/** Whether a text may be the id of a call: one word, with a digit or a sign that titles seldom have. */
export const mayBeId = (text: string): boolean => /^[\w.:-]{3,128}$/.test(text) && /[\d_-]/.test(text);

const CALLS_SHOWN = 6;

/** The calls whose title, id or reference hold the text. */
export function findCalls(
  calls: readonly Session[],
  text: string,
  titleOf: (call: Session) => string,
): PaletteItem[] {
  const found =
    text === ""
      ? calls.slice(0, 4)
      : calls.filter((call) => matches(text, titleOf(call), call.sessionId, call.correlationId));
  return found.slice(0, CALLS_SHOWN).map((call) => ({
    id: call.sessionId,
    group: "Calls",
    name: titleOf(call),
    hint: call.status,
  }));
}
