//! An erasure and how far it is.

use callboard_eventlog::erase::Extent;
use callboard_kernel::{ErasureId, Error, Result, TenantId, Timestamp};

/// How far an erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ErasureStatus {
    /// Rows are being overwritten.
    Running,
    /// Every row is; files are being cleaned.
    Settling,
    /// Nothing of it can be read any more.
    Done,
}

impl ErasureStatus {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Settling => "settling",
            Self::Done => "done",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Result<Self> {
        [Self::Running, Self::Settling, Self::Done]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal(format!("stored status {text} is unknown")))
    }
}

/// What is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ErasureObject)]
pub enum ObjectKind {
    /// One session.
    Session,
    /// A user, with what they said and were called everywhere.
    User,
}

impl ObjectKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::User => "user",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Result<Self> {
        [Self::Session, Self::User]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| Error::internal(format!("stored kind {text} is unknown")))
    }
}

/// Why something is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Request,
    Retention,
}

impl Cause {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Retention => "retention",
        }
    }
}

/// An erasure.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// Its tenant.
    pub tenant: TenantId,
    /// What is erased.
    pub object_kind: ObjectKind,
    /// Its id.
    pub object_id: String,
    /// `request` or `retention`.
    pub cause: String,
    /// How far it is.
    pub status: ErasureStatus,
    /// Sessions that are done.
    pub sessions: i64,
    /// Events that lost text.
    pub events: i64,
    /// Other rows that lost text.
    pub records: i64,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was done.
    pub finished_at: Option<Timestamp>,
}

/// A session that an erasure is not done with.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub session_key: i64,
    pub extent: Extent,
    pub after: i64,
    pub events: i64,
}

/// What one step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// There is more of it.
    More,
    /// All rows are done.
    RowsDone,
    /// All of it is.
    Done,
}
