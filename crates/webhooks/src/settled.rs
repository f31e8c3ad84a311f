//! What became of deliveries, for service levels.

use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::Tx;

use crate::model::DeliveryStatus;
use crate::store;

/// Deliveries of events that were settled in a span. Tests of endpoints and what was cancelled are in neither number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Answered 2xx.
    pub delivered: i64,
    /// Tried for three days and given up.
    pub dead: i64,
}

/// What was settled from `from` until before `until`, of one tenant or of all. Settled deliveries are kept for 30 days.
pub fn deliveries_settled(tx: &Tx<'_>, tenant: Option<&TenantId>, span: (Timestamp, Timestamp)) -> Result<Settled> {
    let mut settled = Settled::default();
    for (status, n) in store::settled(tx, tenant, span)? {
        match DeliveryStatus::parse(&status) {
            Some(DeliveryStatus::Delivered) => settled.delivered = n,
            Some(DeliveryStatus::Dead) => settled.dead = n,
            _ => {}
        }
    }
    Ok(settled)
}
