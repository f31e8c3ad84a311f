//! Who changed what.

use callboard_kernel::{AuditId, Entropy, Result, TenantId, Timestamp};
use callboard_store::Tx;

use crate::store;

pub use crate::model::{Actor, Entry};

/// Writes a row of the tenant's audit, in the transaction of the change.
pub fn audit(
    tx: &Tx<'_>,
    tenant: &TenantId,
    by: impl Into<Actor>,
    entry: &Entry<'_>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    store::audit_insert(tx, &AuditId::generate(now, entropy), tenant, now, &by.into(), entry)
}
