/** Times and numbers as the pages write them. Times are local; the exact value is in the title. */
const pad = (value: number): string => String(value).padStart(2, "0");

/** A length of time as a clock: `0:07`, `12:41`, `1:02:03`. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = pad(seconds % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** As `clockText`, with tenths: `12:04.9`. */
export const fineClockText = (ms: number): string =>
  `${clockText(ms)}.${Math.floor((Math.max(0, ms) % 1000) / 100)}`;

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const EXACT = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "long",
});

export const timeText = (at: number): string => TIME.format(at);

/** A time today, else day and time. */
export function whenText(at: number, now: number): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay ? TIME.format(at) : `${DAY.format(at)}, ${TIME.format(at).slice(0, 5)}`;
}

/** Local date, time and zone. */
export const fullText = (at: number): string => EXACT.format(at);

/** Local date, time and zone, then the UTC instant. */
export const exactText = (at: number): string => `${EXACT.format(at)} (${new Date(at).toISOString()})`;

const COUNT = new Intl.NumberFormat();
export const countText = (value: number): string => COUNT.format(value);

/** An id short enough for a line: its kind, its start and its end. */
export function shortId(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 9)}…${id.slice(-4)}`;
}
