//! The form of the file: an SQLite database, then its manifest, then a seal.
//!
//! `database | manifest (JSON) | its length (8 bytes) | SHA-256 of all before (32) | mark (16)`
//!
//! The seal comes last, so a file that was cut off, or whose writer was killed, has none. SQLite takes the length of a
//! database from its head, and does not mind what follows.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek as _, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use callboard_kernel::{Error, Result};
use sha2::{Digest as _, Sha256};

use super::manifest::Manifest;
use super::{Stop, refused, require_put_away, trouble};

const MARK: &[u8; 16] = b"CALLBOARD-BACKUP";
/// Length, hash and mark.
const SEAL: u64 = 8 + 32 + 16;
/// No manifest is longer.
const MANIFEST_MAX: u64 = 1 << 20;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Hands the next `length` bytes to `each`, in pieces.
fn pieces(file: &mut File, length: u64, mut each: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    let mut left = length;
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = file.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        each(&buffer[..read])?;
        left -= read as u64;
    }
    Ok(())
}

/// Makes a backup of a database file: appends the manifest, completed, and the seal. Everything is on disk afterwards, but
/// for the file's name.
pub(super) fn seal(path: &Path, mut manifest: Manifest) -> Result<Manifest> {
    require_put_away(path)?;
    let told = |e: std::io::Error| trouble("write", path, &e);
    let mut file = OpenOptions::new().read(true).append(true).open(path).map_err(told)?;
    let mut hash = Sha256::new();
    manifest.data_bytes = file.metadata().map_err(told)?.len();
    pieces(&mut file, manifest.data_bytes, |piece| {
        hash.update(piece);
        Ok(())
    })
    .map_err(told)?;
    manifest.data_sha256 = hex(&hash.clone().finalize());
    let mut end = serde_json::to_vec(&manifest).map_err(Error::internal)?;
    end.extend((end.len() as u64).to_be_bytes());
    hash.update(&end);
    end.extend(hash.finalize());
    end.extend(MARK);
    file.write_all(&end).and_then(|()| file.sync_all()).map_err(told)?;
    Ok(manifest)
}

fn not_whole(path: &Path, why: &str) -> Stop {
    Stop::NotWhole(refused(format!("{} is not a whole backup: {why}.", path.display())))
}

/// Reads what a backup says about itself. The hash is looked at when its database is taken out.
pub(crate) fn read(path: &Path) -> Result<Manifest, Stop> {
    let told = |e: std::io::Error| Stop::Failed(trouble("read", path, &e));
    let mut file = File::open(path).map_err(told)?;
    let length = file.metadata().map_err(told)?.len();
    let no_end = || not_whole(path, "its end is missing, or it is no backup at all");
    let Some(before) = length.checked_sub(SEAL) else { return Err(no_end()) };
    let mut seal = [0; SEAL as usize];
    file.seek(SeekFrom::Start(before)).and_then(|_| file.read_exact(&mut seal)).map_err(told)?;
    let size = u64::from_be_bytes(seal[..8].try_into().map_err(Error::internal)?);
    if seal[40..] != MARK[..] || size > MANIFEST_MAX || size > before {
        return Err(no_end());
    }
    let mut text = vec![0; usize::try_from(size).map_err(Error::internal)?];
    file.seek(SeekFrom::Start(before - size)).and_then(|_| file.read_exact(&mut text)).map_err(told)?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|_| not_whole(path, "its manifest cannot be read"))?;
    if manifest.data_bytes != before - size {
        return Err(not_whole(path, "its length is not what its manifest says"));
    }
    Ok(manifest)
}

/// Reads the manifest of a backup, for tests and tools.
///
/// # Errors
/// The file is not a whole backup.
pub fn open(path: &Path) -> Result<Manifest> {
    read(path).map_err(|stop| match stop {
        Stop::Failed(e) | Stop::NotWhole(e) => e,
    })
}

/// Takes the database out of a backup into a new file, which is on disk afterwards, and compares every byte with the
/// hashes.
pub(super) fn extract(path: &Path, manifest: &Manifest, to: &Path) -> Result<(), Stop> {
    let told = |e: &std::io::Error| trouble("write", to, e);
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let mut out = made.map_err(|e| told(&e))?;
    compare(path, manifest, |piece| out.write_all(piece).map_err(|e| told(&e)))?;
    out.sync_all().map_err(|e| Stop::Failed(told(&e)))
}

/// Compares every byte of a backup with the hashes.
pub(super) fn check(path: &Path, manifest: &Manifest) -> Result<(), Stop> {
    compare(path, manifest, |_| Ok(()))
}

fn compare(path: &Path, manifest: &Manifest, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<(), Stop> {
    let told = |e: std::io::Error| Stop::Failed(trouble("read", path, &e));
    let mut file = File::open(path).map_err(told)?;
    let length = file.metadata().map_err(told)?.len();
    let mut all = Sha256::new();
    // What failed on the other side has its own words.
    let mut failed = None;
    let read = pieces(&mut file, manifest.data_bytes, |piece| {
        all.update(piece);
        each(piece).map_err(|e| {
            failed = Some(e);
            std::io::ErrorKind::Other.into()
        })
    });
    if let Some(e) = failed {
        return Err(Stop::Failed(e));
    }
    read.map_err(told)?;
    let data = hex(&all.clone().finalize());
    pieces(&mut file, length - manifest.data_bytes - SEAL + 8, |piece| {
        all.update(piece);
        Ok(())
    })
    .map_err(told)?;
    let mut seal = [0; SEAL as usize - 8];
    file.read_exact(&mut seal).map_err(told)?;
    if all.finalize()[..] != seal[..32] || data != manifest.data_sha256 {
        return Err(not_whole(path, "its bytes do not match its SHA-256; it was damaged"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use callboard_kernel::{Timestamp, codes};

    use super::*;

    #[test]
    fn a_database_whose_wal_holds_something_is_not_sealed() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("callboard.db");
        std::fs::write(&file, "pages").expect("written");
        let wal = dir.path().join("callboard.db-wal");
        let manifest = || Manifest::begin("postgres", None, Timestamp::from_seconds(1));
        std::fs::write(&wal, "more pages").expect("written");
        let said = seal(&file, manifest()).expect_err("refused");
        assert!(said.is(&codes::STORE_UNAVAILABLE) && said.message().contains("was not put away"), "{said}");
        assert_eq!(std::fs::read(&file).expect("it"), b"pages");
        std::fs::write(&wal, "").expect("written");
        seal(&file, manifest()).expect("sealed");
        open(&file).expect("whole");
    }
}
