/** Events per second of each call over the last ten seconds, as this page saw them. */
const SPAN_MS = 10_000;

export class Rates {
  readonly #seen = new Map<string, number[]>();

  note(sessionId: string, at: number): void {
    const times = this.#seen.get(sessionId) ?? [];
    times.push(at);
    this.#seen.set(sessionId, times);
  }

  /** `undefined` when nothing came in the span: what was not measured is not shown. */
  perSecond(sessionId: string, now: number): number | undefined {
    const times = this.#seen.get(sessionId);
    if (!times) return undefined;
    const recent = times.filter((at) => now - at <= SPAN_MS);
    if (recent.length === 0) this.#seen.delete(sessionId);
    else this.#seen.set(sessionId, recent);
    return recent.length === 0 ? undefined : recent.length / (SPAN_MS / 1000);
  }
}
