//! What this process knows about API keys, so that a busy key does not cost a read per request.
//!
//! An entry lives for a second at most, and all of them go as soon as a commit hints that keys have changed. Hints of a
//! commit of this process arrive before its caller is answered, so a revocation holds at once here; other instances hear
//! of it by the database's notification, and by the second at the latest if that is lost.

use std::collections::HashMap;
use std::sync::Arc;

use callboard_http::Principal;
use callboard_kernel::Timestamp;
use callboard_store::Db;
use parking_lot::Mutex;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

use crate::commands::keys::KEYS_CHANGED;

/// Longest life of an entry, milliseconds.
const TTL_MS: i64 = 1_000;
/// Entries at the same time; beyond it all are forgotten, which costs one read each.
const CAPACITY: usize = 10_000;

/// A key that was found good.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) principal: Principal,
    /// When it stops being good by itself.
    pub(super) good_until: Option<Timestamp>,
    pub(super) read_at: Timestamp,
}

/// Keys by the SHA-256 of their secret.
pub(super) struct KeyCache(Mutex<Inner>);

struct Inner {
    hints: Receiver<Arc<[String]>>,
    /// Rises with every change of keys, so that an answer read before a change is not kept after it.
    generation: u64,
    known: HashMap<[u8; 32], Known>,
}

impl KeyCache {
    pub(super) fn new(db: &Db) -> Self {
        Self(Mutex::new(Inner { hints: db.hints(), generation: 0, known: HashMap::new() }))
    }

    /// What is known about a secret, and the generation to hand back with an answer read from now on.
    pub(super) fn get(&self, hash: &[u8; 32], now: Timestamp) -> (Option<Known>, u64) {
        let mut inner = self.0.lock();
        inner.listen();
        let known = inner
            .known
            .get(hash)
            .filter(|k| (0..TTL_MS).contains(&now.since_ms(k.read_at)) && k.good_until.is_none_or(|until| now < until));
        (known.cloned(), inner.generation)
    }

    /// Keeps an answer, unless keys have changed since its reading began.
    pub(super) fn put(&self, hash: [u8; 32], known: Known, generation: u64) {
        let mut inner = self.0.lock();
        inner.listen();
        if inner.generation != generation {
            return;
        }
        if inner.known.len() >= CAPACITY {
            inner.known.clear();
        }
        inner.known.insert(hash, known);
    }
}

impl Inner {
    fn listen(&mut self) {
        loop {
            let changed = match self.hints.try_recv() {
                Ok(topics) => topics.iter().any(|t| t == KEYS_CHANGED),
                // What was missed may have been about keys.
                Err(TryRecvError::Lagged(_)) => true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            };
            if changed {
                self.generation += 1;
                self.known.clear();
            }
        }
    }
}
