//! The product's count of effects under way, and a worker's use of it.

#[allow(dead_code)]
#[path = "../../../crates/eventlog/src/outbox/flights.rs"]
mod flights;

use std::sync::Arc;

use crate::model::tenant;
use flights::{Flights, Place};

/// The limits of a kind.
pub(crate) trait Handler: Send + Sync {
    fn in_flight(&self) -> usize;
    fn per_tenant(&self) -> usize;
    fn per_destination(&self) -> usize;
}

/// The places of a process.
#[derive(Clone, Default)]
pub(crate) struct Places(Arc<Flights>);

/// A place that is taken.
pub(crate) struct Taken(#[allow(dead_code, reason = "its drop gives the place back")] flights::Ticket);

fn place(kind: &str, destination: usize) -> Place {
    Place { kind: kind.to_owned(), tenant: tenant(), destination: destination.to_string() }
}

impl Places {
    pub(crate) fn board(&self, kind: &str, destination: usize, handler: &Arc<dyn Handler>) -> Option<Taken> {
        self.0.board(place(kind, destination), Some(handler)).map(Taken)
    }

    pub(crate) fn room(&self, kind: &str, destination: usize, handler: &Arc<dyn Handler>) -> usize {
        self.0.counts().room(&place(kind, destination), Some(handler))
    }
}
