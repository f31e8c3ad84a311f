// A call as it could have been: two people and an observer, words, a cut and a return, proposals, an error. It is played
// faster than life, and told to the server through webhooks and the API like any other.
import { setTimeout as pause } from "node:timers/promises";
import { PlayedRoom } from "./webhooks.mjs";

const SAID = [
  [14, 5.1, "host", "Good afternoon, Harbour Kitchen. How can I help you?"],
  [21, 4.2, "guest", "Hello! I would like to book a table for Friday evening."],
  [27, 3.4, "host", "With pleasure. For how many people?"],
  [33, 2.6, "guest", "Four, and one of us uses a wheelchair."],
  [38, 6.4, "host", "Thank you for saying so. I keep the table by the window free, it has a ramp."],
  [61, 7.8, "host", "Let me look at Friday. I have a table for four at seven, or at half past eight. Which suits you better?"],
  [72, 3.1, "guest", "Seven is perfect."],
  [76, 5.2, "guest", "Could you send me the confirmation by mail?"],
  [118, 6.6, "host", "Of course. I am asking a colleague to release the message, one moment."],
  [131, 4.9, "guest", "While we wait, is there parking near the restaurant?"],
  [139, 8.3, "host", "There is a garage at the fish market, three minutes on foot. We stamp the ticket for two hours."],
  [152, 2.2, "guest", "That is very kind."],
  [163, 6.1, "host", "The confirmation is on its way to guest@example.org. Is there anything else?"],
  [174, 3.9, "guest", "No, thank you. See you on Friday!"],
  [180, 3.3, "host", "See you on Friday. Goodbye!"],
];

/** What happens when, in seconds since the connection; `append` and `room` are told the real instant. */
function script(room, people, append, pace) {
  const { guest, host, observer } = people;
  const back = { ...guest, sid: "PA_guest_2" };
  const steps = [
    [0, (at) => room.deliver("room_started", at)],
    [0, (at) => room.joined(guest, at)],
    [0.6, (at) => room.published(guest, at)],
    [6, (at) => room.joined(host, at)],
    [7, (at) => room.published(host, at)],
    [44, (at) => room.joined(observer, at)],
    [96, (at) => room.left(guest, at, "SIGNAL_CLOSE")],
    [107, (at) => room.joined(back, at)],
    [156, (at) => room.left(observer, at, "PARTICIPANT_REMOVED")],
    [55, (at) => append("action.proposed", at, { actionId: "act_1", actionType: "bookings.search", summary: "tables for four on Friday" })],
    [80, (at) => append("action.proposed", at, { actionId: "act_2", actionType: "bookings.create", summary: "Friday 19:00, four people" })],
    [122, (at) => append("action.proposed", at, { actionId: "act_3", actionType: "outreach.requestSend", summary: "confirmation to guest@example.org" })],
    [88, (at) => append("call.error", at, { code: "AGENT_TOOL_TIMEOUT", message: "The calendar did not answer within 5 s.", retryable: true })],
  ];
  for (const [at, totalMs] of [[26.2, 640], [37.4, 812], [60, 1_430], [117, 905], [138, 733], [162, 688]]) {
    const timing = { turnId: `turn_${at}`, captureToBackendMs: 120, orchestratorMs: totalMs - 300, playbackStartMs: 180, totalMs, sloBreached: totalMs > 1_000 };
    steps.push([at, (when) => append("call.turn.timing", when, timing)]);
  }
  for (const [start, length, who, text] of SAID) steps.push(...utterance(start, length, people[who], text, append, pace));
  return steps.sort(([a], [b]) => a - b);
}

/** Growing partials, then the final. */
function utterance(start, length, person, text, append, pace) {
  const words = text.split(" ");
  const common = { utteranceId: `utt_${start}`, speaker: person.kind === "AGENT" ? "agent" : "user", participantId: person.participantId, startMs: Math.round((start * 1000) / pace) };
  const steps = [];
  for (let share = 1; share <= 3; share += 1) {
    const end = start + (length * share) / 3;
    const said = words.slice(0, Math.ceil((words.length * share) / 3)).join(" ");
    const type = share === 3 ? "transcript.final" : "transcript.partial";
    steps.push([end, (at) => append(type, at, { ...common, text: said, endMs: Math.round((end * 1000) / pace) })]);
  }
  return steps;
}

/**
 * Plays the call, `pace` times as fast as life, up to a second of its script. It is left running; the answer has its id and
 * what is needed to go on with it.
 */
export async function playRecord(stage, provider, { pace = 20, title, until = Infinity } = {}) {
  const { api, url } = stage;
  const session = await api.createSession({ ...(title ? { metadata: { title } } : {}), limits: { reconnectWindowMs: 600_000 } });
  const { sessionId } = session;
  const seat = async (name, kind, sid, more = {}) => {
    const { joinUrl } = await api.joinLink(sessionId, name, { kind });
    const joined = await api.post("/v1/join", { token: new URL(joinUrl).hash.slice(1), displayName: name });
    const { identity } = joined.session.participants.find((one) => one.participantId === joined.participantId);
    return { sid, identity, name, participantId: joined.participantId, ...more };
  };
  const people = {
    guest: await seat("Guest", "caller", "PA_guest_1"),
    host: await seat("Host", "agent", "PA_host", { kind: "AGENT" }),
    observer: await seat("Observer", "observer", "PA_observer"),
  };
  const append = (type, at, payload) => {
    const callId = type.startsWith("call.") ? { callId: sessionId } : {};
    return api.post("/v1/realtime/events", { sessionId, type, ts: new Date(at).toISOString(), payload: { ...callId, ...payload } });
  };
  const room = new PlayedRoom(url, provider, session.providerRoomId);
  const zero = Date.now();
  for (const [second, act] of script(room, people, append, pace)) {
    if (second > until) break;
    const due = zero + (second * 1000) / pace;
    if (due > Date.now()) await pause(due - Date.now());
    await act(due);
  }
  return { sessionId, zero, people, room, append };
}
