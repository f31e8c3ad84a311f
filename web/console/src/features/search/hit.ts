/** A place in a transcript where the words were found. */
export interface Hit {
  sessionId: string;
  utteranceId: string;
  sequence: number;
  at: string;
  startMs: number;
  endMs: number;
  speaker: string;
  participantId?: string;
  text: string;
  snippet: { text: string; hit: boolean }[];
}

/** Where a hit leads: the call at that moment. */
export const placeOf = ({ sessionId, sequence }: Hit) => ({
  to: "/calls/$sessionId" as const,
  params: { sessionId },
  search: { at: sequence },
});
