//! What the store counts about itself: plain atomics on the way of a request, read together for `/metrics`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use callboard_kernel::{Buckets, GROUP_SIZES, Histogram};

use crate::queue::CAPACITY;
use crate::threads::Stopwatch;

/// Counts since start and levels now.
#[derive(Clone, Debug, Default)]
pub struct StoreStats {
    /// Groups committed.
    pub commits: u64,
    /// Write closures that those groups held.
    pub writes: u64,
    /// Writes waiting for a writer now.
    pub queued: u64,
    /// Reads that were answered.
    pub reads: u64,
    /// Reads waiting for a reader now.
    pub reads_queued: u64,
    /// Requests that may wait, of each of the two queues.
    pub queue_limit: u64,
    /// Requests that were refused because a queue was full.
    pub refused: u64,
    /// COMMITs whose outcome is unknown.
    pub commits_unknown: u64,
    /// COMMITs that the engine refused, and transactions that could not begin: nothing was stored.
    pub commits_failed: u64,
    /// Runs of a closure that were undone and begun again (PostgreSQL: conflicts and deadlocks).
    pub reruns: u64,
    /// Write closures in each committed group.
    pub group_size: Buckets,
    /// Microseconds of each COMMIT that came about; on SQLite that is the fsync.
    pub commit_micros: Buckets,
    /// Microseconds that each write waited for a writer.
    pub wait_micros: Buckets,
    /// Checkpoints run (SQLite).
    pub checkpoints: u64,
    /// Microseconds of each checkpoint (SQLite).
    pub checkpoint_micros: Buckets,
    /// What the WAL holds and the database file does not, bytes (SQLite).
    pub wal_bytes: Option<u64>,
    /// Threads that read, each with a connection.
    pub readers: PoolStats,
    /// Threads that write.
    pub writers: PoolStats,
}

/// Threads of one kind; each holds one connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct PoolStats {
    /// How many there are.
    pub size: u64,
    /// How many have work now.
    pub busy: u64,
    /// Microseconds that they have worked, together.
    pub busy_micros: u64,
}

/// The threads of one kind.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    size: AtomicU64,
    busy: AtomicU64,
    busy_micros: AtomicU64,
}

/// A thread at work; counted until it is dropped.
pub(crate) struct AtWork<'a> {
    pool: &'a Pool,
    begun: Stopwatch,
}

impl Pool {
    /// One thread more.
    pub(crate) fn join(&self) {
        self.size.fetch_add(1, Ordering::Relaxed);
    }

    /// A thread begins to work.
    pub(crate) fn work(&self) -> AtWork<'_> {
        self.busy.fetch_add(1, Ordering::Relaxed);
        AtWork { pool: self, begun: Stopwatch::start() }
    }

    fn read(&self) -> PoolStats {
        let n = |n: &AtomicU64| n.load(Ordering::Relaxed);
        PoolStats { size: n(&self.size), busy: n(&self.busy), busy_micros: n(&self.busy_micros) }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.pool.busy.fetch_sub(1, Ordering::Relaxed);
        self.pool.busy_micros.fetch_add(self.begun.micros(), Ordering::Relaxed);
    }
}

/// The counters of one open store.
#[derive(Debug)]
pub(crate) struct Counters {
    commits: AtomicU64,
    writes: AtomicU64,
    reads: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) commits_unknown: AtomicU64,
    pub(crate) commits_failed: AtomicU64,
    pub(crate) reruns: AtomicU64,
    group_size: Histogram,
    commit_micros: Histogram,
    wait_micros: Histogram,
    checkpoint_micros: Histogram,
    /// Pages in the WAL; the writer's hook keeps it.
    pub(crate) wal_pages: AtomicI64,
    /// Bytes of a page; 0 where there is no WAL.
    pub(crate) page_bytes: AtomicU64,
    pub(crate) readers: Pool,
    pub(crate) writers: Pool,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            commits: AtomicU64::default(),
            writes: AtomicU64::default(),
            reads: AtomicU64::default(),
            refused: AtomicU64::default(),
            commits_unknown: AtomicU64::default(),
            commits_failed: AtomicU64::default(),
            reruns: AtomicU64::default(),
            group_size: Histogram::new(GROUP_SIZES),
            commit_micros: Histogram::of_micros(),
            wait_micros: Histogram::of_micros(),
            checkpoint_micros: Histogram::of_micros(),
            wal_pages: AtomicI64::default(),
            page_bytes: AtomicU64::default(),
            readers: Pool::default(),
            writers: Pool::default(),
        }
    }
}

impl Counters {
    /// A group of `writes` closures was committed.
    pub(crate) fn committed(&self, writes: usize) {
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
        self.group_size.observe(writes as u64);
    }

    /// A COMMIT came about in this time.
    pub(crate) fn commit_took(&self, watch: &Stopwatch) {
        self.commit_micros.observe(watch.micros());
    }

    /// A write was taken up after this time.
    pub(crate) fn waited(&self, time: Duration) {
        self.wait_micros.observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// A read was taken up.
    pub(crate) fn read_one(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// A checkpoint ended.
    pub(crate) fn checkpointed(&self, watch: &Stopwatch) {
        self.checkpoint_micros.observe(watch.micros());
    }

    /// Everything at about one moment; `queued` and `reads_queued` are the queues' own.
    pub(crate) fn read(&self, queued: usize, reads_queued: usize) -> StoreStats {
        let n = |n: &AtomicU64| n.load(Ordering::Relaxed);
        let checkpoint_micros = self.checkpoint_micros.read();
        let page = n(&self.page_bytes);
        // Each page stands in the WAL behind a head of 24 bytes.
        let pages = u64::try_from(self.wal_pages.load(Ordering::Relaxed)).unwrap_or(0);
        StoreStats {
            commits: n(&self.commits),
            writes: n(&self.writes),
            queued: queued as u64,
            reads: n(&self.reads),
            reads_queued: reads_queued as u64,
            queue_limit: CAPACITY as u64,
            refused: n(&self.refused),
            commits_unknown: n(&self.commits_unknown),
            commits_failed: n(&self.commits_failed),
            reruns: n(&self.reruns),
            group_size: self.group_size.read(),
            commit_micros: self.commit_micros.read(),
            wait_micros: self.wait_micros.read(),
            checkpoints: checkpoint_micros.total(),
            checkpoint_micros,
            wal_bytes: (page > 0).then_some(pages * (page + 24)),
            readers: self.readers.read(),
            writers: self.writers.read(),
        }
    }
}
