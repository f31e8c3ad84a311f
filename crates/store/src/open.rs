//! Opening: the engine's threads, the schema, and on PostgreSQL what every transaction is held against.

use callboard_kernel::{Error, Result};

use crate::answers::refused;
use crate::footing::Footing;
use crate::shared::Shared;
use crate::sqlite::{self, Durability};
use crate::{Config, Db, Engine, OpenOptions, fence, migrations, postgres};

impl Db {
    /// Opens the store and applies pending migrations (see [`crate::migrations`]).
    ///
    /// # Errors
    /// Another process writes, the server cannot be reached or is set up to lose commits, the wall between tenants cannot
    /// stand, or the schema is not one that this binary knows.
    pub fn open(config: Config) -> Result<Self> {
        Self::open_with(config, OpenOptions::default())
    }

    /// Opens the store as the options say.
    pub fn open_with(config: Config, options: OpenOptions) -> Result<Self> {
        let db = start(config, &options, false)?;
        if options.migrate {
            migrations::apply(&db)?;
            if db.engine() == Engine::Postgres {
                stand(&db)?;
            }
        }
        Ok(db)
    }

    /// Opens the store for reading, also while a server runs on it. Nothing is migrated; a schema that is not exactly
    /// the one of this binary is refused.
    pub fn open_read_only(config: Config) -> Result<Self> {
        let db = start(config, &OpenOptions::default(), true)?;
        migrations::require_current(&db)?;
        Ok(db)
    }

    /// As [`Db::open_read_only`], without looking at the schema: for `migrate --status`.
    pub fn open_read_only_unchecked(config: Config) -> Result<Self> {
        start(config, &OpenOptions::default(), true)
    }
}

fn start(config: Config, options: &OpenOptions, read_only: bool) -> Result<Db> {
    let engine = match config {
        Config::Postgres { .. } => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let shared = Shared::new(engine, read_only, options);
    let mut scratch = None;
    let threads = match &config {
        Config::Sqlite { dir } => sqlite::start(dir, Durability::Full, &shared)?,
        Config::Memory if read_only => return Err(Error::internal("a store in memory cannot be opened twice")),
        Config::Memory => {
            let dir = scratch_dir()?;
            let threads = sqlite::start(dir.path(), Durability::None, &shared)?;
            scratch = Some(dir);
            threads
        }
        Config::Postgres { url, pool } => postgres::start(url, *pool, &shared)?,
    };
    Ok(Db::over(shared, threads, options.migrations, scratch))
}

/// Finds out which role, epoch and history this process works under, and that the wall stands under them.
fn stand(db: &Db) -> Result<()> {
    let footing = db.write_as_owner(|tx| {
        tx.batch(migrations::LOCK)?;
        let role = postgres::wall::role(tx)?;
        let origin = postgres::origin(tx)?;
        let epoch = fence::settle(tx, &origin)?;
        Ok(Footing { role, epoch, origin })
    })?;
    db.stand_on(footing)?;
    db.read_blocking(postgres::wall::check)
}

fn scratch_dir() -> Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("callboard-")
        .tempdir()
        .map_err(|e| refused(format!("No temporary folder for the store in memory: {e}")))
}
