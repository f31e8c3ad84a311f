// The network between one person and LiveKit, in our hands: a TCP proxy for signalling and a UDP proxy for media.
// Neither the DevTools network emulation nor Playwright's offline switch cuts WebSocket and WebRTC; this does.
import dgram from "node:dgram";
import net from "node:net";

/** Whose connection it is: the identity in the access token of the first request line. */
function identityOf(firstBytes) {
  const token = /[?&]access_token=([^&\s]+)/.exec(firstBytes)?.[1];
  if (!token) return undefined;
  const claims = JSON.parse(Buffer.from(decodeURIComponent(token).split(".")[1], "base64url").toString());
  return claims.sub;
}

/** Signalling. `cut(identity)` resets that person's connections and refuses new ones until `heal`. */
export class TcpProxy {
  constructor(targetPort) {
    this.targetPort = targetPort;
    this.open = new Map();
    this.cutOff = new Set();
    this.server = net.createServer((client) => this.#accept(client));
  }

  listen() {
    return new Promise((resolve) => this.server.listen(0, "127.0.0.1", () => resolve(this.server.address().port)));
  }

  #accept(client) {
    client.on("error", () => {});
    client.once("data", (first) => {
      const identity = identityOf(first.toString("latin1"));
      if (identity && this.cutOff.has(identity)) {
        client.resetAndDestroy();
        return;
      }
      const upstream = net.connect(this.targetPort, "127.0.0.1");
      upstream.on("error", () => client.destroy());
      upstream.write(first);
      client.pipe(upstream).pipe(client);
      client.on("close", () => {
        upstream.destroy();
        this.open.delete(client);
      });
      upstream.on("close", () => client.destroy());
      this.open.set(client, identity);
    });
  }

  cut(identity) {
    this.cutOff.add(identity);
    let count = 0;
    for (const [client, owner] of this.open) {
      if (owner === identity) {
        client.resetAndDestroy();
        count += 1;
      }
    }
    return count;
  }

  heal(identity) {
    this.cutOff.delete(identity);
  }

  close() {
    for (const client of this.open.keys()) client.destroy();
    this.server.close();
  }
}

/**
 * Media. LiveKit listens on 127.0.0.1:port and says that it listens on 127.0.0.2:port, where this proxy is. Each
 * client address gets an upstream socket of its own, whose port is what the page sees as its own (a reflexive
 * candidate): that is how one person's flow is found.
 */
export class UdpProxy {
  constructor(port) {
    this.port = port;
    this.flows = new Map();
    this.cutPorts = new Set();
    this.cutting = false;
    this.dropped = 0;
  }

  listen() {
    this.socket = dgram.createSocket("udp4");
    this.socket.on("message", (packet, from) => this.#outward(packet, from));
    return new Promise((resolve, reject) => {
      this.socket.once("error", reject);
      this.socket.bind(this.port, "127.0.0.2", resolve);
    });
  }

  #outward(packet, from) {
    const key = `${from.address}:${from.port}`;
    let flow = this.flows.get(key);
    if (!flow) {
      flow = { upstream: dgram.createSocket("udp4"), clientPort: from.port, queue: [], cut: this.cutting };
      this.flows.set(key, flow);
      flow.upstream.on("message", (answer) => {
        if (flow.cut) this.dropped += 1;
        else this.socket.send(answer, from.port, from.address);
      });
      flow.upstream.on("error", () => {});
      flow.upstream.bind(0, "127.0.0.1", () => {
        flow.upstreamPort = flow.upstream.address().port;
        for (const waiting of flow.queue.splice(0)) flow.upstream.send(waiting, this.port, "127.0.0.1");
      });
    }
    if (flow.cut) this.dropped += 1;
    else if (flow.upstreamPort === undefined) flow.queue.push(packet);
    else flow.upstream.send(packet, this.port, "127.0.0.1");
  }

  /** Drops the flows that use one of `ports` on either side, and every flow that begins before `heal`. */
  cut(ports) {
    this.cutting = true;
    let count = 0;
    for (const flow of this.flows.values()) {
      if (ports.includes(flow.clientPort) || ports.includes(flow.upstreamPort)) {
        flow.cut = true;
        count += 1;
      }
    }
    return count;
  }

  heal() {
    this.cutting = false;
    for (const flow of this.flows.values()) flow.cut = false;
  }

  close() {
    this.socket.close();
    for (const flow of this.flows.values()) flow.upstream.close();
  }
}
