//! `/v1/issuers`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, List, Page, Path, Problem, Query, Reply, fingerprint, once,
};
use callboard_kernel::{Error, IssuerId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::wire::{Issuer, PageQuery};
use crate::commands::issuers::{self, NewIssuer, add_issuer};
use crate::model::Algorithm;
use crate::store;

/// An issuer to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateIssuer {
    /// The `iss` claim of its tokens; unique in the installation.
    #[schema(min_length = 1, max_length = 255)]
    iss: String,
    /// The `aud` claim that its tokens must have.
    #[schema(min_length = 1, max_length = 255)]
    audience: String,
    /// The one algorithm of its tokens.
    algorithm: Algorithm,
    /// For HS256: the shared secret, at least 32 bytes. Never shown again.
    #[schema(min_length = 32, max_length = 4096)]
    secret: Option<String>,
    /// For the other algorithms: where its public keys are.
    #[schema(max_length = 2048)]
    jwks_url: Option<String>,
}

/// List the tenant's issuers, newest first.
#[utoipa::path(get, path = "/v1/issuers", tag = "Access", params(PageQuery), responses((status = 200, body = List<Issuer>)))]
pub(super) async fn list_issuers(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("issuers:{tenant}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::issuer_page(tx, &tenant, &asked)).await?;
    let list = page.list(rows, |i| Cursor { at: i.created_at, id: i.id.to_string() });
    let items = list.items.iter().map(Issuer::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Add an issuer of user tokens.
#[utoipa::path(post, path = "/v1/issuers", tag = "Access", request_body = CreateIssuer,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 201, body = Issuer)), extensions(("x-error-codes" = json!(["ALREADY_EXISTS"]))))]
pub(super) async fn create_issuer(
    State(here): State<Here>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<CreateIssuer>,
) -> Result<Response, Problem> {
    if let Some(Err(reason)) = value.jwks_url.as_deref().map(|url| here.jwks.check_url(url)) {
        return Err(Error::invalid("/jwksUrl", reason).into());
    }
    let CreateIssuer { iss, audience, algorithm, secret, jwks_url } = value;
    let new = NewIssuer { iss, audience, algorithm, secret, jwks_url };
    let (by, ring) = (caller.clone(), here.app.keys.clone());
    let answer = once(&here.app, &caller, "POST /v1/issuers", key, fingerprint(&[], &text), move |tx| {
        let issuer = add_issuer(tx, &ring, &by.principal, &new, by.now, &mut by.entropy.clone())?;
        Reply::json(201, &Issuer::from(&issuer))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Take an issuer out of use: its tokens and its users' logins stop working at once.
#[utoipa::path(delete, path = "/v1/issuers/{issuerId}", tag = "Access", params(("issuerId" = String, Path)),
    responses((status = 204, description = "It is out of use")))]
pub(super) async fn remove_issuer(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<IssuerId>,
) -> Result<Response, Problem> {
    let write = here
        .app
        .db
        .write(move |tx| issuers::remove_issuer(tx, &caller.principal, &id, caller.now, &mut caller.entropy.clone()));
    write.await?;
    Ok(Reply::empty().into_response(&here.app.keys))
}
