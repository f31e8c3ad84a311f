import type { CallState } from "@callboard/api";
import { useEffect } from "react";
import type { CallSearch } from "./search.ts";

/** Goes to the event that the address names by its id, as soon as the stream has brought it. */
export function useNamedEvent(
  id: string | undefined,
  { events }: CallState,
  place: (next: Partial<CallSearch>) => void,
): void {
  const at = id === undefined ? undefined : events.find(({ eventId }) => eventId === id)?.sequence;
  useEffect(() => {
    if (at !== undefined) place({ at, event: undefined });
  }, [at, place]);
}
