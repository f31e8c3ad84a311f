/**
 * One WebSocket for all that a tab watches. Each subscription resumes after the last event it was
 * given, so a reconnect neither loses nor repeats one. Knows no page and no framework.
 */
import { backoffMs, type BackoffOptions } from "./backoff.ts";
import { readFrame, type ClientFrame, type ServerFrame } from "./frames.ts";
import { Reader, type Listener, type Subscription, type Topic } from "./subscription.ts";
import type { Problem } from "./wire.ts";

/** `waiting`: cut, the next try is timed. `refused`: the credential is not good; no more tries. */
export type SocketStatus = "idle" | "connecting" | "open" | "waiting" | "refused" | "stopped";

export interface SocketOptions {
  /** Address of `/v1/realtime/ws`, or a function that gives it for every try. */
  url: string | (() => string);
  /** Session pass, sent as the first frame; leave out where a cookie speaks. */
  pass?: () => string | undefined;
  backoff?: BackoffOptions;
  /** Silence after which the connection counts as dead, in milliseconds (default 45 s). */
  idleMs?: number;
  /** How often to ask for a sign of life, in milliseconds (default 15 s). */
  pingMs?: number;
  WebSocket?: new (url: string) => WebSocket;
  /** Called with the server's clock and the local instant it was read at. */
  onClock?: (serverTime: number, readAt: number) => void;
}

type StatusListener = (status: SocketStatus, problem?: Problem) => void;

const OPEN = 1;

export class LiveSocket {
  readonly #options: SocketOptions;
  readonly #readers = new Map<string, Reader>();
  readonly #listeners = new Set<StatusListener>();
  #status: SocketStatus = "idle";
  #socket: WebSocket | undefined;
  #attempt = 0;
  #ids = 0;
  #lastHeard = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  get status(): SocketStatus {
    return this.#status;
  }

  /** Follows the connection itself; tells the present status at once. */
  onStatus(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    listener(this.#status);
    return () => this.#listeners.delete(listener);
  }

  /** Connects before anything is followed, so that the status is that of a real connection. */
  open(): void {
    if (this.#status === "idle") this.#connect();
  }

  /** Follows one session or the tenant. Connects with the first subscription. */
  subscribe(topic: Topic, listener: Listener): Subscription {
    const reader = new Reader(`s${++this.#ids}`, { ...topic }, listener);
    this.#readers.set(reader.id, reader);
    if (this.#status === "open") this.#send(reader.frame());
    else this.open();
    return {
      close: () => {
        if (!this.#readers.delete(reader.id)) return;
        if (this.#status === "open") this.#send({ op: "unsubscribe", id: reader.id });
      },
    };
  }

  /** Tells the server how far a named consumer has read. Lost when offline: the next one counts. */
  ack(sessionId: string, consumerId: string, sequence: number): void {
    if (this.#status === "open") this.#send({ op: "ack", sessionId, consumerId, sequence });
  }

  /** Tries at once instead of at the end of the wait: the network is said to be back. */
  wake(): void {
    if (this.#status === "waiting") this.#connect();
    else if (this.#status === "open") this.#send({ op: "ping", id: "wake" });
  }

  stop(): void {
    this.#drop();
    this.#readers.clear();
    this.#set("stopped");
  }

  #set(status: SocketStatus, problem?: Problem): void {
    this.#status = status;
    for (const listener of [...this.#listeners]) listener(status, problem);
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#set("connecting");
    const { url } = this.#options;
    const Socket = this.#options.WebSocket ?? WebSocket;
    const socket = new Socket(typeof url === "string" ? url : url());
    this.#socket = socket;
    this.#lastHeard = Date.now();
    this.#startWatch();
    const mine = (act: () => void) => () => {
      if (this.#socket === socket) act();
    };
    socket.onopen = mine(() => this.#opened());
    socket.onclose = mine(() => this.#lost());
    socket.onerror = null;
    socket.onmessage = (message: MessageEvent) => {
      if (this.#socket === socket) this.#heard(message.data);
    };
  }

  /** Frames are served in order, so subscribing need not wait for the answer to `auth`. */
  #opened(): void {
    const pass = this.#options.pass?.();
    if (pass !== undefined) this.#send({ op: "auth", pass });
    this.#set("open");
    for (const reader of this.#readers.values()) this.#send(reader.frame());
  }

  #heard(data: unknown): void {
    this.#lastHeard = Date.now();
    const frame = readFrame(data);
    if (!frame) return;
    if (frame.op === "ready") this.#ready(frame.serverTime);
    else if (frame.op === "error" && frame.id === undefined) this.#refused(frame.problem);
    else this.#route(frame);
  }

  #ready(serverTime: string): void {
    this.#attempt = 0;
    const at = Date.parse(serverTime);
    if (!Number.isNaN(at)) this.#options.onClock?.(at, Date.now());
  }

  #route(frame: ServerFrame): void {
    if (frame.op === "events" || frame.op === "subscribed") this.#attempt = 0;
    const reader = this.#readers.get("id" in frame ? (frame.id ?? "") : "");
    if (!reader) return;
    const outcome = reader.take(frame);
    if (outcome === "stop") this.#readers.delete(reader.id);
    if (outcome === "again") this.#again(reader);
    if (outcome === "later") this.#later(reader);
  }

  /** A gap or a lag: the log is asked again from the last good event. */
  #again(reader: Reader): void {
    this.#send({ op: "unsubscribe", id: reader.id });
    this.#readers.delete(reader.id);
    const next = reader.renamed(`s${++this.#ids}`);
    this.#readers.set(next.id, next);
    this.#send(next.frame());
  }

  #later(reader: Reader): void {
    const socket = this.#socket;
    const again = () => {
      if (this.#socket === socket && this.#readers.get(reader.id) === reader) this.#again(reader);
    };
    setTimeout(again, backoffMs(2, this.#options.backoff));
  }

  #refused(problem: Problem): void {
    if (problem.status !== 401 && problem.status !== 403) return;
    this.#drop();
    this.#set("refused", problem);
  }

  #lost(): void {
    this.#drop();
    this.#set("waiting");
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempt++, this.#options.backoff));
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #startWatch(): void {
    clearInterval(this.#watch);
    const { pingMs = 15_000, idleMs = 45_000 } = this.#options;
    this.#watch = setInterval(() => {
      if (Date.now() - this.#lastHeard > idleMs) this.#lost();
      else this.#send({ op: "ping", id: "p" });
    }, pingMs);
  }
}

/** The WebSocket address of an origin (`http` becomes `ws`). */
export function socketUrl(origin: string): string {
  const url = new URL("/v1/realtime/ws", origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
