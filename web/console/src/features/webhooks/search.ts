import { compact, oneOf, textOf } from "../../core/search-text.ts";
import type { DeliveryStatus } from "./wire.ts";

export const STATUSES = [
  "pending",
  "delivered",
  "dead",
  "cancelled",
] as const satisfies readonly DeliveryStatus[];

export interface EndpointSearch {
  status?: DeliveryStatus;
  session?: string;
  /** The delivery whose details are open. */
  delivery?: string;
}

export const readEndpointSearch = (search: Record<string, unknown>): EndpointSearch =>
  compact({
    status: oneOf(STATUSES, search["status"]),
    session: textOf(search["session"]),
    delivery: textOf(search["delivery"]),
  });
