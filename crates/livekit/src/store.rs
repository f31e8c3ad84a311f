//! The SQL of receipts.

use std::collections::BTreeMap;

pub(crate) mod erase;

use callboard_kernel::{Error, ReceiptId, Result, SessionId, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};

use crate::health::Tally;
use crate::model::{Outcome, Receipt, Verdict};
use crate::signature::Rejection;
use crate::webhook::Arrived;

sql! {
    /// Receipts belong to a tenant once they are mapped; look-ups by the provider's id and scans for repair see all.
    pub ALL_SQL;
    RECEIPT_CLAIM = "insert into provider_receipt (receipt_id, provider, provider_event_id, event, room_sid, room_name, \
        received_at, looked_at, outcome, body, body_sha256, published, attempts, deliveries) values (:id, :provider, \
        :event_id, :event, :room_sid, :room_name, :now, :now, 'failed', :body, :sha, '[]', 0, 1) \
        on conflict (provider, provider_event_id) do nothing";
    RECEIPT_DELIVERED_AGAIN = "update provider_receipt set deliveries = deliveries + 1 \
        where provider = :provider and provider_event_id = :event_id";
    RECEIPT_BY_PROVIDER_EVENT = "select * from provider_receipt where provider = :provider and provider_event_id = :event_id";
    RECEIPT_VERDICT = "update provider_receipt set tenant_id = coalesce(:tenant, tenant_id), \
        session_key = coalesce(:session_key, session_key), session_id = coalesce(:session, session_id), \
        outcome = :outcome, reason = :reason, published = :published, attempts = attempts + 1, looked_at = :now \
        where receipt_id = :id";
    RECEIPT_READ = "select * from provider_receipt where receipt_id = :id and tenant_id = :tenant";
    RECEIPT_READ_UNMAPPED = "select * from provider_receipt where receipt_id = :id and tenant_id is null";
    RECEIPT_AFTER_PROCESSING = "select * from provider_receipt where receipt_id = :id";
    RECEIPT_LIST = "select * from provider_receipt where tenant_id = :tenant \
        and (cast(:session as text) is null or session_id = :session) and (cast(:outcome as text) is null or outcome = :outcome) \
        and (received_at < :at or (received_at = :at and receipt_id < :id)) \
        order by received_at desc, receipt_id desc limit :limit";
    RECEIPT_LIST_WITH_UNMAPPED = "select * from provider_receipt where (tenant_id = :tenant or tenant_id is null) \
        and (cast(:session as text) is null or session_id = :session) and (cast(:outcome as text) is null or outcome = :outcome) \
        and (received_at < :at or (received_at = :at and receipt_id < :id)) \
        order by received_at desc, receipt_id desc limit :limit";
    RECEIPTS_UNMAPPED_DUE = "select receipt_id, room_sid, room_name from provider_receipt where outcome = 'unmapped' \
        and provider = :provider and received_at >= :since order by looked_at, receipt_id limit :limit";
    RECEIPT_LOOKED_AT = "update provider_receipt set looked_at = :now where receipt_id = :id and outcome = 'unmapped'";
    RECEIPTS_OLD_PRUNE = "delete from provider_receipt where receipt_id in \
        (select receipt_id from provider_receipt where tenant_id is null and received_at < :before \
        order by received_at limit :limit)";
    REJECTION_ADD = "insert into provider_rejection (provider, reason, rejected, first_at, last_at) \
        values (:provider, :reason, :count, :first, :last) on conflict (provider, reason) do update set \
        rejected = provider_rejection.rejected + excluded.rejected, \
        first_at = case when excluded.first_at < provider_rejection.first_at then excluded.first_at else provider_rejection.first_at end, \
        last_at = case when excluded.last_at > provider_rejection.last_at then excluded.last_at else provider_rejection.last_at end";
    REJECTIONS = "select provider, reason, rejected, first_at, last_at from provider_rejection";
    REJECTIONS_OLD_PRUNE = "delete from provider_rejection where last_at < :before";
    ROOM_HEARD_OF = "select count(*) as n from provider_receipt where provider = :provider and room_name = :room \
        and received_at >= :since";
}

/// Claims the provider's id for a new receipt; false when the delivery came before.
pub(crate) fn claim(tx: &Tx<'_>, provider: &str, id: &ReceiptId, arrived: &Arrived, now: Timestamp) -> Result<bool> {
    let event = &arrived.event;
    let body = arrived.body.to_string();
    let claimed = tx.execute(
        &RECEIPT_CLAIM,
        params! {
            id, provider, event_id: event.id, event: event.name, room_sid: event.room_sid, room_name: event.room_name,
            now, body, sha: arrived.body_sha256,
        },
    )?;
    Ok(claimed == 1)
}

/// Counts a repeated delivery and gives the receipt of the first.
pub(crate) fn delivered_again(tx: &Tx<'_>, provider: &str, event_id: &str) -> Result<Receipt> {
    tx.execute_one(&RECEIPT_DELIVERED_AGAIN, params! { provider, event_id })?;
    receipt_from(&tx.query_one(&RECEIPT_BY_PROVIDER_EVENT, params! { provider, event_id })?)
}

/// Writes what processing came to; `published` are all events of the receipt, earlier attempts included.
pub(crate) fn verdict(
    tx: &Tx<'_>,
    id: &ReceiptId,
    verdict: &Verdict,
    published: &[String],
    now: Timestamp,
) -> Result<()> {
    let mapped = verdict.session.as_ref();
    let published = serde_json::to_string(published).map_err(Error::internal)?;
    tx.execute_one(
        &RECEIPT_VERDICT,
        params! {
            id, now, published,
            tenant: mapped.map(|m| &m.tenant),
            session_key: mapped.map(|m| m.key),
            session: mapped.map(|m| &m.session),
            outcome: verdict.outcome.as_str(),
            reason: verdict.reason,
        },
    )
}

/// A receipt of the tenant; with `unmapped` also one that belongs to no tenant.
pub(crate) fn read(tx: &Tx<'_>, tenant: &TenantId, unmapped: bool, id: &ReceiptId) -> Result<Option<Receipt>> {
    let own = tx.query_opt(&RECEIPT_READ, params! { id, tenant })?;
    let row = match own {
        None if unmapped => return read_unmapped(tx, id),
        found => found,
    };
    row.as_ref().map(receipt_from).transpose()
}

/// A receipt that belongs to no tenant; for repair.
pub(crate) fn read_unmapped(tx: &Tx<'_>, id: &ReceiptId) -> Result<Option<Receipt>> {
    tx.query_opt(&RECEIPT_READ_UNMAPPED, params! { id })?.as_ref().map(receipt_from).transpose()
}

/// A receipt just read and processed in this transaction: by now it may belong to another tenant than before.
pub(crate) fn read_any(tx: &Tx<'_>, id: &ReceiptId) -> Result<Receipt> {
    receipt_from(&tx.query_one(&RECEIPT_AFTER_PROCESSING, params! { id })?)
}

/// Filters and place of a page.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub session: Option<SessionId>,
    pub outcome: Option<Outcome>,
    pub unmapped: bool,
    pub before: (Timestamp, String),
    pub limit: i64,
}

/// A page of the tenant's receipts, newest first.
pub(crate) fn list(tx: &Tx<'_>, tenant: &TenantId, wanted: &Wanted) -> Result<Vec<Receipt>> {
    let sql = if wanted.unmapped { &RECEIPT_LIST_WITH_UNMAPPED } else { &RECEIPT_LIST };
    let (at, id) = &wanted.before;
    let outcome = wanted.outcome.map(Outcome::as_str);
    tx.query(sql, params! { tenant, session: wanted.session, outcome, at, id, limit: wanted.limit })?
        .iter()
        .map(receipt_from)
        .collect()
}

/// An unmapped receipt and its room.
pub(crate) struct Stray {
    pub id: ReceiptId,
    pub room_sid: String,
    pub room_name: String,
}

/// Unmapped receipts that came since an instant, the longest unlooked-at first.
pub(crate) fn strays(tx: &Tx<'_>, provider: &str, since: Timestamp, limit: i64) -> Result<Vec<Stray>> {
    tx.query(&RECEIPTS_UNMAPPED_DUE, params! { provider, since, limit })?
        .iter()
        .map(|r| Ok(Stray { id: r.get("receipt_id")?, room_sid: r.get("room_sid")?, room_name: r.get("room_name")? }))
        .collect()
}

/// Notes that an unmapped receipt was looked at, so that others get their turn.
pub(crate) fn looked_at(tx: &Tx<'_>, id: &ReceiptId, now: Timestamp) -> Result<()> {
    tx.execute(&RECEIPT_LOOKED_AT, params! { id, now }).map(|_| ())
}

/// Deletes up to `limit` receipts from before an instant.
pub(crate) fn prune(tx: &Tx<'_>, before: Timestamp, limit: i64) -> Result<u64> {
    tx.execute(&RECEIPTS_OLD_PRUNE, params! { before, limit })
}

/// Whether anything about a room arrived since an instant.
pub(crate) fn heard_of(tx: &Tx<'_>, provider: &str, room: &str, since: Timestamp) -> Result<bool> {
    let n: i64 = tx.query_one(&ROOM_HEARD_OF, params! { provider, room, since })?.get("n")?;
    Ok(n > 0)
}

/// Adds rejections of a provider to what is counted.
pub(crate) fn rejections_add(tx: &Tx<'_>, provider: &str, tallies: &[(Rejection, Tally)]) -> Result<()> {
    for (reason, tally) in tallies {
        let Tally { count, first, last } = *tally;
        tx.execute_one(&REJECTION_ADD, params! { provider, reason: reason.as_str(), count, first, last })?;
    }
    Ok(())
}

/// What was rejected, by provider and reason. A reason that this version does not know is left out.
pub(crate) fn rejections(tx: &Tx<'_>) -> Result<BTreeMap<(String, Rejection), Tally>> {
    let mut all = BTreeMap::new();
    for row in tx.query(&REJECTIONS, params! {})? {
        if let Some(reason) = Rejection::from_name(&row.get::<String>("reason")?) {
            let tally = Tally { count: row.get("rejected")?, first: row.get("first_at")?, last: row.get("last_at")? };
            all.insert((row.get("provider")?, reason), tally);
        }
    }
    Ok(all)
}

/// Forgets reasons that did not occur since an instant.
pub(crate) fn rejections_prune(tx: &Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.execute(&REJECTIONS_OLD_PRUNE, params! { before })
}

fn receipt_from(row: &Row) -> Result<Receipt> {
    let body: String = row.get("body")?;
    let published: String = row.get("published")?;
    Ok(Receipt {
        id: row.get("receipt_id")?,
        tenant: row.get("tenant_id")?,
        session: row.get("session_id")?,
        provider: row.get("provider")?,
        provider_event_id: row.get("provider_event_id")?,
        event: row.get("event")?,
        received_at: row.get("received_at")?,
        outcome: Outcome::from_stored(&row.get::<String>("outcome")?)?,
        reason: row.get("reason")?,
        body: serde_json::from_str(&body).map_err(Error::internal)?,
        body_sha256: row.get("body_sha256")?,
        published: serde_json::from_str(&published).map_err(Error::internal)?,
        attempts: row.get("attempts")?,
    })
}
