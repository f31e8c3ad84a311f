//! How long a file and a function may be. What is longer is listed, and may only shrink.

use crate::config::Exceptions;
use crate::finding::Finding;
use crate::lexer::functions;
use crate::repo::{Repo, Source};

const FILE: usize = 500;
const FILE_CEILING: usize = 800;
const LIB: usize = 150;
const FUNCTION: usize = 70;
const LIST: &str = "xtask/exceptions.toml";
/// An entry may lie this much above what it excepts before it must be lowered.
const SLACK: usize = 10;
const CODE: [&str; 9] = [".rs", ".ts", ".tsx", ".js", ".mjs", ".css", ".py", ".sh", ".sql"];
/// Written by a tool, read by nobody.
const GENERATED: [&str; 3] = ["web/api/src/generated", "web/api/src/schema", "clients/python/src/callboard/models.py"];

/// Checks files and functions, then the list of exceptions itself.
pub fn check(repo: &Repo, sources: &[Source], exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = files(repo, exceptions);
    findings.extend(long_functions(sources, exceptions));
    findings
}

fn files(repo: &Repo, exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in &repo.files {
        if !CODE.iter().any(|ending| path.ends_with(ending)) || GENERATED.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let lines = text.lines().count();
        let limit = if path.ends_with("/src/lib.rs") { LIB } else { FILE };
        let entry = exceptions.size.iter().find(|entry| entry.path == *path);
        let problem = match entry {
            _ if lines > FILE_CEILING => {
                Some(format!("{lines} lines; over {FILE_CEILING} is never accepted: split it"))
            }
            None if lines > limit => Some(format!("{lines} lines; the limit is {limit}: split it by what it does")),
            Some(entry) if lines > entry.lines => {
                Some(format!("{lines} lines, grown past its exception of {} in {LIST}", entry.lines))
            }
            Some(_) if lines <= limit => {
                Some(format!("{lines} lines; its exception is no longer needed: remove it from {LIST}"))
            }
            Some(entry) if lines + SLACK < entry.lines => {
                Some(format!("{lines} lines; lower its exception in {LIST} to that"))
            }
            Some(entry) if entry.reason.trim().is_empty() => Some(format!("its exception in {LIST} has no reason")),
            _ => None,
        };
        findings.extend(problem.map(|message| Finding::error(path, 0, "size", message)));
    }
    for entry in exceptions.size.iter().filter(|entry| !repo.files.contains_key(&entry.path)) {
        findings.push(Finding::error(LIST, 0, "size", format!("{} does not exist: remove its exception", entry.path)));
    }
    findings
}

fn long_functions(sources: &[Source], exceptions: &Exceptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut needed = vec![false; exceptions.function.len()];
    for source in sources {
        for function in functions(&source.code).into_iter().filter(|function| function.lines > FUNCTION) {
            let place =
                exceptions.function.iter().position(|entry| entry.path == source.path && entry.name == function.name);
            let allowed = place.map_or(FUNCTION, |place| exceptions.function[place].lines);
            if let Some(place) = place {
                needed[place] = true;
            }
            if function.lines > allowed {
                let message =
                    format!("`{}` has {} lines; {allowed} are allowed: name its parts", function.name, function.lines);
                findings.push(Finding::error(&source.path, function.line, "function", message));
            }
        }
    }
    for (entry, needed) in exceptions.function.iter().zip(needed) {
        if !needed || entry.reason.trim().is_empty() {
            let message = format!("the exception of `{}` in {} is not needed or has no reason", entry.name, entry.path);
            findings.push(Finding::error(LIST, 0, "function", message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, lines: usize, exceptions: &str) -> Vec<String> {
        let text = "x\n".repeat(lines);
        let repo = Repo::of(&[(path, &text)]);
        check(&repo, &[], &toml::from_str(exceptions).unwrap()).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn long_files_are_found() {
        assert!(found("crates/a/src/b.rs", 500, "").is_empty());
        assert!(found("crates/a/src/b.rs", 501, "")[0].contains("the limit is 500"));
        assert!(found("crates/a/src/lib.rs", 151, "")[0].contains("the limit is 150"));
        assert!(found("docs/a.md", 5000, "").is_empty());
    }

    #[test]
    fn exceptions_only_shrink() {
        let entry = |lines| format!("[[size]]\npath = \"crates/a/src/b.rs\"\nlines = {lines}\nreason = \"a table\"");
        assert!(found("crates/a/src/b.rs", 600, &entry(600)).is_empty());
        assert!(found("crates/a/src/b.rs", 601, &entry(600))[0].contains("grown past"));
        assert!(found("crates/a/src/b.rs", 560, &entry(600))[0].contains("lower its exception"));
        assert!(found("crates/a/src/b.rs", 400, &entry(600))[0].contains("no longer needed"));
        assert!(found("crates/a/src/b.rs", 801, &entry(900))[0].contains("never accepted"));
        assert!(found("crates/a/src/c.rs", 1, &entry(600))[0].contains("does not exist"));
    }

    #[test]
    fn long_functions_are_found_and_excepted_by_name() {
        let text = format!("fn long() {{\n{}}}\n", "    step();\n".repeat(70));
        let source = Source::new("crates/a/src/b.rs", &text);
        let none = Exceptions::default();
        assert!(check(&Repo::of(&[]), std::slice::from_ref(&source), &none)[0].message.contains("`long` has 72 lines"));
        let entry = "[[function]]\npath = \"crates/a/src/b.rs\"\nname = \"long\"\nlines = 72\nreason = \"a table\"";
        assert!(check(&Repo::of(&[]), &[source], &toml::from_str(entry).unwrap()).is_empty());
    }
}
