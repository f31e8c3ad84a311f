import { eventOf, indexOfSequence, type CallEvent, type CallState } from "@callboard/api";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api } from "../../core/client.ts";
import { heldEvent, missingPages, PAGE, trimmed } from "./pages.ts";

/** The whole log as rows: what the stream has brought, then what it has not, fetched by pages where it is looked at. */
export interface Log {
  count: number;
  /** The event of a row; absent while it is on its way. */
  row: (index: number) => CallEvent | undefined;
  sequence: (index: number) => number;
  indexOf: (sequence: number) => number;
  find: (sequence: number) => CallEvent | undefined;
  /** Asks for the rows from `first` to `last`. */
  want: (first: number, last: number) => void;
}

const NONE: ReadonlyMap<number, readonly CallEvent[]> = new Map();

export function useLog(call: CallState, total: number): Log {
  const { sessionId, events, latestSequence } = call;
  const [held, setHeld] = useState(NONE);
  const asked = useRef(new Set<number>());
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  useEffect(() => setHeld((pages) => trimmed(pages, latestSequence)), [latestSequence]);
  const want = useCallback(
    (first: number, last: number) => {
      for (const page of missingPages(first, Math.min(last, total), latestSequence, held)) {
        if (asked.current.has(page)) continue;
        asked.current.add(page);
        api
          .replay(sessionId, { afterSequence: page * PAGE, limit: PAGE })
          .then((answer) => {
            // A text would be the other form of the answer, which was not asked for.
            if (!gone.current && typeof answer !== "string")
              setHeld((pages) => new Map(pages).set(page, answer.events));
          })
          // The stream brings the same rows a little later; the next look asks again.
          .catch(() => undefined)
          .finally(() => asked.current.delete(page));
      }
    },
    [sessionId, latestSequence, total, held],
  );
  return useMemo(() => {
    const streamed = events.length;
    const ahead = Math.max(0, total - latestSequence);
    const sequence = (index: number) =>
      index < streamed ? events[index]!.sequence : latestSequence + 1 + index - streamed;
    const find = (wanted: number) => eventOf(events, wanted) ?? heldEvent(held, wanted);
    return {
      count: streamed + ahead,
      sequence,
      find,
      row: (index) => (index < streamed ? events[index] : heldEvent(held, sequence(index))),
      indexOf: (wanted) => {
        if (wanted <= latestSequence) return eventOf(events, wanted) ? indexOfSequence(events, wanted) : -1;
        const index = streamed + wanted - latestSequence - 1;
        return index < streamed + ahead ? index : -1;
      },
      want: (first, last) => want(sequence(Math.max(0, first)), sequence(last)),
    };
  }, [events, held, latestSequence, total, want]);
}
