//! The SQLite engine on the thread that asks, for simulations: the same writer and readers, and nothing happens between
//! two steps.

use std::path::Path;
use std::sync::Arc;

use callboard_kernel::Result;
use parking_lot::Mutex;

use super::checkpoint::Plan;
pub use super::checkpoint::WalPages;
use super::connection::SqliteConnection;
use super::writer::Writer;
use super::{Durability, check_linked, files, readers};
use crate::answers::unavailable;
use crate::job::{ReadJob, WriteJob};
use crate::shared::Shared;

/// A request that waits for the engine.
pub(crate) enum Waiting {
    Read(Box<dyn ReadJob>),
    Write(Box<dyn WriteJob>),
}

/// What a simulation puts under the engine; the default is what everyone has.
#[derive(Clone, Debug, Default)]
pub struct Medium {
    /// A file system that was registered with SQLite under this name. The lock file stays with the operating system.
    pub vfs: Option<Vfs>,
    /// When the WAL goes back into the database.
    pub wal_pages: Option<WalPages>,
}

/// A file system of a simulation.
#[derive(Clone, Debug)]
pub struct Vfs {
    /// Its name.
    pub name: String,
    /// Syncs the WAL of this database and drops what is kept of it in memory, as the store does with the operating
    /// system's before SQLite opens it.
    pub reread_wal: fn(&Path) -> std::io::Result<()>,
}

/// The engine's connections, used by whoever calls.
pub(crate) struct Inline {
    writer: Mutex<Writer>,
    reader: Mutex<SqliteConnection>,
    /// Whether a request runs when it is made; else when the simulation says so.
    pub(crate) at_once: bool,
}

impl Inline {
    pub(crate) fn start(
        dir: &Path,
        durability: Durability,
        medium: &Medium,
        shared: &Arc<Shared>,
        at_once: bool,
    ) -> Result<Self> {
        check_linked()?;
        let lock = files::prepare(dir)?;
        let database = files::database(dir);
        let vfs = medium.vfs.as_ref().map(|vfs| vfs.name.as_str());
        let connection = match &medium.vfs {
            None => SqliteConnection::open_writer(&database, durability)?,
            Some(vfs) => {
                (vfs.reread_wal)(&database).map_err(unavailable)?;
                SqliteConnection::open_writer_on(Some(&vfs.name), &database, durability)?
            }
        };
        files::sync_dir(dir)?;
        let plan = medium.wal_pages.map_or_else(Plan::new, Plan::within);
        let writer = Mutex::new(Writer::new(shared.clone(), connection, lock)?.simulated(plan));
        let reader = SqliteConnection::open_reader_on(vfs, &database)?;
        let reader = Mutex::new(reader);
        Ok(Self { writer, reader, at_once })
    }

    /// Runs requests in order; neighbouring writes are one commit.
    pub(crate) fn run(&self, waiting: Vec<Waiting>) {
        let mut writes = Vec::new();
        for one in waiting {
            match one {
                Waiting::Write(job) => writes.push(job),
                Waiting::Read(job) => {
                    self.write(&mut writes);
                    readers::one(&mut self.reader.lock(), job);
                }
            }
        }
        self.write(&mut writes);
    }

    /// What a quiet second does: the WAL is emptied.
    pub(crate) fn idle(&self) {
        self.writer.lock().empty_wal();
    }

    fn write(&self, jobs: &mut Vec<Box<dyn WriteJob>>) {
        if !jobs.is_empty() {
            self.writer.lock().run_now(std::mem::take(jobs));
        }
    }
}
