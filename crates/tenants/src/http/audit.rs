//! `/v1/audit`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{Caller, Cursor, List, Page, Problem, Query, Reply, query_instant};
use callboard_kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Here;
use crate::model::{AuditFilter, AuditRow};
use crate::store;

/// Filters of the audit.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct AuditQuery {
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// Only this action, `key.create`.
    action: Option<String>,
    /// Only what this user, key or pass did, by its id.
    actor_id: Option<String>,
    /// Only what was done to this, by its id.
    object_id: Option<String>,
    /// Only what was done at this instant or later, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only what was done before this instant, RFC 3339.
    #[param(format = DateTime)]
    until: Option<String>,
}

impl AuditQuery {
    fn filter(&self) -> Result<AuditFilter> {
        Ok(AuditFilter {
            action: self.action.clone(),
            actor: self.actor_id.clone(),
            object: self.object_id.clone(),
            from: query_instant("from", self.from.as_deref())?.unwrap_or(Timestamp::from_micros(i64::MIN)),
            until: query_instant("until", self.until.as_deref())?.unwrap_or(Timestamp::from_micros(i64::MAX)),
        })
    }
}

/// Who did it.
#[derive(Serialize, ToSchema)]
struct AuditActor {
    /// `user`, `key`, `pass`, `cli`, `system`.
    kind: String,
    id: String,
    /// Their name now, when they have one here.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// What it was done to.
#[derive(Serialize, ToSchema)]
struct AuditObject {
    kind: String,
    id: String,
}

/// One change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AuditEntry {
    audit_id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    actor: AuditActor,
    action: String,
    object: AuditObject,
    /// What changed.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<&AuditRow> for AuditEntry {
    fn from(row: &AuditRow) -> Self {
        Self {
            audit_id: row.id.to_string(),
            at: row.at,
            actor: AuditActor { kind: row.actor_kind.clone(), id: row.actor_id.clone(), name: row.actor_name.clone() },
            action: row.action.clone(),
            object: AuditObject { kind: row.object_kind.clone(), id: row.object_id.clone() },
            detail: row.detail.clone(),
        }
    }
}

/// Who changed what in the tenant, newest first.
#[utoipa::path(get, path = "/v1/audit", tag = "Access", params(AuditQuery), responses((status = 200, body = List<AuditEntry>)))]
pub(super) async fn list_audit(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let filter = query.filter()?;
    let list = format!("audit:{tenant}:{filter:?}");
    let page = Page::of(query.limit, query.cursor.as_deref(), &list)?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::audit_page(tx, &tenant, &filter, &asked)).await?;
    let list = page.list(rows, |a| Cursor { at: a.at, id: a.id.to_string() });
    let items = list.items.iter().map(AuditEntry::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}
