//! What a thread does with its connection: take a request, run its transaction, answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, SpanKind, Trace, codes};

use super::connection::{CommitFailure, PgConnection, READ_EPOCH, Trouble};
use super::hints::Notifier;
use super::link::Link;
use super::wall;
use crate::answers::{unavailable, unknown};
use crate::job::{Outcome, ReadJob, Standing, WriteJob, run_effects};
use crate::shared::Shared;
use crate::threads::Stopwatch;
use crate::trace::{Committing, Traced};
use crate::tx::Effect;
use crate::{Connection, Engine, Tx};

const BEGIN_WRITE: &str = "begin isolation level read committed";
const BEGIN_READ: &str = "begin isolation level repeatable read read only";

/// Most runs of one closure after deadlocks and serialisation failures.
const RUNS_MAX: u32 = 8;
/// Most runs of one closure that meets a taken key: the second sees the other writer's row.
const TAKEN_RUNS_MAX: u32 = 3;

/// How one attempt ended.
enum End {
    /// With an answer: what the closure gave, or why its transaction failed.
    Answer(Result<()>),
    /// Rolled back; another attempt can succeed.
    Again,
    /// The connection was lost before the closure ran: nothing was sent.
    NotBegun,
    /// The log's epoch is not ours any more: this process must end.
    Fenced(String),
}

/// What opens a transaction, in one round trip: the role that policies hold, whose rows it may see, and for a caller's
/// write the epoch.
fn opening(begin: &str, shared: &Shared, standing: &Standing, writes: bool) -> Result<String> {
    let mut text = begin.to_owned();
    let footing = shared.footing.get().filter(|_| matches!(standing, Standing::Caller(_)));
    if let Some(role) = footing.and_then(|f| f.role.as_deref()) {
        text.push_str("; set local role ");
        text.push_str(role);
    }
    text.push_str("; ");
    text.push_str(&wall::setting(&standing.reach())?);
    if writes && footing.is_some_and(|f| f.epoch.is_some()) {
        text.push_str("; ");
        text.push_str(READ_EPOCH);
    }
    Ok(text)
}

/// Why a write that found this epoch must not go on.
fn fenced(shared: &Shared, standing: &Standing, found: Option<String>) -> Option<String> {
    let footing = shared.footing.get().filter(|f| f.epoch.is_some() && matches!(standing, Standing::Caller(_)))?;
    if planted(Tooth::FenceIgnored) {
        return None;
    }
    match found.and_then(|text| text.parse().ok()) {
        Some(epoch) => footing.fenced(epoch),
        None => Some("The log's epoch is gone.".to_owned()),
    }
}

/// Takes writes until the store closes.
pub(super) fn write(mut link: Link, notifier: &Notifier) {
    let shared = link.shared.clone();
    shared.counters.writers.join();
    while link.ready().is_some() {
        let Some(job) = shared.writes.take_one() else { break };
        if job.start() {
            shared.counters.waited(job.waited());
            if let Some(traced) = job.traced() {
                traced.taken_up();
            }
            let _at_work = shared.counters.writers.work();
            write_one(&mut link, job, notifier);
        }
    }
    // The store closes without a connection: what waits is told so.
    while let Some(job) = shared.writes.take_one() {
        if job.start() {
            job.finish(Err(unavailable("no connection")));
        }
    }
}

fn write_one(link: &mut Link, mut job: Box<dyn WriteJob>, notifier: &Notifier) {
    let shared = link.shared.clone();
    let mut runs = 0;
    loop {
        runs += 1;
        if let Some(reason) = shared.poisoned() {
            return job.finish(Err(unavailable(reason)));
        }
        let Some(connection) = link.ready_within(Some(shared.start_within)) else {
            return job.finish(Err(no_connection(&shared)));
        };
        let end = attempt(connection, &shared, &mut *job, runs, notifier);
        if connection.is_lost() {
            link.drop_connection();
        }
        match end {
            End::Answer(fate) => return job.finish(fate),
            _ if runs >= RUNS_MAX => return job.finish(Err(kept_conflicting())),
            End::Again => {
                shared.counters.reruns.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(1 << runs.min(5)));
            }
            End::NotBegun => {}
            End::Fenced(reason) => {
                shared.poison(&reason);
                job.finish(Err(unavailable(&reason)));
                return shared.report_fatal(&reason);
            }
        }
    }
}

fn attempt(
    connection: &mut PgConnection,
    shared: &Shared,
    job: &mut dyn WriteJob,
    runs: u32,
    notifier: &Notifier,
) -> End {
    let standing = job.standing().clone();
    let text = match opening(BEGIN_WRITE, shared, &standing, true) {
        Ok(text) => text,
        Err(e) => return End::Answer(Err(e)),
    };
    let begun = if text.ends_with(READ_EPOCH) { connection.learn_epoch() } else { Ok(()) };
    match begun.and_then(|()| connection.begin(&text)) {
        Ok(found) => {
            if let Some(reason) = fenced(shared, &standing, found) {
                return roll_back(connection, End::Fenced(reason));
            }
        }
        Err(_) if connection.is_lost() => return End::NotBegun,
        Err(e) => {
            shared.counters.commits_failed.fetch_add(1, Ordering::Relaxed);
            return roll_back(connection, End::Answer(Err(e)));
        }
    }
    let trace = job.traced().map(Traced::trace).cloned();
    let running = trace.as_ref().map(|t| t.begin("store.run", SpanKind::Internal));
    let tx = Tx::new(connection, standing.reach()).traced(trace.clone());
    let outcome = job.run(&tx);
    let (effects, hints) = (tx.take_effects(), tx.take_hints());
    drop((tx, running));
    match connection.trouble {
        Some(Trouble::Lost) => return End::Answer(Err(unavailable("the connection was lost before COMMIT"))),
        Some(Trouble::Conflict) => return roll_back(connection, End::Again),
        Some(Trouble::Taken) if outcome == Outcome::Undo && runs < TAKEN_RUNS_MAX => {
            return roll_back(connection, End::Again);
        }
        _ => {}
    }
    if outcome == Outcome::Undo {
        return roll_back(connection, End::Answer(Ok(())));
    }
    match commit(connection, shared, trace.as_slice()) {
        Ok(()) => {
            committed(shared, effects, &hints, notifier);
            End::Answer(Ok(()))
        }
        Err(CommitFailure::RolledBack(_)) if connection.trouble == Some(Trouble::Conflict) => End::Again,
        Err(CommitFailure::RolledBack(e)) => {
            shared.counters.commits_failed.fetch_add(1, Ordering::Relaxed);
            End::Answer(Err(e))
        }
        Err(CommitFailure::Unknown(why)) => {
            shared.counters.commits_unknown.fetch_add(1, Ordering::Relaxed);
            End::Answer(Err(unknown(format!("no reply to COMMIT: {why}"))))
        }
    }
}

fn commit(connection: &mut PgConnection, shared: &Shared, trace: &[Trace]) -> Result<(), CommitFailure> {
    if shared.fault(|f| &f.fail_commit) {
        connection.trouble = Some(Trouble::Lost);
        return Err(CommitFailure::Unknown("injected before COMMIT was sent".to_owned()));
    }
    let watch = Stopwatch::start();
    let committing = Committing::begin(trace, Engine::Postgres, 1);
    let done = connection.commit();
    committing.end(&done);
    done?;
    shared.counters.commit_took(&watch);
    if shared.fault(|f| &f.lose_commit_reply) {
        connection.trouble = Some(Trouble::Lost);
        return Err(CommitFailure::Unknown("injected after COMMIT".to_owned()));
    }
    Ok(())
}

fn committed(shared: &Shared, effects: Vec<Effect>, hints: &[String], notifier: &Notifier) {
    shared.counters.committed(1);
    run_effects(effects);
    if !hints.is_empty() {
        shared.publish(hints.to_vec());
        notifier.push(hints.to_vec());
    }
}

/// Ends a transaction whose changes are not wanted. One that cannot be ended goes with its connection.
fn roll_back(connection: &mut PgConnection, end: End) -> End {
    if connection.batch("rollback").is_err() {
        connection.trouble = Some(Trouble::Lost);
    }
    end
}

fn kept_conflicting() -> Error {
    Error::new(&codes::OVERLOADED, "Other writes kept getting in the way of this one.").retry_after_ms(500)
}

/// Takes reads until the store closes.
pub(super) fn read(mut link: Link) {
    let shared = link.shared.clone();
    shared.counters.readers.join();
    while link.ready().is_some() {
        let Some(job) = shared.reads.take_one() else { break };
        if job.start() {
            let _at_work = shared.counters.readers.work();
            shared.counters.read_one();
            read_one(&mut link, job);
        }
    }
    while let Some(job) = shared.reads.take_one() {
        if job.start() {
            job.finish(Err(unavailable("no connection")));
        }
    }
}

fn read_one(link: &mut Link, mut job: Box<dyn ReadJob>) {
    let shared = link.shared.clone();
    for _ in 0..RUNS_MAX {
        let Some(connection) = link.ready_within(Some(shared.start_within)) else { break };
        let reach = job.standing().reach();
        let begun = opening(BEGIN_READ, &shared, job.standing(), false).and_then(|text| connection.begin(&text));
        if let Err(e) = begun {
            // One that began before it failed would hold up the next.
            if connection.is_lost() || connection.batch("rollback").is_err() {
                link.drop_connection();
                continue;
            }
            return job.finish(Err(unavailable(e)));
        }
        job.run(&Tx::new(connection, reach));
        // Such as a prepared statement whose table another instance has migrated meanwhile.
        let again = connection.trouble == Some(Trouble::Conflict);
        let waits = if again { Some(job) } else { answered(job) };
        if connection.is_lost() || connection.batch("rollback").is_err() {
            link.drop_connection();
        }
        let Some(waiting) = waits else { return };
        job = waiting;
    }
    job.finish(Err(no_connection(&shared)));
}

/// Before the transaction is ended: nobody waits for that.
fn answered(job: Box<dyn ReadJob>) -> Option<Box<dyn ReadJob>> {
    job.finish(Ok(()));
    None
}

fn no_connection(shared: &Shared) -> Error {
    unavailable(shared.ailing().unwrap_or_else(|| "no connection".to_owned()))
}
