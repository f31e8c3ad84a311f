//! Which processes may write: those that were opened at the log's present epoch.
//!
//! On PostgreSQL every write reads the epoch inside its own transaction, and so holds a share of the table's lock until
//! it ends. Raising the epoch takes that lock whole: it waits for writers that are under way and shuts out all others. A
//! process that finds another epoch than it was opened at stops. On SQLite one process writes at a time; there the
//! epoch only orders the log (`event.epoch`), for cursors that were given before a restore.

use callboard_kernel::{Result, Timestamp};

use crate::footing::Origin;
use crate::{Db, Engine, Tx, params};

crate::sql! {
    /// The texts about the epoch.
    pub ALL;
    EPOCH_GET = "select epoch, system_id, timeline from log_epoch where id = 1";
    EPOCH_NOW = "select epoch from log_epoch where id = 1";
    EPOCH_RAISE = "update log_epoch set epoch = epoch + 1 where id = 1";
    // Later than every epoch that was given out before: two restores of one backup begin two epochs.
    EPOCH_BEGIN = "update log_epoch set epoch = case when epoch < :now then :now else epoch + 1 end where id = 1";
    // As EPOCH_BEGIN, by the database's clock.
    EPOCH_BEGIN_HERE = "update log_epoch set epoch = case when epoch < {database_now} / 1000000 \
                        then {database_now} / 1000000 else epoch + 1 end where id = 1";
    EPOCH_ORIGIN = "update log_epoch set system_id = :system, timeline = :timeline where id = 1";
}

// A schema of before the fence has the row without its history.
static HAS_EPOCH: crate::Sql = crate::Sql::new(
    "HAS_EPOCH",
    "select 1 as found from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'system_id' \
     where c.relname = 'log_epoch' and c.relnamespace = current_schema()::regnamespace",
);

/// Waits for writers and keeps all others out until the transaction ends.
const SHUT: &str = "lock table log_epoch in access exclusive mode";

/// Raises the epoch, so that every process that is open on this database (the caller's, too) writes no more; the new
/// epoch. After a restore from a copy, a failover that the store could not see, or to shut out a process that hangs.
///
/// # Errors
/// `OVERLOADED` when a transaction stays under way for longer than 10 s; nothing was raised.
pub fn raise(db: &Db) -> Result<i64> {
    db.write_as_owner(raise_in)
}

fn raise_in(tx: &Tx<'_>) -> Result<i64> {
    if tx.engine() == Engine::Postgres {
        tx.batch(SHUT)?;
    }
    tx.execute_one(&EPOCH_RAISE, params! {})?;
    tx.query_one(&EPOCH_GET, params! {})?.get("epoch")
}

/// Keeps all writers but the caller out until its transaction ends.
pub(crate) fn shut(tx: &Tx<'_>) -> Result<()> {
    tx.batch(SHUT)
}

/// Another epoch of a log that may have lost its end, named by the time: whatever became of the lost part, none of its
/// epochs comes again. Also in schemas that do not remember the server's history yet.
pub(crate) fn begin(tx: &Tx<'_>, now: Timestamp) -> Result<i64> {
    tx.execute_one(&EPOCH_BEGIN, params! { now: now.micros() / 1_000_000 })?;
    tx.query_one(&EPOCH_NOW, params! {})?.get("epoch")
}

/// The epoch to work at. It is raised first when the server's history is not the one that the log remembers: a copy was
/// promoted, or the database was restored elsewhere. `None` in a schema without the log, or of before it was remembered.
pub(crate) fn settle(tx: &Tx<'_>, origin: &Origin) -> Result<Option<i64>> {
    if tx.query_opt(&HAS_EPOCH, params! {})?.is_none() {
        return Ok(None);
    }
    let row = tx.query_one(&EPOCH_GET, params! {})?;
    let remembered = match (row.get::<Option<String>>("system_id")?, row.get::<Option<i64>>("timeline")?) {
        (Some(system), Some(timeline)) => Some(Origin { system, timeline }),
        _ => None,
    };
    let mut epoch: i64 = row.get("epoch")?;
    if remembered.as_ref() == Some(origin) {
        return Ok(Some(epoch));
    }
    if let Some(before) = remembered {
        shut(tx)?;
        tx.execute_one(&EPOCH_BEGIN_HERE, params! {})?;
        epoch = tx.query_one(&EPOCH_GET, params! {})?.get("epoch")?;
        tracing::warn!("The database went from {before:?} to {origin:?}; the log's epoch is {epoch} now");
    }
    tx.execute_one(&EPOCH_ORIGIN, params! { system: origin.system, timeline: origin.timeline })?;
    Ok(Some(epoch))
}
