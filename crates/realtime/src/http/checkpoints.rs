//! Named readers of a session and how far they are.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use callboard_calls::access;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, List, Page, Path, Principal, Problem, Query, Reply, fingerprint, once,
};
use callboard_kernel::{Result, SessionId, Timestamp, check_text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::live::Live;
use crate::read;

const CHECKPOINT: &str = "POST /v1/realtime/sessions/{sessionId}/checkpoint";

/// Where a consumer wants to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = CheckpointRequest)]
pub(super) struct CheckpointBody {
    /// The consumer's name, 1-128 characters; it belongs to the principal that first names it.
    #[schema(min_length = 1, max_length = 128)]
    consumer_id: String,
    /// The last sequence that it has dealt with.
    #[schema(minimum = 0)]
    sequence: i64,
}

/// Where a consumer stands now.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CheckpointAnswer)]
struct CheckpointDto {
    /// The consumer.
    consumer_id: String,
    /// Where it stands.
    sequence: i64,
    /// `advanced_sequence`, `equal_sequence_idempotent` or `stale_sequence_ignored`.
    outcome: &'static str,
}

/// A consumer of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Checkpoint)]
pub(super) struct ConsumerDto {
    /// The consumer.
    consumer_id: String,
    /// Where it stands.
    sequence: i64,
    /// When it last moved.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Rows of the page, 1-100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A checkpoint as routes and sockets ask for it, checked.
pub(super) fn checked(consumer: &str, sequence: i64) -> Result<()> {
    check_text("/consumerId", consumer, 128)?;
    read::sequence("/sequence", sequence).map(|_| ())
}

/// Moves a consumer; the outcome's name and where it stands.
pub(super) fn advance(
    tx: &callboard_store::Tx<'_>,
    log: &callboard_eventlog::Log,
    by: &Principal,
    id: &SessionId,
    (consumer, sequence): (&str, i64),
    now: Timestamp,
) -> Result<(&'static str, i64)> {
    let seen = access::see(tx, log, by, id)?;
    let (outcome, stands) = log.checkpoint(tx, &seen.key, consumer, &by.subject(), sequence, now)?;
    Ok((outcome.as_str(), stands))
}

/// Store a checkpoint
///
/// Monotone per consumer: a lower sequence is ignored, an equal one changes nothing. Accepted after the session's end
/// as well.
#[utoipa::path(
    post, path = "/v1/realtime/sessions/{sessionId}/checkpoint", tag = "Events",
    params(("sessionId" = String, Path, description = "The session."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats give the stored answer.")),
    request_body = CheckpointBody,
    responses((status = 200, description = "Where the consumer stands.", body = CheckpointDto)),
    extensions(("x-error-codes" = json!(["ACK_AHEAD_OF_LOG", "CONSUMER_FORBIDDEN"])))
)]
pub(super) async fn checkpoint(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: Option<IdempotencyKey>,
    body: Body<CheckpointBody>,
) -> Result<Response, Problem> {
    let CheckpointBody { consumer_id, sequence } = body.value;
    checked(&consumer_id, sequence)?;
    let print = fingerprint(&[id.as_str()], &body.text);
    let (log, by, now) = (live.app.log.clone(), caller.principal.clone(), caller.now);
    let answer = once(&live.app, &caller, CHECKPOINT, key, print, move |tx| {
        let (outcome, sequence) = advance(tx, &log, &by, &id, (&consumer_id, sequence), now)?;
        Reply::ok(&CheckpointDto { consumer_id: consumer_id.clone(), sequence, outcome })
    })
    .await?;
    Ok(answer.into_response(&live.app.keys))
}

/// List checkpoints
///
/// Consumers of the session by name. A session pass sees its own.
#[utoipa::path(
    get, path = "/v1/realtime/sessions/{sessionId}/checkpoints", tag = "Events",
    params(("sessionId" = String, Path, description = "The session."), ListQuery),
    responses((status = 200, description = "A page of consumers.", body = List<ConsumerDto>))
)]
pub(super) async fn checkpoints(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<List<ConsumerDto>>, Problem> {
    let list = format!("checkpoints:{}:{id}", caller.principal.tenant());
    let page = Page::of(query.limit, query.cursor.as_deref(), &list)?;
    let after = page.after.as_ref().map_or_else(String::new, |c| c.id.clone());
    let (log, by, fetch) = (live.app.log.clone(), caller.principal.clone(), page.fetch());
    let rows = live
        .app
        .db
        .read(move |tx| {
            let seen = access::see(tx, &log, &by, &id)?;
            log.checkpoints(tx, &seen.key, &after, fetch)
        })
        .await?;
    let found = page.list(rows, |row| Cursor { at: Timestamp::default(), id: row.consumer.clone() });
    let (own, subject) = (matches!(caller.principal, Principal::Pass { .. }), caller.principal.subject());
    let items = found.items.into_iter().filter(|row| !own || row.owner == subject);
    let items = items
        .map(|row| ConsumerDto { consumer_id: row.consumer, sequence: row.sequence, updated_at: row.updated_at })
        .collect();
    Ok(axum::Json(List { items, next_cursor: found.next_cursor }))
}
