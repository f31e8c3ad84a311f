//! Shapes on the wire. Events themselves are written from their stored text; the types here describe them.

use callboard_eventlog::{Appended, StoredEvent, Watermark};
use callboard_http::problem_value;
use callboard_kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;

/// Who did what an event tells.
#[derive(Serialize, ToSchema)]
#[schema(as = Actor)]
#[allow(dead_code)]
pub(crate) struct ActorDto {
    /// `user`, `agent`, `provider`, `operator` or `system`.
    #[schema(value_type = ActorRole)]
    role: String,
    /// The id in that role.
    id: String,
}

/// Who can be an actor.
#[derive(ToSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum ActorRole {
    User,
    Agent,
    Provider,
    Operator,
    System,
}

/// An event as it is stored, replayed and streamed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
#[allow(dead_code)]
pub(crate) struct EventDto {
    /// Unique within the session; the dedupe key.
    event_id: String,
    /// The session that the event belongs to.
    session_id: String,
    /// Place in the session's log, from 1 without gaps.
    #[schema(minimum = 1)]
    sequence: i64,
    /// When it happened.
    #[schema(format = DateTime)]
    ts: String,
    /// The type, such as `transcript.final`.
    r#type: String,
    /// Who did it.
    actor: ActorDto,
    /// What happened, by type; see `/v1/schemas/{type}`.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
    /// Always `1.0`.
    schema_version: String,
}

/// An event as a producer sends it. The old names `timestamp` and `version` are accepted for `ts` and `schemaVersion`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewEvent)]
#[allow(dead_code)]
pub(crate) struct NewEventDto {
    /// Unique within the session, 1-128 characters without blanks; made by the server when absent.
    #[schema(required = false, max_length = 128, min_length = 1, pattern = r"^[^\s\u0000-\u001f\u007f-\u009f]+$")]
    event_id: String,
    /// The session that the event is for.
    #[schema(max_length = 64, min_length = 1)]
    session_id: String,
    /// When it happened; the server's time when absent.
    #[schema(required = false, format = DateTime)]
    ts: String,
    /// The type.
    #[schema(max_length = 64, min_length = 1)]
    r#type: String,
    /// A participant that the producer speaks for.
    #[schema(required = false)]
    actor: ActorDto,
    /// What happened, at most 64 KiB.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
    /// `1.0`.
    #[schema(required = false, pattern = "^1\\.0$")]
    schema_version: String,
    /// The old name of `ts`.
    #[schema(required = false, format = DateTime)]
    #[deprecated]
    timestamp: String,
    /// The old name of `schemaVersion`.
    #[schema(required = false, pattern = "^1\\.0$")]
    #[deprecated]
    version: String,
}

/// Several events, of any sessions of the tenant.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EventBatch)]
#[allow(dead_code)]
pub(crate) struct BatchDto {
    /// 1-1000 events, each as `NewEvent`. They are judged one by one: a bad one is refused in its place of the results
    /// and holds nobody up, unless `atomic` is set.
    #[schema(min_items = 1, max_items = 1000, value_type = Vec<Object>)]
    events: Vec<NewEventDto>,
    /// All or none.
    #[schema(required = false, default = false)]
    atomic: bool,
}

/// One event or a batch.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AppendRequest)]
#[allow(dead_code, clippy::large_enum_variant, reason = "only its schema is used")]
pub(crate) enum AppendDto {
    /// One event.
    One(NewEventDto),
    /// A batch.
    Many(BatchDto),
}

/// The outcome of one event.
#[derive(Serialize, ToSchema)]
#[schema(as = Appended)]
#[allow(dead_code)]
pub(crate) struct AppendedDto {
    /// The event as stored.
    event: EventDto,
    /// Whether the log already held it; then `event` is the stored one.
    deduped: bool,
}

/// The outcome of one refused event.
#[derive(Serialize, ToSchema)]
#[schema(as = AppendRefused)]
#[allow(dead_code)]
pub(crate) struct RefusedDto {
    /// Why; pointers lead into the batch.
    #[schema(value_type = Object)]
    error: serde_json::Value,
}

/// The outcome of one event of a batch.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AppendResult)]
#[allow(dead_code)]
pub(crate) enum ResultDto {
    /// Stored, or stored before.
    Stored(AppendedDto),
    /// Refused.
    Refused(RefusedDto),
}

/// The outcomes of a batch, in order.
#[derive(Serialize, ToSchema)]
#[schema(as = AppendResults)]
#[allow(dead_code)]
pub(crate) struct ResultsDto {
    /// One per event.
    results: Vec<ResultDto>,
}

/// What a request to append answers.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = AppendAnswer)]
#[allow(dead_code)]
pub(crate) enum AnswerDto {
    /// Of one event.
    One(AppendedDto),
    /// Of a batch.
    Many(ResultsDto),
}

/// The last event that a replay covers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Watermark)]
#[allow(dead_code)]
pub(crate) struct WatermarkDto {
    /// Its sequence.
    sequence: i64,
    /// Its id.
    event_id: String,
    /// Its instant.
    #[schema(format = DateTime)]
    ts: String,
}

/// What one query cost.
#[derive(Serialize, ToSchema)]
#[schema(as = QueryCost)]
pub(crate) struct CostDto {
    /// The query's name.
    pub(crate) query: &'static str,
    /// Rows read.
    pub(crate) rows: u64,
    /// Microseconds in the database.
    pub(crate) micros: u64,
}

/// One page of a session's log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Replay)]
#[allow(dead_code)]
pub(crate) struct ReplayDto {
    /// Events, ascending.
    events: Vec<EventDto>,
    /// Where the next page starts; advances over events that were filtered out.
    next_after_sequence: i64,
    /// Whether this replay has more.
    has_more: bool,
    /// The last event committed when the read began; null when the log is empty.
    #[schema(required = true)]
    watermark: Option<WatermarkDto>,
    /// What each query cost, when asked for.
    diagnostics: Option<Vec<CostDto>>,
}

/// Writes `{"event":…,"deduped":…}`.
pub(crate) fn push_appended(out: &mut String, appended: &Appended) {
    out.push_str("{\"event\":");
    appended.event.push_json(out);
    out.push_str(if appended.deduped { ",\"deduped\":true}" } else { ",\"deduped\":false}" });
}

/// Writes the array of a batch's outcomes.
pub(crate) fn push_results(out: &mut String, outcomes: &[Result<Appended>], trace_id: &str) {
    out.push('[');
    for (at, outcome) in outcomes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match outcome {
            Ok(appended) => push_appended(out, appended),
            Err(error) => {
                out.push_str("{\"error\":");
                out.push_str(&problem_value(error, trace_id).to_string());
                out.push('}');
            }
        }
    }
    out.push(']');
}

/// Writes events as an array.
pub(crate) fn push_events(out: &mut String, events: &[StoredEvent]) {
    out.push('[');
    for (at, event) in events.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        event.push_json(out);
    }
    out.push(']');
}

/// The JSON of a watermark, or `null`.
pub(crate) fn watermark(mark: Option<&Watermark>) -> Result<String> {
    let dto = mark.map(|w| WatermarkDto { sequence: w.sequence, event_id: w.event_id.clone(), ts: w.ts.to_string() });
    serde_json::to_string(&dto).map_err(Error::internal)
}
