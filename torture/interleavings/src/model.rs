//! The values that the product's files speak of, as small as they can be.

use std::sync::Arc;

use callboard_contracts::EventType;
use callboard_kernel::{TenantId, Timestamp};

/// The session that everyone follows.
pub(crate) const SESSION: i64 = 7;

/// The tenant of everything.
pub(crate) fn tenant() -> TenantId {
    TenantId::from_stored("ten_a".to_owned())
}

/// A session.
#[derive(Clone, Debug)]
pub struct SessionKey(TenantId);

impl SessionKey {
    /// The one that there is.
    pub(crate) fn new() -> Self {
        Self(tenant())
    }
    /// Whose it is.
    pub const fn tenant(&self) -> &TenantId {
        &self.0
    }
    /// Its number.
    pub const fn key(&self) -> i64 {
        SESSION
    }
}

/// An event of the log.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its place.
    pub sequence: i64,
    /// Its type.
    pub ty: EventType,
    /// When it arrived.
    pub received_at: Timestamp,
}

impl StoredEvent {
    /// The event of a place.
    pub(crate) const fn at(sequence: i64) -> Self {
        Self { sequence, ty: EventType::ALL[0], received_at: Timestamp::from_micros(0) }
    }
    /// Its text.
    pub(crate) fn json(&self) -> String {
        format!("event {}", self.sequence)
    }
}

/// What is read of a log.
#[derive(Debug)]
pub struct ReplayQuery {
    /// After this sequence.
    pub after: i64,
    /// Not used here.
    pub until: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// What a follower may see: everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Visibility {
    pub(crate) from: i64,
}

impl Visibility {
    #[expect(clippy::unused_self, reason = "as the product calls it")]
    pub(crate) const fn allows(self, _: i64, _: EventType) -> bool {
        true
    }
}

/// Who calls.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Principal {
    Key { name: Arc<str> },
    User { name: Arc<str> },
    Pass { name: Arc<str> },
}

impl Principal {
    /// Whom it is.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Key { name } | Self::User { name } | Self::Pass { name } => name.to_string(),
        }
    }
}

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct RequestNote {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub principal: Principal,
    /// How.
    pub status: u16,
    /// Which one it is.
    pub number: usize,
}
