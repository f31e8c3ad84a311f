//! The data folder: made and fsynced, and claimed by one writing process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use callboard_kernel::{Error, Result, codes};

/// Files that only their owner may read and write.
const PRIVATE: u32 = 0o600;

/// The database file of a folder.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join("callboard.db")
}

/// Held while this process may write; the lock ends with the process, however it ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Closing alone would not do: a child that was forked a moment ago has the file open too, until it runs its program.
    fn drop(&mut self) {
        if let Err(e) = self.file.unlock() {
            tracing::error!("The lock of the data folder was not given back: {e}");
        }
    }
}

/// Makes the folder if it is missing and takes its lock.
pub(crate) fn prepare(dir: &Path) -> Result<Lock> {
    make_dir(dir)?;
    let path = dir.join("callboard.lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(PRIVATE)
        // Who else may write in the folder could lead us to a file of ours and have it emptied.
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .map_err(|e| trouble("open", &path, &e))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(held(dir, &mut file)),
        Err(TryLockError::Error(e)) => return Err(trouble("lock", &path, &e)),
    }
    // The number is a help for people; the lock alone decides.
    file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id())).map_err(|e| trouble("write", &path, &e))?;
    Ok(Lock { file })
}

/// Makes the database file if there is none. What it will hold is personal, and SQLite would let others read it; its
/// journals get the mode of the file. What an earlier version made is told, not changed: others may have been let in on
/// purpose.
pub(super) fn make_database(dir: &Path) -> Result<()> {
    let path = database(dir);
    match OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(&path) {
        Ok(_) => return Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(trouble("make", &path, &e)),
    }
    let mode =
        |path: &Path| std::fs::metadata(path).map(|m| m.permissions().mode()).map_err(|e| trouble("look at", path, &e));
    if mode(dir)? & 0o077 != 0 && mode(&path)? & 0o077 != 0 {
        let dir = dir.display();
        tracing::warn!("Other users of this machine may read {dir}. Unless that is wanted: chmod -R go= {dir}");
    }
    Ok(())
}

fn held(dir: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let holder = match file.read_to_string(&mut holder) {
        Ok(_) if !holder.trim().is_empty() => format!("process {}", holder.trim()),
        _ => "another process".to_owned(),
    };
    Error::new(
        &codes::STORE_UNAVAILABLE,
        format!(
            "The data folder {} is in use by {holder}. Only one process may write: stop that one first, \
             or use a command that only reads.",
            dir.display()
        ),
    )
}

/// Makes the folder; every new name is fsynced in its parent, or a power cut could take the whole folder away.
fn make_dir(dir: &Path) -> Result<()> {
    let mut missing = Vec::new();
    let mut at = Some(dir);
    while let Some(path) = at.filter(|p| !p.as_os_str().is_empty() && !p.exists()) {
        missing.push(path);
        at = path.parent();
    }
    for path in missing.into_iter().rev() {
        // What it will hold is personal, and SQLite makes files that others may read.
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(path)
            .or_else(|e| if e.kind() == std::io::ErrorKind::AlreadyExists { Ok(()) } else { Err(e) })
            .map_err(|e| trouble("make", path, &e))?;
        sync_dir(parent(path))?;
    }
    Ok(())
}

pub(crate) fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// A restore that was cut off has left its work beside the database, or instead of it. Going on would begin an empty log.
pub(super) fn refuse_unfinished_restore(dir: &Path) -> Result<()> {
    let work = dir.join(crate::backup::RESTORING);
    if !work.exists() {
        return Ok(());
    }
    Err(Error::new(
        &codes::STORE_UNAVAILABLE,
        format!(
            "A restore into {} was cut off. Run `callboard restore` again. Or delete {}, to go on with what the folder holds \
             now; what it held before may be in a folder `replaced-…`.",
            dir.display(),
            work.display()
        ),
    ))
}

/// Puts the names in a folder, or a file, on disk.
pub(crate) fn sync_dir(dir: &Path) -> Result<()> {
    File::open(dir).and_then(|d| d.sync_all()).map_err(|e| trouble("fsync", dir, &e))
}

fn trouble(doing: &str, path: &Path, e: &std::io::Error) -> Error {
    Error::new(&codes::STORE_UNAVAILABLE, format!("Cannot {doing} {}: {e}", path.display()))
}
