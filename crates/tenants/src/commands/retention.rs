//! How long a tenant keeps what, and users who are erased.

use callboard_http::{Principal, Role};
use callboard_kernel::{Entropy, Error, Result, TenantId, Timestamp, UserId, codes};
use callboard_store::Tx;
use serde_json::json;

use super::audit::{Actor, Entry, audit};
use crate::model::retention::{DAY_MS, Kind, Retention};
use crate::{decide, store};

/// What the tenant keeps for how long, defaults filled in.
pub fn retention(tx: &Tx<'_>, tenant: &TenantId) -> Result<Retention> {
    let mut all = Retention::default();
    for (kind, days) in store::retention_of(tx, tenant)? {
        if let Some(kind) = Kind::parse(&kind) {
            all.set(kind, days);
        }
    }
    Ok(all)
}

/// Says anew what is kept for how long.
pub(crate) fn set_retention(
    tx: &Tx<'_>,
    by: &Principal,
    all: &Retention,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let tenant = by.tenant();
    let before = retention(tx, tenant)?;
    let rows: Vec<(&str, Option<i64>)> = Kind::ALL.iter().map(|kind| (kind.as_str(), all.days(*kind))).collect();
    store::retention_replace(tx, tenant, &rows)?;
    let detail = json!({ "from": before.json(), "to": all.json() });
    let entry = Entry { action: "retention.update", object_kind: "tenant", object_id: tenant.as_str(), detail };
    audit(tx, tenant, by, &entry, now, entropy)
}

/// Adds to what retention removed today; the audit gets one row for each day and kind when the day is over.
pub fn count_removed(tx: &Tx<'_>, tenant: &TenantId, kind: Kind, n: u64, now: Timestamp) -> Result<()> {
    if n == 0 { Ok(()) } else { store::retention_count(tx, tenant, kind.as_str(), day_of(now), n) }
}

/// Writes the audit of days that are over; how many rows.
pub fn audit_removed(tx: &Tx<'_>, now: Timestamp, entropy: &mut Entropy) -> Result<u64> {
    let mut written = 0;
    for (tenant, kind, day, removed) in store::retention_unaudited(tx, day_of(now))? {
        if !store::retention_audited(tx, (&tenant, &kind, day), now)? {
            continue;
        }
        let detail = json!({ "day": day_text(day), "removed": removed });
        let entry = Entry { action: "retention.apply", object_kind: "retention", object_id: &kind, detail };
        audit(tx, &tenant, Actor::system(), &entry, now, entropy)?;
        written += 1;
    }
    Ok(written)
}

/// Days since 1970, UTC.
fn day_of(now: Timestamp) -> i64 {
    now.micros().div_euclid(DAY_MS * 1_000)
}

/// `2026-11-22`.
pub(crate) fn day_text(day: i64) -> String {
    Timestamp::from_micros(day * DAY_MS * 1_000).to_string().chars().take(10).collect()
}

/// Tenants after an id (empty: from the first), for repairs that go through all of them.
pub fn tenants_after(tx: &Tx<'_>, after: &str) -> Result<Vec<TenantId>> {
    store::tenants_after(tx, after)
}

/// Deletes a slice of the tenant's audit from before an instant; how many.
pub fn forget_audit(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    store::audit_prune(tx, tenant, before)
}

/// Deletes a slice of the tenant's request log from before an instant; how many.
pub fn forget_requests(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    store::requests_prune_of(tx, tenant, before)
}

/// Takes name, subject, roles and every way in from a user. The row keeps its id, and stays disabled. Whoever signs in
/// with the same subject later is a new user. False when that was done before.
///
/// # Errors
/// `NOT_FOUND`; `SCOPE_EXCEEDED` for who stands above the caller; `VALIDATION_FAILED` for the last owner.
pub fn erase_user(tx: &Tx<'_>, by: &Principal, id: &UserId, now: Timestamp) -> Result<bool> {
    let tenant = by.tenant();
    let user = store::user_by_id(tx, tenant, id, true)?.ok_or_else(|| Error::not_found("user"))?;
    decide::may_change_roles(by, &user.roles, &[])?;
    if !store::user_erase(tx, tenant, id, now)? {
        return Ok(false);
    }
    store::roles_replace(tx, tenant, id, &[])?;
    store::logins_end_of_user(tx, tenant, id, now)?;
    if user.roles.contains(&Role::Owner) && store::owners(tx, tenant)?.is_empty() {
        return Err(Error::new(&codes::VALIDATION_FAILED, "A tenant keeps at least one owner who can sign in.")
            .field("path:userId", "is the last owner"));
    }
    Ok(true)
}

/// Refuses changes of a user who was erased.
pub(crate) fn not_erased(tx: &Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<()> {
    if store::user_is_erased(tx, tenant, id)? {
        return Err(Error::new(&codes::CONTENT_ERASED, "This user was erased; the row stays as it is."));
    }
    Ok(())
}
