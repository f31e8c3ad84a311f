import { ApiError, asApiError, problemFrom } from "@callboard/api";

export type QueryValues = Readonly<Record<string, string | number | undefined>>;

interface HttpOptions {
  csrfToken: () => string | undefined;
  onUnauthorized: () => void;
}

/** Longer than the server lets any of these requests take; the LiveKit test alone may need most of it. */
const TIMEOUT_MS = 30_000;

function address(path: string, query: QueryValues): string {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  return url.href;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The pages' plain requests, for the routes of administration: same cookie, same token, same refusals. */
export function createHttp(options: HttpOptions) {
  async function send<T>(method: string, path: string, query: QueryValues, body?: unknown): Promise<T> {
    const headers = new Headers({ accept: "application/json" });
    const csrf = options.csrfToken();
    if (method !== "GET" && csrf) headers.set("X-CSRF-Token", csrf);
    if (body !== undefined) headers.set("content-type", "application/json");
    let response: Response;
    let answer: unknown;
    try {
      response = await fetch(address(path, query), {
        method,
        headers,
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      answer = await bodyOf(response);
    } catch (cause) {
      throw asApiError(cause);
    }
    if (response.ok) return answer as T;
    if (response.status === 401) options.onUnauthorized();
    throw problemFrom(response, answer);
  }
  return {
    get: <T>(path: string, query: QueryValues = {}) => send<T>("GET", path, query),
    post: <T>(path: string, body: unknown = {}) => send<T>("POST", path, {}, body),
    put: <T>(path: string, body: unknown) => send<T>("PUT", path, {}, body),
    patch: <T>(path: string, body: unknown) => send<T>("PATCH", path, {}, body),
    remove: (path: string) => send<undefined>("DELETE", path, {}),
  };
}

/** A path with ids in it, each escaped. */
export const pathOf = (...parts: readonly string[]): string =>
  `/${parts.map((part) => encodeURIComponent(part)).join("/")}`;

/** Whether a route is not there at all: a server older than this page, or the part is off. */
export const isAbsent = (error: unknown): boolean =>
  error instanceof ApiError && error.code === "ROUTE_NOT_FOUND";
