//! Tables `webhook_delivery` and `webhook_attempt`.

use callboard_http::Page;
use callboard_kernel::{
    Error, Result, TenantId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId,
};
use callboard_store::{Row, Tx, params, sql};

use super::SLICE;
use crate::model::{ATTEMPTS_KEPT, Attempt, Delivery, DeliveryStatus, EventRef};

sql! {
    pub SQL;
    DELIVERY_INSERT = "insert into webhook_delivery (delivery_id, tenant_id, endpoint_id, session_key, session_id, sequence, \
        event_id, event_type, status, attempts, tries, round, created_at, queued_at, settled_at) values (:id, :tenant, :endpoint, \
        :key, :session, :sequence, :event_id, :type, :status, 0, 0, 0, :now, :now, :settled)";
    DELIVERY_LOCK = "select * from webhook_delivery where tenant_id = :tenant and delivery_id = :id {for_update}";
    DELIVERY_BY_ID = "select d.*, a.at, a.ok, a.status as answered, a.ms, a.error, a.response_body from webhook_delivery d \
        left join webhook_attempt a on a.delivery_id = d.delivery_id and a.n = d.attempts \
        where d.tenant_id = :tenant and d.delivery_id = :id";
    DELIVERY_PAGE = "select d.*, a.at, a.ok, a.status as answered, a.ms, a.error, a.response_body from webhook_delivery d \
        left join webhook_attempt a on a.delivery_id = d.delivery_id and a.n = d.attempts \
        where d.tenant_id = :tenant and d.endpoint_id = :endpoint \
        and (d.created_at < :at or (d.created_at = :at and d.delivery_id < :id)) \
        order by d.created_at desc, d.delivery_id desc limit :fetch";
    DELIVERY_PAGE_OF_STATUS = "select d.*, a.at, a.ok, a.status as answered, a.ms, a.error, a.response_body from webhook_delivery d \
        left join webhook_attempt a on a.delivery_id = d.delivery_id and a.n = d.attempts \
        where d.tenant_id = :tenant and d.endpoint_id = :endpoint and d.status = :status \
        and (d.created_at < :at or (d.created_at = :at and d.delivery_id < :id)) \
        order by d.created_at desc, d.delivery_id desc limit :fetch";
    DELIVERY_PAGE_OF_SESSION = "select d.*, a.at, a.ok, a.status as answered, a.ms, a.error, a.response_body from webhook_delivery d \
        left join webhook_attempt a on a.delivery_id = d.delivery_id and a.n = d.attempts \
        where d.tenant_id = :tenant and d.endpoint_id = :endpoint and d.session_id = :session and (:every = 1 or d.status = :status) \
        and (d.created_at < :at or (d.created_at = :at and d.delivery_id < :id)) \
        order by d.created_at desc, d.delivery_id desc limit :fetch";
    LANE_WAITS = "select 1 as one from webhook_delivery where tenant_id = :tenant and endpoint_id = :endpoint \
        and session_key = :key and status = 'pending' and sequence < :sequence limit 1";
    LANE_HEAD = "select * from webhook_delivery where tenant_id = :tenant and endpoint_id = :endpoint \
        and session_key = :key and status = 'pending' order by sequence limit 1";
    DELIVERY_ARM = "update webhook_delivery set round = round + 1, next_attempt_at = :at \
        where tenant_id = :tenant and delivery_id = :id and status = 'pending' returning round";
    DELIVERY_DISARM = "update webhook_delivery set next_attempt_at = null \
        where tenant_id = :tenant and delivery_id = :id and round = :round and status = 'pending'";
    DELIVERY_WAITS = "update webhook_delivery set attempts = :n, tries = tries + 1, next_attempt_at = :at \
        where tenant_id = :tenant and delivery_id = :id";
    DELIVERY_TRIED = "update webhook_delivery set attempts = :n where tenant_id = :tenant and delivery_id = :id";
    DELIVERY_SETTLE = "update webhook_delivery set status = :status, attempts = :n, next_attempt_at = null, settled_at = :now \
        where tenant_id = :tenant and delivery_id = :id";
    DELIVERY_REQUEUE = "update webhook_delivery set status = 'pending', tries = 0, queued_at = :now, next_attempt_at = null, \
        settled_at = null where tenant_id = :tenant and delivery_id = :id";
    DELIVERIES_CANCEL = "update webhook_delivery set status = 'cancelled', next_attempt_at = null, settled_at = :now \
        where tenant_id = :tenant and delivery_id in (select delivery_id from webhook_delivery \
        where endpoint_id = :endpoint and status = 'pending' order by created_at, delivery_id limit :slice {for_update}) \
        and status = 'pending'";
    ATTEMPT_INSERT = "insert into webhook_attempt (delivery_id, n, tenant_id, endpoint_id, at, ok, status, ms, error, response_body) \
        values (:id, :n, :tenant, :endpoint, :at, :ok, :status, :ms, :error, :answer)";
    ATTEMPT_FORGET = "delete from webhook_attempt where tenant_id = :tenant and delivery_id = :id and n <= :old";
    ATTEMPTS = "select at, ok, status as answered, ms, error, response_body from webhook_attempt \
        where tenant_id = :tenant and delivery_id = :id order by n desc";
    ATTEMPT_LAST = "select at, ok, status as answered, ms, error, response_body from webhook_attempt \
        where tenant_id = :tenant and endpoint_id = :endpoint order by at desc, delivery_id desc, n desc limit 1";
}

/// Writes a new delivery. It is not in the outbox yet.
pub(crate) fn delivery_insert(tx: &Tx<'_>, d: &Delivery) -> Result<()> {
    let event = d.event.as_ref();
    tx.execute_one(
        &DELIVERY_INSERT,
        params! {
            id: d.id, tenant: d.tenant, endpoint: d.endpoint, key: event.map(|e| e.session_key),
            session: event.map(|e| e.session.clone()), sequence: event.map(|e| e.sequence),
            event_id: event.map(|e| e.event_id.clone()), type: d.event_type, status: d.status.as_str(),
            now: d.created_at, settled: d.settled_at,
        },
    )
}

/// A delivery of the tenant; with `lock` it is held until the transaction ends, and without its last attempt.
pub(crate) fn delivery_by_id(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId, lock: bool) -> Result<Option<Delivery>> {
    if lock {
        return tx.query_opt(&DELIVERY_LOCK, params! { tenant, id })?.map(|r| delivery_from(&r)).transpose();
    }
    tx.query_opt(&DELIVERY_BY_ID, params! { tenant, id })?.map(|r| with_attempt(&r)).transpose()
}

/// A page of an endpoint's deliveries, newest first.
pub(crate) fn delivery_page(
    tx: &Tx<'_>,
    (tenant, endpoint): (&TenantId, &EndpointId),
    status: Option<DeliveryStatus>,
    session: Option<&str>,
    page: &Page,
) -> Result<Vec<Delivery>> {
    let ((at, id), fetch) = (page.before(), page.fetch());
    let named = status.map_or("", DeliveryStatus::as_str);
    let rows = match (session, status) {
        (Some(session), _) => {
            let every = status.is_none();
            let given = params! { tenant, endpoint, session, every, status: named, at, id, fetch };
            tx.query(&DELIVERY_PAGE_OF_SESSION, given)?
        }
        (None, Some(_)) => {
            tx.query(&DELIVERY_PAGE_OF_STATUS, params! { tenant, endpoint, status: named, at, id, fetch })?
        }
        (None, None) => tx.query(&DELIVERY_PAGE, params! { tenant, endpoint, at, id, fetch })?,
    };
    rows.iter().map(with_attempt).collect()
}

/// Whether a pending delivery of the session comes before this sequence.
pub(crate) fn lane_waits(
    tx: &Tx<'_>,
    (tenant, endpoint): (&TenantId, &EndpointId),
    key: i64,
    sequence: i64,
) -> Result<bool> {
    Ok(tx.query_opt(&LANE_WAITS, params! { tenant, endpoint, key, sequence })?.is_some())
}

/// The first pending delivery of a session.
pub(crate) fn lane_head(
    tx: &Tx<'_>,
    (tenant, endpoint): (&TenantId, &EndpointId),
    key: i64,
) -> Result<Option<Delivery>> {
    tx.query_opt(&LANE_HEAD, params! { tenant, endpoint, key })?.map(|r| delivery_from(&r)).transpose()
}

/// Begins a new round, due at `at`; its number, or `None` when it was settled meanwhile.
pub(crate) fn delivery_arm(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId, at: Timestamp) -> Result<Option<i64>> {
    tx.query_opt(&DELIVERY_ARM, params! { tenant, id, at })?.map(|r| r.get("round")).transpose()
}

/// Notes that a round ended without an attempt.
pub(crate) fn delivery_disarm(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId, round: i64) -> Result<()> {
    tx.execute(&DELIVERY_DISARM, params! { tenant, id, round }).map(drop)
}

/// Notes that attempt `n` failed and the next comes at `at`.
pub(crate) fn delivery_waits(tx: &Tx<'_>, d: &Delivery, n: i64, at: Timestamp) -> Result<()> {
    tx.execute_one(&DELIVERY_WAITS, params! { tenant: d.tenant, id: d.id, n, at })
}

/// Notes attempt `n` of a delivery that was settled otherwise meanwhile.
pub(crate) fn delivery_tried(tx: &Tx<'_>, d: &Delivery, n: i64) -> Result<()> {
    tx.execute_one(&DELIVERY_TRIED, params! { tenant: d.tenant, id: d.id, n })
}

/// Settles a delivery after attempt `n`.
pub(crate) fn delivery_settle(tx: &Tx<'_>, d: &Delivery, status: DeliveryStatus, n: i64, now: Timestamp) -> Result<()> {
    tx.execute_one(&DELIVERY_SETTLE, params! { tenant: d.tenant, id: d.id, status: status.as_str(), n, now })
}

/// Queues a delivery again. It is not in the outbox yet.
pub(crate) fn delivery_requeue(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId, now: Timestamp) -> Result<()> {
    tx.execute_one(&DELIVERY_REQUEUE, params! { tenant, id, now })
}

/// Cancels at most a slice of an endpoint's pending deliveries; how many. One that is settled while this waits for its
/// row keeps what became of it.
pub(crate) fn deliveries_cancel(tx: &Tx<'_>, tenant: &TenantId, endpoint: &EndpointId, now: Timestamp) -> Result<u64> {
    tx.execute(&DELIVERIES_CANCEL, params! { tenant, endpoint, slice: SLICE, now })
}

/// Writes attempt `n` and forgets those that are too many.
pub(crate) fn attempt_insert(tx: &Tx<'_>, d: &Delivery, n: i64, a: &Attempt) -> Result<()> {
    let (id, tenant) = (&d.id, &d.tenant);
    tx.execute_one(
        &ATTEMPT_INSERT,
        params! { id, n, tenant, endpoint: d.endpoint, at: a.at, ok: a.ok, status: a.status, ms: a.ms, error: a.error,
        answer: a.response_body },
    )?;
    if n > ATTEMPTS_KEPT {
        tx.execute(&ATTEMPT_FORGET, params! { id, tenant, old: n - ATTEMPTS_KEPT })?;
    }
    Ok(())
}

/// The kept attempts, newest first.
pub(crate) fn attempts(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId) -> Result<Vec<Attempt>> {
    tx.query(&ATTEMPTS, params! { tenant, id })?.iter().map(attempt_from).collect()
}

/// The newest attempt at an endpoint.
pub(super) fn last_attempt(tx: &Tx<'_>, tenant: &TenantId, endpoint: &EndpointId) -> Result<Option<Attempt>> {
    tx.query_opt(&ATTEMPT_LAST, params! { tenant, endpoint })?.map(|r| attempt_from(&r)).transpose()
}

fn attempt_from(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        at: row.get("at")?,
        ok: row.get("ok")?,
        status: row.get("answered")?,
        ms: row.get("ms")?,
        error: row.get("error")?,
        response_body: row.get("response_body")?,
    })
}

fn with_attempt(row: &Row) -> Result<Delivery> {
    let last = row.get::<Option<Timestamp>>("at")?.map(|_| attempt_from(row)).transpose()?;
    Ok(Delivery { last, ..delivery_from(row)? })
}

pub(super) fn delivery_from(row: &Row) -> Result<Delivery> {
    let status: String = row.get("status")?;
    let event = match row.get::<Option<i64>>("session_key")? {
        None => None,
        Some(session_key) => Some(EventRef {
            session_key,
            session: row.get("session_id")?,
            sequence: row.get("sequence")?,
            event_id: row.get("event_id")?,
        }),
    };
    Ok(Delivery {
        id: row.get("delivery_id")?,
        tenant: row.get("tenant_id")?,
        endpoint: row.get("endpoint_id")?,
        event,
        event_type: row.get("event_type")?,
        status: DeliveryStatus::parse(&status)
            .ok_or_else(|| Error::internal(format!("stored status {status} is unknown")))?,
        attempts: row.get("attempts")?,
        tries: row.get("tries")?,
        round: row.get("round")?,
        created_at: row.get("created_at")?,
        queued_at: row.get("queued_at")?,
        next_attempt_at: row.get("next_attempt_at")?,
        settled_at: row.get("settled_at")?,
        last: None,
    })
}
