//! How deliveries come into being and into the outbox.
//!
//! A lane is the deliveries of one session to one endpoint. Only its first pending one is in the outbox. Whoever changes
//! what is pending in a lane holds the lock of the session's stream: an append has it anyway.

use callboard_eventlog::outbox::{self, Effect};
use callboard_eventlog::{SessionKey, StoredEvent};
use callboard_kernel::{
    Entropy, OutboxId, Result, TenantId, Timestamp, WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId,
    sha256, uuid7_base32_nth,
};
use callboard_store::Tx;
use serde_json::json;

use crate::deliver::KIND;
use crate::model::{Delivery, DeliveryStatus, EventRef, TEST};
use crate::store::{self, Wanted};

/// Notes that an endpoint is owed an event, and puts the delivery into the outbox when nothing of its lane comes before
/// it. A disabled endpoint's is cancelled from the start, so that it can be sent later. Runs in the event's append.
pub(crate) fn queue_event(
    tx: &Tx<'_>,
    key: &SessionKey,
    event: &StoredEvent,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<()> {
    let (number, sequence) = (key.key(), event.sequence);
    // Derived, so that the append needs no randomness and a rerun makes the same row; those of one batch sort by sequence.
    let endpoint = wanted.id.as_str().as_bytes();
    let seed = sha256(&[b"webhook delivery", endpoint, &number.to_be_bytes(), &sequence.to_be_bytes()]);
    let nth = u64::try_from(sequence).unwrap_or(0);
    let unique = uuid7_base32_nth(now, nth, &mut Entropy::from_seed(seed));
    let id = DeliveryId::from_stored(format!("{}_{unique}", DeliveryId::PREFIX));
    let status = if wanted.disabled { DeliveryStatus::Cancelled } else { DeliveryStatus::Pending };
    let delivery = Delivery {
        event: Some(EventRef {
            session_key: number,
            session: key.session().clone(),
            sequence,
            event_id: event.event_id.clone(),
        }),
        event_type: event.ty.as_str().to_owned(),
        status,
        settled_at: wanted.disabled.then_some(now),
        ..fresh(id, key.tenant(), &wanted.id, now)
    };
    store::delivery_insert(tx, &delivery)?;
    if wanted.disabled || store::lane_waits(tx, (key.tenant(), &wanted.id), number, sequence)? {
        return Ok(());
    }
    arm(tx, &delivery, now)
}

/// A test of an endpoint, at once and in no order.
pub(crate) fn queue_test(
    tx: &Tx<'_>,
    tenant: &TenantId,
    endpoint: &EndpointId,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<DeliveryId> {
    let delivery = fresh(DeliveryId::generate(now, entropy), tenant, endpoint, now);
    store::delivery_insert(tx, &delivery)?;
    arm(tx, &delivery, now)?;
    Ok(delivery.id)
}

/// A pending delivery of nothing yet.
fn fresh(id: DeliveryId, tenant: &TenantId, endpoint: &EndpointId, now: Timestamp) -> Delivery {
    Delivery {
        id,
        tenant: tenant.clone(),
        endpoint: endpoint.clone(),
        event: None,
        event_type: TEST.to_owned(),
        status: DeliveryStatus::Pending,
        attempts: 0,
        tries: 0,
        round: 0,
        created_at: now,
        queued_at: now,
        next_attempt_at: None,
        settled_at: None,
        last: None,
    }
}

/// Puts a delivery into the outbox, due now, unless it was settled meanwhile. Effects of its earlier rounds have none from
/// here on.
pub(crate) fn arm(tx: &Tx<'_>, d: &Delivery, now: Timestamp) -> Result<()> {
    let Some(round) = store::delivery_arm(tx, &d.tenant, &d.id, now)? else { return Ok(()) };
    let dedupe_key = format!("{KIND}:{}:{round}", d.id);
    let id = OutboxId::generate(now, &mut Entropy::from_seed(sha256(&[dedupe_key.as_bytes()])));
    let effect = Effect {
        kind: KIND,
        destination: &format!("webhook:{}", d.endpoint),
        dedupe_key: &dedupe_key,
        payload: json!({ "deliveryId": d.id, "round": round }).to_string(),
        not_before: now,
    };
    // The order within a session is kept here and not by the outbox: there is one effect per lane.
    outbox::put_unordered(tx, &d.tenant, &effect, &id, now)
}

/// Puts the next delivery of a lane into the outbox, after one was settled.
pub(crate) fn advance(tx: &Tx<'_>, settled: &Delivery, now: Timestamp) -> Result<()> {
    let Some(event) = &settled.event else { return Ok(()) };
    match store::lane_head(tx, (&settled.tenant, &settled.endpoint), event.session_key)? {
        Some(next) => arm(tx, &next, now),
        None => Ok(()),
    }
}

/// Puts the first delivery of a lane into the outbox, unless it is there.
pub(crate) fn start_lane(tx: &Tx<'_>, lane: (&TenantId, &EndpointId), key: i64, now: Timestamp) -> Result<()> {
    match store::lane_head(tx, lane, key)? {
        Some(head) if head.next_attempt_at.is_none() => arm(tx, &head, now),
        _ => Ok(()),
    }
}
