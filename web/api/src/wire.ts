/**
 * The shapes of Callboard's HTTP API, as they travel. Optional members are absent when unset, never
 * null. Times are RFC 3339 in UTC, durations are integers whose name carries the unit.
 */
export type SessionStatus = "created" | "active" | "ended" | "failed";
export type Connection = "idle" | "connecting" | "connected" | "reconnecting" | "disconnected";
export type ParticipantRole = "caller" | "agent" | "observer";
export type ParticipantKind = "standard" | "agent" | "phone" | "ingress" | "egress" | "other";
export type ParticipantState = "invited" | "connected" | "reconnecting" | "left";
export type EndReason =
  | "completed"
  | "user_hangup"
  | "timeout"
  | "agent_handover"
  | "operator_ended"
  | "provider_ended";

export interface Participant {
  participantId: string;
  identity: string;
  kind: ParticipantKind;
  role: ParticipantRole;
  name?: string;
  userId?: string;
  state: ParticipantState;
  joinedAt?: string;
  leftAt?: string;
  leaveReason?: string;
  reconnect?: { attempt: number; lostAt: string; windowEndsAt: string };
}

export interface SessionLimits {
  maxDurationMs?: number;
  reconnectWindowMs: number;
  leaveGraceMs: number;
}

export interface Session {
  sessionId: string;
  status: SessionStatus;
  connection: Connection;
  channel: "voice" | "video";
  direction: "inbound" | "outbound";
  correlationId?: string;
  owner: { userId?: string };
  provider: string;
  providerRoomId?: string;
  providerParticipantId?: string;
  providerCallId?: string;
  metadata: Record<string, unknown>;
  lastError?: { code: string; message: string; at: string };
  createdAt: string;
  startedAt?: string;
  connectedAt?: string;
  endedAt?: string;
  failedAt?: string;
  endReason?: EndReason;
  latestSequence: number;
  version: number;
  limits: SessionLimits;
  participants: Participant[];
}

export interface CallEvent {
  eventId: string;
  sessionId: string;
  sequence: number;
  ts: string;
  type: string;
  actor: { role: "user" | "agent" | "provider" | "operator" | "system"; id: string };
  payload: Record<string, unknown>;
  schemaVersion: string;
}

/** An event on its way in: the server gives the sequence, and whatever else is left out. */
export type NewEvent = Omit<CallEvent, "sequence" | "actor" | "schemaVersion" | "ts"> &
  Partial<Pick<CallEvent, "ts" | "actor" | "schemaVersion">>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface CreateSession {
  sessionId?: string;
  channel?: "voice" | "video";
  direction?: "inbound" | "outbound";
  ownerUserId?: string;
  correlationId?: string;
  metadata?: Record<string, unknown>;
  limits?: Partial<SessionLimits>;
}

export interface SessionQuery {
  status?: SessionStatus;
  connection?: Connection;
  correlationId?: string;
  limit?: number;
  cursor?: string;
}

export interface ChangeState {
  status: "active" | "ended" | "failed";
  endReason?: EndReason;
  error?: { code: string; message: string };
}

export interface Transport {
  provider: string;
  wsUrl: string;
  roomName: string;
  participantIdentity: string;
  accessToken: string;
  expiresInSeconds: number;
  issuedAt: string;
}

export interface JoinLink {
  linkId: string;
  joinUrl: string;
  expiresAt: string;
  maxUses: number;
  uses: number;
  kind: ParticipantRole;
  displayName?: string;
}

export interface CreateJoinLink {
  kind?: ParticipantRole;
  displayName?: string;
  ttlSeconds?: number;
  maxUses?: number;
}

export interface Joined {
  session: Session;
  participantId: string;
  pass: string;
  resumeToken: string;
  serverTime: string;
  transport?: Transport;
  transportUnavailable?: { code: string; message: string };
  firstSequence: number;
}

export interface TokenAnswer {
  transport: Transport;
  participantId: string;
  pass?: string;
  resumeToken: string;
}

export interface Replay {
  events: CallEvent[];
  nextAfterSequence: number;
  hasMore: boolean;
  untilSequence?: number;
  watermark: { sequence: number; eventId: string; ts: string } | null;
}

export interface Reconnected {
  session: Session;
  participantId: string;
  resumeToken: string;
  serverTime: string;
  transport?: Transport;
  replay: Replay;
}

export interface ConnectionReport {
  reportId: string;
  state: "reconnecting" | "connected";
  kind: "signal" | "media";
  lostForMs?: number;
}

export interface Appended {
  event: CallEvent;
  deduped: boolean;
}

export interface Principal {
  kind: "user" | "key" | "pass";
  tenantId: string;
  tenantName: string;
  userId?: string;
  keyId?: string;
  displayName?: string;
  roles: string[];
  scopes: string[];
  sessionId?: string;
  participantId?: string;
}

export interface Me {
  principal: Principal;
  csrfToken?: string;
  serverTime: string;
  features: { livekit: boolean };
}

export type Login = { loginToken: string } | { apiKey: string } | { jwt: string };

export interface LoggedIn {
  principal: Principal;
  csrfToken: string;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  retryable: boolean;
  traceId: string;
  errors?: { pointer: string; reason: string }[];
}
