//! What `callboard backup` and `callboard restore` need of the engines.
//!
//! The form of a copy is the same for both: an SQLite database with the schema of the migrations
//! (`docs/decisions/0050-backup.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use callboard_kernel::{Error, Result, Timestamp, codes};

use crate::answers::refused;
use crate::sqlite::{files, snapshot};
use crate::{Config, Db, Engine, OpenOptions, Sql, copy, fence, migrations, params};

/// The folder in a data folder where a restore works. While it is there, no server starts on the data folder.
pub const RESTORING: &str = "restoring";

static SQLITE_SIZE: Sql = Sql::new(
    "SQLITE_SIZE",
    "select (p.page_count - f.freelist_count) * s.page_size as bytes \
     from pragma_page_count p, pragma_freelist_count f, pragma_page_size s",
);
static POSTGRES_SIZE: Sql = Sql::new(
    "POSTGRES_SIZE",
    "select coalesce(sum(pg_table_size(oid)), 0)::bigint as bytes from pg_class where relkind = 'r' \
     and relnamespace = current_schema()::regnamespace",
);
static INTEGRITY: Sql = Sql::new("INTEGRITY", "select integrity_check as line from pragma_integrity_check limit 100");
static REFERENCES: Sql = Sql::new(
    "REFERENCES",
    "select \"table\" || ' row ' || coalesce(rowid, 0) || ' refers to nothing in ' || parent as line \
     from pragma_foreign_key_check limit 100",
);

/// A folder that this process alone works in, until the value goes.
#[derive(Debug)]
pub struct Claim {
    dir: PathBuf,
    _lock: files::Lock,
}

impl Claim {
    /// Makes the folder if it is missing, and takes its lock.
    ///
    /// # Errors
    /// A server, or another command, works in it.
    pub fn take(dir: &Path) -> Result<Self> {
        Ok(Self { dir: dir.to_owned(), _lock: files::prepare(dir)? })
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// The database file of a data folder.
pub fn database_file(dir: &Path) -> PathBuf {
    files::database(dir)
}

/// Puts a file, and the names in its folder, on disk.
///
/// # Errors
/// `STORE_UNAVAILABLE` with the path.
pub fn sync(file: &Path) -> Result<()> {
    files::sync_dir(file)?;
    files::sync_dir(files::parent(file))
}

/// About how many bytes a copy takes: exact on SQLite, on PostgreSQL too little by the indexes.
pub fn size(db: &Db) -> Result<u64> {
    let bytes: i64 = db.read_blocking(|tx| match tx.engine() {
        Engine::Sqlite => tx.query_one(&SQLITE_SIZE, params! {})?.get("bytes"),
        Engine::Postgres => tx.query_one(&POSTGRES_SIZE, params! {})?.get("bytes"),
    })?;
    u64::try_from(bytes).map_err(Error::internal)
}

/// How many rows each table has.
pub fn counts(db: &Db) -> Result<BTreeMap<String, u64>> {
    copy::counts(db)
}

/// Writes a copy of everything that is committed now into a new SQLite store at the folder `into`, while a server goes on
/// writing. One snapshot. Not on disk yet: see [`sync`].
///
/// # Errors
/// The source cannot be read, or the copy not be written (`STORE_UNAVAILABLE`; a full disk among them).
pub fn snapshot(config: &Config, from: &Db, into: &Path) -> Result<()> {
    match config {
        Config::Sqlite { dir } => {
            std::fs::create_dir(into).map_err(|e| refused(format!("Cannot make {}: {e}", into.display())))?;
            snapshot::write(&files::database(dir), &files::database(into))
        }
        Config::Postgres { .. } => {
            let copied = Db::open(Config::Sqlite { dir: into.to_owned() }).and_then(|to| {
                let copied = copy::out_of(from, &to);
                to.close_blocking();
                copied
            });
            copied.map_err(|e| {
                let why = e.internal_note().unwrap_or_else(|| e.message()).to_owned();
                refused(format!("Cannot copy the database to {}: {why}", into.display()))
            })
        }
        Config::Memory => Err(Error::internal("a store in memory is not copied")),
    }
}

/// What SQLite itself finds wrong in a file, and references that lead nowhere; nothing when it is whole.
pub fn integrity(db: &Db) -> Result<Vec<String>> {
    db.read_blocking(|tx| {
        let lines = tx.query(&INTEGRITY, params! {})?.into_iter().chain(tx.query(&REFERENCES, params! {})?);
        let lines = lines.map(|row| row.get::<String>("line")).collect::<Result<Vec<_>>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    })
}

/// Refuses a store that has other rows than were expected.
///
/// # Errors
/// `BAD_REQUEST` naming the first table.
pub fn require_rows(found: &BTreeMap<String, u64>, expected: &BTreeMap<String, u64>) -> Result<()> {
    let tables: BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let of = |rows: &BTreeMap<String, u64>, table: &String| rows.get(table).copied().unwrap_or(0);
    match tables.into_iter().find(|table| of(found, table) != of(expected, table)) {
        None => Ok(()),
        Some(table) => {
            let (found, expected) = (of(found, table), of(expected, table));
            Err(Error::new(&codes::BAD_REQUEST, format!("{table} has {found} rows, and should have {expected}.")))
        }
    }
}

/// Begins another epoch in a restored log, later than every epoch that was given out before `now`.
pub fn begin_epoch(db: &Db, now: Timestamp) -> Result<i64> {
    db.write_as_owner(move |tx| fence::begin(tx, now))
}

/// Refuses a database that holds anything.
///
/// # Errors
/// `BAD_REQUEST` naming a table with rows; the database has a later schema than `schema`.
pub fn require_empty(config: Config, schema: u32) -> Result<()> {
    let db = Db::open_read_only_unchecked(config)?;
    let filled = counts(&db)?.into_iter().find(|(table, rows)| *rows > 0 && table != "log_epoch");
    if let Some((table, rows)) = filled {
        return Err(Error::new(
            &codes::BAD_REQUEST,
            format!("The database is not empty: {table} has {rows} rows. Restore into a new database."),
        ));
    }
    let later = |s: &migrations::Status| s.number > schema && s.applied_at.is_some();
    if migrations::status(&db)?.iter().any(later) {
        return Err(Error::new(
            &codes::BAD_REQUEST,
            format!(
                "The database has tables later than schema {schema}, that of the backup. Restore into a new database."
            ),
        ));
    }
    Ok(())
}

/// Opens a store that knows no migration after `schema`.
pub fn open_at(config: Config, schema: u32) -> Result<Db> {
    let known = migrations::embedded();
    let until = known.partition_point(|m| m.number <= schema);
    Db::open_with(config, OpenOptions { migrations: &known[..until], ..OpenOptions::default() })
}

/// Fills an empty PostgreSQL store from a copy that has so many rows in each table, all or nothing, and begins another
/// epoch; the epoch. Servers that are open on it wait meanwhile and are fenced out.
///
/// # Errors
/// The schemas differ, a table has other rows than were expected, the server refuses a row, or the connection is lost: then nothing was stored.
pub fn fill(from: &Db, to: &Db, expected: &BTreeMap<String, u64>, now: Timestamp) -> Result<i64> {
    let tables = Arc::new(copy::tables(from, to)?);
    let (from, expected) = (from.clone(), expected.clone());
    to.write_as_owner(move |tx| {
        fence::shut(tx)?;
        copy::into_tx(&from, tx, &tables)?;
        require_rows(&copy::counts_in(tx, expected.keys())?, &expected)?;
        fence::begin(tx, now)
    })
}
