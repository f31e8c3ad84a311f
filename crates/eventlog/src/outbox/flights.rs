//! What is under way, so that a slow destination takes no more than its share.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Handler, Leased};

/// Counts of what is under way, by kind and by (kind, destination). Per process.
#[derive(Default)]
pub(super) struct Flights(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    kinds: HashMap<String, usize>,
    destinations: HashMap<(String, String), usize>,
}

/// A place that is given back when it is dropped.
pub(super) struct Ticket {
    flights: Arc<Flights>,
    kind: String,
    destination: String,
}

impl Flights {
    /// A place for the effect, when its kind and its destination have one.
    pub(super) fn board(self: &Arc<Self>, effect: &Leased, handler: Option<&Arc<dyn Handler>>) -> Option<Ticket> {
        let (of_kind, of_destination) = handler.map_or((32, 16), |h| (h.in_flight(), h.per_destination()));
        let mut counts = self.0.lock();
        let place = (effect.kind.clone(), effect.destination.clone());
        let under_way = counts.kinds.get(&effect.kind).copied().unwrap_or(0);
        let there = counts.destinations.get(&place).copied().unwrap_or(0);
        if under_way >= of_kind || there >= of_destination {
            return None;
        }
        counts.kinds.insert(effect.kind.clone(), under_way + 1);
        counts.destinations.insert(place.clone(), there + 1);
        Some(Ticket { flights: Arc::clone(self), kind: place.0, destination: place.1 })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut counts = self.flights.0.lock();
        let place = (std::mem::take(&mut self.kind), std::mem::take(&mut self.destination));
        if let Some(n) = counts.kinds.get_mut(&place.0) {
            *n = n.saturating_sub(1);
        }
        if let Some(n) = counts.destinations.get_mut(&place) {
            *n = n.saturating_sub(1);
            if *n == 0 {
                counts.destinations.remove(&place);
            }
        }
    }
}
