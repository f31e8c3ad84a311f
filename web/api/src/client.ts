/**
 * The typed client: one function per route that pages and programs use, over openapi-fetch. Every
 * refusal is thrown as ApiError. Secrets travel in headers only, never in a URL.
 */
import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.ts";
import { networkProblem, problemFrom } from "./problem.ts";
import type * as W from "./wire.ts";

export interface ClientOptions {
  /** Origin of the server; default: the page's own. */
  baseUrl?: string;
  /** API key, JWT or session pass; leave out where a cookie speaks. */
  bearer?: () => string | undefined;
  /** Leave cookies at home, for a page that must not act as whoever is signed in beside it. */
  withoutCookies?: boolean;
  /** Token that a cookie's unsafe requests must carry. */
  csrfToken?: () => string | undefined;
  /** Told of every 401, so that a page can ask to sign in again. */
  onUnauthorized?: () => void;
  fetch?: (request: Request) => Promise<Response>;
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Longer than the server lets any of these requests take. */
const TIMEOUT_MS = 30_000;

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

function createHttp(options: ClientOptions) {
  const http = createClient<paths>({
    baseUrl: options.baseUrl ?? globalThis.location?.origin ?? "",
    credentials: options.bearer || options.withoutCookies ? "omit" : "same-origin",
    fetch: options.fetch ?? ((request) => fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) })),
  });
  http.use({
    onRequest({ request }) {
      const bearer = options.bearer?.();
      if (bearer) request.headers.set("Authorization", `Bearer ${bearer}`);
      const csrf = options.csrfToken?.();
      if (csrf && !SAFE.has(request.method)) request.headers.set("X-CSRF-Token", csrf);
      return request;
    },
  });
  return http;
}

type Take = <T>(pending: Promise<Answer<T>>) => Promise<T>;

/** Waits for an answer; a refusal becomes an ApiError, and so does a request that never arrived. */
const takeWith =
  (options: ClientOptions): Take =>
  async <T>(pending: Promise<Answer<T>>) => {
    let answer: Answer<T>;
    try {
      answer = await pending;
    } catch (cause) {
      throw networkProblem(cause);
    }
    if (answer.response.ok) return answer.data as T;
    if (answer.response.status === 401) options.onUnauthorized?.();
    throw problemFrom(answer.response, answer.error);
  };

type Http = ReturnType<typeof createHttp>;

const inSession = (sessionId: string) => ({ params: { path: { sessionId } } });

const accountRoutes = (http: Http, take: Take) => ({
  me: () => take(http.GET("/v1/me")),
  login: (body: W.Login) => take(http.POST("/v1/login", { body })),
  logout: () => take(http.POST("/v1/logout")),
});

const sessionRoutes = (http: Http, take: Take) => ({
  createSession: async (body: W.CreateSession = {}) =>
    (await take(http.POST("/v1/call/sessions", { body }))).session,
  listSessions: (query: W.SessionQuery = {}) =>
    take<W.Page<W.Session>>(http.GET("/v1/call/sessions", { params: { query } })),
  session: (sessionId: string) => take(http.GET("/v1/call/sessions/{sessionId}", inSession(sessionId))),
  changeState: async (sessionId: string, body: W.ChangeState) =>
    (await take(http.POST("/v1/call/sessions/{sessionId}/state", { ...inSession(sessionId), body }))).session,
  createJoinLink: async (sessionId: string, body: W.CreateJoinLink = {}) =>
    (await take(
      http.POST("/v1/call/sessions/{sessionId}/join-links", { ...inSession(sessionId), body }),
    )) as W.JoinLink,
});

const participantRoutes = (http: Http, take: Take) => ({
  /** `key` makes a repeat after a lost answer give the same seat instead of taking another. */
  join: (body: { token: string; displayName?: string }, key?: string) =>
    take(http.POST("/v1/join", { body, ...(key ? { headers: { "Idempotency-Key": key } } : {}) })),
  transport: (sessionId: string) =>
    take(http.POST("/v1/call/sessions/{sessionId}/livekit/token", { ...inSession(sessionId), body: {} })),
  reconnect: (sessionId: string, body: W.ReconnectRequest) =>
    take(http.POST("/v1/call/sessions/{sessionId}/reconnect", { ...inSession(sessionId), body })),
  leave: (sessionId: string) =>
    take(http.POST("/v1/call/sessions/{sessionId}/leave", { ...inSession(sessionId), body: {} })),
  reportConnection: (sessionId: string, participantId: string, body: W.ConnectionReport) =>
    take(
      http.POST("/v1/call/sessions/{sessionId}/participants/{participantId}/connection", {
        params: { path: { sessionId, participantId } },
        body,
      }),
    ),
});

const eventRoutes = (http: Http, take: Take) => ({
  /** One event; the route takes batches too, and its answer's form follows the request's. */
  append: async (body: W.NewEvent) => (await take(http.POST("/v1/realtime/events", { body }))) as W.Appended,
  replay: (sessionId: string, query: W.ReplayQuery = {}) =>
    take(http.GET("/v1/realtime/sessions/{sessionId}/events", { params: { path: { sessionId }, query } })),
});

/** Makes a client. It keeps no state of its own: what it needs to know it asks its options for. */
export function createCallboard(options: ClientOptions = {}) {
  const http = createHttp(options);
  const take = takeWith(options);
  return {
    ...accountRoutes(http, take),
    ...sessionRoutes(http, take),
    ...participantRoutes(http, take),
    ...eventRoutes(http, take),
  };
}

export type Callboard = ReturnType<typeof createCallboard>;
