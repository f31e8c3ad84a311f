import type { ApiRequest } from "../../core/wire.ts";
import type { Tone } from "../../ui/marks.tsx";

/** What each route does, in a few words. */
const DEEDS: Readonly<Record<string, string>> = {
  "POST /v1/call/sessions": "Start a call",
  "PATCH /v1/call/sessions/{sessionId}": "Change a call's metadata",
  "POST /v1/call/sessions/{sessionId}/state": "Change a call's state",
  "POST /v1/call/sessions/{sessionId}/livekit/token": "Get a media token",
  "POST /v1/call/sessions/{sessionId}/reconnect": "Come back into a call",
  "POST /v1/call/sessions/{sessionId}/leave": "Leave a call",
  "DELETE /v1/call/sessions/{sessionId}/participants/{participantId}": "Remove a person",
  "POST /v1/call/sessions/{sessionId}/join-links": "Make a join link",
  "DELETE /v1/call/sessions/{sessionId}/join-links/{linkId}": "Revoke a join link",
  "POST /v1/call/sessions/{sessionId}/transcript-snapshots/compact": "Compact transcript snapshots",
  "POST /v1/provider/receipts/{receiptId}/process": "Process a delivery again",
  "POST /v1/provider/test": "Test the media connection",
  "POST /v1/api-keys": "Make an API key",
  "DELETE /v1/api-keys/{keyId}": "Revoke an API key",
  "POST /v1/api-keys/{keyId}/rotate": "Rotate an API key",
  "POST /v1/issuers": "Add an issuer",
  "DELETE /v1/issuers/{issuerId}": "Remove an issuer",
  "POST /v1/users": "Add a user",
  "PATCH /v1/users/{userId}": "Change a user",
  "POST /v1/webhook-endpoints": "Make a webhook endpoint",
  "PATCH /v1/webhook-endpoints/{endpointId}": "Change a webhook endpoint",
  "DELETE /v1/webhook-endpoints/{endpointId}": "Remove a webhook endpoint",
  "POST /v1/webhook-endpoints/{endpointId}/rotate": "Rotate a webhook secret",
  "POST /v1/webhook-endpoints/{endpointId}/test": "Test a webhook endpoint",
  "POST /v1/webhook-endpoints/{endpointId}/resend": "Send webhooks again",
  "POST /v1/webhook-deliveries/{deliveryId}/resend": "Send a webhook again",
  "POST /v1/logout": "Sign out",
  "POST /v1/operator/tenants": "Make a tenant",
  "PATCH /v1/operator/tenants/{tenantId}/config": "Change a tenant",
};

/** What a request was for; one that is not known here is its path. */
export const deedWords = ({ method, route }: Pick<ApiRequest, "method" | "route">): string =>
  DEEDS[`${method} ${route}`] ?? route;

/** How a request ended, as a tone and a word. */
export function answerWords(status: number): { tone: Tone; word: string } {
  if (status >= 500) return { tone: "bad", word: "failed" };
  if (status === 429) return { tone: "warn", word: "too many" };
  if (status >= 400) return { tone: "warn", word: "refused" };
  return { tone: "ok", word: "done" };
}
