//! Wire types.

use callboard_kernel::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::model::{Attempt, Delivery, DeliveryStatus, DisabledReason, EndpointView};

/// Whether an endpoint is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = WebhookEndpointStatus)]
pub(super) enum Status {
    /// Events are sent to it.
    Enabled,
    /// Events are noted as `cancelled` and may be resent.
    Disabled,
}

/// Where a tenant's events go.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpoint)]
pub(super) struct EndpointDto {
    pub(super) endpoint_id: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// Types of the contract, families such as `call.*`, or `*`.
    event_types: Vec<String>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<DisabledReason>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Timestamp>,
    /// The first failed attempt since the last success.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Deliveries that will still be tried.
    pending: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<OutcomeDto>,
    /// Until when the secret before the last rotation signs too.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_secret_expires_at: Option<Timestamp>,
}

/// What the newest attempt at an endpoint came to.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookOutcome)]
struct OutcomeDto {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    ok: bool,
    /// The HTTP status, when there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl EndpointDto {
    /// As it is at an instant: a secret whose overlap is over is not mentioned.
    pub(super) fn of(view: EndpointView, now: Timestamp) -> Self {
        let e = view.endpoint;
        Self {
            endpoint_id: e.id.to_string(),
            url: e.url,
            description: e.description,
            event_types: e.event_types,
            status: if e.disabled.is_some() { Status::Disabled } else { Status::Enabled },
            disabled_reason: e.disabled.map(|(_, reason)| reason),
            disabled_at: e.disabled.map(|(at, _)| at),
            failing_since: e.failing_since,
            created_at: e.created_at,
            pending: view.pending,
            last_attempt: view.last.map(|a| OutcomeDto { at: a.at, ok: a.ok, status: a.status, error: a.error }),
            previous_secret_expires_at: e.previous_until.filter(|until| now < *until),
        }
    }
}

/// An endpoint with its secret, shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookEndpointWithSecret)]
pub(super) struct EndpointWithSecret {
    pub(super) endpoint: EndpointDto,
    /// `whsec_…`; only in the first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// Whether this answer holds the secret; false in a replay.
    pub(super) secret_shown: bool,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookAttempt)]
pub(super) struct AttemptDto {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether it was answered 2xx.
    ok: bool,
    /// The HTTP status, when there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<i64>,
    /// How long it took, milliseconds.
    ms: i64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The first 4 KiB of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    response_body: Option<String>,
}

impl From<Attempt> for AttemptDto {
    fn from(a: Attempt) -> Self {
        Self { at: a.at, ok: a.ok, status: a.status, ms: a.ms, error: a.error, response_body: a.response_body }
    }
}

/// One event on its way to one endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDelivery)]
pub(super) struct DeliveryDto {
    /// Also the `webhook-id` of every attempt.
    delivery_id: String,
    endpoint_id: String,
    event_type: String,
    /// Absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    /// Absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// The event's place in its session; absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<i64>,
    status: DeliveryStatus,
    /// How often it was tried.
    attempts: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Absent while an earlier event of the session comes first, and when nothing is left to do.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    delivered_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_attempt: Option<AttemptDto>,
}

impl From<Delivery> for DeliveryDto {
    fn from(d: Delivery) -> Self {
        let (event_id, session_id, sequence) = match d.event {
            Some(e) => (Some(e.event_id), Some(e.session.to_string()), Some(e.sequence)),
            None => (None, None, None),
        };
        Self {
            delivery_id: d.id.to_string(),
            endpoint_id: d.endpoint.to_string(),
            event_type: d.event_type,
            event_id,
            session_id,
            sequence,
            status: d.status,
            attempts: d.attempts,
            created_at: d.created_at,
            next_attempt_at: d.next_attempt_at,
            delivered_at: d.settled_at.filter(|_| d.status == DeliveryStatus::Delivered),
            last_attempt: d.last.map(AttemptDto::from),
        }
    }
}

/// A delivery with what is posted and what came back.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookDeliveryDetail)]
pub(super) struct DeliveryDetail {
    #[serde(flatten)]
    pub(super) delivery: DeliveryDto,
    /// What is posted, at each attempt the same; null when the log does not have the event any more.
    #[schema(value_type = Option<Object>, required = true)]
    pub(super) body: Option<Value>,
    /// The newest 30 attempts, newest first.
    pub(super) history: Vec<AttemptDto>,
}

/// What a test or a resend made.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookQueued)]
pub(super) struct Queued {
    pub(super) delivery: DeliveryDto,
}

/// How many deliveries a resend queues.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhooksQueued)]
pub(super) struct QueuedCount {
    pub(super) queued: i64,
}

/// Reads a member that may be absent (`None`), null (`Some(None)`) or a value.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}
