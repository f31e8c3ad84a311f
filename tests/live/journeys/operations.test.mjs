// The console besides its calls: provider log, audit, settings, search, palette, first steps; by mouse and by keyboard.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { callRow, signIn } from "../lib/console-page.mjs";
import { focusReturns, focused, tabTo } from "../lib/keyboard.mjs";
import { assertLooksWell } from "../lib/looks.mjs";
import { Person } from "../lib/person.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

let stage;
let desk;
before(async () => {
  stage = await startStage();
  desk = await Person.open("Operations", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  stage.people.push(desk);
  await signIn(desk, stage);
});
after(() => stage?.close());

/** A test whose failure leaves pictures. */
const journey = (name, work) =>
  test(name, { timeout: 120_000 }, async () => {
    try {
      await work(desk.page);
    } catch (error) {
      await stage.explain(error);
      throw error;
    }
  });

const say = (sessionId, text, startMs) =>
  stage.api.post("/v1/realtime/events", {
    sessionId,
    type: "transcript.final",
    payload: { utteranceId: `u${startMs}`, speaker: "user", text, startMs, endMs: startMs + 900 },
  });

const table = (page, name) => page.getByRole("table", { name, exact: true });
const bodyRows = (page, name) => table(page, name).getByRole("row").filter({ hasNot: page.getByRole("columnheader") });
async function openPalette(page) {
  await page.keyboard.press("Control+k");
  await until("the palette has the focus", async () => /Go to a page/.test(await focused(page)));
}

const addressed = (page, name) => new URL(page.url()).searchParams.get(name);

journey("a fresh installation says where things are; what it says can be pasted, hidden, and had back", async (page) => {
  const steps = page.getByRole("region", { name: "First five minutes" });
  await steps.waitFor();
  await steps.getByText(stage.url, { exact: true }).waitFor();
  await assertLooksWell(desk, "first-steps");
  await steps.getByRole("button", { name: /^Copy: / }).first().click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.includes(stage.url), "the command names this installation");
  await steps.getByRole("button", { name: "Hide the first five minutes" }).click();
  await steps.waitFor({ state: "detached" });
  await page.reload();
  await page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  assert.equal(await steps.count(), 0, "what was hidden stays hidden");
  await page.getByRole("button", { name: "Help", exact: true }).click();
  await page.getByRole("button", { name: "First five minutes", exact: true }).click();
  await steps.waitFor();
  await steps.getByRole("button", { name: "Hide the first five minutes" }).click();
});

journey("the calls are filtered by reference, metadata, time and text, and a reload keeps it", async (page) => {
  await stage.api.createSession({ metadata: { title: "Table for Friday", team: "sales" }, correlationId: "crm-1" });
  const other = await stage.api.createSession({ metadata: { title: "Invoice question", team: "support" }, correlationId: "crm-2" });
  await page.goto(`${stage.url}/calls`);
  await callRow(page, "Table for Friday").waitFor();
  await page.getByRole("searchbox", { name: "Title, name, id or reference" }).fill("invoice");
  await callRow(page, "Table for Friday").waitFor({ state: "detached" });
  await callRow(page, "Invoice question").waitFor();
  await until("the text is in the address", () => addressed(page, "text") === "invoice");
  await page.reload();
  await page.getByText("1 call found", { exact: true }).waitFor();
  await page.getByRole("searchbox", { name: "Title, name, id or reference" }).fill(other.sessionId);
  await callRow(page, "Invoice question").waitFor();
  await page.getByRole("searchbox", { name: "Title, name, id or reference" }).fill("");
  await page.getByRole("button", { name: "Filters" }).click();
  await page.getByLabel("Correlation id").fill("crm-1");
  await callRow(page, "Invoice question").waitFor({ state: "detached" });
  await assertLooksWell(desk, "calls-filtered");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Metadata key").fill("team");
  await page.getByLabel("with the value").fill("support");
  // The row is gone for a moment with each new question; the address says that this one was asked.
  await until("the value is in the address", () => addressed(page, "value") === "support");
  await callRow(page, "Table for Friday").waitFor({ state: "detached" });
  await page.getByLabel("Created").selectOption("Last hour");
  await callRow(page, "Invoice question").waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Filters, 2 on" }).waitFor();
  await callRow(page, "Invoice question").waitFor();
  assert.equal(await bodyRows(page, "Calls").count(), 1);
  await page.getByRole("searchbox", { name: "Title, name, id or reference" }).fill("nobody calls it so");
  await page.getByText("No call is like this").waitFor();
  await page.getByRole("link", { name: "Show all calls" }).click();
  await callRow(page, "Table for Friday").waitFor();
});

journey("the palette goes to a page, opens a call by its id, and starts one, without a mouse", async (page) => {
  const { sessionId } = await stage.api.createSession({ sessionId: "order-4711", metadata: { title: "By its own id" } });
  await page.goto(`${stage.url}/calls`);
  await callRow(page, "By its own id").waitFor();
  await openPalette(page);
  await assertLooksWell(desk, "palette");
  await page.keyboard.type("audit");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Audit", exact: true }).waitFor();
  await openPalette(page);
  await page.keyboard.type(sessionId);
  await page.getByRole("option", { name: /By its own id/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "By its own id" }).waitFor();
  await openPalette(page);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await openPalette(page);
  await page.keyboard.type("start a call");
  await page.keyboard.press("Enter");
  await page.getByLabel("Join link", { exact: true }).waitFor();
});

journey("every delivery of LiveKit is in the log, is processed again, and what was changed stands beside it", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "With a room" } });
  await stage.api.post(`/v1/call/sessions/${sessionId}/livekit/token`, {});
  await page.goto(`${stage.url}/provider`);
  const row = bodyRows(page, "Deliveries").filter({ hasText: "room_started" }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.getByRole("link", { name: "room_started" }).click();
  const pane = page.getByRole("complementary", { name: "Delivery" });
  await pane.getByLabel("Body as JSON").getByText('"room_started"').waitFor();
  assert.ok(addressed(page, "receipt"), "the address names the delivery");
  await page.reload();
  await pane.getByRole("button", { name: "Process again" }).click();
  await pane.getByText("2 times").waitFor();
  await pane.getByRole("region", { name: "Changed by API" }).getByText("Delivery processed again").waitFor();
  await assertLooksWell(desk, "provider");
  await page.keyboard.press("Escape");
  await pane.waitFor({ state: "detached" });
  await page.getByLabel("Only the call with this id").fill("ses_nosuchcall");
  await page.keyboard.press("Enter");
  await page.getByText("No delivery is like this").waitFor();
  await page.getByRole("link", { name: "Show all deliveries" }).click();
  await page.getByRole("button", { name: "Changes by API" }).click();
  await page.getByRole("complementary", { name: "Changes by API" }).getByText("Calls started and events added are not in it").waitFor();
});

journey("an event of a delivery leads into the timeline of its call", async (page) => {
  const { sessionId } = await stage.api.createSession({ simulated: true, metadata: { title: "Somebody came" } });
  const { joinUrl } = await stage.api.post(`/v1/call/sessions/${sessionId}/join-links`, {});
  const post = async (path, body) =>
    (await fetch(stage.url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();
  const { transport } = await post("/v1/join", { token: new URL(joinUrl).hash.slice(1), displayName: "Ann" });
  await post("/v1/simulated/connect", { accessToken: transport.accessToken });
  let receipt;
  await until("a delivery has added an event", async () => {
    const { items } = await stage.api.get(`/v1/provider/receipts?sessionId=${sessionId}`);
    receipt = items.find(({ published }) => published.length > 0);
    return receipt !== undefined;
  });
  await page.goto(`${stage.url}/provider?session=${sessionId}&receipt=${receipt.receiptId}`);
  const pane = page.getByRole("complementary", { name: "Delivery" });
  await pane.getByRole("link", { name: /timeline of its call/ }).first().click();
  await until("the event is chosen", () => addressed(page, "at") !== null && addressed(page, "event") === null);
});

journey("API requests stand beside the deliveries: filtered, walked by keys, and of one call", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Asked for" } });
  await stage.api.post(`/v1/call/sessions/${sessionId}/join-links`, {});
  const refused = await fetch(`${stage.url}/v1/call/sessions/${sessionId}/state`, {
    method: "POST",
    headers: { authorization: `Bearer ${stage.callboard.ready.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ status: "flying" }),
  });
  assert.equal(refused.status, 400);
  await page.goto(`${stage.url}/calls/${sessionId}`);
  await page.getByRole("link", { name: "requests", exact: true }).click();
  await page.getByRole("table", { name: "API requests" }).waitFor();
  await until("the call's requests are there", async () => (await bodyRows(page, "API requests").count()) === 3);
  await bodyRows(page, "API requests").filter({ hasText: "Start a call" }).getByRole("cell", { name: "201 done", exact: true }).waitFor();
  await page.getByRole("link", { name: "refused", exact: true }).click();
  await until("only the refused one is left", async () => (await bodyRows(page, "API requests").count()) === 1);
  await tabTo(page, /^Change a call's state$/);
  await page.keyboard.press("Enter");
  const pane = page.getByRole("complementary", { name: "Request" });
  await pane.getByRole("link", { name: "VALIDATION_FAILED" }).waitFor();
  assert.ok(addressed(page, "request"), "the address names the request");
  await page.reload();
  await pane.getByText(`POST /v1/call/sessions/${sessionId}/state`).waitFor();
  await assertLooksWell(desk, "provider-request");
  await page.keyboard.press("Escape");
  await pane.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "all", exact: true }).click();
  await page.getByRole("button", { name: /^Call / }).click();
  await page.getByLabel("Method").selectOption("DELETE");
  await page.getByText(/No request is like this|revoke|Remove/i).first().waitFor();
  await page.getByLabel("Method").selectOption("POST");
  await bodyRows(page, "API requests").first().waitFor();
  await assertLooksWell(desk, "provider-requests");
  await tabTo(page, /^(Start|Make|Change|Get|Process|Sign)/);
  await page.keyboard.press("Enter");
  await pane.waitFor();
  const first = addressed(page, "request");
  await page.keyboard.press("ArrowDown");
  await until("the details follow", () => addressed(page, "request") !== first);
  await pane.getByRole("link", { name: "only theirs" }).click();
  await page.getByRole("button", { name: /^By / }).waitFor();
  await page.getByRole("link", { name: "Deliveries", exact: true }).click();
  await page.getByRole("heading", { name: "Provider log" }).waitFor();
  assert.equal(addressed(page, "show"), null);
});

journey("deliveries that are not genuine are counted by reason, with what to do about it", async (page) => {
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const head = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ iss: "somebody-else", exp: Math.floor(Date.now() / 1000) + 300 })}`;
  const forged = `${head}.${createHmac("sha256", "no secret of ours").update(head).digest("base64url")}`;
  for (const authorization of [forged, undefined]) {
    const answer = await fetch(`${stage.url}/v1/call/livekit/events`, {
      method: "POST",
      headers: { "content-type": "application/webhook+json", ...(authorization ? { authorization } : {}) },
      body: "{}",
    });
    assert.equal(answer.status, 401);
  }
  await page.goto(`${stage.url}/provider`);
  await page.getByText(/deliver(y was|ies were) rejected/).waitFor();
  await page.getByText("Key not known here").waitFor();
  await page.getByText(/compare webhook\.api_key of LiveKit/).waitFor();
  await page.getByText("No signature", { exact: true }).waitFor();
  await assertLooksWell(desk, "provider-rejections");
});

journey("the provider log by keyboard: rows are one stop, arrows walk, the details follow", async (page) => {
  await page.goto(`${stage.url}/provider`);
  await bodyRows(page, "Deliveries").first().waitFor();
  await tabTo(page, /^(room|participant|track)_/);
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Delivery" }).waitFor();
  const first = addressed(page, "receipt");
  if ((await bodyRows(page, "Deliveries").count()) > 1) {
    await page.keyboard.press("ArrowDown");
    await until("the details follow", () => addressed(page, "receipt") !== first);
  }
  await page.keyboard.press("Escape");
  await page.getByRole("complementary", { name: "Delivery" }).waitFor({ state: "detached" });
  assert.match(await focused(page), /^(room|participant|track)_/, "the focus stays in the list");
});

journey("the connection test says each step", async (page) => {
  await page.goto(`${stage.url}/settings/livekit`);
  await tabTo(page, /^Test the connection$/);
  await page.keyboard.press("Enter");
  await page.getByText("Everything is well.").waitFor({ timeout: 30_000 });
  assert.equal(await page.getByRole("list", { name: "Steps" }).getByText("not tried").count(), 0);
  await assertLooksWell(desk, "settings-livekit");
  await page.getByRole("link", { name: "About" }).click();
  await page.getByRole("region", { name: "Health" }).getByText("takes traffic").waitFor();
  await page.getByRole("region", { name: "Installation" }).getByText(stage.versions.callboard).waitFor();
  await assertLooksWell(desk, "settings-about");
});

journey("a key is made, works, is rotated with an overlap, and is revoked", async (page) => {
  await page.goto(`${stage.url}/settings/keys`);
  await page.getByRole("button", { name: "New key" }).click();
  await assertLooksWell(desk, "settings-new-key");
  await page.getByLabel("Name").fill("Worker");
  await page.getByRole("button", { name: "Make the key" }).click();
  const shown = page.getByRole("dialog").locator("code").filter({ hasText: /^cbk_/ });
  const secret = await shown.innerText();
  const works = async (key) => (await fetch(`${stage.url}/v1/call/sessions`, { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await works(secret), 200);
  await page.getByRole("button", { name: "Done" }).click();
  assert.equal(await page.getByText(secret).count(), 0, "the secret is shown once");
  await page.getByRole("button", { name: "Rotate Worker" }).click();
  await page.getByRole("button", { name: "Rotate the key" }).click();
  const second = await shown.innerText();
  assert.notEqual(second, secret);
  assert.deepEqual([await works(secret), await works(second)], [200, 200], "both secrets work while they overlap");
  await page.getByRole("button", { name: "Done" }).click();
  await bodyRows(page, "API keys").getByRole("cell", { name: "works, 2 secrets" }).waitFor();
  await assertLooksWell(desk, "settings-keys");
  await page.getByRole("button", { name: "Revoke Worker" }).click();
  await page.getByRole("button", { name: "Revoke the key" }).click();
  await bodyRows(page, "API keys").filter({ hasText: "Worker" }).getByRole("cell", { name: "revoked", exact: true }).waitFor();
  await until("the key is refused", async () => (await works(second)) === 401);
});

journey("an issuer is added and removed by keyboard; what is wrong is said beside the field", async (page) => {
  await page.goto(`${stage.url}/settings/issuers`);
  await tabTo(page, /^Add an issuer$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("https://id.example.com");
  await page.keyboard.press("Enter");
  await page.getByText("The aud claim of its tokens is needed").waitFor();
  await assertLooksWell(desk, "settings-new-issuer");
  await tabTo(page, /^Audience/);
  await page.keyboard.type("callboard");
  await tabTo(page, /^Signed by/);
  await page.keyboard.type("HS");
  await tabTo(page, /^Shared secret/);
  await page.keyboard.type("a secret that is longer than thirty-two bytes");
  await page.keyboard.press("Enter");
  await bodyRows(page, "Issuers").filter({ hasText: "https://id.example.com" }).waitFor();
  await assertLooksWell(desk, "settings-issuers");
  await tabTo(page, /^Remove https/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Remove the issuer$/);
  await page.keyboard.press("Enter");
  await bodyRows(page, "Issuers").filter({ hasText: "https://id.example.com" }).waitFor({ state: "detached" });
});

journey("a user is added, gets another role, and is disabled", async (page) => {
  await page.goto(`${stage.url}/settings/users`);
  await page.getByRole("button", { name: "Add a user" }).click();
  await page.getByLabel("Name for people").fill("Jo Lind");
  await page.getByRole("checkbox", { name: /^operator/ }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Add the user" }).click();
  const row = bodyRows(page, "Users").filter({ hasText: "Jo Lind" });
  await row.getByRole("cell", { name: "operator", exact: true }).waitFor();
  await page.getByRole("button", { name: "Login link for Jo Lind" }).click();
  await page.getByText(/^callboard login-link --user usr_/).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("button", { name: "Change Jo Lind" }).click();
  await assertLooksWell(desk, "settings-user");
  await page.getByRole("checkbox", { name: /^viewer/ }).check();
  await page.getByRole("checkbox", { name: /^Disabled/ }).check();
  await page.getByRole("button", { name: "Save" }).click();
  await row.getByRole("cell", { name: "disabled", exact: true }).waitFor();
  await assertLooksWell(desk, "settings-users");
  const users = await stage.api.get("/v1/users");
  const user = users.items.find((one) => one.displayName === "Jo Lind");
  assert.deepEqual([user.disabled, [...user.roles].sort()], [true, ["operator", "viewer"]]);
});

journey("the audit says who did all that, by kind, with what changed", async (page) => {
  await page.goto(`${stage.url}/audit`);
  await bodyRows(page, "Audit").filter({ hasText: "User changed" }).first().waitFor();
  await page.getByLabel("Only this change").selectOption("API key revoked");
  await bodyRows(page, "Audit").filter({ hasText: "User changed" }).waitFor({ state: "detached" });
  assert.equal(addressed(page, "action"), "key.revoke");
  await page.reload();
  await tabTo(page, /^API key revoked$/);
  await page.keyboard.press("Enter");
  const pane = page.getByRole("complementary", { name: "Change" });
  await pane.getByText("key.revoke").waitFor();
  await page.keyboard.press("Escape");
  await pane.waitFor({ state: "detached" });
  await focusReturns(page, /^API key revoked$/);
  await page.keyboard.press("Enter");
  await pane.getByText("key.revoke").waitFor();
  await assertLooksWell(desk, "audit");
  await pane.getByRole("link", { name: "only this" }).click();
  await page.getByRole("button", { name: /^On / }).waitFor();
  await page.getByLabel("Only this change").selectOption("All changes");
  await bodyRows(page, "Audit").filter({ hasText: "API key made" }).waitFor();
  assert.equal(await bodyRows(page, "Audit").filter({ hasNotText: "API key" }).count(), 0, "only what was done to that key");
  await page.getByLabel("until").fill("2020-01-01T00:00");
  await page.getByText("Nothing is like this").waitFor();
  await page.getByRole("link", { name: "Show all" }).click();
  await bodyRows(page, "Audit").filter({ hasText: "User changed" }).first().waitFor();
});

journey("words are found in all transcripts, and a hit opens its call at that moment", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "About windows" } });
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "active" });
  await say(sessionId, "A table near the window, if you can.", 900);
  await say(sessionId, "Seven is perfect.", 2_000);
  await page.goto(`${stage.url}/search`);
  await page.getByRole("searchbox", { name: "Words" }).fill("near wind");
  await page.keyboard.press("Enter");
  const hit = bodyRows(page, "Found").filter({ hasText: "A table near the window" });
  await hit.waitFor();
  assert.deepEqual(await hit.locator("mark").allInnerTexts(), ["near", "window"]);
  await assertLooksWell(desk, "search");
  await page.getByRole("searchbox", { name: "Words" }).fill("elephants");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("Nobody said that").waitFor();
  await openPalette(page);
  await page.keyboard.type("perfect");
  await page.getByRole("option", { name: /Seven is perfect/ }).click();
  await page.getByRole("heading", { name: "About windows" }).waitFor();
  assert.ok(Number(addressed(page, "at")) > 1, "the address names the moment");
});

/** A token of an issuer that shares a secret with us. */
function tokenOf(issuer, secret, subject) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: "callboard", sub: subject, iat: now, exp: now + 600 };
  const head = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${head}.${createHmac("sha256", secret).update(head).digest("base64url")}`;
}

journey("the personal text of a call is erased by who types it, and the call says so; data goes after its time", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Call with Quetzal" } });
  await say(sessionId, "my name is Quetzal", 0);
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "ended" });
  await page.goto(`${stage.url}/calls/${sessionId}`);
  await page.getByRole("heading", { name: "Call with Quetzal" }).waitFor();
  await page.getByRole("button", { name: "Erase personal text" }).click();
  const dialog = page.getByRole("dialog");
  const erase = dialog.getByRole("button", { name: "Erase", exact: true });
  assert.ok(await erase.isDisabled(), "nobody erases by a slip");
  await assertLooksWell(desk, "erase-dialog");
  await dialog.getByLabel(/to confirm/).fill("erase");
  await erase.click();
  await page.getByText("Erased", { exact: true }).first().waitFor();
  await until("nothing of it is on the page", async () => !(await page.content()).includes("Quetzal"));
  assert.equal(await page.getByRole("button", { name: "Erase personal text" }).count(), 0);
  await page.goto(`${stage.url}/settings/retention`);
  await page.getByLabel("Personal text of calls, days").fill("90");
  await page.getByLabel("Audit, days").fill("30");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Nothing was changed").waitFor();
  await page.getByLabel("Audit, days").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved; the next sweep goes by it").waitFor();
  await page.reload();
  assert.equal(await page.getByLabel("Personal text of calls, days").inputValue(), "90");
  await assertLooksWell(desk, "settings-retention");
});

journey("a viewer signs in by a token of an issuer, and is led into no dead end", async () => {
  const secret = "a secret of forty characters, or even more";
  await stage.api.post("/v1/issuers", { iss: "acme", audience: "callboard", algorithm: "HS256", secret });
  await stage.api.post("/v1/users", { issuer: "acme", subject: "vi", displayName: "Vi", roles: ["viewer"] });
  const viewer = await Person.open("Viewer", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  stage.people.push(viewer);
  const { page } = viewer;
  await page.goto(`${stage.url}/login`);
  await page.getByLabel("API key, token, or login link").fill(tokenOf("acme", secret, "vi"));
  await page.keyboard.press("Enter");
  await callRow(page, "Table for Friday").waitFor();
  const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allInnerTexts();
  assert.deepEqual(links.map((text) => text.split("\n")[0]), ["Calls", "Search", "Settings"]);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("region", { name: "Installation" }).waitFor();
  await page.goto(`${stage.url}/settings/keys`);
  await page.getByRole("alert").getByText("The keys could not be read").waitFor();
  await page.getByText(/Your role or key does not allow this/).waitFor();
  await assertLooksWell(viewer, "forbidden");
  assert.deepEqual(viewer.errors, []);
  await viewer.close();
});

journey("without the server the page says so, and goes on when it is back", async (page) => {
  await page.goto(`${stage.url}/audit`);
  await bodyRows(page, "Audit").first().waitFor();
  await stage.callboard.stop();
  await page.getByText(/No connection to Callboard. What you see is as of/).waitFor({ timeout: 20_000 });
  assert.ok((await bodyRows(page, "Audit").count()) > 0, "what was read stays in view");
  await assertLooksWell(desk, "offline");
  stage.callboard = await stage.serve();
  await page.getByText(/No connection to Callboard/).waitFor({ state: "detached", timeout: 40_000 });
  await stage.api.post("/v1/users", { displayName: "Added after the cut" });
  await bodyRows(page, "Audit").filter({ hasText: "User added" }).filter({ hasText: "key" }).first().waitFor({ timeout: 20_000 });
});

journey("on a phone the pages are behind one button", async (page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${stage.url}/calls`);
  await callRow(page, "Table for Friday").waitFor();
  await page.getByRole("button", { name: "Pages" }).click();
  await desk.picture("console-navigation-phone");
  await page.getByRole("dialog").getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { name: "Settings", exact: true }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("no page had an error or broke its content policy", () => assert.deepEqual(desk.errors, []));
