// One person with a browser of their own and a fake microphone that beeps once a second.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";
import { ROOT } from "./processes.mjs";
import { until } from "./until.mjs";

/** Grown energy that silence does not reach: silence alone gives about 1e-12. */
export const AUDIBLE = 1e-3;

export const FLAGS = [
  "--no-sandbox",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-domain-reliability",
  "--disable-quic",
  "--disable-gpu",
  "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints",
];
/** Keeps the browser from asking any name server; left out when LiveKit is somewhere else. */
export const LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1";

/** Where Chromium is: CHROMIUM, else what the install script finds. */
export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const found = spawnSync(join(ROOT, "scripts", "install-chromium.sh"), { encoding: "utf8" });
  if (found.status !== 0) throw new Error(found.stderr.trim());
  return found.stdout.trim().split("\n").at(-1);
}

/** Keeps hold of what the page opens, so that the test can read statistics and cut a socket. */
function watch() {
  const peers = [];
  const sockets = [];
  const Peer = window.RTCPeerConnection;
  const Socket = window.WebSocket;
  window.RTCPeerConnection = class extends Peer {
    constructor(...given) {
      super(...given);
      peers.push(this);
    }
  };
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
    }
  };
  window.__watched = { peers, sockets };
}

/** Runs in the page: sums over what is received, and the ports that media uses here. */
async function measure() {
  const seen = { energy: 0, packets: 0, bytes: 0, lost: 0, sentPackets: 0, tracks: 0, ports: [], codecs: [] };
  for (const peer of window.__watched.peers.filter((one) => one.connectionState !== "closed")) {
    const stats = await peer.getStats();
    const byId = new Map([...stats.values()].map((one) => [one.id, one]));
    for (const one of stats.values()) {
      if (one.type === "inbound-rtp" && one.kind === "audio") {
        seen.energy += one.totalAudioEnergy ?? 0;
        seen.packets += one.packetsReceived ?? 0;
        seen.bytes += one.bytesReceived ?? 0;
        seen.lost += one.packetsLost ?? 0;
        seen.tracks += 1;
        seen.codecs.push(byId.get(one.codecId)?.mimeType);
      }
      if (one.type === "outbound-rtp" && one.kind === "audio") seen.sentPackets += one.packetsSent ?? 0;
      if (one.type === "local-candidate") seen.ports.push(one.port, one.relatedPort);
    }
  }
  seen.ports = [...new Set(seen.ports.filter(Boolean))];
  return seen;
}

/**
 * Whether a line of the browser's console is an error of the page. A refusal that the page shows, and what the media
 * client says of a cut, are not.
 */
function isPageError(message) {
  if (/Content Security Policy/i.test(message.text())) return true;
  const expected = /^Failed to load resource|^WebSocket connection to/.test(message.text()) || message.location().url.includes("livekit-client");
  return message.type() === "error" && !expected;
}

export class Person {
  /** Opens a browser. `external` lets it reach other hosts; `context` is Playwright's, for phones and dark mode. */
  static async open(name, { external = false, context = {} } = {}) {
    const person = new Person();
    person.name = name;
    person.browser = await chromium.launch({
      executablePath: chromiumPath(),
      headless: true,
      args: external ? FLAGS : [...FLAGS, LOOPBACK_ONLY],
    });
    person.version = person.browser.version();
    const cdp = await person.browser.newBrowserCDPSession();
    const { processInfo } = await cdp.send("SystemInfo.getProcessInfo");
    person.pid = processInfo.find((one) => one.type === "browser").id;
    person.context = await person.browser.newContext({ permissions: ["microphone", "clipboard-read", "clipboard-write"], ...context });
    await person.context.addInitScript(watch);
    person.page = await person.context.newPage();
    person.errors = [];
    person.#listen(person.page);
    return person;
  }

  #listen(page) {
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (isPageError(message)) this.errors.push(message.text());
    });
  }

  /** Another tab of the same browser. */
  async tab() {
    const page = await this.context.newPage();
    this.#listen(page);
    return page;
  }

  measure() {
    return this.page.evaluate(measure);
  }

  /** Waits until what this person hears has grown by an audible amount, and says how long that took. */
  async hears({ ms = 15_000 } = {}) {
    const begun = performance.now();
    const before = await this.measure();
    const after = await until(
      `${this.name} hears the other (energy has to grow by ${AUDIBLE})`,
      async () => {
        const now = await this.measure();
        return now.energy - before.energy > AUDIBLE && now.packets > before.packets ? now : undefined;
      },
      { ms, every: 100 },
    );
    return { ms: Math.round(performance.now() - begun), grew: after.energy - before.energy, packets: after.packets - before.packets };
  }

  /**
   * Whether nothing audible arrives over `ms`, which is more than two periods of the beep. What was buffered before a
   * cut still sounds for a moment; that moment is let pass first.
   */
  async isDeaf(ms = 2_500) {
    await pause(700);
    const before = await this.measure();
    await pause(ms);
    return (await this.measure()).energy - before.energy <= AUDIBLE;
  }

  /** Ends the whole browser as a crash or a dead battery would. Closing a page is something else: it says goodbye. */
  crash() {
    process.kill(this.pid, "SIGKILL");
  }

  /** Keeps a picture of the page for people to look at. */
  async picture(name) {
    const folder = join(ROOT, "artifacts", "live");
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, animations: "disabled" });
  }

  async close() {
    await this.browser.close().catch(() => {});
  }
}
