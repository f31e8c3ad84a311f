//! `POST /v1/call/livekit/events`: verify, store, answer.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use callboard_http::{Problem, RawBody, Reply, Visitor};
use callboard_kernel::{Error, codes};
use serde::Serialize;
use utoipa::ToSchema;

use super::Bridge;
use crate::commands::{Received, receive as receive_delivery};
use crate::model::Outcome;
use crate::signature::{Rejection, verify};
use crate::webhook::read;

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken {
    /// Always true: the delivery is stored.
    ok: bool,
    /// The session of its room.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// Ids of the events that it added.
    published: Vec<String>,
    /// Whether it had been delivered before.
    replayed: bool,
    /// Whether it had no effect on a session.
    ignored: bool,
    /// The receipt.
    receipt_id: String,
}

impl Taken {
    fn of(received: Received) -> Self {
        let Received { receipt, verdict, replayed } = received;
        Self {
            ok: true,
            session_id: verdict.session.map(|m| m.session.to_string()),
            ignored: replayed || verdict.outcome != Outcome::Applied,
            published: verdict.published,
            replayed,
            receipt_id: receipt.to_string(),
        }
    }
}

/// Receive a LiveKit webhook
///
/// For LiveKit alone, which signs each delivery in `Authorization` (a bare token, no `Bearer`). Every genuine delivery
/// is stored and answered with 200, also when it has no effect; only a delivery that could not be stored gets a 5xx,
/// and LiveKit sends it again.
#[utoipa::path(post, path = "/v1/call/livekit/events", tag = "Provider",
    request_body(content = Object, content_type = "application/webhook+json", description = "LiveKit's WebhookEvent"),
    responses((status = 200, description = "Stored", body = Taken)),
    extensions(("x-error-codes" = json!(["INVALID_LIVEKIT_SIGNATURE", "LIVEKIT_SIGNATURE_EXPIRED", "LIVEKIT_UNAVAILABLE"]))))]
pub(crate) async fn receive(
    State(bridge): State<Bridge>,
    visitor: Visitor,
    headers: HeaderMap,
    body: RawBody,
) -> Result<Response, Problem> {
    let (header, raw, now) = (authentic(&headers), body.0, visitor.now);
    let (config, health) = bridge.sender(header.unwrap_or_default()).ok_or_else(|| {
        Error::new(
            &codes::LIVEKIT_UNAVAILABLE,
            "This installation has no LiveKit configured, so no key can verify this.",
        )
    })?;
    if let Err(rejection) = header.and_then(|header| verify(config, header, &raw, now)) {
        health.rejected(now, rejection);
        tracing::warn!(reason = rejection.as_str(), "A webhook was rejected: {}", rejection.advice());
        return Err(rejection.error().into());
    }
    health.accepted(now);
    let (log, provider, entropy) = (bridge.app.log.clone(), config.provider, visitor.entropy);
    let arrived = read(&raw);
    let received =
        bridge.app.db.write(move |tx| receive_delivery(tx, &log, provider, &arrived, now, entropy.clone())).await?;
    health.stored(&received);
    Ok(Reply::ok(&Taken::of(received))?.into_response(&bridge.app.keys))
}

/// The one `Authorization` header; two of them are one too many.
fn authentic(headers: &HeaderMap) -> Result<Option<&str>, Rejection> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => one.to_str().map(Some).map_err(|_| Rejection::Malformed),
        (Some(_), Some(_)) => Err(Rejection::Malformed),
    }
}
