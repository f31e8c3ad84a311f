//! Every choice that the scheduler does not make: what a story does, who is woken, when time is over. One task runs at a
//! time, so the same seed rolls the same.

use std::sync::atomic::{AtomicU64, Ordering};

static STATE: AtomicU64 = AtomicU64::new(0);

/// Begins a schedule.
pub fn seed(seed: u64, nth: u64) {
    STATE.store(seed ^ nth.wrapping_mul(0x9e37_79b9_7f4a_7c15), Ordering::Relaxed);
    next();
}

fn next() -> u64 {
    let state = STATE.load(Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
    STATE.store(state, Ordering::Relaxed);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number from 0 up to `n`, without it; 0 when `n` is 0.
pub fn below(n: usize) -> usize {
    usize::try_from(next() % (n.max(1) as u64)).unwrap_or(0)
}

/// True once in `n`.
pub fn one_in(n: usize) -> bool {
    below(n) == 0
}
