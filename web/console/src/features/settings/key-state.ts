import type { ApiKey } from "../../core/wire.ts";
import type { Tone } from "../../ui/marks.tsx";

/** Whether a key works, in a word. */
export function keyState(key: ApiKey, now: number): { word: string; tone: Tone } {
  if (key.revokedAt) return { word: "revoked", tone: "bad" };
  if (key.expiresAt && Date.parse(key.expiresAt) <= now) return { word: "expired", tone: "warn" };
  return { word: "works", tone: "ok" };
}

const DAY_MS = 86_400_000;

/** Lifetimes offered for a new key, in days. */
export const LIFETIMES = [
  { days: 0, name: "Does not expire" },
  { days: 7, name: "7 days" },
  { days: 30, name: "30 days" },
  { days: 90, name: "90 days" },
  { days: 365, name: "A year" },
] as const;

export const expiryAfter = (days: number, now: number): string | undefined =>
  days === 0 ? undefined : new Date(now + days * DAY_MS).toISOString();

/** How long the old secret still works beside the new one, in seconds. */
export const OVERLAPS = [
  { seconds: 0, name: "Not at all: it stops now" },
  { seconds: 3_600, name: "One hour" },
  { seconds: 86_400, name: "One day" },
  { seconds: 604_800, name: "Seven days" },
] as const;
