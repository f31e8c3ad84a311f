//! A histogram of plain atomics, for what a crate counts about itself. Whoever counts owns it; the binary reads it for
//! `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds for durations, microseconds: 100 us to 10 s, with the limits of the service's targets among them.
pub const DURATION_MICROS: &[u64] = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 350_000, 600_000, 1_000_000,
    2_500_000, 10_000_000,
];

/// Upper bounds for sizes of groups.
pub const GROUP_SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024];

/// Counts values by fixed upper bounds. Observing is two atomic additions and takes no lock.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One more than bounds: the last holds what is above all of them.
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// An empty one. `bounds` ascend, in the unit of what is observed.
    pub fn new(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(), sum: AtomicU64::new(0) }
    }

    /// An empty one for microseconds.
    pub fn of_micros() -> Self {
        Self::new(DURATION_MICROS)
    }

    /// Counts a value; a bound belongs to its bucket.
    pub fn observe(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// What was counted until now. Values that arrive meanwhile may be in one bucket and not yet in the sum.
    pub fn read(&self) -> Buckets {
        let counts = self.counts.iter().map(|n| n.load(Ordering::Relaxed)).collect();
        Buckets { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// What a [`Histogram`] counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buckets {
    /// Upper bounds, ascending.
    pub bounds: &'static [u64],
    /// Values at most each bound and above the one before; the last is above all bounds.
    pub counts: Vec<u64>,
    /// The sum of all values.
    pub sum: u64,
}

impl Buckets {
    /// How many values were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket_and_nothing_is_lost() {
        static BOUNDS: [u64; 3] = [1, 10, 100];
        let histogram = Histogram::new(&BOUNDS);
        for value in [0, 1, 2, 10, 11, 100, 101, 5_000] {
            histogram.observe(value);
        }
        let seen = histogram.read();
        assert_eq!((seen.counts.as_slice(), seen.total()), ([2, 2, 2, 2].as_slice(), 8));
        assert_eq!(seen.sum, 5_225);
    }
}
