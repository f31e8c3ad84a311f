// What a journey plays on: LiveKit behind our proxies, Callboard, and the people. Ends everything that it started.
import { createHmac } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Api } from "./api.mjs";
import { freePort, freeUdpPort, livekitVersion, ROOT, scratch, startCallboard, startLiveKit } from "./processes.mjs";
import { TcpProxy, UdpProxy } from "./proxies.mjs";
import { until } from "./until.mjs";

/** Asks LiveKit itself which rooms there are, over its own API with a token of our own making. */
export async function listRooms({ url, key, secret }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const head = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: key, nbf: now - 5, exp: now + 60, video: { roomList: true } })}`;
  const signature = createHmac("sha256", secret).update(head).digest("base64url");
  const answer = await fetch(`${url.replace(/^ws/, "http")}/twirp/livekit.RoomService/ListRooms`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${head}.${signature}` },
    body: "{}",
  });
  if (!answer.ok) throw new Error(`ListRooms: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()).rooms ?? []).map((room) => room.name);
}

class Stage {
  constructor() {
    this.people = [];
    this.closers = [];
  }

  secrets() {
    return { "LiveKit's secret": this.media.secret, "the API key": this.callboard.ready.apiKey };
  }

  /** Kills Callboard without a word, and starts it again on the same data after `ms`. */
  async killCallboard(ms) {
    await this.callboard.kill();
    await pause(ms);
    this.callboard = await this.serve();
  }

  /** Kills LiveKit without a word, and starts it again after `ms`: rooms and people are gone, their names come back. */
  async killLiveKit(ms) {
    await this.media.kill();
    await pause(ms);
    this.media = await this.media.again();
  }

  /** Cuts a person's signalling and media; gives what was found to cut. */
  async cut(person) {
    const { ports } = await person.measure();
    return { sockets: this.tcp.cut(person.participant.identity), flows: this.udp.cut(ports) };
  }

  /** Ends the cut. */
  heal(person) {
    this.tcp.heal(person.participant.identity);
    this.udp.heal();
  }

  rooms() {
    return listRooms(this.media);
  }

  /** Keeps pictures and the servers' logs of a run that failed. */
  async explain(error) {
    const folder = join(ROOT, "artifacts", "live");
    mkdirSync(folder, { recursive: true });
    for (const person of this.people) {
      await person.picture(`failed-${person.name}`).catch(() => {});
      const text = await person.page.locator("body").innerText().catch(() => "(the browser is gone)");
      writeFileSync(join(folder, `failed-${person.name}.txt`), `${person.errors.join("\n")}\n\n${text}`);
    }
    for (const name of ["callboard.log", "livekit.log"]) {
      try {
        cpSync(join(this.folder, name), join(folder, `failed-${name}`));
      } catch {
        // An external LiveKit keeps its log elsewhere.
      }
    }
    console.error(`pictures and logs of the failure are in artifacts/live/ (${error.message?.split("\n")[0]})`);
  }

  async close() {
    await Promise.all(this.people.map((person) => person.close()));
    for (const close of this.closers.reverse()) await close();
  }
}

/** Starts everything; `external` uses LIVEKIT_URL and its keys. `more` is added to Callboard's environment. */
export async function startStage({ external = false, media = true, env: more = {} } = {}) {
  const stage = new Stage();
  try {
    const folder = scratch("live");
    stage.folder = folder.path;
    stage.closers.push(async () => folder.close());
    stage.data = join(folder.path, "data");
    const httpPort = await freePort();
    let env = {};
    if (external) env = useExternal(stage);
    else if (media) env = await startMedia(stage, httpPort);
    stage.serve = () =>
      startCallboard({
        data: stage.data,
        listen: process.env.CALLBOARD_LISTEN && external ? process.env.CALLBOARD_LISTEN : `127.0.0.1:${httpPort}`,
        env: { ...env, ...more },
        log: join(folder.path, "callboard.log"),
      });
    stage.callboard = await stage.serve();
    stage.closers.push(() => stage.callboard.stop());
    stage.url = stage.callboard.ready.url;
    stage.api = new Api(stage.url, stage.callboard.ready.apiKey);
    stage.versions = { ...stage.versions, callboard: stage.callboard.ready.version, node: process.version };
    await until("the server is healthy", async () => (await fetch(`${stage.url}/health`)).ok);
    return stage;
  } catch (error) {
    await stage.close();
    throw error;
  }
}

function useExternal(stage) {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret, LIVEKIT_PUBLIC_URL, CALLBOARD_PUBLIC_URL } = process.env;
  stage.media = { url, key, secret };
  stage.versions = { livekit: url };
  return {
    LIVEKIT_URL: url,
    LIVEKIT_API_KEY: key,
    LIVEKIT_API_SECRET: secret,
    ...(LIVEKIT_PUBLIC_URL ? { LIVEKIT_PUBLIC_URL } : {}),
    ...(CALLBOARD_PUBLIC_URL ? { CALLBOARD_PUBLIC_URL } : {}),
  };
}

async function startMedia(stage, httpPort) {
  const [livekitPort, udpPort] = [await freePort(), await freeUdpPort()];
  stage.tcp = new TcpProxy(livekitPort);
  const signalPort = await stage.tcp.listen();
  stage.closers.push(async () => stage.tcp.close());
  stage.udp = new UdpProxy(udpPort);
  await stage.udp.listen();
  stage.closers.push(async () => stage.udp.close());
  stage.media = await startLiveKit({
    folder: stage.folder,
    httpPort: livekitPort,
    udpPort,
    webhookUrl: `http://127.0.0.1:${httpPort}/v1/call/livekit/events`,
  });
  // With people in a room LiveKit waits for them; tests do not.
  stage.closers.push(() => stage.media.stop(2_000));
  stage.versions = { livekit: livekitVersion() };
  return {
    LIVEKIT_URL: `ws://127.0.0.1:${livekitPort}`,
    LIVEKIT_PUBLIC_URL: `ws://127.0.0.1:${signalPort}`,
    LIVEKIT_API_KEY: stage.media.key,
    LIVEKIT_API_SECRET: stage.media.secret,
  };
}
