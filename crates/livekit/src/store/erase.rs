//! The SQL of receipts that lose their bodies or go.

use callboard_eventlog::SessionKey;
use callboard_kernel::{ReceiptId, Result, TenantId, Timestamp};
use callboard_store::{Tx, params, sql};

sql! {
    /// Texts of erasing and of retention.
    pub ERASE_SQL;
    RECEIPTS_ADOPT = "update provider_receipt set tenant_id = :tenant, session_key = :key where tenant_id is null \
        and receipt_id in (select r.receipt_id from provider_receipt r join session s on s.provider_room_id = r.room_name \
        and s.provider = r.provider where s.session_key = :key and r.tenant_id is null limit :limit)";
    RECEIPTS_ERASE = "update provider_receipt set body = '{\"erased\":true}', reason = null where receipt_id in \
        (select receipt_id from provider_receipt where session_key = :key and body <> '{\"erased\":true}' limit :limit)";
    RECEIPT_ERASE = "update provider_receipt set body = '{\"erased\":true}', reason = null \
        where receipt_id = :id and session_key = :key";
    RECEIPTS_REMOVE = "delete from provider_receipt where receipt_id in \
        (select receipt_id from provider_receipt where session_key = :key limit :limit)";
    RECEIPTS_PRUNE_OF_TENANT = "delete from provider_receipt where receipt_id in (select receipt_id from provider_receipt \
        where tenant_id = :tenant and received_at < :before order by received_at limit :limit)";
}

/// Takes in what was delivered about the session's room without being mapped, then erases bodies; how many.
pub(crate) fn receipts(tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
    tx.execute(&RECEIPTS_ADOPT, params! { tenant: key.tenant(), key: key.key(), limit })?;
    tx.execute(&RECEIPTS_ERASE, params! { key: key.key(), limit })
}

pub(crate) fn receipt(tx: &Tx<'_>, id: &ReceiptId, key: i64) -> Result<()> {
    tx.execute(&RECEIPT_ERASE, params! { id, key }).map(drop)
}

pub(crate) fn remove(tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
    tx.execute(&RECEIPTS_REMOVE, params! { key: key.key(), limit })
}

pub(crate) fn prune(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp, limit: i64) -> Result<u64> {
    tx.execute(&RECEIPTS_PRUNE_OF_TENANT, params! { tenant, before, limit })
}
