//! Faults that tests inject into an engine, throw-away PostgreSQL databases, texts with a piece cut out. Not for
//! production code.

use callboard_kernel::Result;

use crate::{Engine, Sql};

pub use crate::faults::Faults;

/// Gives a text another wording on an engine; false when it has been used already and so keeps its own.
pub fn reword(sql: &'static Sql, engine: Engine, wording: &str) -> bool {
    sql.reword(engine, wording)
}

/// A PostgreSQL database that goes with this value.
#[derive(Debug)]
pub struct ScratchDatabase {
    admin: String,
    name: String,
}

impl ScratchDatabase {
    /// Makes an empty database on the server of `admin` (`postgres://user@host/any`). `name` is lower case letters,
    /// digits and underscores.
    pub fn create(admin: &str, name: &str) -> Result<Self> {
        crate::postgres::one_off(admin, &format!("create database {name}"))?;
        Ok(Self { admin: admin.to_owned(), name: name.to_owned() })
    }

    /// Its address.
    pub fn url(&self) -> String {
        let (address, query) = self.admin.split_once('?').map_or((self.admin.as_str(), None), |(a, q)| (a, Some(q)));
        let scheme = address.find("://").map_or(0, |at| at + 3);
        let server = address[scheme..].find('/').map_or(address, |at| &address[..scheme + at]);
        let query = query.map(|q| format!("?{q}")).unwrap_or_default();
        format!("{server}/{}{query}", self.name)
    }

    /// Runs text on the server, outside this database.
    pub fn admin(&self, text: &str) -> Result<()> {
        crate::postgres::one_off(&self.admin, text)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        if let Err(e) = self.admin(&format!("drop database if exists {} with (force)", self.name)) {
            tracing::warn!("The test database {} stays: {e}", self.name);
        }
    }
}
