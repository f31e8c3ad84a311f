// Waiting for a thing itself, never for time: asks again and again, and says what was waited for when it gives up.
import { setTimeout as pause } from "node:timers/promises";

/** Asks `look` until it gives something true; that is the answer. */
export async function until(what, look, { ms = 10_000, every = 100 } = {}) {
  const begun = performance.now();
  let last;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() - begun > ms) {
      const why = last ? `: ${last.message ?? last}` : "";
      throw new Error(`waited ${Math.round(ms / 1000)} s in vain until ${what}${why}`);
    }
    await pause(every);
  }
}
