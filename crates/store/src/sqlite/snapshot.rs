//! A copy of a live file, through a connection that only reads: one snapshot, the WAL included, without free pages.

use std::path::Path;

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, codes};
use rusqlite::{ErrorCode, OpenFlags};

/// Writes what is committed in `from` to the new file `to`. The server that has `from` open goes on writing; its WAL
/// grows meanwhile.
pub(crate) fn write(from: &Path, to: &Path) -> Result<()> {
    if !planted(Tooth::BackupWithoutWal) {
        return copy(from, to);
    }
    let alone = to.with_extension("alone");
    std::fs::copy(from, &alone).map_err(Error::internal)?;
    copy(&alone, to)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let told = |e: &rusqlite::Error| {
        let why = match e.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => "the disk is full".to_owned(),
            _ => e.to_string(),
        };
        Error::new(&codes::STORE_UNAVAILABLE, format!("Cannot copy {} to {}: {why}", from.display(), to.display()))
    };
    // Read-only by its flags; `query_only` would refuse the copy, too.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let raw = rusqlite::Connection::open_with_flags(from, flags).map_err(|e| told(&e))?;
    raw.busy_timeout(std::time::Duration::from_secs(5)).map_err(|e| told(&e))?;
    raw.execute_batch("pragma mmap_size = 0; pragma cache_size = -16384").map_err(|e| told(&e))?;
    raw.execute("vacuum into ?1", [to.display().to_string()]).map(drop).map_err(|e| told(&e))
}
