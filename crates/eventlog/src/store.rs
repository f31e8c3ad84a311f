//! The SQL of the log. `event` is written here and nowhere else.

pub(crate) mod erase;
mod stored;

use callboard_kernel::{Error, Result, SessionId, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};

use crate::erase::{Erased, Stripped};
use crate::log::Held;
use crate::model::{NewEvent, SessionKey, StoredEvent, Watermark};
pub(crate) use stored::event_checked;
use stored::event_from;

sql! {
    pub ALL_SQL;
    STREAM_INSERT = "insert into event_stream (tenant_id, session_id, created_at) values (:tenant, :session, :now) \
        on conflict (tenant_id, session_id) do nothing";
    STREAM_BY_ID = "select session_key from event_stream where tenant_id = :tenant and session_id = :session";
    STREAM_BY_KEY = "select tenant_id, session_id from event_stream where session_key = :key";
    STREAM_KEYS = "select session_key, tenant_id, session_id from event_stream where session_key > :after \
        order by session_key limit :limit";
    STREAM_FIND_AND_LOCK = "select session_key, last_sequence, erased, removed_at from event_stream \
        where tenant_id = :tenant and session_id = :session {for_update}";
    STREAM_LOCK = "select tenant_id, session_id, last_sequence, erased, removed_at from event_stream where session_key = :key {for_update}";
    STREAM_HEAD = "select tenant_id, session_id, last_sequence, last_event_id, last_ts from event_stream where session_key = :key";
    STREAM_HEADS = "select session_key, last_sequence from event_stream where tenant_id = :tenant and session_key in ({keys})";
    STREAM_ADVANCE = "update event_stream set last_sequence = :new, last_event_id = :event_id, last_ts = :ts \
        where session_key = :key and last_sequence = :old";
    EVENT_HASHES = "select type, payload, payload_sha256, erased_at from event where session_key = :key order by sequence";
    STREAM_COPY = "insert into event_stream (session_key, tenant_id, session_id, created_at) values (:key, :tenant, :session, 0)";
    EVENT_INSERT = "insert into event (tenant_id, session_key, sequence, key16, event_id, ts, ts_given, type, actor_role, \
        actor_id, payload, payload_sha256, received_at, epoch, erased_at) values (:tenant, :key, :sequence, :key16, :event_id, :ts, \
        :ts_given, :type, :role, :actor, :payload, :sha, :now, :epoch, :erased_at) on conflict (key16, session_key) do nothing";
    EVENT_BY_ID = "select sequence, key16, event_id, ts, received_at, type, actor_role, actor_id, payload, payload_sha256, erased_at, \
        ts_given from event where key16 = :key16 and session_key = :key";
    EVENT_BY_SEQUENCE = "select sequence, event_id, ts from event where session_key = :key and sequence = :sequence";
    EVENT_PAGE = "select sequence, key16, event_id, ts, received_at, type, actor_role, actor_id, payload, payload_sha256, erased_at \
        from event \
        where session_key = :key and sequence > :after and sequence <= :until order by sequence limit :limit";
    EVENT_BEFORE_TS = "select min(sequence) as sequence from event where session_key = :key and ts > :ts";
    EVENT_SHAPE = "select count(*) as n, coalesce(min(sequence), 0) as low, coalesce(max(sequence), 0) as high \
        from event where session_key = :key";
    EVENT_TAIL_SQLITE = "select e.sequence, e.key16, e.event_id, e.ts, e.received_at, e.type, e.actor_role, e.actor_id, \
        e.payload, e.payload_sha256, e.erased_at, e.position, e.epoch, e.xid, s.session_id, s.session_key from event e join event_stream s on s.session_key = e.session_key \
        where e.tenant_id = :tenant and e.position > :position order by e.position limit :limit";
    CUTS_OVER_OF = "select type, count(*) as n from event where type in ('call.resumed', 'call.participant.left') \
        and tenant_id = :tenant and ts >= :from and ts < :until \
        and (type = 'call.resumed' or payload like '%\"reason\":\"reconnect_window_expired\"%') group by type";
    CUTS_OVER_ALL = "select type, count(*) as n from event where type in ('call.resumed', 'call.participant.left') \
        and ts >= :from and ts < :until \
        and (type = 'call.resumed' or payload like '%\"reason\":\"reconnect_window_expired\"%') group by type";
    LOG_EPOCH = "select epoch from log_epoch where id = 1";
    TAIL_HEAD = "select coalesce(max(position), 0) as position from event";
    TAIL_EPOCH_END = "select position from event where epoch <= :epoch order by position desc limit 1";
    CHECKPOINT_GET = "select owner, sequence from consumer_checkpoint where session_key = :key and consumer_id = :consumer";
    CHECKPOINT_LOCK = "select owner, sequence from consumer_checkpoint where session_key = :key and consumer_id = :consumer {for_update}";
    CHECKPOINT_INSERT = "insert into consumer_checkpoint (tenant_id, session_key, consumer_id, owner, sequence, updated_at) \
        values (:tenant, :key, :consumer, :owner, :sequence, :now) on conflict (session_key, consumer_id) do nothing";
    CHECKPOINT_RAISE = "update consumer_checkpoint set sequence = :sequence, updated_at = :now \
        where session_key = :key and consumer_id = :consumer and sequence < :sequence";
    CHECKPOINT_LIST = "select consumer_id, owner, sequence, updated_at from consumer_checkpoint \
        where session_key = :key and consumer_id > :after order by consumer_id limit :limit";
    OUTBOX_INSERT = "insert into outbox (outbox_id, tenant_id, session_key, destination, kind, dedupe_key, payload, created_at, next_at) \
        values (:id, :tenant, :key, :destination, :kind, :dedupe, :payload, :now, :next_at) on conflict (dedupe_key) do nothing";
    // Goes from one (kind, destination) to the next in the index, so that it costs by destination and not by effect.
    OUTBOX_LANES_DUE = "with recursive lane (kind, destination) as (\
        select f.kind, f.destination from (select kind, destination from outbox where done_at is null and dead_at is null \
        order by kind, destination limit 1) f union all select \
        (select n.kind from outbox n where n.done_at is null and n.dead_at is null \
        and (n.kind, n.destination) > (lane.kind, lane.destination) order by n.kind, n.destination limit 1), \
        (select n.destination from outbox n where n.done_at is null and n.dead_at is null \
        and (n.kind, n.destination) > (lane.kind, lane.destination) order by n.kind, n.destination limit 1) \
        from lane where lane.kind is not null) \
        select l.kind, l.destination, \
        (select i.tenant_id from outbox i where i.kind = l.kind and i.destination = l.destination and i.done_at is null and i.dead_at is null and i.next_at <= :now and (i.lease_until is null or i.lease_until <= :now) \
        and not exists (select 1 from outbox p where p.destination = i.destination and p.session_key = i.session_key \
        and p.outbox_id < i.outbox_id and p.done_at is null and p.dead_at is null) order by i.next_at, i.outbox_id limit 1) as tenant_id, \
        (select i.next_at from outbox i where i.kind = l.kind and i.destination = l.destination and i.done_at is null and i.dead_at is null and i.next_at <= :now and (i.lease_until is null or i.lease_until <= :now) \
        and not exists (select 1 from outbox p where p.destination = i.destination and p.session_key = i.session_key \
        and p.outbox_id < i.outbox_id and p.done_at is null and p.dead_at is null) order by i.next_at, i.outbox_id limit 1) as next_at \
        from lane l where l.kind is not null";
    OUTBOX_DUE = "select i.outbox_id, i.tenant_id, i.session_key, i.destination, i.kind, i.payload, i.attempts, i.created_at, i.fence, \
        i.next_at from outbox i where i.kind = :kind and i.destination = :destination and i.done_at is null and i.dead_at is null and i.next_at <= :now and (i.lease_until is null or i.lease_until <= :now) \
        and not exists (select 1 from outbox p where p.destination = i.destination and p.session_key = i.session_key \
        and p.outbox_id < i.outbox_id and p.done_at is null and p.dead_at is null) order by i.next_at, i.outbox_id limit :limit";
    OUTBOX_LEASE = "update outbox set lease_until = :until, fence = fence + 1, attempts = attempts + 1 \
        where outbox_id = :id and fence = :fence and done_at is null and dead_at is null \
        and (lease_until is null or lease_until <= :now)";
    OUTBOX_DONE = "update outbox set done_at = :now, lease_until = null, last_error = null \
        where outbox_id = :id and fence = :fence and done_at is null and dead_at is null";
    OUTBOX_RETRY = "update outbox set next_at = :next_at, lease_until = null, last_error = :error \
        where outbox_id = :id and fence = :fence and done_at is null and dead_at is null";
    OUTBOX_DEAD = "update outbox set dead_at = :now, lease_until = null, last_error = :error \
        where outbox_id = :id and fence = :fence and done_at is null and dead_at is null";
    OUTBOX_BACKLOG = "select count(*) as n, coalesce(min(created_at), 0) as oldest from outbox \
        where done_at is null and dead_at is null and kind <> :kind";
    OUTBOX_BACKLOGS = "select kind, count(*) as n, min(created_at) as oldest from outbox \
        where done_at is null and dead_at is null group by kind";
    OUTBOX_PRUNE = "delete from outbox where outbox_id in (select outbox_id from outbox where done_at is not null and done_at < :before limit :slice)";
}

/// PostgreSQL-only texts: their functions do not exist on SQLite, so they are listed apart.
pub use postgres_only::ALL_SQL as POSTGRES_SQL;

pub(crate) mod postgres_only {
    callboard_store::sql! {
        pub ALL_SQL;
        EVENT_TAIL = "select e.sequence, e.key16, e.event_id, e.ts, e.received_at, e.type, e.actor_role, e.actor_id, \
            e.payload, e.payload_sha256, e.erased_at, e.position, e.epoch, e.xid, s.session_id, s.session_key from event e join event_stream s on s.session_key = e.session_key \
            where e.tenant_id = :tenant and (e.epoch, e.xid, e.position) > (:epoch, :xid, :position) \
            and (e.epoch < :current or e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint) \
            order by e.epoch, e.xid, e.position limit :limit";
        TAIL_HEAD = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xid";
    }
}

/// Finds or makes the stream of a new session.
pub(crate) fn stream_insert(
    tx: &Tx<'_>,
    tenant: &TenantId,
    session: &SessionId,
    now: Timestamp,
) -> Result<Option<i64>> {
    let made = tx.execute(&STREAM_INSERT, params! { tenant, session, now })?;
    if made == 0 {
        return Ok(None);
    }
    tx.query_one(&STREAM_BY_ID, params! { tenant, session })?.get("session_key").map(Some)
}

/// The stream of a session of this tenant.
pub(crate) fn stream_find(tx: &Tx<'_>, tenant: &TenantId, session: &SessionId) -> Result<Option<i64>> {
    tx.query_opt(&STREAM_BY_ID, params! { tenant, session })?.map(|r| r.get("session_key")).transpose()
}

/// The stream behind a number that a tenant-checked or reviewed query gave.
pub(crate) fn stream_by_key(tx: &Tx<'_>, key: i64) -> Result<Option<SessionKey>> {
    tx.query_opt(&STREAM_BY_KEY, params! { key })?
        .map(|r| Ok(SessionKey::new(r.get("tenant_id")?, r.get("session_id")?, key)))
        .transpose()
}

/// All streams, in pages, for `verify`.
pub(crate) fn stream_keys(tx: &Tx<'_>, after: i64, limit: i64) -> Result<Vec<SessionKey>> {
    tx.query(&STREAM_KEYS, params! { after, limit })?
        .iter()
        .map(|r| Ok(SessionKey::new(r.get("tenant_id")?, r.get("session_id")?, r.get("session_key")?)))
        .collect()
}

/// What a lock of the stream tells.
pub(crate) struct Locked {
    pub last: i64,
    pub erased: Erased,
    pub removed_at: Option<Timestamp>,
}

/// Locks the stream and gives its last sequence, and what of it was erased.
pub(crate) fn stream_lock(tx: &Tx<'_>, key: &SessionKey) -> Result<Locked> {
    let row = tx.query_one(&STREAM_LOCK, params! { key: key.key() })?;
    is_of(key, &row)?;
    locked_from(tx, key, &row)
}

/// A turned bit in an index leads to the row of another session, perhaps of another tenant; only the row itself tells.
fn is_of(key: &SessionKey, row: &Row) -> Result<()> {
    // Both texts that come here name these two first; nothing is copied on the way of every append.
    debug_assert_eq!(row.columns()[..2], ["tenant_id", "session_id"]);
    if row.text(0)? == key.tenant().as_str() && row.text(1)? == key.session().as_str() {
        return Ok(());
    }
    Err(damaged(key.session(), "what an index says of it is not what its row says"))
}

/// Finds and locks the stream of a session of this tenant.
pub(crate) fn stream_find_and_lock(tx: &Tx<'_>, tenant: &TenantId, session: &SessionId) -> Result<Option<Held>> {
    let Some(row) = tx.query_opt(&STREAM_FIND_AND_LOCK, params! { tenant, session })? else { return Ok(None) };
    let key = SessionKey::new(tenant.clone(), session.clone(), row.get("session_key")?);
    Ok(Some(Held { locked: locked_from(tx, &key, &row)?, key }))
}

fn locked_from(tx: &Tx<'_>, key: &SessionKey, row: &Row) -> Result<Locked> {
    let erased = match row.get::<i64>("erased")? {
        0 => Erased::Nothing,
        1 => Erased::Of(erase::participants(tx, key)?),
        _ => Erased::Everything,
    };
    Ok(Locked { last: row.get("last_sequence")?, erased, removed_at: row.get("removed_at")? })
}

/// The last event of the stream.
pub(crate) fn stream_head(tx: &Tx<'_>, key: &SessionKey) -> Result<Option<Watermark>> {
    let row = tx.query_one(&STREAM_HEAD, params! { key: key.key() })?;
    is_of(key, &row)?;
    let (sequence, event_id): (i64, Option<String>) = (row.get("last_sequence")?, row.get("last_event_id")?);
    match event_id {
        Some(event_id) if sequence > 0 => Ok(Some(Watermark { sequence, event_id, ts: row.get("last_ts")? })),
        // A turned bit must not make a log look empty, or its events would be as good as lost. Of a record that lost its end
        // both read as if nothing had ever come.
        None if sequence == 0 && event_mark(tx, key, 1)?.is_none() => Ok(None),
        _ => Err(damaged(key.session(), "its head and its events do not agree whether there are any")),
    }
}

/// The place of one event.
pub(crate) fn event_mark(tx: &Tx<'_>, key: &SessionKey, sequence: i64) -> Result<Option<Watermark>> {
    tx.query_opt(&EVENT_BY_SEQUENCE, params! { key: key.key(), sequence })?
        .map(|r| Ok(Watermark { sequence, event_id: r.get("event_id")?, ts: r.get("ts")? }))
        .transpose()
}

/// The last sequences of several streams of a tenant.
pub(crate) fn stream_heads(
    tx: &Tx<'_>,
    tenant: &TenantId,
    keys: &[i64],
) -> Result<std::collections::HashMap<i64, i64>> {
    let keys = serde_json::to_string(keys).map_err(Error::internal)?;
    tx.query(&STREAM_HEADS, params! { tenant, keys })?
        .iter()
        .map(|r| Ok((r.get("session_key")?, r.get("last_sequence")?)))
        .collect()
}

/// Writes one event; false when the session has one with its id.
pub(crate) fn event_insert(
    tx: &Tx<'_>,
    key: &SessionKey,
    new: &NewEvent,
    sequence: i64,
    (now, epoch): (Timestamp, i64),
    without: Option<&Stripped>,
) -> Result<bool> {
    let key16 = crate::model::key16(&new.event_id);
    // Of what came, also when less of it is stored: a repetition is known by it.
    let sha = callboard_kernel::sha256(&[new.payload.as_bytes()]);
    let (payload, actor) = without.map_or((&new.payload, &new.actor.id), |s| (&s.payload, &s.actor));
    let erased_at = without.map(|_| now);
    let inserted = tx.execute(
        &EVENT_INSERT,
        params! {
            tenant: key.tenant(), key: key.key(), sequence, key16, event_id: new.event_id, ts: new.ts,
            ts_given: new.ts_given, type: new.ty.as_str(), role: new.actor.role.as_str(), actor,
            payload, sha, now, epoch, erased_at,
        },
    )?;
    Ok(inserted == 1)
}

/// What is read is not what was written: it is refused, not served.
pub(crate) fn damaged(session: &SessionId, what: impl std::fmt::Display) -> Error {
    Error::internal(format!("the database is damaged: session {session}: {what}; `callboard verify` tells more"))
}

/// What else a repetition is compared with.
pub(crate) struct First {
    /// Whether the producer had sent `ts`.
    pub ts_given: bool,
    /// SHA-256 of the payload as it came.
    pub sha: Vec<u8>,
}

/// The stored event with this id, and what its first delivery was.
pub(crate) fn event_by_id(tx: &Tx<'_>, key: &SessionKey, event_id: &str) -> Result<Option<(StoredEvent, First)>> {
    let key16 = crate::model::key16(event_id);
    let Some(mut row) = tx.query_opt(&EVENT_BY_ID, params! { key16, key: key.key() })? else { return Ok(None) };
    let stored = event_checked(&mut row, key.session())?;
    if stored.event_id != event_id {
        // 80 bits of SHA-256 collided: refuse rather than guess.
        return Err(Error::internal("two event ids of one session share a dedupe key"));
    }
    Ok(Some((stored, First { ts_given: row.get("ts_given")?, sha: row.get("payload_sha256")? })))
}

/// Events after a sequence, ascending, as they are found: for `verify` and erasing, which must work on damage too.
pub(crate) fn event_page(
    tx: &Tx<'_>,
    key: &SessionKey,
    after: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<StoredEvent>> {
    tx.query(&EVENT_PAGE, params! { key: key.key(), after, until, limit })?
        .iter_mut()
        .map(|r| event_from(r, key.session()))
        .collect()
}

/// Events after a sequence, ascending, one after the other from there on, each as it was stored.
pub(crate) fn event_page_checked(
    tx: &Tx<'_>,
    key: &SessionKey,
    after: i64,
    until: i64,
    limit: i64,
) -> Result<Vec<StoredEvent>> {
    let mut rows = tx.query(&EVENT_PAGE, params! { key: key.key(), after, until, limit })?;
    let events = rows.iter_mut().map(|r| event_checked(r, key.session())).collect::<Result<Vec<_>>>()?;
    let contiguous = (after + 1..).zip(&events).all(|(want, event)| event.sequence == want);
    let expected = limit.min(until - after).max(0);
    if contiguous && i64::try_from(events.len()) == Ok(expected) {
        return Ok(events);
    }
    Err(damaged(key.session(), format!("{} of {expected} events after {after} are found in order", events.len())))
}
