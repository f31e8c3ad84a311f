//! What the operating system says of this process and of the disk below it. Files of `/proc` are read when they are
//! asked for; where they are absent, so are the metrics.

use std::path::{Path, PathBuf};

use super::catalogue as c;
use super::exposition::Samples;

/// Ticks of a second in `/proc/self/stat`: the kernel shows every program 100.
const TICKS: f64 = 100.0;

/// What was seen at one moment.
#[derive(Debug, Default)]
pub(super) struct Machine {
    cpu_s: Option<f64>,
    resident: Option<u64>,
    virtual_: Option<u64>,
    threads: Option<u64>,
    open_fds: Option<u64>,
    max_fds: Option<u64>,
    disk: Option<Disk>,
}

#[derive(Debug)]
struct Disk {
    free: u64,
    size: u64,
    database: Option<u64>,
}

impl Machine {
    /// Looks. `folder` is the data directory; it touches the disk, so not on a thread of the runtime.
    pub(super) fn look(folder: Option<PathBuf>) -> Self {
        let text = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
        let (stat, status, limits) = (text("stat"), text("status"), text("limits"));
        Self {
            cpu_s: cpu_seconds(&stat),
            resident: kibibytes(&status, "VmRSS:"),
            virtual_: kibibytes(&status, "VmSize:"),
            threads: field(&status, "Threads:"),
            open_fds: std::fs::read_dir("/proc/self/fd").ok().map(|all| all.count() as u64),
            max_fds: limits
                .lines()
                .find_map(|l| l.strip_prefix("Max open files")?.split_whitespace().next()?.parse().ok()),
            disk: folder.and_then(|folder| disk(&folder)),
        }
    }

    pub(super) fn gather(&self, out: &mut Samples) {
        if let Some(seconds) = self.cpu_s {
            out.set(&c::PROCESS_CPU, &[], seconds);
        }
        let disk = self.disk.as_ref();
        for (metric, value) in [
            (&c::PROCESS_MEMORY, self.resident),
            (&c::PROCESS_VIRTUAL, self.virtual_),
            (&c::PROCESS_THREADS, self.threads),
            (&c::PROCESS_FDS, self.open_fds),
            (&c::PROCESS_MAX_FDS, self.max_fds),
            (&c::DATA_FREE, disk.map(|d| d.free)),
            (&c::DATA_SIZE, disk.map(|d| d.size)),
            (&c::STORE_DATABASE, disk.and_then(|d| d.database)),
        ] {
            if let Some(value) = value {
                out.count(metric, &[], value);
            }
        }
    }
}

fn disk(folder: &Path) -> Option<Disk> {
    let seen = rustix::fs::statvfs(folder).ok()?;
    let database = std::fs::metadata(folder.join("callboard.db")).ok().map(|m| m.len());
    // What an ordinary user may still fill: the kernel keeps some for root.
    Some(Disk { free: seen.f_bavail * seen.f_frsize, size: seen.f_blocks * seen.f_frsize, database })
}

/// User and system time. The second field, the program's name, may hold spaces and brackets.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let rest: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |n: usize| rest.get(n)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

fn field(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

fn kibibytes(status: &str, name: &str) -> Option<u64> {
    field(status, name).map(|n| n * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_proc_are_read() {
        let stat = "77 (a) b (c)) S 1 77 77 0 -1 4194560 1200 0 0 0 250 50 0 0 20 0 9 0 123 456 789";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds(""), None);
        let status = "Name:\tx\nVmSize:\t  2048 kB\nVmRSS:\t1024 kB\nThreads:\t9\n";
        assert_eq!((kibibytes(status, "VmRSS:"), field(status, "Threads:")), (Some(1_048_576), Some(9)));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
        let here = Machine::look(Some(std::env::temp_dir()));
        assert!(here.disk.is_some_and(|d| d.size >= d.free && d.size > 0 && d.database.is_none()));
    }
}
