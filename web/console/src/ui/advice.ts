import type { ApiError } from "@callboard/api";

const ADVICE: Readonly<Record<string, string>> = {
  NETWORK: "The page keeps trying by itself once the network is back.",
  LOGIN_LINK_INVALID:
    "A login link works once. For a new one run `make link` or `callboard login-link` where the server runs.",
  UNAUTHENTICATED: "Paste it whole. If it was revoked, ask an owner or admin for a new one.",
  TOKEN_EXPIRED: "Get a new token or key, then sign in again.",
  FORBIDDEN: "Your role or key does not allow this. Ask an owner or admin of the tenant.",
  CSRF_REQUIRED: "Reload the page, then try again.",
  JOIN_LINK_INVALID:
    "A link works for a set number of people and a limited time; who sent it can make another.",
  OVERLOADED: "Wait a moment, then try again.",
  SHUTTING_DOWN: "The server is being restarted. Try again in a moment.",
  CONCURRENCY_LIMIT: "End a call that is no longer needed, or ask for a higher limit, then try again.",
  TENANT_SUSPENDED: "Calls are stopped for this tenant. Ask the operator of this installation.",
  RATE_LIMITED: "Wait a moment, then try again.",
  LIVEKIT_UNAVAILABLE: "No media server is set. Start with LIVEKIT_URL and its key to add sound.",
  LIVEKIT_UNREACHABLE: "The media server does not answer. It is tried again; check that it runs.",
  SESSION_CLOSED: "The call is over; nothing more can be added to it.",
  INVALID_TRANSITION: "Someone else was faster. The page shows the present state.",
  RECONNECT_WINDOW_EXPIRED: "Ask for a new link to join again.",
  INVALID_RESUME_TOKEN: "Ask for a new link to join again.",
};

/** What a person can do about a refusal, where we know it. */
export function adviceFor(error: ApiError): string | undefined {
  const known = ADVICE[error.code];
  if (known) return known;
  if (error.status >= 500)
    return "This is not your doing. Try again; if it stays, give the trace id to support.";
  return undefined;
}
