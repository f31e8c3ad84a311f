// What is refused and what is missing, against the API too: a used sign-in link, a used join link, no media server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, beforeEach, test as plain } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import * as join from "../lib/join-page.mjs";
import { Person } from "../lib/person.mjs";
import { callboardBinary } from "../lib/processes.mjs";
import { startStage } from "../lib/stage.mjs";

let stage;
let person;
before(async () => {
  stage = await startStage({ media: false });
  person = await Person.open("Ann");
  stage.people.push(person);
});
after(() => stage?.close());
// Each begins with a page that holds no device.
beforeEach(() => person.page.goto("about:blank"));

/** A test that keeps a picture and the servers' logs when it fails. */
const test = (name, options, work) =>
  plain(name, options, async () => {
    try {
      await work();
    } catch (error) {
      await stage.explain(error);
      throw error;
    }
  });

test("a sign-in link works once, and then says so", { timeout: 60_000 }, async () => {
  const { loginUrl } = stage.callboard.ready;
  await person.page.goto(loginUrl);
  await person.page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  await person.context.clearCookies();
  await person.page.goto("about:blank");
  await person.page.goto(loginUrl);
  await person.page.getByText("You are not signed in").waitFor();
  assert.match(await person.page.locator("body").innerText(), /link/i);
});

test("a slow answer from before the sign-in does not undo it", { timeout: 60_000 }, async () => {
  const { stdout } = await promisify(execFile)(callboardBinary(), ["login-link", "--data", stage.data]);
  const url = /http\S+/.exec(stdout)[0];
  await person.context.clearCookies();
  // Who asks without a sign-in is told so, but not before the sign-in is done.
  let done = false;
  const signedIn = person.page.waitForResponse((response) => response.url().endsWith("/v1/login")).then(() => (done = true));
  await person.page.route("**/v1/me", async (route) => {
    if (done) return route.continue();
    const answer = await fetch(route.request().url());
    await signedIn;
    await pause(500);
    return route.fulfill({ status: answer.status, contentType: answer.headers.get("content-type"), body: await answer.text() });
  });
  await person.page.goto(url);
  await person.page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  await person.page.unrouteAll();
});

test("without a media server the join page says so, and typing works", { timeout: 60_000 }, async () => {
  const session = await stage.api.createSession({ metadata: { title: "Text only" } });
  const link = await stage.api.joinLink(session.sessionId, "Ann");
  await person.page.goto(link.joinUrl);
  await join.enter(person.page, "Ann");
  await join.waitConnected(person.page);
  await person.page.getByText("There is no sound in this call.").waitFor();
  await join.typeCaption(person.page, "I can only type.");
  const { segments } = await stage.api.get(`/v1/call/sessions/${session.sessionId}/transcript?format=json`);
  assert.deepEqual(segments.map((one) => [one.text, one.speaker, one.source]), [["I can only type.", "user", "typed"]]);
});

test("a join link for one person is refused to the second", { timeout: 60_000 }, async () => {
  const session = await stage.api.createSession();
  const link = await stage.api.joinLink(session.sessionId, "Ann");
  const answer = await fetch(`${stage.url}/v1/join`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: new URL(link.joinUrl).hash.slice(1) }),
  });
  assert.equal(answer.status, 200);
  await person.page.goto(link.joinUrl);
  await join.enter(person.page, "Ben");
  await person.page.getByText("You are not in the call").waitFor();
});
