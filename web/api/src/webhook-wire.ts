/** The shapes of webhook endpoints and of what is delivered to them. */

/** One try to deliver. */
export interface WebhookAttempt {
  at: string;
  ok: boolean;
  status?: number;
  ms: number;
  error?: string;
  responseBody?: string;
}

/** Where Callboard posts what happens. */
export interface WebhookEndpoint {
  endpointId: string;
  url: string;
  description?: string;
  eventTypes: string[];
  status: "enabled" | "disabled";
  disabledReason?: "by_hand" | "failing";
  disabledAt?: string;
  failingSince?: string;
  createdAt: string;
  pending: number;
  lastAttempt?: Omit<WebhookAttempt, "ms" | "responseBody">;
  previousSecretExpiresAt?: string;
}

/** An endpoint with its secret, shown once. */
export interface WebhookEndpointWithSecret {
  endpoint: WebhookEndpoint;
  secret?: string;
  secretShown: boolean;
}

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  deliveryId: string;
  endpointId: string;
  eventType: string;
  eventId?: string;
  sessionId?: string;
  sequence?: number;
  status: "pending" | "delivered" | "dead" | "cancelled";
  attempts: number;
  createdAt: string;
  nextAttemptAt?: string;
  deliveredAt?: string;
  lastAttempt?: WebhookAttempt;
}

/** A delivery with what was posted and every try. */
export interface WebhookDeliveryDetail extends WebhookDelivery {
  body: unknown;
  history: WebhookAttempt[];
}
