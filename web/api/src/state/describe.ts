/** Words for events: family, weight, and one line that says what happened. */
import type { CallEvent } from "../wire.ts";
import { flag, isReported, number, type Payload, text } from "./fields.ts";
import type { CallState, ParticipantView, Utterance } from "./model.ts";

export const FAMILIES = ["call", "transcript", "action", "safety", "usage"] as const;
export type Family = (typeof FAMILIES)[number];

/** The family an event type belongs to; unknown ones count as `call`. */
export function familyOf(type: string): Family {
  const head = type.split(".", 1)[0];
  if (head === "transcript" || head === "safety" || head === "usage") return head;
  if (head === "action" || head === "orchestration") return "action";
  return head === "billing" ? "usage" : "call";
}

export type Weight = "plain" | "warn" | "bad";

const WEIGHTS: Readonly<Record<string, Weight>> = {
  "call.error": "bad",
  "call.terminal_failure": "bad",
  "action.failed": "bad",
  "safety.blocked": "bad",
  "call.reconnecting": "warn",
  "usage.warning": "warn",
  "usage.stopped": "warn",
};

export const weightOf = (type: string): Weight => WEIGHTS[type] ?? "plain";

/** What stands beside an event: concluded rather than heard, or told by a participant's page. */
export function noteOf(event: CallEvent): string | undefined {
  if (flag(event.payload, "inferred")) return "inferred";
  if (isReported(event.payload)) return "reported";
  return text(event.payload, "source") === "typed" ? "typed" : undefined;
}

export const roleName = { caller: "Caller", agent: "Assistant", observer: "Observer" } as const;

/** A participant's name, or the role where nobody gave one. */
export const nameOf = (person: ParticipantView | undefined): string | undefined =>
  person && (person.name?.trim() || roleName[person.role]);

type People = CallState["participants"];

const who = (payload: Payload, people: People): string => {
  const id = text(payload, "participantId");
  if (id === undefined) return "";
  return nameOf(people.get(id)) ?? text(payload, "name") ?? text(payload, "identity") ?? "Someone";
};

/** Who spoke, in words. */
export function speakerOf(said: Pick<Utterance, "participantId" | "speaker">, people: People): string {
  const known = nameOf(people.get(said.participantId ?? ""));
  if (known) return known;
  return said.speaker === "agent" ? "Assistant" : said.speaker === "user" ? "Caller" : "Unknown";
}

/** Milliseconds as a person would say them: `812 ms`, `4.2 s`, `3 min 5 s`. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

export const words = (code: string | undefined): string => (code ?? "").replaceAll("_", " ");

const parts = (...all: (string | undefined | false)[]): string => all.filter(Boolean).join(", ");

type Line = (payload: Payload, people: People) => string;

const said: Line = (payload, people) => {
  if (flag(payload, "erased")) return "erased";
  const speaker = text(payload, "speaker");
  const name = speakerOf(
    {
      participantId: text(payload, "participantId"),
      speaker: speaker === "agent" || speaker === "user" ? speaker : "unknown",
    },
    people,
  );
  return `${name}: ${text(payload, "text") ?? ""}`;
};

const amount: Line = (p) => {
  const seconds = number(p, "billableSeconds");
  const measured =
    seconds === undefined ? `${number(p, "quantity") ?? ""} ${text(p, "unit") ?? ""}`.trim() : `${seconds} s`;
  return parts(text(p, "meterId"), measured);
};

const LINES: Readonly<Record<string, Line>> = {
  "call.started": (p) => parts(text(p, "channel"), text(p, "direction"), text(p, "provider")),
  "call.connected": () => "connected",
  "call.participant.joined": (p, people) => parts(who(p, people), text(p, "role") ?? text(p, "kind")),
  "call.participant.left": (p, people) => parts(who(p, people), words(text(p, "reason"))),
  "call.track.published": (p, people) => parts(who(p, people), text(p, "kind")),
  "call.track.unpublished": (p, people) => parts(who(p, people), text(p, "kind")),
  "call.reconnecting": (p, people) =>
    parts(who(p, people), `attempt ${number(p, "attempt") ?? 1}`, words(text(p, "reason"))),
  "call.resumed": (p, people) => parts(who(p, people), `gap ${spanText(number(p, "gapMs") ?? 0)}`),
  "call.agent.state_changed": (p, people) => parts(who(p, people), text(p, "state")),
  "call.ended": (p) => parts(words(text(p, "endReason")), spanText(number(p, "durationMs") ?? 0)),
  "call.erased": (p) => `personal text of ${number(p, "events") ?? 0} events was made unreadable`,
  "call.error": (p) => parts(text(p, "code"), text(p, "message")),
  "call.terminal_failure": (p) => parts(text(p, "code"), text(p, "message")),
  "call.turn.timing": (p) => `${number(p, "totalMs") ?? 0} ms from voice to voice`,
  "call.turn.owner_changed": (p) => parts(text(p, "owner"), words(text(p, "reason"))),
  "transcript.partial": said,
  "transcript.final": said,
  "orchestration.action.requested": (p) => parts(text(p, "actionType"), text(p, "summary")),
  "action.proposed": (p) => parts(text(p, "actionType"), text(p, "summary")),
  "action.requires_confirmation": (p) => text(p, "reason") ?? "",
  "action.executed": (p) => parts(text(p, "resultRef"), spanText(number(p, "durationMs") ?? 0)),
  "action.failed": (p) => parts(text(p, "code"), text(p, "message")),
  "action.cancelled": (p) => words(text(p, "reason")),
  "safety.blocked": (p) => parts(text(p, "policyId"), words(text(p, "reason"))),
  "safety.approved": (p) => parts(text(p, "policyId"), text(p, "decision")),
  "usage.tick": amount,
  "billing.usage.recorded": amount,
  "usage.warning": (p) => text(p, "message") ?? "",
  "usage.stopped": (p) => words(text(p, "reason")),
};

/** One line that says what an event tells, without its type. */
export const describe = (event: CallEvent, people: People): string =>
  LINES[event.type]?.(event.payload, people) ?? "";
