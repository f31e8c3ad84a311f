//! The product's cache of API keys, and how it is used.

#[allow(dead_code)]
#[path = "../../../crates/tenants/src/auth/cache.rs"]
mod cache;

use callboard_kernel::{Result, Timestamp};

use crate::{Db, Principal};
use cache::{KeyCache, Known};

/// Recognises keys as the product does: the cache, else a read whose answer is kept.
pub(crate) struct Keys {
    cache: KeyCache,
    db: Db,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Memory,
    Database,
}

impl Keys {
    pub(crate) fn new(db: &Db) -> Self {
        Self { cache: KeyCache::new(db), db: db.clone() }
    }

    /// Whether a key is good.
    pub(crate) async fn good(&self, hash: [u8; 32], now: Timestamp) -> Result<(bool, From)> {
        let (known, generation) = self.cache.get(&hash, now);
        if known.is_some() {
            return Ok((true, From::Memory));
        }
        let good = self.db.read(move |tx| Ok(!tx.0.lock().revoked.contains_key(&hash))).await?;
        if good {
            let principal = Principal::Key { name: "key".into() };
            self.cache.put(hash, Known { principal, good_until: None, read_at: now }, generation);
        }
        Ok((good, From::Database))
    }
}
