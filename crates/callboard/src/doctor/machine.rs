//! The machine: its disk, its limits, its clock.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Instant;

use callboard_kernel::{Timestamp, World as _};

use super::judge;
use super::report::Check;
use crate::world::RealWorld;

/// How many writes are measured.
const TRIES: usize = 15;

/// The data folder: there, ours, with room, and how long an fsync takes in it.
pub fn folder(dir: &Path) -> Vec<Check> {
    let shown = dir.display().to_string();
    let meta = match fs::metadata(dir) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let todo = format!("`callboard serve --data {shown}` makes it; or name the folder that the server uses");
            return vec![Check::warning("data-folder", format!("{shown} is not there yet"), todo)];
        }
        Err(e) => return vec![unreadable(&shown, &e)],
    };
    let mut checks = Vec::new();
    match sync_times(dir) {
        Ok(times) => checks.extend([judge::folder_mode(&shown, meta.permissions().mode()), judge::disk_sync(times)]),
        Err(e) => checks.push(unreadable(&shown, &e)),
    }
    if let Ok(fs) = rustix::fs::statvfs(dir) {
        checks.push(judge::disk_space(fs.f_bavail * fs.f_frsize, fs.f_blocks * fs.f_frsize));
    }
    checks
}

fn unreadable(dir: &str, e: &io::Error) -> Check {
    let todo =
        format!("run this as the user that the server runs as, and give the folder to it: chown -R callboard {dir}");
    Check::failed("data-folder", format!("{dir} cannot be written: {e}"), todo)
}

/// Writes a small file of its own, again and again; microseconds each.
fn sync_times(dir: &Path) -> io::Result<Vec<u128>> {
    let path = dir.join(format!(".doctor-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    let mut measured = || {
        (0..TRIES)
            .map(|_| {
                let begun = Instant::now();
                file.write_all(&[0x5a; 4096])?;
                file.sync_data()?;
                Ok(begun.elapsed().as_micros())
            })
            .collect::<io::Result<Vec<_>>>()
    };
    let times = measured();
    let removed = fs::remove_file(&path);
    times.and_then(|times| removed.map(|()| times))
}

/// How many files this process may open, and has open.
pub fn files() -> (u64, u64) {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|l| l.strip_prefix("Max open files"));
    // "unlimited" is no number.
    let limit = line.and_then(|l| l.split_whitespace().next()).map_or(0, |n| n.parse().unwrap_or(u64::MAX));
    let open = fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
    (limit, open)
}

/// Both clocks at one moment.
pub struct Clocks {
    wall: Timestamp,
    even: Instant,
}

impl Clocks {
    /// Now.
    pub fn read() -> Self {
        Self { wall: RealWorld.now(), even: Instant::now() }
    }

    /// By how much the time of day was set since then, milliseconds.
    pub fn jumped_ms(&self) -> i64 {
        let even = i64::try_from(self.even.elapsed().as_millis()).unwrap_or(i64::MAX);
        RealWorld.now().since_ms(self.wall) - even
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Verdict;
    use super::*;

    #[test]
    fn a_folder_is_measured_and_left_as_it_was() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("a mode");
        let checks = folder(dir.path());
        let names: Vec<_> = checks.iter().map(|c| c.name).collect();
        assert_eq!(names, ["data-folder", "disk-sync", "disk-space"]);
        assert_eq!(checks[0].verdict, Verdict::Ok, "{checks:?}");
        assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
        let gone = folder(&dir.path().join("none"));
        assert_eq!((gone.len(), gone[0].verdict), (1, Verdict::Warning));
    }

    #[test]
    fn this_process_has_files_and_an_even_clock() {
        let (limit, open) = files();
        assert!(limit > open && open > 2, "{limit} {open}");
        assert!(Clocks::read().jumped_ms().abs() < 500);
    }
}
