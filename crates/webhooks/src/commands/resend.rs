//! Deliveries queued again: one, or all of a span in slices.

use std::collections::BTreeMap;

use callboard_eventlog::Log;
use callboard_http::App;
use callboard_kernel::{
    Error, Result, SessionId, TenantId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId,
    uuid7_base32,
};
use callboard_store::Tx;
use serde_json::json;

use super::endpoints::{By, require_enabled};
use super::queue::{arm, start_lane};
use crate::model::Delivery;
use crate::store::{self, Resend};

/// Slices that a request carries out itself; the rest of a long resend is the sweep's.
const SLICES: usize = 20;

/// A delivery of the tenant whose endpoint is still there, or `NOT_FOUND`.
pub(crate) fn require(tx: &Tx<'_>, tenant: &TenantId, id: &DeliveryId) -> Result<Delivery> {
    let missing = || Error::not_found("webhook delivery");
    let found = store::delivery_by_id(tx, tenant, id, false)?.ok_or_else(missing)?;
    store::endpoint_by_id(tx, tenant, &found.endpoint)?.ok_or_else(missing)?;
    Ok(found)
}

/// Queues one delivery again, whatever became of it; one that waits for its next attempt is tried at once.
pub(crate) fn one(tx: &Tx<'_>, log: &Log, by: &mut By<'_>, id: &DeliveryId) -> Result<Delivery> {
    let tenant = by.principal.tenant().clone();
    let found = require(tx, &tenant, id)?;
    let mut streams = BTreeMap::new();
    streams.extend(found.event.iter().map(|e| (e.session_key, e.session.clone())));
    lock(tx, log, &tenant, &streams)?;
    require_enabled(tx, &tenant, &found.endpoint)?;
    store::delivery_requeue(tx, &tenant, id, by.now)?;
    start(tx, &found, by.now)?;
    by.note(tx, "webhook.resend", &found.endpoint, json!({ "deliveryId": id }))?;
    require(tx, &tenant, id)
}

/// Puts a requeued delivery, or what comes before it, into the outbox.
fn start(tx: &Tx<'_>, d: &Delivery, now: Timestamp) -> Result<()> {
    match &d.event {
        None => arm(tx, d, now),
        Some(event) => start_lane(tx, (&d.tenant, &d.endpoint), event.session_key, now),
    }
}

/// Locks sessions' streams, ascending, so that two batches never wait for each other.
fn lock(tx: &Tx<'_>, log: &Log, tenant: &TenantId, streams: &BTreeMap<i64, SessionId>) -> Result<()> {
    for session in streams.values() {
        if let Some(key) = log.find(tx, tenant, session)? {
            log.lock(tx, &key)?;
        }
    }
    Ok(())
}

/// Notes that all settled deliveries of a span are to be sent again; the resend and how many they are.
pub(crate) fn begin(
    tx: &Tx<'_>,
    by: &mut By<'_>,
    endpoint: &EndpointId,
    since: Timestamp,
    until: Option<Timestamp>,
) -> Result<(Resend, i64)> {
    let tenant = by.principal.tenant().clone();
    require_enabled(tx, &tenant, endpoint)?;
    // Without an end, what was made at this very instant is among them.
    let until = until.unwrap_or(Timestamp::from_micros(by.now.micros() + 1));
    if since >= until {
        return Err(Error::invalid("/since", "must lie before `until`, or before now when there is none"));
    }
    let count = store::resend_count(tx, (&tenant, endpoint), since, until)?;
    let id = format!("whr_{}", uuid7_base32(by.now, &mut by.entropy));
    let resend =
        Resend { id, tenant, endpoint: endpoint.clone(), until, after: (since, String::new()), created_at: by.now };
    store::resend_insert(tx, &resend)?;
    by.note(tx, "webhook.resend", endpoint, json!({ "since": since, "until": until, "queued": count }))?;
    Ok((resend, count))
}

/// Queues the next slice of a resend; whether there is more. A resend whose endpoint is out of use ends.
fn slice(tx: &Tx<'_>, log: &Log, tenant: &TenantId, id: &str, now: Timestamp) -> Result<bool> {
    let Some(resend) = store::resend_lock(tx, tenant, id)? else { return Ok(false) };
    let in_use = store::endpoint_by_id(tx, tenant, &resend.endpoint)?.is_some_and(|e| e.disabled.is_none());
    let rows = if in_use { store::resend_slice(tx, &resend)? } else { Vec::new() };
    let streams: BTreeMap<i64, SessionId> =
        rows.iter().filter_map(|d| d.event.as_ref()).map(|e| (e.session_key, e.session.clone())).collect();
    lock(tx, log, tenant, &streams)?;
    for d in &rows {
        store::delivery_requeue(tx, tenant, &d.id, now)?;
        if d.event.is_none() {
            arm(tx, d, now)?;
        }
    }
    for key in streams.keys() {
        start_lane(tx, (tenant, &resend.endpoint), *key, now)?;
    }
    match rows.last() {
        Some(last) if rows.len() >= usize::try_from(store::SLICE).unwrap_or(usize::MAX) => {
            store::resend_move(tx, &resend, last.created_at, &last.id)?;
            Ok(true)
        }
        _ => {
            store::resend_remove(tx, &resend)?;
            Ok(false)
        }
    }
}

/// Carries a resend out as far as one request should; the sweep does the rest. Safe to run again, and side by side.
pub(crate) async fn carry_out(app: &App, resend: &Resend, now: Timestamp) -> Result<()> {
    for _slice in 0..SLICES {
        let (log, tenant, id) = (app.log.clone(), resend.tenant.clone(), resend.id.clone());
        if !app.db.write(move |tx| slice(tx, &log, &tenant, &id, now)).await? {
            return Ok(());
        }
    }
    Ok(())
}
