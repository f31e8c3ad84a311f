//! What attempts keep of other people's answers: they may quote what was sent. What was sent is never stored; it is made
//! from the log when it is sent, so what waits goes out as the log has it then.

use callboard_eventlog::SessionKey;
use callboard_eventlog::erase::{Eraser, Extent};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::Tx;

use crate::store;

/// The deliveries' part of erasing a session.
pub struct DeliveryEraser;

impl Eraser for DeliveryEraser {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, _extent: &Extent, limit: i64) -> Result<u64> {
        store::answers_erase(tx, key, limit)
    }

    /// Deliveries have a time of their own.
    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
        store::answers_erase(tx, key, limit)
    }
}

/// Forgets at most a slice of a tenant's deliveries that were settled before an instant; how many.
pub fn forget_deliveries(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    store::prune_deliveries(tx, tenant, before)
}
