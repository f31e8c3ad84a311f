//! Table `webhook_resend`, and what repairs look for.

use callboard_eventlog::SessionKey;
use callboard_kernel::{Result, TenantId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId};
use callboard_store::{Row, Tx, params, sql};

use super::SLICE;
use super::deliveries::delivery_from;
use crate::model::Delivery;

sql! {
    pub SQL;
    RESEND_COUNT = "select count(*) as n from webhook_delivery where tenant_id = :tenant and endpoint_id = :endpoint \
        and created_at >= :since and created_at < :until and status <> 'pending'";
    RESEND_INSERT = "insert into webhook_resend (resend_id, tenant_id, endpoint_id, until_at, after_at, after_id, created_at) \
        values (:id, :tenant, :endpoint, :until, :since, '', :now)";
    DELIVERIES_SETTLED_OF = "select status, count(*) as n from webhook_delivery where tenant_id = :tenant \
        and settled_at >= :from and settled_at < :until and session_key is not null group by status";
    DELIVERIES_SETTLED_ALL = "select status, count(*) as n from webhook_delivery where settled_at >= :from \
        and settled_at < :until and session_key is not null group by status";
    RESENDS_DUE = "select * from webhook_resend order by created_at, resend_id limit 20";
    RESEND_LOCK = "select * from webhook_resend where tenant_id = :tenant and resend_id = :id {for_update}";
    RESEND_SLICE = "select * from webhook_delivery where tenant_id = :tenant and endpoint_id = :endpoint \
        and (created_at > :at or (created_at = :at and delivery_id > :id)) and created_at < :until and status <> 'pending' \
        order by created_at, delivery_id limit :slice";
    RESEND_MOVE = "update webhook_resend set after_at = :at, after_id = :after where tenant_id = :tenant and resend_id = :id";
    RESEND_REMOVE = "delete from webhook_resend where tenant_id = :tenant and resend_id = :id";
    WEBHOOKS_LEFT_OVER_DUE = "select e.tenant_id, e.endpoint_id from webhook_endpoint e where e.disabled_at is not null \
        and exists (select 1 from webhook_delivery d where d.endpoint_id = e.endpoint_id and d.status = 'pending') limit 20";
    WEBHOOK_ANSWERS_ERASE = "update webhook_attempt set response_body = null, error = case when error is null then null \
        else '[erased]' end where delivery_id in (select d.delivery_id from webhook_delivery d join webhook_attempt a \
        on a.delivery_id = d.delivery_id where d.session_key = :key and (a.response_body is not null or \
        (a.error is not null and a.error <> '[erased]')) limit :limit) \
        and (response_body is not null or (error is not null and error <> '[erased]'))";
    WEBHOOK_ATTEMPTS_PRUNE = "delete from webhook_attempt where delivery_id in (select delivery_id from webhook_delivery \
        where tenant_id = :tenant and settled_at is not null and settled_at < :before order by settled_at, delivery_id limit :slice)";
    WEBHOOK_DELIVERIES_PRUNE = "delete from webhook_delivery where delivery_id in (select delivery_id from webhook_delivery \
        where tenant_id = :tenant and settled_at is not null and settled_at < :before order by settled_at, delivery_id limit :slice)";
    WEBHOOK_ENDPOINTS_PRUNE = "delete from webhook_endpoint where deleted_at is not null and deleted_at < :before \
        and not exists (select 1 from webhook_delivery d where d.endpoint_id = webhook_endpoint.endpoint_id) \
        and not exists (select 1 from webhook_resend r where r.endpoint_id = webhook_endpoint.endpoint_id)";
}

/// A resend under way.
#[derive(Clone, Debug)]
pub(crate) struct Resend {
    pub id: String,
    pub tenant: TenantId,
    pub endpoint: EndpointId,
    pub until: Timestamp,
    pub after: (Timestamp, String),
    /// Queued again since then means: by this resend or later.
    pub created_at: Timestamp,
}

/// How many settled deliveries lie in a span.
pub(crate) fn resend_count(
    tx: &Tx<'_>,
    (tenant, endpoint): (&TenantId, &EndpointId),
    since: Timestamp,
    until: Timestamp,
) -> Result<i64> {
    tx.query_one(&RESEND_COUNT, params! { tenant, endpoint, since, until })?.get("n")
}

/// Writes a resend to be carried out.
pub(crate) fn resend_insert(tx: &Tx<'_>, r: &Resend) -> Result<()> {
    let given = params! { id: r.id, tenant: r.tenant, endpoint: r.endpoint, until: r.until, since: r.after.0, now: r.created_at };
    tx.execute_one(&RESEND_INSERT, given)
}

/// Resends under way, of all tenants.
pub(crate) fn resends_due(tx: &Tx<'_>) -> Result<Vec<Resend>> {
    tx.query(&RESENDS_DUE, params! {})?.iter().map(resend_from).collect()
}

/// A resend, held until the transaction ends.
pub(crate) fn resend_lock(tx: &Tx<'_>, tenant: &TenantId, id: &str) -> Result<Option<Resend>> {
    tx.query_opt(&RESEND_LOCK, params! { tenant, id })?.map(|r| resend_from(&r)).transpose()
}

/// The next deliveries of a resend.
pub(crate) fn resend_slice(tx: &Tx<'_>, r: &Resend) -> Result<Vec<Delivery>> {
    let (tenant, endpoint, until) = (&r.tenant, &r.endpoint, r.until);
    let given = params! { tenant, endpoint, until, at: r.after.0, id: r.after.1, slice: SLICE };
    tx.query(&RESEND_SLICE, given)?.iter().map(delivery_from).collect()
}

/// Notes how far a resend is.
pub(crate) fn resend_move(tx: &Tx<'_>, r: &Resend, at: Timestamp, after: &DeliveryId) -> Result<()> {
    tx.execute_one(&RESEND_MOVE, params! { tenant: r.tenant, id: r.id, at, after })
}

/// Forgets a resend that is done.
pub(crate) fn resend_remove(tx: &Tx<'_>, r: &Resend) -> Result<()> {
    tx.execute_one(&RESEND_REMOVE, params! { tenant: r.tenant, id: r.id })
}

/// Endpoints that are out of use and still have pending deliveries.
pub(crate) fn left_over(tx: &Tx<'_>) -> Result<Vec<(TenantId, EndpointId)>> {
    let rows = tx.query(&WEBHOOKS_LEFT_OVER_DUE, params! {})?;
    rows.iter().map(|r| Ok((r.get("tenant_id")?, r.get("endpoint_id")?))).collect()
}

/// Forgets a slice of a tenant's deliveries that were settled before an instant, with their attempts.
pub(crate) fn prune_deliveries(tx: &Tx<'_>, tenant: &TenantId, before: Timestamp) -> Result<u64> {
    tx.execute(&WEBHOOK_ATTEMPTS_PRUNE, params! { tenant, before, slice: SLICE })?;
    tx.execute(&WEBHOOK_DELIVERIES_PRUNE, params! { tenant, before, slice: SLICE })
}

/// Makes a slice of what a session's attempts keep of answers unreadable; how many.
pub(crate) fn answers_erase(tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
    tx.execute(&WEBHOOK_ANSWERS_ERASE, params! { key: key.key(), limit })
}

/// Forgets endpoints that were deleted before an instant and of which nothing is left.
pub(crate) fn prune_endpoints(tx: &Tx<'_>, before: Timestamp) -> Result<u64> {
    tx.execute(&WEBHOOK_ENDPOINTS_PRUNE, params! { before })
}

fn resend_from(row: &Row) -> Result<Resend> {
    Ok(Resend {
        id: row.get("resend_id")?,
        tenant: row.get("tenant_id")?,
        endpoint: row.get("endpoint_id")?,
        until: row.get("until_at")?,
        after: (row.get("after_at")?, row.get("after_id")?),
        created_at: row.get("created_at")?,
    })
}

/// How many deliveries of events were settled from an instant until before another, by status.
pub(crate) fn settled(
    tx: &Tx<'_>,
    tenant: Option<&TenantId>,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(String, i64)>> {
    let rows = match tenant {
        Some(tenant) => tx.query(&DELIVERIES_SETTLED_OF, params! { tenant, from, until })?,
        None => tx.query(&DELIVERIES_SETTLED_ALL, params! { from, until })?,
    };
    rows.iter().map(|r| Ok((r.get("status")?, r.get("n")?))).collect()
}
