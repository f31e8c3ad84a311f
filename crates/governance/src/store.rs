//! All SQL of the feature.

use std::collections::BTreeSet;

use callboard_eventlog::erase::Extent;
use callboard_http::Page;
use callboard_kernel::{ErasureId, Error, Result, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};

use crate::model::{Erasure, ErasureStatus, ObjectKind, Part};

sql! {
    pub ALL_SQL;
    ERASURE_INSERT = "insert into erasure (erasure_id, tenant_id, object_kind, object_id, cause, status, sessions, events, records, \
        created_by, created_at) values (:id, :tenant, :kind, :object, :cause, 'running', 0, 0, 0, :by, :now)";
    ERASURE_BY_ID = "select * from erasure where tenant_id = :tenant and erasure_id = :id";
    ERASURE_LOCK = "select * from erasure where tenant_id = :tenant and erasure_id = :id {for_update}";
    ERASURE_OF = "select * from erasure where tenant_id = :tenant and object_kind = :kind and object_id = :object";
    ERASURE_PAGE = "select * from erasure where tenant_id = :tenant \
        and (created_at < :at or (created_at = :at and erasure_id < :id)) order by created_at desc, erasure_id desc limit :fetch";
    ERASURES_DUE = "select * from erasure where finished_at is null \
        and (created_at > :at or (created_at = :at and erasure_id > :id)) order by created_at, erasure_id limit 100";
    ERASURE_COUNT = "update erasure set sessions = sessions + :sessions, events = events + :events, records = records + :records \
        where tenant_id = :tenant and erasure_id = :id";
    ERASURE_SETTLING = "update erasure set status = 'settling' where tenant_id = :tenant and erasure_id = :id and status = 'running'";
    ERASURE_DONE = "update erasure set status = 'done', finished_at = :now \
        where tenant_id = :tenant and erasure_id = :id and finished_at is null";
    ERASURE_REOPEN = "update erasure set status = 'running', finished_at = null where tenant_id = :tenant and erasure_id = :id";
    PARTS = "select session_key from erasure_session where tenant_id = :tenant and erasure_id = :id";
    PART_INSERT = "insert into erasure_session (erasure_id, session_key, tenant_id, participants, after_sequence, events) \
        values (:id, :key, :tenant, :participants, 0, 0)";
    PART_NEXT = "select session_key, participants, after_sequence, events from erasure_session \
        where tenant_id = :tenant and erasure_id = :id and done_at is null order by session_key limit 1";
    PART_MOVE = "update erasure_session set after_sequence = :after, events = events + :events \
        where tenant_id = :tenant and erasure_id = :id and session_key = :key";
    PART_DONE = "update erasure_session set done_at = :now where tenant_id = :tenant and erasure_id = :id and session_key = :key";
}

fn erasure_from(row: &Row) -> Result<Erasure> {
    Ok(Erasure {
        id: row.get("erasure_id")?,
        tenant: row.get("tenant_id")?,
        object_kind: ObjectKind::from_stored(&row.get::<String>("object_kind")?)?,
        object_id: row.get("object_id")?,
        cause: row.get("cause")?,
        status: ErasureStatus::from_stored(&row.get::<String>("status")?)?,
        sessions: row.get("sessions")?,
        events: row.get("events")?,
        records: row.get("records")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        finished_at: row.get("finished_at")?,
    })
}

/// Writes a new erasure.
pub(crate) fn insert(tx: &Tx<'_>, e: &Erasure) -> Result<()> {
    let (kind, object, now) = (e.object_kind.as_str(), &e.object_id, e.created_at);
    tx.execute_one(
        &ERASURE_INSERT,
        params! { id: e.id, tenant: e.tenant, kind, object, cause: e.cause, by: e.created_by, now },
    )
}

/// The tenant's erasure of that id.
pub(crate) fn by_id(tx: &Tx<'_>, tenant: &TenantId, id: &ErasureId) -> Result<Option<Erasure>> {
    tx.query_opt(&ERASURE_BY_ID, params! { tenant, id })?.as_ref().map(erasure_from).transpose()
}

/// The same, held until the transaction ends.
pub(crate) fn lock(tx: &Tx<'_>, tenant: &TenantId, id: &ErasureId) -> Result<Erasure> {
    erasure_from(&tx.query_one(&ERASURE_LOCK, params! { tenant, id })?)
}

/// The erasure of an object, if there was one.
pub(crate) fn of(tx: &Tx<'_>, tenant: &TenantId, kind: ObjectKind, object: &str) -> Result<Option<Erasure>> {
    tx.query_opt(&ERASURE_OF, params! { tenant, kind: kind.as_str(), object })?.as_ref().map(erasure_from).transpose()
}

/// A page of the tenant's erasures, newest first.
pub(crate) fn page(tx: &Tx<'_>, tenant: &TenantId, page: &Page) -> Result<Vec<Erasure>> {
    let (at, id) = page.before();
    tx.query(&ERASURE_PAGE, params! { tenant, at, id, fetch: page.fetch() })?.iter().map(erasure_from).collect()
}

/// A page of the erasures under way, of all tenants, oldest first; the next one begins after the last of it.
pub(crate) fn due(tx: &Tx<'_>, (at, id): (Timestamp, &str)) -> Result<Vec<Erasure>> {
    tx.query(&ERASURES_DUE, params! { at, id })?.iter().map(erasure_from).collect()
}

/// Adds to what an erasure has done.
pub(crate) fn count(tx: &Tx<'_>, e: &Erasure, sessions: i64, events: i64, records: i64) -> Result<()> {
    tx.execute_one(&ERASURE_COUNT, params! { tenant: e.tenant, id: e.id, sessions, events, records })
}

/// Notes that all rows are done.
pub(crate) fn settling(tx: &Tx<'_>, e: &Erasure) -> Result<()> {
    tx.execute(&ERASURE_SETTLING, params! { tenant: e.tenant, id: e.id }).map(drop)
}

/// Notes that all is done; false when another instance did.
pub(crate) fn done(tx: &Tx<'_>, e: &Erasure, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&ERASURE_DONE, params! { tenant: e.tenant, id: e.id, now })? == 1)
}

/// Lets an erasure go on with sessions that were added to it.
pub(crate) fn reopen(tx: &Tx<'_>, e: &Erasure) -> Result<()> {
    tx.execute_one(&ERASURE_REOPEN, params! { tenant: e.tenant, id: e.id })
}

/// The sessions of an erasure, by their streams' numbers.
pub(crate) fn parts(tx: &Tx<'_>, e: &Erasure) -> Result<BTreeSet<i64>> {
    tx.query(&PARTS, params! { tenant: e.tenant, id: e.id })?.iter().map(|r| r.get("session_key")).collect()
}

/// Adds a session to an erasure.
pub(crate) fn part_insert(tx: &Tx<'_>, e: &Erasure, key: i64, extent: &Extent) -> Result<()> {
    let participants = match extent {
        Extent::Session => None,
        Extent::Participants(people) => Some(serde_json::to_string(people).map_err(Error::internal)?),
    };
    tx.execute_one(&PART_INSERT, params! { id: e.id, key, tenant: e.tenant, participants })
}

/// The next session that is not done.
pub(crate) fn part_next(tx: &Tx<'_>, e: &Erasure) -> Result<Option<Part>> {
    let Some(row) = tx.query_opt(&PART_NEXT, params! { tenant: e.tenant, id: e.id })? else { return Ok(None) };
    let extent = match row.get::<Option<String>>("participants")? {
        None => Extent::Session,
        Some(people) => Extent::Participants(serde_json::from_str(&people).map_err(Error::internal)?),
    };
    let (after, events) = (row.get("after_sequence")?, row.get("events")?);
    Ok(Some(Part { session_key: row.get("session_key")?, extent, after, events }))
}

/// Notes how far a session is.
pub(crate) fn part_move(tx: &Tx<'_>, e: &Erasure, key: i64, after: i64, events: i64) -> Result<()> {
    tx.execute_one(&PART_MOVE, params! { tenant: e.tenant, id: e.id, key, after, events })
}

/// Notes that a session is done.
pub(crate) fn part_done(tx: &Tx<'_>, e: &Erasure, key: i64, now: Timestamp) -> Result<()> {
    tx.execute_one(&PART_DONE, params! { tenant: e.tenant, id: e.id, key, now })
}
