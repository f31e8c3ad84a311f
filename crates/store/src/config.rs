//! Where the data lives, how it is opened, and what the store says about itself.

use std::path::PathBuf;
use std::sync::Arc;

use crate::faults::Faults;
use crate::migration::{self, Migration};

/// Where the data lives.
#[derive(Clone, Debug)]
pub enum Config {
    /// A folder that holds `callboard.db` and its lock file.
    Sqlite {
        /// The folder; made if missing, its parent is fsynced.
        dir: PathBuf,
    },
    /// An SQLite store in a temporary folder that goes with the handle, for `verify`'s rebuild and quick tests.
    /// The same writer, readers and WAL as [`Config::Sqlite`], but nothing is fsynced.
    Memory,
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user@host/db`.
        url: String,
        /// Connections for writes; as many again for reads.
        pool: usize,
    },
}

/// Called once when the store can no longer promise anything, with the reason. The binary exits non-zero within 5 s.
pub type OnFatal = Arc<dyn Fn(&str) + Send + Sync>;

/// How to open the store.
#[derive(Clone)]
pub struct OpenOptions {
    /// Whether pending migrations are applied. With `false` the schema is taken as it is found, unchecked, and on
    /// PostgreSQL transactions take no role and look at no epoch.
    pub migrate: bool,
    /// The migrations that this binary knows; tests put their own here.
    pub migrations: &'static [Migration],
    /// Longest wait for a connection, in milliseconds (PostgreSQL); then `OVERLOADED`, or `STORE_UNAVAILABLE` when the
    /// server cannot be reached.
    pub start_within_ms: u64,
    /// Longest wait for the answer to a request that was taken up, in milliseconds (PostgreSQL); then a write's
    /// outcome is unknown. Longer than a lock is waited for. Blocking requests of the command line wait without end.
    pub answer_within_ms: u64,
    /// Called when a commit's outcome became unknown or the disk failed (SQLite).
    pub on_fatal: Option<OnFatal>,
    /// Faults to inject; for tests only.
    #[doc(hidden)]
    pub faults: Option<Arc<Faults>>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            migrate: true,
            migrations: migration::embedded(),
            start_within_ms: 5_000,
            answer_within_ms: 25_000,
            on_fatal: None,
            faults: None,
        }
    }
}

/// Whether the store takes work, and if not, why.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether reads and writes are accepted.
    pub ok: bool,
    /// Why not.
    pub reason: Option<String>,
}
