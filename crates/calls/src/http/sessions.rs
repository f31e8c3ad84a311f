//! Create, list, read, metadata.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use callboard_contracts::call::{Channel, Direction};
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, IfMatch, List, OptionalBody, Page, Path, Problem, Query, Reply, fingerprint,
    once, query_instant,
};
use callboard_kernel::{Error, Result, SessionId, UserId, check_text, codes};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};

use super::names::{ChannelName, DirectionName};
use super::wire::{MAX_DURATION_MS, SessionView};
use super::{Calls, view, views};
use crate::access;
use crate::commands::sessions::{Create, check_metadata, create as create_session, patch_metadata};
use crate::commands::{Change, actor_of};
use crate::model::{ConnectionState, SIMULATED, Status};
use crate::store;
use crate::store::list::{Filter, Place};

/// How long a search waits for the one before it.
const TURN: Duration = Duration::from_secs(2);

/// Limits that a request may set.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LimitsAsk {
    /// End an active call after so long: 1,000 ms to 24 h.
    #[schema(minimum = 1000, maximum = 86_400_000)]
    max_duration_ms: Option<i64>,
    /// How long a lost participant may come back: 10 s to 10 min; default 120,000 ms.
    #[schema(minimum = 10_000, maximum = 600_000)]
    reconnect_window_ms: Option<i64>,
    /// How long a client's own disconnect waits for a reload: 0 to 60 s; default 10,000 ms.
    #[schema(minimum = 0, maximum = 60_000)]
    leave_grace_ms: Option<i64>,
}

/// A request for a session. Everything is optional.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = CreateSession)]
pub(crate) struct CreateAsk {
    /// 1-64 of `A-Z a-z 0-9 _ - . ~`, unique in the tenant; made here when absent.
    #[schema(pattern = "^[A-Za-z0-9_.~-]{1,64}$")]
    session_id: Option<String>,
    /// `voice` (default) or `video`.
    #[schema(value_type = Option<ChannelName>)]
    channel: Option<String>,
    /// `inbound` (default) or `outbound`.
    #[schema(value_type = Option<DirectionName>)]
    direction: Option<String>,
    /// The user that it belongs to; keys only.
    #[schema(pattern = "^usr_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    owner_user_id: Option<String>,
    /// The builder's own reference, 1-200 characters.
    #[schema(min_length = 1, max_length = 200)]
    correlation_id: Option<String>,
    /// At most 50 keys and 16 KiB; `title` is shown to callers.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Map<String, Value>>,
    /// Limits.
    limits: Option<LimitsAsk>,
    /// Whether the call runs on the simulated media server: it has no sound, and is marked `provider: simulated`
    /// wherever it shows. Only where simulated calls are on.
    simulated: Option<bool>,
}

/// The provider of a new session.
fn provider_for(calls: &Calls, simulated: bool) -> Result<Option<&'static str>> {
    if !simulated {
        return Ok(calls.providers.default_provider().map(|p| p.provider()));
    }
    let rooms = calls.providers.of(SIMULATED).ok_or_else(|| {
        Error::invalid(
            "/simulated",
            "simulated calls are off here; they are on under `serve --dev`, or with the setting `simulated = true`",
        )
    })?;
    Ok(Some(rooms.provider()))
}

/// The created session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedSession)]
pub(crate) struct Created {
    /// The session.
    session: SessionView,
}

fn between(pointer: &str, value: Option<i64>, low: i64, high: i64) -> Result<Option<i64>> {
    match value {
        Some(v) if !(low..=high).contains(&v) => Err(Error::invalid(pointer, format!("must be {low} to {high}"))),
        other => Ok(other),
    }
}

fn checked(ask: CreateAsk, caller: &Caller, provider: Option<&'static str>, text: &str) -> Result<Create> {
    let limits = ask.limits.unwrap_or_default();
    let one_of = |pointer: &str, names: &str| Error::invalid(pointer, format!("must be one of {names}"));
    let channel = ask.channel.as_deref().unwrap_or("voice");
    let direction = ask.direction.as_deref().unwrap_or("inbound");
    let owner = match (ask.owner_user_id.as_deref(), caller.principal.user()) {
        (Some(_), Some(_)) => return Err(Error::invalid("/ownerUserId", "only API keys may name an owner")),
        (Some(text), None) => {
            Some(UserId::parse(text).ok_or_else(|| Error::invalid("/ownerUserId", "must be a usr_… id"))?)
        }
        (None, _) => None,
    };
    let id = ask
        .session_id
        .as_deref()
        .map(|t| SessionId::parse(t).ok_or_else(|| Error::invalid("/sessionId", "must be 1-64 of A-Z a-z 0-9 _ - . ~")))
        .transpose()?;
    if let Some(text) = &ask.correlation_id {
        check_text("/correlationId", text, 200)?;
    }
    let metadata = ask.metadata.unwrap_or_default();
    check_metadata(&metadata)?;
    Ok(Create {
        id,
        channel: Channel::parse(channel).ok_or_else(|| one_of("/channel", "voice, video"))?,
        direction: Direction::parse(direction).ok_or_else(|| one_of("/direction", "inbound, outbound"))?,
        owner,
        correlation_id: ask.correlation_id,
        metadata,
        max_duration_ms: between("/limits/maxDurationMs", limits.max_duration_ms, 1_000, MAX_DURATION_MS)?,
        reconnect_window_ms: between("/limits/reconnectWindowMs", limits.reconnect_window_ms, 10_000, 600_000)?,
        leave_grace_ms: between("/limits/leaveGraceMs", limits.leave_grace_ms, 0, 60_000)?,
        provider,
        request_hash: fingerprint(&[], text),
    })
}

/// Create a session
///
/// Makes a session and its log, whose first event is `call.started`. Send an `Idempotency-Key`, or choose the
/// `sessionId`: the same request again then finds the same session.
#[utoipa::path(post, path = "/v1/call/sessions", operation_id = "create_session", tag = "Calls", request_body(content = Option<CreateAsk>),
    params(("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 201, description = "Created", body = Created), (status = 200, description = "The same request made it before", body = Created)),
    extensions(("x-error-codes" = json!(["IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS", "NOT_FOUND", "TENANT_SUSPENDED"]))))]
pub(crate) async fn create(
    State(calls): State<Calls>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    body: OptionalBody<CreateAsk>,
) -> Result<Response, Problem> {
    let provider = provider_for(&calls, body.value.simulated == Some(true))?;
    let ask = checked(body.value, &caller, provider, &body.text)?;
    let print = fingerprint(&[], &body.text);
    let (app, by) = (calls.app.clone(), caller.clone());
    let answer = once(&calls.app, &caller, "POST /v1/call/sessions", key, print, move |tx| {
        let made = create_session(tx, &app.log, &by.principal, &ask, by.now, &mut by.entropy.clone())?;
        let session = view(tx, &app.log, &made.key)?;
        let location = format!("/v1/call/sessions/{}", session.id());
        let version = session.version();
        let reply = Reply::json(if made.fresh { 201 } else { 200 }, &Created { session })?;
        Ok(Reply { location: made.fresh.then_some(location), ..reply.with_etag(version) })
    })
    .await?;
    Ok(answer.into_response(&calls.app.keys))
}

/// Filters of the list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAsk {
    /// Only sessions of this status.
    status: Option<Status>,
    /// Only sessions of this connection.
    connection: Option<ConnectionState>,
    /// Only sessions of this user.
    owner_user_id: Option<String>,
    /// Only sessions with this reference.
    correlation_id: Option<String>,
    /// Only the session of this room.
    provider_room_id: Option<String>,
    /// Made at or after this instant.
    #[param(format = DateTime)]
    created_after: Option<String>,
    /// Made before this instant.
    #[param(format = DateTime)]
    created_before: Option<String>,
    /// Only sessions whose metadata has this key.
    metadata_key: Option<String>,
    /// With `metadataKey`: only those with this value (text as it is, others as JSON).
    metadata_value: Option<String>,
    /// Only sessions that have this text in their title (`metadata.title`), id, `correlationId`, room, or in a participant's
    /// name or identity. At most 200 characters; A-Z and a-z are the same.
    #[param(min_length = 1, max_length = 200)]
    q: Option<String>,
    /// 1-100, default 50.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// A `nextCursor` of this list.
    cursor: Option<String>,
}

/// List sessions
///
/// Newest first. Users without a role see their own; everybody else sees the tenant's.
#[utoipa::path(get, path = "/v1/call/sessions", operation_id = "list_sessions", tag = "Calls", params(ListAsk),
    responses((status = 200, description = "A page", body = List<SessionView>)), extensions(("x-error-codes" = json!(["INVALID_CURSOR"]))))]
pub(crate) async fn list(
    State(calls): State<Calls>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Response, Problem> {
    if ask.metadata_value.is_some() && ask.metadata_key.is_none() {
        return Err(Error::invalid("query:metadataValue", "needs metadataKey").into());
    }
    if let Some(text) = &ask.q {
        check_text("query:q", text, 200)?;
    }
    let list_name = format!("sessions/{}", caller.principal.tenant());
    let page = Page::of(ask.limit, ask.cursor.as_deref(), &list_name)?;
    let own_only = caller.principal.user().filter(|_| caller.principal.top_role().is_none());
    let mut filter = Filter {
        owner: ask.owner_user_id,
        status: ask.status.map(|s| s.as_str().to_owned()),
        connection: ask.connection.map(|c| c.as_str().to_owned()),
        correlation: ask.correlation_id,
        room: ask.provider_room_id,
        created_after: query_instant("createdAfter", ask.created_after.as_deref())?,
        created_before: query_instant("createdBefore", ask.created_before.as_deref())?,
        metadata_key: ask.metadata_key,
        metadata_value: ask.metadata_value,
        text: ask.q,
    };
    if let Some(user) = own_only {
        if filter.owner.as_deref().is_some_and(|asked| asked != user.as_str()) {
            return Ok(Reply::ok(&List::<SessionView>::whole(Vec::new()))?.into_response(&calls.app.keys));
        }
        filter.owner = Some(user.to_string());
    }
    // A search may look through every session of a tenant: one at a time leaves the other readers to everybody else.
    let turn = if filter.text.is_some() { Some(turn(&calls).await?) } else { None };
    let (log, tenant) = (calls.app.log.clone(), caller.principal.tenant().clone());
    let list = calls
        .app
        .db
        .read(move |tx| {
            // It lives as long as the read, not as long as the client.
            let _held = &turn;
            let place = page.after.as_ref().map(|c| Place { at: c.at, id: c.id.clone() });
            let rows = store::list::sessions(tx, &tenant, &filter, place.as_ref(), page.fetch())?;
            let cut = page.list(rows, |(_, s)| Cursor { at: s.created_at, id: s.id.to_string() });
            Ok(List { items: views(tx, &log, &tenant, &cut.items)?, next_cursor: cut.next_cursor })
        })
        .await?;
    Ok(Reply::ok(&list)?.into_response(&calls.app.keys))
}

/// Waits for a search's turn; `OVERLOADED` when others take too long.
async fn turn(calls: &Calls) -> Result<OwnedSemaphorePermit, Error> {
    let others =
        || Error::new(&codes::OVERLOADED, "Others are searching; try again in a moment.").retry_after_ms(1_000);
    let waited = tokio::time::timeout(TURN, Arc::clone(&calls.searches).acquire_owned()).await;
    waited.map_err(|_| others())?.map_err(Error::internal)
}

/// Read a session
#[utoipa::path(get, path = "/v1/call/sessions/{sessionId}", operation_id = "read_session", tag = "Calls", params(("sessionId" = String, Path, description = "The session")),
    responses((status = 200, description = "The session; `ETag` is its version", body = SessionView)))]
pub(crate) async fn read(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let (log, by) = (calls.app.log.clone(), caller.principal.clone());
    let session = calls
        .app
        .db
        .read(move |tx| {
            let seen = access::see(tx, &log, &by, &id)?;
            let session = view(tx, &log, &seen.key)?;
            Ok(if matches!(by, callboard_http::Principal::Pass { .. }) { session.for_pass() } else { session })
        })
        .await?;
    let version = session.version();
    Ok(Reply::ok(&session)?.with_etag(version).into_response(&calls.app.keys))
}

/// A change of metadata.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PatchAsk {
    /// Merged into the metadata; a null deletes its key.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// Change metadata
///
/// Merges; a null deletes its key. With `If-Match` the change is made only to the version that was read.
#[utoipa::path(patch, path = "/v1/call/sessions/{sessionId}", operation_id = "patch_session", tag = "Calls", request_body = PatchAsk,
    params(("sessionId" = String, Path, description = "The session"), ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 200, description = "The session", body = SessionView)), extensions(("x-error-codes" = json!(["PRECONDITION_FAILED"]))))]
pub(crate) async fn patch(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    if_match: IfMatch,
    body: Body<PatchAsk>,
) -> Result<Response, Problem> {
    let (app, patch) = (calls.app.clone(), body.value.metadata);
    let session = calls
        .app
        .db
        .write(move |tx| {
            let seen = access::change(tx, &app.log, &caller.principal, &id)?;
            // The lock comes before the comparison, or two equal `If-Match` could both pass.
            app.log.lock(tx, &seen.key)?;
            if_match.check(store::session_load(tx, &seen.key)?.version)?;
            let actor = actor_of(&caller.principal, seen.owner.as_ref());
            let mut change = Change { log: &app.log, actor, now: caller.now, entropy: caller.entropy.clone() };
            patch_metadata(&mut change, tx, &seen.key, &patch)?;
            view(tx, &app.log, &seen.key)
        })
        .await?;
    let version = session.version();
    Ok(Reply::ok(&session)?.with_etag(version).into_response(&calls.app.keys))
}
