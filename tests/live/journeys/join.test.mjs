// The call page without sound: every state that a caller can meet, and what each says to do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessibleByDayAndNight } from "../lib/axe.mjs";
import * as join from "../lib/join-page.mjs";
import { Person } from "../lib/person.mjs";
import { startStage } from "../lib/stage.mjs";

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce" };

let stage;
before(async () => {
  stage = await startStage({ media: false });
});
after(() => stage?.close());

/** A test with a person of its own, whose failure leaves pictures. */
const journey = (name, work, context = PHONE) =>
  test(name, { timeout: 60_000 }, async () => {
    const person = await Person.open("Ann", { context });
    stage.people.push(person);
    try {
      await work(person);
      assert.deepEqual(person.errors, [], "errors in the page");
    } catch (error) {
      await stage.explain(error);
      throw error;
    } finally {
      await person.close();
      stage.people.splice(stage.people.indexOf(person), 1);
    }
  });

const status = (page, text) => page.getByRole("status").filter({ hasText: text });

/** A call, and a person who is in it. */
async function seat(person, title, more = {}) {
  const session = await stage.api.createSession({ metadata: { title } });
  const link = await stage.api.joinLink(session.sessionId, undefined, more);
  await person.page.goto(link.joinUrl);
  await join.enter(person.page, person.name);
  await join.waitConnected(person.page);
  return { sessionId: session.sessionId, link };
}

journey("a wrong link and a revoked one are refused with words, and the person may try again", async (person) => {
  const { page } = person;
  await page.goto(`${stage.url}/join#cbj_k1.thisisnotalink`);
  await join.enter(page, "Ann");
  await page.getByRole("alert").getByText("You are not in the call").waitFor();
  await assertAccessibleByDayAndNight(page, "a refused link");
  await person.picture("join-refused");
  const session = await stage.api.createSession();
  const link = await stage.api.joinLink(session.sessionId);
  await stage.api.call("DELETE", `/v1/call/sessions/${session.sessionId}/join-links/${link.linkId}`);
  await page.goto(link.joinUrl);
  await join.enter(page, "Ann");
  await page.getByRole("alert").getByText("used up, expired, revoked or unknown").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /who sent it can make another/);
});

journey("a link to a call that is over says so", async (person) => {
  const session = await stage.api.createSession();
  const link = await stage.api.joinLink(session.sessionId);
  await stage.api.post(`/v1/call/sessions/${session.sessionId}/state`, { status: "ended" });
  await person.page.goto(link.joinUrl);
  await join.enter(person.page, "Ann");
  await person.page.getByRole("alert").getByText("You are not in the call").waitFor();
});

journey("a link without its code says what is missing", async (person) => {
  await person.page.goto(`${stage.url}/join`);
  await person.page.getByRole("heading", { name: "This link is not whole" }).waitFor();
  await assertAccessibleByDayAndNight(person.page, "a broken link");
});

journey("without a media server the page says so, and a leave is a leave after a reload too", async (person) => {
  const { page } = person;
  const { sessionId } = await seat(person, "Table for four");
  await page.getByRole("heading", { name: "Table for four" }).waitFor();
  await page.getByText("There is no sound in this call.").waitFor();
  await assertAccessibleByDayAndNight(page, "a call without sound");
  await join.typeCaption(page, "Is anybody there?");
  await page.reload();
  await join.waitConnected(page);
  await join.readCaption(page, "Is anybody there?");
  await person.picture("join-no-sound");
  await join.leave(page);
  await join.waitEnded(page);
  await page.reload();
  await status(page, /^Call ended/).waitFor();
  await assertAccessibleByDayAndNight(page, "after leaving");
  const left = (await stage.api.get(`/v1/call/sessions/${sessionId}/participants`)).items;
  assert.deepEqual(left.map((one) => one.state), ["left"], "the reload must not bring the person back");
});

journey("who was removed stays out after a reload, and is told the way back", async (person) => {
  const { sessionId } = await seat(person, "Removed");
  const [me] = (await stage.api.get(`/v1/call/sessions/${sessionId}/participants`)).items;
  await stage.api.call("DELETE", `/v1/call/sessions/${sessionId}/participants/${me.participantId}`);
  await person.page.reload();
  await status(person.page, /Call ended for you.*Ask for a new link/).waitFor();
  await assertAccessibleByDayAndNight(person.page, "a removed person's page");
});

journey("a call that fails says why, live", async (person) => {
  const { sessionId } = await seat(person, "Failing");
  const error = { code: "CARRIER_DOWN", message: "The carrier did not answer." };
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "failed", error });
  await status(person.page, /^Call failed.*The carrier did not answer/).waitFor();
  await assertAccessibleByDayAndNight(person.page, "a failed call");
  await person.picture("join-failed");
});

journey(
  "a person whose browser refuses the microphone is told, and can join to read and type",
  async (person) => {
    const { page } = person;
    await page.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("refused", "NotAllowedError"));
    });
    const session = await stage.api.createSession();
    const link = await stage.api.joinLink(session.sessionId);
    await page.goto(link.joinUrl);
    await page.getByText("No microphone", { exact: true }).waitFor();
    await page.getByText(/Allow it beside the address/).waitFor();
    await assertAccessibleByDayAndNight(page, "a refused microphone");
    await page.getByLabel(/Your name/).fill("Ann");
    await page.getByRole("button", { name: "Join call" }).click();
    await join.waitConnected(page);
  },
);

journey("the keyboard alone joins, types and leaves", async ({ page }) => {
  const session = await stage.api.createSession();
  const link = await stage.api.joinLink(session.sessionId);
  await page.goto(link.joinUrl);
  await page.getByText("Microphone works").waitFor();
  await page.getByLabel(/Your name/).focus();
  await page.keyboard.type("Ann");
  await page.keyboard.press("Enter");
  await join.waitConnected(page);
  await page.getByLabel("Type a message").focus();
  await page.keyboard.type("By hand.");
  await page.keyboard.press("Enter");
  await join.readCaption(page, "By hand.");
  const named = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  for (let presses = 0; presses < 10 && !/^Leave$/.test(await named()); presses += 1) await page.keyboard.press("Tab");
  assert.equal(await named(), "Leave", "the Tab key leads to the way out");
  await page.keyboard.press("Enter");
  await join.waitEnded(page);
});
