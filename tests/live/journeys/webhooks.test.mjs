// Webhooks as an owner sets them up: an endpoint with its secret, a test, deliveries and answers, what failed sent again.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { signIn } from "../lib/console-page.mjs";
import { tabTo } from "../lib/keyboard.mjs";
import { assertLooksWell } from "../lib/looks.mjs";
import { Person } from "../lib/person.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

let stage;
let desk;
let receiver;
let page;
before(async () => {
  receiver = await listen();
  stage = await startStage({ media: false, env: { CALLBOARD_EGRESS_ALLOW: `127.0.0.1:${receiver.port}` } });
  desk = await Person.open("Hooks", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  stage.people.push(desk);
  page = desk.page;
  await signIn(desk, stage);
});
after(async () => {
  await stage?.close();
  await receiver?.close();
});

/** A server that keeps what it is sent, and answers as it is told. */
async function listen() {
  const got = [];
  const told = { status: 200 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      got.push({ headers: request.headers, body });
      response.statusCode = told.status;
      response.end(told.status === 200 ? "thanks" : "the kitchen is closed");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { got, told, port: server.address().port, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** Whether one of a delivery's signatures is by this secret, as Standard Webhooks say. */
function isSignedBy({ headers, body }, secret) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const wanted = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(wanted);
}

const journey = (name, work) =>
  test(name, { timeout: 120_000 }, async () => {
    try {
      await work();
    } catch (error) {
      await stage.explain(error);
      throw error;
    }
  });

const bodyRows = (name) =>
  page.getByRole("table", { name, exact: true }).getByRole("row").filter({ hasNot: page.getByRole("columnheader") });
const shownSecret = () => page.getByRole("dialog").locator("code").filter({ hasText: /^whsec_/ }).innerText();

let first;

journey("an endpoint is made by keyboard; its secret is shown once and signs what is sent", async () => {
  await page.goto(`${stage.url}/webhooks`);
  await page.getByText("No endpoints yet").waitFor();
  await assertLooksWell(desk, "webhooks-empty");
  await tabTo(page, /^New endpoint$/);
  await page.keyboard.press("Enter");
  await page.getByRole("group", { name: "call", exact: true }).waitFor();
  await assertLooksWell(desk, "webhooks-new");
  await page.getByLabel("Address").focus();
  await page.keyboard.type(`http://127.0.0.1:${receiver.port}/calls`);
  await page.keyboard.press("Enter");
  first = await shownSecret();
  await tabTo(page, /^Done$/);
  await page.keyboard.press("Enter");
  assert.equal(await page.getByText(first).count(), 0, "the secret is shown once");
  await page.getByRole("link", { name: `http://127.0.0.1:${receiver.port}/calls` }).click();
  await page.getByText("Nothing was sent yet").waitFor();
  await page.getByRole("button", { name: "Send a test" }).click();
  await bodyRows("Deliveries").filter({ hasText: "webhook.test" }).getByText("delivered").waitFor({ timeout: 15_000 });
  assert.ok(isSignedBy(receiver.got[0], first), "the test is signed by the secret that was shown");
});

journey("a call is sent in its order; a failed delivery shows its answer and is sent again by hand", async () => {
  receiver.told.status = 500;
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Sent on" } });
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "active" });
  const row = bodyRows("Deliveries").filter({ hasText: "call.started" });
  await row.getByText("pending").waitFor({ timeout: 15_000 });
  await row.getByText(/^500/).first().waitFor({ timeout: 15_000 });
  await row.getByRole("link", { name: "call.started" }).click();
  const pane = page.getByRole("complementary", { name: "Delivery" });
  await pane.getByText("the kitchen is closed").first().waitFor();
  await pane.getByLabel("Body as JSON").getByText(sessionId).first().waitFor();
  await assertLooksWell(desk, "webhooks-failing");
  receiver.told.status = 200;
  await pane.getByRole("button", { name: "Resend" }).click();
  await pane.getByText("delivered", { exact: true }).waitFor({ timeout: 20_000 });
  await page.reload();
  await pane.getByText("thanks").waitFor();
  await page.keyboard.press("Escape");
  await until("the whole call has arrived", () => receiver.got.some(({ body }) => JSON.parse(body).type === "call.connected"));
  await page.getByRole("link", { name: "delivered", exact: true }).click();
  await until("the filter is in the address", () => new URL(page.url()).searchParams.get("status") === "delivered");
});

journey("the secret is rotated with an overlap; all since a time is sent again", async () => {
  await page.getByRole("button", { name: "Rotate secret" }).click();
  await page.getByRole("button", { name: "Rotate the secret" }).click();
  const second = await shownSecret();
  assert.notEqual(second, first);
  await page.getByRole("button", { name: "Done" }).click();
  const before = receiver.got.length;
  await page.getByRole("button", { name: "Resend since…" }).click();
  await assertLooksWell(desk, "webhooks-resend");
  await page.getByRole("button", { name: "Send again" }).click();
  await page.getByText(/sent again/).first().waitFor();
  await until("they arrive once more", () => receiver.got.length > before);
  const again = receiver.got.at(-1);
  assert.ok(isSignedBy(again, first) && isSignedBy(again, second), "both secrets sign while they overlap");
});

journey("an endpoint is changed, disabled, enabled, and removed", async () => {
  await page.getByRole("button", { name: "Change", exact: true }).click();
  await page.getByLabel("Description").fill("The kitchen");
  await page.getByRole("checkbox", { name: "call.error" }).uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The kitchen").waitFor();
  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Send a test" }).isDisabled(), true);
  await page.getByRole("button", { name: "Enable", exact: true }).click();
  await page.getByRole("button", { name: "Disable", exact: true }).waitFor();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Webhooks" }).click();
  await bodyRows("Endpoints").filter({ hasText: "The kitchen" }).waitFor();
  await assertLooksWell(desk, "webhooks");
  await page.getByRole("link", { name: /127\.0\.0\.1/ }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("button", { name: "Remove the endpoint" }).click();
  await page.getByText("No endpoints yet").waitFor();
});

test("no page had an error or broke its content policy", () => assert.deepEqual(desk.errors, []));
