//! Join links: make, list, revoke.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Caller, Cursor, IdempotencyKey, List, OptionalBody, Page, Path, Problem, Query, Reply, fingerprint, once,
};
use callboard_kernel::{Error, JoinLinkId, Result, SessionId, Timestamp, TokenKind, check_text, codes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Calls;
use super::names::RoleName;
use super::token::role_of;
use crate::access;
use crate::commands::doors::{LinkAsk, link_create};
use crate::store;
use crate::store::access::LinkRow;

/// A request for a join link.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = CreateJoinLink)]
pub(crate) struct CreateAsk {
    /// `caller` (default), `observer` or `agent`.
    #[schema(value_type = Option<RoleName>)]
    kind: Option<String>,
    /// The name of whoever joins by it, 1-100 characters.
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// How long it can be used, 60-604800 seconds; default 3600.
    #[schema(minimum = 60, maximum = 604_800)]
    ttl_seconds: Option<i64>,
    /// How many people may use it, 1-1000; default 1.
    #[schema(minimum = 1, maximum = 1000)]
    max_uses: Option<i64>,
}

/// A join link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JoinLink)]
pub(crate) struct LinkView {
    /// Its id.
    link_id: String,
    /// The role of whoever joins by it.
    #[schema(value_type = RoleName)]
    kind: String,
    /// The name of whoever joins by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// Until when it can be used.
    #[schema(format = DateTime)]
    expires_at: String,
    /// How many people may use it.
    max_uses: i64,
    /// How many have.
    uses: i64,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    revoked_at: Option<String>,
    /// The link itself; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_url: Option<String>,
}

impl LinkView {
    fn of(row: &LinkRow) -> Self {
        Self {
            link_id: row.id.to_string(),
            kind: row.role.clone(),
            display_name: row.name.clone(),
            created_at: row.created_at.to_string(),
            expires_at: row.expires_at.to_string(),
            max_uses: row.max_uses,
            uses: row.uses,
            revoked_at: row.revoked_at.map(|t| t.to_string()),
            join_url: None,
        }
    }
}

fn checked(ask: CreateAsk) -> Result<LinkAsk> {
    if let Some(name) = &ask.display_name {
        check_text("/displayName", name, 100)?;
    }
    let (ttl_s, max_uses) = (ask.ttl_seconds.unwrap_or(3600), ask.max_uses.unwrap_or(1));
    if !(60..=604_800).contains(&ttl_s) {
        return Err(Error::invalid("/ttlSeconds", "must be 60 to 604800"));
    }
    if !(1..=1000).contains(&max_uses) {
        return Err(Error::invalid("/maxUses", "must be 1 to 1000"));
    }
    Ok(LinkAsk { role: role_of("/kind", ask.kind.as_deref())?, name: ask.display_name, ttl_s, max_uses })
}

/// Make a join link
///
/// The token stays behind `#`, so that no log can keep it.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/join-links", operation_id = "create_join_link", tag = "Joining", request_body(content = Option<CreateAsk>),
    params(("sessionId" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 201, description = "Made", body = LinkView)),
    extensions(("x-error-codes" = json!(["SESSION_CLOSED", "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn create(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: Option<IdempotencyKey>,
    body: OptionalBody<CreateAsk>,
) -> Result<Response, Problem> {
    let print = fingerprint(&[id.as_str()], &body.text);
    let (app, by, ask) = (calls.app.clone(), caller.clone(), checked(body.value)?);
    let answer =
        once(&calls.app, &caller, "POST /v1/call/sessions/{sessionId}/join-links", key, print, move |tx| {
            let seen = access::change(tx, &app.log, &by.principal, &id)?;
            app.log.lock(tx, &seen.key)?;
            if seen.status.is_terminal() {
                return Err(
                    Error::new(&codes::SESSION_CLOSED, "This call is over.").with("status", seen.status.as_str())
                );
            }
            let row = link_create(tx, &app.keys, &seen.key, &by.principal, &ask, by.now, &mut by.entropy.clone())?;
            let location = format!("/v1/call/sessions/{id}/join-links/{}", row.id);
            let before = format!("{}/join#", app.settings.public_url);
            let parts = [seen.key.tenant().as_str(), row.id.as_str()];
            Ok(Reply::created(location, &LinkView { join_url: Some(String::new()), ..LinkView::of(&row) })?
                .secret_after("/joinUrl", &before, TokenKind::Join, &parts))
        })
        .await?;
    Ok(answer.into_response(&calls.app.keys))
}

/// Paging.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAsk {
    /// 1-100, default 50.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// A `nextCursor` of this list.
    cursor: Option<String>,
}

/// List join links
///
/// For whoever may see the session. The tokens are not in it.
#[utoipa::path(get, path = "/v1/call/sessions/{sessionId}/join-links", operation_id = "list_join_links", tag = "Joining",
    params(("sessionId" = String, Path, description = "The session"), ListAsk),
    responses((status = 200, description = "A page, oldest first", body = List<LinkView>)), extensions(("x-error-codes" = json!(["INVALID_CURSOR"]))))]
pub(crate) async fn list(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(ask): Query<ListAsk>,
) -> Result<Response, Problem> {
    let page = Page::of(ask.limit, ask.cursor.as_deref(), &format!("links/{}/{id}", caller.principal.tenant()))?;
    let log = calls.app.log.clone();
    let list = calls
        .app
        .db
        .read(move |tx| {
            let seen = access::see(tx, &log, &caller.principal, &id)?;
            let (at, link) = page.after.as_ref().map_or((Timestamp::default(), ""), |c| (c.at, c.id.as_str()));
            let rows = store::access::links(tx, &seen.key, at, link, page.fetch())?;
            let cut = page.list(rows, |row| Cursor { at: row.created_at, id: row.id.to_string() });
            Ok(List { items: cut.items.iter().map(LinkView::of).collect(), next_cursor: cut.next_cursor })
        })
        .await?;
    Ok(Reply::ok(&list)?.into_response(&calls.app.keys))
}

/// Revoke a join link
///
/// Nobody can join by it any more; who joined stays.
#[utoipa::path(delete, path = "/v1/call/sessions/{sessionId}/join-links/{linkId}", operation_id = "revoke_join_link", tag = "Joining",
    params(("sessionId" = String, Path, description = "The session"), ("linkId" = String, Path, description = "The link")),
    responses((status = 204, description = "Revoked")))]
pub(crate) async fn revoke(
    State(calls): State<Calls>,
    caller: Caller,
    Path((id, link)): Path<(SessionId, JoinLinkId)>,
) -> Result<Response, Problem> {
    let log = calls.app.log.clone();
    calls
        .app
        .db
        .write(move |tx| {
            let seen = access::change(tx, &log, &caller.principal, &id)?;
            store::access::link_revoke(tx, &seen.key, &link, caller.now)?.ok_or_else(|| Error::not_found("join link"))
        })
        .await?;
    Ok(Reply::empty().into_response(&calls.app.keys))
}
