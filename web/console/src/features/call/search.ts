import { FAMILIES, type Family } from "@callboard/api";

export interface CallSearch {
  /** Families that the timeline shows; absent: all. */
  families?: Family[];
  /** Sequence of the event whose raw form is open. */
  event?: number;
}

/** The call page's place, kept in the address. */
export function readCallSearch(search: Record<string, unknown>): CallSearch {
  const asked = search["families"];
  const families = Array.isArray(asked) ? FAMILIES.filter((family) => asked.includes(family)) : [];
  const event = search["event"];
  return {
    ...(families.length > 0 ? { families } : {}),
    ...(typeof event === "number" && Number.isInteger(event) && event > 0 ? { event } : {}),
  };
}
