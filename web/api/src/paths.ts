/**
 * The routes that this package calls, in the form openapi-fetch reads. Written by hand from the wire
 * shapes; gives way to `generated/schema.ts` as soon as the OpenAPI document is committed.
 */
import type * as W from "./wire.ts";

interface Operation<Answer, Body, Query, Path> {
  parameters: { query?: Query; path: Path; header?: never; cookie?: never };
  requestBody: { content: { "application/json": Body } };
  responses: {
    200: { headers: Record<string, unknown>; content: { "application/json": Answer } };
    default: { headers: Record<string, unknown>; content: { "application/problem+json": W.Problem } };
  };
}

interface Read<Answer, Query = never, Path = undefined> {
  parameters: {
    query?: Query;
    path: Path extends undefined ? never : Path;
    header?: never;
    cookie?: never;
  };
  requestBody?: never;
  responses: Operation<Answer, never, never, never>["responses"];
}

type Get<Answer, Query = never, Path = undefined> = { get: Read<Answer, Query, Path> };
type Post<Answer, Body, Path = undefined> = {
  post: Omit<Operation<Answer, Body, never, Path>, "parameters"> & {
    parameters: Path extends undefined
      ? { query?: never; path?: never; header?: never; cookie?: never }
      : { query?: never; path: Path; header?: never; cookie?: never };
  };
};

type InSession = { sessionId: string };
type OfParticipant = InSession & { participantId: string };

export interface paths {
  "/v1/me": { get: Omit<Read<W.Me>, "parameters"> & { parameters: object } };
  "/v1/login": Post<W.LoggedIn, W.Login>;
  "/v1/logout": Post<undefined, Record<string, never>>;
  "/v1/join": Post<W.Joined, { token: string; displayName?: string }>;
  "/v1/call/sessions": {
    get: Omit<Read<W.Page<W.Session>, W.SessionQuery>, "parameters"> & {
      parameters: { query?: W.SessionQuery };
    };
  } & Post<{ session: W.Session }, W.CreateSession>;
  "/v1/call/sessions/{sessionId}": Get<W.Session, never, InSession>;
  "/v1/call/sessions/{sessionId}/state": Post<
    { session: W.Session; idempotentReplay: boolean },
    W.ChangeState,
    InSession
  >;
  "/v1/call/sessions/{sessionId}/join-links": Post<W.JoinLink, W.CreateJoinLink, InSession>;
  "/v1/call/sessions/{sessionId}/livekit/token": Post<W.TokenAnswer, Record<string, never>, InSession>;
  "/v1/call/sessions/{sessionId}/reconnect": Post<
    W.Reconnected,
    { resumeToken: string; consumerId: string; lastAckSequence?: number; limit?: number },
    InSession
  >;
  "/v1/call/sessions/{sessionId}/leave": Post<{ session: W.Session }, Record<string, never>, InSession>;
  "/v1/call/sessions/{sessionId}/participants/{participantId}/connection": Post<
    { recorded: boolean },
    W.ConnectionReport,
    OfParticipant
  >;
  "/v1/realtime/events": Post<W.Appended, W.NewEvent>;
  "/v1/realtime/sessions/{sessionId}/events": Get<
    W.Replay,
    { afterSequence?: number; limit?: number; untilSequence?: number },
    InSession
  >;
}
