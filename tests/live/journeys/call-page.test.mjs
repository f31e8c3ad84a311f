// The page of a call: a live one as it fills, and a past one as a record; by mouse, by keyboard, on a phone, offline.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertAccessibleByDayAndNight } from "../lib/axe.mjs";
import { rows, signIn, transcript } from "../lib/console-page.mjs";
import { Person } from "../lib/person.mjs";
import { ROOT } from "../lib/processes.mjs";
import { playRecord } from "../lib/record.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";
import { fakeProvider } from "../lib/webhooks.mjs";

let stage;
let desk;
let played;
let log;
const provider = fakeProvider();
before(async () => {
  stage = await startStage({ media: false, env: provider.env });
  desk = await Person.open("Desk", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce", acceptDownloads: true } });
  stage.people.push(desk);
  played = await playRecord(stage, provider, { pace: 12, until: 178 });
  log = await stage.api.events(played.sessionId);
  await signIn(desk, stage);
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

const strip = (page) => page.getByRole("region", { name: "Call strip" });
const plot = (page) => strip(page).getByRole("group", { name: /^Time from left/ });
const row = (page, sequence) => page.locator(`[role=listitem][aria-posinset="${sequence}"]`).getByRole("button").first();
const zoom = (page) => page.getByTitle("How far the strip is zoomed in").innerText();
const at = (page) => new URL(page.url()).searchParams.get("at");
const sequenceOf = (type, matches = () => true) => log.find((event) => event.type === type && matches(event.payload)).sequence;
const open = async (page, search = "") => {
  await page.goto(`${stage.url}/calls/${played.sessionId}${search}`);
  await page.getByText(/^\d+ events, no gaps$/).waitFor();
};
const chosen = (page, sequence) => until(`event ${sequence} is chosen`, async () => (await row(page, sequence).getAttribute("aria-current")) === "true");
/** What is drawn at a place of the plot: whether a pixel of the canvas there has any ink. */
const inked = (page, share, lane) =>
  page.evaluate(
    ([x, y]) => {
      const canvas = document.querySelector("[data-plot] canvas");
      const ratio = canvas.width / canvas.clientWidth;
      return canvas.getContext("2d").getImageData(Math.round(x * canvas.width), Math.round(y * ratio), 1, 1).data[3];
    },
    [share, 22 + lane * 26 + 13],
  );

journey("a live call: everyone has a lane, the strip fills, and what is new is counted", async (page) => {
  await open(page);
  for (const name of ["Guest", "Host", "Observer", "Actions", "Errors"]) await strip(page).getByText(name, { exact: true }).first().waitFor();
  await page.getByRole("heading", { name: "Guest and Host" }).waitFor();
  await page.getByText("Turn latency p95").waitFor();
  await strip(page).getByRole("group", { name: "Actions and decisions" }).getByRole("button").nth(2).waitFor();
  await page.getByRole("region", { name: "What went wrong" }).getByText("The calendar did not answer within 5 s.", { exact: false }).waitFor();
  assert.ok((await inked(page, 0.1, 0)) > 0, "the caller's presence is drawn");
  assert.equal(await inked(page, 0.001, 1), 0, "nothing is drawn where there was nothing");
  await desk.picture("strip-live-light");
  await assertAccessibleByDayAndNight(page, "a live call");
  await page.emulateMedia({ colorScheme: "dark" });
  await desk.picture("strip-live-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await row(page, log.length).waitFor();
  await rows(page).first().hover();
  await page.mouse.wheel(0, -2_000);
  await row(page, 1).waitFor();
  for (const word of ["And", "And one", "And one more"]) {
    await played.append("transcript.partial", Date.now(), { utteranceId: "late", speaker: "agent", participantId: played.people.host.participantId, text: word, startMs: 4_500, endMs: 4_600 });
  }
  await transcript(page).getByText("And one more", { exact: true }).waitFor();
  await page.getByRole("button", { name: "3 new" }).click();
  await row(page, log.length + 3).waitFor();
  log = await stage.api.events(played.sessionId);
});

journey("by mouse: strip, timeline and transcript stand at one moment, and a link leads to it", async (page) => {
  await open(page);
  const proposal = sequenceOf("action.proposed", (payload) => payload.actionId === "act_2");
  await strip(page).getByRole("button", { name: /bookings\.create/ }).click();
  await chosen(page, proposal);
  await until("the address names it", () => at(page) === String(proposal));
  await transcript(page).locator("[aria-current]").getByText("Friday 19:00", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Copy link to this moment" }).click();
  await page.getByText(`Link to event ${proposal} copied`).waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, `${stage.url}/calls/${played.sessionId}?at=${proposal}`);
  await transcript(page).getByText("Seven is perfect.").click();
  const said = sequenceOf("transcript.final", (payload) => payload.text === "Seven is perfect.");
  await chosen(page, said);
  await row(page, said).dblclick();
  await page.getByRole("complementary", { name: "Raw event" }).getByText('"Seven is perfect."').waitFor();
  await desk.picture("strip-moment-light");
  await assertAccessibleByDayAndNight(page, "a moment with its raw form");
  await page.getByRole("button", { name: "Close the event" }).click();
  await page.goto(link);
  await chosen(page, proposal);
  await page.reload();
  await chosen(page, proposal);
});

journey("by mouse: the strip zooms around the pointer, moves with a drag, and shows the whole again", async (page) => {
  await open(page);
  const box = await plot(page).boundingBox();
  const [x, y] = [box.x + box.width * 0.4, box.y + 35];
  await page.mouse.move(x, y);
  for (let turn = 0; turn < 5; turn += 1) await page.mouse.wheel(0, -200);
  await until("the strip is zoomed in", async () => Number.parseFloat(await zoom(page)) > 5);
  const deep = Number.parseFloat(await zoom(page));
  const before = at(page);
  await page.mouse.down();
  await page.mouse.move(x + 200, y, { steps: 5 });
  await page.mouse.up();
  // The call goes on meanwhile, so the same part becomes a little less of the whole.
  assert.ok(Math.abs(Number.parseFloat(await zoom(page)) - deep) < deep * 0.1, "a drag does not zoom");
  assert.equal(at(page), before, "a drag is no press");
  await strip(page).getByRole("button", { name: "Follow now" }).click();
  await strip(page).getByRole("button", { name: "Follow now" }).waitFor({ state: "detached" });
  await strip(page).getByRole("button", { name: "Zoom out" }).click();
  await strip(page).getByRole("button", { name: "Show the whole call" }).click();
  assert.equal(await zoom(page), "1×");
  await page.mouse.click(x, box.y + 5);
  await until("a press on the empty strip chooses the event before it", () => at(page) !== before);
});

journey("the call ends: it is a record, with everything to take away", async (page) => {
  await stage.api.post(`/v1/call/sessions/${played.sessionId}/state`, { status: "ended" });
  log = await stage.api.events(played.sessionId);
  await open(page);
  await page.getByText("ended", { exact: true }).first().waitFor();
  await row(page, 1).waitFor();
  assert.equal(await page.getByRole("button", { name: "follow" }).count(), 0, "a record has nothing to follow");
  await transcript(page).getByText("Good afternoon", { exact: false }).waitFor();
  assert.equal(await transcript(page).evaluate((box) => box.scrollTop), 0, "a record opens at its beginning");
  for (const [name, has] of [
    ["Transcript as text", /Seven is perfect\./],
    ["Transcript as VTT", /^WEBVTT/],
    ["Transcript as SRT", /^1\r?\n\d\d:\d\d:\d\d,\d{3} -->/],
    ["Transcript as JSON", /"segments"/],
    ["All events", /^\{"eventId"/],
  ]) {
    await page.getByRole("button", { name: "Export" }).click();
    const entry = page.getByRole("link", { name }).or(page.getByRole("button", { name }));
    const [download] = await Promise.all([page.waitForEvent("download"), entry.click()]);
    const text = readFileSync(await download.path(), "utf8");
    assert.match(text, has, `${name}: ${text.slice(0, 120)}`);
    if (name === "All events") assert.equal(text.trimEnd().split("\n").length, log.length, "every event is in the export");
  }
  await page.getByRole("button", { name: "Export" }).click();
  await assertAccessibleByDayAndNight(page, "a record with the export open");
  await page.keyboard.press("Escape");
  await desk.picture("strip-record-light");
});

journey("by keyboard alone: through the events, into the raw form, by filter and by time", async (page) => {
  await open(page);
  await page.locator("main").focus();
  await page.keyboard.press("j");
  await chosen(page, 2);
  await page.keyboard.press("End");
  await chosen(page, log.length);
  await page.keyboard.press("k");
  await chosen(page, log.length - 1);
  await page.keyboard.press("Home");
  await chosen(page, 1);
  await page.keyboard.press("Enter");
  await page.getByRole("complementary", { name: "Raw event" }).getByText('"call.started"').waitFor();
  await until("the address says so", () => new URL(page.url()).searchParams.get("raw") === "true");
  await page.keyboard.press("Escape");
  await page.getByRole("complementary", { name: "Raw event" }).waitFor({ state: "detached" });
  await page.keyboard.press("/");
  await page.keyboard.type("parking");
  const matches = log.filter((event) => /parking/.test(event.payload.text ?? "")).length;
  await page.getByText(`${matches} of ${log.length} events`).waitFor();
  await until("the filter is in the address", () => new URL(page.url()).searchParams.get("q") === "parking");
  await page.keyboard.press("Escape");
  await page.getByText(`${log.length} events, no gaps`).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("g");
  await page.keyboard.type("0:02");
  await page.keyboard.press("Enter");
  await until("the time leads to an event", () => !["1", null].includes(at(page)));
  await page.keyboard.press("Tab");
  await page.keyboard.press("+");
  assert.equal(await zoom(page), "2×");
  await page.keyboard.press("0");
  assert.equal(await zoom(page), "1×");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await assertAccessibleByDayAndNight(page, "the keys");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const mark = strip(page).getByRole("group", { name: "Actions and decisions" }).getByRole("button").last();
  await mark.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await chosen(page, sequenceOf("action.proposed", (payload) => payload.actionId === "act_2"));
});

journey("on a phone: nothing stands out, a pinch zooms, a press goes to the moment", async () => {
  const phone = await Person.open("Phone", { context: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, reducedMotion: "reduce" } });
  stage.people.push(phone);
  const { page } = phone;
  await page.goto(`${stage.url}/login`);
  await page.getByLabel("API key, token, or login link").fill(stage.callboard.ready.apiKey);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
  await open(page);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, "nothing stands out of a phone's width");
  const box = await plot(page).boundingBox();
  const cdp = await page.context().newCDPSession(page);
  const [x, y] = [box.x + box.width / 2, box.y + 40];
  // Two fingers, 40 pixels apart, that go to 160.
  for (const [type, apart] of [["touchStart", 40], ["touchMove", 70], ["touchMove", 110], ["touchMove", 160], ["touchEnd", 0]]) {
    const touchPoints = apart === 0 ? [] : [-1, 1].map((side, id) => ({ x: x + (side * apart) / 2, y: y + (side * apart) / 8, id }));
    await cdp.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
  await until("the pinch has zoomed the strip", async () => Number.parseFloat(await zoom(page)) > 1.5);
  assert.equal(await page.evaluate(() => visualViewport.scale), 1, "and not the page");
  await strip(page).getByRole("button", { name: "Show the whole call" }).tap();
  await strip(page).getByRole("button", { name: /AGENT_TOOL_TIMEOUT/ }).tap();
  await chosen(page, sequenceOf("call.error"));
  await assertAccessibleByDayAndNight(page, "a call on a phone");
  await phone.picture("strip-phone");
  await page.getByRole("button", { name: /^Raw form of event/ }).tap();
  const drawer = page.getByRole("complementary", { name: "Raw event" });
  await drawer.waitFor();
  const place = await drawer.boundingBox();
  assert.ok(place.y > 0 && place.y + place.height <= 845, "the raw form lies within the screen");
  await page.screenshot({ path: join(ROOT, "artifacts", "live", "strip-phone-raw.png") });
  await assertAccessibleByDayAndNight(page, "the raw form on a phone");
  assert.deepEqual(phone.errors, []);
});

journey("offline it says so and keeps what it shows; back online it goes on by itself", async (page) => {
  const { sessionId } = await stage.api.createSession({ metadata: { title: "Cut off" } });
  await page.goto(`${stage.url}/calls/${sessionId}`);
  await row(page, 1).waitFor();
  await page.context().setOffline(true);
  await page.evaluate(() => window.__watched.sockets.forEach((socket) => socket.close()));
  await page.getByText(/offline|No connection/).first().waitFor();
  await row(page, 1).waitFor();
  await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "failed", error: { code: "CARRIER_DOWN", message: "The carrier did not answer." } });
  await page.context().setOffline(false);
  await page.getByRole("alert").getByText("The carrier did not answer.").waitFor({ timeout: 30_000 });
  await page.getByText("3 events, no gaps").waitFor();
});

test("no page had an error or broke its content policy", () => assert.deepEqual(desk.errors, []));
