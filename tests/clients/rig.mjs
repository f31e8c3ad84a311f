// A real server, a wire that breaks, and the package as a stranger installs it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const ROOT = join(import.meta.dirname, "../..");
const BINARY = process.env.CALLBOARD_BIN || join(ROOT, "target/debug/callboard");

/** A folder that goes away with the test. */
export function folder(t, name) {
  const path = mkdtempSync(join(tmpdir(), `callboard-${name}-`));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/** The binary on a folder and a port of its own; it can be killed and started again. */
export class Server {
  constructor(data, port, env) {
    this.data = data;
    this.port = port;
    // The calls that the local mode plays by itself are not these tests'.
    this.env = { ...process.env, CALLBOARD_DEMO: "off", ...env };
    this.url = `http://127.0.0.1:${port}`;
    this.log = "";
  }

  static async start(t, name = "server", env = {}) {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing; build it: cargo build -p callboard`);
    const server = new Server(folder(t, name), await freePort(), env);
    t.after(() => server.end("SIGTERM"));
    return server.start();
  }

  async start() {
    const args = ["serve", "--dev", "--data", join(this.data, "data"), "--listen", `127.0.0.1:${this.port}`];
    this.process = spawn(BINARY, [...args, "--ready-json"], { env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    this.process.stderr.on("data", (text) => (this.log = (this.log + text).slice(-4000)));
    this.exited = once(this.process, "exit");
    const line = await Promise.race([
      once(createInterface(this.process.stdout), "line"),
      this.exited.then(() => Promise.reject(new Error(`the server did not start:\n${this.log}`))),
    ]);
    const ready = JSON.parse(line[0]);
    this.apiKey = ready.apiKey ?? this.apiKey;
    return this;
  }

  async end(how) {
    if (this.process?.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill(how);
    await this.exited;
  }
}

/** Numbers that are the same in every run. */
export function numbers(seed) {
  let state = seed * 7919;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Passes bytes on and ends each connection after a random number of them, half by reset and half politely. */
export async function cuttingProxy(t, port, seed, { longest = 16_000, firstAfter } = {}) {
  const random = numbers(seed);
  const proxy = { cuts: 0, connections: 0, url: "" };
  let marker = firstAfter;
  const listener = createServer((client) => {
    proxy.connections += 1;
    const rude = random() < 0.5;
    let budget = 1 + Math.floor(random() * longest);
    let passed = "";
    const server = connect(port, "127.0.0.1");
    client.pipe(server);
    const end = () => {
      server.destroy();
      if (rude) client.resetAndDestroy();
      else client.end();
    };
    server.on("data", (piece) => {
      if (budget <= 0) return;
      client.write(piece.subarray(0, budget));
      budget -= piece.length;
      passed = marker ? passed + piece : "";
      if (marker && passed.includes(marker)) [marker, budget] = [undefined, 0];
      if (budget > 0) return;
      proxy.cuts += 1;
      end();
    });
    server.on("end", () => client.end());
    server.on("error", () => client.destroy());
    client.on("error", () => server.destroy());
    client.on("close", () => server.destroy());
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  t.after(() => listener.close());
  proxy.url = `http://127.0.0.1:${listener.address().port}`;
  return proxy;
}

/** Builds the package, packs it, and installs the tarball into an empty project. */
export function installed(t) {
  const project = folder(t, "project");
  const npm = (args, cwd) => execFileSync("npm", args, { cwd, stdio: ["ignore", "pipe", "inherit"], timeout: 240_000 });
  npm(["--prefix", "web", "run", "--silent", "build:api"], ROOT);
  npm(["pack", "--silent", join(ROOT, "web/api/dist"), "--pack-destination", project], ROOT);
  writeFileSync(join(project, "package.json"), '{"private":true,"type":"module"}\n');
  npm(["install", "--silent", "--no-fund", "--no-audit", "./callboard-api-0.1.0.tgz"], project);
  return project;
}

/** One thing that was said. */
export const said = (sessionId, number) => ({
  sessionId,
  type: "transcript.final",
  payload: {
    utteranceId: `u${number}`,
    speaker: "user",
    text: `Grüße № ${number}`,
    startMs: number,
    endMs: number + 1,
  },
});
