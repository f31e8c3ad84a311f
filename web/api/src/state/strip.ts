/**
 * The picture of a call: a lane for everyone who was in it, with presence, speech and cuts, and the marks
 * of actions, decisions and errors. Derived from the state alone; knows no screen. Pure.
 */
import { nameOf } from "./describe.ts";
import type { CallState, Cut, Interval, Mark, ParticipantView, Utterance } from "./model.ts";
import { zeroOf } from "./moment.ts";
import { spansOf, type SpanInput, type Spans } from "./spans.ts";

export interface StripLane {
  key: string;
  name: string;
  /** Absent for a voice that belongs to nobody who joined. */
  person?: ParticipantView;
  presence: readonly Interval[];
  /** What was said, each with the sequence of the version that stands. */
  speech: Spans;
  cuts: readonly Cut[];
  /** Cut off now. */
  lost: boolean;
}

export interface Strip {
  lanes: readonly StripLane[];
  /** In the order of their time. */
  actions: readonly Mark[];
  errors: readonly Mark[];
  /** The instant that the scale counts from, the same as in timeline and transcript. */
  zero: number;
  /** From the first presence on, so that a long wait for the first takes no room. */
  from: number;
  /** The last instant that is known of; a running call goes on until now. */
  to: number;
}

const VOICES = { agent: "Assistant", user: "Caller", unknown: "Unknown voice" } as const;

/** Whose lane an utterance is drawn in: its participant's, else the only one of that role, else its voice's. */
function laneKey(said: Utterance, call: CallState): string {
  const { participantId, speaker } = said;
  if (participantId !== undefined && call.participants.has(participantId)) return participantId;
  const role = speaker === "agent" ? "agent" : speaker === "user" ? "caller" : undefined;
  const alike = [...call.participants.values()].filter((person) => person.role === role);
  return alike.length === 1 ? alike[0]!.participantId : `voice:${speaker}`;
}

function speechByLane(call: CallState, zero: number): Map<string, SpanInput[]> {
  const lanes = new Map<string, SpanInput[]>();
  const keys = new Map<string, string>();
  for (const said of call.utterances.values()) {
    const voice = `${said.participantId ?? ""} ${said.speaker}`;
    let key = keys.get(voice);
    if (key === undefined) keys.set(voice, (key = laneKey(said, call)));
    let lane = lanes.get(key);
    if (!lane) lanes.set(key, (lane = []));
    lane.push({ from: zero + said.startMs, to: zero + said.endMs, ref: said.sequence });
  }
  return lanes;
}

function lane(call: CallState, person: ParticipantView, speech: SpanInput[] = []): StripLane {
  const cuts = call.cuts.filter((cut) => cut.participantId === person.participantId);
  return {
    key: person.participantId,
    name: nameOf(person) ?? person.identity,
    person,
    presence: person.presence,
    speech: spansOf(speech),
    cuts,
    lost:
      person.state !== "left" &&
      (person.state === "reconnecting" || cuts.some((cut) => cut.to === undefined)),
  };
}

const byTime = (marks: readonly Mark[]) => [...marks].sort((a, b) => a.at - b.at || a.sequence - b.sequence);

/** The strip of a call; `undefined` as long as nothing is known of it. */
export function stripOf(call: CallState): Strip | undefined {
  const zero = zeroOf(call);
  if (zero === undefined) return undefined;
  const speech = speechByLane(call, zero);
  const lanes = [...call.participants.values()].map((person) =>
    lane(call, person, speech.get(person.participantId)),
  );
  for (const [key, said] of speech) {
    if (!key.startsWith("voice:")) continue;
    const name = VOICES[key.slice(6) as keyof typeof VOICES];
    lanes.push({ key, name, presence: [], speech: spansOf(said), cuts: [], lost: false });
  }
  const marks = byTime(call.marks);
  const starts = lanes.map((one) =>
    Math.min(one.presence[0]?.from ?? Infinity, one.speech.starts[0] ?? Infinity),
  );
  const ends = lanes.map((one) => one.speech.reach.at(-1) ?? -Infinity);
  return {
    lanes,
    actions: marks.filter((mark) => mark.lane === "actions"),
    errors: marks.filter((mark) => mark.lane === "errors"),
    zero,
    from: Math.min(zero, marks[0]?.at ?? Infinity, ...starts),
    // Facts that follow long after the end (a settlement, say) do not stretch the picture of the call.
    to: Math.max(zero, call.overAt ?? call.lastAt ?? zero, marks.at(-1)?.at ?? zero, ...ends),
  };
}

/** The `share` quantile (0 to 1) of measured turns in milliseconds; `undefined` when none was measured. */
export function turnQuantile(turns: readonly number[], share: number): number | undefined {
  if (turns.length === 0) return undefined;
  const sorted = [...turns].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))];
}
