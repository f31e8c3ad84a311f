// Starts the servers of a test, each in a folder of its own under the system's temporary one, and ends exactly those.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { createSocket } from "node:dgram";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The server under test: CALLBOARD_BIN, else the development build. */
export function callboardBinary() {
  const path = process.env.CALLBOARD_BIN ?? join(ROOT, "target", "debug", "callboard");
  if (!existsSync(path)) throw new Error(`${path} is missing; build it: cargo build -p callboard`);
  return path;
}

/** The LiveKit server: LIVEKIT_SERVER, else the one that scripts/install-livekit.sh builds. */
export function livekitBinary() {
  const path = process.env.LIVEKIT_SERVER ?? join(ROOT, ".tools", "go", "bin", "livekit-server");
  if (!existsSync(path)) throw new Error(`${path} is missing; run scripts/install-livekit.sh`);
  return path;
}

/** What the LiveKit server says of itself. */
export const livekitVersion = () => spawnSync(livekitBinary(), ["--version"], { encoding: "utf8" }).stdout.trim().split(" ").at(-1);

/** A port that is free on loopback for TCP. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A port that is free for UDP on 127.0.0.1 and on 127.0.0.2 alike. */
export async function freeUdpPort() {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = createSocket("udp4");
    const port = await bind(first, 0, "127.0.0.1");
    const second = createSocket("udp4");
    try {
      await bind(second, port, "127.0.0.2");
      return port;
    } catch {
      // Taken on the second address: try another.
    } finally {
      first.close();
      second.close();
    }
  }
  throw new Error("no UDP port is free on both loopback addresses");
}

function bind(socket, port, address) {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => resolve(socket.address().port));
  });
}

/** A folder that `close` removes. */
export function scratch(name) {
  const path = mkdtempSync(join(tmpdir(), `callboard-${name}-`));
  return { path, close: () => rmSync(path, { recursive: true, force: true }) };
}

/** One process that we own. */
export class Owned {
  constructor(name, child, log) {
    this.name = name;
    this.child = child;
    this.log = log;
    this.exited = new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
    this.exited.then((how) => {
      this.ended = how;
    });
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    if (!this.ended) this.child.kill("SIGKILL");
    return this.exited;
  }

  /** Asks it to end, insists after `ms`; the answer says how it went. */
  async stop(ms = 12_000) {
    if (!this.ended) this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), ms);
    const how = await this.exited;
    clearTimeout(timer);
    return how;
  }

  /** The last lines that it logged. */
  tail(lines = 30) {
    return readFileSync(this.log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }
}

function start(name, binary, args, { env = {}, log, stdout = "log", keepLiveKitEnv = false }) {
  const base = { ...process.env };
  // What a test does not name must not leak in from the shell it was started in.
  for (const key of Object.keys(base)) {
    if (key.startsWith("CALLBOARD_") || (key.startsWith("LIVEKIT_") && !keepLiveKitEnv)) delete base[key];
  }
  const child = spawn(binary, args, { env: { ...base, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log, { flags: "a" });
  child.stderr.pipe(file, { end: false });
  if (stdout === "log") child.stdout.pipe(file, { end: false });
  return new Owned(name, child, log);
}

/** Starts Callboard in its local mode; `ready` is the line that it prints when it serves. */
export async function startCallboard({ data, databaseUrl, listen = "127.0.0.1:0", env = {}, log }) {
  const args = ["serve", "--dev", "--listen", listen, "--ready-json"];
  if (databaseUrl) args.push("--database-url", databaseUrl);
  if (data) args.push("--data", data);
  const owned = start("callboard", callboardBinary(), args, { env: { RUST_LOG: "info", CALLBOARD_DEMO: "off", ...env }, log, stdout: "pipe" });
  let text = "";
  owned.child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await until("Callboard serves", () => text.includes("\n") || owned.ended, { ms: 60_000, every: 20 });
  if (!text.includes("\n")) throw new Error(`Callboard ended at its start: ${JSON.stringify(owned.ended)}\n${owned.tail()}`);
  owned.ready = JSON.parse(text.slice(0, text.indexOf("\n")));
  owned.printed = () => text;
  return owned;
}

/** Starts a LiveKit server on loopback whose media address is that of our UDP proxy, 127.0.0.2. */
export async function startLiveKit({ folder, webhookUrl, httpPort, udpPort, nodeIp = "127.0.0.2" }) {
  const key = `API${randomBytes(6).toString("hex")}`;
  const secret = randomBytes(32).toString("hex");
  const config = join(folder, "livekit.yaml");
  const shape = spawnSync(join(ROOT, "scripts", "livekit-config.sh"), [httpPort, udpPort, key, secret, webhookUrl].map(String), {
    encoding: "utf8",
  });
  if (shape.status !== 0) throw new Error(`scripts/livekit-config.sh: ${shape.stderr}`);
  const yaml = shape.stdout
    .replace("node_ip: 127.0.0.1", `node_ip: ${nodeIp}`)
    .replace('includes: [127.0.0.0/8]', "includes: [127.0.0.1/32]");
  writeFileSync(config, yaml, { mode: 0o600 });
  return serveLiveKit({ config, folder, url: `http://127.0.0.1:${httpPort}`, key, secret });
}

async function serveLiveKit(place) {
  const { config, folder, url } = place;
  const owned = start("livekit", livekitBinary(), ["--config", config], { log: join(folder, "livekit.log") });
  await until("LiveKit serves", async () => owned.ended || (await fetch(url).then((answer) => answer.ok, () => false)), { ms: 15_000 });
  if (owned.ended) throw new Error(`LiveKit ended at its start\n${owned.tail()}`);
  // The same server again, with the same keys on the same ports, as a supervisor would start it.
  return Object.assign(owned, place, { again: () => serveLiveKit(place) });
}

/** Runs one of the binary's other commands and gives its exit code and text. */
export function runCallboard(args, env = {}) {
  const base = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("CALLBOARD_")));
  const done = spawnSync(callboardBinary(), args, { encoding: "utf8", env: { ...base, ...env }, timeout: 300_000 });
  return { code: done.status, text: `${done.stdout}${done.stderr}` };
}
