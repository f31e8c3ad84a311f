//! How webhooks take part in an append: each endpoint that wants the event gets a delivery, in the event's transaction.

use std::sync::Arc;

use callboard_contracts::Family;
use callboard_eventlog::{Projection, Projector, SessionKey, StoredEvent};
use callboard_kernel::{Result, Timestamp};
use callboard_store::Tx;

use crate::commands::queue::queue_event;
use crate::model::DISABLED_KEPT_MS;
use crate::{decide, store};

/// Queues deliveries. It has no projection: a rebuild owes nobody anything.
pub(crate) struct Queue;

impl Projector for Queue {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn wants(&self, _family: Family) -> bool {
        true
    }

    fn apply(&self, _tx: &Tx<'_>, _key: &SessionKey, _event: &StoredEvent) -> Result<()> {
        Ok(())
    }

    fn apply_new(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, now: Timestamp) -> Result<()> {
        let missed_since = now.plus_ms(-DISABLED_KEPT_MS);
        let endpoints = tx.remembered(key.tenant().clone(), |tx, tenant| {
            store::endpoints_wanting(tx, tenant, missed_since).map(Arc::<[_]>::from)
        })?;
        for wanted in endpoints.iter().filter(|wanted| decide::wants(wanted.types.split(' '), event.ty)) {
            queue_event(tx, key, event, wanted, now)?;
        }
        Ok(())
    }

    fn projections(&self) -> &'static [Projection] {
        &[]
    }
}
