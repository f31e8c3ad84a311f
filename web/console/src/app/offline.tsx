import { useSocketStatus } from "@callboard/api/react";
import { useEffect, useState } from "react";
import { serverNow } from "../core/clock.ts";
import { exactText, timeText } from "../ui/format.ts";
import { Dot } from "../ui/marks.tsx";

/** A cut shorter than this is not worth a line. */
const PATIENCE_MS = 1_500;

/** Says that what the page shows stands still, and since when. */
export function OfflineLine() {
  const status = useSocketStatus();
  const [since, setSince] = useState<number>();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    // Each attempt to come back is a moment of "connecting"; the cut lasts until one succeeds.
    if (status === "connecting") return;
    setSince((known) => (status === "waiting" ? (known ?? serverNow()) : undefined));
  }, [status]);
  useEffect(() => {
    setShown(false);
    if (since === undefined) return undefined;
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [since]);
  if (since === undefined || !shown) return null;
  return (
    <p
      role="alert"
      className="flex items-center gap-2 border-b border-warn/40 bg-warn/10 px-3.5 py-1 font-medium sm:px-[18px]"
    >
      <Dot tone="warn" className="text-warn" />
      <span>
        No connection to Callboard. What you see is as of{" "}
        <time dateTime={new Date(since).toISOString()} title={exactText(since)}>
          {timeText(since)}
        </time>
        ; the page goes on by itself.
      </span>
    </p>
  );
}
