// @vitest-environment node
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { verifyWebhook, WebhookError } from "../src/index.ts";

const key = (letter: string) => Buffer.alloc(32, letter);
const SECRET = `whsec_${key("k").toString("base64")}`;
const OTHER = `whsec_${key("o").toString("base64")}`;
const NOW = 1_800_000_000_000;
const AT = String(NOW / 1000);
const BODY = JSON.stringify({ type: "call.ended", timestamp: "2027-01-15T08:00:00Z", data: { sequence: 3 } });

const sign = (letter: string, at = AT, body = BODY) =>
  `v1,${createHmac("sha256", key(letter)).update(`dlv_1.${at}.${body}`).digest("base64")}`;
const headers = (change: Record<string, string> = {}) => ({
  "webhook-id": "dlv_1",
  "webhook-timestamp": AT,
  "webhook-signature": sign("k"),
  ...change,
});
const refused = (promise: Promise<unknown>, why: RegExp) =>
  expect(promise).rejects.toThrow(
    expect.objectContaining({ name: "WebhookError", message: expect.stringMatching(why) }),
  );

describe("verifying a webhook", () => {
  it("reads a genuine one, from any kind of headers and body", async () => {
    const wanted = { type: "call.ended", data: { sequence: 3 } };
    expect(await verifyWebhook(BODY, headers(), SECRET, { now: NOW })).toMatchObject(wanted);
    const bytes = new TextEncoder().encode(BODY);
    expect(await verifyWebhook(bytes, new Headers(headers()), SECRET, { now: NOW })).toMatchObject(wanted);
    const odd = { "Webhook-Id": "dlv_1", "WEBHOOK-TIMESTAMP": [AT], "Webhook-Signature": sign("k") };
    expect(await verifyWebhook(BODY, odd, SECRET, { now: NOW })).toMatchObject(wanted);
  });

  it("knows the example that is published with the specification", async () => {
    const example = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const body = '{"test": 2432232314}';
    await refused(
      verifyWebhook(body, example, secret, { now: 1_614_265_330_000 }),
      /not a webhook of Callboard/,
    );
    await refused(verifyWebhook(`${body} `, example, secret, { now: 1_614_265_330_000 }), /no signature/);
  });

  it("is content with one good signature of several, and with one good secret", async () => {
    const several = headers({ "webhook-signature": `v1,AAAA v2,x nonsense v1,* ${sign("o")}` });
    expect(await verifyWebhook(BODY, several, OTHER, { now: NOW })).toBeTruthy();
    expect(await verifyWebhook(BODY, several, [SECRET, OTHER], { now: NOW })).toBeTruthy();
    await refused(verifyWebhook(BODY, several, SECRET, { now: NOW }), /no signature/);
    await refused(verifyWebhook(BODY, several, [], { now: NOW }), /no secret/);
  });

  it.each([-301, 301])("refuses one that is %i s off", async (off) => {
    const at = String(NOW / 1000 + off);
    const late = headers({ "webhook-timestamp": at, "webhook-signature": sign("k", at) });
    await refused(verifyWebhook(BODY, late, SECRET, { now: NOW }), /clock/);
    expect(await verifyWebhook(BODY, late, SECRET, { now: NOW, toleranceSeconds: 302 })).toBeTruthy();
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ "webhook-id": "dlv_2" }, /no signature/],
    [{ "webhook-timestamp": String(NOW / 1000 + 1) }, /no signature/],
    [{ "webhook-timestamp": "-1" }, /number of seconds/],
    [{ "webhook-timestamp": "9".repeat(400) }, /number of seconds/],
    [{ "webhook-signature": "v1," }, /no signature/],
    [{ "webhook-signature": sign("k").replace("v1,", "v1a,") }, /no signature/],
    [{ "webhook-id": "" }, /webhook-id is missing/],
    [{ "webhook-timestamp": "" }, /webhook-timestamp is missing/],
    [{ "webhook-signature": "" }, /webhook-signature is missing/],
  ])("refuses %o", async (change, why) => {
    await refused(verifyWebhook(BODY, headers(change), SECRET, { now: NOW }), why);
  });

  it.each(["", "whsec_", "whsec_ü"])("refuses the secret %o", async (secret) => {
    await refused(verifyWebhook(BODY, headers(), secret, { now: NOW }), /secret/);
    expect(new WebhookError("x")).toBeInstanceOf(Error);
  });
});
