import type { CallEvent, Connection, Participant, ParticipantKind, ParticipantRole } from "../wire.ts";
import { compact, flag, instant, isReported, number, oneOf, type Payload, text } from "./fields.ts";
import type { Cut, ParticipantView } from "./model.ts";

const KINDS = ["standard", "agent", "phone", "ingress", "egress", "other"] as const;
const ROLES = ["caller", "agent", "observer"] as const;
const TRACKS = ["audio", "video", "screen"] as const;

const usualRole = (kind: ParticipantKind): ParticipantRole => {
  if (kind === "agent") return "agent";
  return kind === "standard" || kind === "phone" ? "caller" : "observer";
};

/** A participant as a session snapshot shows it. */
export function fromSnapshot(participant: Participant): ParticipantView {
  const joinedAt = instant(participant.joinedAt);
  const leftAt = instant(participant.leftAt);
  return compact<ParticipantView>({
    participantId: participant.participantId,
    identity: participant.identity,
    kind: participant.kind,
    role: participant.role ?? usualRole(participant.kind),
    name: participant.name,
    state: participant.state,
    joinedAt,
    leftAt,
    leaveReason: participant.leaveReason,
    presence: joinedAt === undefined ? [] : [compact({ from: joinedAt, to: leftAt })],
    tracks: {},
  });
}

/** The open cut that a snapshot's participant is in, if any. */
export function cutFromSnapshot(participant: Participant): Cut | undefined {
  const from = instant(participant.reconnect?.lostAt);
  if (!participant.reconnect || from === undefined) return undefined;
  return compact<Cut>({
    participantId: participant.participantId,
    from,
    attempt: participant.reconnect.attempt,
    reported: false,
    windowEndsAt: instant(participant.reconnect.windowEndsAt),
  });
}

function stranger(participantId: string, payload: Payload): ParticipantView {
  const kind = oneOf(text(payload, "kind"), KINDS, "other");
  return compact<ParticipantView>({
    participantId,
    identity: text(payload, "identity") ?? participantId,
    kind,
    role: oneOf(text(payload, "role"), ROLES, usualRole(kind)),
    name: text(payload, "name"),
    state: "invited",
    presence: [],
    tracks: {},
  });
}

export function joined(people: Map<string, ParticipantView>, event: CallEvent, at: number): void {
  const id = text(event.payload, "participantId");
  if (id === undefined) return;
  const seen = people.get(id);
  const told = stranger(id, event.payload);
  const last = seen?.presence.at(-1);
  const present = last !== undefined && last.to === undefined;
  const back = { ...(seen ?? told) };
  delete back.leftAt;
  delete back.leaveReason;
  people.set(id, {
    ...back,
    identity: told.identity,
    kind: told.kind,
    role: text(event.payload, "role") === undefined && seen ? seen.role : told.role,
    ...(told.name === undefined ? {} : { name: told.name }),
    state: "connected",
    joinedAt: seen?.joinedAt ?? at,
    presence: present ? seen!.presence : [...(seen?.presence ?? []), { from: at }],
  });
}

export function left(people: Map<string, ParticipantView>, event: CallEvent, at: number): void {
  const id = text(event.payload, "participantId");
  if (id === undefined) return;
  const seen = people.get(id) ?? stranger(id, event.payload);
  people.set(
    id,
    compact<ParticipantView>({
      ...seen,
      state: "left",
      leftAt: at,
      leaveReason: text(event.payload, "reason"),
      presence: close(seen.presence, at),
      tracks: {},
    }),
  );
}

const close = (presence: ParticipantView["presence"], at: number) =>
  presence.map((stretch) => (stretch.to === undefined ? { ...stretch, to: at } : stretch));

/** Closes every presence: the call is over for all. */
export function everyoneLeft(people: Map<string, ParticipantView>, at: number): void {
  for (const [id, person] of people) {
    if (person.state === "left" || person.state === "invited") continue;
    people.set(id, { ...person, state: "left", leftAt: at, presence: close(person.presence, at) });
  }
}

export function track(people: Map<string, ParticipantView>, event: CallEvent, published: boolean): void {
  const id = text(event.payload, "participantId");
  const trackId = text(event.payload, "trackId");
  const seen = id === undefined ? undefined : people.get(id);
  if (!seen || trackId === undefined) return;
  const { [trackId]: _gone, ...rest } = seen.tracks;
  const kind = oneOf(text(event.payload, "kind"), TRACKS, "audio");
  people.set(seen.participantId, { ...seen, tracks: published ? { ...rest, [trackId]: kind } : rest });
}

export function agentState(people: Map<string, ParticipantView>, event: CallEvent): void {
  const seen = people.get(text(event.payload, "participantId") ?? "");
  const state = text(event.payload, "state");
  if (seen && state !== undefined) people.set(seen.participantId, { ...seen, agentState: state });
}

/** A loss: the participant's own report is a hint beside the provider's fact, and opens no window. */
export function lost(
  people: Map<string, ParticipantView>,
  cuts: Cut[],
  event: CallEvent,
  windowMs: number | undefined,
): void {
  const participantId = text(event.payload, "participantId");
  const from = instant(text(event.payload, "at")) ?? Date.parse(event.ts);
  const reported = isReported(event.payload);
  const open = cuts.findIndex((cut) => cut.to === undefined && cut.participantId === participantId);
  const earlier = open < 0 ? undefined : cuts[open];
  const windowEndsAt =
    instant(text(event.payload, "windowEndsAt")) ??
    earlier?.windowEndsAt ??
    (reported || windowMs === undefined ? undefined : from + windowMs);
  const cut = compact<Cut>({
    participantId,
    from: earlier?.from ?? from,
    attempt: number(event.payload, "attempt") ?? (earlier?.attempt ?? 0) + 1,
    reported: reported && (earlier?.reported ?? true),
    reason: text(event.payload, "reason") ?? earlier?.reason,
    windowEndsAt,
  });
  if (open < 0) cuts.push(cut);
  else cuts[open] = cut;
  const seen = participantId === undefined ? undefined : people.get(participantId);
  if (seen && !reported && seen.state !== "left") {
    people.set(seen.participantId, { ...seen, state: "reconnecting" });
  }
}

/** A return: what a page reported closes only what a page reported. */
export function resumed(people: Map<string, ParticipantView>, cuts: Cut[], event: CallEvent): void {
  const participantId = text(event.payload, "participantId");
  const at = instant(text(event.payload, "at")) ?? Date.parse(event.ts);
  const reported = isReported(event.payload);
  const gapMs = number(event.payload, "gapMs");
  const open = cuts.findIndex(
    (cut) => cut.to === undefined && cut.participantId === participantId && (cut.reported || !reported),
  );
  const cut = cuts[open];
  if (cut) cuts[open] = compact<Cut>({ ...cut, to: at, gapMs });
  else if (gapMs !== undefined && gapMs > 0 && !cuts.some((other) => other.to === undefined)) {
    cuts.push(compact<Cut>({ participantId, from: at - gapMs, to: at, attempt: 1, reported, gapMs }));
  }
  const seen = participantId === undefined ? undefined : people.get(participantId);
  if (seen && !reported && seen.state === "reconnecting") {
    people.set(seen.participantId, { ...seen, state: "connected" });
  }
}

/** Closes the open cuts of one participant, or all of them. */
export function closeCuts(cuts: Cut[], at: number, participantId?: string): void {
  cuts.forEach((cut, index) => {
    const theirs = participantId === undefined || cut.participantId === participantId;
    if (cut.to === undefined && theirs) cuts[index] = { ...cut, to: at };
  });
}

/** The call's connection as its callers show it; `undefined` when no caller was ever there. */
export function connectionOf(people: ReadonlyMap<string, ParticipantView>): Connection | undefined {
  const callers = [...people.values()].filter((p) => p.role === "caller" && p.presence.length > 0);
  if (callers.length === 0) return undefined;
  if (callers.some((p) => p.state === "connected")) return "connected";
  if (callers.some((p) => p.state === "reconnecting")) return "reconnecting";
  return "disconnected";
}

export const isInferred = (event: CallEvent): boolean => flag(event.payload, "inferred");
