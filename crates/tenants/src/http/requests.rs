//! `/v1/requests`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{Caller, Cursor, List, Page, Problem, Query, Reply};
use callboard_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Here;
use crate::model::{RequestFilter, RequestRow, word};
use crate::store;

/// A method that changes something.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum ChangingMethod {
    Post,
    Put,
    Patch,
    Delete,
}

/// What the answer was.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(super) enum StatusClass {
    /// It was done.
    #[serde(rename = "2xx")]
    Done,
    /// It was refused.
    #[serde(rename = "4xx")]
    Refused,
    /// It failed here.
    #[serde(rename = "5xx")]
    Failed,
}

impl StatusClass {
    const fn range(self) -> (i64, i64) {
        match self {
            Self::Done => (200, 300),
            Self::Refused => (400, 500),
            Self::Failed => (500, 600),
        }
    }
}

/// Filters of the request log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct RequestsQuery {
    /// Only requests that name this session, or made it.
    session_id: Option<String>,
    /// Only this method.
    #[param(inline)]
    method: Option<ChangingMethod>,
    /// Only answers of this class.
    #[param(inline)]
    status: Option<StatusClass>,
    /// Only requests of this key, user or pass, by its id.
    principal_id: Option<String>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Who called.
#[derive(Serialize, ToSchema)]
struct RequestPrincipal {
    /// `user`, `key` or `pass`.
    kind: String,
    id: String,
    /// Their name now, when they have one here.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// A request that changed something, or tried to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestEntry {
    request_id: String,
    /// When it arrived.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Milliseconds until the answer began.
    duration_ms: i64,
    principal: RequestPrincipal,
    method: String,
    /// The path's template.
    route: String,
    /// The path, without its query. A parameter that cannot be an id stands as its name in the template.
    path: String,
    /// The session that the path names, or that the request made. There need not be such a session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// The answer's status.
    status: i64,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The trace id, as in `x-trace-id` of the answer.
    trace_id: String,
}

impl From<RequestRow> for RequestEntry {
    fn from(row: RequestRow) -> Self {
        Self {
            request_id: row.id.to_string(),
            at: row.at,
            duration_ms: row.duration_ms,
            principal: RequestPrincipal { kind: row.principal_kind, id: row.principal_id, name: row.principal_name },
            method: row.method,
            route: row.route,
            path: row.path,
            session_id: row.session,
            status: row.status,
            code: row.code,
            trace_id: row.trace_id,
        }
    }
}

/// List requests
///
/// The tenant's API requests that changed something or tried to, newest first, of the last 30 days. Events, checkpoints and
/// connection reports are data and not in it, nor are requests of unknown callers. A request appears a moment after its
/// answer; a crash or a flood may leave some out, while the audit never does.
#[utoipa::path(get, path = "/v1/requests", tag = "Access", params(RequestsQuery), responses((status = 200, body = List<RequestEntry>)))]
pub(super) async fn list_requests(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<RequestsQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let filter = RequestFilter {
        session: query.session_id,
        method: query.method.as_ref().map(word),
        principal: query.principal_id,
        status: query.status.map_or((0, 1000), StatusClass::range),
    };
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("requests:{tenant}:{filter:?}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::requests_page(tx, &tenant, &filter, &asked)).await?;
    let list = page.list(rows, |r| Cursor { at: r.at, id: r.id.to_string() });
    let items = list.items.into_iter().map(RequestEntry::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}
