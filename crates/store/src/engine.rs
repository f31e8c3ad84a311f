//! What an engine must do for [`Tx`](crate::Tx).

use callboard_kernel::Result;

use crate::{Params, Reach, Row, Statement, Value};

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One file, one writer thread.
    Sqlite,
    /// A server, a bounded pool.
    Postgres,
}

impl Engine {
    /// Fills in the parts of a text that differ between engines.
    pub(crate) fn expand(self, text: &str) -> String {
        let (lock, skip, now, keys) = match self {
            Self::Sqlite => {
                ("", "", "cast(unixepoch('subsec') * 1000000 as integer)", "select value from json_each(:keys)")
            }
            Self::Postgres => (
                "for update",
                "for update skip locked",
                "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)",
                "select cast(value as bigint) from json_array_elements_text(cast(cast(:keys as text) as json)) as k(value)",
            ),
        };
        text.replace("{for_update}", lock)
            .replace("{skip_locked}", skip)
            .replace("{database_now}", now)
            .replace("{keys}", keys)
    }
}

/// A statement and its values in the statement's order.
pub struct Raw<'a> {
    /// The text for this engine.
    pub statement: &'a Statement,
    /// One value per number.
    pub values: Vec<Value>,
}

impl<'a> Raw<'a> {
    /// Puts named parameters in the order of the statement; a missing name is our own defect.
    pub fn bind(statement: &'a Statement, params: &Params) -> Result<Self> {
        let values = statement
            .names
            .iter()
            .map(|name| {
                params.get(name).cloned().ok_or_else(|| {
                    callboard_kernel::Error::internal(format!("parameter :{name} is not bound in `{}`", statement.text))
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Self { statement, values }.checked()
    }

    /// As [`Raw::bind`], without copying the values.
    pub fn take(statement: &'a Statement, mut params: Params) -> Result<Self> {
        let values = statement
            .names
            .iter()
            .map(|name| {
                let found = params.0.iter_mut().find(|(n, _)| n == name);
                found.map(|(_, value)| std::mem::replace(value, Value::Null)).ok_or_else(|| {
                    callboard_kernel::Error::internal(format!("parameter :{name} is not bound in `{}`", statement.text))
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Self { statement, values }.checked()
    }

    /// The engines differ on U+0000 in text (PostgreSQL refuses it) and on NaN (SQLite stores null): neither is bound.
    fn checked(self) -> Result<Self> {
        let bad = |v: &Value| match v {
            Value::Text(t) => t.as_bytes().contains(&0),
            Value::Real(r) => r.is_nan(),
            _ => false,
        };
        match self.values.iter().position(bad) {
            None => Ok(self),
            Some(at) => Err(callboard_kernel::Error::internal(format!(
                "parameter :{} holds U+0000 or NaN, which the engines store differently",
                self.statement.names[at]
            ))),
        }
    }
}

/// One connection inside a transaction. Implementations cache prepared statements by text.
pub trait Connection {
    /// Which engine this is.
    fn engine(&self) -> Engine;
    /// Rows of a query.
    fn query(&mut self, raw: Raw<'_>) -> Result<Vec<Row>>;
    /// Number of rows changed.
    fn execute(&mut self, raw: Raw<'_>) -> Result<u64>;
    /// Prepares a statement without running it.
    fn prepare(&mut self, statement: &Statement) -> Result<()>;
    /// Opens, releases or rolls back a savepoint.
    fn savepoint(&mut self, text: &'static str) -> Result<()> {
        self.batch(text)
    }
    /// Runs text without parameters.
    fn batch(&mut self, text: &str) -> Result<()>;
    /// Whether something got in the transaction's way, so that all of it is undone and begun again.
    fn runs_again(&self) -> bool {
        false
    }
    /// Lets the rest of the transaction see no further than this; nothing where there is no second wall.
    fn narrow(&mut self, _reach: &Reach) -> Result<()> {
        Ok(())
    }
}
