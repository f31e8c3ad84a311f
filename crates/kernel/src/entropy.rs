//! Randomness as a value. A write closure may run again, so it clones its entropy at the start.

use std::sync::Arc;

use crate::keyring::sha256;
use crate::{Timestamp, Tracer};

/// A deterministic stream of bytes from a 32-byte seed that came from the operating system.
#[derive(Clone)]
pub struct Entropy {
    seed: [u8; 32],
    counter: u64,
}

impl Entropy {
    /// A stream that depends on the seed alone.
    pub const fn from_seed(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    /// The next 32 bytes: SHA-256 of the seed and a counter.
    pub fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        sha256(&[b"callboard entropy", &self.seed, &self.counter.to_be_bytes()])
    }

    /// The next 16 bytes.
    pub fn bytes16(&mut self) -> [u8; 16] {
        let mut out = [0; 16];
        out.copy_from_slice(&self.block()[..16]);
        out
    }

    /// A number in `0..bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut word = [0; 8];
        word.copy_from_slice(&self.block()[..8]);
        u64::from_be_bytes(word).checked_rem(bound).unwrap_or(0)
    }
}

/// Where time and randomness come from. Implemented by the binary and by the test kit only.
pub trait World: Send + Sync + 'static {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// Fresh entropy, never the same twice.
    fn entropy(&self) -> Entropy;
    /// Who takes spans, where traces are on.
    fn tracer(&self) -> Option<&Arc<dyn Tracer>> {
        None
    }
}
