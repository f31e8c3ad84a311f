//! `/v1/users`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, List, Page, Path, Problem, Query, Reply, Role, fingerprint, once,
};
use callboard_kernel::UserId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::wire::{PageQuery, User, present};
use crate::commands::users::{self, Change, NewUser};
use crate::{decide, store};

/// A user to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateUser {
    /// A name for people.
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// The `iss` of one of the tenant's issuers; `local` if absent.
    issuer: Option<String>,
    /// Who they are there; required unless the issuer is `local`.
    #[schema(min_length = 1, max_length = 255)]
    subject: Option<String>,
    /// Roles to begin with.
    #[serde(default)]
    roles: Vec<Role>,
}

/// What to change; absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UpdateUser {
    /// All roles from now on.
    roles: Option<Vec<Role>>,
    /// A name for people; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    display_name: Option<Option<String>>,
    /// Disabled users cannot sign in, and their logins end.
    disabled: Option<bool>,
}

/// List the tenant's users, newest first.
#[utoipa::path(get, path = "/v1/users", tag = "Access", params(PageQuery), responses((status = 200, body = List<User>)))]
pub(super) async fn list_users(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("users:{tenant}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::user_page(tx, &tenant, &asked)).await?;
    let list = page.list(rows, |u| Cursor { at: u.created_at, id: u.id.to_string() });
    let items = list.items.iter().map(User::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Add a user before they are first seen.
#[utoipa::path(post, path = "/v1/users", tag = "Access", request_body = CreateUser,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 201, body = User)), extensions(("x-error-codes" = json!(["ALREADY_EXISTS", "SCOPE_EXCEEDED"]))))]
pub(super) async fn create_user(
    State(here): State<Here>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<CreateUser>,
) -> Result<Response, Problem> {
    decide::may_change_roles(&caller.principal, &[], &value.roles)?;
    let CreateUser { display_name, issuer, subject, roles } = value;
    let new = NewUser { display_name, issuer, subject, roles };
    let by = caller.clone();
    let answer = once(&here.app, &caller, "POST /v1/users", key, fingerprint(&[], &text), move |tx| {
        let tenant = by.principal.tenant();
        let user = users::create_user(tx, tenant, &by.principal, &new, by.now, &mut by.entropy.clone())?;
        Reply::json(201, &User::from(&user))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Change a user's roles or name, or disable them.
#[utoipa::path(patch, path = "/v1/users/{userId}", tag = "Access", request_body = UpdateUser, params(("userId" = String, Path)),
    responses((status = 200, body = User)), extensions(("x-error-codes" = json!(["CONTENT_ERASED", "SCOPE_EXCEEDED"]))))]
pub(super) async fn update_user(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<UserId>,
    Body { value, .. }: Body<UpdateUser>,
) -> Result<Response, Problem> {
    let change = Change { roles: value.roles, display_name: value.display_name, disabled: value.disabled };
    let user = here
        .app
        .db
        .write(move |tx| {
            users::update_user(tx, &caller.principal, &id, &change, caller.now, &mut caller.entropy.clone())
        })
        .await?;
    Ok(Reply::ok(&User::from(&user))?.into_response(&here.app.keys))
}
