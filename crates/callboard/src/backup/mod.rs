//! `callboard backup` and `callboard restore`: one file, one snapshot, verified, for both engines.
//!
//! Why it is like this: `docs/decisions/0050-backup.md`; how to use it: `docs/guides/back-up-and-restore.md`.

mod container;
mod manifest;
mod progress;
mod restore;
mod take;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use callboard_eventlog::verify::{Report, verify};
use callboard_kernel::{Error, Result, codes};
use callboard_store::{Config, Db, backup};
use serde::Serialize;

use crate::config::Values;
use crate::modules;

pub use container::open;
pub use manifest::Manifest;

/// The exit code when a backup is not whole, or what it holds does not verify.
pub const EXIT_NOT_WHOLE: u8 = 3;

/// What to back up to.
#[derive(clap::Args, Debug)]
#[group(skip)]
pub struct Backup {
    /// The file to make; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    to: String,
    /// Keep the backup although `verify` finds something in it.
    #[arg(long)]
    allow_findings: bool,
}

/// What to restore.
#[derive(clap::Args, Debug)]
#[group(skip)]
pub struct Restore {
    /// A file that `callboard backup` made.
    file: PathBuf,
    /// Move a database that is there into a folder beside it, instead of refusing (SQLite).
    #[arg(long)]
    set_aside: bool,
    /// Restore without the secret key at hand, to look at the data.
    #[arg(long)]
    without_key: bool,
    /// Keep what was restored although `verify` finds something in it.
    #[arg(long)]
    allow_findings: bool,
}

/// Why a command ended without its result.
pub(crate) enum Stop {
    /// Refused, or failed on the way.
    Failed(Error),
    /// The backup is damaged, cut off, or holds what does not verify.
    NotWhole(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Backup {
    /// Takes the backup and says what it holds.
    ///
    /// # Errors
    /// Why there is none; nothing is left behind.
    pub fn run(&self, values: &Values) -> Result<ExitCode> {
        let to_stdout = self.to == "-";
        told(take::take(values, self), |taken| {
            // Standard output may be the backup itself.
            if to_stdout { say(&taken.text(), true) } else { result(&taken, &taken.text()) }
        })
    }
}

impl Restore {
    /// Restores, and says what to do next.
    ///
    /// # Errors
    /// Why nothing was restored.
    pub fn run(&self, values: &Values) -> Result<ExitCode> {
        told(restore::restore(values, self), |restored| result(&restored, &restored.text()))
    }
}

fn told<T>(done: Result<T, Stop>, tell: impl FnOnce(T) -> Result<()>) -> Result<ExitCode> {
    match done {
        Ok(value) => tell(value).map(|()| ExitCode::SUCCESS),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::NotWhole(error)) => {
            say(&format!("callboard: {}", error.message()), true)?;
            Ok(ExitCode::from(EXIT_NOT_WHOLE))
        }
    }
}

/// A person reads sentences, a program one line of JSON.
fn result(value: &impl Serialize, text: &str) -> Result<()> {
    if std::io::stdout().is_terminal() {
        return say(text, false);
    }
    say(&serde_json::to_string(value).map_err(Error::internal)?, false)
}

fn say(text: &str, aside: bool) -> Result<()> {
    let done = if aside { writeln!(std::io::stderr(), "{text}") } else { writeln!(std::io::stdout(), "{text}") };
    done.map_err(Error::internal)
}

/// What a person did or gave is wrong.
fn refused(message: String) -> Error {
    Error::new(&codes::BAD_REQUEST, message)
}

/// A file or folder does not do what it should.
fn trouble(doing: &str, path: &Path, e: &std::io::Error) -> Error {
    Error::new(&codes::STORE_UNAVAILABLE, format!("Cannot {doing} {}: {e}", path.display()))
}

/// Looks through a store that nobody writes: the file, then the log and what follows from it.
fn examine(config: Config) -> Result<Report> {
    let sqlite = matches!(config, Config::Sqlite { .. });
    let db = Db::open_read_only(config)?;
    let broken = if sqlite { backup::integrity(&db)? } else { Vec::new() };
    let report = match broken.is_empty() {
        true => verify(&db, &modules::log())?,
        // A file that is damaged is not looked into any further.
        false => Report { findings: broken, ..Report::default() },
    };
    db.close_blocking();
    Ok(report)
}

/// Refuses findings, unless they are allowed.
fn judge(report: &Report, allowed: bool, what: &str) -> Result<(), Stop> {
    if report.findings.is_empty() || allowed {
        return Ok(());
    }
    let shown: Vec<&str> = report.findings.iter().take(20).map(String::as_str).collect();
    let many = report.findings.len();
    Err(Stop::NotWhole(refused(format!(
        "{what}: {many} findings. `--allow-findings` keeps it nevertheless.\n  {}",
        shown.join("\n  ")
    ))))
}

/// Bytes that may still be written in a folder.
fn room(dir: &Path) -> Result<u64> {
    let free = rustix::fs::statvfs(dir).map_err(|e| trouble("look at the disk of", dir, &e.into()))?;
    Ok(free.f_bavail.saturating_mul(free.f_frsize))
}

/// Refuses to begin what the disk cannot hold.
fn require_room(dir: &Path, bytes: u64) -> Result<()> {
    const MARGIN: u64 = 4 << 20;
    let (free, wanted) = (room(dir)?, bytes.saturating_add(MARGIN));
    if free >= wanted {
        return Ok(());
    }
    let mib = |n: u64| n >> 20;
    Err(Error::new(
        &codes::STORE_UNAVAILABLE,
        format!(
            "{} has {} MiB left, and about {} are needed. Nothing was begun.",
            dir.display(),
            mib(free),
            mib(wanted)
        ),
    ))
}

/// The files that SQLite keeps beside a database.
fn journals(file: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|end| PathBuf::from(format!("{}{end}", file.display())))
}

/// Refuses a database whose WAL still holds something: the file alone would not be all of it.
fn require_put_away(file: &Path) -> Result<()> {
    let [wal, _] = journals(file);
    match std::fs::metadata(&wal).map_or(0, |m| m.len()) {
        0 => Ok(()),
        _ => {
            Err(Error::new(&codes::STORE_UNAVAILABLE, format!("{} was not put away; is the disk full?", wal.display())))
        }
    }
}

/// The folder that holds a path.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Removes a folder of ours with what it holds; fine when it is not there.
fn clear(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(trouble("remove", dir, &e)),
        _ => Ok(()),
    }
}
