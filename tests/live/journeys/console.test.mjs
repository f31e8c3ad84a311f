// The console with a real call: sign in, start a call, two people join and talk, all of it shows live, the call ends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible } from "../lib/axe.mjs";
import { rows, sessionIdOf } from "../lib/console-page.mjs";
import * as join from "../lib/join-page.mjs";
import { Person } from "../lib/person.mjs";
import { assertWellFormed } from "../lib/sequence.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

let stage;
let desk;
before(async () => {
  stage = await startStage();
  desk = await Person.open("Desk", { context: { viewport: { width: 1440, height: 900 }, colorScheme: "light" } });
  stage.people.push(desk);
});
after(() => stage?.close());

/** The whole journey is one test: each part stands on the one before. */
test("one click starts a call, two people talk, the console follows, the call ends", { timeout: 180_000 }, async (t) => {
  let ann;
  let ben;
  let sessionId;
  const part = (name, work) =>
    t.test(name, async () => {
      try {
        await work();
      } catch (error) {
        await stage.explain(error);
        throw error;
      }
    });

  await part("the printed link signs in, once, and leaves no token in the address", async () => {
    await desk.page.goto(stage.callboard.ready.loginUrl);
    await desk.page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
    assert.equal(new URL(desk.page.url()).hash, "");
    const cookie = (await desk.context.cookies()).find((one) => one.name === "callboard_session");
    assert.ok(cookie?.httpOnly && cookie.sameSite === "Strict", "the sign-in cookie is HttpOnly and SameSite=Strict");
    await assertAccessible(desk.page, "the empty list of calls");
  });

  await part("one click starts a call and shows its join link", async () => {
    await desk.page.getByRole("button", { name: "Start a call" }).click();
    await desk.page.getByLabel("Join link", { exact: true }).waitFor();
    sessionId = sessionIdOf(desk.page);
    await rows(desk.page).filter({ hasText: "call.started" }).waitFor();
  });

  await part("two people join by the link and hear each other", async () => {
    const link = await desk.page.getByLabel("Join link", { exact: true }).inputValue();
    [ann, ben] = await Promise.all([Person.open("Ann"), Person.open("Ben", { context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } })]);
    stage.people.push(ann, ben);
    for (const person of [ann, ben]) {
      await person.page.goto(link);
      await assertAccessible(person.page, "the device check");
      await join.enter(person.page, person.name);
      await join.waitConnected(person.page);
    }
    await Promise.all([ann.hears(), ben.hears()]);
    await assertAccessible(ben.page, "the call page on a phone");
    await ben.picture("join-phone");
  });

  await part("captions reach the other side and the console, without a reload", async () => {
    await join.typeCaption(ann.page, "Shall we begin?");
    await join.readCaption(ben.page, "Shall we begin?");
    await join.typeCaption(ben.page, "Yes, I am ready.");
    await join.readCaption(ann.page, "Yes, I am ready.");
    const transcript = desk.page.getByRole("log", { name: "What is said" });
    await transcript.getByText("Shall we begin?").waitFor();
    await transcript.getByText("Yes, I am ready.").waitFor();
    await rows(desk.page).filter({ hasText: "call.participant.joined" }).nth(1).waitFor();
  });

  await part("a reload keeps the place, and pictures are taken in light, dark and phone width", async () => {
    await desk.page.getByRole("button", { name: /transcript\.final/ }).first().click();
    await until("the address names the event", () => new URL(desk.page.url()).searchParams.has("at"));
    await desk.page.reload();
    await desk.page.getByText("Shall we begin?").first().waitFor();
    assert.ok(new URL(desk.page.url()).searchParams.has("at"));
    await desk.picture("call-light");
    await assertAccessible(desk.page, "the page of a call");
    await desk.page.emulateMedia({ colorScheme: "dark" });
    await desk.picture("call-dark");
    await assertAccessible(desk.page, "the page of a call in the dark");
    await desk.page.setViewportSize({ width: 390, height: 844 });
    await desk.picture("call-phone");
    await desk.page.setViewportSize({ width: 1440, height: 900 });
    await desk.page.emulateMedia({ colorScheme: "light" });
  });

  await part("a reload of the join page comes back as the same person", async () => {
    await ben.page.reload();
    await join.waitConnected(ben.page, 30_000);
    await ann.hears({ ms: 20_000 });
    const log = await stage.api.events(sessionId);
    const joined = log.filter((event) => event.type === "call.participant.joined");
    assert.equal(joined.length, 2, "a reload must not be a new person");
    assert.ok(!log.some((event) => event.type === "call.participant.left"), "a reload must not be a hang-up");
  });

  await part("the operator ends the call for everyone", async () => {
    await desk.page.getByRole("button", { name: "End call" }).click();
    await assertAccessible(desk.page, "the question before the end");
    await desk.page.getByRole("button", { name: "End the call" }).click();
    await Promise.all([join.waitEnded(ann.page), join.waitEnded(ben.page)]);
    await desk.page.getByText("ended", { exact: true }).first().waitFor();
    await ann.picture("join-ended");
  });

  await part("the timeline is the log, complete and in order", async () => {
    const log = await stage.api.events(sessionId);
    assertWellFormed(log, sessionId);
    assert.equal(log.at(-1).type, "call.ended");
    await desk.page.goto(`${stage.url}/calls/${sessionId}`);
    await desk.page.getByText(`${log.length} events, no gaps`).waitFor();
    await desk.page.goto(`${stage.url}/calls`);
    await desk.page.getByRole("table", { name: "Calls" }).waitFor();
    await assertAccessible(desk.page, "the list of calls");
    await desk.picture("calls-light");
  });

  await part("no page had an error or broke its content policy", async () => {
    for (const person of [desk, ann, ben]) assert.deepEqual(person.errors, [], `${person.name}'s page`);
  });
});

test("ten tabs of the console all stay live", { timeout: 120_000 }, async () => {
  const session = await stage.api.createSession({ metadata: { title: "Ten tabs" } });
  const pages = [];
  for (let at = 0; at < 10; at += 1) {
    const page = await desk.context.newPage();
    await page.goto(`${stage.url}/calls/${session.sessionId}`);
    await rows(page).filter({ hasText: "call.started" }).waitFor();
    pages.push(page);
  }
  await stage.api.post("/v1/realtime/events", {
    sessionId: session.sessionId,
    type: "transcript.final",
    payload: { utteranceId: "u1", speaker: "agent", text: "Everybody sees this.", startMs: 0, endMs: 900 },
  });
  await Promise.all(pages.map((page) => page.getByRole("log", { name: "What is said" }).getByText("Everybody sees this.").waitFor({ timeout: 15_000 })));
  await Promise.all(pages.map((page) => page.close()));
});
