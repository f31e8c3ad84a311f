// Mounts the `Page` of a documentation page (its tsx blocks, compiled) in a document of jsdom, as somebody in a call would
// see it: what was said before they opened it has to show, and what is said while they look.
//   node scripts/docs-page.mjs COMPILED.js      with CALLBOARD_URL and CALLBOARD_API_KEY
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const { CALLBOARD_URL: url, CALLBOARD_API_KEY: key } = process.env;
const file = resolve(process.argv[2]);
const web = createRequire(new URL("../web/package.json", import.meta.url));
const { JSDOM } = web("jsdom");

const dom = new JSDOM('<div id="root"></div>', { url, pretendToBeVisual: true });
const { window } = dom;
const { document, navigator, WebSocket } = window;
for (const [name, value] of Object.entries({ window, document, navigator, WebSocket })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

async function post(path, body, bearer = key) {
  const answer = await fetch(new URL(path, url), {
    method: "POST",
    headers: { "content-type": "application/json", ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const { session } = await post("/v1/call/sessions", { simulated: true });
const { sessionId } = session;
const { joinUrl } = await post(`/v1/call/sessions/${sessionId}/join-links`, {});
const { pass } = await post("/v1/join", { token: new URL(joinUrl).hash.slice(1), displayName: "Reader" }, null);
const say = (utteranceId, text, startMs) =>
  post("/v1/realtime/events", {
    sessionId,
    type: "transcript.final",
    payload: { utteranceId, speaker: "user", text, startMs, endMs: startMs + 900 },
  });

const root = document.getElementById("root");
async function shows(text) {
  for (const until = Date.now() + 20_000; !root.textContent.includes(text); await pause(25)) {
    assert.ok(Date.now() < until, `the page does not show ${JSON.stringify(text)}, but: ${root.innerHTML}`);
  }
}

const project = createRequire(file);
const { createElement } = project("react");
const { createRoot } = project("react-dom/client");
const { Page } = await import(pathToFileURL(file).href);
assert.equal(typeof Page, "function", "a page of the documentation exports its `Page`");

await say("u1", "Said before the page was opened.", 0);
const mounted = createRoot(root);
mounted.render(createElement(Page, { url, pass, sessionId }));
await shows("Said before the page was opened.");
await say("u2", "Said while somebody looks.", 1000);
await shows("Said while somebody looks.");
mounted.unmount();
assert.equal(root.textContent, "", "what was mounted is gone");
await post(`/v1/call/sessions/${sessionId}/state`, { status: "ended" });
console.log("the page showed what was said");
process.exit(0); // A socket that was just closed would hold the process for a moment.
