//! When the WAL goes back into the database file. The writer runs this between groups, never SQLite itself:
//! an automatic checkpoint hides its errors from COMMIT.

use std::time::Duration;

use rusqlite::Connection;

/// WAL pages between two checkpoints: short ones keep the tail of the latencies short.
const PASSIVE_EVERY: i64 = 750;
/// WAL pages from which readers are waited for, so that the WAL starts again at its beginning (64 MiB).
const RESTART_FROM: i64 = 16_384;
/// WAL pages between two attempts to restart it while readers hold it.
const RESTART_EVERY: i64 = 2_048;
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
    pages: i64,
    passive_at: i64,
    restart_at: i64,
}

impl Plan {
    pub(super) const fn new() -> Self {
        Self { pages: 0, passive_at: PASSIVE_EVERY, restart_at: RESTART_FROM }
    }

    /// Whether the WAL holds pages that an idle writer should put away.
    pub(super) const fn has_pages(&self) -> bool {
        self.pages > 0
    }

    /// After a commit that left `pages` pages in the WAL.
    pub(super) fn after_commit(&mut self, pages: i64) -> Option<Due> {
        if pages < self.pages {
            self.passive_at = PASSIVE_EVERY;
            self.restart_at = RESTART_FROM;
        }
        self.pages = pages;
        if pages >= self.restart_at {
            self.restart_at = pages + RESTART_EVERY;
            self.passive_at = pages + PASSIVE_EVERY;
            Some(Due::Restart)
        } else if pages >= self.passive_at {
            self.passive_at = pages + PASSIVE_EVERY;
            Some(Due::Passive)
        } else {
            None
        }
    }

    /// After a TRUNCATE that emptied the WAL.
    pub(super) const fn emptied(&mut self) {
        *self = Self::new();
    }
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
