/** Sends a program's requests, and sends them again where that cannot have a second effect. */
import { backoffMs, type BackoffOptions } from "../backoff.ts";
import type { paths } from "../generated/schema.ts";
import { newId } from "../ids.ts";
import { ApiError, networkProblem, problemFrom } from "../problem.ts";
import { pause } from "../sse.ts";

export interface ConnectOptions {
  /** Address of the server; default: the environment's CALLBOARD_URL, then http://127.0.0.1:8080. */
  url?: string;
  /** API key, a user's token or a session pass; default: the environment's CALLBOARD_API_KEY. */
  apiKey?: string;
  /** How often a request is sent again at most (default 3). */
  retries?: number;
  /** How long a request may take, in milliseconds (default 30 s). */
  timeoutMs?: number;
  backoff?: BackoffOptions;
  fetch?: typeof fetch;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
export type Method = "GET" | "POST" | "PATCH" | "DELETE";

export interface Ask {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  /** The same request twice has one effect, and both get the same answer. Always so for GET. */
  repeatable?: boolean;
}

/** How often a caller's own repeats of one change count as one. */
export interface Once {
  /** Makes repeats of your program one change too; made for each call when absent. */
  idempotencyKey?: string;
}

/** Refusals before any effect, whatever the request was. */
const REFUSED_FIRST = new Set(["RATE_LIMITED", "OVERLOADED", "SHUTTING_DOWN", "IDEMPOTENCY_IN_PROGRESS"]);
/** Retryable in time, but not within a request: somebody has to act first. */
const NEEDS_SOMEBODY = new Set(["CONCURRENCY_LIMIT", "LIVEKIT_UNAVAILABLE"]);

/** The environment, where there is one. */
const setting = (name: string): string | undefined =>
  (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.[name];

/** A path of the API with its parts in their places, from which they cannot break out. */
export function route(template: keyof paths, parts: Readonly<Record<string, string>> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
}

/** A POST that carries an idempotency key, so that it may be repeated. */
export const change = (body: unknown, once: Once = {}): Ask => ({
  body,
  headers: { "Idempotency-Key": once.idempotencyKey ?? newId("idk") },
  repeatable: true,
});

export class Requests {
  readonly backoff: BackoffOptions;
  readonly fetch: typeof fetch;
  readonly #base: string;
  readonly #apiKey: string | undefined;
  readonly #retries: number;
  readonly #timeoutMs: number;

  constructor(options: ConnectOptions) {
    this.#base = (options.url ?? setting("CALLBOARD_URL") ?? "http://127.0.0.1:8080").replace(/\/+$/, "");
    this.#apiKey = options.apiKey ?? setting("CALLBOARD_API_KEY");
    this.#retries = options.retries ?? 3;
    this.#timeoutMs = options.timeoutMs ?? 30_000;
    this.backoff = options.backoff ?? {};
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  bearer = (): string | undefined => this.#apiKey;

  /** The whole address of a path. */
  address(path: string, query: Query = {}): string {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url.href;
  }

  /** The answer's body. Throws ApiError for a refusal, and for an answer that never came. */
  async json<T>(method: Method, path: string, ask: Ask = {}): Promise<T> {
    const text = await this.text(method, path, ask);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  async text(method: Method, path: string, ask: Ask = {}): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.#once(method, path, ask);
      if (typeof outcome === "string") return outcome;
      const { error, afterMs } = outcome;
      if (attempt >= this.#retries || !mayRepeat(method, ask, error)) throw error;
      await pause(Math.max(afterMs, backoffMs(attempt, this.backoff)));
    }
  }

  /** An answer that is read as it comes. */
  async open(path: string, ask: Ask, signal: AbortSignal): Promise<Response> {
    const response = await this.#send("GET", path, ask, signal).catch((cause: unknown) => {
      throw networkProblem(cause);
    });
    if (response.ok) return response;
    throw problemFrom(response, parsed(await response.text().catch(() => "")));
  }

  async #once(
    method: Method,
    path: string,
    ask: Ask,
  ): Promise<string | { error: ApiError; afterMs: number }> {
    try {
      const response = await this.#send(method, path, ask, AbortSignal.timeout(this.#timeoutMs));
      const text = await response.text();
      if (response.ok) return text;
      const seconds = Number(response.headers.get("retry-after") ?? 0);
      const afterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
      return { error: problemFrom(response, parsed(text)), afterMs };
    } catch (cause) {
      return { error: networkProblem(cause), afterMs: 0 };
    }
  }

  #send(method: Method, path: string, ask: Ask, signal: AbortSignal): Promise<Response> {
    const headers = new Headers({ Accept: "application/json", ...ask.headers });
    if (this.#apiKey) headers.set("Authorization", `Bearer ${this.#apiKey}`);
    if (ask.body !== undefined) headers.set("Content-Type", "application/json");
    return this.fetch(this.address(path, ask.query), {
      method,
      headers,
      signal,
      credentials: "omit",
      cache: "no-store",
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
    });
  }
}

/** Codes of Node's and the system's errors that say nothing was sent. */
const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

function neverSent(error: ApiError): boolean {
  let cause: unknown = error.cause;
  for (let depth = 0; depth < 4 && typeof cause === "object" && cause !== null; depth++) {
    const { code, cause: deeper } = cause as { code?: unknown; cause?: unknown };
    if (typeof code === "string" && NEVER_SENT.has(code)) return true;
    cause = deeper;
  }
  return false;
}

function mayRepeat(method: Method, ask: Ask, error: ApiError): boolean {
  const repeatable = method === "GET" || ask.repeatable === true;
  if (error.status === 0) return repeatable || neverSent(error);
  if (REFUSED_FIRST.has(error.code)) return true;
  return repeatable && error.retryable && !NEEDS_SOMEBODY.has(error.code);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
