import { FAMILIES, type Family } from "@callboard/api";

export interface CallSearch {
  /** Sequence of the chosen event: strip, timeline and transcript stand there. */
  at?: number;
  /** The raw form of the chosen event is open. */
  raw?: true;
  /** Families that the timeline shows; absent: all. */
  families?: Family[];
  /** Words that the timeline's events must have. */
  q?: string;
  /** The id of an event to stand at; it becomes `at` once its sequence is known. */
  event?: string;
}

/** The call page's place, kept in the address. */
export function readCallSearch(search: Record<string, unknown>): CallSearch {
  const asked = search["families"];
  const families = Array.isArray(asked) ? FAMILIES.filter((family) => asked.includes(family)) : [];
  const at = search["at"];
  const q = search["q"];
  const event = search["event"];
  return {
    ...(typeof at === "number" && Number.isInteger(at) && at > 0 ? { at } : {}),
    ...(search["raw"] === true && typeof at === "number" ? { raw: true } : {}),
    ...(families.length > 0 ? { families } : {}),
    ...(typeof event === "string" && event ? { event } : {}),
    ...(typeof q === "string" && q.trim() ? { q } : typeof q === "number" ? { q: String(q) } : {}),
  };
}
