//! The SQLite engine: one writer thread that commits in groups, readers on their own connections.

mod checkpoint;
mod connection;
pub(crate) mod files;
pub(crate) mod inline;
mod readers;
mod scrub;
pub(crate) mod snapshot;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use callboard_kernel::{Error, Result};

use crate::shared::Shared;
use crate::threads::spawn;

/// Threads that read.
const READERS: usize = 3;

/// Oldest SQLite that may touch the file: earlier ones can lose committed rows when the WAL is reset.
const OLDEST_SQLITE: i32 = 3_051_003;

/// How far a commit must have got before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// On disk.
    Full,
    /// Nowhere; for stores that go with the process.
    None,
}

/// Opens the folder and starts its threads.
pub(crate) fn start(dir: &Path, durability: Durability, shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>> {
    check_linked()?;
    let mut threads = Vec::new();
    if !shared.read_only {
        let lock = files::prepare(dir)?;
        files::refuse_unfinished_restore(dir)?;
        files::make_database(dir)?;
        let connection = connection::SqliteConnection::open_writer(&files::database(dir), durability)?;
        files::sync_dir(dir)?;
        let writer = writer::Writer::new(shared.clone(), connection, lock)?;
        threads.push(spawn("store-writer", move || writer.run())?);
    }
    for _ in 0..READERS {
        let started = connection::SqliteConnection::open_reader(&files::database(dir)).and_then(|connection| {
            let shared = shared.clone();
            spawn("store-reader", move || readers::run(&shared, connection))
        });
        match started {
            Ok(thread) => threads.push(thread),
            Err(e) => {
                shared.close_queues();
                return Err(e);
            }
        }
    }
    Ok(threads)
}

/// Whether the SQLite that this program is linked with will do; before it touches a file.
fn check_linked() -> Result<()> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(Error::internal(format!("SQLite {} is linked, 3.51.3 or later is needed", rusqlite::version())));
    }
    // Erasing needs it: a build without it is refused now, not when somebody asks to be forgotten.
    let pages = "select count(*) from pragma_module_list where name = 'sqlite_dbpage'";
    let modules =
        rusqlite::Connection::open_in_memory().and_then(|c| c.query_row(pages, [], |row| row.get::<_, i64>(0)));
    if modules.map_err(Error::internal)? != 1 {
        let what =
            "SQLite was built without sqlite_dbpage: build in the checkout, whose .cargo/config.toml asks for it";
        return Err(Error::internal(what));
    }
    Ok(())
}
