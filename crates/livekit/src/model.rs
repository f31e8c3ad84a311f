//! Receipts: what arrived from the provider and what became of it.

use std::fmt;

use callboard_kernel::{Error, ReceiptId, Result, SessionId, TenantId, Timestamp};
use serde_json::Value;

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It added events, or confirmed what was known.
    Applied,
    /// It means nothing for a session's log, or nothing more than was known.
    Ignored,
    /// It says too little, or a rule refused it.
    Refused,
    /// Its room belongs to no session.
    Unmapped,
    /// A defect of ours; processing it again may help.
    Failed,
}

impl Outcome {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Applied, Self::Ignored, Self::Refused, Self::Unmapped, Self::Failed];

    /// The text in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Refused => "refused",
            Self::Unmapped => "unmapped",
            Self::Failed => "failed",
        }
    }

    /// Reads a stored column.
    pub fn from_stored(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|o| o.as_str() == text)
            .ok_or_else(|| Error::internal(format!("the outcome {text} is unknown")))
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What processing a delivery came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What became of it.
    pub outcome: Outcome,
    /// Why, when there is something to say.
    pub reason: Option<String>,
    /// Ids of the events that it added.
    pub published: Vec<String>,
    /// The session of its room.
    pub session: Option<Mapped>,
}

impl Verdict {
    /// A verdict without events.
    pub fn plain(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: Some(reason.into()), published: Vec::new(), session: None }
    }
}

/// The session that a room belongs to, as rows keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub session: SessionId,
    /// Its number.
    pub key: i64,
}

/// A stored receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Its tenant; `None` while unmapped.
    pub tenant: Option<TenantId>,
    /// Its session.
    pub session: Option<SessionId>,
    /// `livekit`, `simulated`.
    pub provider: String,
    /// The provider's id of the delivery.
    pub provider_event_id: String,
    /// The event's name.
    pub event: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: Option<String>,
    /// The body, redacted.
    pub body: Value,
    /// SHA-256 of the raw body.
    pub body_sha256: String,
    /// Ids of the events that it added, over all attempts.
    pub published: Vec<String>,
    /// How often it was processed.
    pub attempts: i64,
}
