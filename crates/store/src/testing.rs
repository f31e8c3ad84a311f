//! Faults that tests inject into an engine, throw-away PostgreSQL databases, texts with a piece cut out, one migration
//! more, a store without threads. Not for production code.

use std::path::Path;
use std::sync::Arc;

use callboard_kernel::Result;

use crate::shared::Shared;
use crate::sqlite::Durability;
use crate::sqlite::inline::{Inline, Waiting};
use crate::{Db, Engine, OpenOptions, Sql, migrations};

pub use crate::faults::Faults;
pub use crate::sqlite::inline::{Medium, Vfs, WalPages};

/// Gives a text another wording on an engine; false when it has been used already and so keeps its own.
pub fn reword(sql: &'static Sql, engine: Engine, wording: &str) -> bool {
    sql.reword(engine, wording)
}

/// Gives this process one migration more, as a later version has; false when it has one already. For both engines.
pub fn one_more_migration(name: &'static str, text: &'static str) -> bool {
    crate::migration::extend(name, text)
}

/// When a request to a store without threads runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// On the caller's thread, before the call returns.
    AtOnce,
    /// When [`Steps::run`] is told to; a blocking call runs everything that waits.
    Stepped,
}

/// The steps of a store without threads.
#[derive(Clone)]
pub struct Steps(Arc<Shared>);

/// A request that waits. Dropping it leaves it undone, as a crash would.
pub struct Step(Waiting);

impl Steps {
    /// Takes what waits, writes before reads.
    pub fn take(&self) -> Vec<Step> {
        self.0.waiting().into_iter().map(Step).collect()
    }

    /// Runs requests in order and answers them; neighbouring writes are one commit.
    pub fn run(&self, steps: Vec<Step>) {
        if let Some(inline) = self.0.inline() {
            inline.run(steps.into_iter().map(|s| s.0).collect());
        }
    }

    /// What a quiet second does: the WAL is emptied.
    pub fn idle(&self) {
        if let Some(inline) = self.0.inline() {
            inline.idle();
        }
    }
}

impl Step {
    /// Whether it wants to write.
    pub const fn writes(&self) -> bool {
        matches!(self.0, Waiting::Write(_))
    }
}

/// Opens an SQLite folder without threads: the same writer, readers and WAL as ever, run by the caller.
pub fn open_inline(dir: &Path, durable: bool, pace: Pace, options: &OpenOptions) -> Result<(Db, Steps)> {
    let durability = if durable { Durability::Full } else { Durability::None };
    open_on(&Medium::default(), dir, durability, pace, options)
}

/// As [`open_inline`], durable and stepped, on another medium.
pub fn open_inline_on(medium: &Medium, dir: &Path, options: &OpenOptions) -> Result<(Db, Steps)> {
    open_on(medium, dir, Durability::Full, Pace::Stepped, options)
}

fn open_on(
    medium: &Medium,
    dir: &Path,
    durability: Durability,
    pace: Pace,
    options: &OpenOptions,
) -> Result<(Db, Steps)> {
    let shared = Shared::new(Engine::Sqlite, false, options);
    let inline = Inline::start(dir, durability, medium, &shared, pace == Pace::AtOnce)?;
    *shared.inline.lock() = Some(Arc::new(inline));
    let db = Db::over(shared.clone(), Vec::new(), options.migrations, None);
    if options.migrate {
        migrations::apply(&db)?;
    }
    Ok((db, Steps(shared)))
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
