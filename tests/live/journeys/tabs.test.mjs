// Ten open tabs of the console all stay live, each by one connection.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callRow, signIn } from "../lib/console-page.mjs";
import { Person } from "../lib/person.mjs";
import { startStage } from "../lib/stage.mjs";

const TABS = 10;

let stage;
let desk;
before(async () => {
  stage = await startStage({ media: false });
  desk = await Person.open("Tabs", { context: { viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" } });
  stage.people.push(desk);
});
after(() => stage?.close());

test("a new call shows in ten tabs at once, and so does its end", { timeout: 120_000 }, async () => {
  try {
    await signIn(desk, stage);
    const tabs = [desk.page];
    while (tabs.length < TABS) tabs.push(await desk.tab());
    await Promise.all(tabs.slice(1).map((tab) => tab.goto(`${stage.url}/calls`)));
    await Promise.all(tabs.map((tab) => tab.getByRole("status", { name: "Connection: live" }).waitFor()));
    const begun = performance.now();
    const { sessionId } = await stage.api.createSession({ metadata: { title: "Seen by all" } });
    await Promise.all(tabs.map((tab) => callRow(tab, "Seen by all").waitFor({ timeout: 10_000 })));
    console.log(`# ${TABS} tabs showed a new call after ${Math.round(performance.now() - begun)} ms`);
    await stage.api.post(`/v1/call/sessions/${sessionId}/state`, { status: "ended" });
    const ended = (tab) => callRow(tab, "Seen by all").filter({ hasText: "ended" }).waitFor({ timeout: 10_000 });
    await Promise.all(tabs.map(ended));
    for (const tab of tabs) {
      const open = await tab.evaluate(() => window.__watched.sockets.filter((one) => one.readyState === WebSocket.OPEN).length);
      assert.equal(open, 1, "one connection per tab");
    }
    assert.deepEqual(desk.errors, []);
  } catch (error) {
    await stage.explain(error);
    throw error;
  }
});
