/**
 * Follows a session (or the tenant) by server-sent events, for programs and wherever a WebSocket
 * does not pass. The place is kept only once an event was handed over, so a cut at any byte neither
 * loses nor repeats one.
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { backoffMs, type BackoffOptions } from "./backoff.ts";
import { ApiError, networkProblem, problemFrom } from "./problem.ts";
import type { CallEvent } from "./wire.ts";

export interface FollowOptions {
  /** Address of the stream, without credentials. */
  url: string;
  bearer?: () => string | undefined;
  /** Resume after this id: a sequence for a session, a cursor for the tenant. */
  lastEventId?: string;
  onEvent: (event: CallEvent, id: string) => void;
  /** The call is over; late events may still follow. */
  onClosed?: (reason: string) => void;
  /** Told of every failed try and of the wait before the next. */
  onRetry?: (error: ApiError, waitMs: number) => void;
  signal?: AbortSignal;
  /** Silence (heartbeats included) after which the stream counts as dead (default 45 s). */
  idleMs?: number;
  backoff?: BackoffOptions;
  fetch?: typeof fetch;
}

const REFUSED = new Set([400, 401, 403, 404, 410]);

interface Place {
  id: string | undefined;
  attempt: number;
  retryMs: number | undefined;
}

/** Runs until `signal` aborts, the server says 204, or it refuses (thrown as ApiError). */
export async function follow(options: FollowOptions): Promise<void> {
  const place: Place = { id: options.lastEventId, attempt: 0, retryMs: undefined };
  while (!options.signal?.aborted) {
    let failure: ApiError;
    try {
      if ((await once(options, place)) === "over") return;
      failure = networkProblem(new Error("the stream ended"));
    } catch (error) {
      if (options.signal?.aborted) return;
      failure = error instanceof ApiError ? error : networkProblem(error);
      if (REFUSED.has(failure.status)) throw failure;
    }
    const waitMs = (place.retryMs ?? 0) + backoffMs(place.attempt++, options.backoff);
    options.onRetry?.(failure, waitMs);
    await pause(waitMs, options.signal);
  }
}

async function once(options: FollowOptions, place: Place): Promise<"over" | "cut"> {
  const idle = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, idle.signal]) : idle.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => idle.abort(new Error("the stream fell silent")), options.idleMs ?? 45_000);
  };
  try {
    alive();
    const response = await open(options, place, signal);
    if (response.status === 204) return "over";
    if (!response.ok) throw problemFrom(response, await response.json().catch(() => undefined));
    await read(response, options, place, alive);
    return "cut";
  } finally {
    clearTimeout(timer);
  }
}

function open(options: FollowOptions, place: Place, signal: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: "text/event-stream" });
  const bearer = options.bearer?.();
  if (bearer) headers.set("Authorization", `Bearer ${bearer}`);
  if (place.id !== undefined) headers.set("Last-Event-ID", place.id);
  const get = options.fetch ?? fetch;
  return get(options.url, {
    headers,
    signal,
    cache: "no-store",
    credentials: bearer ? "omit" : "same-origin",
  });
}

async function read(
  response: Response,
  options: FollowOptions,
  place: Place,
  alive: () => void,
): Promise<void> {
  const parser = createParser({
    onEvent: (message) => deliver(message, options, place),
    onRetry: (ms) => {
      place.retryMs = ms;
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    parser.feed(value);
  }
}

function deliver(message: EventSourceMessage, options: FollowOptions, place: Place): void {
  place.attempt = 0;
  const data: unknown = JSON.parse(message.data);
  if (message.id === undefined) {
    if (message.event === "closed") options.onClosed?.((data as { reason?: string }).reason ?? "");
    return;
  }
  options.onEvent(data as CallEvent, message.id);
  place.id = message.id;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
