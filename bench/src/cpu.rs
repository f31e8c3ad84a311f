//! Processor time and memory of processes, from /proc.

use std::collections::HashMap;
use std::fs;

use crate::fault::{Context as _, Result};

/// The fields of `/proc/<pid>/stat` that matter here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// utime + stime, ticks.
    own: u64,
    /// cutime + cstime: of children that ended and were waited for, ticks.
    ended: u64,
}

/// The name may hold spaces and parentheses, so fields are counted behind the last one.
fn parse(text: &str) -> Option<Stat> {
    let rest = text.rsplit_once(')')?.1;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|f| f.parse::<u64>().ok());
    Some(Stat {
        parent: u32::try_from(number(1)?).ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

fn all() -> HashMap<u32, Stat> {
    let Ok(entries) = fs::read_dir("/proc") else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter_map(|pid| Some((pid, parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)?)))
        .collect()
}

/// Ticks of the processes and of everything below them, ended children included.
fn ticks(table: &HashMap<u32, Stat>, roots: &[u32]) -> u64 {
    let within = |mut pid: u32| {
        // A chain cannot be longer than the table.
        for _ in 0..=table.len() {
            if roots.contains(&pid) {
                return true;
            }
            match table.get(&pid) {
                Some(stat) if stat.parent != 0 => pid = stat.parent,
                _ => return false,
            }
        }
        false
    };
    table.iter().filter(|(pid, _)| within(**pid)).map(|(_, stat)| stat.own + stat.ended).sum()
}

fn micros(ticks: u64) -> f64 {
    ticks as f64 * 1e6 / rustix::param::clock_ticks_per_second() as f64
}

/// Processor time so far of these processes and all below them, microseconds.
pub fn of_trees(roots: &[u32]) -> f64 {
    if roots.is_empty() { 0.0 } else { micros(ticks(&all(), roots)) }
}

/// Processor time so far of this process alone, microseconds.
pub fn of_self() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    parse(&text).map_or(0.0, |stat| micros(stat.own))
}

/// Resident memory of a process, bytes.
pub fn resident(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).because("memory cannot be read")?;
    vm_rss(&text).because(format!("process {pid} has no VmRSS"))
}

fn vm_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_ascii_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// The only child of a wrapper, such as what strace runs.
pub fn child_of(pid: u32) -> Option<u32> {
    let mut children: Vec<u32> = all().iter().filter(|(_, stat)| stat.parent == pid).map(|(pid, _)| *pid).collect();
    children.sort_unstable();
    children.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "42 (a b) c) S 7 42 42 0 -1 4194304 100 0 0 0 150 50 30 20 20 0 4 0 1000 0 0";

    #[test]
    fn a_stat_line_with_a_hostile_name() {
        assert_eq!(parse(LINE), Some(Stat { parent: 7, own: 200, ended: 50 }));
        assert_eq!(parse("no line"), None);
    }

    #[test]
    fn a_tree_is_the_root_and_all_below() {
        let stat = |parent, own, ended| Stat { parent, own, ended };
        let table = HashMap::from([
            (1, stat(0, 1000, 0)),
            (10, stat(1, 5, 3)),
            (11, stat(10, 7, 0)),
            (12, stat(11, 2, 0)),
            (20, stat(1, 100, 0)),
        ]);
        assert_eq!(ticks(&table, &[10]), 17);
        assert_eq!(ticks(&table, &[10, 20]), 117);
        assert_eq!(ticks(&table, &[99]), 0);
    }

    #[test]
    fn memory_is_kibibytes() {
        assert_eq!(vm_rss("Name:\tx\nVmRSS:\t  2048 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(vm_rss("Name:\tx\n"), None);
    }
}
