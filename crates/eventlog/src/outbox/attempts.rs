//! Counts of attempts since the start of the process, by kind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Handler, Outcome};

/// What attempts at effects came to.
#[derive(Debug, Default)]
pub struct Attempts(Vec<(&'static str, [AtomicU64; 3])>);

impl Attempts {
    /// Zeros for every kind of these handlers.
    pub fn of(handlers: &[Arc<dyn Handler>]) -> Self {
        Self(handlers.iter().map(|h| (h.kind(), Default::default())).collect())
    }

    pub(super) fn count(&self, kind: &str, outcome: &Outcome) {
        let place = match outcome {
            Outcome::Done => 0,
            Outcome::Retry(_) | Outcome::RetryAt(..) => 1,
            Outcome::Dead(_) => 2,
        };
        if let Some((_, counts)) = self.0.iter().find(|(known, _)| *known == kind) {
            counts[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Kind, outcome (`done`, `retry`, `dead`) and number.
    pub fn counts(&self) -> Vec<(&'static str, &'static str, u64)> {
        let names = ["done", "retry", "dead"];
        let rows = self.0.iter().flat_map(|(kind, counts)| {
            names.iter().zip(counts).map(|(name, n)| (*kind, *name, n.load(Ordering::Relaxed)))
        });
        rows.collect()
    }

    /// Every kind.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(kind, _)| *kind)
    }
}
