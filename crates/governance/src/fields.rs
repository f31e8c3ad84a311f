//! Which columns hold personal text. Every text column of every table is listed once: a test of the binary compares the
//! list with the schema, so that a later table cannot be forgotten.
//!
//! Plain are ids, words of closed lists, hashes, sealed secrets, instants as text, and what an administration says about
//! itself (names of keys, URLs of endpoints). Ids that a producer chooses (`sessionId`, `eventId`, `utteranceId`,
//! `correlationId`, `consumerId`, idempotency keys) are references and stay: they are no place for personal data.

/// A table: its personal text columns and its plain ones.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Columns that an erasure overwrites.
    pub personal: &'static [&'static str],
    /// Columns that stay.
    pub plain: &'static [&'static str],
}

const fn table(name: &'static str, personal: &'static [&'static str], plain: &'static [&'static str]) -> Table {
    Table { name, personal, plain }
}

/// Every table with text.
pub const TABLES: &[Table] = &[
    table("api_key", &[], &["key_id", "tenant_id", "name", "scopes", "secret_hash", "old_secret_hash", "created_by"]),
    table("app_user", &["subject", "display_name"], &["user_id", "tenant_id", "issuer_id"]),
    // Details are counts, words and ids by rule (`callboard_tenants::Entry`).
    table(
        "audit",
        &[],
        &["audit_id", "tenant_id", "actor_kind", "actor_id", "action", "object_kind", "object_id", "detail"],
    ),
    table("consumer_checkpoint", &[], &["tenant_id", "consumer_id", "owner"]),
    table("erasure", &[], &["erasure_id", "tenant_id", "object_kind", "object_id", "cause", "status", "created_by"]),
    table("erasure_session", &[], &["erasure_id", "tenant_id", "participants"]),
    table("event", &["payload", "actor_id"], &["tenant_id", "event_id", "type", "actor_role"]),
    table("event_erasure", &[], &["tenant_id", "participant_id"]),
    table("event_stream", &[], &["tenant_id", "session_id", "last_event_id"]),
    table(
        "idempotency_key",
        &["body", "secrets", "once_members", "location"],
        &["tenant_id", "subject", "route", "idempotency_key", "request_hash", "etag", "about"],
    ),
    table(
        "issuer",
        &[],
        &["issuer_id", "tenant_id", "iss", "live_iss", "audience", "algorithm", "sealed_secret", "jwks_url"],
    ),
    table("join_link", &["display_name"], &["link_id", "tenant_id", "role", "token_hash", "created_by"]),
    table("log_epoch", &[], &["system_id"]),
    table("login", &[], &["login_id", "tenant_id", "secret_hash", "user_id", "key_id", "narrowed_to"]),
    table("login_link", &[], &["link_id", "tenant_id", "user_id", "token_hash"]),
    // Rows of a session that were carried out are deleted whole; what waits names a room.
    table("outbox", &["payload", "last_error", "dedupe_key"], &["outbox_id", "tenant_id", "destination", "kind"]),
    table("participant", &["name", "identity"], &["tenant_id", "participant_id", "kind", "role", "user_id", "phase"]),
    table("participant_connection", &[], &["tenant_id", "sid", "room_sid", "participant_id", "close_reason"]),
    table(
        "participant_state",
        &["name", "identity"],
        &["tenant_id", "participant_id", "kind", "role", "state", "leave_reason"],
    ),
    table(
        "provider_receipt",
        &["body", "reason"],
        &[
            "receipt_id",
            "tenant_id",
            "session_id",
            "provider",
            "provider_event_id",
            "event",
            "room_sid",
            "room_name",
            "outcome",
            "body_sha256",
            "published",
        ],
    ),
    table("provider_rejection", &[], &["provider", "reason"]),
    // Routes and ids, no bodies, no query strings, no addresses.
    table(
        "request_log",
        &[],
        &[
            "request_id",
            "tenant_id",
            "principal_kind",
            "principal_id",
            "method",
            "route",
            "path",
            "session_id",
            "code",
            "trace_id",
        ],
    ),
    table("resume_use", &[], &["tenant_id", "participant_id"]),
    table("retention", &[], &["tenant_id", "kind"]),
    table("retention_run", &[], &["tenant_id", "kind"]),
    table("room_incarnation", &[], &["tenant_id", "room_sid"]),
    table("schema_migration", &[], &["name", "checksum"]),
    table(
        "session",
        &["metadata", "provider_participant_id", "last_error_message"],
        &[
            "tenant_id",
            "session_id",
            "owner_user_id",
            "created_by",
            "request_hash",
            "channel",
            "direction",
            "correlation_id",
            "provider",
            "provider_room_id",
            "provider_call_id",
            "connection",
            "last_error_code",
        ],
    ),
    table("session_metadata", &["name", "value"], &["tenant_id"]),
    table("session_pass", &[], &["pass_id", "tenant_id", "participant_id", "kind", "token_hash"]),
    table("session_state", &["failure_message"], &["tenant_id", "status", "end_reason", "failure_code"]),
    table("slo_alive", &[], &["instance"]),
    table("slo_minute", &[], &["tenant_id", "kind", "instance"]),
    table("tenant", &[], &["tenant_id", "name", "status", "plan", "flags", "metadata"]),
    table("transcript_search", &[], &["tenant_id", "utterance_id"]),
    table("transcript_search_words", &["words"], &[]),
    table(
        "transcript_segment",
        &["said"],
        &["tenant_id", "utterance_id", "participant_id", "speaker", "language", "source"],
    ),
    table(
        "transcript_snapshot",
        &["said"],
        &["tenant_id", "utterance_id", "participant_id", "speaker", "language", "source"],
    ),
    table("user_role", &[], &["tenant_id", "user_id", "role"]),
    table("webhook_attempt", &["error", "response_body"], &["delivery_id", "tenant_id", "endpoint_id"]),
    table(
        "webhook_delivery",
        &[],
        &["delivery_id", "tenant_id", "endpoint_id", "session_id", "event_id", "event_type", "status"],
    ),
    table(
        "webhook_endpoint",
        &[],
        &[
            "endpoint_id",
            "tenant_id",
            "url",
            "description",
            "event_types",
            "sealed_secret",
            "sealed_previous",
            "disabled_reason",
        ],
    ),
    table("webhook_resend", &[], &["resend_id", "tenant_id", "endpoint_id", "after_id"]),
];
