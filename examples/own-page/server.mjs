// Your server: it alone holds the API key. It makes calls and seats; the browser gets a seat and nothing else.
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const CALLBOARD = process.env.CALLBOARD_URL ?? "http://127.0.0.1:8080";
const KEY = process.env.CALLBOARD_API_KEY;
if (!KEY) throw new Error("CALLBOARD_API_KEY is not set");

/** Asks Callboard, under the key. Every POST carries an Idempotency-Key, so that it may be sent again. */
async function callboard(path, body, idempotencyKey = crypto.randomUUID()) {
  const answer = await fetch(CALLBOARD + path, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json", "idempotency-key": idempotencyKey },
    body: JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(value.detail), { status: answer.status, code: value.code });
  return value;
}

/** A new call. */
async function makeCall() {
  const { session } = await callboard("/v1/call/sessions", { metadata: { title: "A call in our own page" } });
  return { sessionId: session.sessionId };
}

/** A seat in a call for somebody whom you know: this is the place to check that they may sit there. */
async function makeSeat(sessionId, name) {
  const path = `/v1/call/sessions/${encodeURIComponent(sessionId)}/livekit/token`;
  const { transport, participantId, pass, resumeToken } = await callboard(path, { participantName: name });
  return { callboard: CALLBOARD, sessionId, participantId, pass, resumeToken, transport };
}

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.mjs": ["page.mjs", "text/javascript; charset=utf-8"],
  "/livekit-client.mjs": ["node_modules/livekit-client/dist/livekit-client.esm.mjs", "text/javascript; charset=utf-8"],
};
const LIVEKIT = process.env.LIVEKIT_CLIENT; // a copy that is installed elsewhere
if (LIVEKIT) FILES["/livekit-client.mjs"][0] = LIVEKIT;

async function answer(request, response) {
  const url = new URL(request.url, "http://own.page");
  const json = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  try {
    if (request.method === "POST" && url.pathname === "/calls") return json(201, await makeCall());
    if (request.method === "POST" && url.pathname === "/seats") {
      return json(201, await makeSeat(url.searchParams.get("call") ?? "", url.searchParams.get("name") ?? "Guest"));
    }
  } catch (error) {
    return json(error.status ?? 502, { code: error.code, detail: error.message });
  }
  const [file, type] = FILES[url.pathname] ?? [];
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": type });
  createReadStream(fileURLToPath(new URL(file, import.meta.url))).pipe(response);
}

const server = createServer(answer).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
