import type { Schemas } from "@callboard/api";

/** A place in a transcript where the words were found. */
export type Hit = Schemas["TranscriptHit"];

/** Where a hit leads: the call at that moment. */
export const placeOf = ({ sessionId, sequence }: Hit) => ({
  to: "/calls/$sessionId" as const,
  params: { sessionId },
  search: { at: sequence },
});
