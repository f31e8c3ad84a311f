//! What the figures were measured on.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The machine's description, from /proc and /etc.
pub fn describe(work: &Path) -> BTreeMap<String, String> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once([':', '='])).map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let count = processors.lines().filter(|line| line.starts_with("processor")).count();
    let mut all = BTreeMap::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            all.insert(name.to_owned(), value);
        }
    };
    put("processor", field(&processors, "model name").map(|name| format!("{name} × {count}")));
    put("memory", field(&read("/proc/meminfo"), "MemTotal").and_then(|text| gib(&text)));
    put("kernel", Some(read("/proc/sys/kernel/osrelease").trim().to_owned()));
    put("system", field(&read("/etc/os-release"), "PRETTY_NAME"));
    put("virtual", field(&processors, "flags").filter(|f| f.contains(" hypervisor")).map(|_| "yes".to_owned()));
    put("disk", disk(&read("/proc/self/mountinfo"), work));
    put("load", read("/proc/loadavg").split(' ').next().map(|load| format!("{load} at the beginning")));
    all
}

fn gib(text: &str) -> Option<String> {
    let kib: f64 = text.split_ascii_whitespace().next()?.parse().ok()?;
    Some(format!("{:.0} GiB", kib / 1024.0 / 1024.0))
}

/// File system and device of the longest mount point above `work`.
fn disk(mounts: &str, work: &Path) -> Option<String> {
    let work = work.to_string_lossy();
    let line = mounts
        .lines()
        .filter_map(|line| {
            let (front, back) = line.split_once(" - ")?;
            let point = front.split(' ').nth(4)?;
            let above = point == "/" || work.as_ref() == point || work.starts_with(&format!("{point}/"));
            above.then_some((point.len(), back))
        })
        .max_by_key(|(length, _)| *length)?
        .1;
    let mut words = line.split(' ');
    Some(format!("{} on {}", words.next()?, words.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_disk_is_that_of_the_longest_mount_above() {
        let mounts = "21 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n30 21 0:5 / /tmp rw - tmpfs tmpfs rw\n31 21 0:6 / /tm rw - proc proc rw\n";
        assert_eq!(disk(mounts, Path::new("/tmp/x")).as_deref(), Some("tmpfs on tmpfs"));
        assert_eq!(disk(mounts, Path::new("/tmpx")).as_deref(), Some("ext4 on /dev/vda"));
        assert_eq!(gib("25165824 kB").as_deref(), Some("24 GiB"));
    }

    #[test]
    fn this_machine_has_a_name_for_its_processor() {
        let here = describe(Path::new("/"));
        assert!(here.contains_key("kernel") && here.contains_key("disk"), "{here:?}");
    }
}
