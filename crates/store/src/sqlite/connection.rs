//! One SQLite connection: settings, statements, values, and which errors mean that the disk failed.

use std::path::Path;
use std::sync::Arc;

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, codes};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{ErrorCode, OpenFlags};

use super::Durability;
use crate::answers::unavailable;
use crate::{Connection, Engine, Raw, Row, Statement, Value};

/// Prepared statements kept per connection: more than all crates have together.
const STATEMENTS: usize = 1_024;

pub(super) struct SqliteConnection {
    pub(super) raw: rusqlite::Connection,
    /// Set when the disk or the file failed: nothing more may be written through this connection.
    pub(super) broken: Option<String>,
}

impl SqliteConnection {
    /// The connection that writes: WAL, every commit fsynced (read back, since the setting is per connection).
    pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Self> {
        if durability == Durability::Full {
            super::checkpoint::reread_wal(path).map_err(|e| {
                let message = format!("Cannot sync the WAL of {}: {e}", path.display());
                Error::new(&codes::STORE_UNAVAILABLE, message)
            })?;
        }
        Self::open_writer_on(None, path, durability)
    }

    /// As [`Self::open_writer`], on a file system of SQLite's that has this name; who owns that sees to its WAL.
    pub(super) fn open_writer_on(vfs: Option<&str>, path: &Path, durability: Durability) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let raw = open(vfs, path, flags)?;
        let (name, level) = match durability {
            Durability::Full if planted(Tooth::SynchronousNormal) => ("normal", 1),
            Durability::Full => ("full", 2),
            Durability::None => ("off", 0),
        };
        // The WAL comes first: changing the journal is the only step that can meet another connection's lock.
        setup(&raw, "journal_mode", "wal", Some("wal"))?;
        setup(&raw, "synchronous", name, Some(&level.to_string()))?;
        // Checkpoint errors do not reach COMMIT, so the writer runs checkpoints itself and looks at their outcome.
        setup(&raw, "wal_autocheckpoint", "0", Some("0"))?;
        setup(&raw, "secure_delete", "on", Some("1"))?;
        setup(&raw, "cache_size", "-32768", None)?;
        Self::new(raw)
    }

    /// A connection that can only read.
    pub(super) fn open_reader(path: &Path) -> Result<Self> {
        Self::open_reader_on(None, path)
    }

    /// As [`Self::open_reader`], on a file system of SQLite's that has this name.
    pub(super) fn open_reader_on(vfs: Option<&str>, path: &Path) -> Result<Self> {
        let raw = open(vfs, path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        setup(&raw, "query_only", "on", Some("1"))?;
        setup(&raw, "cache_size", "-8192", None)?;
        Self::new(raw)
    }

    fn new(raw: rusqlite::Connection) -> Result<Self> {
        setup(&raw, "foreign_keys", "on", Some("1"))?;
        setup(&raw, "trusted_schema", "off", Some("0"))?;
        setup(&raw, "temp_store", "memory", None)?;
        // Mapped pages would turn a read error of the disk into a signal that ends the process.
        setup(&raw, "mmap_size", "0", None)?;
        // Closing must not checkpoint behind our back: after a failed fsync that would call unwritten pages clean.
        raw.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(|e| failure(&e))?;
        // A plan does not depend on what is bound: else every statement with a bound limit is compiled again each time.
        raw.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|e| failure(&e))?;
        raw.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { raw, broken: None })
    }

    /// Whether no transaction is open. Some errors (disk full) end one behind the caller's back.
    pub(super) fn is_idle(&self) -> bool {
        self.raw.is_autocommit()
    }

    fn noted<T>(&mut self, done: Result<T, rusqlite::Error>) -> Result<T> {
        done.map_err(|e| {
            if is_breakage(&e) && self.broken.is_none() {
                self.broken = Some(e.to_string());
            }
            failure(&e)
        })
    }

    fn try_query(&mut self, raw: &Raw<'_>) -> Result<Vec<Row>, rusqlite::Error> {
        let mut statement = self.raw.prepare_cached(&raw.statement.text)?;
        bind(&mut statement, &raw.values)?;
        let named = || statement.column_names().map(str::to_owned).collect::<Arc<[String]>>();
        let known = raw.statement.columns.get_or_init(named);
        // A migration may have added to what `*` means.
        let columns = if known.len() == statement.column_count() { known.clone() } else { named() };
        let mut out = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let values =
                (0..columns.len()).map(|at| row.get_ref(at).and_then(|v| value(at, v))).collect::<Result<_, _>>()?;
            out.push(Row::new(columns.clone(), values));
        }
        Ok(out)
    }

    fn try_execute(&mut self, raw: &Raw<'_>) -> Result<u64, rusqlite::Error> {
        let mut statement = self.raw.prepare_cached(&raw.statement.text)?;
        bind(&mut statement, &raw.values)?;
        statement.raw_execute().map(|n| n as u64)
    }

    /// A short text of our own that is run again and again, such as `begin`.
    pub(super) fn control(&mut self, text: &'static str) -> Result<()> {
        let done = self.raw.prepare_cached(text).and_then(|mut s| s.raw_execute()).map(drop);
        self.noted(done)
    }
}

impl Connection for SqliteConnection {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn query(&mut self, raw: Raw<'_>) -> Result<Vec<Row>> {
        let done = self.try_query(&raw);
        self.noted(done)
    }

    fn execute(&mut self, raw: Raw<'_>) -> Result<u64> {
        let done = self.try_execute(&raw);
        self.noted(done)
    }

    fn prepare(&mut self, statement: &Statement) -> Result<()> {
        let done = self.raw.prepare(&statement.text).map(drop);
        self.noted(done)
    }

    fn savepoint(&mut self, text: &'static str) -> Result<()> {
        self.control(text)
    }

    fn batch(&mut self, text: &str) -> Result<()> {
        let done = self.raw.execute_batch(text);
        self.noted(done)
    }
}

fn open(vfs: Option<&str>, path: &Path, flags: OpenFlags) -> Result<rusqlite::Connection> {
    let opened = match vfs {
        None => rusqlite::Connection::open_with_flags(path, flags),
        Some(vfs) => rusqlite::Connection::open_with_flags_and_vfs(path, flags, vfs),
    };
    let raw = opened.map_err(|e| {
        Error::new(&codes::STORE_UNAVAILABLE, format!("Cannot open the database {}: {e}", path.display()))
    })?;
    raw.busy_timeout(std::time::Duration::from_secs(5)).map_err(|e| failure(&e))?;
    Ok(raw)
}

/// Sets a pragma, and when `expect` is given reads it back.
fn setup(raw: &rusqlite::Connection, name: &str, to: &str, expect: Option<&str>) -> Result<()> {
    raw.execute_batch(&format!("pragma {name} = {to}")).map_err(|e| failure(&e))?;
    let Some(expect) = expect else { return Ok(()) };
    let found = raw
        .query_row(&format!("pragma {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
        .map_err(|e| failure(&e))?;
    let found = match found {
        rusqlite::types::Value::Integer(i) => i.to_string(),
        rusqlite::types::Value::Text(t) => t,
        other => format!("{other:?}"),
    };
    if found == expect {
        return Ok(());
    }
    Err(Error::internal(format!("SQLite keeps {name} at {found} instead of {expect}")))
}

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value]) -> Result<(), rusqlite::Error> {
    for (at, value) in values.iter().enumerate() {
        let bound = match value {
            Value::Null => ValueRef::Null,
            Value::Int(i) => ValueRef::Integer(*i),
            Value::Real(r) => ValueRef::Real(*r),
            Value::Text(t) => ValueRef::Text(t.as_bytes()),
            Value::Bytes(b) => ValueRef::Blob(b),
        };
        statement.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(bound))?;
    }
    Ok(())
}

fn value(at: usize, found: ValueRef<'_>) -> Result<Value, rusqlite::Error> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(i) => Value::Int(i),
        ValueRef::Real(r) => Value::Real(r),
        ValueRef::Text(t) => {
            Value::Text(std::str::from_utf8(t).map_err(|e| rusqlite::Error::Utf8Error(at, e))?.to_owned())
        }
        ValueRef::Blob(b) => Value::Bytes(b.to_vec()),
    })
}

/// Errors after which the file or the disk cannot be trusted.
pub(super) fn is_breakage(e: &rusqlite::Error) -> bool {
    matches!(
        e.sqlite_error_code(),
        Some(
            ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

pub(super) fn failure(e: &rusqlite::Error) -> Error {
    match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => unavailable(e),
        _ if is_breakage(e) => unavailable(e),
        _ => Error::internal(e),
    }
}
