//! Passes, join links, and the look-ups that lead to a session. Secrets are found by their hash.

use callboard_eventlog::SessionKey;
use callboard_kernel::{JoinLinkId, ParticipantId, PassId, Result, Timestamp};
use callboard_store::{Row, Tx, params, sql};

sql! {
    pub ACCESS_SQL;
    SEEN = "select s.owner_user_id, s.created_at, s.erased_at, s.erasures, t.status, t.started_at, t.ended_at, t.failed_at from session s \
        join session_state t on t.session_key = s.session_key where s.session_key = :key";
    SESSION_BY_ROOM = "select session_key from session where provider_room_id = :room and provider = :provider \
        order by session_key desc limit 1";
    SESSION_BY_ROOM_SID = "select r.session_key from room_incarnation r join session s on s.session_key = r.session_key \
        where r.room_sid = :sid and s.provider = :provider";
    PASS_INSERT = "insert into session_pass (pass_id, tenant_id, session_key, participant_id, kind, from_sequence, token_hash, \
        created_at) values (:id, :tenant, :key, :participant, :kind, :from_sequence, :hash, :now)";
    PASS_BY_SECRET = "select pass_id, tenant_id, session_key, participant_id, kind, from_sequence, dies_at, revoked_at \
        from session_pass where token_hash = :hash";
    PASS_NEWEST = "select pass_id as id, tenant_id, token_hash from session_pass where revoked_at is null \
        and (dies_at is null or dies_at > :now) order by pass_id desc limit 1";
    LINK_NEWEST = "select link_id as id, tenant_id, token_hash from join_link where revoked_at is null \
        and expires_at > :now and uses < max_uses order by link_id desc limit 1";
    PASS_OF = "select pass_id from session_pass where session_key = :key and participant_id = :participant \
        and revoked_at is null order by created_at, pass_id limit 1";
    PASSES_OF = "select pass_id from session_pass where session_key = :key and participant_id = :participant \
        and revoked_at is null";
    PASSES_REVOKE = "update session_pass set revoked_at = :now where session_key = :key and participant_id = :participant \
        and revoked_at is null";
    PASSES_DIE = "update session_pass set dies_at = :at where session_key = :key";
    LINK_INSERT = "insert into join_link (link_id, tenant_id, session_key, role, display_name, token_hash, created_by, created_at, \
        expires_at, max_uses, uses) values (:id, :tenant, :key, :role, :name, :hash, :by, :now, :expires, :max_uses, 0)";
    LINK_BY_SECRET = "select * from join_link where token_hash = :hash";
    LINK_USE = "update join_link set uses = uses + 1 where link_id = :id and session_key = :key and uses < max_uses and revoked_at is null";
    LINK_REVOKE = "update join_link set revoked_at = :now where link_id = :id and session_key = :key and revoked_at is null";
    LINK_EXISTS = "select count(*) as n from join_link where link_id = :id and session_key = :key";
    LINKS_REVOKE = "update join_link set revoked_at = :now where session_key = :key and revoked_at is null";
    LINK_LIST = "select * from join_link where session_key = :key and (created_at > :at or (created_at = :at and link_id > :id)) \
        order by created_at, link_id limit :limit";
}

/// A pass's row.
#[derive(Clone, Debug)]
pub(crate) struct PassRow {
    pub id: PassId,
    pub session_key: i64,
    pub participant: ParticipantId,
    pub kind: String,
    pub from_sequence: i64,
    pub dies_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

/// A join link's row.
#[derive(Clone, Debug)]
pub(crate) struct LinkRow {
    pub id: JoinLinkId,
    pub session_key: i64,
    pub role: String,
    pub name: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub max_uses: i64,
    pub uses: i64,
    pub revoked_at: Option<Timestamp>,
}

fn link_from(r: &Row) -> Result<LinkRow> {
    Ok(LinkRow {
        id: r.get("link_id")?,
        session_key: r.get("session_key")?,
        role: r.get("role")?,
        name: r.get("display_name")?,
        created_at: r.get("created_at")?,
        expires_at: r.get("expires_at")?,
        max_uses: r.get("max_uses")?,
        uses: r.get("uses")?,
        revoked_at: r.get("revoked_at")?,
    })
}

/// What every access check looks at, in one query; `None` when the session was removed after its time.
pub(crate) fn seen_row(tx: &Tx<'_>, key: &SessionKey) -> Result<Option<Row>> {
    tx.query_opt(&SEEN, params! { key: key.key() })
}

/// The newest session of a room name; a look-up that yields a session to the provider bridge alone.
pub(crate) fn session_by_room(tx: &Tx<'_>, provider: &str, room: &str, sid: &str) -> Result<Option<i64>> {
    if !sid.is_empty()
        && let Some(row) = tx.query_opt(&SESSION_BY_ROOM_SID, params! { sid, provider })?
    {
        return row.at(0).map(Some);
    }
    tx.query_opt(&SESSION_BY_ROOM, params! { room, provider })?.map(|r| r.at(0)).transpose()
}

pub(crate) struct NewPass<'a> {
    pub id: &'a PassId,
    pub participant: &'a ParticipantId,
    pub kind: &'a str,
    pub from_sequence: i64,
    pub hash: &'a str,
}

pub(crate) fn pass_insert(tx: &Tx<'_>, key: &SessionKey, new: &NewPass<'_>, now: Timestamp) -> Result<()> {
    let NewPass { id, participant, kind, from_sequence, hash } = new;
    tx.execute_one(
        &PASS_INSERT,
        params! { id, tenant: key.tenant(), key: key.key(), participant, kind, from_sequence, hash, now },
    )
}

/// The pass of a secret, by its hash.
pub(crate) fn pass_by_secret(tx: &Tx<'_>, hash: &str) -> Result<Option<PassRow>> {
    tx.query_opt(&PASS_BY_SECRET, params! { hash })?
        .map(|r| {
            Ok(PassRow {
                id: r.get("pass_id")?,
                session_key: r.get("session_key")?,
                participant: r.get("participant_id")?,
                kind: r.get("kind")?,
                from_sequence: r.get("from_sequence")?,
                dies_at: r.get("dies_at")?,
                revoked_at: r.get("revoked_at")?,
            })
        })
        .transpose()
}

/// The first living pass of a participant.
pub(crate) fn pass_of(tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantId) -> Result<Option<PassId>> {
    tx.query_opt(&PASS_OF, params! { key: key.key(), participant })?.map(|r| r.at(0)).transpose()
}

/// Every living pass of a participant.
pub(crate) fn passes_of(tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantId) -> Result<Vec<PassId>> {
    tx.query(&PASSES_OF, params! { key: key.key(), participant })?.iter().map(|r| r.at(0)).collect()
}

pub(crate) fn passes_revoke(tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantId, now: Timestamp) -> Result<u64> {
    tx.execute(&PASSES_REVOKE, params! { key: key.key(), participant, now })
}

/// Sets when the passes of an ended session die, and kills its links.
pub(crate) fn doors_close(tx: &Tx<'_>, key: &SessionKey, passes_at: Timestamp, now: Timestamp) -> Result<()> {
    tx.execute(&PASSES_DIE, params! { key: key.key(), at: passes_at })?;
    tx.execute(&LINKS_REVOKE, params! { key: key.key(), now })?;
    Ok(())
}

pub(crate) struct NewLink<'a> {
    pub id: &'a JoinLinkId,
    pub role: &'a str,
    pub name: Option<&'a str>,
    pub hash: &'a str,
    pub by: &'a str,
    pub expires: Timestamp,
    pub max_uses: i64,
}

pub(crate) fn link_insert(tx: &Tx<'_>, key: &SessionKey, new: &NewLink<'_>, now: Timestamp) -> Result<()> {
    let NewLink { id, role, name, hash, by, expires, max_uses } = new;
    let (tenant, key) = (key.tenant(), key.key());
    tx.execute_one(&LINK_INSERT, params! { id, tenant, key, role, name, hash, by, now, expires, max_uses })
}

/// The link of a secret.
pub(crate) fn link_by_secret(tx: &Tx<'_>, hash: &str) -> Result<Option<LinkRow>> {
    tx.query_opt(&LINK_BY_SECRET, params! { hash })?.as_ref().map(link_from).transpose()
}

/// Uses a link once; whether it had a use left.
pub(crate) fn link_use(tx: &Tx<'_>, key: &SessionKey, id: &JoinLinkId) -> Result<bool> {
    Ok(tx.execute(&LINK_USE, params! { id, key: key.key() })? == 1)
}

/// Revokes a link; `None` when there is none, else whether it changed.
pub(crate) fn link_revoke(tx: &Tx<'_>, key: &SessionKey, id: &JoinLinkId, now: Timestamp) -> Result<Option<bool>> {
    if tx.execute(&LINK_REVOKE, params! { id, key: key.key(), now })? == 1 {
        return Ok(Some(true));
    }
    let n: i64 = tx.query_one(&LINK_EXISTS, params! { id, key: key.key() })?.at(0)?;
    Ok((n > 0).then_some(false))
}

/// Links of a session after a place, oldest first.
pub(crate) fn links(tx: &Tx<'_>, key: &SessionKey, at: Timestamp, id: &str, limit: i64) -> Result<Vec<LinkRow>> {
    tx.query(&LINK_LIST, params! { key: key.key(), at, id, limit })?.iter().map(link_from).collect()
}

/// Id, tenant and hash of the newest pass and of the newest join link of the installation that still open something, where
/// there are any.
pub(crate) fn newest_hashes(tx: &Tx<'_>, now: Timestamp) -> Result<[Option<[String; 3]>; 2]> {
    let of = |r: Row| Ok([r.get("id")?, r.get("tenant_id")?, r.get("token_hash")?]);
    let newest = |sql| tx.query_opt(sql, params! { now })?.map(of).transpose();
    Ok([newest(&PASS_NEWEST)?, newest(&LINK_NEWEST)?])
}
