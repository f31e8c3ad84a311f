//! When the WAL goes back into the database file. The writer runs this between groups, never SQLite itself:
//! an automatic checkpoint hides its errors from COMMIT.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// How long the WAL may become, in pages.
#[derive(Clone, Copy, Debug)]
pub struct WalPages {
    /// Between two checkpoints: short ones keep the tail of the latencies short.
    pub passive_every: i64,
    /// From here on readers are waited for, so that the WAL starts again at its beginning.
    pub restart_from: i64,
    /// Between two attempts to restart it while readers hold it.
    pub restart_every: i64,
}

/// Readers are waited for from 64 MiB on.
const WAL_PAGES: WalPages = WalPages { passive_every: 750, restart_from: 16_384, restart_every: 2_048 };
/// Longest wait for readers in one attempt.
const RESTART_WAIT: Duration = Duration::from_millis(250);
/// Quiet time after which the WAL is emptied, so that erased rows leave the disk.
pub(super) const IDLE_AFTER: Duration = Duration::from_secs(1);

/// Which kind of checkpoint is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Passive,
    Restart,
}

/// Counts WAL pages and says what is due.
#[derive(Debug)]
pub(super) struct Plan {
    limits: WalPages,
    pages: i64,
    passive_at: i64,
    restart_at: i64,
}

impl Plan {
    pub(super) const fn new() -> Self {
        Self::within(WAL_PAGES)
    }

    pub(super) const fn within(limits: WalPages) -> Self {
        Self { limits, pages: 0, passive_at: limits.passive_every, restart_at: limits.restart_from }
    }

    /// Whether the WAL holds pages that an idle writer should put away.
    pub(super) const fn has_pages(&self) -> bool {
        self.pages > 0
    }

    /// After a commit that left `pages` pages in the WAL.
    pub(super) fn after_commit(&mut self, pages: i64) -> Option<Due> {
        if pages < self.pages {
            self.passive_at = self.limits.passive_every;
            self.restart_at = self.limits.restart_from;
        }
        self.pages = pages;
        if pages >= self.restart_at {
            self.restart_at = pages + self.limits.restart_every;
            self.passive_at = pages + self.limits.passive_every;
            Some(Due::Restart)
        } else if pages >= self.passive_at {
            self.passive_at = pages + self.limits.passive_every;
            Some(Due::Passive)
        } else {
            None
        }
    }

    /// After a TRUNCATE that emptied the WAL.
    pub(super) const fn emptied(&mut self) {
        *self = Self::within(self.limits);
    }
}

/// Lets the WAL that an earlier process left be read from the disk, before SQLite looks at it.
///
/// After an fsync that failed the kernel may call pages clean that the disk never got: the next process reads them, syncs
/// without an error, and a power cut while it puts them away leaves a database of two times and no WAL to repair it. So
/// what waits is synced, and then what the kernel keeps is dropped. It is advice: memory that others map stays.
pub(super) fn reread_wal(database: &Path) -> io::Result<()> {
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    let file = match File::open(PathBuf::from(wal)) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    file.sync_all()?;
    Ok(rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?)
}

/// Runs what is due. Waiting for readers is cut short: the next group must not wait for a slow export.
pub(super) fn run(connection: &Connection, due: Due) -> Result<(), rusqlite::Error> {
    match due {
        Due::Passive => checkpoint(connection, "passive").map(drop),
        Due::Restart => {
            connection.busy_timeout(RESTART_WAIT)?;
            let done = checkpoint(connection, "restart").map(drop);
            connection.busy_timeout(Duration::from_secs(5))?;
            done
        }
    }
}

/// Empties the WAL file; false when readers held it.
pub(super) fn truncate(connection: &Connection) -> Result<bool, rusqlite::Error> {
    connection.busy_timeout(RESTART_WAIT)?;
    let done = checkpoint(connection, "truncate");
    connection.busy_timeout(Duration::from_secs(5))?;
    done
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<bool, rusqlite::Error> {
    connection
        .query_row(&format!("pragma wal_checkpoint({mode})"), [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_due_every_few_hundred_pages_and_restart_at_the_ceiling() {
        let mut plan = Plan::new();
        assert_eq!(plan.after_commit(749), None);
        assert_eq!(plan.after_commit(750), Some(Due::Passive));
        assert_eq!(plan.after_commit(751), None);
        assert_eq!(plan.after_commit(1_500), Some(Due::Passive));
        assert_eq!(plan.after_commit(10), None, "the WAL began again");
        assert_eq!(plan.after_commit(750), Some(Due::Passive));
        assert_eq!(plan.after_commit(16_384), Some(Due::Restart));
        assert_eq!(plan.after_commit(16_385), None);
        assert_eq!(plan.after_commit(18_432), Some(Due::Restart));
        plan.emptied();
        assert!(!plan.has_pages());
        assert_eq!(plan.after_commit(750), Some(Due::Passive));
    }
}
