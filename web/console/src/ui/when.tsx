import { serverNow } from "../core/clock.ts";
import { exactText, fullText, whenText } from "./format.ts";

/** A time: today's as a clock, others with their day; local, with zone and UTC on hover. */
export function When({ at, className }: { at: string | undefined; className?: string }) {
  if (at === undefined) return null;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={exactText(ms)} className={className}>
      {whenText(ms, serverNow())}
    </time>
  );
}

/** A time in full, with its zone; UTC to the millisecond on hover. */
export function Exact({ at }: { at: string }) {
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={exactText(ms)}>
      {fullText(ms)}
    </time>
  );
}
