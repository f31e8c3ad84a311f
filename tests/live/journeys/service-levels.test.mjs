// Service levels: a fresh server says that it measured nothing, then what it kept and missed; page, span and gate agree.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { signIn } from "../lib/console-page.mjs";
import { assertLooksWell } from "../lib/looks.mjs";
import { Person } from "../lib/person.mjs";
import { runCallboard } from "../lib/processes.mjs";
import { startStage } from "../lib/stage.mjs";

let stage;
let desk;
before(async () => {
  stage = await startStage({ media: false });
  desk = await Person.open("Levels", { context: { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } });
  stage.people.push(desk);
  await signIn(desk, stage);
});
after(() => stage?.close());

const levels = (page) => page.getByRole("region", { name: "Objectives" });
const level = (page, name) => levels(page).getByRole("listitem").filter({ hasText: name });

/** Somebody joins a simulated call; gives its id. */
async function callWithAnn() {
  const { sessionId } = await stage.api.createSession({ simulated: true });
  const { joinUrl } = await stage.api.joinLink(sessionId, "Ann");
  const { transport } = await stage.api.post("/v1/join", { token: new URL(joinUrl).hash.slice(1), displayName: "Ann" });
  await stage.api.post("/v1/simulated/connect", { accessToken: transport.accessToken });
  await stage.api.awaitEvent(sessionId, "the connected call", ({ type }) => type === "call.connected");
  return sessionId;
}

/** Every instance writes what it counted when it is told to stop. */
async function restart() {
  assert.equal((await stage.callboard.stop()).code, 0);
  stage.callboard = await stage.serve();
}

test("what was kept and what was missed stands on the page, and the gate says the same", { timeout: 120_000 }, async () => {
  const { page } = desk;
  try {
    const sessionId = await callWithAnn();
    // Said in the first tenth of a second, told more than the promised 2.5 s later.
    await pause(2_800);
    await stage.api.post("/v1/realtime/events", {
      sessionId,
      type: "transcript.final",
      payload: { utteranceId: "u1", speaker: "user", text: "Is the table free?", startMs: 0, endMs: 100 },
    });
    await restart();
    await page.goto(`${stage.url}/settings/service-levels`);
    await levels(page).getByRole("heading", { name: "1 missed" }).waitFor();
    assert.equal(await levels(page).getByRole("listitem").count(), 8);
    // Only whole minutes are judged, and this server's first one may not be over.
    await level(page, "Availability").getByText(/^(met|no data)$/).waitFor();
    await level(page, "API answers 5xx").getByText("met", { exact: true }).waitFor();
    await level(page, "Webhook delivery").getByText("no data", { exact: true }).waitFor();
    const late = level(page, "Transcript, p95");
    await late.getByText("missed", { exact: true }).waitFor();
    await late.getByText("0 of 1 finals in time").waitFor();
    await late.getByRole("meter", { name: "Error budget of Transcript, p95" }).waitFor();
    await assertLooksWell(desk, "service-levels");

    await page.getByRole("navigation", { name: "Span" }).getByRole("link", { name: "1 hour" }).click();
    await page.waitForURL((url) => url.searchParams.get("window") === "1h");
    await page.reload();
    await level(page, "Transcript, p95").getByText("missed", { exact: true }).waitFor();

    const gate = runCallboard(["slo", "--data", stage.data, "--window", "1h", "--gate"]);
    assert.equal(gate.code, 1, gate.text);
    assert.match(gate.text, /transcript_p95/);
    const promised = runCallboard(["slo", "--data", stage.data, "--gate"], { CALLBOARD_SLO_TRANSCRIPT_P95_MS: "10000" });
    assert.equal(promised.code, 0, promised.text);
  } catch (error) {
    await stage.explain(error);
    throw error;
  }
});
