//! What the repairs look for: scans over the installation that yield session keys. Reviewed list.

use std::collections::{BTreeMap, HashMap};

use callboard_kernel::{Error, Result, TenantId, Timestamp};
use callboard_store::{Tx, params, sql};

sql! {
    pub DUE_SQL;
    DEADLINES_DUE = "select p.session_key, min(p.deadline) as since, \
        max(case when s.open = 1 and s.provider_room_id is not null then s.provider end) as provider \
        from participant p join session s on s.session_key = p.session_key \
        where p.deadline is not null and p.deadline <= :now group by p.session_key order by since limit :limit";
    DURATIONS_DUE = "select s.session_key from session s join session_state t on t.session_key = s.session_key \
        where s.open = 1 and s.max_duration_ms is not null and t.started_at is not null \
        and t.started_at + s.max_duration_ms * 1000 <= :now limit :limit";
    NEVER_ACTIVE_DUE = "select s.session_key from session s join session_state t on t.session_key = s.session_key \
        where s.open = 1 and t.status = 'created' and s.created_at <= :before limit :limit";
    OPEN_WITH_PROVIDER_DUE = "select session_key from session where open = 1 and provider = :provider \
        and provider_room_id is not null and session_key > :after order by session_key limit :limit";
    RINGING_DUE = "select distinct p.session_key from participant p join session s on s.session_key = p.session_key \
        where p.phase = 'ringing' and s.open = 1 and s.provider = :provider limit :limit";
    CLOSED_ROOMS_DUE = "select session_key from session where open = 0 and provider = :provider and provider_room_id = :room limit 1";
    TENANTS_WITH_SLOTS_DUE = "select tenant_id, count(*) as n from session where open = 1 and slot_held = 1 group by tenant_id";
    CONNECTED_AT = "select session_key, started_at from session_state where session_key in ({keys}) and started_at is not null";
}

fn keys(tx: &Tx<'_>, sql: &'static callboard_store::Sql, params: callboard_store::Params) -> Result<Vec<i64>> {
    tx.query(sql, params)?.iter().map(|r| r.at(0)).collect()
}

/// A session with a grace or window that is over.
pub(crate) struct Due {
    pub key: i64,
    /// When the first of them was over.
    pub since: Timestamp,
    /// Who may know better.
    pub provider: Option<String>,
}

/// Sessions with a grace or window that is over, those that have waited longest first.
pub(crate) fn deadlines(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Due>> {
    let due = tx.query(&DEADLINES_DUE, params! { now, limit })?;
    due.iter()
        .map(|r| Ok(Due { key: r.get("session_key")?, since: r.get("since")?, provider: r.get("provider")? }))
        .collect()
}

/// Active sessions past their longest duration.
pub(crate) fn durations(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<i64>> {
    keys(tx, &DURATIONS_DUE, params! { now, limit })
}

/// Sessions made before an instant that nobody made active.
pub(crate) fn never_active(tx: &Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<i64>> {
    keys(tx, &NEVER_ACTIVE_DUE, params! { before, limit })
}

/// Open sessions of a provider, by key.
pub(crate) fn open_with_provider(tx: &Tx<'_>, provider: &str, after: i64, limit: i64) -> Result<Vec<i64>> {
    keys(tx, &OPEN_WITH_PROVIDER_DUE, params! { provider, after, limit })
}

/// Sessions with a phone that rings.
pub(crate) fn ringing(tx: &Tx<'_>, provider: &str, limit: i64) -> Result<Vec<i64>> {
    keys(tx, &RINGING_DUE, params! { provider, limit })
}

/// The closed session that a room seen at the provider belongs to.
pub(crate) fn closed_by_room(tx: &Tx<'_>, provider: &str, room: &str) -> Result<Option<i64>> {
    Ok(keys(tx, &CLOSED_ROOMS_DUE, params! { provider, room })?.into_iter().next())
}

/// How many slots the sessions of each tenant hold.
pub(crate) fn slots(tx: &Tx<'_>) -> Result<BTreeMap<TenantId, i64>> {
    tx.query(&TENANTS_WITH_SLOTS_DUE, params! {})?.iter().map(|r| Ok((r.get("tenant_id")?, r.get("n")?))).collect()
}

/// When sessions became active, by their keys.
pub(crate) fn connected_at(tx: &Tx<'_>, keys: &[i64]) -> Result<HashMap<i64, Timestamp>> {
    let keys = serde_json::to_string(keys).map_err(Error::internal)?;
    tx.query(&CONNECTED_AT, params! { keys })?
        .iter()
        .map(|r| Ok((r.get("session_key")?, r.get("started_at")?)))
        .collect()
}
