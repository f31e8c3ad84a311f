//! The door for async callers: reads and writes as closures, run on the engine's own threads.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use callboard_kernel::{Error, Result};

use crate::{Engine, Tx};

/// Where the data lives.
#[derive(Clone, Debug)]
pub enum Config {
    /// A folder that holds `callboard.db` and its lock file.
    Sqlite {
        /// The folder; made if missing, its parent is fsynced.
        dir: PathBuf,
    },
    /// An SQLite store in memory, for `verify`'s rebuild and quick tests.
    Memory,
    /// A PostgreSQL server.
    Postgres {
        /// `postgres://user@host/db`.
        url: String,
        /// Connections for writes; as many again for reads.
        pool: usize,
    },
}

/// Whether the store takes work, and if not, why.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether reads and writes are accepted.
    pub ok: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// Counters for `/metrics`, since start.
#[derive(Clone, Copy, Debug, Default)]
pub struct StoreStats {
    /// Groups committed.
    pub commits: u64,
    /// Write closures that those groups held.
    pub writes: u64,
    /// Writes waiting for the writer now.
    pub queued: u64,
    /// Checkpoints run.
    pub checkpoints: u64,
}

/// A handle to the store; cheap to clone.
#[derive(Clone)]
pub struct Db {}

impl Db {
    /// Opens the store and applies pending migrations (see [`crate::migrations`]).
    pub fn open(_config: Config) -> Result<Self> {
        Err(Error::internal("not wired"))
    }

    /// Runs `body` in a transaction and answers after it is on disk. May run `body` again.
    pub async fn write<T, F>(&self, _body: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        Err(Error::internal("not wired"))
    }

    /// Runs `body` at one read snapshot.
    pub async fn read<T, F>(&self, _body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        Err(Error::internal("not wired"))
    }

    /// The engine behind this handle.
    pub fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    /// Whether the store takes work.
    pub fn health(&self) -> Health {
        Health { ok: false, reason: None }
    }

    /// Counters since start.
    pub fn stats(&self) -> StoreStats {
        StoreStats::default()
    }

    /// Drains the writer, checkpoints, and closes; further calls answer `SHUTTING_DOWN`.
    pub async fn close(&self) {}
}

/// Measures how long a query took; durations only, never the time of day.
pub(crate) fn stopwatch() -> impl FnOnce() -> Duration {
    let begun = Instant::now();
    move || begun.elapsed()
}
