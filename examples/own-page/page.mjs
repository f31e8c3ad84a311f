// The page: media by LiveKit's client, everything else by Callboard's API with the seat's pass.
import { Room, RoomEvent } from "./livekit-client.mjs";

const $ = (id) => document.getElementById(id);
const status = (text) => ($("status").textContent = text);

/** The call of this page's address; the first visitor's page makes one. */
async function theCall() {
  const here = new URL(location.href);
  if (!here.searchParams.has("call")) {
    const { sessionId } = await (await fetch("/calls", { method: "POST" })).json();
    here.searchParams.set("call", sessionId);
    history.replaceState(null, "", here);
  }
  $("invite").href = here;
  return here.searchParams.get("call");
}

class Seat {
  constructor(seat) {
    Object.assign(this, seat);
    this.lastSequence = 0;
    this.room = new Room();
    this.room.on(RoomEvent.TrackSubscribed, (track) => document.body.append(track.attach()));
    this.room.on(RoomEvent.Reconnecting, () => status("Reconnecting"));
    this.room.on(RoomEvent.Reconnected, () => status("Connected"));
    this.room.on(RoomEvent.Disconnected, () => this.lost());
  }

  /** POSTs under the pass. */
  async post(path, body) {
    const answer = await fetch(this.callboard + path, {
      method: "POST",
      headers: { authorization: `Bearer ${this.pass}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(value.detail), { code: value.code });
    return value;
  }

  async connect() {
    await this.room.connect(this.transport.wsUrl, this.transport.accessToken);
    await this.room.localParticipant.setMicrophoneEnabled(true);
    status("Connected");
  }

  /** Follows the call, and goes on after the last event that it has seen when the socket is cut. */
  follow() {
    const socket = new WebSocket(`${this.callboard.replace(/^http/, "ws")}/v1/realtime/ws`);
    const send = (message) => socket.send(JSON.stringify(message));
    socket.onopen = () => send({ op: "auth", pass: this.pass });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.op === "ready") send({ op: "subscribe", id: "call", sessionId: this.sessionId, afterSequence: this.lastSequence });
      if (message.op === "events") message.events.forEach((event) => this.show(event));
      if (message.op === "closed") this.over = true;
    };
    socket.onclose = () => this.over || setTimeout(() => this.follow(), 1_000);
  }

  show(event) {
    this.lastSequence = event.sequence;
    if (event.type === "call.connected") this.connectedAt = Date.parse(event.ts);
    if (event.type === "transcript.final") {
      const line = document.createElement("li");
      line.textContent = `${event.payload.participantId === this.participantId ? "You" : "Other"}: ${event.payload.text}`;
      $("captions").append(line);
    }
    if (event.type === "call.ended" || event.type === "call.terminal_failure") {
      this.over = true;
      this.room.disconnect();
      status("The call is over");
    }
  }

  /** What somebody typed is part of the transcript. Times count from the moment when the call was connected. */
  say(text) {
    const endMs = Math.max(0, Date.now() - (this.connectedAt ?? Date.now()));
    const payload = { utteranceId: crypto.randomUUID(), text, startMs: endMs, endMs, source: "typed" };
    return this.post("/v1/realtime/events", { sessionId: this.sessionId, type: "transcript.final", payload });
  }

  /** LiveKit's client gave up. Callboard keeps the seat until the reconnect window is over. */
  async lost() {
    if (this.over) return;
    status("Reconnecting");
    try {
      const path = `/v1/call/sessions/${this.sessionId}/reconnect`;
      const back = await this.post(path, { resumeToken: this.resumeToken, consumerId: `page-${this.participantId}` });
      this.resumeToken = back.resumeToken;
      this.transport = back.transport;
      await this.connect();
    } catch (error) {
      if (error.code) return status(`Not in the call: ${error.message}`);
      setTimeout(() => this.lost(), 1_000); // the network is still away
    }
  }

  /** A leave is told to Callboard first: a lost connection and a hang-up look alike to a media server. */
  async leave() {
    this.over = true;
    await this.post(`/v1/call/sessions/${this.sessionId}/leave`, {});
    await this.room.disconnect();
    status("You have left");
  }
}

const call = theCall();
let seat;
$("join").onsubmit = async (event) => {
  event.preventDefault();
  status("Connecting");
  const name = encodeURIComponent(event.target.elements.name.value);
  const answer = await fetch(`/seats?call=${encodeURIComponent(await call)}&name=${name}`, { method: "POST" });
  const given = await answer.json();
  if (!answer.ok) return status(`Not in the call: ${given.detail}`);
  seat = new Seat(given);
  seat.follow();
  await seat.connect();
};
$("say").onsubmit = async (event) => {
  event.preventDefault();
  await seat?.say(event.target.elements.text.value);
  event.target.reset();
};
$("leave").onclick = () => seat?.leave();
