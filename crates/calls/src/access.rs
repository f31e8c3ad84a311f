//! Who may see and change a session. Another tenant's session, and one that a user may not see, is the same 404.

use callboard_eventlog::{Log, SessionKey};
use callboard_http::{Principal, Role};
use callboard_kernel::{Error, ParticipantId, Result, SessionId, Timestamp, UserId, codes};
use callboard_store::Tx;

use crate::model::{ParticipantRow, Status};
use crate::store;

/// A session that the caller may see.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its stream.
    pub key: SessionKey,
    /// Its status.
    pub status: Status,
    /// The user it belongs to.
    pub owner: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the first caller came; the zero of transcripts.
    pub connected_at: Option<Timestamp>,
    /// When it ended or failed.
    pub closed_at: Option<Timestamp>,
    /// How often personal text in it was erased: copies of before are not good any more.
    pub erasures: i64,
}

/// The session, if the caller may read it; else `NOT_FOUND`.
pub fn see(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId) -> Result<Seen> {
    let missing = || Error::not_found("session");
    let key = log.find(tx, by.tenant(), id)?.ok_or_else(missing)?;
    see_stream(tx, by, &key)
}

/// As [`see`], when the stream is known.
pub fn see_stream(tx: &Tx<'_>, by: &Principal, key: &SessionKey) -> Result<Seen> {
    let missing = || Error::not_found("session");
    let Some(row) = store::access::seen_row(tx, key)? else {
        // A tombstone has no owner: whoever sees the tenant's sessions is told, nobody else.
        let told = matches!(by, Principal::Key { .. }) || by.top_role().is_some();
        return Err(if told { callboard_eventlog::erase::removed() } else { missing() });
    };
    let owner: Option<UserId> = row.get("owner_user_id")?;
    let visible = match by {
        Principal::Key { .. } => true,
        Principal::User { user, .. } => owner.as_ref() == Some(user) || by.top_role().is_some(),
        Principal::Pass { session, .. } => session == key.session(),
    };
    if !visible {
        return Err(missing());
    }
    let (ended, failed): (Option<Timestamp>, Option<Timestamp>) = (row.get("ended_at")?, row.get("failed_at")?);
    Ok(Seen {
        status: Status::from_stored(&row.get::<String>("status")?)?,
        owner,
        created_at: row.get("created_at")?,
        connected_at: row.get("started_at")?,
        closed_at: ended.or(failed),
        erasures: row.get("erasures")?,
        key: key.clone(),
    })
}

/// The session, if the caller may change it: keys, the owner, operators and above. `FORBIDDEN` when it is visible only.
pub fn change(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId) -> Result<Seen> {
    let seen = see(tx, log, by, id)?;
    if may_change(by, seen.owner.as_ref()) {
        return Ok(seen);
    }
    Err(Error::new(&codes::FORBIDDEN, "Changing another's session needs the role operator or above."))
}

/// The topic by which streams and sockets are told that a caller's credential may be void, by its
/// [`Principal::subject`].
pub fn access_hint(subject: &str) -> String {
    format!("{ACCESS_HINT}{subject}")
}

/// What every such topic begins with; the caller's subject follows.
pub const ACCESS_HINT: &str = "access:";

/// The rule behind [`change`].
pub(crate) fn may_change(by: &Principal, owner: Option<&UserId>) -> bool {
    match by {
        Principal::Key { .. } => true,
        Principal::User { user, .. } => owner == Some(user) || by.top_role() >= Some(Role::Operator),
        Principal::Pass { .. } => false,
    }
}

/// The participant of a session.
pub fn participant_of(tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<Option<ParticipantRow>> {
    store::participant(tx, key, id)
}
