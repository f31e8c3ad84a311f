//! Tables `retention` and `retention_run`, erased users, and what goes after its time.

use callboard_kernel::{Result, TenantId, Timestamp, UserId};
use callboard_store::{Tx, params, sql};

use super::SLICE;

sql! {
    pub SQL;
    RETENTION_OF = "select kind, days from retention where tenant_id = :tenant";
    RETENTION_SAY = "insert into retention (tenant_id, kind, days) values (:tenant, :kind, :days)
        on conflict (tenant_id, kind) do update set days = excluded.days";
    RETENTION_COUNT = "insert into retention_run (tenant_id, kind, day, removed) values (:tenant, :kind, :day, :n)
        on conflict (tenant_id, kind, day) do update set removed = retention_run.removed + excluded.removed";
    RETENTION_RUNS = "select kind, day, removed from retention_run where tenant_id = :tenant order by day desc, kind limit 30";
    RETENTION_UNAUDITED_DUE = "select tenant_id, kind, day, removed from retention_run where audited_at is null and day < :today
        order by day, tenant_id, kind limit :slice";
    RETENTION_AUDITED = "update retention_run set audited_at = :now
        where tenant_id = :tenant and kind = :kind and day = :day and audited_at is null";
    RETENTION_TENANTS_DUE = "select tenant_id from tenant where tenant_id > :after order by tenant_id limit :slice";
    AUDIT_PRUNE = "delete from audit where tenant_id = :tenant and audit_id in
        (select audit_id from audit where tenant_id = :tenant and at < :before order by at limit :slice)";
    REQUESTS_PRUNE_OF_TENANT = "delete from request_log where tenant_id = :tenant and request_id in
        (select request_id from request_log where tenant_id = :tenant and at < :before order by at limit :slice)";
    USER_ERASE = "update app_user set subject = :subject, display_name = null, disabled_at = coalesce(disabled_at, :now), erased_at = :now
        where tenant_id = :tenant and user_id = :id and erased_at is null";
    USER_IS_ERASED = "select user_id from app_user where tenant_id = :tenant and user_id = :id and erased_at is not null";
    LINKS_REMOVE_OF_USER = "delete from login_link where tenant_id = :tenant and user_id = :id";
}

/// What the tenant has said about kinds of data.
pub(crate) fn retention_of(tx: &Tx<'_>, tenant: &TenantId) -> Result<Vec<(String, Option<i64>)>> {
    tx.query(&RETENTION_OF, params! { tenant })?.iter().map(|r| Ok((r.get("kind")?, r.get("days")?))).collect()
}

/// Replaces what the tenant has said about these kinds. Two at once wait for each other, row by row.
pub(crate) fn retention_replace(tx: &Tx<'_>, tenant: &TenantId, all: &[(&str, Option<i64>)]) -> Result<()> {
    for (kind, days) in all {
        tx.execute_one(&RETENTION_SAY, params! { tenant, kind, days })?;
    }
    Ok(())
}

/// Adds to what went today.
pub(crate) fn retention_count(tx: &Tx<'_>, tenant: &TenantId, kind: &str, day: i64, n: u64) -> Result<()> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    tx.execute(&RETENTION_COUNT, params! { tenant, kind, day, n }).map(drop)
}

/// What went lately: kind, day, how many.
pub(crate) fn retention_runs(tx: &Tx<'_>, tenant: &TenantId) -> Result<Vec<(String, i64, i64)>> {
    let rows = tx.query(&RETENTION_RUNS, params! { tenant })?;
    rows.iter().map(|r| Ok((r.get("kind")?, r.get("day")?, r.get("removed")?))).collect()
}

/// Days before today that are not in the audit yet, of all tenants.
pub(crate) fn retention_unaudited(tx: &Tx<'_>, today: i64) -> Result<Vec<(TenantId, String, i64, i64)>> {
    let rows = tx.query(&RETENTION_UNAUDITED_DUE, params! { today, slice: SLICE.cast_signed() })?;
    rows.iter().map(|r| Ok((r.get("tenant_id")?, r.get("kind")?, r.get("day")?, r.get("removed")?))).collect()
}

/// Marks a day as audited; false when another instance was faster.
pub(crate) fn retention_audited(
    tx: &Tx<'_>,
    (tenant, kind, day): (&TenantId, &str, i64),
    now: Timestamp,
) -> Result<bool> {
    Ok(tx.execute(&RETENTION_AUDITED, params! { tenant, kind, day, now })? == 1)
}

/// Tenants after an id, for the repair.
pub(crate) fn tenants_after(tx: &Tx<'_>, after: &str) -> Result<Vec<TenantId>> {
    let rows = tx.query(&RETENTION_TENANTS_DUE, params! { after, slice: SLICE.cast_signed() })?;
    rows.iter().map(|r| r.get("tenant_id")).collect()
}

/// Deletes a slice of the tenant's audit from before an instant.
pub(crate) fn audit_prune(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    tx.execute(&AUDIT_PRUNE, params! { tenant, before, slice: SLICE.cast_signed() })
}

/// Deletes a slice of the tenant's request log from before an instant.
pub(crate) fn requests_prune_of(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    tx.execute(&REQUESTS_PRUNE_OF_TENANT, params! { tenant, before, slice: SLICE.cast_signed() })
}

/// Takes name and subject from a user; false when that was done before.
pub(crate) fn user_erase(tx: &Tx<'_>, tenant: &TenantId, id: &UserId, now: Timestamp) -> Result<bool> {
    let subject = format!("erased:{id}");
    tx.execute(&LINKS_REMOVE_OF_USER, params! { tenant, id })?;
    Ok(tx.execute(&USER_ERASE, params! { tenant, id, subject, now })? == 1)
}

/// Whether a user was erased.
pub(crate) fn user_is_erased(tx: &Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<bool> {
    Ok(tx.query_opt(&USER_IS_ERASED, params! { tenant, id })?.is_some())
}
