//! What an engine must do for [`Tx`](crate::Tx).

use callboard_kernel::Result;

use crate::{Params, Row, Statement, Value};

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
        let (lock, skip) = match self {
            Self::Sqlite => ("", ""),
            Self::Postgres => ("for update", "for update skip locked"),
        };
        text.replace("{for_update}", lock).replace("{skip_locked}", skip)
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
        Ok(Self { statement, values })
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
    /// Opens, releases or rolls back a savepoint: text without parameters.
    fn batch(&mut self, text: &str) -> Result<()>;
}
