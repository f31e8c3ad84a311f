/** Transcripts, API keys and webhook endpoints. */
import type * as W from "../wire.ts";
import { Pages } from "./pages.ts";
import { change, route, type Once, type Requests } from "./request.ts";

type Schemas = W.Schemas;
type WebhookDelivery = Schemas["WebhookDelivery"];
type WebhookEndpoint = Schemas["WebhookEndpoint"];
type WebhookEndpointWithSecret = Schemas["WebhookEndpointWithSecret"];

/** What was said, as it stands and as it came to be. */
export const transcripts = (requests: Requests) => {
  const path = (sessionId: string) => route("/v1/call/sessions/{sessionId}/transcript", { sessionId });
  return {
    /** The transcript as it stands, in the order of speech. */
    get: (sessionId: string) => requests.json<Schemas["Transcript"]>("GET", path(sessionId)),
    /** The same as plain text or as subtitles. */
    text: (sessionId: string, format: "txt" | "vtt" | "srt" = "txt") =>
      requests.text("GET", path(sessionId), { query: { format }, headers: { Accept: "*/*" } }),
    /** Every stored version of every utterance, oldest first. */
    versions: (sessionId: string, filter: { limit?: number } = {}) =>
      new Pages<Schemas["TranscriptSnapshot"]>(
        requests,
        route("/v1/call/sessions/{sessionId}/transcript-snapshots", { sessionId }),
        filter,
      ),
    /** What was finally said in any call, newest first. Every word must occur; the last may be a beginning. */
    search: (q: string, filter: { from?: string; until?: string; sessionId?: string; limit?: number } = {}) =>
      new Pages<Schemas["TranscriptHit"]>(requests, route("/v1/search/transcripts"), { q, ...filter }),
    /** Drops old versions beyond the newest `keep`. What was finally said always stays. */
    compact: (sessionId: string, keep?: number) =>
      requests.json<Schemas["TranscriptCompaction"]>(
        "POST",
        route("/v1/call/sessions/{sessionId}/transcript-snapshots/compact", { sessionId }),
        change(keep === undefined ? {} : { keep }),
      ),
  };
};

/** The credentials of servers; needs the scope `keys:manage`. */
export const apiKeys = (requests: Requests) => {
  const one = (keyId: string) => route("/v1/api-keys/{keyId}", { keyId });
  return {
    /** A key with its `secret`, which is shown once. A repeat has `secretShown` false and no secret. */
    create: (body: Schemas["CreateApiKey"], once: Once = {}) =>
      requests.json<Schemas["KeyWithSecret"]>("POST", route("/v1/api-keys"), change(body, once)),
    get: (keyId: string) => requests.json<Schemas["ApiKey"]>("GET", one(keyId)),
    list: (filter: { limit?: number } = {}) =>
      new Pages<Schemas["ApiKey"]>(requests, route("/v1/api-keys"), filter),
    /** A new secret; the old one works for `overlapSeconds` more, a day by default. */
    rotate: (keyId: string, body: Schemas["RotateApiKey"] = {}, once: Once = {}) =>
      requests.json<Schemas["KeyWithSecret"]>(
        "POST",
        route("/v1/api-keys/{keyId}/rotate", { keyId }),
        change(body, once),
      ),
    /** Ends a key at once. */
    revoke: (keyId: string) => requests.json<undefined>("DELETE", one(keyId)),
  };
};

const ENDPOINTS = route("/v1/webhook-endpoints");

/** Where Callboard posts what happens, and what was delivered; needs the scope `webhooks:manage`. */
export const webhookEndpoints = (requests: Requests) => ({
  /** An endpoint with its `secret`, which is shown once. */
  create: (body: Schemas["CreateWebhookEndpoint"], once: Once = {}) =>
    requests.json<WebhookEndpointWithSecret>("POST", ENDPOINTS, change(body, once)),
  get: (endpointId: string) =>
    requests.json<WebhookEndpoint>("GET", route("/v1/webhook-endpoints/{endpointId}", { endpointId })),
  list: (filter: { limit?: number } = {}) => new Pages<WebhookEndpoint>(requests, ENDPOINTS, filter),
  /** Changes what is given. */
  update: (endpointId: string, body: Schemas["UpdateWebhookEndpoint"]) =>
    requests.json<WebhookEndpoint>("PATCH", route("/v1/webhook-endpoints/{endpointId}", { endpointId }), {
      body,
      repeatable: true,
    }),
  /** Removes an endpoint; what was waiting for it is cancelled. */
  delete: (endpointId: string) =>
    requests.json<undefined>("DELETE", route("/v1/webhook-endpoints/{endpointId}", { endpointId })),
  /** A new secret. Deliveries carry both signatures for `overlapSeconds`, a day by default. */
  rotate: (endpointId: string, body: Schemas["RotateWebhookSecret"] = {}, once: Once = {}) =>
    requests.json<WebhookEndpointWithSecret>(
      "POST",
      route("/v1/webhook-endpoints/{endpointId}/rotate", { endpointId }),
      change(body, once),
    ),
  /** Sends a `webhook.test`. */
  test: async (endpointId: string): Promise<WebhookDelivery> =>
    (
      await requests.json<{ delivery: WebhookDelivery }>(
        "POST",
        route("/v1/webhook-endpoints/{endpointId}/test", { endpointId }),
        change({}),
      )
    ).delivery,
  /** Delivers everything of a span again; how many. */
  resendSince: async (endpointId: string, span: Schemas["ResendWebhooks"]): Promise<number> =>
    (
      await requests.json<{ queued: number }>(
        "POST",
        route("/v1/webhook-endpoints/{endpointId}/resend", { endpointId }),
        change(span),
      )
    ).queued,
  /** What was delivered, newest first, and what waits. */
  deliveries: (
    endpointId: string,
    filter: { status?: WebhookDelivery["status"]; sessionId?: string; limit?: number } = {},
  ) =>
    new Pages<WebhookDelivery>(
      requests,
      route("/v1/webhook-endpoints/{endpointId}/deliveries", { endpointId }),
      filter,
    ),
  /** One delivery with its body and every attempt. */
  delivery: (deliveryId: string) =>
    requests.json<Schemas["WebhookDeliveryDetail"]>(
      "GET",
      route("/v1/webhook-deliveries/{deliveryId}", { deliveryId }),
    ),
  /** Delivers one again, under the same id. */
  resend: async (deliveryId: string): Promise<WebhookDelivery> =>
    (
      await requests.json<{ delivery: WebhookDelivery }>(
        "POST",
        route("/v1/webhook-deliveries/{deliveryId}/resend", { deliveryId }),
        change({}),
      )
    ).delivery,
});
