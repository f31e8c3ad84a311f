//! What an endpoint, a delivery and an attempt are.

use callboard_kernel::{
    DurationMs, SessionId, TenantId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId,
};

/// Endpoints that a tenant may have. Two that are made at the same instant may both be the last one.
pub const MAX_ENDPOINTS: i64 = 20;
/// Patterns that an endpoint may name.
pub(crate) const MAX_TYPES: usize = 50;
/// Longest description, characters.
pub(crate) const DESCRIPTION_CHARS: usize = 255;
/// How long a settled delivery is kept, milliseconds: 30 days.
pub const KEPT_MS: DurationMs = 30 * 24 * 3_600_000;
/// How long a disabled endpoint still notes what it misses, milliseconds: 30 days.
pub const DISABLED_KEPT_MS: DurationMs = 30 * 24 * 3_600_000;
/// Attempts kept per delivery; older ones are forgotten.
pub(crate) const ATTEMPTS_KEPT: i64 = 30;
/// Bytes kept of an answer.
pub(crate) const ANSWER_BYTES: usize = 4_096;
/// The type of a test delivery.
pub(crate) const TEST: &str = "webhook.test";

macro_rules! stored {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            /// The text in rows and on the wire.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// Reads the text of a row.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                [$(Self::$variant),*].into_iter().find(|v| v.as_str() == text)
            }
        }
    };
}

stored! {
    /// Why an endpoint is disabled.
    DisabledReason {
        /// Somebody did it.
        ByHand = "by_hand",
        /// It stayed dead, or answered 410.
        Failing = "failing",
    }
}

stored! {
    /// Where a delivery stands.
    DeliveryStatus {
        /// It will be tried.
        Pending = "pending",
        /// It was answered 2xx.
        Delivered = "delivered",
        /// It was tried for three days.
        Dead = "dead",
        /// Its endpoint was disabled.
        Cancelled = "cancelled",
    }
}

/// Where a tenant's events go.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub id: EndpointId,
    pub tenant: TenantId,
    pub url: String,
    pub description: Option<String>,
    pub event_types: Vec<String>,
    pub sealed_secret: String,
    pub sealed_previous: Option<String>,
    pub previous_until: Option<Timestamp>,
    pub disabled: Option<(Timestamp, DisabledReason)>,
    pub failing_since: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
}

/// An endpoint with what is counted and looked up for people.
#[derive(Clone, Debug)]
pub(crate) struct EndpointView {
    pub endpoint: Endpoint,
    pub pending: i64,
    pub last: Option<Attempt>,
}

/// The place of an event in its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRef {
    pub session_key: i64,
    pub session: SessionId,
    pub sequence: i64,
    pub event_id: String,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub id: DeliveryId,
    pub tenant: TenantId,
    pub endpoint: EndpointId,
    /// None for a test.
    pub event: Option<EventRef>,
    pub event_type: String,
    pub status: DeliveryStatus,
    pub attempts: i64,
    pub tries: i64,
    pub round: i64,
    pub created_at: Timestamp,
    pub queued_at: Timestamp,
    pub next_attempt_at: Option<Timestamp>,
    pub settled_at: Option<Timestamp>,
    pub last: Option<Attempt>,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub at: Timestamp,
    pub ok: bool,
    pub status: Option<i64>,
    pub ms: i64,
    pub error: Option<String>,
    pub response_body: Option<String>,
}
