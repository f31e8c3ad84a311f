//! The SQL of erasing and removing a call's records, and of finding the calls of a person or of an age.

use callboard_eventlog::SessionKey;
use callboard_kernel::{Result, TenantId, Timestamp, UserId};
use callboard_store::{Sql, Tx, params, sql};

sql! {
    pub ERASE_SQL;
    SESSION_ERASE = "update session set metadata = '{}', provider_participant_id = null, last_error_message = case \
        when last_error_message is null then null else '[erased]' end, erased_at = :now, erasures = erasures + 1, \
        version = version + 1 where session_key = :key and erased_at is null";
    SESSION_ERASED_PART = "update session set erasures = erasures + 1, version = version + 1 where session_key = :key";
    CALLER_ERASE = "update session set provider_participant_id = null where session_key = :key and provider_participant_id in \
        (select identity from participant where session_key = :key and participant_id = :id)";
    METADATA_ERASE = "delete from session_metadata where session_key = :key";
    PARTICIPANTS_ERASE = "update participant set name = null, identity = participant_id \
        where session_key = :key and (name is not null or identity <> participant_id)";
    PARTICIPANT_ERASE = "update participant set name = null, identity = participant_id \
        where session_key = :key and participant_id = :id and (name is not null or identity <> participant_id)";
    LINKS_ERASE = "update join_link set display_name = null where session_key = :key and display_name is not null";
    SESSIONS_WITH_USER = "select s.session_key, case when s.owner_user_id = :user then 1 else 0 end as own, s.open, s.session_id \
        from session s where s.tenant_id = :tenant and (s.owner_user_id = :user or s.session_key in \
        (select p.session_key from participant p where p.tenant_id = :tenant and p.user_id = :user)) order by s.session_key";
    PARTICIPANTS_OF_USER = "select participant_id from participant where session_key = :key and user_id = :user";
    SESSIONS_CLOSED_BEFORE = "select s.session_key from session s join session_state t on t.session_key = s.session_key \
        where s.tenant_id = :tenant and s.open = 0 and s.created_at < :before and (:unerased = 0 or s.erased_at is null) \
        and coalesce(t.ended_at, t.failed_at) < :before order by s.created_at limit :limit";
    SESSION_REMOVE = "delete from session where session_key = :key";
    STATE_REMOVE = "delete from session_state where session_key = :key";
    METADATA_REMOVE = "delete from session_metadata where session_key = :key";
    PRESENCES_REMOVE = "delete from participant_state where session_key = :key and participant_id in \
        (select participant_id from participant_state where session_key = :key limit :limit)";
    PEOPLE_REMOVE = "delete from participant where session_key = :key and participant_id in \
        (select participant_id from participant where session_key = :key limit :limit)";
    CONNECTIONS_REMOVE = "delete from participant_connection where session_key = :key and sid in \
        (select sid from participant_connection where session_key = :key limit :limit)";
    ROOMS_REMOVE = "delete from room_incarnation where session_key = :key and room_sid in \
        (select room_sid from room_incarnation where session_key = :key limit :limit)";
    RESUMES_REMOVE = "delete from resume_use where session_key = :key and participant_id in \
        (select participant_id from resume_use where session_key = :key limit :limit)";
    PASSES_REMOVE = "delete from session_pass where session_key = :key and pass_id in \
        (select pass_id from session_pass where session_key = :key limit :limit)";
    LINKS_REMOVE = "delete from join_link where session_key = :key and link_id in \
        (select link_id from join_link where session_key = :key limit :limit)";
}

/// Erases the session's own record, once.
pub(crate) fn session(tx: &Tx<'_>, key: &SessionKey, now: Timestamp) -> Result<()> {
    tx.execute(&SESSION_ERASE, params! { key: key.key(), now })?;
    tx.execute(&METADATA_ERASE, params! { key: key.key() }).map(drop)
}

/// Notes that text of some participants is erased. Their identities are looked up, so this comes before [`people`].
pub(crate) fn session_part(tx: &Tx<'_>, key: &SessionKey, people: &[String]) -> Result<()> {
    for id in people {
        tx.execute(&CALLER_ERASE, params! { key: key.key(), id })?;
    }
    tx.execute(&SESSION_ERASED_PART, params! { key: key.key() }).map(drop)
}

/// Erases names and identities of these participants, or of everybody; how many rows.
pub(crate) fn people(tx: &Tx<'_>, key: &SessionKey, people: Option<&[String]>) -> Result<u64> {
    let Some(people) = people else {
        let links = tx.execute(&LINKS_ERASE, params! { key: key.key() })?;
        return Ok(links + tx.execute(&PARTICIPANTS_ERASE, params! { key: key.key() })?);
    };
    let mut erased = 0;
    for id in people {
        erased += tx.execute(&PARTICIPANT_ERASE, params! { key: key.key(), id })?;
    }
    Ok(erased)
}

/// A call that a user has to do with: its stream, whether it is theirs, whether it is open, its id.
pub(crate) type OfUser = (i64, bool, bool, String);

/// Every call that a user owns or was in.
pub(crate) fn with_user(tx: &Tx<'_>, tenant: &TenantId, user: &UserId) -> Result<Vec<OfUser>> {
    tx.query(&SESSIONS_WITH_USER, params! { tenant, user })?
        .iter()
        .map(|r| Ok((r.get("session_key")?, r.get("own")?, r.get("open")?, r.get("session_id")?)))
        .collect()
}

/// Who a user was in a call.
pub(crate) fn participants_of(tx: &Tx<'_>, key: i64, user: &UserId) -> Result<Vec<String>> {
    tx.query(&PARTICIPANTS_OF_USER, params! { key, user })?.iter().map(|r| r.at(0)).collect()
}

/// Calls of a tenant that were over before an instant, the oldest first.
pub(crate) fn closed_before(
    tx: &Tx<'_>,
    tenant: &TenantId,
    before: Timestamp,
    unerased: bool,
    limit: i64,
) -> Result<Vec<i64>> {
    tx.query(&SESSIONS_CLOSED_BEFORE, params! { tenant, before, unerased, limit })?.iter().map(|r| r.at(0)).collect()
}

/// Deletes what every look at the session begins with: from here on it is gone.
pub(crate) fn remove_session(tx: &Tx<'_>, key: &SessionKey) -> Result<()> {
    for sql in [&SESSION_REMOVE, &STATE_REMOVE, &METADATA_REMOVE] {
        tx.execute(sql, params! { key: key.key() })?;
    }
    Ok(())
}

/// Deletes a slice of the other rows; how many.
pub(crate) fn remove_rest(tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
    const TEXTS: [&Sql; 7] = [
        &LINKS_REMOVE,
        &PASSES_REMOVE,
        &RESUMES_REMOVE,
        &CONNECTIONS_REMOVE,
        &ROOMS_REMOVE,
        &PRESENCES_REMOVE,
        &PEOPLE_REMOVE,
    ];
    for sql in TEXTS {
        let gone = tx.execute(sql, params! { key: key.key(), limit })?;
        if gone > 0 {
            return Ok(gone);
        }
    }
    Ok(0)
}
