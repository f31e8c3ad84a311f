//! `/v1/webhook-endpoints`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, IfMatch, List, OptionalBody, Page, Path, Problem, Query, Reply, fingerprint,
    once,
};
use callboard_kernel::{Error, Result, WebhookEndpointId as EndpointId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::wire::{EndpointDto, EndpointWithSecret, Status, present};
use crate::commands::endpoints::{self, By, Change, New};
use crate::store;

/// How long the secret before a rotation signs too, seconds: a day.
const DEFAULT_OVERLAP_S: i64 = 86_400;

/// An endpoint to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateWebhookEndpoint {
    /// `https`, and not at a private address unless the installation allows it.
    #[schema(min_length = 1, max_length = 2048)]
    url: String,
    /// For people.
    #[schema(min_length = 1, max_length = 255)]
    description: Option<String>,
    /// Types of the contract, families such as `call.*`, or `*`.
    #[schema(min_items = 1, max_items = 50)]
    event_types: Vec<String>,
}

/// What changes; absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UpdateWebhookEndpoint {
    #[schema(min_length = 1, max_length = 2048)]
    url: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    description: Option<Option<String>>,
    #[schema(min_items = 1, max_items = 50)]
    event_types: Option<Vec<String>>,
    /// `disabled` cancels what is pending.
    status: Option<Status>,
}

/// How to rotate.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RotateWebhookSecret {
    /// How long the old secret signs too, seconds; a day if absent.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<i64>,
}

/// `limit` and `cursor` of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl Here {
    fn check_url(&self, url: Option<&String>) -> Result<()> {
        match url.map(|url| self.sender.check_url(url)) {
            Some(Err(reason)) => Err(Error::invalid("/url", reason)),
            _ => Ok(()),
        }
    }
}

fn by(caller: &Caller) -> By<'_> {
    By { principal: &caller.principal, now: caller.now, entropy: caller.entropy.clone() }
}

/// List webhook endpoints
///
/// Newest first.
#[utoipa::path(get, path = "/v1/webhook-endpoints", tag = "Webhooks", params(PageQuery),
    responses((status = 200, description = "A page of endpoints", body = List<EndpointDto>)))]
pub(super) async fn list_webhook_endpoints(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let page = Page::of(query.limit, query.cursor.as_deref(), &format!("webhook-endpoints:{tenant}"))?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::endpoint_page(tx, &tenant, &asked)).await?;
    let list = page.list(rows, |v| Cursor { at: v.endpoint.created_at, id: v.endpoint.id.to_string() });
    let items = list.items.into_iter().map(|v| EndpointDto::of(v, caller.now)).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Make a webhook endpoint
///
/// Its secret is in this answer and never again. Events from now on are sent to it.
#[utoipa::path(post, path = "/v1/webhook-endpoints", tag = "Webhooks", request_body = CreateWebhookEndpoint,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 201, description = "The endpoint and its secret", body = EndpointWithSecret)),
    extensions(("x-error-codes" = json!(["WEBHOOK_LIMIT"]))))]
pub(super) async fn create_webhook_endpoint(
    State(here): State<Here>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<CreateWebhookEndpoint>,
) -> Result<Response, Problem> {
    here.check_url(Some(&value.url))?;
    let new = New { url: value.url, description: value.description, event_types: value.event_types };
    let (who, keys) = (caller.clone(), here.app.keys.clone());
    let print = fingerprint(&[], &text);
    let answer = once(&here.app, &caller, "POST /v1/webhook-endpoints", key, print, move |tx| {
        let (view, secret) = endpoints::create(tx, &keys, &mut by(&who), &new)?;
        let (location, version) = (format!("/v1/webhook-endpoints/{}", view.endpoint.id), view.endpoint.version);
        let endpoint = EndpointDto::of(view, who.now);
        let body = EndpointWithSecret { endpoint, secret: None, secret_shown: true };
        Ok(Reply::created(location, &body)?.with_etag(version).shown_once("/secret", "/secretShown", secret))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Read a webhook endpoint
#[utoipa::path(get, path = "/v1/webhook-endpoints/{endpointId}", tag = "Webhooks", params(("endpointId" = String, Path)),
    responses((status = 200, description = "The endpoint", body = EndpointDto, headers(("ETag" = String, description = "The version")))))]
pub(super) async fn get_webhook_endpoint(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let view = here.app.db.read(move |tx| endpoints::view(tx, &tenant, &id)).await?;
    let version = view.endpoint.version;
    Ok(Reply::ok(&EndpointDto::of(view, caller.now))?.with_etag(version).into_response(&here.app.keys))
}

/// Change a webhook endpoint
///
/// Disabling cancels what is pending. Enabling forgets that it failed; what it missed can be resent.
#[utoipa::path(patch, path = "/v1/webhook-endpoints/{endpointId}", tag = "Webhooks", request_body = UpdateWebhookEndpoint,
    params(("endpointId" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was read")),
    responses((status = 200, description = "The endpoint", body = EndpointDto, headers(("ETag" = String, description = "The version")))),
    extensions(("x-error-codes" = json!(["PRECONDITION_FAILED"]))))]
pub(super) async fn update_webhook_endpoint(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    expected: IfMatch,
    Body { value, .. }: Body<UpdateWebhookEndpoint>,
) -> Result<Response, Problem> {
    here.check_url(value.url.as_ref())?;
    let enabled = value.status.map(|s| s == Status::Enabled);
    let change = Change { url: value.url, description: value.description, event_types: value.event_types, enabled };
    let (tenant, now) = (caller.principal.tenant().clone(), caller.now);
    if enabled == Some(true) {
        // What is left of a long cancellation must not come to life with the endpoint.
        endpoints::cancel_rest(&here.app, &tenant, &id, now).await?;
    }
    let of = id.clone();
    let write = here.app.db.write(move |tx| endpoints::update(tx, &mut by(&caller), &of, &change, &expected));
    let view = write.await?;
    if view.endpoint.disabled.is_some() && view.pending > 0 {
        endpoints::cancel_rest(&here.app, &tenant, &id, now).await?;
    }
    let version = view.endpoint.version;
    let pending = if view.endpoint.disabled.is_some() { 0 } else { view.pending };
    let view = crate::model::EndpointView { pending, ..view };
    Ok(Reply::ok(&EndpointDto::of(view, now))?.with_etag(version).into_response(&here.app.keys))
}

/// Delete a webhook endpoint
///
/// Its secret is forgotten at once and what is pending is cancelled.
#[utoipa::path(delete, path = "/v1/webhook-endpoints/{endpointId}", tag = "Webhooks", params(("endpointId" = String, Path)),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_webhook_endpoint(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
) -> Result<Response, Problem> {
    let (tenant, now, of) = (caller.principal.tenant().clone(), caller.now, id.clone());
    here.app.db.write(move |tx| endpoints::delete(tx, &mut by(&caller), &of)).await?;
    endpoints::cancel_rest(&here.app, &tenant, &id, now).await?;
    Ok(Reply::empty().into_response(&here.app.keys))
}

/// Give a webhook endpoint a new secret
///
/// While the old one overlaps, every request carries both signatures. The secret is in this answer and never again.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpointId}/rotate", tag = "Webhooks",
    request_body(content = Option<RotateWebhookSecret>),
    params(("endpointId" = String, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 200, description = "The endpoint and its new secret", body = EndpointWithSecret)))]
pub(super) async fn rotate_webhook_secret(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    key: Option<IdempotencyKey>,
    OptionalBody { value, text }: OptionalBody<RotateWebhookSecret>,
) -> Result<Response, Problem> {
    const ROUTE: &str = "POST /v1/webhook-endpoints/{endpointId}/rotate";
    let overlap_s = value.overlap_seconds.unwrap_or(DEFAULT_OVERLAP_S);
    let (who, keys) = (caller.clone(), here.app.keys.clone());
    let print = fingerprint(&[id.as_str()], &text);
    let answer = once(&here.app, &caller, ROUTE, key, print, move |tx| {
        let (view, secret) = endpoints::rotate(tx, &keys, &mut by(&who), &id, overlap_s)?;
        let version = view.endpoint.version;
        let endpoint = EndpointDto::of(view, who.now);
        let body = EndpointWithSecret { endpoint, secret: None, secret_shown: true };
        Ok(Reply::ok(&body)?.with_etag(version).shown_once("/secret", "/secretShown", secret))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}
