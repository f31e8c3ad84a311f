//! How cuts of connections ended, as the log tells it.

use callboard_contracts::EventType;
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::{Tx, params};

use crate::log::Log;
use crate::store;

/// Cuts that are over, one way or the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutsOver {
    /// The participant came back: `call.resumed`.
    pub resumed: i64,
    /// The reconnect window ended without them: `call.participant.left` with `reconnect_window_expired`.
    pub expired: i64,
}

impl Log {
    /// Cuts that ended from `from` until before `until`, of one tenant or of all. Who left on purpose or whose call ended
    /// while they were cut is in neither number.
    pub fn cuts_over(
        tx: &Tx<'_>,
        tenant: Option<&TenantId>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<CutsOver> {
        let rows = match tenant {
            Some(tenant) => tx.query(&store::CUTS_OVER_OF, params! { tenant, from, until })?,
            None => tx.query(&store::CUTS_OVER_ALL, params! { from, until })?,
        };
        let mut over = CutsOver::default();
        for row in rows {
            let (ty, n): (String, i64) = (row.get("type")?, row.get("n")?);
            if ty == EventType::CallResumed.as_str() {
                over.resumed = n;
            } else {
                over.expired = n;
            }
        }
        Ok(over)
    }
}
