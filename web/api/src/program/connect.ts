/** The client for programs: everything by API key, with retries, lists and streams. */
import type * as W from "../wire.ts";
import { events } from "./events.ts";
import { Requests, route, type ConnectOptions } from "./request.ts";
import { apiKeys, transcripts, webhookEndpoints } from "./rest.ts";
import { sessions } from "./sessions.ts";

/**
 * A client for one server and one credential. Requests are sent again only where that cannot have a second
 * effect; every refusal is thrown as ApiError. It holds no connection open, so there is nothing to close but
 * streams.
 */
export function connect(options: ConnectOptions = {}) {
  const requests = new Requests(options);
  return {
    /** Who this credential is, and what it may do. */
    me: () => requests.json<W.Me>("GET", route("/v1/me")),
    sessions: sessions(requests),
    events: events(requests),
    transcripts: transcripts(requests),
    apiKeys: apiKeys(requests),
    webhookEndpoints: webhookEndpoints(requests),
  };
}

export type CallboardProgram = ReturnType<typeof connect>;
