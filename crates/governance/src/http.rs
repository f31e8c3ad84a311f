//! The routes: ask for an erasure, look how far it is.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{App, Caller, Cursor, List, Page, Path, Problem, Query, Reply};
use callboard_kernel::{ErasureId, Error, Result, SessionId, UserId};
use callboard_store::Reach;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::model::{Erasure, ErasureStatus, ObjectKind};
use crate::{Keepers, commands, store};

/// Slices that a request carries out itself: small sessions are done when it is answered.
const SLICES: u32 = 20;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Here {
    pub app: App,
    pub keepers: Keepers,
}

/// The routes.
pub(crate) fn router(here: Here) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(erase_session))
        .routes(routes!(erase_user))
        .routes(routes!(list_erasures))
        .routes(routes!(get_erasure))
        .with_state(here)
}

/// An erasure and how far it is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Erasure)]
struct View {
    /// Its id.
    erasure_id: String,
    /// What is erased.
    object_kind: ObjectKind,
    /// The session or user.
    object_id: String,
    /// `request`, or `retention`.
    cause: String,
    /// `running` (rows are being overwritten), `settling` (files are being cleaned), `done`.
    status: ErasureStatus,
    /// Sessions that are done.
    sessions: i64,
    /// Events that lost text.
    events: i64,
    /// Other rows that lost text.
    records: i64,
    /// Who asked: `user:…`, `key:…`, `system:…`.
    created_by: String,
    /// When.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    finished_at: Option<String>,
}

impl From<&Erasure> for View {
    fn from(e: &Erasure) -> Self {
        Self {
            erasure_id: e.id.to_string(),
            object_kind: e.object_kind,
            object_id: e.object_id.clone(),
            cause: e.cause.clone(),
            status: e.status,
            sessions: e.sessions,
            events: e.events,
            records: e.records,
            created_by: e.created_by.clone(),
            created_at: e.created_at.to_string(),
            finished_at: e.finished_at.map(|at| at.to_string()),
        }
    }
}

/// Carries the erasure on for a while and tells how far it is.
async fn answer(here: &Here, begun: Erasure) -> Result<Response, Problem> {
    let Here { app, keepers } = here;
    // As the repair does it: what was delivered about a room without being mapped belongs to no tenant, and the wall hides
    // it from a tenant's reach. The erasure was begun within the caller's.
    Reach::Installation.enter(commands::carry_on(app, keepers, &begun.tenant, &begun.id, SLICES)).await?;
    let found = app.db.read(move |tx| store::by_id(tx, &begun.tenant, &begun.id)).await?;
    let erasure = found.ok_or_else(|| Error::internal("an erasure is gone"))?;
    let status = if erasure.status == ErasureStatus::Done { 200 } else { 202 };
    Ok(Reply::json(status, &View::from(&erasure))?.into_response(&app.keys))
}

/// Erase a session's personal text
///
/// What people said and were called, metadata, messages: unreadable everywhere, for good. Order, counts, times and
/// `callboard verify` stay whole, and `call.erased` tells readers. The session must be over. Asking again finds the same
/// erasure; a large one goes on after the answer (202).
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/erase", operation_id = "erase_session", tag = "Data",
    params(("sessionId" = String, Path, description = "The session")),
    responses((status = 200, description = "Done", body = View), (status = 202, description = "Under way", body = View)),
    extensions(("x-error-codes" = json!(["SESSION_NOT_OVER", "SESSION_REMOVED"]))))]
async fn erase_session(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let log = here.app.log.clone();
    let begun = here.app.db.write(move |tx| {
        commands::erase_session(tx, &log, &caller.principal, &id, caller.now, &mut caller.entropy.clone())
    });
    let begun = begun.await?;
    answer(&here, begun).await
}

/// Erase a user
///
/// The text of the sessions that are theirs, what they said and were called in others', their name and subject here, and
/// every way in. The row keeps its id and stays disabled; the same subject signing in later is a new user. None of their
/// sessions may be going on.
#[utoipa::path(post, path = "/v1/users/{userId}/erase", operation_id = "erase_user", tag = "Data",
    params(("userId" = String, Path, description = "The user")),
    responses((status = 200, description = "Done", body = View), (status = 202, description = "Under way", body = View)),
    extensions(("x-error-codes" = json!(["SCOPE_EXCEEDED", "SESSION_NOT_OVER"]))))]
async fn erase_user(State(here): State<Here>, caller: Caller, Path(id): Path<UserId>) -> Result<Response, Problem> {
    let begun = here
        .app
        .db
        .write(move |tx| commands::erase_user(tx, &caller.principal, &id, caller.now, &mut caller.entropy.clone()));
    let begun = begun.await?;
    answer(&here, begun).await
}

/// `limit` and `cursor` of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// List erasures, newest first
#[utoipa::path(get, path = "/v1/erasures", operation_id = "list_erasures", tag = "Data", params(PageQuery),
    responses((status = 200, description = "A page", body = List<View>)), extensions(("x-error-codes" = json!(["INVALID_CURSOR"]))))]
async fn list_erasures(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("erasures:{tenant}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::page(tx, &tenant, &asked)).await?;
    let list = page.list(rows, |e| Cursor { at: e.created_at, id: e.id.to_string() });
    let items = list.items.iter().map(View::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Read how far an erasure is
#[utoipa::path(get, path = "/v1/erasures/{erasureId}", operation_id = "get_erasure", tag = "Data",
    params(("erasureId" = String, Path, description = "The erasure")),
    responses((status = 200, description = "The erasure", body = View)))]
async fn get_erasure(State(here): State<Here>, caller: Caller, Path(id): Path<ErasureId>) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let found = here.app.db.read(move |tx| store::by_id(tx, &tenant, &id)).await?;
    let erasure = found.ok_or_else(|| Error::not_found("erasure"))?;
    Ok(Reply::ok(&View::from(&erasure))?.into_response(&here.app.keys))
}
