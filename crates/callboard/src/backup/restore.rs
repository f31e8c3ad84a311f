//! Restoring a backup: into a folder of its own beside the place, looked through there, and then moved (SQLite); or in one
//! transaction (PostgreSQL).

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use callboard_eventlog::verify::Report;
use callboard_kernel::{Error, Result, Timestamp, World as _};
use callboard_store::backup::{self, Claim};
use callboard_store::{Config, Db, migrations};
use serde::Serialize;

use super::manifest::Manifest;
use super::{
    Restore, Stop, clear, container, examine, journals, judge, refused, require_put_away, require_room, trouble,
};
use crate::config::Values;
use crate::world::RealWorld;
use crate::{secret, serve};

/// What was restored.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Restored {
    /// The folder, or `postgres`.
    into: String,
    /// When the backup was taken.
    taken_at: Timestamp,
    /// The schema of the backup.
    from_schema: u32,
    /// The schema now.
    schema: u32,
    /// The log's epoch in the backup.
    from_epoch: i64,
    /// The log's epoch now.
    log_epoch: i64,
    /// Sessions that were verified.
    sessions: u64,
    /// Events that were verified.
    events: u64,
    /// What `verify` found; 0 unless that was allowed.
    findings: u64,
    /// Where the database that was there is now.
    set_aside: Option<String>,
    /// What to do next.
    next: Vec<String>,
}

impl Restored {
    /// For a person.
    pub(super) fn text(&self) -> String {
        let found = if self.findings == 0 { "verified".to_owned() } else { format!("{} FINDINGS", self.findings) };
        let mut text = format!(
            "{}: {} sessions, {} events of {}, {found}. The log's epoch is {}.",
            self.into, self.sessions, self.events, self.taken_at, self.log_epoch
        );
        if let Some(dir) = &self.set_aside {
            text.push_str(&format!("\nWhat was there before is in {dir}."));
        }
        for (n, step) in self.next.iter().enumerate() {
            text.push_str(&format!("\n{}. {step}", n + 1));
        }
        text
    }
}

/// Restores into the store that the settings name.
pub(super) fn restore(values: &Values, ask: &Restore) -> Result<Restored, Stop> {
    let manifest = container::read(&ask.file)?;
    let (config, dir) = serve::store_config(values)?;
    let fits = manifest.check_version().and_then(|()| require_keys(values, dir.as_deref(), &manifest, ask));
    if let Err(refusal) = fits {
        // A damaged manifest must not be believed.
        container::check(&ask.file, &manifest)?;
        return Err(refusal.into());
    }
    let now = RealWorld.now();
    let done = match &dir {
        Some(dir) => into_folder(dir, ask, &manifest, now)?,
        None => into_postgres(&config, ask, &manifest, now)?,
    };
    let set_aside = done.set_aside.map(|d| d.display().to_string());
    Ok(Restored {
        into: dir.map_or_else(|| "postgres".to_owned(), |d| d.display().to_string()),
        taken_at: manifest.taken_at,
        from_schema: manifest.schema,
        schema: migrations::embedded().last().map_or(0, |m| m.number),
        from_epoch: manifest.log_epoch,
        log_epoch: done.epoch,
        sessions: done.report.sessions,
        events: done.report.events,
        findings: done.report.findings.len() as u64,
        set_aside,
        next: next_steps(&manifest, ask.without_key),
    })
}

struct Done {
    epoch: i64,
    report: Report,
    set_aside: Option<PathBuf>,
}

/// A server that does not find its key would make itself another, and could open nothing that is sealed.
fn require_keys(values: &Values, dir: Option<&Path>, manifest: &Manifest, ask: &Restore) -> Result<()> {
    if ask.without_key || manifest.secret_keys.is_empty() {
        return Ok(());
    }
    let place = dir.map_or_else(String::new, |d| format!(", or put it at {}", d.join(secret::FILE).display()));
    let how = format!("Set CALLBOARD_SECRET_KEY{place}; `--without-key` restores nevertheless, to look at the data.");
    match secret::present(values, dir)? {
        None => {
            Err(refused(format!("The secret key is not at hand. The backup needs {}. {how}", manifest.key_names())))
        }
        Some(keys) => match &manifest.missing_keys(&keys)[..] {
            [] => Ok(()),
            missing => Err(refused(format!(
                "This is not the secret key of the backup: it needs {}. {how}",
                missing.join(", ")
            ))),
        },
    }
}

fn next_steps(manifest: &Manifest, without_key: bool) -> Vec<String> {
    let taken = manifest.taken_at;
    let mut steps = Vec::new();
    if without_key {
        steps.push(format!("Start no server before its secret key is in place: {}.", manifest.key_names()));
    }
    steps.extend([
        format!(
            "Repeat what was done after {taken} and must hold: keys revoked, users disabled, personal text erased, \
             webhook endpoints changed."
        ),
        "Start the servers. The webhook of LiveKit must lead to them; calls whose rooms are gone end by themselves."
            .to_owned(),
        "Readers that kept a place from after the backup are told (INVALID_CURSOR, WATERMARK_UNKNOWN) or begin where \
         the restored log ends: docs/guides/back-up-and-restore.md."
            .to_owned(),
    ]);
    steps
}

fn into_folder(dir: &Path, ask: &Restore, manifest: &Manifest, now: Timestamp) -> Result<Done, Stop> {
    let _claim = Claim::take(dir)?;
    let place = backup::database_file(dir);
    let work = dir.join(backup::RESTORING);
    let was_cut_off = work.exists();
    if place.exists() && !ask.set_aside {
        let again = if was_cut_off { " (An earlier restore was cut off there.)" } else { "" };
        return Err(refused(format!(
            "{} holds a database already.{again} `--set-aside` moves it into a folder beside it first.",
            dir.display()
        ))
        .into());
    }
    clear(&work)?;
    require_room(dir, manifest.data_bytes)?;
    let (epoch, report) = match prepare(&work, ask, manifest, now) {
        Ok(done) => done,
        Err(stop) => {
            clear(&work)?;
            return Err(stop);
        }
    };
    // From here on a failure leaves the folder: while it is there no server starts, and all that is in it is whole.
    let set_aside = set_aside(dir, now)?;
    let fresh = backup::database_file(&work);
    fs::rename(&fresh, &place).map_err(|e| trouble("move", &fresh, &e))?;
    backup::sync(&place)?;
    clear(&work)?;
    backup::sync(&place)?;
    Ok(Done { epoch, report, set_aside })
}

/// Makes the whole store in its own folder.
fn prepare(work: &Path, ask: &Restore, manifest: &Manifest, now: Timestamp) -> Result<(i64, Report), Stop> {
    make_folder(work)?;
    let file = backup::database_file(work);
    container::extract(&ask.file, manifest, &file)?;
    backup::sync(work)?;
    let config = Config::Sqlite { dir: work.to_owned() };
    let copy = Db::open_read_only_unchecked(config.clone())?;
    let same = require_all(&copy, manifest);
    copy.close_blocking();
    same?;
    let begun = Db::open(config.clone()).and_then(|db| {
        let epoch = backup::begin_epoch(&db, now);
        db.close_blocking();
        epoch
    });
    let epoch = begun.map_err(|e| nothing(&e))?;
    let report = examine(config)?;
    judge(&report, ask.allow_findings, "Nothing was restored, because what the backup holds does not verify")?;
    require_put_away(&file)?;
    for journal in journals(&file) {
        if journal.exists() {
            fs::remove_file(&journal).map_err(|e| trouble("remove", &journal, &e))?;
        }
    }
    backup::sync(&file)?;
    Ok((epoch, report))
}

/// A folder for us alone: what it will hold is personal.
fn make_folder(dir: &Path) -> Result<()> {
    fs::DirBuilder::new().mode(0o700).create(dir).map_err(|e| trouble("make", dir, &e))
}

/// Refuses a copy that has other rows than the backup says.
fn require_all(copy: &Db, manifest: &Manifest) -> Result<(), Stop> {
    let found = backup::counts(copy)?;
    let same = backup::require_rows(&found, &manifest.tables);
    same.map_err(|e| Stop::NotWhole(nothing(&e)))
}

/// The store's own words are for clients, who may repeat themselves.
fn nothing(e: &Error) -> Error {
    refused(format!("Nothing was restored: {}", e.internal_note().unwrap_or_else(|| e.message())))
}

/// Moves the database that is there, with its journals, into a folder beside it.
fn set_aside(dir: &Path, now: Timestamp) -> Result<Option<PathBuf>> {
    let file = backup::database_file(dir);
    let found: Vec<PathBuf> = journals(&file).into_iter().chain([file]).filter(|f| f.exists()).collect();
    if found.is_empty() {
        return Ok(None);
    }
    let aside = dir.join(format!("replaced-{}", now.micros() / 1_000_000));
    let aside = match cut_off(dir)? {
        Some(begun) => begun,
        None => {
            make_folder(&aside)?;
            aside
        }
    };
    for file in found {
        let to = aside.join(file.file_name().unwrap_or_default());
        fs::rename(&file, &to).map_err(|e| trouble("move", &file, &e))?;
    }
    backup::sync(&aside)?;
    Ok(Some(aside))
}

/// The folder that a kill left with the WAL of the database that is still there: the database goes last, and the two must
/// not part.
fn cut_off(dir: &Path) -> Result<Option<PathBuf>> {
    let told = |e: std::io::Error| trouble("look into", dir, &e);
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(dir).map_err(told)? {
        let entry = entry.map_err(told)?;
        if entry.file_name().to_string_lossy().starts_with("replaced-") {
            found.push(entry.path());
        }
    }
    let database = |aside: &PathBuf| backup::database_file(aside);
    let newest = found.into_iter().max();
    Ok(newest.filter(|aside| !database(aside).exists() && journals(&database(aside)).iter().any(|f| f.exists())))
}

fn into_postgres(config: &Config, ask: &Restore, manifest: &Manifest, now: Timestamp) -> Result<Done, Stop> {
    if ask.set_aside {
        let how = "`--set-aside` is for SQLite. Make another database, and name it with --database-url.";
        return Err(refused(how.to_owned()).into());
    }
    backup::require_empty(config.clone(), manifest.schema)?;
    let scratch_in = std::env::temp_dir();
    require_room(&scratch_in, manifest.data_bytes)?;
    let scratch = tempfile::Builder::new()
        .prefix("callboard-restore-")
        .tempdir()
        .map_err(|e| trouble("make a folder in", &scratch_in, &e))?;
    container::extract(&ask.file, manifest, &backup::database_file(scratch.path()))?;
    let from = Db::open_read_only_unchecked(Config::Sqlite { dir: scratch.path().to_owned() })?;
    require_all(&from, manifest)?;
    let to = backup::open_at(config.clone(), manifest.schema)?;
    let epoch = backup::fill(&from, &to, &manifest.tables, now).map_err(|e| nothing(&e))?;
    from.close_blocking();
    to.close_blocking();
    // As a server does at its start: migrations of after the backup, and the server's own history.
    Db::open(config.clone())?.close_blocking();
    let report = examine(config.clone())?;
    let what = "The database was filled, but what it holds does not verify; do not use it";
    judge(&report, ask.allow_findings, what)?;
    Ok(Done { epoch, report, set_aside: None })
}
