import type * as W from "../wire.ts";
import { Pages } from "./pages.ts";
import { change, route, type Once, type Requests } from "./request.ts";

type Schemas = W.Schemas;

/** What a list of calls can be narrowed by; `limit` is the size of a page. */
export type SessionFilter = Omit<W.SessionQuery, "cursor">;

const stateOf = (requests: Requests) => async (sessionId: string, body: W.ChangeState, once: Once) => {
  const path = route("/v1/call/sessions/{sessionId}/state", { sessionId });
  return (await requests.json<{ session: W.Session }>("POST", path, change(body, once))).session;
};

/** Create, find, change and end calls. */
export function sessions(requests: Requests) {
  const state = stateOf(requests);
  const one = (sessionId: string) => route("/v1/call/sessions/{sessionId}", { sessionId });
  return {
    /** Makes a call and its log. `metadata.title` is what people see. */
    create: async (body: W.CreateSession = {}, once: Once = {}): Promise<W.Session> => {
      const ask = change(body, once);
      return (await requests.json<{ session: W.Session }>("POST", route("/v1/call/sessions"), ask)).session;
    },
    /** One call as it is now. */
    get: (sessionId: string) => requests.json<W.Session>("GET", one(sessionId)),
    /** Calls, newest first. */
    list: (filter: SessionFilter = {}) => new Pages<W.Session>(requests, route("/v1/call/sessions"), filter),
    /** Merges metadata; null deletes a key. With `version` only if nothing has changed since. */
    update: (sessionId: string, metadata: Record<string, unknown>, version?: number) =>
      requests.json<W.Session>("PATCH", one(sessionId), {
        body: { metadata },
        headers: version === undefined ? {} : { "If-Match": `"${version}"` },
        repeatable: version === undefined,
      }),
    /** Says that a call which runs elsewhere has begun. Calls over LiveKit begin by themselves. */
    activate: (sessionId: string, provider: Omit<W.ChangeState, "status"> = {}, once: Once = {}) =>
      state(sessionId, { status: "active", ...provider }, once),
    /** Ends a call. Ending an ended call changes nothing. */
    end: (sessionId: string, endReason?: W.EndReason, once: Once = {}) =>
      state(sessionId, { status: "ended", ...(endReason ? { endReason } : {}) }, once),
    /** Ends a call as failed, with your reason. */
    fail: (sessionId: string, error: { code: string; message: string }, once: Once = {}) =>
      state(sessionId, { status: "failed", error }, once),
    ...seats(requests),
    participants: participants(requests),
    joinLinks: joinLinks(requests),
  };
}

const seats = (requests: Requests) => ({
  /** A new participant with its LiveKit token, session pass and resume token. */
  token: (sessionId: string, body: Schemas["TokenAsk"] = {}, once: Once = {}) =>
    requests.json<W.TokenAnswer>(
      "POST",
      route("/v1/call/sessions/{sessionId}/livekit/token", { sessionId }),
      change(body, once),
    ),
  /** Comes back after a cut: the next resume token and what was missed. A repeat gets the same answer. */
  reconnect: (sessionId: string, body: W.ReconnectRequest) =>
    requests.json<W.Reconnected>("POST", route("/v1/call/sessions/{sessionId}/reconnect", { sessionId }), {
      body,
      repeatable: true,
    }),
  /** Hangs up, as the participant whose session pass this client holds. */
  leave: async (sessionId: string): Promise<W.Session> => {
    const path = route("/v1/call/sessions/{sessionId}/leave", { sessionId });
    return (await requests.json<{ session: W.Session }>("POST", path, change({}))).session;
  },
});

const participants = (requests: Requests) => ({
  /** Everybody who is or was in the call. */
  list: async (sessionId: string): Promise<W.Participant[]> => {
    const path = route("/v1/call/sessions/{sessionId}/participants", { sessionId });
    return (await requests.json<W.Page<W.Participant>>("GET", path)).items;
  },
  /** Puts somebody out of the call. */
  remove: (sessionId: string, participantId: string) =>
    requests.json<undefined>(
      "DELETE",
      route("/v1/call/sessions/{sessionId}/participants/{participantId}", { sessionId, participantId }),
    ),
  /** Tells what a participant saw of its own connection; whether it told something new. */
  reportConnection: async (sessionId: string, participantId: string, body: W.ConnectionReport) => {
    const template = "/v1/call/sessions/{sessionId}/participants/{participantId}/connection";
    const path = route(template, { sessionId, participantId });
    return (await requests.json<{ recorded: boolean }>("POST", path, { body, repeatable: true })).recorded;
  },
});

const joinLinks = (requests: Requests) => ({
  /** A link by which people join from a browser. `joinUrl` is in this answer only. */
  create: (sessionId: string, body: W.CreateJoinLink = {}, once: Once = {}) =>
    requests.json<W.JoinLink>(
      "POST",
      route("/v1/call/sessions/{sessionId}/join-links", { sessionId }),
      change(body, once),
    ),
  /** The links of a call, without their secrets. */
  list: (sessionId: string, filter: { limit?: number } = {}) =>
    new Pages<Schemas["JoinLink"]>(
      requests,
      route("/v1/call/sessions/{sessionId}/join-links", { sessionId }),
      filter,
    ),
  /** Takes a link back. Whoever has joined by it stays. */
  revoke: (sessionId: string, linkId: string) =>
    requests.json<undefined>(
      "DELETE",
      route("/v1/call/sessions/{sessionId}/join-links/{linkId}", { sessionId, linkId }),
    ),
});
