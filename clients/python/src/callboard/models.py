"""The shapes on the wire, as TypedDicts: dictionaries with the names that the API has.

Generated from openapi/ by scripts/generate.py. Not to be edited. Members that are NotRequired are absent when unset,
never None. A newer server may send more members than are named here.
"""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict, Union


class Actor(TypedDict):
    """Who did what an event tells."""

    role: ActorRole
    """`user`, `agent`, `provider`, `operator` or `system`."""
    id: str
    """The id in that role."""


ActorRole: TypeAlias = Literal["user", "agent", "provider", "operator", "system"]
"""Who can be an actor."""


Algorithm: TypeAlias = Literal["HS256", "RS256", "ES256", "EdDSA"]
"""How an issuer signs. Fixed per issuer: a token that says otherwise is refused."""


class Alive(TypedDict):
    """Alive."""

    status: str
    """Always `ok`."""
    version: str
    """Our version."""
    installation: str
    """The same on every instance of an installation, and on no other; it changes with the secret key."""


class ApiKey(TypedDict):
    """A server's credential, without its secret."""

    keyId: str
    """Its id."""
    name: str
    """A name for people."""
    scopes: list[Scope]
    """What it may do."""
    prefix: str
    """How its secret begins; not secret."""
    createdAt: str
    createdBy: str
    """Who made it: `user:…`, `key:…`, `cli`."""
    expiresAt: NotRequired[str]
    lastUsedAt: NotRequired[str]
    """To the minute."""
    revokedAt: NotRequired[str]
    oldSecretUntil: NotRequired[str]
    """Until when the secret before the last rotation works."""


AppendAnswer: TypeAlias = Union["Appended", "AppendResults"]
"""What a request to append answers."""


class AppendRefused(TypedDict):
    """The outcome of one refused event."""

    error: dict[str, Any]
    """Why; pointers lead into the batch."""


AppendRequest: TypeAlias = Union["NewEvent", "EventBatch"]
"""One event or a batch."""


AppendResult: TypeAlias = Union["Appended", "AppendRefused"]
"""The outcome of one event of a batch."""


class AppendResults(TypedDict):
    """The outcomes of a batch, in order."""

    results: list[AppendResult]
    """One per event."""


class Appended(TypedDict):
    """The outcome of one event."""

    event: Event
    """The event as stored."""
    deduped: bool
    """Whether the log already held it; then `event` is the stored one."""


AskedStatus: TypeAlias = Literal["active", "ended", "failed"]
"""A status that can be asked for."""


class AuditActor(TypedDict):
    """Who did it."""

    kind: str
    """`user`, `key`, `pass`, `cli`, `system`."""
    id: str
    name: NotRequired[str]
    """Their name now, when they have one here."""


class AuditEntry(TypedDict):
    """One change."""

    auditId: str
    at: str
    actor: AuditActor
    action: str
    object: AuditObject
    detail: dict[str, Any]
    """What changed."""


class AuditObject(TypedDict):
    """What it was done to."""

    kind: str
    id: str


Channel: TypeAlias = Literal["voice", "video"]
"""What a call carries."""


class Check(TypedDict):
    """One thing that readiness looks at."""

    name: str
    """What was looked at."""
    ok: bool
    """Whether it is well."""
    required: bool
    """Whether the service can work without it."""
    reason: NotRequired[str]
    """What is wrong, or what was seen."""


class Checkpoint(TypedDict):
    """A consumer of a session."""

    consumerId: str
    """The consumer."""
    sequence: int
    """Where it stands."""
    updatedAt: str
    """When it last moved."""


class CheckpointAnswer(TypedDict):
    """Where a consumer stands now."""

    consumerId: str
    """The consumer."""
    sequence: int
    """Where it stands."""
    outcome: str
    """`advanced_sequence`, `equal_sequence_idempotent` or `stale_sequence_ignored`."""


class CheckpointRequest(TypedDict):
    """Where a consumer wants to stand."""

    consumerId: str
    """The consumer's name, 1-128 characters; it belongs to the principal that first names it."""
    sequence: int
    """The last sequence that it has dealt with."""


class CompactBody(TypedDict):
    """How much a compaction keeps."""

    keep: NotRequired[int]
    """Newest versions to keep, 1 or more; 2000 when absent. Every current final stays besides."""


ConnectionState: TypeAlias = Literal["idle", "connecting", "connected", "reconnecting", "disconnected"]
"""How the callers are connected, derived from the provider's facts."""


class CreateApiKey(TypedDict):
    """A key to be made."""

    name: str
    """A name for people."""
    scopes: list[Scope]
    """What it may do; a key can give only what it has."""
    expiresAt: NotRequired[str]
    """When it stops working; never if absent."""


class CreateIssuer(TypedDict):
    """An issuer to be added."""

    iss: str
    """The `iss` claim of its tokens; unique in the installation."""
    audience: str
    """The `aud` claim that its tokens must have."""
    algorithm: Algorithm
    """The one algorithm of its tokens."""
    secret: NotRequired[str]
    """For HS256: the shared secret, at least 32 bytes. Never shown again."""
    jwksUrl: NotRequired[str]
    """For the other algorithms: where its public keys are."""


class CreateJoinLink(TypedDict):
    """A request for a join link."""

    kind: NotRequired[ParticipantRole]
    displayName: NotRequired[str]
    """The name of whoever joins by it, 1-100 characters."""
    ttlSeconds: NotRequired[int]
    """How long it can be used, 60-604800 seconds; default 3600."""
    maxUses: NotRequired[int]
    """How many people may use it, 1-1000; default 1."""


class CreateSession(TypedDict):
    """A request for a session. Everything is optional."""

    sessionId: NotRequired[str]
    """1-64 of `A-Z a-z 0-9 _ - . ~`, unique in the tenant; made here when absent."""
    channel: NotRequired[Channel]
    direction: NotRequired[Direction]
    ownerUserId: NotRequired[str]
    """The user that it belongs to; keys only."""
    correlationId: NotRequired[str]
    """The builder's own reference, 1-200 characters."""
    metadata: NotRequired[dict[str, Any]]
    """At most 50 keys and 16 KiB; `title` is shown to callers."""
    limits: NotRequired[LimitsAsk]
    simulated: NotRequired[bool]
    """Whether the call runs on the simulated media server: it has no sound, and is marked `provider:
    simulated` wherever it shows. Only where simulated calls are on.
    """


class CreateTenant(TypedDict):
    """A tenant to be made."""

    name: str
    """A name for people."""
    plan: NotRequired[str]
    """The plan's name; `standard` if absent."""
    maxConcurrentCalls: NotRequired[int]
    """Limit of concurrent calls; none if absent."""
    flags: NotRequired[dict[str, bool]]
    """Feature flags: true or false each."""
    metadata: NotRequired[dict[str, Any]]
    """The operator's notes, at most 16 KiB."""


class CreateUser(TypedDict):
    """A user to be added."""

    displayName: NotRequired[str]
    """A name for people."""
    issuer: NotRequired[str]
    """The `iss` of one of the tenant's issuers; `local` if absent."""
    subject: NotRequired[str]
    """Who they are there; required unless the issuer is `local`."""
    roles: NotRequired[list[Role]]
    """Roles to begin with."""


class CreateWebhookEndpoint(TypedDict):
    """An endpoint to be made."""

    url: str
    """`https`, and not at a private address unless the installation allows it."""
    description: NotRequired[str]
    """For people."""
    eventTypes: list[str]
    """Types of the contract, families such as `call.*`, or `*`."""


class CreatedSession(TypedDict):
    """The created session."""

    session: Session
    """The session."""


DeliveryStatus: TypeAlias = Literal["pending", "delivered", "dead", "cancelled"]
"""Where a delivery stands."""


Direction: TypeAlias = Literal["inbound", "outbound"]
"""Who called whom."""


DisabledReason: TypeAlias = Literal["by_hand", "failing"]
"""Why an endpoint is disabled."""


EndReason: TypeAlias = Literal["completed", "user_hangup", "timeout", "agent_handover", "operator_ended", "provider_ended"]
"""Why a call ended."""


class Erasure(TypedDict):
    """An erasure and how far it is."""

    erasureId: str
    """Its id."""
    objectKind: ErasureObject
    """What is erased."""
    objectId: str
    """The session or user."""
    cause: str
    """`request`, or `retention`."""
    status: ErasureStatus
    """`running` (rows are being overwritten), `settling` (files are being cleaned), `done`."""
    sessions: int
    """Sessions that are done."""
    events: int
    """Events that lost text."""
    records: int
    """Other rows that lost text."""
    createdBy: str
    """Who asked: `user:…`, `key:…`, `system:…`."""
    createdAt: str
    """When."""
    finishedAt: NotRequired[str]
    """When it was done."""


ErasureObject: TypeAlias = Literal["session", "user"]
"""What is erased."""


ErasureStatus: TypeAlias = Literal["running", "settling", "done"]
"""How far an erasure is."""


class ErrorBudget(TypedDict):
    """How much may go wrong, and how much did."""

    allowed: float
    """How many of `total` may be bad; of the objective `budget`, minutes of 28 days."""
    spent: int
    """How many were."""
    left: float
    """`allowed` less `spent`; below zero when it is overdrawn."""
    burnRate: float | None
    """How fast it is spent: 1 uses it up exactly within the window. Null when nothing may be bad and
    something was.
    """


class EventBatch(TypedDict):
    """Several events, of any sessions of the tenant."""

    events: list[dict[str, Any]]
    """1-1000 events, each as `NewEvent`. They are judged one by one: a bad one is refused in its place of
    the results and holds nobody up, unless `atomic` is set.
    """
    atomic: NotRequired[bool]
    """All or none."""


class FailureAsk(TypedDict):
    """Why a call failed."""

    code: str
    """A code of yours, 1-64 characters."""
    message: str
    """A message, 1-500 characters."""


class Features(TypedDict):
    """What this installation can do."""

    livekit: bool
    """Whether a media provider is configured."""
    simulated: bool
    """Whether calls may be simulated."""


class FirstStep(TypedDict):
    """One thing to try."""

    title: str
    """What it does."""
    command: str
    """A command that can be pasted into a terminal of the machine that the server runs on."""


class FirstSteps(TypedDict):
    """What to try first with a server in the local mode."""

    url: str
    """Where the server answers."""
    apiKeyFile: NotRequired[str]
    """The file that holds its API key; absent when the key was only printed."""
    steps: list[FirstStep]
    """The steps."""


class Issuer(TypedDict):
    """Who may sign tokens for the tenant's users."""

    issuerId: str
    iss: str
    """The `iss` claim; `local` is the built-in issuer of login links."""
    audience: NotRequired[str]
    """The `aud` claim; absent for the built-in issuer."""
    algorithm: NotRequired[Algorithm]
    jwksUrl: NotRequired[str]
    createdAt: str


JoinAnswer = TypedDict(
    "JoinAnswer",
    {
        # The session, as a participant may see it.
        "session": "Session",
        # Who you are in it.
        "participantId": "str",
        # Your session pass.
        "pass": "str",
        # Lets you come back after a cut.
        "resumeToken": "str",
        # Our clock, for `startMs` of transcripts.
        "serverTime": "str",
        # Your pass reads events after this sequence.
        "firstSequence": "int",
        # As named.
        "transport": "NotRequired[Transport]",
        # As named.
        "transportUnavailable": "NotRequired[Unavailable]",
    },
)
"""A seat in the call."""


class JoinAsk(TypedDict):
    """A join link's token."""

    token: str
    """The text after `#` in the link."""
    displayName: NotRequired[str]
    """A name to show, 1-100 characters; else the link's."""


class JoinLink(TypedDict):
    """A join link."""

    linkId: str
    """Its id."""
    kind: ParticipantRole
    """The role of whoever joins by it."""
    displayName: NotRequired[str]
    """The name of whoever joins by it."""
    createdAt: str
    """When it was made."""
    expiresAt: str
    """Until when it can be used."""
    maxUses: int
    """How many people may use it."""
    uses: int
    """How many have."""
    revokedAt: NotRequired[str]
    """When it was revoked."""
    joinUrl: NotRequired[str]
    """The link itself; only in the answer that made it."""


class KeyWithSecret(TypedDict):
    """A key with its secret, shown once."""

    key: ApiKey
    secret: NotRequired[str]
    """The secret; only in the first answer."""
    secretShown: bool
    """Whether this answer holds the secret; false in a replay."""


Kind: TypeAlias = Literal["user", "key", "pass"]
"""What kind of caller."""


class LastErrorView(TypedDict):
    """The last error of a session."""

    code: str
    """A code."""
    message: str
    """A message."""
    at: str
    """When."""


class LeaveAnswer(TypedDict):
    """The session after the leave."""

    session: Session
    """The session."""


class LeaveAsk(TypedDict):
    """Nothing."""



class LimitsAsk(TypedDict):
    """Limits that a request may set."""

    maxDurationMs: NotRequired[int]
    """End an active call after so long: 1,000 ms to 24 h."""
    reconnectWindowMs: NotRequired[int]
    """How long a lost participant may come back: 10 s to 10 min; default 120,000 ms."""
    leaveGraceMs: NotRequired[int]
    """How long a client's own disconnect waits for a reload: 0 to 60 s; default 10,000 ms."""


class LimitsView(TypedDict):
    """Limits of a session."""

    maxDurationMs: NotRequired[int]
    """An active call ends after so long, milliseconds."""
    reconnectWindowMs: int
    """How long a lost participant may come back, milliseconds."""
    leaveGraceMs: int
    """How long a client's own disconnect waits for a reload, milliseconds."""


class LoggedIn(TypedDict):
    """A login that has begun."""

    principal: PrincipalView
    csrfToken: NotRequired[str]
    """The value of `X-CSRF-Token` for every change."""


class LoginRequest(TypedDict):
    """Exactly one credential."""

    loginToken: NotRequired[str]
    """The token of a one-time login link."""
    apiKey: NotRequired[str]
    """An API key's secret."""
    jwt: NotRequired[str]
    """A user token."""


class Map(TypedDict):
    """Where to go."""

    version: str
    """Our version."""
    openapi: str
    """The OpenAPI document."""
    docs: str
    """The document, browsable."""
    schemas: str
    """JSON Schemas of the events."""
    routes: list[str]
    """Every route, as `METHOD path`."""


class Me(TypedDict):
    """Who calls, and what their page needs."""

    principal: PrincipalView
    csrfToken: NotRequired[str]
    """For logins by cookie: the value of `X-CSRF-Token`."""
    serverTime: str
    features: Features
    firstSteps: NotRequired[FirstSteps]


class Missed(TypedDict):
    """What was missed."""

    events: list[dict[str, Any]]
    """Events, ascending."""
    nextAfterSequence: int
    """Where the next page starts."""
    hasMore: bool
    """Whether there is more up to `untilSequence`."""
    untilSequence: int
    """The replay's pinned end."""
    watermark: dict[str, Any] | None
    """The event at that end."""


class NewEvent(TypedDict):
    """An event as a producer sends it. The old names `timestamp` and `version` are accepted for `ts` and
    `schemaVersion`.
    """

    eventId: NotRequired[str]
    """Unique within the session, 1-128 characters without blanks; made by the server when absent."""
    sessionId: str
    """The session that the event is for."""
    ts: NotRequired[str]
    """When it happened; the server's time when absent."""
    type: str
    """The type."""
    actor: NotRequired[Actor]
    """A participant that the producer speaks for."""
    payload: dict[str, Any]
    """What happened, at most 64 KiB."""
    schemaVersion: NotRequired[str]
    """`1.0`."""
    timestamp: NotRequired[str]
    """The old name of `ts`."""
    version: NotRequired[str]
    """The old name of `schemaVersion`."""


class Nothing(TypedDict):
    """Nothing: the body of a request that needs none."""



Outcome: TypeAlias = Literal["applied", "ignored", "refused", "unmapped", "failed"]
"""What became of a delivery."""


class OwnerView(TypedDict):
    """Whom a session belongs to."""

    userId: NotRequired[str]
    """The user; absent when the session belongs to the tenant."""


class Participant(TypedDict):
    """A participant of a session, over all its connections."""

    participantId: str
    """Its id."""
    identity: str
    """Its identity at the provider."""
    kind: ParticipantKind
    """What the provider says it is."""
    role: NotRequired[ParticipantRole]
    name: NotRequired[str]
    """A name to show."""
    userId: NotRequired[str]
    """The user behind it."""
    state: ParticipantState
    """`invited`, `ringing`, `connected`, `reconnecting` or `left`."""
    joinedAt: NotRequired[str]
    """When it first joined."""
    leftAt: NotRequired[str]
    """When it left."""
    leaveReason: NotRequired[str]
    """Why it left."""
    reconnect: NotRequired[WindowView]


ParticipantKind: TypeAlias = Literal["standard", "agent", "phone", "ingress", "egress", "other"]
"""What the provider says a participant is."""


ParticipantRole: TypeAlias = Literal["caller", "agent", "observer"]
"""What a participant is to the call."""


ParticipantState: TypeAlias = Literal["invited", "ringing", "connected", "reconnecting", "left"]
"""Where a participant stands."""


PassKind: TypeAlias = Literal["participant", "agent"]
"""Whom a session pass speaks for."""


class PatchAsk(TypedDict):
    """A change of metadata."""

    metadata: dict[str, Any]
    """Merged into the metadata; a null deletes its key."""


class PrincipalView(TypedDict):
    """Who calls."""

    kind: Kind
    tenantId: str
    tenantName: str
    userId: NotRequired[str]
    keyId: NotRequired[str]
    displayName: NotRequired[str]
    """The user's or key's name."""
    roles: list[Role]
    """A user's roles, as narrowed by their token."""
    scopes: list[Scope]
    """A key's scopes."""
    sessionId: NotRequired[str]
    participantId: NotRequired[str]
    passKind: NotRequired[PassKind]


class ProbeReport(TypedDict):
    """The outcome of the connection test. Steps after a failed one are not tried and not listed."""

    ok: bool
    """Whether every step went well."""
    steps: list[Step]
    """The steps in order."""


class Problem(TypedDict):
    """The problem document, for the OpenAPI document. Some codes add members, which their pages name."""

    type: str
    """The page that explains the code."""
    title: str
    """A short title of the code."""
    status: int
    """The HTTP status."""
    detail: str
    """What was wrong this time."""
    code: str
    """The stable code."""
    retryable: bool
    """Whether the same request may succeed later, unchanged."""
    traceId: str
    """Leads to the log lines of this request."""
    errors: NotRequired[list[ProblemField]]
    """Faults by place, for validation."""


class ProblemField(TypedDict):
    """One fault in a request."""

    pointer: str
    """JSON Pointer into the body, or `query:name`, `header:name`, `path:name`."""
    reason: str
    """What is wrong there and what would be right."""


class Processed(TypedDict):
    """A receipt that was processed again."""

    receipt: ReceiptView
    """The receipt as it is now."""


class PublishedSchema(TypedDict):
    """A published schema."""

    name: str
    """The event type, or `envelope` (as delivered) or `incoming` (as sent)."""
    family: NotRequired[str]
    """The family of a type; absent for the envelopes."""
    url: str
    """Where the schema is."""


class QueryCost(TypedDict):
    """What one query cost."""

    query: str
    """The query's name."""
    rows: int
    """Rows read."""
    micros: int
    """Microseconds in the database."""


class Readiness(TypedDict):
    """Readiness with reasons."""

    ready: bool
    """Whether traffic should come here."""
    checks: list[Check]
    """Each check."""


class ReceiptView(TypedDict):
    """A delivery of the provider."""

    receiptId: str
    """Its id."""
    provider: str
    """`livekit`, or `simulated`."""
    providerEventId: str
    """The provider's id of the delivery."""
    event: str
    """The event's name; empty when the body could not be read."""
    receivedAt: str
    """When it arrived."""
    sessionId: NotRequired[str]
    """The session of its room."""
    outcome: Outcome
    """What became of it."""
    reason: NotRequired[str]
    """Why."""
    published: list[str]
    """Ids of the events that it added."""
    attempts: int
    """How often it was processed."""
    body: dict[str, Any]
    """The body, without secrets."""
    bodySha256: str
    """SHA-256 of the body as it came, hexadecimal."""


class ReconnectAnswer(TypedDict):
    """Back in the call."""

    session: Session
    """The session."""
    participantId: str
    """Who you are in it."""
    resumeToken: str
    """The next resume token."""
    serverTime: str
    """Our clock."""
    transport: NotRequired[Transport]
    replay: Missed
    """What was missed."""


class ReconnectAsk(TypedDict):
    """A request to come back."""

    resumeToken: str
    """The current resume token."""
    consumerId: str
    """The consumer whose place the replay starts from, 1-64 characters."""
    lastAckSequence: NotRequired[int]
    """The last sequence that the consumer has; also stored as its checkpoint."""
    limit: NotRequired[int]
    """Most events in the answer, 1-1000; default 100."""


class RejectionView(TypedDict):
    """Deliveries that were rejected for one reason."""

    provider: str
    """`livekit`, or `simulated`."""
    reason: str
    """`header_missing`, `malformed`, `algorithm`, `unknown_key`, `signature`, `expired`, `not_yet_valid`,
    `digest_missing`, `digest`.
    """
    count: int
    """How many."""
    firstAt: str
    """The first of them."""
    lastAt: str
    """The last of them."""
    advice: str
    """What it means, and what to look at."""


class Replay(TypedDict):
    """One page of a session's log."""

    events: list[Event]
    """Events, ascending."""
    nextAfterSequence: int
    """Where the next page starts; advances over events that were filtered out."""
    hasMore: bool
    """Whether this replay has more."""
    watermark: Watermark | None
    diagnostics: NotRequired[list[QueryCost]]
    """What each query cost, when asked for."""


class ReportAnswer(TypedDict):
    """Whether the report became a fact."""

    recorded: bool
    """False when it told nothing new."""


class ReportAsk(TypedDict):
    """What a page or agent saw of its own connection."""

    reportId: str
    """Chosen by the reporter, 1-64 characters; the same report again has no effect."""
    state: ReportState
    """Lost or back."""
    kind: ReportKind
    """What was lost."""
    lostForMs: NotRequired[int]
    """How long it was lost, 0 ms to 1 h; with `connected`, when it is told only on return."""


ReportKind: TypeAlias = Literal["signal", "media"]
"""What was lost."""


ReportState: TypeAlias = Literal["reconnecting", "connected"]
"""Lost or back."""


class RequestEntry(TypedDict):
    """A request that changed something, or tried to."""

    requestId: str
    at: str
    """When it arrived."""
    durationMs: int
    """Milliseconds until the answer began."""
    principal: RequestPrincipal
    method: str
    route: str
    """The path's template."""
    path: str
    """The path, without its query. A parameter that cannot be an id stands as its name in the template."""
    sessionId: NotRequired[str]
    """The session that the path names, or that the request made. There need not be such a session."""
    status: int
    """The answer's status."""
    code: NotRequired[str]
    """The code of the refusal."""
    traceId: str
    """The trace id, as in `x-trace-id` of the answer."""


class RequestPrincipal(TypedDict):
    """Who called."""

    kind: str
    """`user`, `key` or `pass`."""
    id: str
    name: NotRequired[str]
    """Their name now, when they have one here."""


class ResendWebhooks(TypedDict):
    """What to send again."""

    since: str
    """Deliveries made at this instant or later."""
    until: NotRequired[str]
    """Deliveries made before this instant; now if absent."""


class Retention(TypedDict):
    """How long data is kept."""

    days: RetentionDays
    """What holds now."""
    defaults: RetentionDays
    """What holds where nothing is said."""
    runs: list[RetentionRun]
    """What went lately, newest first."""


class RetentionDays(TypedDict):
    """How long each kind of data is kept, days; null keeps it."""

    events: NotRequired[int]
    """Whole calls, counted from their end: log, transcript and records. A tombstone with the id stays."""
    text: NotRequired[int]
    """The personal text of calls, counted from their end. Order, counts and times stay."""
    receipts: NotRequired[int]
    """What media providers delivered."""
    deliveries: NotRequired[int]
    """What was sent to webhook endpoints."""
    requests: NotRequired[int]
    """The request log."""
    audit: NotRequired[int]
    """The audit: at least 365."""


class RetentionRun(TypedDict):
    """What went on a day."""

    kind: str
    """The kind of data."""
    day: str
    """The day, UTC."""
    removed: int
    """How many rows or calls went."""


Role: TypeAlias = Literal["viewer", "operator", "admin", "owner"]
"""A role of a user, stored as a row; ordered from least to most."""


class RotateApiKey(TypedDict):
    """How to rotate."""

    overlapSeconds: NotRequired[int]
    """How long the old secret still works, seconds; a day if absent."""


class RotateWebhookSecret(TypedDict):
    """How to rotate."""

    overlapSeconds: NotRequired[int]
    """How long the old secret signs too, seconds; a day if absent."""


Scope: TypeAlias = Literal["calls:read", "calls:write", "events:read", "events:write", "transcripts:read", "provider:read", "keys:manage", "webhooks:manage", "data:erase", "actions:propose", "actions:decide", "installation:*"]
"""What an API key may do."""


class SearchSnippetPart(TypedDict):
    """A piece of a snippet."""

    text: str
    """The text as it was said; `…` stands where more of it follows."""
    hit: bool
    """Whether it is what was looked for."""


class ServerSentEvent(TypedDict):
    """One server-sent event, as its fields come."""

    id: NotRequired[str]
    """Where to resume from: the sequence in a session's stream, an opaque place in a tenant's."""
    event: str
    """The event's type, or `closed`."""
    data: str
    """The event as JSON; of `closed`, the reason."""


class ServiceLevel(TypedDict):
    """One objective over a window."""

    objective: ServiceObjective
    """Which."""
    target: float
    """What is promised."""
    unit: ServiceLevelUnit
    """What `target` and `measured` are given in."""
    direction: ServiceLevelDirection
    """On which side of `target` the figure must be."""
    measured: float | None
    """What came out: a share, or the 95th percentile, interpolated within its bucket. Null without data."""
    above: bool
    """Whether it may be more than `measured`: the percentile is above all buckets."""
    good: int
    """How many were good."""
    total: int
    """Of how many."""
    budget: ErrorBudget | None
    met: bool | None
    """Whether the target is met. Null without data: then it is neither met nor missed."""
    source: str
    """What is counted, and where it is stored."""
    note: NotRequired[str]
    """What else there is to know about this figure."""


ServiceLevelDirection: TypeAlias = Literal["at_least", "at_most"]
"""On which side of its target a figure must be."""


ServiceLevelUnit: TypeAlias = Literal["percent", "ms"]
"""What a target is given in."""


ServiceLevels = TypedDict(
    "ServiceLevels",
    {
        # `1h`, `24h`, `7d` or `28d`.
        "window": "str",
        # Where it begins.
        "from": "str",
        # Where it ends: when it was read.
        "until": "str",
        # `installation`, or `tenant`: then requests, events, deliveries, transcripts and cuts are the tenant's own, and minutes the installation's.
        "scope": "str",
        # Each objective.
        "objectives": "list[ServiceLevel]",
    },
)
"""Every objective over a window."""


ServiceObjective: TypeAlias = Literal["availability", "api_p95", "server_errors", "event_visible_p95", "delivery", "transcript_p95", "reconnect", "budget"]
"""What is promised."""


class Session(TypedDict):
    """A call session."""

    sessionId: str
    """Unique in its tenant."""
    status: Status
    """`created -> active -> ended | failed`."""
    connection: ConnectionState
    """How the callers are connected."""
    channel: Channel
    """`voice` or `video`."""
    direction: Direction
    """`inbound` or `outbound`."""
    correlationId: NotRequired[str]
    """The builder's own reference."""
    owner: OwnerView
    """Whom it belongs to."""
    provider: str
    """The media provider, or `none`."""
    providerRoomId: NotRequired[str]
    """The room's name at the provider."""
    providerParticipantId: NotRequired[str]
    """The first caller's identity."""
    providerCallId: NotRequired[str]
    """Made at activation."""
    metadata: dict[str, Any]
    """The builder's own data."""
    lastError: NotRequired[LastErrorView]
    erasedAt: NotRequired[str]
    """When all personal text in it was erased."""
    createdAt: str
    """When it was made."""
    startedAt: NotRequired[str]
    """When the first caller came."""
    connectedAt: NotRequired[str]
    """The zero of transcript times; equals startedAt."""
    endedAt: NotRequired[str]
    """When it ended."""
    failedAt: NotRequired[str]
    """When it failed."""
    endReason: NotRequired[EndReason]
    latestSequence: int
    """The last event's sequence."""
    version: int
    """Raised by state, metadata and provider fields; the `ETag`."""
    limits: LimitsView
    """Its limits."""
    participants: list[Participant]
    """Everybody invited or seen."""


class SetRetention(TypedDict):
    """How long each kind is kept from now on, days. What is left out gets its default, null keeps."""

    events: NotRequired[int]
    """Whole calls, counted from their end."""
    text: NotRequired[int]
    """The personal text of calls, counted from their end."""
    receipts: NotRequired[int]
    """What media providers delivered."""
    deliveries: NotRequired[int]
    """What was sent to webhook endpoints."""
    requests: NotRequired[int]
    """The request log."""
    audit: NotRequired[int]
    """The audit."""


class SimulatedConnect(TypedDict):
    """Who wants to connect."""

    accessToken: str
    """The transport's `accessToken`."""


class SimulatedConnection(TypedDict):
    """An open connection."""

    roomSid: str
    """The room's id."""
    participantSid: str
    """The connection's id."""
    connectionToken: str
    """Speaks for this connection, as long as it lasts."""
    pingEveryMs: int
    """Ping this often, or the connection counts as lost after three times as long."""


class SimulatedDisconnect(TypedDict):
    """Which connection ends, and why."""

    connectionToken: str
    """The connection's own token."""
    reason: NotRequired[SimulatedReason]


class SimulatedDone(TypedDict):
    """Nothing more to say."""



class SimulatedHandle(TypedDict):
    """Which connection."""

    connectionToken: str
    """The connection's own token."""


SimulatedReason: TypeAlias = Literal["CLIENT_INITIATED", "USER_REJECTED"]
"""Why a client disconnects."""


class SimulatedTrack(TypedDict):
    """A published microphone."""

    trackSid: str
    """The track's id."""


class StateAnswer(TypedDict):
    """The session after the request."""

    session: Session
    """The session."""
    idempotentReplay: bool
    """Whether it already had that status."""


class StateAsk(TypedDict):
    """A request for a status."""

    status: AskedStatus
    """`active`, `ended` or `failed`."""
    endReason: NotRequired[EndReason]
    provider: NotRequired[str]
    """The provider of an externally run call, 1-64 characters."""
    providerRoomId: NotRequired[str]
    """Its room, 1-200 characters."""
    providerParticipantId: NotRequired[str]
    """Its first caller, 1-200 characters."""
    providerCallId: NotRequired[str]
    """Its call id, 1-200 characters."""
    error: NotRequired[FailureAsk]


Status: TypeAlias = Literal["created", "active", "ended", "failed"]
"""A session's status: `created -> active -> ended | failed`, also `created -> ended | failed`."""


class Step(TypedDict):
    """One step of the connection test."""

    step: str
    """`configured`, `connect`, `clock`, `apiKey`, `room`, `webhook`."""
    ok: bool
    """Whether it went well."""
    detail: str
    """What was seen, and what to do about it."""
    ms: int
    """How long it took, milliseconds."""


class Taken(TypedDict):
    """What became of a delivery."""

    ok: bool
    """Always true: the delivery is stored."""
    sessionId: NotRequired[str]
    """The session of its room."""
    published: list[str]
    """Ids of the events that it added."""
    replayed: bool
    """Whether it had been delivered before."""
    ignored: bool
    """Whether it had no effect on a session."""
    receiptId: str
    """The receipt."""


class TenantConfig(TypedDict):
    """A tenant and its configuration."""

    tenantId: str
    name: str
    status: TenantStatus
    plan: str
    maxConcurrentCalls: int | None
    """Null is no limit."""
    activeCalls: int
    """How many calls hold a slot now."""
    flags: dict[str, bool]
    """Feature flags: true or false each."""
    metadata: dict[str, Any]
    retention: NotRequired[RetentionDays]
    version: int
    """Rises with every change; also the ETag."""
    createdAt: str


TenantStatus: TypeAlias = Literal["active", "suspended"]
"""Whether a tenant may start new work."""


TokenAnswer = TypedDict(
    "TokenAnswer",
    {
        # How to reach the media.
        "transport": "Transport",
        # The participant that it is for.
        "participantId": "str",
        # The session pass of that participant.
        "pass": "str",
        # Lets that participant come back after a cut.
        "resumeToken": "str",
    },
)
"""A provider token and what belongs to it."""


class TokenAsk(TypedDict):
    """A request for a provider token."""

    participantName: NotRequired[str]
    """A name to show, 1-100 characters."""
    ttlSeconds: NotRequired[int]
    """The token's lifetime, 30-3600 seconds; default 300."""
    kind: NotRequired[ParticipantRole]
    canPublish: NotRequired[bool]
    """Whether media may be published; observers never publish. Default true."""
    agentName: NotRequired[str]
    """With kind agent: the agent's name, 1-100 characters."""


class Transcript(TypedDict):
    """The transcript as it stands, ordered by where utterances begin."""

    segments: list[TranscriptSegment]
    """Utterances."""
    revision: int
    """The newest `transcript.*` event that this state takes into account; 0 when there is none."""


class TranscriptCompaction(TypedDict):
    """What a compaction did."""

    removed: int
    """Versions removed."""
    kept: int
    """Versions that remain."""
    upToSequence: int
    """The newest sequence that was looked at; 0 when there was nothing to do."""


class TranscriptHit(TypedDict):
    """An utterance that has all the words."""

    sessionId: str
    """The session."""
    utteranceId: str
    """The utterance's id within it."""
    sequence: int
    """The event that it stands on: the place to jump to."""
    at: str
    """When that happened."""
    startMs: int
    """Where it begins, milliseconds since the call connected."""
    endMs: int
    """Where it ends, milliseconds since the call connected."""
    speaker: str
    """`user`, `agent` or `unknown`."""
    participantId: NotRequired[str]
    """The participant who spoke, when known."""
    text: str
    """The whole utterance as it stands."""
    snippet: list[SearchSnippetPart]
    """About 160 characters of it around the first hit, in pieces."""


class TranscriptSegment(TypedDict):
    """An utterance as it stands."""

    utteranceId: str
    """The utterance's id."""
    participantId: NotRequired[str]
    """The participant who spoke, when known."""
    speaker: str
    """`user`, `agent` or `unknown`."""
    text: str
    """What was said."""
    startMs: int
    """Where it begins, milliseconds since the call connected."""
    endMs: int
    """Where it ends, milliseconds since the call connected."""
    final: bool
    """Whether it is final; a partial may still change."""
    revision: int
    """How often a final was corrected."""
    sequence: int
    """The event that it stands on."""
    firstSequence: int
    """The event that first told of it."""
    confidence: NotRequired[float]
    """How sure the recogniser is, 0 to 1."""
    language: NotRequired[str]
    """BCP 47 language tag."""
    source: NotRequired[str]
    """`speech`, `typed` or `agent`."""


class TranscriptSnapshot(TypedDict):
    """One version of an utterance."""

    sequence: int
    """The event that it came with."""
    ts: str
    """When that happened."""
    utteranceId: str
    """The utterance's id."""
    participantId: NotRequired[str]
    """The participant who spoke, when known."""
    speaker: str
    """`user`, `agent` or `unknown`."""
    text: str
    """What was said."""
    startMs: int
    """Where it begins, milliseconds since the call connected."""
    endMs: int
    """Where it ends, milliseconds since the call connected."""
    final: bool
    """Whether it is a final."""
    confidence: NotRequired[float]
    """How sure the recogniser is, 0 to 1."""
    language: NotRequired[str]
    """BCP 47 language tag."""
    source: NotRequired[str]
    """`speech`, `typed` or `agent`."""


class TranscriptSnapshots(TypedDict):
    """Stored versions, oldest first, and what there is in all."""

    items: list[TranscriptSnapshot]
    """The page."""
    nextCursor: str | None
    """Leads to the next page; null on the last one."""
    count: int
    """Versions stored for this session."""
    firstSequence: NotRequired[int]
    """The oldest one's sequence."""
    lastSequence: NotRequired[int]
    """The newest one's sequence."""
    bytes: int
    """UTF-8 bytes of all their texts."""


class Transport(TypedDict):
    """How to reach the media."""

    provider: str
    """The provider's name."""
    wsUrl: str
    """The address that browsers connect to."""
    roomName: str
    """The room's name."""
    participantIdentity: str
    """The identity in the room."""
    accessToken: str
    """The provider's token; never stored."""
    expiresInSeconds: int
    """Its lifetime."""
    issuedAt: str
    """When it was made."""


class Unavailable(TypedDict):
    """Why there is no media."""

    code: str
    """A code."""
    message: str
    """What to do."""


class UpdateTenant(TypedDict):
    """What to change; absent members stay."""

    name: NotRequired[str]
    """A name for people."""
    status: NotRequired[TenantStatus]
    plan: NotRequired[str]
    """The plan's name."""
    maxConcurrentCalls: NotRequired[int]
    """Limit of concurrent calls; null takes it away."""
    flags: NotRequired[dict[str, bool | None]]
    """Flags to set; null takes one away."""
    metadata: NotRequired[dict[str, Any]]
    """Members to set; null takes one away."""


class UpdateUser(TypedDict):
    """What to change; absent members stay."""

    roles: NotRequired[list[Role]]
    """All roles from now on."""
    displayName: NotRequired[str]
    """A name for people; null takes it away."""
    disabled: NotRequired[bool]
    """Disabled users cannot sign in, and their logins end."""


class UpdateWebhookEndpoint(TypedDict):
    """What changes; absent members stay."""

    url: NotRequired[str]
    description: NotRequired[str]
    """Null takes it away."""
    eventTypes: NotRequired[list[str]]
    status: NotRequired[WebhookEndpointStatus]


class User(TypedDict):
    """A person in the tenant."""

    userId: str
    displayName: NotRequired[str]
    issuer: str
    """Who vouches for them; `local` is the built-in issuer."""
    subject: str
    """Who they are there."""
    roles: list[Role]
    """Stored roles; none means their own sessions only."""
    disabled: bool
    """Whether they may not sign in."""
    createdAt: str
    lastSeenAt: NotRequired[str]
    """To the minute."""


class Watermark(TypedDict):
    """The last event that a replay covers."""

    sequence: int
    """Its sequence."""
    eventId: str
    """Its id."""
    ts: str
    """Its instant."""


class WebhookAttempt(TypedDict):
    """One attempt."""

    at: str
    ok: bool
    """Whether it was answered 2xx."""
    status: NotRequired[int]
    """The HTTP status, when there was an answer."""
    ms: int
    """How long it took, milliseconds."""
    error: NotRequired[str]
    """Why it failed."""
    responseBody: NotRequired[str]
    """The first 4 KiB of the answer."""


class WebhookDelivery(TypedDict):
    """One event on its way to one endpoint."""

    deliveryId: str
    """Also the `webhook-id` of every attempt."""
    endpointId: str
    eventType: str
    eventId: NotRequired[str]
    """Absent for a test."""
    sessionId: NotRequired[str]
    """Absent for a test."""
    sequence: NotRequired[int]
    """The event's place in its session; absent for a test."""
    status: DeliveryStatus
    attempts: int
    """How often it was tried."""
    createdAt: str
    nextAttemptAt: NotRequired[str]
    """Absent while an earlier event of the session comes first, and when nothing is left to do."""
    deliveredAt: NotRequired[str]
    lastAttempt: NotRequired[WebhookAttempt]


class WebhookDeliveryDetail(WebhookDelivery):
    """A delivery with what is posted and what came back."""

    body: dict[str, Any] | None
    """What is posted, at each attempt the same; null when the log does not have the event any more."""
    history: list[WebhookAttempt]
    """The newest 30 attempts, newest first."""


class WebhookEndpoint(TypedDict):
    """Where a tenant's events go."""

    endpointId: str
    url: str
    description: NotRequired[str]
    eventTypes: list[str]
    """Types of the contract, families such as `call.*`, or `*`."""
    status: WebhookEndpointStatus
    disabledReason: NotRequired[DisabledReason]
    disabledAt: NotRequired[str]
    failingSince: NotRequired[str]
    """The first failed attempt since the last success."""
    createdAt: str
    pending: int
    """Deliveries that will still be tried."""
    lastAttempt: NotRequired[WebhookOutcome]
    previousSecretExpiresAt: NotRequired[str]
    """Until when the secret before the last rotation signs too."""


WebhookEndpointStatus: TypeAlias = Literal["enabled", "disabled"]
"""Whether an endpoint is in use."""


class WebhookEndpointWithSecret(TypedDict):
    """An endpoint with its secret, shown once."""

    endpoint: WebhookEndpoint
    secret: NotRequired[str]
    """`whsec_…`; only in the first answer."""
    secretShown: bool
    """Whether this answer holds the secret; false in a replay."""


class WebhookNothing(TypedDict):
    """Nothing to say."""



class WebhookOutcome(TypedDict):
    """What the newest attempt at an endpoint came to."""

    at: str
    ok: bool
    status: NotRequired[int]
    """The HTTP status, when there was an answer."""
    error: NotRequired[str]


class WebhookQueued(TypedDict):
    """What a test or a resend made."""

    delivery: WebhookDelivery


class WebhooksQueued(TypedDict):
    """How many deliveries a resend queues."""

    queued: int


class WindowView(TypedDict):
    """An open reconnect window."""

    attempt: int
    """Which loss it is, from 1."""
    lostAt: str
    """When the connection was lost."""
    windowEndsAt: str
    """When the window closes."""


class ActionCancelledPayload(TypedDict):
    """The action will not be done."""

    actionId: str
    """The action's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    reason: str
    """Why not."""


class ActionCancelledEvent(TypedDict):
    """An event of type `action.cancelled`: The action will not be done."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["action.cancelled"]
    actor: Actor
    payload: ActionCancelledPayload
    schemaVersion: str


class ActionExecutedPayload(TypedDict):
    """The action was done."""

    actionId: str
    """The action's id."""
    durationMs: int
    """How long it took, milliseconds."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    resultRef: NotRequired[str]
    """Where the result is."""


class ActionExecutedEvent(TypedDict):
    """An event of type `action.executed`: The action was done."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["action.executed"]
    actor: Actor
    payload: ActionExecutedPayload
    schemaVersion: str


class ActionFailedPayload(TypedDict):
    """The action was tried and failed."""

    actionId: str
    """The action's id."""
    code: str
    """A stable code, upper snake."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    message: str
    """What went wrong, for people."""
    retryable: bool
    """Whether trying again may help."""


class ActionFailedEvent(TypedDict):
    """An event of type `action.failed`: The action was tried and failed."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["action.failed"]
    actor: Actor
    payload: ActionFailedPayload
    schemaVersion: str


class ActionProposedPayload(TypedDict):
    """An agent proposes an action."""

    actionId: str
    """The action's id."""
    actionType: str
    """What kind of action it is, such as `calendar.book`."""
    deliverable: NotRequired[str]
    """What the action will produce."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    summary: str
    """What will be done, for people."""


class ActionProposedEvent(TypedDict):
    """An event of type `action.proposed`: An agent proposes an action."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["action.proposed"]
    actor: Actor
    payload: ActionProposedPayload
    schemaVersion: str


class ActionRequiresConfirmationPayload(TypedDict):
    """The action waits for a person's decision."""

    actionId: str
    """The action's id."""
    confirmationToken: str
    """The approval's public id; the secret confirmation goes to the approver alone."""
    expiresAt: NotRequired[str]
    """When the question lapses."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    reason: str
    """Why it needs a decision."""


class ActionRequiresConfirmationEvent(TypedDict):
    """An event of type `action.requires_confirmation`: The action waits for a person's decision."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["action.requires_confirmation"]
    actor: Actor
    payload: ActionRequiresConfirmationPayload
    schemaVersion: str


class BillingAdjustmentCreatedPayload(TypedDict):
    """A correction of what is charged."""

    adjustmentId: str
    """The adjustment's id."""
    amountMinor: int
    """The correction in minor units; negative is in the tenant's favour."""
    currency: str
    """ISO 4217 code of the currency."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    meterId: str
    """The meter that is corrected."""


class BillingAdjustmentCreatedEvent(TypedDict):
    """An event of type `billing.adjustment.created`: A correction of what is charged."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["billing.adjustment.created"]
    actor: Actor
    payload: BillingAdjustmentCreatedPayload
    schemaVersion: str


class BillingUsageRecordedPayload(TypedDict):
    """An amount that will be charged."""

    billableSeconds: NotRequired[int]
    """Billable time, whole seconds; instead of `quantity` and `unit`."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    meterId: str
    """The meter's id."""
    quantity: NotRequired[int]
    """How much, in `unit`; instead of `billableSeconds`."""
    unit: NotRequired[Literal["seconds", "count", "tokens", "characters", "bytes"]]
    """What `quantity` counts."""


class BillingUsageRecordedEvent(TypedDict):
    """An event of type `billing.usage.recorded`: An amount that will be charged."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["billing.usage.recorded"]
    actor: Actor
    payload: BillingUsageRecordedPayload
    schemaVersion: str


class CallAgentStateChangedPayload(TypedDict):
    """An agent does something else than before."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    participantId: str
    """The agent's participant id."""
    reason: NotRequired[str]
    """Why it changed."""
    state: Literal["initializing", "idle", "listening", "thinking", "speaking"]
    """What it does now."""


class CallAgentStateChangedEvent(TypedDict):
    """An event of type `call.agent.state_changed`: An agent does something else than before."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.agent.state_changed"]
    actor: Actor
    payload: CallAgentStateChangedPayload
    schemaVersion: str


class CallConnectedPayload(TypedDict):
    """A caller is in the room: the call's duration counts from here."""

    callId: str
    """The session's id."""
    connectedAt: str
    """When the provider saw the connection."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    providerSessionId: NotRequired[str]
    """The provider's own id of the room's session."""


class CallConnectedEvent(TypedDict):
    """An event of type `call.connected`: A caller is in the room: the call's duration counts from here."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.connected"]
    actor: Actor
    payload: CallConnectedPayload
    schemaVersion: str


class CallConnectingPayload(TypedDict):
    """Media is being set up for the first time."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""


class CallConnectingEvent(TypedDict):
    """An event of type `call.connecting`: Media is being set up for the first time."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.connecting"]
    actor: Actor
    payload: CallConnectingPayload
    schemaVersion: str


class CallEndedPayload(TypedDict):
    """The call is over, as it should be. Terminal."""

    callId: str
    """The session's id."""
    durationMs: int
    """How long it lasted, milliseconds."""
    durationSeconds: int
    """`durationMs` / 1000, rounded down."""
    endReason: Literal["completed", "user_hangup", "timeout", "agent_handover", "operator_ended", "provider_ended"]
    """Why it ended."""
    endedAt: str
    """When it ended."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""


class CallEndedEvent(TypedDict):
    """An event of type `call.ended`: The call is over, as it should be. Terminal."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.ended"]
    actor: Actor
    payload: CallEndedPayload
    schemaVersion: str


class CallErasedPayload(TypedDict):
    """Personal text of earlier events was made unreadable. They keep their sequences; read them again, and
    let go of copies.
    """

    callId: str
    """The session's id."""
    erasedAt: str
    """When it was asked for."""
    events: int
    """How many events lost text."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    scope: Literal["call", "participants"]
    """Whose text."""


class CallErasedEvent(TypedDict):
    """An event of type `call.erased`: Personal text of earlier events was made unreadable. They keep their
    sequences; read them again, and let go of copies.
    """

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.erased"]
    actor: Actor
    payload: CallErasedPayload
    schemaVersion: str


class CallErrorPayload(TypedDict):
    """Something went wrong and the call goes on."""

    callId: NotRequired[str]
    """The session's id."""
    code: str
    """A stable code, upper snake."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    message: str
    """What went wrong, for people."""
    retryable: bool
    """Whether trying again may help."""


class CallErrorEvent(TypedDict):
    """An event of type `call.error`: Something went wrong and the call goes on."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.error"]
    actor: Actor
    payload: CallErrorPayload
    schemaVersion: str


class CallParticipantJoinedPayload(TypedDict):
    """Someone is in the room."""

    callId: str
    """The session's id."""
    identity: str
    """The participant's identity at the provider."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    kind: Literal["standard", "agent", "phone", "ingress", "egress", "other"]
    """What kind of thing takes part."""
    name: NotRequired[str]
    """A name for people."""
    participantId: str
    """The participant's id."""
    role: NotRequired[Literal["caller", "agent", "observer"]]
    """What the participant is to the call."""


class CallParticipantJoinedEvent(TypedDict):
    """An event of type `call.participant.joined`: Someone is in the room."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.participant.joined"]
    actor: Actor
    payload: CallParticipantJoinedPayload
    schemaVersion: str


class CallParticipantLeftPayload(TypedDict):
    """Someone left the room and will not be waited for."""

    callId: str
    """The session's id."""
    identity: str
    """The participant's identity at the provider."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    kind: Literal["standard", "agent", "phone", "ingress", "egress", "other"]
    """What kind of thing took part."""
    name: NotRequired[str]
    """A name for people."""
    participantId: str
    """The participant's id."""
    reason: NotRequired[str]
    """Why they left."""
    role: NotRequired[Literal["caller", "agent", "observer"]]
    """What the participant was to the call."""


class CallParticipantLeftEvent(TypedDict):
    """An event of type `call.participant.left`: Someone left the room and will not be waited for."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.participant.left"]
    actor: Actor
    payload: CallParticipantLeftPayload
    schemaVersion: str


class CallReconnectingPayload(TypedDict):
    """A connection was lost and is waited for."""

    at: str
    """When it was lost."""
    attempt: int
    """How many times this connection was lost, this one included."""
    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    participantId: NotRequired[str]
    """Whose connection it is."""
    reason: NotRequired[str]
    """Why, as far as known."""
    reportedBy: NotRequired[str]
    """Who noticed: the provider, the participant's page, or Callboard."""


class CallReconnectingEvent(TypedDict):
    """An event of type `call.reconnecting`: A connection was lost and is waited for."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.reconnecting"]
    actor: Actor
    payload: CallReconnectingPayload
    schemaVersion: str


class CallRecordingEndedPayload(TypedDict):
    """A recording ended; may arrive after the call's end."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    recordingId: str
    """The recording's id."""
    status: NotRequired[str]
    """The provider's word for how it stands."""
    uri: NotRequired[str]
    """Where the recording lies."""


class CallRecordingEndedEvent(TypedDict):
    """An event of type `call.recording.ended`: A recording ended; may arrive after the call's end."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.recording.ended"]
    actor: Actor
    payload: CallRecordingEndedPayload
    schemaVersion: str


class CallRecordingStartedPayload(TypedDict):
    """A recording began."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    recordingId: str
    """The recording's id."""
    status: NotRequired[str]
    """The provider's word for how it stands."""
    uri: NotRequired[str]
    """Where the recording lies."""


class CallRecordingStartedEvent(TypedDict):
    """An event of type `call.recording.started`: A recording began."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.recording.started"]
    actor: Actor
    payload: CallRecordingStartedPayload
    schemaVersion: str


class CallResumedPayload(TypedDict):
    """A lost connection is back."""

    at: str
    """When it came back."""
    callId: str
    """The session's id."""
    gapMs: int
    """How long it was gone, milliseconds."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    participantId: NotRequired[str]
    """Whose connection it is."""
    reportedBy: NotRequired[str]
    """Who noticed: the provider, the participant's page, or Callboard."""


class CallResumedEvent(TypedDict):
    """An event of type `call.resumed`: A lost connection is back."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.resumed"]
    actor: Actor
    payload: CallResumedPayload
    schemaVersion: str


class CallStartedPayload(TypedDict):
    """A call was created: the first event of every log."""

    callId: str
    """The session's id."""
    channel: Literal["voice", "video"]
    """The medium that the call was made for."""
    direction: Literal["inbound", "outbound"]
    """Who called whom, seen from the tenant."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    provider: str
    """The media provider, such as `livekit` or `none`."""


class CallStartedEvent(TypedDict):
    """An event of type `call.started`: A call was created: the first event of every log."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.started"]
    actor: Actor
    payload: CallStartedPayload
    schemaVersion: str


class CallTerminalFailurePayload(TypedDict):
    """The call cannot go on. Terminal."""

    callId: str
    """The session's id."""
    code: str
    """A stable code, upper snake."""
    failedAt: str
    """When it failed."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    message: str
    """What went wrong, for people."""


class CallTerminalFailureEvent(TypedDict):
    """An event of type `call.terminal_failure`: The call cannot go on. Terminal."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.terminal_failure"]
    actor: Actor
    payload: CallTerminalFailurePayload
    schemaVersion: str


class CallTrackPublishedPayload(TypedDict):
    """A participant began to send a track."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    kind: Literal["audio", "video", "screen"]
    """What the track carries."""
    participantId: str
    """The participant's id."""
    trackId: str
    """The provider's id of the track."""


class CallTrackPublishedEvent(TypedDict):
    """An event of type `call.track.published`: A participant began to send a track."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.track.published"]
    actor: Actor
    payload: CallTrackPublishedPayload
    schemaVersion: str


class CallTrackUnpublishedPayload(TypedDict):
    """A participant stopped sending a track."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    kind: Literal["audio", "video", "screen"]
    """What the track carries."""
    participantId: str
    """The participant's id."""
    trackId: str
    """The provider's id of the track."""


class CallTrackUnpublishedEvent(TypedDict):
    """An event of type `call.track.unpublished`: A participant stopped sending a track."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.track.unpublished"]
    actor: Actor
    payload: CallTrackUnpublishedPayload
    schemaVersion: str


class CallTurnOwnerChangedPayload(TypedDict):
    """Someone else has the turn to speak."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    owner: Literal["user", "agent"]
    """Whose turn it is now."""
    reason: NotRequired[str]
    """Why it changed."""
    turnId: str
    """The turn's id."""


class CallTurnOwnerChangedEvent(TypedDict):
    """An event of type `call.turn.owner_changed`: Someone else has the turn to speak."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.turn.owner_changed"]
    actor: Actor
    payload: CallTurnOwnerChangedPayload
    schemaVersion: str


class CallTurnTimingPayload(TypedDict):
    """How long the parts of an agent's turn took."""

    callId: str
    """The session's id."""
    captureToBackendMs: int
    """From the captured sound to the backend, milliseconds."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    orchestratorMs: int
    """Spent in the orchestrator, milliseconds."""
    playbackStartMs: int
    """Until the answer was heard, milliseconds."""
    sloBreached: bool
    """Whether the turn took longer than agreed."""
    totalMs: int
    """The whole turn, milliseconds."""
    turnId: str
    """The turn's id."""


class CallTurnTimingEvent(TypedDict):
    """An event of type `call.turn.timing`: How long the parts of an agent's turn took."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.turn.timing"]
    actor: Actor
    payload: CallTurnTimingPayload
    schemaVersion: str


class CallVoiceConfigUpdatedPayload(TypedDict):
    """The agent's voice was set or changed."""

    callId: str
    """The session's id."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    label: str
    """The profile's name for people."""
    persona: str
    """The persona that speaks."""
    synthesisAllowed: bool
    """Whether this voice may be synthesised."""
    voiceProfileId: str
    """The voice profile's id."""


class CallVoiceConfigUpdatedEvent(TypedDict):
    """An event of type `call.voice.config.updated`: The agent's voice was set or changed."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["call.voice.config.updated"]
    actor: Actor
    payload: CallVoiceConfigUpdatedPayload
    schemaVersion: str


class OrchestrationActionRequestedPayload(TypedDict):
    """An orchestrator asks for an action."""

    actionId: str
    """The action's id."""
    actionType: str
    """What kind of action it is, such as `calendar.book`."""
    deliverable: NotRequired[str]
    """What the action will produce."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    summary: str
    """What will be done, for people."""


class OrchestrationActionRequestedEvent(TypedDict):
    """An event of type `orchestration.action.requested`: An orchestrator asks for an action."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["orchestration.action.requested"]
    actor: Actor
    payload: OrchestrationActionRequestedPayload
    schemaVersion: str


class SafetyApprovedPayload(TypedDict):
    """A policy or an approver let something pass."""

    actionId: NotRequired[str]
    """The action that may go on."""
    approvedBy: NotRequired[str]
    """Who approved it."""
    decision: str
    """The decision in the policy's words."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    policyId: str
    """The policy's id."""


class SafetyApprovedEvent(TypedDict):
    """An event of type `safety.approved`: A policy or an approver let something pass."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["safety.approved"]
    actor: Actor
    payload: SafetyApprovedPayload
    schemaVersion: str


class SafetyBlockedPayload(TypedDict):
    """A policy stopped something."""

    actionId: NotRequired[str]
    """The action that was stopped."""
    decision: str
    """The decision in the policy's words."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    policyId: str
    """The policy's id."""
    reason: str
    """Why it was stopped."""


class SafetyBlockedEvent(TypedDict):
    """An event of type `safety.blocked`: A policy stopped something."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["safety.blocked"]
    actor: Actor
    payload: SafetyBlockedPayload
    schemaVersion: str


class TranscriptFinalPayload(TypedDict):
    """What was said; beats every partial, and a later final corrects it."""

    confidence: NotRequired[float]
    """How sure the recogniser is, 0 to 1."""
    endMs: int
    """Where it ends, milliseconds since the call connected; not before `startMs`."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    language: NotRequired[str]
    """BCP 47 language tag."""
    participantId: NotRequired[str]
    """The participant who spoke."""
    source: NotRequired[Literal["speech", "typed", "agent"]]
    """Where the text comes from."""
    speaker: Literal["user", "agent", "unknown"]
    """Who spoke."""
    startMs: int
    """Where it begins, milliseconds since the call connected."""
    text: str
    """What was said."""
    utteranceId: str
    """The utterance's id within the call."""


class TranscriptFinalEvent(TypedDict):
    """An event of type `transcript.final`: What was said; beats every partial, and a later final corrects
    it.
    """

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["transcript.final"]
    actor: Actor
    payload: TranscriptFinalPayload
    schemaVersion: str


class TranscriptPartialPayload(TypedDict):
    """A version that may still change; a later partial replaces it unless a final exists."""

    confidence: NotRequired[float]
    """How sure the recogniser is, 0 to 1."""
    endMs: int
    """Where it ends, milliseconds since the call connected; not before `startMs`."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    language: NotRequired[str]
    """BCP 47 language tag."""
    participantId: NotRequired[str]
    """The participant who spoke."""
    source: NotRequired[Literal["speech", "typed", "agent"]]
    """Where the text comes from."""
    speaker: Literal["user", "agent", "unknown"]
    """Who spoke."""
    startMs: int
    """Where it begins, milliseconds since the call connected."""
    text: str
    """What was said."""
    utteranceId: str
    """The utterance's id within the call."""


class TranscriptPartialEvent(TypedDict):
    """An event of type `transcript.partial`: A version that may still change; a later partial replaces it
    unless a final exists.
    """

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["transcript.partial"]
    actor: Actor
    payload: TranscriptPartialPayload
    schemaVersion: str


class UsageStoppedPayload(TypedDict):
    """Usage was stopped."""

    finalBillableSeconds: int
    """Billable time up to the stop, whole seconds."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    meterId: str
    """The meter's id."""
    reason: Literal["budget_exceeded", "policy_limit", "manual_stop"]
    """Why it was stopped."""


class UsageStoppedEvent(TypedDict):
    """An event of type `usage.stopped`: Usage was stopped."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["usage.stopped"]
    actor: Actor
    payload: UsageStoppedPayload
    schemaVersion: str


class UsageTickPayload(TypedDict):
    """An agent's own count: evidence, never billed by itself."""

    billableSeconds: NotRequired[int]
    """Billable time, whole seconds; instead of `quantity` and `unit`."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    meterId: str
    """The meter's id."""
    quantity: NotRequired[int]
    """How much, in `unit`; instead of `billableSeconds`."""
    unit: NotRequired[Literal["seconds", "count", "tokens", "characters", "bytes"]]
    """What `quantity` counts."""


class UsageTickEvent(TypedDict):
    """An event of type `usage.tick`: An agent's own count: evidence, never billed by itself."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["usage.tick"]
    actor: Actor
    payload: UsageTickPayload
    schemaVersion: str


class UsageWarningPayload(TypedDict):
    """A meter comes near its limit."""

    currentValue: int
    """Where the meter stands, in the threshold's unit."""
    inferred: NotRequired[bool]
    """True for a fact that Callboard concluded and did not hear."""
    message: str
    """The warning, for people."""
    meterId: str
    """The meter's id."""
    thresholdType: Literal["seconds", "cost"]
    """What the threshold is set on."""
    thresholdValue: int
    """The threshold: seconds, or minor units of money."""


class UsageWarningEvent(TypedDict):
    """An event of type `usage.warning`: A meter comes near its limit."""

    eventId: str
    sessionId: str
    sequence: int
    ts: str
    type: Literal["usage.warning"]
    actor: Actor
    payload: UsageWarningPayload
    schemaVersion: str


EventType: TypeAlias = Literal[
    "action.cancelled",
    "action.executed",
    "action.failed",
    "action.proposed",
    "action.requires_confirmation",
    "billing.adjustment.created",
    "billing.usage.recorded",
    "call.agent.state_changed",
    "call.connected",
    "call.connecting",
    "call.ended",
    "call.erased",
    "call.error",
    "call.participant.joined",
    "call.participant.left",
    "call.reconnecting",
    "call.recording.ended",
    "call.recording.started",
    "call.resumed",
    "call.started",
    "call.terminal_failure",
    "call.track.published",
    "call.track.unpublished",
    "call.turn.owner_changed",
    "call.turn.timing",
    "call.voice.config.updated",
    "orchestration.action.requested",
    "safety.approved",
    "safety.blocked",
    "transcript.final",
    "transcript.partial",
    "usage.stopped",
    "usage.tick",
    "usage.warning",
]
"""Types."""


Event: TypeAlias = Union[
    "ActionCancelledEvent",
    "ActionExecutedEvent",
    "ActionFailedEvent",
    "ActionProposedEvent",
    "ActionRequiresConfirmationEvent",
    "BillingAdjustmentCreatedEvent",
    "BillingUsageRecordedEvent",
    "CallAgentStateChangedEvent",
    "CallConnectedEvent",
    "CallConnectingEvent",
    "CallEndedEvent",
    "CallErasedEvent",
    "CallErrorEvent",
    "CallParticipantJoinedEvent",
    "CallParticipantLeftEvent",
    "CallReconnectingEvent",
    "CallRecordingEndedEvent",
    "CallRecordingStartedEvent",
    "CallResumedEvent",
    "CallStartedEvent",
    "CallTerminalFailureEvent",
    "CallTrackPublishedEvent",
    "CallTrackUnpublishedEvent",
    "CallTurnOwnerChangedEvent",
    "CallTurnTimingEvent",
    "CallVoiceConfigUpdatedEvent",
    "OrchestrationActionRequestedEvent",
    "SafetyApprovedEvent",
    "SafetyBlockedEvent",
    "TranscriptFinalEvent",
    "TranscriptPartialEvent",
    "UsageStoppedEvent",
    "UsageTickEvent",
    "UsageWarningEvent",
]
"""An event as it is stored, replayed and streamed."""
