/** Makes a call, follows it through cuts, receives its webhooks, and says what it saw. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, verifyWebhook, type CallboardProgram, type WebhookMessage } from "@callboard/api";

const LINES = Number(process.env["LINES_SAID"] ?? 20);

/** What was posted to us: each delivery once, in the order in which it came. */
async function openInbox() {
  const messages = new Map<string, WebhookMessage>();
  let complete: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => (complete = resolve));
  const inbox = { secret: "", call: "", url: "", refused: 0, messages, completed, close: () => undefined as void };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    try {
      const message = await verifyWebhook(Buffer.concat(pieces), request.headers, inbox.secret);
      const id = String(request.headers["webhook-id"]);
      if (!messages.has(id)) messages.set(id, message);
      response.writeHead(204).end();
      if (message.type === "call.ended" && message.data.sessionId === inbox.call) complete();
    } catch {
      inbox.refused += 1;
      response.writeHead(401).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  inbox.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callboard`;
  inbox.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return inbox;
}

/** What another part of a product would do: say things, then hang up. */
async function talk(client: CallboardProgram, sessionId: string) {
  for (let number = 1; number <= LINES; number++) {
    const times = { startMs: number * 1000, endMs: number * 1000 + 900 };
    const payload = { utteranceId: `u${number}`, speaker: "user", text: `Line ${number}`, ...times };
    await client.events.ingest({ sessionId, type: "transcript.final", payload });
  }
  await client.sessions.end(sessionId);
}

const client = connect(); // CALLBOARD_URL and CALLBOARD_API_KEY
const inbox = await openInbox();
const made = await client.webhookEndpoints.create({ url: inbox.url, eventTypes: ["call.*", "transcript.final"] });
inbox.secret = made.secret ?? "";

const { sessionId } = await client.sessions.create({ metadata: { title: "A stranger's call" } });
inbox.call = sessionId;
await client.sessions.activate(sessionId);
const talking = talk(client, sessionId);

let cuts = 0;
const followed: number[] = [];
for await (const event of client.events.follow(sessionId, { onRetry: () => (cuts += 1) })) {
  followed.push(event.sequence);
}
await talking;

const patience = new AbortController();
await Promise.race([inbox.completed, sleep(60_000, undefined, { signal: patience.signal }).catch(() => undefined)]);
patience.abort();
// The endpoint hears of every call of the tenant.
const ours = [...inbox.messages.values()].filter((message) => message.data.sessionId === sessionId);
const posted = ours.map((message) => message.data.sequence);
await client.webhookEndpoints.delete(made.endpoint.endpointId);
inbox.close();
console.log(JSON.stringify({ followed, posted, cuts, refused: inbox.refused }));
