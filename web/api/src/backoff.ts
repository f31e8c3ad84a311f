export interface BackoffOptions {
  /** First ceiling of the wait, in milliseconds. */
  baseMs?: number;
  /** Highest ceiling, in milliseconds. */
  maxMs?: number;
  /** Add what a stream's server asks for with `retry:` (default true). */
  honourServer?: boolean;
  /** Returns a number in [0, 1); given by tests. */
  random?: () => number;
}

/**
 * How long to wait before try number `attempt` (0 is the first). The ceiling doubles; half of it is
 * fixed and half is by chance, so that a thousand clients cut at once do not return at once.
 */
export function backoffMs(attempt: number, options: BackoffOptions = {}): number {
  const { baseMs = 500, maxMs = 15_000, random = Math.random } = options;
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
