/**
 * Tells Callboard of the cuts that this page saw. Short ones leave no trace at the provider. When
 * the cut also cuts the way to Callboard, it is told on return.
 */
import { backoffMs, newId, type Callboard, type ConnectionReport } from "@callboard/api";

const TRIES = 5;

export class CutReports {
  readonly #send: (report: ConnectionReport) => Promise<unknown>;
  readonly #wait: (ms: number) => Promise<void>;
  #lost: { at: number; kind: "signal" | "media" } | undefined;

  constructor(
    api: Pick<Callboard, "reportConnection">,
    seat: { sessionId: string; participantId: string },
    wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.#send = (report) => api.reportConnection(seat.sessionId, seat.participantId, report);
    this.#wait = wait;
  }

  /** A cut began; a worse phase of the same cut is not another. */
  lost(kind: "signal" | "media", now: number): void {
    if (this.#lost) return;
    this.#lost = { at: now, kind };
    void this.#send({ reportId: newId("rep"), state: "reconnecting", kind }).catch(() => undefined);
  }

  /** The cut is healed. */
  async back(now: number): Promise<void> {
    const lost = this.#lost;
    if (!lost) return;
    this.#lost = undefined;
    const report: ConnectionReport = {
      reportId: newId("rep"),
      state: "connected",
      kind: lost.kind,
      lostForMs: Math.max(0, Math.round(now - lost.at)),
    };
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (await this.#sent(report)) return;
      await this.#wait(backoffMs(attempt));
    }
  }

  async #sent(report: ConnectionReport): Promise<boolean> {
    try {
      await this.#send(report);
      return true;
    } catch {
      return false;
    }
  }
}
