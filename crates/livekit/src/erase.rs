//! Receipts without what they hold of people. Which delivery came when, what became of it and the hash of its body stay.

use callboard_eventlog::erase::{Eraser, Extent};
use callboard_eventlog::{Log, SessionKey};
use callboard_kernel::{ReceiptId, Result, TenantId, Timestamp};
use callboard_store::Tx;
use serde_json::Value;

use crate::model::Verdict;
use crate::store;

/// The receipts' part of erasing a session.
pub struct ReceiptEraser;

impl Eraser for ReceiptEraser {
    fn name(&self) -> &'static str {
        "livekit"
    }

    /// A body tells of everybody in the room, so it goes whole, whoever is erased.
    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, _extent: &Extent, limit: i64) -> Result<u64> {
        store::erase::receipts(tx, key, limit)
    }

    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
        store::erase::remove(tx, key, limit)
    }
}

/// Whether a receipt's body was erased.
pub(crate) fn is_erased(body: &Value) -> bool {
    body["erased"] == Value::Bool(true) && body.as_object().is_some_and(|o| o.len() == 1)
}

/// Writes a verdict. What comes late about a session that was erased is kept without its body.
///
/// The session is locked for the question, so that an erasure under way is over or has not begun; and before the receipt's
/// row is, for an erasure takes them in that order.
pub(crate) fn write_verdict(
    tx: &Tx<'_>,
    log: &Log,
    (id, now): (&ReceiptId, Timestamp),
    verdict: &Verdict,
    published: &[String],
) -> Result<()> {
    let mut erased = None;
    if let Some(mapped) = &verdict.session {
        let key = log.by_key(tx, mapped.key)?;
        log.lock(tx, &key)?;
        erased = log.is_partly_erased(tx, &key)?.then_some(mapped.key);
    }
    store::verdict(tx, id, verdict, published, now)?;
    erased.map_or(Ok(()), |key| store::erase::receipt(tx, id, key))
}

/// Forgets at most a slice of a tenant's receipts from before an instant; how many.
pub fn forget_receipts(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp, limit: i64) -> Result<u64> {
    store::erase::prune(tx, tenant, before, limit)
}
