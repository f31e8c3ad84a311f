//! Stored answers that tell of a session or a user that was erased.

use callboard_eventlog::SessionKey;
use callboard_eventlog::erase::{Eraser, Extent};
use callboard_kernel::{Result, TenantId};
use callboard_store::Tx;

use super::store;

/// Stored answers about a session. Their keys stay taken, and answer `CONTENT_ERASED`.
pub struct AnswerEraser;

impl Eraser for AnswerEraser {
    fn name(&self) -> &'static str {
        "http"
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, _extent: &Extent, _limit: i64) -> Result<u64> {
        store::erase(tx, key.tenant(), key.session().as_str())
    }

    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, _limit: i64) -> Result<u64> {
        store::erase(tx, key.tenant(), key.session().as_str())
    }
}

/// Erases the stored answers about a session or user; how many.
pub fn erase_answers_about(tx: &Tx<'_>, tenant: &TenantId, id: &str) -> Result<u64> {
    store::erase(tx, tenant, id)
}
