//! The one thread that writes: drain the queue, one transaction with a savepoint per closure, one COMMIT, then effects
//! and answers. The fsync of one group is the time in which the next one gathers; nobody lingers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, SpanKind, Trace};

use super::checkpoint::{self, Plan};
use super::connection::{SqliteConnection, failure};
use super::files::Lock;
use crate::answers::{unavailable, unknown};
use crate::job::{Outcome, WriteJob, run_effects};
use crate::queue::Taken;
use crate::shared::Shared;
use crate::threads::Stopwatch;
use crate::trace::{Committing, Traced};
use crate::tx::Effect;
use crate::{Connection, Engine, Tx};

/// Most closures in one group.
const GROUP_MAX: usize = 1_024;
/// Time after which a group commits although more wait: the first of them must not wait for all of them.
const GROUP_TIME: Duration = Duration::from_millis(10);

pub(super) struct Writer {
    shared: Arc<Shared>,
    connection: SqliteConnection,
    backlog: VecDeque<Box<dyn WriteJob>>,
    plan: Plan,
    /// Whether a group ends after [`GROUP_TIME`]; else it takes all that waits, however slow the machine is.
    hurries: bool,
    _lock: Lock,
}

/// The closures of one transaction and what they left to do.
#[derive(Default)]
struct Group {
    jobs: Vec<Box<dyn WriteJob>>,
    effects: Vec<Effect>,
    hints: Vec<String>,
    /// Those of the closures that are kept.
    traces: Vec<Trace>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, mut connection: SqliteConnection, lock: Lock) -> Result<Self> {
        let seen = shared.clone();
        let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            seen.counters.wal_pages.store(i64::from(pages), Ordering::Relaxed);
            Ok(())
        };
        // A WAL that a crash left behind is put away first; the hook only sees commits from here on.
        checkpoint::truncate(&connection.raw).map_err(|e| failure(&e))?;
        connection.raw.wal_hook(Some(hook)).map_err(|e| failure(&e))?;
        let page: i64 = connection.raw.query_row("pragma page_size", [], |row| row.get(0)).map_err(|e| failure(&e))?;
        shared.counters.page_bytes.store(u64::try_from(page).unwrap_or(0), Ordering::Relaxed);
        shared.counters.writers.join();
        Ok(Self { shared, connection, backlog: VecDeque::new(), plan: Plan::new(), hurries: true, _lock: lock })
    }

    /// Without a clock, and with another plan for checkpoints.
    pub(super) fn simulated(mut self, plan: Plan) -> Self {
        self.hurries = false;
        self.plan = plan;
        self
    }

    pub(super) fn run(mut self) {
        loop {
            if self.backlog.is_empty() {
                let idle = self.plan.has_pages().then_some(checkpoint::IDLE_AFTER);
                match self.shared.writes.take(&mut self.backlog, GROUP_MAX, idle) {
                    Taken::Items => {}
                    Taken::Idle => {
                        self.empty_wal();
                        continue;
                    }
                    Taken::Closed => break,
                }
            }
            self.group();
        }
        self.empty_wal();
    }

    /// Runs these on the calling thread, for [`super::inline`].
    pub(super) fn run_now(&mut self, jobs: Vec<Box<dyn WriteJob>>) {
        self.backlog.extend(jobs);
        while !self.backlog.is_empty() {
            self.group();
        }
    }

    fn group(&mut self) {
        if let Some(reason) = self.shared.poisoned() {
            for job in self.backlog.drain(..) {
                job.finish(Err(unavailable(&reason)));
            }
            return;
        }
        let mut group = Group::default();
        let shared = Arc::clone(&self.shared);
        let _at_work = shared.counters.writers.work();
        let fate = self.transact(&mut group);
        let broken = self.connection.broken.clone();
        if let Some(reason) = &broken {
            self.shared.poison(reason);
        }
        if fate.is_ok() {
            self.shared.counters.committed(group.jobs.len());
            run_effects(group.effects);
            self.shared.publish(group.hints);
        }
        for job in group.jobs {
            job.finish(fate.clone());
        }
        match broken {
            Some(reason) => self.shared.report_fatal(&reason),
            None => self.checkpoint(),
        }
    }

    /// One transaction around as many closures as wait. An error is the fate of all of them.
    fn transact(&mut self, group: &mut Group) -> Result<()> {
        if let Err(e) = self.connection.control("begin immediate") {
            group.jobs.extend(self.backlog.drain(..));
            self.shared.counters.commits_failed.fetch_add(1, Ordering::Relaxed);
            return Err(unavailable(e));
        }
        let begun = Instant::now();
        while let Some(job) = self.backlog.pop_front() {
            if !job.start() {
                continue;
            }
            self.shared.counters.waited(job.waited());
            if let Some(traced) = job.traced() {
                traced.taken_up();
            }
            group.jobs.push(job);
            if let Err(e) = self.one(group) {
                // Nothing was committed, so "not stored" is the truth. The transaction may be gone already.
                self.shared.counters.commits_failed.fetch_add(1, Ordering::Relaxed);
                if !self.connection.is_idle() {
                    drop(self.connection.batch("rollback"));
                }
                return Err(e);
            }
            if self.hurries && begun.elapsed() > GROUP_TIME {
                break;
            }
        }
        if planted(Tooth::AckBeforeCommit) {
            group.jobs.drain(..).for_each(|job| job.finish(Ok(())));
        }
        let committing = Committing::begin(&group.traces, Engine::Sqlite, group.jobs.len());
        let done = self.commit();
        committing.end(&done);
        done
    }

    /// Runs the last job of the group in its savepoint. An error means that the whole transaction is lost.
    fn one(&mut self, group: &mut Group) -> Result<()> {
        let Some(job) = group.jobs.last_mut() else { return Ok(()) };
        self.connection.control("savepoint job")?;
        let trace = job.traced().map(Traced::trace).cloned();
        let running = trace.as_ref().map(|t| t.begin("store.run", SpanKind::Internal));
        let tx = Tx::new(&mut self.connection, job.standing().reach()).traced(trace.clone());
        let outcome = job.run(&tx);
        drop(running);
        if outcome == Outcome::Keep {
            group.traces.extend(trace);
            group.effects.append(&mut tx.take_effects());
            for topic in tx.take_hints() {
                if !group.hints.contains(&topic) {
                    group.hints.push(topic);
                }
            }
        }
        drop(tx);
        if let Some(reason) = &self.connection.broken {
            return Err(unavailable(reason));
        }
        if self.connection.is_idle() {
            return Err(unavailable("SQLite ended the transaction: the disk is full or memory is short"));
        }
        if outcome == Outcome::Undo {
            self.connection.control("rollback to job")?;
        }
        self.connection.control("release job")
    }

    /// A COMMIT that fails is unknown, not failed: its pages may be on disk, and an fsync is never tried again.
    fn commit(&mut self) -> Result<()> {
        let watch = Stopwatch::start();
        let mut done = if self.shared.fault(|f| &f.fail_commit) {
            drop(self.connection.control("rollback"));
            Err(Error::internal("injected: the commit failed"))
        } else {
            self.connection.control("commit")
        };
        if self.shared.fault(|f| &f.lose_commit_reply) {
            done = done.and(Err(Error::internal("injected: the commit's reply was lost")));
        }
        let counters = &self.shared.counters;
        match &done {
            Ok(()) => counters.commit_took(&watch),
            Err(_) => drop(counters.commits_unknown.fetch_add(1, Ordering::Relaxed)),
        }
        if planted(Tooth::FailedCommitDenied) && done.is_err() {
            return done.map_err(unavailable);
        }
        done.map_err(|e| {
            let reason =
                format!("A commit failed, so its outcome is unknown: {}", e.internal_note().unwrap_or_default());
            self.connection.broken = Some(reason.clone());
            unknown(reason)
        })
    }

    fn checkpoint(&mut self) {
        if self.shared.settle.swap(false, Ordering::AcqRel) {
            return self.settle();
        }
        let Some(due) = self.plan.after_commit(self.shared.counters.wal_pages.load(Ordering::Relaxed)) else { return };
        let watch = Stopwatch::start();
        let done = if self.shared.fault(|f| &f.fail_checkpoint) {
            Err("injected".to_owned())
        } else {
            checkpoint::run(&self.connection.raw, due).map_err(|e| e.to_string())
        };
        self.checked(done, &watch);
    }

    /// Empties the WAL although nobody is idle.
    fn settle(&mut self) {
        let pages = self.shared.counters.wal_pages.load(Ordering::Relaxed);
        let _due = self.plan.after_commit(pages);
        self.empty_wal();
        if !self.plan.has_pages() {
            self.shared.settled.fetch_add(1, Ordering::Release);
        }
    }

    pub(super) fn empty_wal(&mut self) {
        if self.shared.poisoned().is_some() || !self.plan.has_pages() {
            return;
        }
        let watch = Stopwatch::start();
        match checkpoint::truncate(&self.connection.raw) {
            Ok(true) => {
                self.shared.counters.wal_pages.store(0, Ordering::Relaxed);
                self.plan.emptied();
                self.checked(Ok(()), &watch);
            }
            Ok(false) => {}
            Err(e) => self.checked(Err(e.to_string()), &watch),
        }
    }

    /// A checkpoint that fails may have left pages half written: the store stops like after a failed commit.
    fn checked(&mut self, done: Result<(), String>, watch: &Stopwatch) {
        match done {
            Err(_) if planted(Tooth::CheckpointErrorIgnored) => {}
            Ok(()) => self.shared.counters.checkpointed(watch),
            Err(e) => {
                let reason = format!("A checkpoint failed: {e}");
                self.connection.broken = Some(reason.clone());
                self.shared.poison(&reason);
                self.shared.report_fatal(&reason);
            }
        }
    }
}
