//! What the log counts about itself: atomics beside the commit, read together for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use callboard_contracts::Family;
use callboard_kernel::{Buckets, Histogram, Timestamp, World};

/// Counts since the start of the process.
#[derive(Clone, Debug, Default)]
pub struct LogStats {
    /// Events that this process stored, by family.
    pub appended: Vec<(&'static str, u64)>,
    /// Events that producers sent again and that were in the log already.
    pub duplicates_sent: u64,
    /// Facts of our own that the log had already: told twice by the provider, or found by a repair as well.
    pub duplicates_own: u64,
    /// Facts of our own that broke the contract; 0 unless we have a defect.
    pub invalid: u64,
    /// Microseconds from the arrival of a request until its events are with live readers, for each commit of a session.
    pub delivered_micros: Buckets,
}

/// Who told an event that the log had already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Teller {
    Producer,
    Ourselves,
}

/// The counters of one log.
pub(crate) struct Counters {
    appended: Vec<AtomicU64>,
    duplicates: [AtomicU64; 2],
    pub(crate) invalid: AtomicU64,
    delivered: Histogram,
    clock: OnceLock<Arc<dyn World>>,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            appended: Family::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            duplicates: Default::default(),
            invalid: AtomicU64::default(),
            delivered: Histogram::of_micros(),
            clock: OnceLock::new(),
        }
    }
}

impl Counters {
    /// Whose clock delays are measured by; without one they are not.
    pub(crate) fn measure_by(&self, world: Arc<dyn World>) {
        // A second one changes nothing: it is the same clock.
        let _first = self.clock.set(world);
    }

    pub(crate) fn appended(&self, families: impl Iterator<Item = Family>) {
        for family in families {
            if let Some(n) = Family::ALL.iter().position(|f| *f == family).and_then(|n| self.appended.get(n)) {
                n.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn duplicates(&self, teller: Teller, n: u64) {
        self.duplicates[teller as usize].fetch_add(n, Ordering::Relaxed);
    }

    /// Events of a request that came at `since` are with live readers now.
    pub(crate) fn delivered(&self, since: Timestamp) {
        if let Some(world) = self.clock.get() {
            let micros = world.now().micros().saturating_sub(since.micros());
            self.delivered.observe(u64::try_from(micros).unwrap_or(0));
        }
    }

    pub(crate) fn read(&self) -> LogStats {
        let n = |n: &AtomicU64| n.load(Ordering::Relaxed);
        LogStats {
            appended: Family::ALL.iter().map(|f| f.as_str()).zip(self.appended.iter().map(n)).collect(),
            duplicates_sent: n(&self.duplicates[Teller::Producer as usize]),
            duplicates_own: n(&self.duplicates[Teller::Ourselves as usize]),
            invalid: n(&self.invalid),
            delivered_micros: self.delivered.read(),
        }
    }
}
