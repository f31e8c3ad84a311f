//! Taking a backup: copied at one snapshot into a folder beside the file, looked through there, sealed, and only then given
//! its name.

use std::fs;
use std::io::IsTerminal as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use callboard_eventlog::Log;
use callboard_kernel::{Error, Result, World as _};
use callboard_store::backup::{self, Claim};
use callboard_store::{Config, Db, migrations};
use serde::Serialize;

use super::manifest::Manifest;
use super::progress::Progress;
use super::{Backup, Stop, clear, container, examine, folder, judge, refused, require_room, trouble};
use crate::config::Values;
use crate::world::RealWorld;
use crate::{secret, serve};

/// A finished backup.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    /// Where it is; `-` is standard output.
    file: String,
    /// Length of the file.
    bytes: u64,
    #[serde(flatten)]
    manifest: Manifest,
}

impl Taken {
    /// For a person.
    pub(super) fn text(&self) -> String {
        let m = &self.manifest;
        let found =
            if m.findings == 0 { "verified".to_owned() } else { format!("{} FINDINGS, kept as asked", m.findings) };
        let key = match m.secret_keys.is_empty() {
            true => "No secret key was at hand, so none is named here; a restore needs the one that the servers use."
                .to_owned(),
            false => format!("The secret key is not in it. Keep it elsewhere: a restore needs {}.", m.key_names()),
        };
        let (file, mib) = (&self.file, self.bytes >> 20);
        format!("{file}: {} sessions, {} events, schema {}, {mib} MiB, {found}.\n{key}", m.sessions, m.events, m.schema)
    }
}

/// Takes a backup of the store that the settings name.
pub(super) fn take(values: &Values, ask: &Backup) -> Result<Taken, Stop> {
    if ask.to != "-" {
        return take_to(values, ask, Path::new(&ask.to), &ask.to);
    }
    if std::io::stdout().is_terminal() {
        return Err(refused("A backup is not text. Send standard output to a file or a program.".to_owned()).into());
    }
    let scratch = tempfile::Builder::new()
        .prefix("callboard-backup-")
        .tempdir()
        .map_err(|e| trouble("make a folder in", &std::env::temp_dir(), &e))?;
    let file = scratch.path().join("backup");
    let taken = take_to(values, ask, &file, "-")?;
    let mut from = fs::File::open(&file).map_err(|e| trouble("read", &file, &e))?;
    let sent = std::io::copy(&mut from, &mut std::io::stdout().lock());
    let sent = sent.map_err(|e| trouble("write to", Path::new("standard output"), &e))?;
    if sent != taken.bytes {
        return Err(Error::internal(format!("{sent} bytes were sent of {}", taken.bytes)).into());
    }
    Ok(taken)
}

fn take_to(values: &Values, ask: &Backup, file: &Path, shown: &str) -> Result<Taken, Stop> {
    let (config, dir) = serve::store_config(values)?;
    let exists = |path: &Path| -> Result<()> {
        match path.symlink_metadata() {
            Ok(_) => Err(refused(format!("{} exists already. Nothing is overwritten.", path.display()))),
            Err(_) => Ok(()),
        }
    };
    exists(file)?;
    if !folder(file).is_dir() {
        return Err(refused(format!("There is no folder {}.", folder(file).display())).into());
    }
    let db = Db::open_read_only(config.clone())?;
    let keys = secret::present(values, dir.as_deref())?;
    let engine = if dir.is_some() { "sqlite" } else { "postgres" };
    let size = backup::size(&db)?;
    require_room(folder(file), size)?;
    let work = Work::begin(file)?;
    let manifest = Manifest::begin(engine, keys.as_ref(), RealWorld.now());
    let progress = Progress::watch(backup::database_file(&work.store()), size);
    backup::snapshot(&config, &db, &work.store())?;
    drop(progress);
    db.close_blocking();
    let manifest = describe(&work.store(), manifest, ask.allow_findings)?;
    let copy = backup::database_file(&work.store());
    let manifest = container::seal(&copy, manifest)?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).map_err(|e| trouble("protect", &copy, &e))?;
    name(&copy, file)?;
    backup::sync(file)?;
    let bytes = fs::metadata(file).map_err(|e| trouble("look at", file, &e))?.len();
    drop(work);
    Ok(Taken { file: shown.to_owned(), bytes, manifest })
}

/// Gives the finished backup its name, unless something got that name meanwhile.
fn name(copy: &Path, file: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let taken = || refused(format!("{} exists already. Nothing is overwritten.", file.display()));
    let named = match renameat_with(CWD, copy, CWD, file, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::EXIST) => return Err(taken()),
        // Some file systems cannot rename and look in one step.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) if file.symlink_metadata().is_ok() => {
            return Err(taken());
        }
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => fs::rename(copy, file),
        other => other.map_err(Into::into),
    };
    named.map_err(|e| trouble("name", file, &e))
}

/// Looks through the copy, and writes down what it holds.
fn describe(store: &Path, manifest: Manifest, allow_findings: bool) -> Result<Manifest, Stop> {
    let config = Config::Sqlite { dir: store.to_owned() };
    let report = examine(config.clone())?;
    judge(&report, allow_findings, "The backup was not kept, because what it holds does not verify")?;
    let db = Db::open_read_only(config)?;
    let schema = migrations::status(&db)?.iter().filter(|s| s.applied_at.is_some()).map(|s| s.number).max();
    let (log_epoch, last_position) = db.read_blocking(|tx| Ok((Log::stored_epoch(tx)?, Log::last_position(tx)?)))?;
    let tables = backup::counts(&db)?;
    db.close_blocking();
    Ok(Manifest {
        schema: schema.unwrap_or(0),
        log_epoch,
        last_position,
        tables,
        sessions: report.sessions,
        events: report.events,
        findings: report.findings.len() as u64,
        ..manifest
    })
}

/// Makes the folder for us alone, or finds one that we made before: in somebody else's, or behind a link, nothing is done.
fn own_folder(dir: &Path) -> Result<()> {
    let told = |e: std::io::Error| trouble("make", dir, &e);
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => other.map_err(told)?,
    }
    let found = dir.symlink_metadata().map_err(told)?;
    // Whoever we are, the kernel's folder of this process is ours.
    let own = fs::metadata("/proc/self").map_err(told)?.uid();
    if found.is_dir() && found.uid() == own && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    let dir = dir.display();
    Err(refused(format!("{dir} is not a folder that a backup of ours left. Remove it, or choose another name.")))
}

/// The folder `FILE.part`, where a backup is made. It goes with this value; one that a kill left behind is taken over.
struct Work {
    claim: Claim,
}

impl Work {
    fn begin(file: &Path) -> Result<Self> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let dir = folder(file).join(name);
        own_folder(&dir)?;
        let work = Self { claim: Claim::take(&dir)? };
        clear(&work.store())?;
        Ok(work)
    }

    fn store(&self) -> PathBuf {
        self.claim.dir().join("store")
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Err(e) = clear(self.claim.dir()) {
            tracing::warn!("{e}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_came_meanwhile_is_not_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let (copy, file) = (dir.path().join("copy"), dir.path().join("file"));
        fs::write(&copy, "new").expect("written");
        fs::write(&file, "old").expect("written");
        let said = name(&copy, &file).expect_err("refused");
        assert!(said.message().contains("exists already"), "{said}");
        assert_eq!(fs::read(&file).expect("it"), b"old");
        fs::remove_file(&file).expect("removed");
        name(&copy, &file).expect("named");
        assert_eq!(fs::read(&file).expect("it"), b"new");
    }

    #[test]
    fn a_folder_of_others_is_not_worked_in() {
        let dir = tempfile::tempdir().expect("a folder");
        let (ours, theirs) = (dir.path().join("ours"), dir.path().join("theirs"));
        own_folder(&ours).expect("made");
        own_folder(&ours).expect("found again");
        assert_eq!(fs::metadata(&ours).expect("it").mode() & 0o777, 0o700);
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o750)).expect("set");
        own_folder(&ours).expect_err("others may look into it");
        std::os::unix::fs::symlink(dir.path(), &theirs).expect("a link");
        own_folder(&theirs).expect_err("it leads elsewhere");
    }
}
