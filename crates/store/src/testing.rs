//! Faults that tests inject into an engine, and throw-away PostgreSQL databases. Not for production code.

use std::sync::atomic::{AtomicBool, Ordering};

use callboard_kernel::Result;

/// Switches that make the next operation of a kind fail. All are off until set.
#[derive(Debug, Default)]
pub struct Faults {
    /// The next COMMIT is cut after it reached the disk: its reply is lost.
    pub lose_commit_reply: AtomicBool,
    /// The next COMMIT fails before it reached the disk.
    pub fail_commit: AtomicBool,
    /// The next checkpoint fails.
    pub fail_checkpoint: AtomicBool,
}

impl Faults {
    /// Takes a switch: true once after it was set.
    pub(crate) fn take(switch: &AtomicBool) -> bool {
        switch.swap(false, Ordering::AcqRel)
    }
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
