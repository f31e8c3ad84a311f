import { useCallback, useEffect, useRef, useState } from "react";
import type { CallSearch } from "./search.ts";

/** Browsers allow few changes of the address in a second; a held key makes many. */
const SETTLE_MS = 180;

/**
 * The chosen moment of the page, a sequence. It changes at once; the address follows when it has come to rest,
 * and a change of the address (a link, the way back) changes it.
 */
export function useMoment(search: CallSearch, place: (next: Partial<CallSearch>) => void) {
  const [moment, setMoment] = useState({ at: search.at, raw: search.raw ?? false });
  const known = useRef({ at: search.at, raw: search.raw ?? false });
  const { at: addressed, raw: open = false } = search;
  useEffect(() => {
    if (known.current.at === addressed && known.current.raw === open) return;
    known.current = { at: addressed, raw: open };
    setMoment({ at: addressed, raw: open });
  }, [addressed, open]);
  useEffect(() => {
    if (known.current.at === moment.at && known.current.raw === moment.raw) return undefined;
    const timer = setTimeout(() => {
      known.current = moment;
      place({ at: moment.at, raw: moment.raw || undefined });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [moment, place]);
  const pick = useCallback(
    (at: number | undefined) =>
      setMoment((old) => (old.at === at ? old : { at, raw: at !== undefined && old.raw })),
    [],
  );
  const openRaw = useCallback((at: number) => setMoment({ at, raw: true }), []);
  const closeRaw = useCallback(() => setMoment((old) => ({ ...old, raw: false })), []);
  /** One step back: from the raw form, then from the moment. False where there is nothing to leave. */
  const leave = (): boolean => {
    if (moment.raw) closeRaw();
    else pick(undefined);
    return moment.at !== undefined;
  };
  return { ...moment, pick, openRaw, closeRaw, leave };
}
