//! The handle that every store function takes.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::time::Duration;

use callboard_kernel::{Error, Result, TenantId, Trace};

use crate::threads::stopwatch;
use crate::{Connection, Engine, Params, Raw, Reach, Row, Sql};

/// What one query cost, for `diagnostics=true`.
#[derive(Clone, Debug)]
pub struct QueryCost {
    /// The constant's name.
    pub name: &'static str,
    /// Rows returned or changed.
    pub rows: u64,
    /// Time in the engine.
    pub time: Duration,
}

/// Costs of the queries of one transaction.
pub type Diagnostics = Vec<QueryCost>;

pub(crate) type Effect = Box<dyn FnOnce() + Send>;

/// A statement that failed, and the savepoint that it failed in.
#[derive(Clone, Copy)]
struct Failed {
    depth: u32,
    name: &'static str,
}

/// A transaction (or a read at one snapshot). Not `Send`, never held over an await.
pub struct Tx<'c> {
    connection: RefCell<&'c mut dyn Connection>,
    engine: Engine,
    reach: RefCell<Reach>,
    depth: Cell<u32>,
    effects: RefCell<Vec<Effect>>,
    hints: RefCell<Vec<String>>,
    failed: Cell<Option<Failed>>,
    costs: RefCell<Option<Diagnostics>>,
    memo: RefCell<Option<Box<dyn Any>>>,
    trace: Option<Trace>,
}

/// Opens, undoes and releases the savepoint of a depth. Constants, so that an engine can keep them prepared.
const SAVEPOINTS: [[&str; 3]; 4] = [
    ["savepoint sp1", "rollback to savepoint sp1", "release savepoint sp1"],
    ["savepoint sp2", "rollback to savepoint sp2", "release savepoint sp2"],
    ["savepoint sp3", "rollback to savepoint sp3", "release savepoint sp3"],
    ["savepoint sp4", "rollback to savepoint sp4", "release savepoint sp4"],
];

fn savepoint_texts(depth: u32) -> Result<[&'static str; 3]> {
    let at = depth.checked_sub(1).and_then(|at| SAVEPOINTS.get(at as usize));
    at.copied().ok_or_else(|| Error::internal(format!("savepoints are {depth} deep")))
}

impl<'c> Tx<'c> {
    /// Wraps a connection on which a transaction of this reach has begun; for the engines.
    pub fn new(connection: &'c mut dyn Connection, reach: Reach) -> Self {
        let engine = connection.engine();
        Self {
            connection: RefCell::new(connection),
            engine,
            reach: RefCell::new(reach),
            depth: Cell::new(0),
            effects: RefCell::default(),
            hints: RefCell::default(),
            failed: Cell::new(None),
            costs: RefCell::new(None),
            memo: RefCell::new(None),
            trace: None,
        }
    }

    /// As a part of a trace.
    pub(crate) fn traced(self, trace: Option<Trace>) -> Self {
        Self { trace, ..self }
    }

    /// The trace of the request that this is for, where it is known and kept.
    pub const fn trace(&self) -> Option<&Trace> {
        self.trace.as_ref()
    }

    /// Which engine runs this; only for the few places where the engines differ in kind (`eventlog`'s tail).
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Goes on with one tenant's rows alone, when the tenant becomes known inside the transaction (a join link, a
    /// webhook). A savepoint that is rolled back takes it back. It costs a round trip on PostgreSQL.
    ///
    /// # Errors
    /// The transaction is another tenant's already: our own defect.
    pub fn narrow(&self, tenant: &TenantId) -> Result<()> {
        let reach = Reach::Tenant(tenant.clone());
        if *self.reach.borrow() == reach {
            return Ok(());
        }
        if !self.reach.borrow().covers(tenant) {
            return Err(Error::internal(format!("a transaction of {:?} turned to {tenant}", self.reach.borrow())));
        }
        self.connection.borrow_mut().narrow(&reach)?;
        *self.reach.borrow_mut() = reach;
        Ok(())
    }

    /// All rows of a query.
    pub fn query(&self, sql: &'static Sql, params: Params) -> Result<Vec<Row>> {
        self.timed(sql, |c, raw| c.query(raw), params, |rows| rows.len() as u64)
    }

    /// The row of a query that yields at most one.
    pub fn query_opt(&self, sql: &'static Sql, params: Params) -> Result<Option<Row>> {
        let mut rows = self.query(sql, params)?;
        match rows.len() {
            0 => Ok(None),
            1 => Ok(rows.pop()),
            n => Err(Error::internal(format!("{} gave {n} rows, at most one was expected", sql.name))),
        }
    }

    /// The row of a query that yields exactly one.
    pub fn query_one(&self, sql: &'static Sql, params: Params) -> Result<Row> {
        self.query_opt(sql, params)?.ok_or_else(|| Error::internal(format!("{} gave no row", sql.name)))
    }

    /// Runs a change; the number of rows it touched.
    pub fn execute(&self, sql: &'static Sql, params: Params) -> Result<u64> {
        self.timed(sql, |c, raw| c.execute(raw), params, |n| *n)
    }

    /// Runs a change that must touch exactly one row.
    pub fn execute_one(&self, sql: &'static Sql, params: Params) -> Result<()> {
        match self.execute(sql, params)? {
            1 => Ok(()),
            n => Err(Error::internal(format!("{} touched {n} rows instead of one", sql.name))),
        }
    }

    /// Runs `body` in a savepoint: when it fails, its changes and effects are undone and its error is handed back
    /// inside `Ok`, and the outer transaction goes on. The outer error is an engine failure.
    pub fn savepoint<T>(&self, body: impl FnOnce(&Self) -> Result<T>) -> Result<Result<T>> {
        let depth = self.depth.get() + 1;
        let [open, undo, release] = savepoint_texts(depth)?;
        self.depth.set(depth);
        let kept = (self.effects.borrow().len(), self.hints.borrow().len());
        let reach = self.reach.borrow().clone();
        self.connection.borrow_mut().savepoint(open)?;
        let outcome = body(self);
        self.depth.set(depth - 1);
        let failed_inside = self.failed.get().filter(|f| f.depth >= depth);
        let outcome = match outcome {
            // The whole transaction runs again: nothing may be concluded from what failed here.
            Err(e) if self.connection.borrow().runs_again() => return Err(e),
            other => other,
        };
        if outcome.is_err() {
            self.connection.borrow_mut().savepoint(undo)?;
            self.effects.borrow_mut().truncate(kept.0);
            self.hints.borrow_mut().truncate(kept.1);
            *self.reach.borrow_mut() = reach;
            if failed_inside.is_some() {
                self.failed.set(None);
            }
        } else if let Some(failed) = failed_inside {
            self.failed.set(Some(Failed { depth: depth - 1, ..failed }));
        }
        self.connection.borrow_mut().savepoint(release)?;
        Ok(outcome)
    }

    /// Runs `effect` after this transaction is committed, before its caller is answered; never after a rollback.
    /// It must be quick and must not fail: hints and live delivery, not the outside world (that is the outbox).
    pub fn after_commit(&self, effect: impl FnOnce() + Send + 'static) {
        self.effects.borrow_mut().push(Box::new(effect));
    }

    /// What this transaction read for this key before, or reads it now: for settings that every event of a batch asks
    /// for. The last key alone is remembered, and nothing that the same transaction changes may be.
    pub fn remembered<K, V>(&self, key: K, read: impl FnOnce(&Self, &K) -> Result<V>) -> Result<V>
    where
        K: PartialEq + 'static,
        V: Clone + 'static,
    {
        if let Some((of, known)) = self.memo.borrow().as_ref().and_then(|memo| memo.downcast_ref::<(K, V)>())
            && *of == key
        {
            return Ok(known.clone());
        }
        let value = read(self, &key)?;
        *self.memo.borrow_mut() = Some(Box::new((key, value.clone())));
        Ok(value)
    }

    /// Names a topic (a session, a tenant) that this transaction changed. After the commit every instance hears of
    /// it through [`Db::hints`](crate::Db::hints), once per transaction however often it is named. A hint can be lost.
    pub fn hint(&self, topic: impl Into<String>) {
        let topic = topic.into();
        let mut hints = self.hints.borrow_mut();
        if !hints.contains(&topic) {
            hints.push(topic);
        }
    }

    /// Takes the hints; for the engines, after the commit.
    pub fn take_hints(&self) -> Vec<String> {
        std::mem::take(&mut self.hints.borrow_mut())
    }

    /// Refuses to go on when a statement failed and its error was dropped outside a savepoint that was rolled back:
    /// PostgreSQL would silently roll such a transaction back at COMMIT.
    pub(crate) fn check_no_failure_ignored(&self) -> Result<()> {
        match self.failed.get() {
            None => Ok(()),
            Some(f) => Err(Error::internal(format!("{} failed and its error was ignored", f.name))),
        }
    }

    /// Prepares a statement without running it.
    pub(crate) fn prepare(&self, sql: &'static Sql) -> Result<()> {
        self.connection.borrow_mut().prepare(sql.statement(self.engine))
    }

    /// Takes the effects; for the engines, after the commit.
    pub fn take_effects(&self) -> Vec<Effect> {
        std::mem::take(&mut self.effects.borrow_mut())
    }

    /// Starts to note the cost of each query.
    pub fn start_diagnostics(&self) {
        *self.costs.borrow_mut() = Some(Vec::new());
    }

    /// The costs noted since [`Tx::start_diagnostics`].
    pub fn take_diagnostics(&self) -> Diagnostics {
        self.costs.borrow_mut().take().unwrap_or_default()
    }

    /// Runs text without parameters: savepoints and migrations.
    pub(crate) fn batch(&self, text: &str) -> Result<()> {
        self.connection.borrow_mut().batch(text)
    }

    fn timed<T>(
        &self,
        sql: &'static Sql,
        run: impl FnOnce(&mut dyn Connection, Raw<'_>) -> Result<T>,
        params: Params,
        rows: impl FnOnce(&T) -> u64,
    ) -> Result<T> {
        let raw = Raw::take(sql.statement(self.engine), params)?;
        let begun = self.costs.borrow().is_some().then(stopwatch);
        let out = run(&mut **self.connection.borrow_mut(), raw).map_err(|e| {
            if self.failed.get().is_none() {
                self.failed.set(Some(Failed { depth: self.depth.get(), name: sql.name }));
            }
            let note = format!("{}: {}", sql.name, e.internal_note().unwrap_or_default());
            e.note(note)
        })?;
        if let (Some(begun), Some(costs)) = (begun, self.costs.borrow_mut().as_mut()) {
            costs.push(QueryCost { name: sql.name, rows: rows(&out), time: begun() });
        }
        Ok(out)
    }
}
