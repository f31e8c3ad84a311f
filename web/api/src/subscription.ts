import type { ClientFrame, ServerFrame } from "./frames.ts";
import type { CallEvent, Problem } from "./wire.ts";

export interface Listener {
  /** New events, in order, none twice. */
  onEvents: (events: readonly CallEvent[]) => void;
  /** The server has caught this subscription up to the log's end as it was when it subscribed. */
  onSubscribed?: (latestSequence: number) => void;
  /** The server will send no more because the call is over. Late events may still come before. */
  onClosed?: (reason: string) => void;
  /** The server refused the subscription; it is not tried again. */
  onRefused?: (problem: Problem) => void;
}

export interface SessionTopic {
  sessionId: string;
  /** Resume after this sequence; absent: only what is new. */
  afterSequence?: number;
  /** Sequences may be missing because this reader may not see every event. */
  sparse?: boolean;
}

export interface TenantTopic {
  tenant: true;
  cursor?: string;
}

export type Topic = SessionTopic | TenantTopic;

export interface Subscription {
  close: () => void;
}

/** What to do after a frame: nothing, ask the log again now or a little later, or give up. */
export type Outcome = "ok" | "again" | "later" | "stop";

/** One topic with the place it was read to. Survives reconnects of the socket below it. */
export class Reader {
  readonly id: string;
  readonly listener: Listener;
  #topic: Topic;
  /** The sequence before the last gap. */
  #gapAfter: number | undefined;

  constructor(id: string, topic: Topic, listener: Listener) {
    this.id = id;
    this.#topic = topic;
    this.listener = listener;
  }

  /** The same place under another id, so that frames still on their way to the old one are ignored. */
  renamed(id: string): Reader {
    const next = new Reader(id, this.#topic, this.listener);
    next.#gapAfter = this.#gapAfter;
    return next;
  }

  /** The frame that subscribes from where this reader stands. */
  frame(): ClientFrame {
    const topic = this.#topic;
    if ("tenant" in topic) {
      const cursor = topic.cursor === undefined ? {} : { cursor: topic.cursor };
      return { op: "subscribe", id: this.id, tenant: true, ...cursor };
    }
    const after = topic.afterSequence === undefined ? {} : { afterSequence: topic.afterSequence };
    return { op: "subscribe", id: this.id, sessionId: topic.sessionId, ...after };
  }

  take(frame: ServerFrame): Outcome {
    if (frame.op === "events") return this.#events(frame.events, frame.cursor);
    if (frame.op === "subscribed") {
      this.#subscribed(frame.latestSequence, frame.cursor);
      return "ok";
    }
    if (frame.op === "error") {
      if (frame.problem.retryable) return "later";
      this.listener.onRefused?.(frame.problem);
      return "stop";
    }
    if (frame.op !== "closed") return "ok";
    if (frame.reason === "lagging") return "again";
    this.listener.onClosed?.(frame.reason);
    return "ok";
  }

  /** A reader of "only new" is pinned to the log's end, so that a reconnect loses nothing. */
  #subscribed(latestSequence: number | undefined, cursor: string | undefined): void {
    const topic = this.#topic;
    if ("tenant" in topic) {
      topic.cursor ??= cursor;
      return;
    }
    if (latestSequence === undefined) return;
    topic.afterSequence ??= latestSequence;
    this.listener.onSubscribed?.(latestSequence);
  }

  #events(events: readonly CallEvent[], cursor: string | undefined): Outcome {
    const topic = this.#topic;
    if ("tenant" in topic) {
      if (cursor !== undefined) topic.cursor = cursor;
      if (events.length > 0) this.listener.onEvents(events);
      return "ok";
    }
    const fresh: CallEvent[] = [];
    let gap = false;
    for (const event of events) {
      const last = topic.afterSequence;
      if (last !== undefined && event.sequence <= last) continue;
      gap = last !== undefined && !topic.sparse && event.sequence !== last + 1;
      if (gap) break;
      topic.afterSequence = event.sequence;
      fresh.push(event);
    }
    if (fresh.length > 0) this.listener.onEvents(fresh);
    if (!gap) return "ok";
    // The same gap again: events that this reader may not see, or a fault. Asking at once for ever would help nobody.
    const known = this.#gapAfter === topic.afterSequence;
    this.#gapAfter = topic.afterSequence;
    return known ? "later" : "again";
  }
}
