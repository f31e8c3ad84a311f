//! What was sent, and sending it again.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, List, OptionalBody, Page, Path, Problem, Query, Reply, fingerprint, once,
};
use callboard_kernel::{
    Error, Result, SessionId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Here;
use super::wire::{AttemptDto, DeliveryDetail, DeliveryDto, Queued, QueuedCount};
use crate::commands::endpoints::{self, By};
use crate::commands::{queue, resend};
use crate::deliver::body_of;
use crate::model::DeliveryStatus;
use crate::store::{self, Resend};

/// Which deliveries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryQuery {
    /// Only those that stand like this.
    #[param(inline)]
    status: Option<DeliveryStatus>,
    /// Only those of this session.
    #[param(value_type = Option<String>)]
    session_id: Option<SessionId>,
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

/// Nothing to say.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WebhookNothing)]
pub(super) struct Nothing {}

/// What to send again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResendWebhooks {
    /// Deliveries made at this instant or later.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Deliveries made before this instant; now if absent.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

fn by(caller: &Caller) -> By<'_> {
    By { principal: &caller.principal, now: caller.now, entropy: caller.entropy.clone() }
}

/// List the deliveries of an endpoint
///
/// Newest first; kept for 30 days after they were settled.
#[utoipa::path(get, path = "/v1/webhook-endpoints/{endpointId}/deliveries", tag = "Webhooks",
    params(("endpointId" = String, Path), DeliveryQuery),
    responses((status = 200, description = "A page of deliveries", body = List<DeliveryDto>)))]
pub(super) async fn list_webhook_deliveries(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let (status, session) = (query.status, query.session_id);
    let named = (status.map_or("", DeliveryStatus::as_str), session.as_ref().map_or("", SessionId::as_str));
    let list = format!("webhook-deliveries:{tenant}:{id}:{}:{}", named.0, named.1);
    let page = Page::of(query.limit, query.cursor.as_deref(), &list)?;
    let asked = page.clone();
    let read = here.app.db.read(move |tx| {
        endpoints::require(tx, &tenant, &id)?;
        let session = session.as_ref().map(SessionId::as_str);
        store::delivery_page(tx, (&tenant, &id), status, session, &asked)
    });
    let list = page.list(read.await?, |d| Cursor { at: d.created_at, id: d.id.to_string() });
    let items = list.items.into_iter().map(DeliveryDto::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Read a delivery
///
/// With what is posted and what came back.
#[utoipa::path(get, path = "/v1/webhook-deliveries/{deliveryId}", tag = "Webhooks", params(("deliveryId" = String, Path)),
    responses((status = 200, description = "The delivery", body = DeliveryDetail)))]
pub(super) async fn get_webhook_delivery(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<DeliveryId>,
) -> Result<Response, Problem> {
    let (tenant, log) = (caller.principal.tenant().clone(), here.app.log.clone());
    let read = here.app.db.read(move |tx| {
        let delivery = resend::require(tx, &tenant, &id)?;
        let body = body_of(tx, &log, &delivery)?;
        Ok((store::attempts(tx, &tenant, &id)?, body, delivery))
    });
    let (history, body, delivery) = read.await?;
    let body = body.map(|text| serde_json::from_str(&text).map_err(Error::internal)).transpose()?;
    let history = history.into_iter().map(AttemptDto::from).collect();
    let detail = DeliveryDetail { delivery: DeliveryDto::from(delivery), body, history };
    Ok(Reply::ok(&detail)?.into_response(&here.app.keys))
}

/// Send a test
///
/// A delivery of type `webhook.test`, which belongs to no session.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpointId}/test", tag = "Webhooks", request_body(content = Option<Nothing>),
    params(("endpointId" = String, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 202, description = "It is queued", body = Queued)),
    extensions(("x-error-codes" = json!(["WEBHOOK_DISABLED"]))))]
pub(super) async fn test_webhook_endpoint(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    key: Option<IdempotencyKey>,
    OptionalBody { text, .. }: OptionalBody<Nothing>,
) -> Result<Response, Problem> {
    const ROUTE: &str = "POST /v1/webhook-endpoints/{endpointId}/test";
    let who = caller.clone();
    let print = fingerprint(&[id.as_str()], &text);
    let answer = once(&here.app, &caller, ROUTE, key, print, move |tx| {
        let tenant = who.principal.tenant();
        endpoints::require_enabled(tx, tenant, &id)?;
        let made = queue::queue_test(tx, tenant, &id, who.now, &mut who.entropy.clone())?;
        let delivery = DeliveryDto::from(resend::require(tx, tenant, &made)?);
        Reply::json(202, &Queued { delivery })
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Send a delivery again
///
/// Whatever became of it; one that waits for its next attempt is tried now. Its `webhook-id` stays the same.
#[utoipa::path(post, path = "/v1/webhook-deliveries/{deliveryId}/resend", tag = "Webhooks", request_body(content = Option<Nothing>),
    params(("deliveryId" = String, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 202, description = "It is queued", body = Queued)),
    extensions(("x-error-codes" = json!(["WEBHOOK_DISABLED"]))))]
pub(super) async fn resend_webhook_delivery(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<DeliveryId>,
    key: Option<IdempotencyKey>,
    OptionalBody { text, .. }: OptionalBody<Nothing>,
) -> Result<Response, Problem> {
    const ROUTE: &str = "POST /v1/webhook-deliveries/{deliveryId}/resend";
    let (who, log) = (caller.clone(), here.app.log.clone());
    let print = fingerprint(&[id.as_str()], &text);
    let answer = once(&here.app, &caller, ROUTE, key, print, move |tx| {
        let delivery = DeliveryDto::from(resend::one(tx, &log, &mut by(&who), &id)?);
        Reply::json(202, &Queued { delivery })
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Send all deliveries of a span again
///
/// Everything that is settled: delivered, dead, and what the endpoint missed while it was disabled. Order within a session
/// is kept. A long span is queued step by step.
#[utoipa::path(post, path = "/v1/webhook-endpoints/{endpointId}/resend", tag = "Webhooks", request_body = ResendWebhooks,
    params(("endpointId" = String, Path), ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 202, description = "How many are queued", body = QueuedCount)),
    extensions(("x-error-codes" = json!(["WEBHOOK_DISABLED"]))))]
pub(super) async fn resend_webhooks(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<EndpointId>,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<ResendWebhooks>,
) -> Result<Response, Problem> {
    const ROUTE: &str = "POST /v1/webhook-endpoints/{endpointId}/resend";
    let who = caller.clone();
    let print = fingerprint(&[id.as_str()], &text);
    let begun: std::sync::Arc<std::sync::OnceLock<Resend>> = std::sync::Arc::default();
    let made = begun.clone();
    let answer = once(&here.app, &caller, ROUTE, key, print, move |tx| {
        let (resend, queued) = resend::begin(tx, &mut by(&who), &id, value.since, value.until)?;
        // A rerun of this closure derives the same resend; only the first is kept.
        let _kept = made.set(resend);
        Reply::json(202, &QueuedCount { queued })
    })
    .await?;
    if let Some(resend) = begun.get() {
        resend::carry_out(&here.app, resend, caller.now).await?;
    }
    Ok(answer.into_response(&here.app.keys))
}
