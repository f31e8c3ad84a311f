//! What follows from an attempt.

use callboard_eventlog::Log;
use callboard_kernel::{Entropy, Result, Timestamp};
use callboard_store::Tx;
use callboard_tenants::{Actor, Entry, audit};
use serde_json::json;

use super::queue::advance;
use crate::decide;
use crate::model::{Attempt, Delivery, DeliveryStatus, DisabledReason, Endpoint};
use crate::store;

/// Stands for an error of an attempt whose session was erased; the sweep of the erasure writes the same.
const ERASED: &str = "[erased]";

/// What an attempt brought.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub attempt: Attempt,
    /// What the endpoint asked for.
    pub retry_after_s: Option<i64>,
    /// Whether no later attempt can do better, and the fault is ours: it says nothing of the endpoint.
    pub hopeless: bool,
    /// Randomness of the next delay.
    pub roll: u64,
}

/// What became of the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// It needs no further attempt of this round.
    Done,
    /// It was tried for three days.
    Dead,
    /// It is tried again.
    Again(Timestamp),
    /// Its endpoint was disabled now, and why.
    Disabled(&'static str),
}

/// Notes an attempt of a delivery as it was loaded, and settles it or says when to go on. A success counts whenever it
/// comes; a failure of a round that is over changes nothing. Also gives the error as it may be kept.
pub(crate) fn settle(
    tx: &Tx<'_>,
    log: &Log,
    loaded: &Delivery,
    got: &Got,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(Settled, String)> {
    let mut got = got.clone();
    if let Some(event) = &loaded.event
        && let Some(key) = log.find(tx, &loaded.tenant, &event.session)?
    {
        log.lock(tx, &key)?;
        if log.is_partly_erased(tx, &key)? {
            // An answer may quote what was sent before the erasure, and an error what was answered.
            got.attempt.response_body = None;
            got.attempt.error = got.attempt.error.map(|_| ERASED.to_owned());
        }
    }
    let settled = follow(tx, loaded, &got, now, entropy)?;
    Ok((settled, got.attempt.error.unwrap_or_default()))
}

fn follow(tx: &Tx<'_>, loaded: &Delivery, got: &Got, now: Timestamp, entropy: &mut Entropy) -> Result<Settled> {
    let endpoint = endpoint_first(tx, loaded, got)?;
    let Some(d) = store::delivery_by_id(tx, &loaded.tenant, &loaded.id, true)? else { return Ok(Settled::Done) };
    let n = d.attempts + 1;
    store::attempt_insert(tx, &d, n, &got.attempt)?;
    if got.attempt.ok {
        return succeeded(tx, &d, endpoint.as_ref(), n, now);
    }
    if d.status != DeliveryStatus::Pending || d.round != loaded.round {
        store::delivery_tried(tx, &d, n)?;
        return Ok(Settled::Done);
    }
    let Some(endpoint) = endpoint.filter(|e| e.disabled.is_none()) else {
        store::delivery_settle(tx, &d, DeliveryStatus::Cancelled, n, now)?;
        return Ok(Settled::Done);
    };
    failed(tx, &d, &endpoint, got, (n, now, entropy))
}

/// Locks the endpoint, before the delivery: whoever disables it locks in this order too. A success needs it only when it
/// was failing; one that begins to fail at this instant hears of the next success.
fn endpoint_first(tx: &Tx<'_>, d: &Delivery, got: &Got) -> Result<Option<Endpoint>> {
    let (tenant, id) = (&d.tenant, &d.endpoint);
    let needed = !got.attempt.ok || store::endpoint_by_id(tx, tenant, id)?.is_some_and(|e| e.failing_since.is_some());
    if needed { store::endpoint_lock(tx, tenant, id) } else { Ok(None) }
}

fn succeeded(tx: &Tx<'_>, d: &Delivery, failing: Option<&Endpoint>, n: i64, now: Timestamp) -> Result<Settled> {
    if let Some(endpoint) = failing {
        store::endpoint_well(tx, &endpoint.tenant, &endpoint.id)?;
    }
    if d.status == DeliveryStatus::Delivered {
        store::delivery_tried(tx, d, n)?;
        return Ok(Settled::Done);
    }
    store::delivery_settle(tx, d, DeliveryStatus::Delivered, n, now)?;
    if d.status == DeliveryStatus::Pending {
        advance(tx, d, now)?;
    }
    Ok(Settled::Done)
}

fn failed(
    tx: &Tx<'_>,
    d: &Delivery,
    endpoint: &Endpoint,
    got: &Got,
    (n, now, entropy): (i64, Timestamp, &mut Entropy),
) -> Result<Settled> {
    if got.hopeless {
        return dead(tx, d, n, now);
    }
    let since = endpoint.failing_since.unwrap_or(now);
    store::endpoint_failing(tx, &d.tenant, &d.endpoint, now)?;
    let next = decide::next_attempt(d.queued_at, d.tries + 1, now, got.roll, got.retry_after_s);
    let gone = decide::given_up(got.attempt.status, since, now);
    match (gone, next) {
        (None, Some(at)) => {
            store::delivery_waits(tx, d, n, at)?;
            Ok(Settled::Again(at))
        }
        (None, None) => dead(tx, d, n, now),
        (Some(why), next) => {
            let status = if next.is_none() { DeliveryStatus::Dead } else { DeliveryStatus::Cancelled };
            store::delivery_settle(tx, d, status, n, now)?;
            disable(tx, endpoint, (why, since, &got.attempt), now, entropy)?;
            Ok(Settled::Disabled(why))
        }
    }
}

/// Gives a delivery up; the next of its session goes on.
fn dead(tx: &Tx<'_>, d: &Delivery, n: i64, now: Timestamp) -> Result<Settled> {
    store::delivery_settle(tx, d, DeliveryStatus::Dead, n, now)?;
    advance(tx, d, now)?;
    Ok(Settled::Dead)
}

/// Disables an endpoint that stayed dead, with a line in the tenant's audit.
fn disable(
    tx: &Tx<'_>,
    endpoint: &Endpoint,
    (why, since, last): (&str, Timestamp, &Attempt),
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let (tenant, id) = (&endpoint.tenant, &endpoint.id);
    if !store::endpoint_disable(tx, tenant, id, DisabledReason::Failing, now)? {
        return Ok(());
    }
    let detail = json!({ "reason": DisabledReason::Failing, "because": why, "failingSince": since,
        "status": last.status, "error": last.error });
    let entry = Entry { action: "webhook.disable", object_kind: "webhook_endpoint", object_id: id.as_str(), detail };
    audit(tx, tenant, Actor::system(), &entry, now, entropy)?;
    store::deliveries_cancel(tx, tenant, id, now).map(drop)
}
