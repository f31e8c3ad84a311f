//! What a thread does with its connection: take a request, run its transaction, answer.

use std::time::Duration;

use callboard_kernel::{Error, Result, codes};

use super::connection::{CommitFailure, PgConnection, Trouble};
use super::hints::Notifier;
use super::link::Link;
use crate::job::{Outcome, ReadJob, WriteJob, run_effects, unavailable, unknown};
use crate::shared::Shared;
use crate::tx::Effect;
use crate::{Connection, Tx};

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
}

/// Takes writes until the store closes.
pub(super) fn write(mut link: Link, notifier: &Notifier) {
    let shared = link.shared.clone();
    while link.ready().is_some() {
        let Some(job) = shared.writes.take_one() else { break };
        if job.start() {
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
            End::Again => std::thread::sleep(Duration::from_millis(1 << runs.min(5))),
            End::NotBegun => {}
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
    if let Err(e) = connection.begin(BEGIN_WRITE) {
        return if connection.is_lost() { End::NotBegun } else { End::Answer(Err(unavailable(e))) };
    }
    let tx = Tx::new(connection);
    let outcome = job.run(&tx);
    let (effects, hints) = (tx.take_effects(), tx.take_hints());
    drop(tx);
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
    match commit(connection, shared) {
        Ok(()) => {
            committed(shared, effects, &hints, notifier);
            End::Answer(Ok(()))
        }
        Err(CommitFailure::RolledBack(_)) if connection.trouble == Some(Trouble::Conflict) => End::Again,
        Err(CommitFailure::RolledBack(e)) => End::Answer(Err(e)),
        Err(CommitFailure::Unknown(why)) => End::Answer(Err(unknown(format!("no reply to COMMIT: {why}")))),
    }
}

fn commit(connection: &mut PgConnection, shared: &Shared) -> Result<(), CommitFailure> {
    if shared.fault(|f| &f.fail_commit) {
        connection.trouble = Some(Trouble::Lost);
        return Err(CommitFailure::Unknown("injected before COMMIT was sent".to_owned()));
    }
    connection.commit()?;
    if shared.fault(|f| &f.lose_commit_reply) {
        connection.trouble = Some(Trouble::Lost);
        return Err(CommitFailure::Unknown("injected after COMMIT".to_owned()));
    }
    Ok(())
}

fn committed(shared: &Shared, effects: Vec<Effect>, hints: &[String], notifier: &Notifier) {
    shared.count_commit(1);
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
    while link.ready().is_some() {
        let Some(job) = shared.reads.take_one() else { break };
        if job.start() {
            read_one(&mut link, job);
        }
    }
    while let Some(job) = shared.reads.take_one() {
        if job.start() {
            job.refuse(unavailable("no connection"));
        }
    }
}

fn read_one(link: &mut Link, job: Box<dyn ReadJob>) {
    for _ in 0..RUNS_MAX {
        let Some(connection) = link.ready_within(Some(link.shared.start_within)) else { break };
        if let Err(e) = connection.begin(BEGIN_READ) {
            if !connection.is_lost() {
                return job.refuse(unavailable(e));
            }
            link.drop_connection();
            continue;
        }
        job.run(&Tx::new(connection));
        if connection.is_lost() || connection.batch("rollback").is_err() {
            link.drop_connection();
        }
        return;
    }
    job.refuse(no_connection(&link.shared));
}

fn no_connection(shared: &Shared) -> Error {
    unavailable(shared.ailing().unwrap_or_else(|| "no connection".to_owned()))
}
