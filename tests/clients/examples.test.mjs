// What a stranger writes with the documents alone: both programs of examples/ make a call, follow it through a wire that
// breaks, and receive its webhooks.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cuttingProxy, installed, ROOT, Server } from "./rig.mjs";

const LINES = 120;
const PYTHON = join(ROOT, ".tools/venv-python/bin/python");

async function story(t, seed, command, args, options) {
  const server = await Server.start(t, "example", { CALLBOARD_EGRESS_ALLOW: "127.0.0.1" });
  // Requests are small; the stream has to come often enough.
  const proxy = await cuttingProxy(t, server.port, seed, { longest: 24_000 });
  const env = { ...process.env, CALLBOARD_URL: proxy.url, CALLBOARD_API_KEY: server.apiKey, LINES_SAID: String(LINES) };
  const program = spawn(command, args, { ...options, env: { ...env, ...options.env }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => program.kill());
  let said = "";
  program.stdout.on("data", (text) => (said += text));
  const [code] = await once(program, "exit");
  assert.equal(code, 0, `${said}\n${server.log}`);
  const seen = JSON.parse(said);
  // call.started, call.connected, the lines, call.ended.
  const all = Array.from({ length: LINES + 3 }, (_, index) => index + 1);
  assert.deepEqual(seen.followed, all);
  assert.deepEqual(seen.posted, all, "webhooks: each once, in order");
  assert.equal(seen.refused, 0);
  assert.ok(seen.cuts >= 1, "the stream was cut");
  assert.ok(proxy.cuts >= 5, `${proxy.cuts} cuts`);
}

test("the program in Python", { timeout: 120_000 }, async (t) => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing: scripts/install-python.sh makes it`);
  const env = { PYTHONPATH: join(ROOT, "clients/python/src") };
  await story(t, 11, PYTHON, ["-W", "error", join(ROOT, "examples/python/program.py")], { env });
});

test("the program in TypeScript", { timeout: 180_000 }, async (t) => {
  const project = installed(t);
  const source = join(ROOT, "examples/typescript");
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: manifest.type }));
  for (const name of ["program.ts", "tsconfig.json"]) copyFileSync(join(source, name), join(project, name));
  symlinkSync(join(ROOT, "web/node_modules/@types"), join(project, "node_modules/@types"));
  execFileSync(process.execPath, [join(ROOT, "web/node_modules/typescript/bin/tsc"), "-p", project], { stdio: "inherit" });
  await story(t, 12, process.execPath, ["dist/program.js"], { cwd: project });
});
