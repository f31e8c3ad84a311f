/** Shapes of the webhook routes, under the names that these pages use. */
import type { Schemas } from "@callboard/api";

export type Attempt = Schemas["WebhookAttempt"];
export type Endpoint = Schemas["WebhookEndpoint"];
export type EndpointWithSecret = Schemas["WebhookEndpointWithSecret"];
export type Delivery = Schemas["WebhookDelivery"];
export type DeliveryStatus = Schemas["DeliveryStatus"];
export type DeliveryDetail = Schemas["WebhookDeliveryDetail"];
