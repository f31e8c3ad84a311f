/**
 * Follows a session (or the tenant) by server-sent events, for programs and wherever a WebSocket
 * does not pass. The place is kept only once an event was handed over, so a cut at any byte neither
 * loses nor repeats one.
 */
import { backoffMs, type BackoffOptions } from "./backoff.ts";
import { ApiError, networkProblem, problemFrom } from "./problem.ts";
import { SseParser, type SseMessage } from "./sse-parser.ts";
import type { CallEvent } from "./wire.ts";

export interface StreamOptions {
  /** Address of the stream, without credentials. */
  url: string;
  bearer?: () => string | undefined;
  /** Resume after this id: a sequence for a session, a cursor for the tenant. */
  lastEventId?: string;
  /** Go on when the call is over, until nothing can be added any more. */
  late?: boolean;
  /** Told of every failed try and of the wait before the next. */
  onRetry?: (error: ApiError, waitMs: number) => void;
  signal?: AbortSignal;
  /** Silence (heartbeats included) after which the stream counts as dead (default 45 s). */
  idleMs?: number;
  backoff?: BackoffOptions;
  fetch?: typeof fetch;
}

export interface FollowOptions extends StreamOptions {
  onEvent: (event: CallEvent, id: string) => void;
  /** The call is over; with `late`, events may still follow. */
  onClosed?: (reason: string) => void;
}

const REFUSED = new Set([400, 401, 403, 404, 410]);

/**
 * Events in order, each once, whatever happens to the connection: `for await (const event of stream)`.
 * A cut is followed by a wait and another try, without end; a refusal is thrown as ApiError. The first
 * event connects; `open` does so at once.
 */
export class EventStream implements AsyncIterableIterator<CallEvent> {
  readonly #options: StreamOptions;
  readonly #over = new AbortController();
  #place: string | undefined;
  #messages: SseMessage[] = [];
  #parser = new SseParser();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #decoder = new TextDecoder();
  #connection = new AbortController();
  #attempt = 0;
  #heard = 0;
  #closedReason: string | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#place = options.lastEventId;
    if (options.signal?.aborted) this.close();
    else options.signal?.addEventListener("abort", () => this.close(), { once: true });
  }

  /** The place after the last event that was handed over: what a later stream can begin from. */
  get lastEventId(): string | undefined {
    return this.#place;
  }

  /** Why the stream came to its end, when the server said so: `session_over`. */
  get closedReason(): string | undefined {
    return this.#closedReason;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Connects, so that what happens from here on is part of the stream. */
  async open(): Promise<this> {
    while (!this.#reader && !this.#finished) await this.#advance();
    return this;
  }

  async next(): Promise<IteratorResult<CallEvent, undefined>> {
    while (!this.#finished) {
      const message = this.#messages.shift();
      if (!message) {
        await this.#advance();
        continue;
      }
      const event = this.#take(message);
      if (event) return { done: false, value: event };
    }
    this.close();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<CallEvent, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the stream. Safe to repeat. */
  close(): void {
    this.#over.abort();
    this.#drop();
  }

  get #finished(): boolean {
    return this.#over.signal.aborted;
  }

  /** The event of a message, if it is one. From here on it counts as handed over. */
  #take(message: SseMessage): CallEvent | undefined {
    this.#attempt = 0;
    if (message.data !== undefined && message.id === undefined) {
      if (message.event === "closed") this.#closed(JSON.parse(message.data) as { reason?: string });
      return undefined;
    }
    const event = message.data === undefined ? undefined : (JSON.parse(message.data) as CallEvent);
    this.#place = message.id;
    return event;
  }

  /** Every reason but the end of the call is about this connection alone: the next one goes on. */
  #closed({ reason }: { reason?: string }): void {
    if (reason !== "session_over") return;
    this.#closedReason = reason;
    if (!this.#options.late) this.close();
  }

  /** Reads one piece; opens a connection first when there is none. */
  async #advance(): Promise<void> {
    let failure: ApiError;
    let finished = false;
    try {
      this.#reader ??= await this.#connect();
      if (!this.#reader) return;
      const { done, value } = await this.#unlessSilent(this.#reader.read());
      if (!done) {
        this.#messages = this.#parser.feed(this.#decoder.decode(value, { stream: true }));
        if (this.#parser.comments > this.#heard) this.#attempt = 0;
        this.#heard = this.#parser.comments;
        return;
      }
      // Ended by the server itself: with the late window of a call that is over, or to be opened anew.
      finished = this.#closedReason !== undefined;
      failure = networkProblem(new Error("the stream ended"));
    } catch (error) {
      failure = error instanceof ApiError ? error : networkProblem(error);
    }
    const askedMs = this.#parser.retryMs;
    this.#drop();
    if (finished) this.close();
    if (this.#finished) return;
    if (REFUSED.has(failure.status)) {
      this.close();
      throw failure;
    }
    await this.#wait(failure, askedMs);
  }

  async #connect(): Promise<ReadableStreamDefaultReader<Uint8Array> | undefined> {
    this.#parser = new SseParser();
    this.#decoder = new TextDecoder();
    this.#heard = 0;
    this.#connection = new AbortController();
    const response = await this.#unlessSilent(this.#get());
    if (response.status === 204) {
      this.close();
      return undefined;
    }
    if (!response.ok) {
      const body: unknown = await this.#unlessSilent(response.json()).catch(() => undefined);
      throw problemFrom(response, body);
    }
    return response.body?.getReader();
  }

  #get(): Promise<Response> {
    const headers = new Headers({ Accept: "text/event-stream" });
    const bearer = this.#options.bearer?.();
    if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
    if (this.#place !== undefined) headers.set("Last-Event-ID", this.#place);
    const get = this.#options.fetch ?? fetch;
    return get(this.#options.url, {
      headers,
      signal: this.#connection.signal,
      cache: "no-store",
      credentials: bearer ? "omit" : "same-origin",
    });
  }

  /** Runs only while we wait for the server: however long the reader of events takes, that is no silence. */
  async #unlessSilent<T>(pending: Promise<T>): Promise<T> {
    const silence = new Error("the stream fell silent");
    const timer = setTimeout(() => this.#connection.abort(silence), this.#options.idleMs ?? 45_000);
    try {
      return await pending;
    } finally {
      clearTimeout(timer);
    }
  }

  async #wait(failure: ApiError, askedMs: number | undefined): Promise<void> {
    const { backoff, onRetry } = this.#options;
    const asked = backoff?.honourServer === false ? 0 : (askedMs ?? 0);
    const waitMs = asked + backoffMs(this.#attempt++, backoff);
    onRetry?.(failure, waitMs);
    await pause(waitMs, this.#over.signal);
  }

  #drop(): void {
    this.#reader = undefined;
    this.#messages = [];
    this.#connection.abort();
  }
}

/** The same with callbacks. Runs until `signal` aborts, the call is over, or the server refuses (thrown as ApiError). */
export async function follow(options: FollowOptions): Promise<void> {
  const stream = new EventStream(options);
  let told = false;
  const tell = () => {
    if (told || stream.closedReason === undefined) return;
    told = true;
    options.onClosed?.(stream.closedReason);
  };
  for await (const event of stream) {
    tell();
    options.onEvent(event, stream.lastEventId ?? "");
  }
  tell();
}

/** Waits, or less if the signal aborts. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
