/**
 * Callboard for TypeScript: a typed client, live streams, and the reducer that turns a call's events
 * into what a page shows. No framework in here; hooks for React are in `@callboard/api/react`.
 */
export * from "./wire.ts";
export { createCallboard, type Callboard, type ClientOptions } from "./client.ts";
export { ApiError, asApiError, problemFrom } from "./problem.ts";
export { backoffMs, type BackoffOptions } from "./backoff.ts";
export { newEventId, newId } from "./ids.ts";
export { LiveSocket, socketUrl, type SocketOptions, type SocketStatus } from "./socket.ts";
export type { Listener, SessionTopic, Subscription, TenantTopic, Topic } from "./subscription.ts";
export { EventStream, follow, type FollowOptions, type StreamOptions } from "./sse.ts";
export { connect, type CallboardProgram } from "./program/connect.ts";
export type { AppendResult, EventDraft, FollowAll, FollowSession } from "./program/events.ts";
export { Pages } from "./program/pages.ts";
export type { ConnectOptions, Once } from "./program/request.ts";
export type { SessionFilter } from "./program/sessions.ts";
export {
  verifyWebhook,
  WebhookError,
  type VerifyOptions,
  type WebhookHeaders,
  type WebhookMessage,
} from "./webhook.ts";
export { followCall, type CallStore, type CallStoreOptions, type FollowedCall } from "./store.ts";
export * from "./state/model.ts";
export { applyEvents, callFromSession, emptyCall } from "./state/reduce.ts";
export { supersede, transcript } from "./state/transcript.ts";
export { eventOf, indexOfSequence, momentOf, sequenceAt, zeroOf } from "./state/moment.ts";
export {
  lowerBound,
  runsOf,
  spansOf,
  touching,
  type Run,
  type SpanInput,
  type Spans,
} from "./state/spans.ts";
export { stripOf, turnQuantile, type Strip, type StripLane } from "./state/strip.ts";
export { conversation, type ConversationItem } from "./state/conversation.ts";
export {
  describe,
  FAMILIES,
  familyOf,
  nameOf,
  noteOf,
  roleName,
  spanText,
  speakerOf,
  weightOf,
  words,
  type Family,
  type Weight,
} from "./state/describe.ts";
