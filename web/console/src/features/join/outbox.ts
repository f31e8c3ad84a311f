/** Typed messages on their way into the log. The id is chosen once, so a repeat is never a second. */
import { asApiError, newEventId, newId, type Callboard, type NewEvent } from "@callboard/api";
import type { Pending } from "./model.ts";

interface OutboxOptions {
  api: Pick<Callboard, "append">;
  sessionId: string;
  participantId: string;
  now: () => number;
  /** When the call connected, in server time; the transcript counts from there. */
  zero: () => number | undefined;
  onChange: (pending: readonly Pending[]) => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #events = new Map<string, NewEvent>();
  #pending: readonly Pending[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  send(text: string): void {
    const { sessionId, participantId, now, zero } = this.#options;
    const utteranceId = newId("utt");
    const at = now();
    const startMs = Math.max(0, Math.round(at - (zero() ?? at)));
    this.#events.set(utteranceId, {
      eventId: newEventId(at),
      sessionId,
      ts: new Date(at).toISOString(),
      type: "transcript.final",
      payload: {
        utteranceId,
        speaker: "user",
        text,
        startMs,
        endMs: startMs,
        participantId,
        source: "typed",
      },
    });
    this.#set([...this.#pending, { utteranceId, text }]);
    void this.#post(utteranceId);
  }

  retry(utteranceId: string): void {
    this.#set(
      this.#pending.map((each) =>
        each.utteranceId === utteranceId ? { utteranceId, text: each.text } : each,
      ),
    );
    void this.#post(utteranceId);
  }

  /** Drops what the log now shows. */
  settle(seen: (utteranceId: string) => boolean): void {
    const rest = this.#pending.filter((each) => !seen(each.utteranceId));
    if (rest.length !== this.#pending.length) this.#set(rest);
  }

  async #post(utteranceId: string): Promise<void> {
    const event = this.#events.get(utteranceId);
    if (!event) return;
    try {
      await this.#options.api.append(event);
    } catch (error) {
      const failed = asApiError(error);
      this.#set(this.#pending.map((each) => (each.utteranceId === utteranceId ? { ...each, failed } : each)));
    }
  }

  #set(pending: readonly Pending[]): void {
    this.#pending = pending;
    this.#options.onChange(pending);
  }
}
