//! What callers and the engine's threads share: queues, counters, health, hints.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use callboard_kernel::{Error, Result};
use parking_lot::Mutex;
use tokio::sync::broadcast;

use crate::answers::{closed, overloaded, unavailable};
use crate::config::OnFatal;
use crate::counters::Counters;
use crate::faults::Faults;
use crate::footing::Footing;
use crate::job::{ReadJob, WriteJob};
use crate::queue::{Queue, Refused};
use crate::sqlite::inline::{Inline, Waiting};
use crate::{Engine, Health, OpenOptions, StoreStats};

/// Hints that a slow listener may fall behind before it is told that it lagged.
const HINTS_KEPT: usize = 1_024;

pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) read_only: bool,
    pub(crate) start_within: Duration,
    pub(crate) answer_within: Duration,
    pub(crate) writes: Queue<Box<dyn WriteJob>>,
    pub(crate) reads: Queue<Box<dyn ReadJob>>,
    pub(crate) counters: Counters,
    pub(crate) hints: broadcast::Sender<Arc<[String]>>,
    pub(crate) faults: Option<Arc<Faults>>,
    /// What transactions on PostgreSQL are held against; set once the schema stands.
    pub(crate) footing: OnceLock<Footing>,
    /// Set in simulations: the engine has no threads, and runs where it is asked.
    pub(crate) inline: Mutex<Option<Arc<Inline>>>,
    /// Set when somebody wants the WAL emptied; taken by the writer after its next group.
    pub(crate) settle: AtomicBool,
    /// How often it was emptied on demand.
    pub(crate) settled: AtomicU64,
    /// Set for good: nothing is written any more.
    poisoned: Mutex<Option<String>>,
    /// Set while the database cannot be reached.
    ailing: Mutex<Option<String>>,
    on_fatal: Option<OnFatal>,
}

impl Shared {
    pub(crate) fn new(engine: Engine, read_only: bool, options: &OpenOptions) -> Arc<Self> {
        Arc::new(Self {
            engine,
            read_only,
            start_within: Duration::from_millis(options.start_within_ms),
            answer_within: Duration::from_millis(options.answer_within_ms),
            writes: Queue::new(),
            reads: Queue::new(),
            counters: Counters::default(),
            hints: broadcast::channel(HINTS_KEPT).0,
            faults: options.faults.clone(),
            footing: OnceLock::new(),
            inline: Mutex::default(),
            settle: AtomicBool::new(false),
            settled: AtomicU64::new(0),
            poisoned: Mutex::new(None),
            ailing: Mutex::new(None),
            on_fatal: options.on_fatal.clone(),
        })
    }

    pub(crate) fn submit_write(&self, job: Box<dyn WriteJob>) -> Result<()> {
        if self.read_only {
            return Err(Error::internal("the store was opened for reading only"));
        }
        if let Some(reason) = self.poisoned() {
            return Err(unavailable(reason));
        }
        self.writes.push(job).map_err(|why| self.refusal(why))?;
        self.asked();
        Ok(())
    }

    pub(crate) fn submit_read(&self, job: Box<dyn ReadJob>) -> Result<()> {
        self.reads.push(job).map_err(|why| self.refusal(why))?;
        self.asked();
        Ok(())
    }

    /// What waits in a store without threads: writes in the order of asking, then reads.
    pub(crate) fn waiting(&self) -> Vec<Waiting> {
        let writes = self.writes.take_all().into_iter().map(Waiting::Write);
        writes.chain(self.reads.take_all().into_iter().map(Waiting::Read)).collect()
    }

    /// Runs what waits, in a store without threads: for who blocks until it is answered.
    pub(crate) fn run_waiting(&self) {
        if let Some(inline) = self.inline() {
            inline.run(self.waiting());
        }
    }

    pub(crate) fn inline(&self) -> Option<Arc<Inline>> {
        self.inline.lock().clone()
    }

    fn asked(&self) {
        if self.inline().is_some_and(|inline| inline.at_once) {
            self.run_waiting();
        }
    }

    pub(crate) fn close_queues(&self) {
        self.writes.close();
        self.reads.close();
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.reads.is_closed()
    }

    pub(crate) fn poisoned(&self) -> Option<String> {
        self.poisoned.lock().clone()
    }

    /// Refuses all further writes, for good. True when this was the first reason.
    pub(crate) fn poison(&self, reason: &str) -> bool {
        let mut poisoned = self.poisoned.lock();
        let first = poisoned.is_none();
        if first {
            *poisoned = Some(reason.to_owned());
            drop(poisoned);
            tracing::error!("The store takes no more writes: {reason}");
        }
        first
    }

    /// Refuses all further writes and tells the binary, once.
    pub(crate) fn stop(&self, reason: &str) {
        if self.poison(reason) {
            self.report_fatal(reason);
        }
    }

    /// Tells the binary that it must end; after the answers of the failed group are out.
    pub(crate) fn report_fatal(&self, reason: &str) {
        if let Some(hook) = &self.on_fatal {
            hook(reason);
        }
    }

    /// Notes that the database cannot be reached, or (`None`) that it can.
    pub(crate) fn set_ailing(&self, reason: Option<String>) {
        *self.ailing.lock() = reason;
    }

    pub(crate) fn ailing(&self) -> Option<String> {
        self.ailing.lock().clone()
    }

    pub(crate) fn health(&self) -> Health {
        let reason = self.poisoned().or_else(|| self.ailing());
        Health { ok: reason.is_none(), reason }
    }

    pub(crate) fn stats(&self) -> StoreStats {
        self.counters.read(self.writes.len(), self.reads.len())
    }

    /// Hands topics to this process's listeners.
    pub(crate) fn publish(&self, topics: Vec<String>) {
        if !topics.is_empty() && self.hints.receiver_count() > 0 {
            // It fails only when the last listener has just gone.
            drop(self.hints.send(topics.into()));
        }
    }

    /// Whether an injected fault is due; false in production.
    pub(crate) fn fault(&self, pick: impl FnOnce(&Faults) -> &std::sync::atomic::AtomicBool) -> bool {
        self.faults.as_deref().is_some_and(|faults| Faults::take(pick(faults)))
    }

    fn refusal(&self, why: Refused) -> Error {
        match why {
            Refused::Full => {
                self.counters.refused.fetch_add(1, Ordering::Relaxed);
                overloaded()
            }
            Refused::Closed => closed(),
        }
    }
}
