//! A call's part of erasing and removing, for the feature that owns both.

use callboard_eventlog::erase::{Eraser, Extent};
use callboard_eventlog::{Log, SessionKey};
use callboard_http::Principal;
use callboard_kernel::{Error, Result, SessionId, TenantId, Timestamp, UserId, codes};
use callboard_store::Tx;

use crate::access;
use crate::store::erase as store;

/// Records of calls.
pub struct CallEraser;

impl Eraser for CallEraser {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, extent: &Extent, _limit: i64) -> Result<u64> {
        match extent {
            Extent::Session => store::people(tx, key, None),
            Extent::Participants(people) => store::people(tx, key, Some(people)),
        }
    }

    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
        store::remove_rest(tx, key, limit)
    }
}

/// What a user has to do with a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCalls {
    /// The number of its stream.
    pub session_key: i64,
    /// Its id.
    pub session: String,
    /// Whether it is over.
    pub over: bool,
    /// All of it when it is theirs, else what they were in it.
    pub extent: Extent,
}

/// Every call that a user owns or was in.
pub fn with_user(tx: &Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Vec<InCalls>> {
    store::with_user(tx, tenant, user)?
        .into_iter()
        .map(|(session_key, own, open, session)| {
            let extent = if own {
                Extent::Session
            } else {
                Extent::Participants(store::participants_of(tx, session_key, user)?)
            };
            Ok(InCalls { session_key, session, over: !open, extent })
        })
        .collect()
}

/// The session of a caller who may change it, locked, when it is over.
///
/// # Errors
/// `NOT_FOUND`, `FORBIDDEN`, `SESSION_REMOVED`; `SESSION_NOT_OVER` while it goes on.
pub fn terminal_or_refuse(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId) -> Result<SessionKey> {
    let seen = access::change(tx, log, by, id)?;
    log.lock(tx, &seen.key)?;
    let seen = access::change(tx, log, by, id)?;
    if seen.status.is_terminal() {
        return Ok(seen.key);
    }
    let message = "The session is still going on: end it first (POST …/state {\"status\": \"ended\"}), then erase it.";
    Err(Error::new(&codes::SESSION_NOT_OVER, message).with("status", seen.status.as_str()))
}

/// Erases the session's own record, or notes that text of some participants goes. Its version rises.
pub fn mark_erased(tx: &Tx<'_>, key: &SessionKey, extent: &Extent, now: Timestamp) -> Result<()> {
    match extent {
        Extent::Session => store::session(tx, key, now),
        Extent::Participants(people) => store::session_part(tx, key, people),
    }
}

/// Deletes the session's record and state: from here on every look at it is told that it was removed.
pub fn remove_record(tx: &Tx<'_>, key: &SessionKey) -> Result<()> {
    store::remove_session(tx, key)
}

/// Calls of a tenant that were over before an instant, the oldest first; with `unerased` only those with text left.
pub fn closed_before(
    tx: &Tx<'_>,
    tenant: &TenantId,
    before: Timestamp,
    unerased: bool,
    limit: i64,
) -> Result<Vec<i64>> {
    store::closed_before(tx, tenant, before, unerased, limit)
}
