import { Badge, type Tone } from "../../ui/marks.tsx";
import type { Attempt, DeliveryStatus, Endpoint } from "./wire.ts";

/** How an endpoint is, in a word. */
export function stateOf(endpoint: Endpoint): { word: string; tone: Tone; why: string } {
  if (endpoint.status === "disabled" && endpoint.disabledReason === "failing")
    return { word: "disabled, it failed too long", tone: "bad", why: "Every attempt failed for three days" };
  if (endpoint.status === "disabled") return { word: "disabled", tone: "calm", why: "Somebody disabled it" };
  if (endpoint.failingSince)
    return { word: "failing", tone: "warn", why: "Attempts fail; they are repeated over three days" };
  return { word: "enabled", tone: "ok", why: "Events are sent" };
}

export function EndpointMark({ endpoint }: { endpoint: Endpoint }) {
  const { word, tone, why } = stateOf(endpoint);
  return (
    <Badge tone={tone} title={why}>
      {word}
    </Badge>
  );
}

const TONES: Record<DeliveryStatus, Tone> = {
  pending: "warn",
  delivered: "ok",
  dead: "bad",
  cancelled: "calm",
};

const MEANINGS: Record<DeliveryStatus, string> = {
  pending: "It will be tried, or tried again",
  delivered: "It was answered with a status from 200 to 299",
  dead: "It was tried for three days without success; it can be sent again",
  cancelled: "Its endpoint was disabled or removed before it arrived",
};

export function DeliveryMark({ status }: { status: DeliveryStatus }) {
  return (
    <Badge tone={TONES[status]} title={MEANINGS[status]}>
      {status}
    </Badge>
  );
}

/** What an attempt came to: the answer's status, else what kept it from arriving. */
export const answerWords = ({ ok, status, error }: Pick<Attempt, "ok" | "status" | "error">): string =>
  status === undefined
    ? (error ?? "no answer")
    : `${status}${ok || !error || saysOnly(error, status) ? "" : `, ${error}`}`;

/** Whether a reason only repeats the status. */
const saysOnly = (error: string, status: number): boolean => error === `it answered ${status}`;
