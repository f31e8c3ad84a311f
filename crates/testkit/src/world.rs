//! Time and randomness for tests. The only place besides the binary that may read the machine's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use callboard_kernel::{DurationMs, Entropy, Timestamp, World};

/// A world whose clock stands still until a test moves it, or follows the machine's clock at a distance.
///
/// Entropy depends on the seed and on how often it was drawn, so a run repeats exactly.
pub struct FakeWorld {
    micros: AtomicI64,
    live: bool,
    seed: u64,
    drawn: AtomicU64,
}

/// Where manual clocks start: 2026-11-22T00:30:31Z.
pub const START: Timestamp = Timestamp::from_seconds(1_795_307_431);

impl FakeWorld {
    /// A clock that stands at [`START`].
    pub fn manual(seed: u64) -> Arc<Self> {
        Arc::new(Self { micros: AtomicI64::new(START.micros()), live: false, seed, drawn: AtomicU64::new(0) })
    }

    /// The machine's clock, moved by what [`FakeWorld::advance_ms`] adds up to. Entropy is still seeded.
    pub fn live(seed: u64) -> Arc<Self> {
        Arc::new(Self { micros: AtomicI64::new(0), live: true, seed, drawn: AtomicU64::new(0) })
    }

    /// Moves the clock; negative values move it back.
    pub fn advance_ms(&self, ms: DurationMs) {
        self.micros.fetch_add(ms * 1_000, Ordering::SeqCst);
    }

    /// Sets a manual clock.
    pub fn set(&self, now: Timestamp) {
        self.micros.store(now.micros(), Ordering::SeqCst);
    }
}

/// The machine's clock, for what cannot run under a manual one: tokens of other people's libraries.
pub fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

impl World for FakeWorld {
    fn now(&self) -> Timestamp {
        let offset = self.micros.load(Ordering::SeqCst);
        if self.live {
            return Timestamp::from_micros(machine_now().micros() + offset);
        }
        Timestamp::from_micros(offset)
    }

    fn entropy(&self) -> Entropy {
        let nth = self.drawn.fetch_add(1, Ordering::SeqCst);
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_be_bytes());
        seed[8..16].copy_from_slice(&nth.to_be_bytes());
        Entropy::from_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_and_entropy_repeats() {
        let (a, b) = (FakeWorld::manual(7), FakeWorld::manual(7));
        assert_eq!(a.now(), START);
        assert_eq!(a.entropy().block(), b.entropy().block());
        assert_ne!(a.entropy().block(), FakeWorld::manual(7).entropy().block());
        a.advance_ms(1_500);
        assert_eq!(a.now().since_ms(b.now()), 1_500);
    }
}
