//! What is under way, so that a slow destination and a slow tenant take no more than their share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use callboard_kernel::TenantId;
use parking_lot::Mutex;

use super::Handler;

/// Counts of what is under way, by kind, by (kind, tenant) and by (kind, destination). Per process.
#[derive(Default)]
pub(super) struct Flights(Mutex<Counts>);

/// Who shares places.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub kind: String,
    pub tenant: TenantId,
    pub destination: String,
}

/// Counts of places that are taken.
#[derive(Clone, Default)]
pub(super) struct Counts {
    kinds: HashMap<String, usize>,
    tenants: HashMap<(String, TenantId), usize>,
    destinations: HashMap<(String, String), usize>,
}

/// A place that is given back when it is dropped.
pub(super) struct Ticket {
    flights: Arc<Flights>,
    place: Place,
}

impl Counts {
    /// How many more effects may begin there.
    pub(super) fn room(&self, place: &Place, handler: Option<&Arc<dyn Handler>>) -> usize {
        let (of_kind, of_tenant, of_destination) =
            handler.map_or((32, 32, 16), |h| (h.in_flight(), h.per_tenant(), h.per_destination()));
        let (kind, tenant, destination) = place.keys();
        let taken = |n: Option<&usize>| n.copied().unwrap_or(0);
        let left = of_kind.saturating_sub(taken(self.kinds.get(&kind)));
        let left = left.min(of_tenant.saturating_sub(taken(self.tenants.get(&tenant))));
        left.min(of_destination.saturating_sub(taken(self.destinations.get(&destination))))
    }

    /// Takes a place.
    pub(super) fn take(&mut self, place: &Place) {
        let (kind, tenant, destination) = place.keys();
        *self.kinds.entry(kind).or_default() += 1;
        *self.tenants.entry(tenant).or_default() += 1;
        *self.destinations.entry(destination).or_default() += 1;
    }

    fn give_back(&mut self, place: &Place) {
        let (kind, tenant, destination) = place.keys();
        one_less(&mut self.kinds, &kind);
        one_less(&mut self.tenants, &tenant);
        one_less(&mut self.destinations, &destination);
    }
}

impl Place {
    fn keys(&self) -> (String, (String, TenantId), (String, String)) {
        let kind = &self.kind;
        (kind.clone(), (kind.clone(), self.tenant.clone()), (kind.clone(), self.destination.clone()))
    }
}

fn one_less<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(n) = counts.get_mut(key) {
        *n = n.saturating_sub(1);
        if *n == 0 {
            counts.remove(key);
        }
    }
}

impl Flights {
    /// What is taken now.
    pub(super) fn counts(&self) -> Counts {
        self.0.lock().clone()
    }

    /// Whether nothing is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().kinds.is_empty()
    }

    /// A place for an effect, when there is one.
    pub(super) fn board(self: &Arc<Self>, place: Place, handler: Option<&Arc<dyn Handler>>) -> Option<Ticket> {
        let mut counts = self.0.lock();
        if counts.room(&place, handler) == 0 {
            return None;
        }
        counts.take(&place);
        Some(Ticket { flights: Arc::clone(self), place })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.flights.0.lock().give_back(&self.place);
    }
}
