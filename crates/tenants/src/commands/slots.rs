//! What other features ask about a tenant: may it start work, is there room for a call.

use std::collections::BTreeSet;

use callboard_kernel::{Error, Result, TenantId, codes};
use callboard_store::Tx;

use crate::model::{Tenant, TenantStatus};
use crate::store;

/// The tenant, if it may start new work; `TENANT_SUSPENDED` otherwise.
pub fn require_active(tx: &Tx<'_>, tenant: &TenantId) -> Result<Tenant> {
    let found = store::tenant_by_id(tx, tenant, false)?.ok_or_else(|| Error::not_found("tenant"))?;
    match found.status {
        TenantStatus::Active => Ok(found),
        TenantStatus::Suspended => Err(Error::new(
            &codes::TENANT_SUSPENDED,
            "The tenant is suspended: it can read, but not start anything new.",
        )),
    }
}

/// Takes a slot of the tenant's concurrent calls; `CONCURRENCY_LIMIT` when none is free. Atomic on both engines.
pub fn take_call_slot(tx: &Tx<'_>, tenant: &TenantId) -> Result<()> {
    if store::slot_take(tx, tenant)? {
        return Ok(());
    }
    let found = store::tenant_by_id(tx, tenant, false)?.ok_or_else(|| Error::not_found("tenant"))?;
    Err(Error::new(&codes::CONCURRENCY_LIMIT, "The tenant's limit of concurrent calls is reached; end one or wait.")
        .with("limit", found.max_concurrent_calls)
        .retry_after_ms(5_000))
}

/// Gives a slot back; never falls below none.
pub fn release_call_slot(tx: &Tx<'_>, tenant: &TenantId) -> Result<()> {
    store::slot_release(tx, tenant)
}

/// The tenants that have slots in use, for a recount.
pub fn tenants_in_calls(tx: &Tx<'_>) -> Result<BTreeSet<TenantId>> {
    store::slots_in_use(tx)
}

/// Locks a tenant's slots until the transaction ends, so that they can be counted.
pub fn lock_call_slots(tx: &Tx<'_>, tenant: &TenantId) -> Result<()> {
    store::tenant_by_id(tx, tenant, true).map(drop)
}

/// Sets the number of slots in use to what a repair counted; whether it was another.
pub fn recount(tx: &Tx<'_>, tenant: &TenantId, n: i64) -> Result<bool> {
    store::slots_set(tx, tenant, n)
}
