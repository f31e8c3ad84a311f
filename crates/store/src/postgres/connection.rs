//! One PostgreSQL connection: prepared statements by text, and what an error says about the transaction.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callboard_kernel::{Error, Result, codes};
use postgres::error::{Severity, SqlState};
use postgres::types::ToSql;
use postgres::{Client, SimpleQueryMessage, Statement as Prepared};

use super::link::say;
use super::values::{Bind, Out};
use super::wall;
use crate::answers::unavailable;
use crate::footing::Origin;
use crate::{Connection, Engine, Raw, Reach, Row, Statement};

/// Last in a write's BEGIN: its share of the table's lock is what raising the epoch waits for. Planned once for a
/// connection; the text itself would cost a write about a quarter more.
pub(super) const READ_EPOCH: &str = "execute callboard_epoch";
const LEARN_EPOCH: &str = "prepare callboard_epoch as select epoch from log_epoch where id = 1";

/// The worst that happened on the connection since the transaction began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// A unique key was taken: perhaps by a writer that was not visible when the closure looked. A rerun sees it.
    Taken,
    /// A deadlock, a serialisation failure, a table changed under a prepared statement: a rerun can succeed.
    Conflict,
    /// The connection is gone.
    Lost,
}

/// Whether a connection's server has warned.
pub(super) type Warned = Arc<AtomicBool>;

pub(super) struct PgConnection {
    pub(super) client: Client,
    /// The history of the server behind it.
    pub(super) origin: Origin,
    prepared: HashMap<String, (Prepared, Arc<[String]>)>,
    /// Whether [`READ_EPOCH`] is known to the server.
    knows_epoch: bool,
    pub(super) trouble: Option<Trouble>,
    /// Set when the server warns.
    warned: Warned,
}

/// How a COMMIT went wrong.
pub(super) enum CommitFailure {
    /// The server said that it rolled back.
    RolledBack(Error),
    /// The server did not say.
    Unknown(String),
}

impl PgConnection {
    pub(super) fn new(client: Client, origin: Origin, warned: Warned) -> Self {
        Self { client, origin, prepared: HashMap::new(), knows_epoch: false, trouble: None, warned }
    }

    /// Makes [`READ_EPOCH`] known; before a transaction.
    pub(super) fn learn_epoch(&mut self) -> Result<()> {
        if !self.knows_epoch {
            self.trouble = None;
            self.batch(LEARN_EPOCH)?;
            self.knows_epoch = true;
        }
        Ok(())
    }

    /// Begins a transaction: one round trip for everything that it sets. What its last statement gave, if it is a query.
    pub(super) fn begin(&mut self, text: &str) -> Result<Option<String>> {
        self.trouble = None;
        let done = self.client.simple_query(text);
        let messages = self.noted(done)?;
        Ok(messages.iter().rev().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        }))
    }

    /// Commits. Only an ordinary error from the server means "rolled back"; everything else is unknown. So is a success
    /// with a warning: when somebody cancels the wait for a synchronous standby, the server calls the commit done, and
    /// adds that the standby may not have it. A failover would lose what was acknowledged.
    pub(super) fn commit(&mut self) -> Result<(), CommitFailure> {
        self.warned.store(false, Ordering::Release);
        self.end_with_commit()?;
        if self.warned.load(Ordering::Acquire) {
            self.trouble = Some(Trouble::Lost);
            return Err(CommitFailure::Unknown("the server warned when it committed".to_owned()));
        }
        Ok(())
    }

    fn end_with_commit(&mut self) -> Result<(), CommitFailure> {
        self.client.batch_execute("commit").map_err(|e| {
            let definite = e.as_db_error().is_some_and(|db| db.parsed_severity() == Some(Severity::Error));
            let failure = self.failure(&e);
            if definite && self.trouble != Some(Trouble::Lost) {
                CommitFailure::RolledBack(failure)
            } else {
                self.trouble = Some(Trouble::Lost);
                CommitFailure::Unknown(say(&e))
            }
        })
    }

    pub(super) fn is_lost(&self) -> bool {
        self.trouble == Some(Trouble::Lost) || self.client.is_closed()
    }

    fn failure(&mut self, e: &postgres::Error) -> Error {
        let trouble = classify(e);
        self.trouble = self.trouble.max(trouble);
        if e.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
            // "cached plan must not change result type": a migration changed a table under a prepared statement.
            self.prepared.clear();
        }
        match trouble {
            Some(Trouble::Lost) => unavailable(say(e)),
            _ if e.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                Error::new(&codes::OVERLOADED, "Another write held what this one needs for too long.")
                    .note(say(e))
                    .retry_after_ms(1_000)
            }
            // An administrator's cancel, or a time-out of the server's own: nothing of the transaction remains.
            _ if e.code() == Some(&SqlState::QUERY_CANCELED) => unavailable(say(e)),
            _ => Error::internal(say(e)),
        }
    }

    fn noted<T>(&mut self, done: Result<T, postgres::Error>) -> Result<T> {
        done.map_err(|e| self.failure(&e))
    }

    fn prepared(&mut self, text: &str) -> Result<(Prepared, Arc<[String]>), postgres::Error> {
        if let Some((prepared, columns)) = self.prepared.get(text) {
            return Ok((prepared.clone(), columns.clone()));
        }
        let prepared = self.client.prepare(text)?;
        let columns: Arc<[String]> = prepared.columns().iter().map(|c| c.name().to_owned()).collect();
        self.prepared.insert(text.to_owned(), (prepared.clone(), columns.clone()));
        Ok((prepared, columns))
    }

    fn try_query(&mut self, raw: &Raw<'_>) -> Result<Vec<Row>, postgres::Error> {
        let (prepared, columns) = self.prepared(&raw.statement.text)?;
        let bound: Vec<Bind<'_>> = raw.values.iter().map(Bind).collect();
        let rows = self.client.query(&prepared, &references(&bound))?;
        rows.iter()
            .map(|row| {
                let values = (0..columns.len()).map(|at| row.try_get::<_, Out>(at).map(|out| out.0));
                Ok(Row::new(columns.clone(), values.collect::<Result<_, postgres::Error>>()?))
            })
            .collect()
    }

    fn try_execute(&mut self, raw: &Raw<'_>) -> Result<u64, postgres::Error> {
        let (prepared, _) = self.prepared(&raw.statement.text)?;
        let bound: Vec<Bind<'_>> = raw.values.iter().map(Bind).collect();
        self.client.execute(&prepared, &references(&bound))
    }
}

fn references<'a>(bound: &'a [Bind<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    bound.iter().map(|b| b as &(dyn ToSql + Sync)).collect()
}

fn classify(e: &postgres::Error) -> Option<Trouble> {
    if let Some(db) = e.as_db_error() {
        let code = db.code();
        return if *code == SqlState::UNIQUE_VIOLATION {
            Some(Trouble::Taken)
        } else if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code)
            || (*code == SqlState::FEATURE_NOT_SUPPORTED && db.message().contains("cached plan"))
        {
            Some(Trouble::Conflict)
        } else if matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic)) {
            Some(Trouble::Lost)
        } else {
            None
        };
    }
    let io = std::error::Error::source(e).is_some_and(|cause| cause.is::<std::io::Error>());
    (io || e.is_closed()).then_some(Trouble::Lost)
}

impl Connection for PgConnection {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn query(&mut self, raw: Raw<'_>) -> Result<Vec<Row>> {
        let done = self.try_query(&raw);
        self.noted(done)
    }

    fn execute(&mut self, raw: Raw<'_>) -> Result<u64> {
        let done = self.try_execute(&raw);
        self.noted(done)
    }

    fn prepare(&mut self, statement: &Statement) -> Result<()> {
        let done = self.prepared(&statement.text).map(drop);
        self.noted(done)
    }

    fn batch(&mut self, text: &str) -> Result<()> {
        let done = self.client.batch_execute(text);
        self.noted(done)
    }

    fn runs_again(&self) -> bool {
        self.trouble == Some(Trouble::Conflict)
    }

    fn narrow(&mut self, reach: &Reach) -> Result<()> {
        self.batch(&wall::setting(reach)?)
    }
}
