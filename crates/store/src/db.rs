//! The door for callers: reads and writes as closures, run on the engine's own threads.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use callboard_kernel::{Error, Result};
use parking_lot::Mutex;
use tokio::sync::{broadcast, oneshot};

use crate::answers::{overloaded, unavailable, unknown};
use crate::footing::Footing;
use crate::job::{Read, Reply, Standing, Ticket, Write};
use crate::migration::Migration;
use crate::shared::Shared;
use crate::{Engine, Health, Reach, Sql, StoreStats, Tx};

/// A handle to the store; cheap to clone. The last handle that goes closes the store.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    /// Set by [`Db::within`].
    reach: Option<Reach>,
}

struct Inner {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    migrations: &'static [Migration],
    /// The folder of [`Config::Memory`]; goes with the last handle, after the threads.
    _scratch: Option<tempfile::TempDir>,
}

impl Db {
    /// A handle over what [`crate::open`] started.
    pub(crate) fn over(
        shared: Arc<Shared>,
        threads: Vec<JoinHandle<()>>,
        migrations: &'static [Migration],
        scratch: Option<tempfile::TempDir>,
    ) -> Self {
        let inner = Inner { shared, threads: Mutex::new(threads), migrations, _scratch: scratch };
        Self { inner: Arc::new(inner), reach: None }
    }

    /// A handle whose transactions have this reach, whatever the running task's is. Widening is for the few places that
    /// serve the installation from a tenant's request; each says why.
    pub fn within(&self, reach: Reach) -> Self {
        Self { inner: Arc::clone(&self.inner), reach: Some(reach) }
    }

    fn standing(&self) -> Standing {
        Standing::Caller(self.reach.clone().unwrap_or_else(Reach::current))
    }

    /// Runs `body` in a transaction and answers after it is on disk. May run `body` again. Its reach is the caller's when
    /// this is called.
    ///
    /// # Errors
    /// Those of `body`; `OVERLOADED` (queue full), `STORE_UNAVAILABLE` (nothing stored), `OUTCOME_UNKNOWN` (the commit
    /// was cut: repeat under the same key), `SHUTTING_DOWN`.
    pub fn write<T, F>(&self, body: F) -> impl Future<Output = Result<T>>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (to, answer) = oneshot::channel();
        let ticket = Ticket::default();
        let job = Write::new(body, Reply::Async(to), ticket.clone(), self.standing());
        async move {
            self.inner.shared.submit_write(Box::new(job))?;
            self.answer(answer, &ticket, unknown).await
        }
    }

    /// Runs `body` at one read snapshot. May run `body` again, at another. Its reach is the caller's when this is called.
    ///
    /// # Errors
    /// Those of `body`; `OVERLOADED`, `STORE_UNAVAILABLE`, `SHUTTING_DOWN`.
    pub fn read<T, F>(&self, body: F) -> impl Future<Output = Result<T>>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (to, answer) = oneshot::channel();
        let ticket = Ticket::default();
        let job = Read::new(body, Reply::Async(to), ticket.clone(), self.standing());
        async move {
            self.inner.shared.submit_read(Box::new(job))?;
            self.answer(answer, &ticket, unavailable).await
        }
    }

    /// Puts what is committed into the database file and empties the WAL (SQLite), so that overwritten text is in no file
    /// any more: deleted and changed rows are zeroed where they stood ([`Db::scrub`] sees to where they stood before).
    /// `false` when a reader held the WAL; ask again. On PostgreSQL there is nothing to do from here, and the answer is
    /// `true`: `docs/guides/erase-and-keep.md` says what is.
    ///
    /// # Errors
    /// Those of [`Db::write`].
    pub async fn settle(&self) -> Result<bool> {
        if self.engine() == Engine::Postgres {
            return Ok(true);
        }
        let shared = &self.inner.shared;
        let before = shared.settled.load(Ordering::Acquire);
        shared.settle.store(true, Ordering::Release);
        // The writer empties the WAL after the group of the first write; the second begins when that is over.
        self.write(|_| Ok(())).await?;
        self.write(|_| Ok(())).await?;
        Ok(shared.settled.load(Ordering::Acquire) > before)
    }

    /// As [`Db::write`] for callers without a runtime (command line); blocks the thread.
    pub fn write_blocking<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(self.standing(), body)
    }

    /// The store's own write, on its schema.
    pub(crate) fn write_as_owner<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_as(Standing::Owner, body)
    }

    fn write_as<T, F>(&self, standing: Standing, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (to, answer) = std::sync::mpsc::sync_channel(1);
        let ticket = Ticket::default();
        let job = Write::new(body, Reply::Blocking(to), ticket.clone(), standing);
        self.inner.shared.submit_write(Box::new(job))?;
        self.inner.shared.run_waiting();
        self.answer_blocking(&answer, &ticket)
    }

    /// As [`Db::read`] for callers without a runtime (command line); blocks the thread.
    pub fn read_blocking<T, F>(&self, body: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T> + Send + 'static,
    {
        let (to, answer) = std::sync::mpsc::sync_channel(1);
        let ticket = Ticket::default();
        // Once alone: nobody migrates under a command, but when somebody does it says so.
        let once = Cell::new(Some(body));
        let body = move |tx: &Tx<'_>| match once.take() {
            Some(body) => body(tx),
            None => Err(unavailable("another process has changed the schema meanwhile")),
        };
        let job = Read::new(body, Reply::Blocking(to), ticket.clone(), self.standing());
        self.inner.shared.submit_read(Box::new(job))?;
        self.inner.shared.run_waiting();
        self.answer_blocking(&answer, &ticket)
    }

    /// Waits for an answer. On PostgreSQL a request that no connection took up in time is withdrawn, and one that was
    /// taken up by a server that hangs, or whose standby is away, is `late` after a while: its thread waits on, its caller
    /// does not. The one thread of SQLite takes up everything that its bounded queue holds; there the timer would only cost.
    async fn answer<T>(
        &self,
        mut answer: oneshot::Receiver<Result<T>>,
        ticket: &Ticket,
        late: fn(&'static str) -> Error,
    ) -> Result<T> {
        if self.engine() == Engine::Postgres {
            if let Ok(done) = tokio::time::timeout(self.inner.shared.start_within, &mut answer).await {
                return done.unwrap_or_else(|_| Err(thread_ended()));
            }
            if ticket.give_up() {
                return Err(self.not_taken_up());
            }
            let Ok(done) = tokio::time::timeout(self.inner.shared.answer_within, answer).await else {
                return Err(late("the database did not answer in time"));
            };
            return done.unwrap_or_else(|_| Err(thread_ended()));
        }
        answer.await.unwrap_or_else(|_| Err(thread_ended()))
    }

    fn answer_blocking<T>(&self, answer: &std::sync::mpsc::Receiver<Result<T>>, ticket: &Ticket) -> Result<T> {
        if self.engine() == Engine::Postgres {
            if let Ok(done) = answer.recv_timeout(self.inner.shared.start_within) {
                return done;
            }
            if ticket.give_up() {
                return Err(self.not_taken_up());
            }
        }
        answer.recv().unwrap_or_else(|_| Err(thread_ended()))
    }

    fn not_taken_up(&self) -> Error {
        self.inner.shared.ailing().map_or_else(overloaded, unavailable)
    }

    /// The engine behind this handle.
    pub fn engine(&self) -> Engine {
        self.inner.shared.engine
    }

    /// Whether the store takes work.
    pub fn health(&self) -> Health {
        self.inner.shared.health()
    }

    /// Counters since start.
    pub fn stats(&self) -> StoreStats {
        self.inner.shared.stats()
    }

    /// Topics that transactions named with [`Tx::hint`], after their commit: of this process, and on PostgreSQL of
    /// every other one. Hints can be lost or come twice; who needs certainty also looks at the clock.
    pub fn hints(&self) -> broadcast::Receiver<Arc<[String]>> {
        self.inner.shared.hints.subscribe()
    }

    /// Prepares every text on this engine.
    ///
    /// # Errors
    /// One error that names all texts that the engine refuses, and why.
    pub fn prepare_all(&self, texts: &[&'static Sql]) -> Result<()> {
        let mut refused = Vec::new();
        for &sql in texts {
            if let Err(e) = self.read_blocking(move |tx| tx.prepare(sql)) {
                refused.push(format!("{}: {}", sql.name, e.internal_note().unwrap_or_else(|| e.message())));
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        Err(Error::internal(format!("{:?} refuses {}", self.engine(), refused.join("; "))))
    }

    /// Holds every further transaction against what was found.
    pub(crate) fn stand_on(&self, footing: Footing) -> Result<()> {
        self.inner.shared.footing.set(footing).map_err(|_| Error::internal("a store was opened twice"))
    }

    /// The migrations that this handle was opened with.
    pub(crate) fn migrations(&self) -> &'static [Migration] {
        self.inner.migrations
    }

    /// Drains the writer, checkpoints, and closes; further calls answer `SHUTTING_DOWN`.
    pub async fn close(&self) {
        let inner = self.inner.clone();
        if let Err(e) = tokio::task::spawn_blocking(move || inner.join()).await {
            tracing::error!("Closing the store failed: {e}");
        }
    }

    /// As [`Db::close`] for callers without a runtime.
    pub fn close_blocking(&self) {
        self.inner.join();
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.engine())
    }
}

impl Inner {
    /// Lets the threads finish what waits, and waits for them; never for the thread that asks.
    fn join(&self) {
        self.shared.close_queues();
        self.shared.run_waiting();
        // It holds what it is held by.
        drop(self.shared.inline.lock().take());
        let me = std::thread::current().id();
        let threads: Vec<_> = self.threads.lock().drain(..).collect();
        for thread in threads.into_iter().filter(|t| t.thread().id() != me) {
            if thread.join().is_err() {
                tracing::error!("A thread of the store had panicked");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shared.close_queues();
        // SQLite's threads end at once, and only then may the folder be opened again or go. PostgreSQL's may be
        // waiting for a server; they end by themselves.
        if self.shared.engine == Engine::Sqlite {
            self.join();
        }
    }
}

fn thread_ended() -> Error {
    unknown("the thread that had the request ended")
}
