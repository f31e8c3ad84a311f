//! The data: the key, the database, its schema, and whether they belong together.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use callboard_kernel::{Error, Keyring, World as _};
use callboard_store::{Config, Db, Reach, migrations};

use super::judge;
use super::report::Check;
use crate::config::Values;
use crate::secret;
use crate::world::RealWorld;

/// The secret key, where it is at hand. None is made.
pub fn secret_key(values: &Values, dir: Option<&Path>) -> (Check, Option<Arc<Keyring>>) {
    let name = "secret-key";
    let keep = "keep it apart from the backups; docs/runbooks/key-rotation.md";
    match secret::present(values, dir) {
        Ok(Some(keys)) => (Check::ok(name, key_line(values, dir, &keys)), Some(Arc::new(keys))),
        Ok(None) if dir.is_some_and(|d| d.join("callboard.db").exists()) => {
            let todo = format!("put back the {} that the data was made with; {keep}", secret::FILE);
            (Check::failed(name, "there is a database and no key to it", todo), None)
        }
        Ok(None) if dir.is_some() => (Check::skipped(name, "the first start makes one beside the data"), None),
        Ok(None) => {
            let todo =
                "set CALLBOARD_SECRET_KEY, the same for every instance; `callboard secret-key` prints a fresh one";
            (Check::failed(name, "there is none", todo), None)
        }
        Err(error) => (Check::failed(name, reason(&error), keep), None),
    }
}

fn key_line(values: &Values, dir: Option<&Path>, keys: &Keyring) -> String {
    let ids: Vec<String> = keys.fingerprints().into_iter().map(|(id, _)| id).collect();
    let file = dir.map(|d| d.join(secret::FILE)).filter(|_| values.set("secret_key").is_none());
    let mode = file.as_ref().and_then(|f| std::fs::metadata(f).ok()).map(|m| m.permissions().mode() & 0o777);
    let place = match (file, mode) {
        (Some(file), Some(mode)) => format!("{}, mode {mode:03o}", file.display()),
        _ => "from the settings".to_owned(),
    };
    format!("{} ({place})", ids.join(", older: "))
}

/// An error's sentence with what it says of each field.
pub fn reason(error: &Error) -> String {
    let fields: Vec<String> = error.fields().iter().map(|f| format!("{}: {}", f.pointer, f.reason)).collect();
    if fields.is_empty() { error.message().to_owned() } else { fields.join("; ") }
}

/// The database, open for reading; also beside a running server.
pub async fn database(config: Config, keys: Option<Arc<Keyring>>) -> (Vec<Check>, Option<Db>) {
    if let Config::Sqlite { dir } = &config
        && !dir.join("callboard.db").exists()
    {
        return (vec![not_there(dir)], None);
    }
    let shown = match &config {
        Config::Sqlite { dir } => format!("SQLite in {}", dir.display()),
        _ => "PostgreSQL; synchronous_commit, fsync, full_page_writes and the encoding are as they must be".to_owned(),
    };
    let small = match config {
        Config::Postgres { url, .. } => Config::Postgres { url, pool: 1 },
        other => other,
    };
    let opened = tokio::task::spawn_blocking(move || {
        let db = Db::open_read_only_unchecked(small)?;
        let found = migrations::status(&db)?;
        Ok::<_, Error>((db, found))
    });
    let opened = match opened.await {
        Ok(opened) => opened,
        Err(error) => Err(Error::internal(error)),
    };
    let (db, found) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let note = error.internal_note().unwrap_or_else(|| error.message()).to_owned();
            let todo = "the address, the password, whether it runs and takes writes; docs/runbooks/database-trouble.md";
            return (vec![Check::failed("database", note, todo)], None);
        }
    };
    let schema = judge::schema(&found, RealWorld.now());
    let usable = found.iter().all(|s| s.state == migrations::State::Applied);
    let mut checks = vec![Check::ok("database", shown), schema];
    if !usable {
        return (checks, None);
    }
    if let Some(keys) = keys {
        let now = RealWorld.now();
        let made = db.within(Reach::Installation).read(move |tx| callboard_calls::made_with(tx, &keys, now)).await;
        checks.push(match made {
            Ok(made) => judge::key_of_data(made),
            Err(error) => Check::failed("key-of-data", reason(&error), "docs/runbooks/database-trouble.md"),
        });
    }
    (checks, Some(db))
}

fn not_there(dir: &Path) -> Check {
    let todo = format!("`callboard serve --data {}` makes it; or name the folder that the server uses", dir.display());
    let work = dir.join("callboard.db");
    Check::warning("database", format!("{} is not there yet", work.display()), todo)
}
