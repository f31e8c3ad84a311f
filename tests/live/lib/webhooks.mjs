// A media server that is played by the test: webhooks signed as LiveKit signs them, with times of our choosing.
import { createHash, createHmac, randomBytes } from "node:crypto";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The settings under which a server takes what this provider says; nothing answers at its address. */
export const fakeProvider = () => {
  const secret = randomBytes(24).toString("hex");
  return { key: "APIplayed", secret, env: { LIVEKIT_URL: "ws://127.0.0.1:9", LIVEKIT_API_KEY: "APIplayed", LIVEKIT_API_SECRET: secret } };
};

/** Delivers webhooks about one room. `at` is in milliseconds since 1970. */
export class PlayedRoom {
  constructor(url, { key, secret }, name) {
    Object.assign(this, { url, key, secret, room: { sid: `RM_${randomBytes(6).toString("hex")}`, name } });
    this.deliveries = 0;
  }

  async deliver(event, at, more = {}) {
    this.deliveries += 1;
    const body = JSON.stringify({
      event,
      id: `EV_${this.room.sid}_${this.deliveries}`,
      createdAt: String(Math.floor(at / 1000)),
      createdAtMs: String(Math.floor(at)),
      room: this.room,
      ...more,
    });
    const now = Math.floor(Date.now() / 1000);
    const sha256 = createHash("sha256").update(body).digest("base64");
    const head = `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: this.key, nbf: now - 5, exp: now + 300, sha256 })}`;
    const token = `${head}.${createHmac("sha256", this.secret).update(head).digest("base64url")}`;
    const answer = await fetch(`${this.url}/v1/call/livekit/events`, {
      method: "POST",
      headers: { authorization: token, "content-type": "application/webhook+json" },
      body,
    });
    if (!answer.ok) throw new Error(`webhook ${event}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  joined(person, at) {
    return this.deliver("participant_joined", at, { participant: { ...person, state: "ACTIVE", joinedAt: String(Math.floor(at / 1000)), joinedAtMs: String(Math.floor(at)) } });
  }

  left(person, at, disconnectReason) {
    return this.deliver("participant_left", at, { participant: { ...person, state: "DISCONNECTED", disconnectReason } });
  }

  published(person, at) {
    return this.deliver("track_published", at, { participant: person, track: { sid: `TR_${person.sid}`, type: "AUDIO", source: "MICROPHONE" } });
  }
}
