// Every page of the console without sound: signing in, the live list, one call as it happens, its end, and the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessibleByDayAndNight } from "../lib/axe.mjs";
import { callRow, rows, sessionIdOf, transcript } from "../lib/console-page.mjs";
import { Person } from "../lib/person.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

let stage;
let desk;
before(async () => {
  stage = await startStage({ media: false });
  desk = await Person.open("Desk", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  stage.people.push(desk);
});
after(() => stage?.close());

/** A test whose failure leaves pictures. */
const journey = (name, work) =>
  test(name, { timeout: 60_000 }, async () => {
    try {
      await work(desk.page);
    } catch (error) {
      await stage.explain(error);
      throw error;
    }
  });

const append = (sessionId, type, payload) => stage.api.post("/v1/realtime/events", { sessionId, type, payload });
const utterance = (text, more = {}) => ({ utteranceId: "u1", speaker: "agent", text, startMs: 0, endMs: 900, ...more });
/** The name of what has the focus; the page as a whole has none. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (!element?.matches("a, button, input, [tabindex='0']")) return "";
    return element.getAttribute("aria-label") ?? element.textContent ?? "";
  });

/** Presses Tab until what has the focus is named so. */
async function tabTo(page, name, key = "Tab") {
  for (let presses = 0; presses < 40; presses += 1) {
    if (name.test(await focused(page))) return;
    await page.keyboard.press(key);
  }
  assert.fail(`the ${key} key does not reach ${name}; it stands on "${await focused(page)}"`);
}

journey("a page asked for without being signed in leads to the sign-in, and back to itself", async (page) => {
  await page.goto(`${stage.url}/calls?status=ended`);
  await page.getByRole("heading", { name: "Sign in to Callboard" }).waitFor();
  await assertAccessibleByDayAndNight(page, "the sign-in");
  await desk.picture("signin-light");
  await page.getByLabel("API key, token, or login link").fill("what is this");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This is none of them").waitFor();
  await page.getByLabel("API key, token, or login link").fill(`${stage.callboard.ready.apiKey.slice(0, -4)}AAAA`);
  await page.keyboard.press("Enter");
  const refusal = page.getByRole("alert");
  await refusal.getByText("You are not signed in").waitFor();
  assert.match(await refusal.innerText(), /Paste it whole/, "the refusal says what to do");
  await assertAccessibleByDayAndNight(page, "the refused sign-in");
  await page.getByLabel("API key, token, or login link").fill(stage.callboard.ready.apiKey);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "?status=ended");
  await page.getByText("No ended calls").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to Callboard" }).waitFor();
});

journey("the printed link works in a tab that already shows the sign-in", async (page) => {
  await page.goto(`${stage.url}/login`);
  await page.getByRole("heading", { name: "Sign in to Callboard" }).waitFor();
  await page.evaluate((link) => location.assign(link), stage.callboard.ready.loginUrl);
  await page.getByText("No calls yet").waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await assertAccessibleByDayAndNight(page, "the empty list");
  await desk.picture("calls-empty");
});

journey("a call started in one tab shows in another, and changes there without a reload", async (page) => {
  const list = await desk.tab();
  await list.goto(`${stage.url}/calls`);
  await list.getByText("No calls yet").waitFor();
  await page.getByRole("button", { name: "Start a call" }).click();
  await page.getByLabel("Join link", { exact: true }).waitFor();
  await page.getByText("no media server").waitFor();
  await assertAccessibleByDayAndNight(page, "a new call");
  const row = callRow(list, "created");
  await row.waitFor();
  const sessionId = sessionIdOf(page);
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "active" });
  await callRow(list, "active").waitFor();
  await page.getByText("active", { exact: false }).first().waitFor();
  await page.getByRole("button", { name: "End call" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal((await stage.api.session(sessionId)).status, "active", "cancelling must not end the call");
  await page.getByRole("button", { name: "End call" }).click();
  await assertAccessibleByDayAndNight(page, "the question before the end");
  await page.getByRole("button", { name: "End the call" }).click();
  await callRow(list, "ended").waitFor();
  await page.getByRole("button", { name: "End call" }).waitFor({ state: "detached" });
  await page.getByLabel("Join link", { exact: true }).waitFor({ state: "detached" });
  assert.equal((await stage.api.session(sessionId)).status, "ended");
  await assertAccessibleByDayAndNight(list, "the list");
  await list.close();
});

journey("what is being said is replaced in place, and the log shows all of it", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Live words" }, correlationId: "crm-4711" });
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "active" });
  await page.goto(`${stage.url}/calls/${sessionId}`);
  await page.getByRole("heading", { name: "Live words" }).waitFor();
  await append(sessionId, "transcript.partial", utterance("Shall we"));
  await transcript(page).getByText("Shall we", { exact: true }).waitFor();
  await append(sessionId, "transcript.partial", utterance("Shall we begin"));
  await append(sessionId, "transcript.final", utterance("Shall we begin?"));
  await transcript(page).getByText("Shall we begin?", { exact: true }).waitFor();
  assert.equal(await transcript(page).getByText("Shall we").count(), 1, "one utterance is one line");
  await rows(page).filter({ hasText: "transcript.final" }).waitFor();
  assert.equal(await rows(page).filter({ hasText: "transcript.partial" }).count(), 2);
  await append(sessionId, "transcript.final", utterance("And more.", { utteranceId: "u2", startMs: 1_000, endMs: 1_500 }));
  await transcript(page).getByText("And more.").waitFor();
  await page.getByRole("button", { name: "all families" }).click();
  await page.getByRole("checkbox", { name: "transcript" }).click();
  await page.getByText(/^4 of \d+ events$/).waitFor();
  await page.reload();
  await page.getByText(/^4 of \d+ events$/).waitFor();
  await assertAccessibleByDayAndNight(page, "a call with words");
});

journey("a call that failed says why; one that is not there says so", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Broken" } });
  const error = { code: "CARRIER_DOWN", message: "The carrier did not answer." };
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "failed", error });
  await page.goto(`${stage.url}/calls/${sessionId}`);
  await page.getByRole("alert").getByText("The carrier did not answer.").waitFor();
  await assertAccessibleByDayAndNight(page, "a failed call");
  await desk.picture("call-failed");
  await page.goto(`${stage.url}/calls/ses_thereisnosuchcall`);
  await page.getByRole("heading", { name: "There is no such call" }).waitFor();
  await assertAccessibleByDayAndNight(page, "an absent call");
  await page.goto(`${stage.url}/nowhere`);
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.getByRole("link", { name: "Go to the calls" }).click();
  await callRow(page, "Broken").waitFor();
  await page.getByRole("link", { name: "failed", exact: true }).click();
  await callRow(page, "Live words").waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).searchParams.get("status"), "failed");
});

journey("the keyboard alone starts a call, reads an event, and ends the call", async (page) => {
  await page.goto(`${stage.url}/calls`);
  await callRow(page, "Broken").waitFor();
  await page.keyboard.press("Tab");
  assert.match(await focused(page), /Skip to the page/, "the first stop skips the frame");
  await tabTo(page, /^Start a call$/);
  await page.keyboard.press("Enter");
  await page.getByLabel("Join link", { exact: true }).waitFor();
  const sessionId = sessionIdOf(page);
  await append(sessionId, "call.turn.owner_changed", { callId: sessionId, turnId: "t1", owner: "agent" });
  await rows(page).nth(1).waitFor();
  await tabTo(page, /call\.(started|turn)/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Raw event" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("complementary", { name: "Raw event" }).waitFor({ state: "detached" });
  await tabTo(page, /^End call$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await until("the focus is back where the question came from", async () => /^End call$/.test(await focused(page)));
  await page.keyboard.press("Enter");
  await tabTo(page, /^End the call$/);
  await page.keyboard.press("Enter");
  await until("the call is over", async () => (await stage.api.session(sessionId)).status === "ended");
});

journey("the list on a phone", async (page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${stage.url}/calls`);
  await callRow(page, "Broken").waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "nothing stands out of a phone's width");
  await assertAccessibleByDayAndNight(page, "the list on a phone");
  await desk.picture("calls-phone");
});

test("no page had an error or broke its content policy", () => assert.deepEqual(desk.errors, []));
