// The same package in a browser: from another origin, through a wire that breaks.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, normalize } from "node:path";
import { test } from "node:test";
import { cuttingProxy, installed, ROOT, said, Server } from "./rig.mjs";

const { chromium } = createRequire(join(ROOT, "web/package.json"))("playwright-core");
const COUNT = 400;

/** Serves the installed packages and one empty page that knows where they are. */
async function serveModules(t, project) {
  const imports = { "@callboard/api": "/@callboard/api/index.js", "openapi-fetch": "/openapi-fetch/dist/index.mjs" };
  const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://here").pathname);
    const file = join(project, "node_modules", path);
    if (path === "/") response.setHeader("content-type", "text/html").end(page);
    else if (/\.m?js$/.test(path) && existsSync(file)) {
      response.setHeader("content-type", "text/javascript").end(readFileSync(file));
    } else response.writeHead(404).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.close(), server.closeAllConnections()));
  return `http://127.0.0.1:${server.address().port}`;
}

test("a page of another origin makes a call, follows it through cuts, and verifies", { timeout: 120_000 }, async (t) => {
  const project = installed(t);
  const origin = await serveModules(t, project);
  const server = await Server.start(t, "browser", { CALLBOARD_CORS_ORIGINS: origin });
  const proxy = await cuttingProxy(t, server.port, 21, { longest: 8_000 });
  const executablePath = process.env.CHROMIUM || execFileSync("sh", ["-c", "command -v chromium"], { encoding: "utf8" }).trim();
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);

  const direct = { url: server.url, apiKey: server.apiKey };
  const drafts = Array.from({ length: COUNT }, (_, index) => said("", index + 1));
  const seen = await page.evaluate(
    async ({ direct, through, drafts }) => {
      const { connect } = await import("@callboard/api");
      const client = connect(direct);
      const { sessionId } = await client.sessions.create({ metadata: { title: "From a page" } });
      const followed = [];
      const backoff = { baseMs: 5, maxMs: 20, honourServer: false };
      const stream = connect({ ...direct, url: through, backoff }).events.follow(sessionId);
      await client.events.ingestBatch(drafts.map((draft) => ({ ...draft, sessionId })));
      await client.sessions.end(sessionId);
      for await (const event of stream) followed.push(event.sequence);
      return { followed, reason: stream.closedReason };
    },
    { direct, through: proxy.url, drafts },
  );
  assert.deepEqual(seen.followed, Array.from({ length: COUNT + 2 }, (_, index) => index + 1));
  assert.equal(seen.reason, "session_over");
  assert.ok(proxy.cuts >= 10, `${proxy.cuts} cuts`);

  const body = JSON.stringify({ type: "call.ended", timestamp: new Date().toISOString(), data: {} });
  const at = String(Math.floor(Date.now() / 1000));
  const signature = `v1,${createHmac("sha256", "k".repeat(32)).update(`m.${at}.${body}`).digest("base64")}`;
  const headers = { "webhook-id": "m", "webhook-timestamp": at, "webhook-signature": signature };
  const secret = `whsec_${Buffer.from("k".repeat(32)).toString("base64")}`;
  const verified = await page.evaluate(
    async ({ body, headers, secret }) => {
      const { verifyWebhook } = await import("@callboard/api");
      const refused = await verifyWebhook(`${body} `, headers, secret).catch((error) => error.name);
      return [(await verifyWebhook(body, headers, secret)).type, refused];
    },
    { body, headers, secret },
  );
  assert.deepEqual(verified, ["call.ended", "WebhookError"]);
});
