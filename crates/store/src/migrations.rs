//! One ordered list of SQL for both engines, each applied once and remembered with the checksum of its file.
//!
//! The files live in `migrations/`; `migrations/README.md` says how to write one. A migration that was applied is
//! never edited: a changed checksum stops the start, as does a number that this binary does not know.

mod text;

use callboard_kernel::{Error, Result, Timestamp};

use crate::answers::refused;
use crate::postgres::wall;
use crate::{Db, Engine, Row, Tx, params};

pub use crate::migration::{Migration, embedded};

/// How a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Applied, and its file is the same as then.
    Applied,
    /// Not applied yet.
    Pending,
    /// Applied, but its file has been edited since.
    Edited,
    /// Applied by another binary; this one does not know it.
    Unknown,
}

/// One line of `callboard migrate --status`.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its place in the order.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// The file of this engine.
    pub file: String,
    /// How it stands.
    pub state: State,
    /// SHA-256 of the file in this binary, in hex; empty when unknown.
    pub checksum: String,
    /// SHA-256 of the file that was applied, in hex; empty when pending.
    pub applied_checksum: String,
    /// When it was applied, by the database's clock.
    pub applied_at: Option<Timestamp>,
}

crate::sql! {
    /// The texts about the schema's own table.
    pub ALL;
    APPLIED = "select number, name, checksum, applied_at from schema_migration order by number";
    REMEMBER = "insert into schema_migration (number, name, checksum, applied_at) \
                values (:number, :name, :checksum, {database_now})";
    ACCEPT = "update schema_migration set checksum = :checksum where number = :number";
}

static TABLE: &str = "create table if not exists schema_migration (
    number bigint not null primary key,
    name text not null,
    checksum text not null,
    applied_at bigint not null
);";

static SQLITE_HAS_TABLE: crate::Sql =
    crate::Sql::new("SQLITE_HAS_TABLE", "select 1 as found from sqlite_master where name = 'schema_migration'");
static POSTGRES_HAS_TABLE: crate::Sql = crate::Sql::new(
    "POSTGRES_HAS_TABLE",
    "select 1 as found from pg_catalog.pg_tables where schemaname = current_schema() and tablename = 'schema_migration'",
);

/// A number of ours for the lock that keeps two instances from migrating at once.
pub(crate) const LOCK: &str = "set local lock_timeout = 0; select pg_advisory_xact_lock(7021839405);";

/// How each migration stands, in order.
pub fn status(db: &Db) -> Result<Vec<Status>> {
    let known = db.migrations();
    db.read_blocking(move |tx| read_status(tx, known))
}

/// Applies what is pending, each migration in its own transaction, and puts new tables behind the wall between tenants
/// (PostgreSQL); the numbers applied.
///
/// # Errors
/// An applied migration was edited, the data is newer than the binary, or a text fails (then nothing of it stays).
pub fn apply(db: &Db) -> Result<Vec<u32>> {
    let known = db.migrations();
    let mut applied = Vec::new();
    while let Some(number) = db.write_as_owner(move |tx| apply_next(tx, known))? {
        tracing::info!("Migration {number:04} is applied");
        applied.push(number);
    }
    if db.engine() == Engine::Postgres {
        db.write_as_owner(|tx| {
            tx.batch(LOCK)?;
            wall::raise(tx)
        })?;
    }
    Ok(applied)
}

/// Takes the present file of an applied migration as the right one, after a person has checked it.
///
/// # Errors
/// The migration is not applied, or not known.
pub fn accept(db: &Db, number: u32) -> Result<()> {
    let known = db.migrations();
    db.write_as_owner(move |tx| {
        let found = known.iter().find(|m| m.number == number).filter(|_| has_table(tx).unwrap_or(false));
        let Some(migration) = found else { return Err(Error::not_found("migration")) };
        let checksum = migration.checksum(tx.engine());
        match tx.execute(&ACCEPT, params! { number, checksum })? {
            1 => Ok(()),
            _ => Err(Error::not_found("applied migration")),
        }
    })
}

/// Refuses a schema that is not exactly the one of this binary.
pub(crate) fn require_current(db: &Db) -> Result<()> {
    let found = status(db)?;
    refuse_if_wrong(&found)?;
    match found.iter().find(|s| s.state == State::Pending) {
        None => Ok(()),
        Some(s) => Err(refused(format!("The migration {} is not applied yet. Run `callboard migrate` first.", s.file))),
    }
}

/// Applies the next pending migration, if there is one.
fn apply_next(tx: &Tx<'_>, known: &'static [Migration]) -> Result<Option<u32>> {
    let engine = tx.engine();
    if engine == Engine::Postgres {
        tx.batch(LOCK)?;
    }
    if !has_table(tx)? {
        tx.batch(&text::for_engine(TABLE, engine))?;
    }
    let found = read_status(tx, known)?;
    refuse_if_wrong(&found)?;
    let Some(next) = found.iter().position(|s| s.state == State::Pending) else { return Ok(None) };
    if let Some(later) = found[next..].iter().find(|s| s.state == State::Applied) {
        return Err(refused(format!(
            "The migration {} comes before {}, which is applied already. A new migration takes the next free number.",
            found[next].file, later.file
        )));
    }
    let Some(migration) = known.iter().find(|m| m.number == found[next].number) else { return Ok(None) };
    tx.batch(&text::for_engine(migration.text(engine), engine)).map_err(|e| {
        let why = e.internal_note().unwrap_or_else(|| e.message()).to_owned();
        refused(format!("The migration {} failed and was undone: {why}", migration.file(engine)))
    })?;
    let checksum = migration.checksum(engine);
    tx.execute_one(&REMEMBER, params! { number: migration.number, name: migration.name, checksum })?;
    Ok(Some(migration.number))
}

fn read_status(tx: &Tx<'_>, known: &'static [Migration]) -> Result<Vec<Status>> {
    let engine = tx.engine();
    let rows = if has_table(tx)? { tx.query(&APPLIED, params! {})? } else { Vec::new() };
    let mut out: Vec<Status> = known.iter().map(|m| pending(m, engine)).collect();
    for row in rows {
        let number: i64 = row.get("number")?;
        match out.iter_mut().find(|s| i64::from(s.number) == number) {
            Some(line) => {
                line.applied_checksum = row.get("checksum")?;
                line.applied_at = Some(row.get("applied_at")?);
                line.state = if line.checksum == line.applied_checksum { State::Applied } else { State::Edited };
            }
            None => out.push(unknown(&row, number)?),
        }
    }
    out.sort_by_key(|s| s.number);
    Ok(out)
}

fn pending(migration: &Migration, engine: Engine) -> Status {
    Status {
        number: migration.number,
        name: migration.name.to_owned(),
        file: migration.file(engine),
        state: State::Pending,
        checksum: migration.checksum(engine),
        applied_checksum: String::new(),
        applied_at: None,
    }
}

fn unknown(row: &Row, number: i64) -> Result<Status> {
    let name: String = row.get("name")?;
    Ok(Status {
        number: u32::try_from(number).map_err(Error::internal)?,
        file: format!("{number:04}_{name}"),
        name,
        state: State::Unknown,
        checksum: String::new(),
        applied_checksum: row.get("checksum")?,
        applied_at: Some(row.get("applied_at")?),
    })
}

fn has_table(tx: &Tx<'_>) -> Result<bool> {
    let sql = match tx.engine() {
        Engine::Sqlite => &SQLITE_HAS_TABLE,
        Engine::Postgres => &POSTGRES_HAS_TABLE,
    };
    Ok(tx.query_opt(sql, params! {})?.is_some())
}

fn refuse_if_wrong(found: &[Status]) -> Result<()> {
    if let Some(s) = found.iter().find(|s| s.state == State::Unknown) {
        return Err(refused(format!(
            "This binary is older than the data: it does not know the migration {}. Start the version that applied it.",
            s.file
        )));
    }
    if let Some(s) = found.iter().find(|s| s.state == State::Edited) {
        return Err(refused(format!(
            "The migration {} was edited after it was applied: its checksum was {}, now it is {}. Restore the file \
             as it was, or, once you have checked that the schema is right, run `callboard migrate --accept {:04}`.",
            s.file, s.applied_checksum, s.checksum, s.number
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_each_other() {
        let numbers: Vec<u32> = embedded().iter().map(|m| m.number).collect();
        let expected: Vec<u32> = (1..).take(numbers.len()).collect();
        assert_eq!(numbers, expected, "a migration takes the next free number");
    }
}
