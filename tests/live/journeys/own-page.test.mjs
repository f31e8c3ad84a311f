// The example of the guide "Join from your own page": a stranger's server and page, real media, two people.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Person } from "../lib/person.mjs";
import { freePort, ROOT } from "../lib/processes.mjs";
import { startStage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";

let stage, port;
before(async () => {
  port = await freePort();
  stage = await startStage({ env: { CALLBOARD_CORS_ORIGINS: `http://127.0.0.1:${port}` } });
});
after(() => stage?.close());

/** Starts the example's server as its README says, with the client that the console's packages brought. */
async function startExample() {
  const child = spawn(process.execPath, [join(ROOT, "examples/own-page/server.mjs")], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      CALLBOARD_URL: stage.url,
      CALLBOARD_API_KEY: stage.callboard.ready.apiKey,
      LIVEKIT_CLIENT: join(ROOT, "web/node_modules/livekit-client/dist/livekit-client.esm.mjs"),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  stage.closers.push(async () => child.kill());
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("the example's server ended");
}

const status = (person, text) => person.page.getByRole("status").filter({ hasText: text }).waitFor({ timeout: 20_000 });

async function enter(person, address) {
  await person.page.goto(address);
  await person.page.getByLabel("Your name").fill(person.name);
  await person.page.getByRole("button", { name: "Join" }).click();
  await status(person, "Connected");
}

test("two people in a stranger's page hear and read each other, and the last leave ends the call", { timeout: 120_000 }, async () => {
  const address = await startExample();
  const [ann, bob] = [await Person.open("Ann"), await Person.open("Bob")];
  stage.people.push(ann, bob);
  try {
    await enter(ann, address);
    const invite = await ann.page.getByRole("link", { name: "this address" }).getAttribute("href");
    await enter(bob, invite);
    await ann.hears();
    await bob.hears();
    await bob.page.getByLabel("Say").fill("Hello Ann");
    await bob.page.getByRole("button", { name: "Send" }).click();
    await ann.page.getByRole("log").getByText("Other: Hello Ann").waitFor();
    await bob.page.getByRole("log").getByText("You: Hello Ann").waitFor();
    const sessionId = new URL(invite).searchParams.get("call");
    await bob.page.getByRole("button", { name: "Leave" }).click();
    await status(bob, "You have left");
    await ann.page.getByRole("button", { name: "Leave" }).click();
    const session = await until("the call has ended", async () => {
      const now = await stage.api.session(sessionId);
      return now.status === "ended" ? now : undefined;
    });
    assert.equal(session.endReason, "user_hangup");
    const events = await stage.api.events(sessionId);
    assert.deepEqual(events.map((e) => e.sequence), events.map((_, at) => at + 1));
    assert.deepEqual([...ann.errors, ...bob.errors], [], "errors in the pages");
  } catch (error) {
    await stage.explain(error);
    throw error;
  }
});
