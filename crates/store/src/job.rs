//! A closure on its way through the engine: type-erased, run once or again, answered once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use callboard_kernel::{Error, Result};

use crate::threads::Stopwatch;
use crate::trace::Traced;
use crate::{Reach, Tx};

/// What became of a closure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Its changes are to be committed.
    Keep,
    /// It failed, or panicked: its changes are to be undone.
    Undo,
}

/// Whose work a job is.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// The store's own, on its schema: as the login role, and before anything is known to hold it to.
    Owner,
    /// A caller's.
    Caller(Reach),
}

impl Standing {
    pub(crate) fn reach(&self) -> Reach {
        match self {
            Self::Owner => Reach::Installation,
            Self::Caller(reach) => reach.clone(),
        }
    }
}

/// A request to write.
pub(crate) trait WriteJob: Send {
    /// Claims the job for a thread; false when the caller has given up waiting.
    fn start(&self) -> bool;
    /// Whose work it is.
    fn standing(&self) -> &Standing;
    /// How long it has been asked for.
    fn waited(&self) -> Duration;
    /// The trace that it belongs to.
    fn traced(&self) -> Option<&Traced>;
    /// Runs the closure and keeps its answer. A panic becomes an `INTERNAL` answer.
    fn run(&mut self, tx: &Tx<'_>) -> Outcome;
    /// Answers: with what the closure gave, or with why its transaction failed.
    fn finish(self: Box<Self>, fate: Result<()>);
}

/// A request to read.
pub(crate) trait ReadJob: Send {
    /// Claims the job for a thread; false when the caller has given up waiting.
    fn start(&self) -> bool;
    /// Whose work it is.
    fn standing(&self) -> &Standing;
    /// Runs the closure and keeps its answer. A panic becomes an `INTERNAL` answer.
    fn run(&mut self, tx: &Tx<'_>);
    /// Answers: with what the closure gave, or with why it could not run.
    fn finish(self: Box<Self>, fate: Result<()>);
}

/// Where an answer goes.
pub(crate) enum Reply<T> {
    Async(tokio::sync::oneshot::Sender<Result<T>>),
    Blocking(std::sync::mpsc::SyncSender<Result<T>>),
}

impl<T> Reply<T> {
    fn send(self, answer: Result<T>) {
        // A caller that went away wants no answer.
        match self {
            Self::Async(to) => drop(to.send(answer)),
            Self::Blocking(to) => drop(to.send(answer)),
        }
    }
}

const WAITING: u8 = 0;
const STARTED: u8 = 1;
const GIVEN_UP: u8 = 2;

/// Decides between a caller that gives up and a thread that starts.
#[derive(Clone, Default)]
pub(crate) struct Ticket(Arc<AtomicU8>);

impl Ticket {
    fn start(&self) -> bool {
        let was = self.0.compare_exchange(WAITING, STARTED, Ordering::AcqRel, Ordering::Acquire);
        was != Err(GIVEN_UP)
    }

    /// True when the request has not been started, and now never will be.
    pub(crate) fn give_up(&self) -> bool {
        self.0.compare_exchange(WAITING, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

pub(crate) struct Write<T, F> {
    body: F,
    outcome: Option<Result<T>>,
    reply: Reply<T>,
    ticket: Ticket,
    standing: Standing,
    asked: Stopwatch,
    traced: Option<Traced>,
}

impl<T, F> Write<T, F> {
    pub(crate) fn new(body: F, reply: Reply<T>, ticket: Ticket, standing: Standing) -> Self {
        Self { body, outcome: None, reply, ticket, standing, asked: Stopwatch::start(), traced: Traced::now() }
    }
}

impl<T, F> WriteJob for Write<T, F>
where
    T: Send,
    F: Fn(&Tx<'_>) -> Result<T> + Send,
{
    fn start(&self) -> bool {
        self.ticket.start()
    }

    fn standing(&self) -> &Standing {
        &self.standing
    }

    fn waited(&self) -> Duration {
        self.asked.elapsed()
    }

    fn traced(&self) -> Option<&Traced> {
        self.traced.as_ref()
    }

    fn run(&mut self, tx: &Tx<'_>) -> Outcome {
        let answer = guarded(|| (self.body)(tx)).and_then(|value| tx.check_no_failure_ignored().map(|()| value));
        let outcome = if answer.is_ok() { Outcome::Keep } else { Outcome::Undo };
        self.outcome = Some(answer);
        outcome
    }

    fn finish(self: Box<Self>, fate: Result<()>) {
        self.reply.send(answer(fate, self.outcome));
    }
}

pub(crate) struct Read<T, F> {
    body: F,
    outcome: Option<Result<T>>,
    reply: Reply<T>,
    ticket: Ticket,
    standing: Standing,
}

impl<T, F> Read<T, F> {
    pub(crate) const fn new(body: F, reply: Reply<T>, ticket: Ticket, standing: Standing) -> Self {
        Self { body, outcome: None, reply, ticket, standing }
    }
}

impl<T, F> ReadJob for Read<T, F>
where
    T: Send,
    F: Fn(&Tx<'_>) -> Result<T> + Send,
{
    fn start(&self) -> bool {
        let wanted = !matches!(&self.reply, Reply::Async(to) if to.is_closed());
        self.ticket.start() && wanted
    }

    fn standing(&self) -> &Standing {
        &self.standing
    }

    fn run(&mut self, tx: &Tx<'_>) {
        self.outcome = Some(guarded(|| (self.body)(tx)));
    }

    fn finish(self: Box<Self>, fate: Result<()>) {
        self.reply.send(answer(fate, self.outcome));
    }
}

fn answer<T>(fate: Result<()>, outcome: Option<Result<T>>) -> Result<T> {
    fate.and_then(|()| outcome.unwrap_or_else(|| Err(Error::internal("a request was answered before it ran"))))
}

/// Runs a closure; a panic becomes an error, so that the thread lives on.
pub(crate) fn guarded<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!("A closure in the store panicked: {text}");
        Err(Error::internal(format!("panic: {text}")))
    })
}

/// Runs effects in order; one that panics does not stop the others.
pub(crate) fn run_effects(effects: Vec<crate::tx::Effect>) {
    for effect in effects {
        let done = guarded(|| {
            effect();
            Ok(())
        });
        if let Err(e) = done {
            tracing::error!("An effect after a commit failed: {e}");
        }
    }
}
