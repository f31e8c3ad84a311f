// The walk of somebody new, by machine and with its times: `make run`, the printed link, one click, a second browser by
// the join link, both hear each other, words, the end. It asserts that each step works and prints how long it took;
// people read and think in between, machines do not, so its sum is a lower bound of theirs.
//
//   node newcomer.mjs [--pictures FOLDER]     needs a build; DATA, PORT and the rest of make run's settings are passed on
//
// A folder of its own takes the data, unless DATA says otherwise.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as join_ from "./lib/join-page.mjs";
import { Person } from "./lib/person.mjs";
import { ROOT } from "./lib/processes.mjs";
import { until } from "./lib/until.mjs";

const { values: options } = parseArgs({ options: { pictures: { type: "string" } } });
const CAPTION = "Hello, can you hear me?";
const data = process.env.DATA ?? mkdtempSync(join(tmpdir(), "callboard-newcomer-"));
const begun = performance.now();
let before = begun;

/** Runs one step and prints when it was done and how long it took. */
async function step(name, work) {
  const result = await work();
  const now = performance.now();
  console.log(`${((now - begun) / 1000).toFixed(1).padStart(7)} s  (+${((now - before) / 1000).toFixed(1)} s)  ${name}`);
  before = now;
  return result;
}

async function picture(person, name) {
  if (!options.pictures) return;
  mkdirSync(options.pictures, { recursive: true });
  await person.page.screenshot({ path: join(options.pictures, `${name}.png`) });
}

const people = [];
async function open(name, context) {
  const person = await Person.open(name, { context });
  people.push(person);
  return person;
}

const wide = { viewport: { width: 1440, height: 900 } };
const run = spawn("make", ["run"], { cwd: ROOT, detached: true, env: { ...process.env, DATA: data }, stdio: ["ignore", "pipe", "inherit"] });
const ended = new Promise((resolve) => run.once("exit", resolve));
let said = "";
run.stdout.on("data", (piece) => (said += piece));

try {
  const link = await step("make run prints a sign-in link", () =>
    until(
      "make run prints a sign-in link",
      () => {
        assert.equal(run.exitCode, null, `make run ended: ${said}`);
        return /Sign in here \(once\):\s+(\S+)[\s\S]*Ctrl-C stops/.exec(said)?.[1];
      },
      { ms: 1_800_000 },
    ),
  );
  const ann = await step("a browser is open", () => open("Ann", wide));
  await step("the link signs in; a simulated call is running", async () => {
    await ann.page.goto(link);
    await ann.page.getByRole("heading", { name: "Calls", exact: true }).waitFor();
    await ann.page.getByText(/simulated/i).first().waitFor({ timeout: 20_000 });
    await picture(ann, "1-calls");
  });
  const seat = await step("one click: a real call, and its join link", async () => {
    await ann.page.getByRole("button", { name: "Start a call" }).click();
    const field = ann.page.getByLabel("Join link", { exact: true });
    await field.waitFor();
    await picture(ann, "2-started");
    return field.inputValue();
  });
  const tab = await ann.tab();
  const ben = await step("a second browser is open", () => open("Ben", wide));
  const seats = [{ name: "Ann", page: tab }, { name: "Ben", page: ben.page }];
  await step("two people have joined by the link", async () => {
    for (const { name, page } of seats) {
      await page.goto(seat);
      await join_.enter(page, name);
      await join_.waitConnected(page);
    }
  });
  await step("they hear each other, and read what is typed", async () => {
    await ben.hears();
    await join_.typeCaption(tab, CAPTION);
    await join_.readCaption(ben.page, CAPTION);
    await ann.page.getByRole("log", { name: "What is said" }).getByText(CAPTION).waitFor();
    await picture(ben, "3-joined");
    await ann.page.bringToFront();
    await picture(ann, "4-call");
  });
  await step("the call is ended; its log is whole", async () => {
    for (const { page } of seats) await join_.leave(page);
    await join_.waitEnded(ben.page);
    await ann.page.getByText(/events, no gaps/).waitFor();
    await picture(ann, "5-ended");
    await picture(ben, "6-left");
  });
  assert.deepEqual([...ann.errors, ...ben.errors], [], "errors in the pages");
} finally {
  for (const person of people) await person.close();
  // As Ctrl-C does: the whole group.
  if (run.exitCode === null) process.kill(-run.pid, "SIGINT");
  await ended;
  await step("Ctrl-C: all of it has stopped", async () => {});
  if (!process.env.DATA) rmSync(data, { recursive: true, force: true });
}
