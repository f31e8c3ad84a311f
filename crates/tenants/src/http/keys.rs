//! `/v1/api-keys`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, List, OptionalBody, Page, Path, Problem, Query, Reply, Scope, fingerprint,
    once,
};
use callboard_kernel::{ApiKeyId, Error, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::wire::{ApiKey, KeyWithSecret, PageQuery};
use crate::commands::keys::{NewKey, create_key, revoke_key, rotate_key};
use crate::{decide, store};

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateApiKey {
    /// A name for people.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// What it may do; a key can give only what it has.
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
    /// When it stops working; never if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RotateApiKey {
    /// How long the old secret still works, seconds; a day if absent.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<i64>,
}

/// List the tenant's API keys, newest first.
#[utoipa::path(get, path = "/v1/api-keys", tag = "Access", params(PageQuery), responses((status = 200, body = List<ApiKey>)))]
pub(super) async fn list_api_keys(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("api-keys:{tenant}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::key_page(tx, &tenant, &asked)).await?;
    let list = page.list(rows, |k| Cursor { at: k.created_at, id: k.id.to_string() });
    let items = list.items.iter().map(ApiKey::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Make an API key. Its secret is in this answer and never again.
#[utoipa::path(post, path = "/v1/api-keys", tag = "Access", request_body = CreateApiKey,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 201, body = KeyWithSecret)), extensions(("x-error-codes" = json!(["SCOPE_EXCEEDED"]))))]
pub(super) async fn create_api_key(
    State(here): State<Here>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<CreateApiKey>,
) -> Result<Response, Problem> {
    decide::may_give_scopes(&caller.principal, &value.scopes)?;
    let new = NewKey { name: value.name, scopes: value.scopes, expires_at: value.expires_at };
    let by = caller.clone();
    let answer = once(&here.app, &caller, "POST /v1/api-keys", key, fingerprint(&[], &text), move |tx| {
        let (key, secret) =
            create_key(tx, by.principal.tenant(), &by.principal, &new, by.now, &mut by.entropy.clone())?;
        let body = KeyWithSecret { key: ApiKey::from(&key), secret: None, secret_shown: true };
        let location = format!("/v1/api-keys/{}", key.id);
        Ok(Reply::created(location, &body)?.shown_once("/secret", "/secretShown", secret))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Read an API key.
#[utoipa::path(get, path = "/v1/api-keys/{keyId}", tag = "Access", params(("keyId" = String, Path)),
    responses((status = 200, body = ApiKey)))]
pub(super) async fn get_api_key(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let key = here.app.db.read(move |tx| store::key_by_id(tx, &tenant, &id, false)).await?;
    let key = key.ok_or_else(|| Error::not_found("API key"))?;
    Ok(Reply::ok(&ApiKey::from(&key))?.into_response(&here.app.keys))
}

/// Give an API key a new secret; the old one works on for the overlap.
#[utoipa::path(post, path = "/v1/api-keys/{keyId}/rotate", tag = "Access", request_body(content = Option<RotateApiKey>),
    params(("keyId" = String, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 200, body = KeyWithSecret)),
    extensions(("x-error-codes" = json!(["SCOPE_EXCEEDED", "INVALID_TRANSITION"]))))]
pub(super) async fn rotate_api_key(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
    key: Option<IdempotencyKey>,
    OptionalBody { value, text }: OptionalBody<RotateApiKey>,
) -> Result<Response, Problem> {
    let overlap_s = value.overlap_seconds.unwrap_or(decide::DEFAULT_OVERLAP_S);
    let by = caller.clone();
    let request = fingerprint(&[id.as_str()], &text);
    let answer = once(&here.app, &caller, "POST /v1/api-keys/{keyId}/rotate", key, request, move |tx| {
        let (key, secret) = rotate_key(tx, &by.principal, &id, overlap_s, by.now, &mut by.entropy.clone())?;
        let body = KeyWithSecret { key: ApiKey::from(&key), secret: None, secret_shown: true };
        Ok(Reply::ok(&body)?.shown_once("/secret", "/secretShown", secret))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Revoke an API key, at once and for good. Doing it again changes nothing.
#[utoipa::path(delete, path = "/v1/api-keys/{keyId}", tag = "Access", params(("keyId" = String, Path)),
    responses((status = 204, description = "It is revoked")))]
pub(super) async fn revoke_api_key(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
) -> Result<Response, Problem> {
    here.app
        .db
        .write(move |tx| revoke_key(tx, &caller.principal, &id, caller.now, &mut caller.entropy.clone()))
        .await?;
    Ok(Reply::empty().into_response(&here.app.keys))
}
