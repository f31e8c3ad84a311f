//! What a process counts about its service until the next roll-up takes it: outcomes and durations, by tenant.
//!
//! The buckets are fixed, because roll-ups of all instances and minutes are added up: their bounds are columns of a table
//! (migration 0012), and a target in milliseconds must be one of them. Nothing here is stored; a crash loses what nobody
//! has taken yet.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{DurationMs, TenantId};

/// Upper bounds of the buckets, milliseconds; a bound belongs to its bucket. One more bucket is above all of them.
pub const LEVEL_BOUNDS_MS: [DurationMs; 16] =
    [5, 10, 25, 50, 100, 150, 250, 350, 500, 600, 1_000, 1_500, 2_500, 3_500, 5_000, 10_000];

/// How many buckets there are.
pub const LEVEL_BUCKETS: usize = LEVEL_BOUNDS_MS.len() + 1;

/// The bucket of a duration. What is below nothing (clocks that disagree) is in the first.
pub fn level_bucket(ms: DurationMs) -> usize {
    LEVEL_BOUNDS_MS.partition_point(|bound| *bound < ms)
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered: 1xx, 2xx, 3xx.
    Ok,
    /// Refused: 4xx.
    Refused,
    /// Failed by us: 5xx.
    Failed,
}

impl Outcome {
    /// The outcome that an HTTP status is.
    pub const fn of_status(status: u16) -> Self {
        match status {
            500.. => Self::Failed,
            400..=499 => Self::Refused,
            _ => Self::Ok,
        }
    }
}

/// Numbers of one span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With outcome [`Outcome::Ok`].
    pub ok: i64,
    /// With outcome [`Outcome::Refused`].
    pub refused: i64,
    /// With outcome [`Outcome::Failed`].
    pub failed: i64,
    /// By duration; each in one bucket.
    pub buckets: [i64; LEVEL_BUCKETS],
}

impl Counts {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds one of a duration.
    pub fn add(&mut self, ms: DurationMs) {
        self.buckets[level_bucket(ms)] += 1;
    }

    /// Whatever the outcome.
    pub const fn total(&self) -> i64 {
        self.ok + self.refused + self.failed
    }
}

/// Counts of one tenant. Counting takes no lock.
#[derive(Debug, Default)]
pub struct Tally {
    outcomes: [AtomicI64; 3],
    buckets: [AtomicI64; LEVEL_BUCKETS],
}

impl Tally {
    /// Counts a request by its outcome and duration.
    pub fn request(&self, outcome: Outcome, ms: DurationMs) {
        self.outcomes[outcome as usize].fetch_add(1, Ordering::Relaxed);
        self.buckets[level_bucket(ms)].fetch_add(1, Ordering::Relaxed);
    }

    /// Adds what was counted elsewhere.
    pub fn add(&self, counts: &Counts) {
        let outcomes = [counts.ok, counts.refused, counts.failed];
        for (cell, n) in self.outcomes.iter().zip(outcomes).chain(self.buckets.iter().zip(counts.buckets)) {
            if n != 0 {
                cell.fetch_add(n, Ordering::Relaxed);
            }
        }
    }

    fn take(&self) -> Counts {
        let [ok, refused, failed] = self.outcomes.each_ref().map(|n| n.swap(0, Ordering::Relaxed));
        Counts { ok, refused, failed, buckets: self.buckets.each_ref().map(|n| n.swap(0, Ordering::Relaxed)) }
    }
}

/// Counts by tenant; those of nobody's are the installation's.
#[derive(Debug, Default)]
pub struct Tallies(Mutex<HashMap<Option<TenantId>, Arc<Tally>>>);

impl Tallies {
    fn held(&self) -> MutexGuard<'_, HashMap<Option<TenantId>, Arc<Tally>>> {
        // Counts are whole at every moment, also when a thread died while it held the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tally of a tenant, or of what belongs to none. Who counts often keeps it.
    pub fn of(&self, tenant: Option<TenantId>) -> Arc<Tally> {
        Arc::clone(self.held().entry(tenant).or_default())
    }

    /// Takes everything that was counted since the last time; tallies that nobody keeps are forgotten.
    pub fn take(&self) -> Vec<(Option<TenantId>, Counts)> {
        let mut taken = Vec::new();
        self.held().retain(|tenant, tally| {
            // Looked at before it is emptied: who has one now may count in it and let go of it at any moment. Nobody else
            // can come by it while the lock is held.
            let kept = Arc::get_mut(tally).is_none();
            taken.push((tenant.clone(), tally.take()));
            kept
        });
        taken.retain(|(_, counts)| !counts.is_empty());
        taken
    }

    /// Gives back what was taken and could not be stored.
    pub fn give_back(&self, taken: &[(Option<TenantId>, Counts)]) {
        for (tenant, counts) in taken {
            self.of(tenant.clone()).add(counts);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        for (ms, bucket) in [(-7, 0), (0, 0), (5, 0), (6, 1), (350, 7), (351, 8), (10_000, 15), (10_001, 16)] {
            assert_eq!(level_bucket(ms), bucket, "{ms} ms");
        }
        assert!(LEVEL_BOUNDS_MS.is_sorted());
    }

    #[test]
    fn statuses_have_outcomes() {
        for (status, outcome) in [
            (101, Outcome::Ok),
            (200, Outcome::Ok),
            (304, Outcome::Ok),
            (404, Outcome::Refused),
            (429, Outcome::Refused),
            (500, Outcome::Failed),
            (503, Outcome::Failed),
        ] {
            assert_eq!(Outcome::of_status(status), outcome, "{status}");
        }
    }

    #[test]
    fn what_is_taken_is_taken_once_and_can_be_given_back() {
        let all = Tallies::default();
        let ours = Some(TenantId::from_stored("ten_a".to_owned()));
        let kept = all.of(ours.clone());
        kept.request(Outcome::Ok, 4);
        kept.request(Outcome::Failed, 20_000);
        all.of(None).request(Outcome::Refused, 300);
        let mut taken = all.take();
        taken.sort_by_key(|(tenant, _)| tenant.is_some());
        assert_eq!((taken[0].1.refused, taken[0].1.buckets[7], taken[0].1.total()), (1, 1, 1));
        assert_eq!((taken[1].1.ok, taken[1].1.failed, taken[1].1.buckets[0], taken[1].1.buckets[16]), (1, 1, 1, 1));
        assert!(all.take().is_empty());
        // Whoever kept the tally still counts in it, and what is given back is added.
        kept.request(Outcome::Ok, 4);
        all.give_back(&taken);
        let again = all.take();
        let of = |tenant: &Option<TenantId>| again.iter().find(|(t, _)| t == tenant).map(|(_, c)| c.total());
        assert_eq!((of(&ours), of(&None)), (Some(3), Some(1)));
    }
}
