/** Shapes of the webhook routes. */
export interface Attempt {
  at: string;
  ok: boolean;
  status?: number;
  ms: number;
  error?: string;
  responseBody?: string;
}

export interface Endpoint {
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
  lastAttempt?: Pick<Attempt, "at" | "ok" | "status" | "error">;
  previousSecretExpiresAt?: string;
}

export interface EndpointWithSecret {
  endpoint: Endpoint;
  secret?: string;
  secretShown: boolean;
}

export type DeliveryStatus = "pending" | "delivered" | "dead" | "cancelled";

export interface Delivery {
  deliveryId: string;
  endpointId: string;
  eventType: string;
  eventId?: string;
  sessionId?: string;
  sequence?: number;
  status: DeliveryStatus;
  attempts: number;
  createdAt: string;
  nextAttemptAt?: string;
  deliveredAt?: string;
  lastAttempt?: Attempt;
}

export interface DeliveryDetail extends Delivery {
  body: unknown;
  history: Attempt[];
}
