/**
 * Checks that a webhook comes from Callboard, as Standard Webhooks say. Give it the body exactly as it
 * arrived: a body that was parsed and written again has another signature.
 */
import type { CallEvent } from "./wire.ts";

/** What Callboard posts. `data` is the event. */
export interface WebhookMessage {
  type: string;
  timestamp: string;
  data: CallEvent;
}

/** A webhook that is not genuine, too old, or not what a webhook looks like. */
export class WebhookError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "WebhookError";
  }
}

export interface VerifyOptions {
  /** How far the sender's clock may be from ours, in seconds (default 300); bounds how long a stolen delivery is good. */
  toleranceSeconds?: number;
  /** The present, in milliseconds; default `Date.now()`. */
  now?: number;
}

/** Headers as `fetch` has them, or as Node's `request.headers`. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | string[] | undefined>>;

/**
 * The message, once its signature and its age are known to be good; throws WebhookError. `secret` is the
 * endpoint's `whsec_…`, or several of them while one replaces another. The same delivery may arrive more
 * than once: its header `webhook-id` is the key to know it by.
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<WebhookMessage> {
  const text = typeof payload === "string" ? payload : new TextDecoder().decode(payload);
  const id = headerOf(headers, "webhook-id");
  const sentAt = headerOf(headers, "webhook-timestamp");
  const signatures = headerOf(headers, "webhook-signature");
  checkAge(sentAt, options);
  const secrets = typeof secret === "string" ? [secret] : secret;
  if (secrets.length === 0) throw new WebhookError("no secret was given");
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const signed = joined(new TextEncoder().encode(`${id}.${sentAt}.`), bytes);
  let good = false;
  for (const each of secrets) {
    const key = await keyOf(each);
    for (const part of signatures.split(" ")) {
      const signature = part.startsWith("v1,") ? fromBase64(part.slice(3)) : undefined;
      // The platform compares in constant time; every pair is compared.
      if (signature && (await crypto.subtle.verify("HMAC", key, signature, signed))) good = true;
    }
  }
  if (!good) throw new WebhookError("no signature of this webhook belongs to the secret");
  return messageOf(text);
}

function headerOf(headers: WebhookHeaders, name: string): string {
  const found = headers instanceof Headers ? headers.get(name) : lookUp(headers, name);
  const value = Array.isArray(found) ? found[0] : found;
  if (!value) throw new WebhookError(`the header ${name} is missing`);
  return value;
}

function lookUp(headers: Readonly<Record<string, string | string[] | undefined>>, name: string) {
  return headers[name] ?? Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

function checkAge(sentAt: string, { toleranceSeconds = 300, now = Date.now() }: VerifyOptions): void {
  if (!/^\d{1,12}$/.test(sentAt)) throw new WebhookError("webhook-timestamp is not a number of seconds");
  if (Math.abs(Math.floor(now / 1000) - Number(sentAt)) > toleranceSeconds) {
    throw new WebhookError("webhook-timestamp is too far from this clock");
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ""));
  if (!bytes?.length) throw new WebhookError("the secret is not whsec_ and base64");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

function messageOf(text: string): WebhookMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    message = undefined;
  }
  if (typeof message !== "object" || message === null || !("type" in message) || !("data" in message)) {
    throw new WebhookError("the body is not a webhook of Callboard");
  }
  return message as WebhookMessage;
}
