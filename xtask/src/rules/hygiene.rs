//! Leftovers: conflict markers, notes to oneself, paths of a machine, hosts in lock files, skipped tests, dead links.

use crate::finding::Finding;
use crate::repo::Repo;

/// Checks every text file.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &repo.files {
        // This folder names what it looks for.
        if path.starts_with("xtask/src/") || path == "LICENSE" {
            continue;
        }
        findings.extend(lines(path, text));
        findings.extend(lock_file(path, text));
        if path.ends_with(".md") {
            findings.extend(links(repo, path, text));
        }
    }
    findings
}

fn lines(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lock = is_lock(path);
    for (number, line) in text.lines().enumerate() {
        let mut add = |rule, message: &str| findings.push(Finding::error(path, number + 1, rule, message));
        if line.starts_with("<<<<<<<")
            || line.starts_with(">>>>>>>")
            || line == "======="
            || line.starts_with("|||||||")
        {
            add("conflict", "a conflict marker, or the label of a branch");
        }
        if lock {
            continue;
        }
        if ["TODO", "FIXME", "XXX", "HACK"].iter().any(|word| crate::lexer::find_word(line, word).next().is_some()) {
            add("note", "a note to oneself: do it, or open an issue");
        }
        if machine_path(line) {
            add("machine-path", "a path of one machine; name it from the repository's folder");
        }
        let script = [".ts", ".tsx", ".mjs", ".js"].iter().any(|ending| path.ends_with(ending));
        let testing = path.contains("test") || path.contains("spec");
        if script
            && testing
            && ["test.skip(", "it.skip(", "describe.skip(", ".only("].iter().any(|word| line.contains(word))
        {
            add("ignored-test", "a test that is left out, or that leaves out all others");
        }
        if path.starts_with("tests/") && script && line.contains("waitForTimeout(") {
            add("sleep", "wait for the thing itself, not for time");
        }
    }
    findings
}

fn machine_path(line: &str) -> bool {
    ["/root/", "/home/", "/work/", "/Users/", "C:\\Users\\"].iter().any(|start| {
        line.match_indices(start).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            // `$HOME/work/` and `https://a/home/` are something else.
            before.is_none_or(|letter| {
                !letter.is_alphanumeric() && !['.', '_', '-', '}', ')', '/', '*'].contains(&letter)
            })
        })
    })
}

fn is_lock(path: &str) -> bool {
    path.ends_with("package-lock.json")
        || path.ends_with("Cargo.lock")
        || path.ends_with("requirements.lock")
        || path.ends_with("go.sum")
}

/// Lock files pin contents, not hosts, so that they serve behind any mirror.
fn lock_file(path: &str, text: &str) -> Vec<Finding> {
    if !is_lock(path) && !path.ends_with(".npmrc") && !path.ends_with("requirements.txt") {
        return Vec::new();
    }
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            // npm keeps addresses of package authors as well; only `resolved` says where a package comes from.
            let from_host =
                if path.ends_with(".json") { line.contains("\"resolved\":") } else { !line.contains(index) };
            line.contains("://") && from_host && !line.trim_start().starts_with('#')
        })
        .map(|(number, _)| {
            Finding::error(path, number + 1, "lock-host", "a host in a lock file; make it without (see .npmrc)")
        })
        .collect()
}

/// Relative links must lead somewhere.
fn links(repo: &Repo, path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fenced = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            let target = line[at + 2..].split([')', '#', ' ']).next().unwrap_or("");
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let resolved = resolve(path, target);
            let there = repo.files.keys().any(|file| *file == resolved || file.starts_with(&format!("{resolved}/")));
            if !there {
                findings.push(Finding::error(path, number + 1, "link", format!("`{target}` leads nowhere")));
            }
        }
    }
    findings
}

/// A path as seen from a file, without `.` and `..`.
pub fn resolve(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<&'static str> {
        check(&Repo::of(&[(path, text), ("docs/there.md", "")])).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn leftovers_are_found() {
        assert_eq!(rules("README.md", "<<<<<<< mine\na\n=======\nb\n>>>>>>> theirs"), ["conflict"; 3]);
        assert_eq!(rules("crates/a/src/b.rs", "// TODO later"), ["note"]);
        assert_eq!(rules("scripts/a.sh", "cd /home/someone/callboard"), ["machine-path"]);
        assert_eq!(rules("scripts/a.sh", "cd \"$HOME/work/x\" https://a.example/home/x"), [] as [&str; 0]);
    }

    #[test]
    fn skipped_tests_are_found() {
        assert_eq!(rules("web/console/src/a.test.ts", "describe.only('x', () => {})"), ["ignored-test"]);
        assert_eq!(rules("web/console/src/a.ts", "items.skip(2)"), [] as [&str; 0]);
        assert_eq!(rules("tests/live/a.mjs", "await page.waitForTimeout(500)"), ["sleep"]);
    }

    #[test]
    fn hosts_in_lock_files_are_found() {
        assert_eq!(rules("web/package-lock.json", "\"resolved\": \"https://mirror.example/a.tgz\""), ["lock-host"]);
        assert_eq!(
            rules("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\""),
            [] as [&str; 0]
        );
        assert_eq!(rules("tests/http/requirements.lock", "--index-url https://mirror.example"), ["lock-host"]);
    }

    #[test]
    fn dead_links_are_found() {
        assert_eq!(rules("docs/a.md", "[x](gone.md) [y](there.md#part) [z](https://a.example)"), ["link"]);
        assert_eq!(rules("docs/sub/a.md", "[y](../there.md)\n```\n[x](gone.md)\n```"), [] as [&str; 0]);
    }
}
