/**
 * The shapes of Callboard's HTTP API under the names that this package uses. They come from the
 * OpenAPI document (`generated/schema.ts`); written by hand is only what it cannot say. Optional
 * members are absent when unset, never null.
 */
import type { components, operations } from "./generated/schema.ts";

/** Every shape of the OpenAPI document, by its name there. */
export type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type SessionStatus = Schemas["Status"];
export type Connection = Schemas["ConnectionState"];
export type EndReason = Schemas["EndReason"];
export type Participant = Schemas["Participant"];
export type ParticipantRole = Schemas["ParticipantRole"];
export type ParticipantKind = Schemas["ParticipantKind"];
export type ParticipantState = Schemas["ParticipantState"];
export type Transport = Schemas["Transport"];
export type CallEvent = Schemas["Event"];
export type Problem = Schemas["Problem"];
export type Principal = Schemas["PrincipalView"];
export type Me = Schemas["Me"];
export type Login = Schemas["LoginRequest"];
export type CreateSession = Schemas["CreateSession"];
export type ChangeState = Schemas["StateAsk"];
export type CreateJoinLink = Schemas["CreateJoinLink"];
export type ConnectionReport = Schemas["ReportAsk"];
export type Joined = Schemas["JoinAnswer"];
export type Reconnected = Schemas["ReconnectAnswer"];
export type TokenAnswer = Schemas["TokenAnswer"];
export type ReconnectRequest = Schemas["ReconnectAsk"];
export type Appended = Schemas["Appended"];
export type Replay = Schemas["Replay"];
export type SessionQuery = NonNullable<operations["list_sessions"]["parameters"]["query"]>;
export type ReplayQuery = NonNullable<operations["replay"]["parameters"]["query"]>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** An event on its way in, with the id under which a repeat is recognised. */
export type NewEvent = Schemas["NewEvent"] & { eventId: string };

/** A link in the one answer that shows it whole. */
export type JoinLink = Schemas["JoinLink"] & { joinUrl: string };
