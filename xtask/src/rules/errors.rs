//! Every error code has a page, every page a code, and the two say the same.

use crate::finding::Finding;
use crate::repo::Repo;
use std::collections::BTreeMap;

const CODES: &str = "crates/kernel/src/codes.rs";
const FOLDER: &str = "docs/errors/";
const INDEX: &str = "docs/errors/README.md";
const HEADINGS: [&str; 3] = ["## Meaning", "## When it happens", "## What to do"];

/// One line of the table in `codes.rs`.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    name: String,
    kind: String,
    retryable: bool,
    title: String,
    line: usize,
}

/// Matches the table of codes with the pages and their index.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let Some(text) = repo.files.get(CODES) else {
        return vec![Finding::error(CODES, 0, "errors", "the table of error codes is missing")];
    };
    let codes = parse(text);
    let mut findings = Vec::new();
    if codes.is_empty() {
        findings.push(Finding::error(CODES, 0, "errors", "no code could be read; the form of the table has changed"));
    }
    let statuses = statuses();
    let index = repo.files.get(INDEX).map_or("", String::as_str);
    for code in &codes {
        let path = format!("{FOLDER}{}.md", code.name);
        match repo.files.get(&path) {
            None => findings.push(Finding::error(
                CODES,
                code.line,
                "errors",
                format!("{} has no page; write {path}", code.name),
            )),
            Some(page) => findings.extend(check_page(&path, page, code, &statuses)),
        }
        if !index.contains(&format!("[{0}]({0}.md)", code.name)) {
            findings.push(Finding::error(INDEX, 0, "errors", format!("{} is not in the index", code.name)));
        }
    }
    for (path, _) in repo.under(FOLDER, ".md").filter(|(path, _)| *path != INDEX) {
        let name = path.trim_start_matches(FOLDER).trim_end_matches(".md");
        if !codes.iter().any(|code| code.name == name) {
            findings.push(Finding::error(
                path,
                0,
                "errors",
                format!("no code {name} stands in {CODES}; remove the page"),
            ));
        }
    }
    findings.extend(unreached(repo, &codes));
    findings
}

/// Lines such as `NOT_FOUND, NotFound, false, "There is no such thing here";`.
pub fn parse(text: &str) -> Vec<Code> {
    let mut codes = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let Some((head, title)) = line.trim().split_once(", \"") else { continue };
        let mut parts = head.split(", ");
        let (Some(name), Some(kind), Some(retryable), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let upper = name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_' || letter.is_ascii_digit());
        if upper && !name.is_empty() && ["true", "false"].contains(&retryable) {
            codes.push(Code {
                name: name.to_owned(),
                kind: kind.to_owned(),
                retryable: retryable == "true",
                title: title.trim_end_matches("\";").to_owned(),
                line: number + 1,
            });
        }
    }
    codes
}

fn statuses() -> BTreeMap<&'static str, u16> {
    BTreeMap::from([
        ("Invalid", 400),
        ("Unauthenticated", 401),
        ("Forbidden", 403),
        ("NotFound", 404),
        ("MethodNotAllowed", 405),
        ("NotAcceptable", 406),
        ("Timeout", 408),
        ("Conflict", 409),
        ("Gone", 410),
        ("PreconditionFailed", 412),
        ("TooLarge", 413),
        ("UnsupportedMediaType", 415),
        ("TooMany", 429),
        ("HeadersTooLarge", 431),
        ("Internal", 500),
        ("BadGateway", 502),
        ("Unavailable", 503),
    ])
}

fn check_page(path: &str, page: &str, code: &Code, statuses: &BTreeMap<&'static str, u16>) -> Vec<Finding> {
    let status = statuses.get(code.kind.as_str()).copied().unwrap_or_default();
    let retry = if code.retryable { "may succeed unchanged later" } else { "will not succeed unchanged" };
    let mut wanted = vec![format!("# {}", code.name), format!("> {}", code.title), format!("HTTP {status} · {retry}")];
    wanted.extend(HEADINGS.iter().map(|heading| (*heading).to_owned()));
    wanted
        .into_iter()
        .filter(|line| !page.lines().any(|have| have == line))
        .map(|line| Finding::error(path, 0, "errors", format!("the page lacks the line `{line}`")))
        .collect()
}

/// A refusal that no test reaches is a refusal that nobody has seen.
fn unreached(repo: &Repo, codes: &[Code]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for code in codes {
        let tested = repo.files.iter().any(|(path, text)| {
            let test_part = if crate::repo::is_test(path) || path.starts_with("tests/") {
                text.as_str()
            } else if path.ends_with(".rs") && path.starts_with("crates/") {
                text.find("#[cfg(test)]").map_or("", |at| &text[at..])
            } else {
                ""
            };
            crate::lexer::find_word(test_part, &code.name).next().is_some()
        });
        if !tested {
            findings.push(Finding::warning(CODES, code.line, "errors", format!("no test names {}", code.name)));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "codes! {\n    NOT_FOUND, NotFound, false, \"There is no such thing here\";\n}\n";
    const PAGE: &str = "# NOT_FOUND\n\n> There is no such thing here\n\nHTTP 404 · will not succeed unchanged\n\n## Meaning\n\n## When it happens\n\n## What to do\n";
    const INDEX_TEXT: &str = "- [NOT_FOUND](NOT_FOUND.md)";
    const STORY: (&str, &str) = ("crates/calls/tests/story.rs", "assert_code(NOT_FOUND)");

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        check(&Repo::of(files)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_matching_pair_is_clean() {
        let files = [(CODES, TABLE), ("docs/errors/NOT_FOUND.md", PAGE), (INDEX, INDEX_TEXT), STORY];
        assert_eq!(messages(&files), Vec::<String>::new());
    }

    #[test]
    fn a_missing_page_and_a_stray_page_are_found() {
        assert!(messages(&[(CODES, TABLE), (INDEX, INDEX_TEXT), STORY])[0].contains("has no page"));
        let files = [
            (CODES, TABLE),
            ("docs/errors/NOT_FOUND.md", PAGE),
            ("docs/errors/OLD.md", PAGE),
            (INDEX, INDEX_TEXT),
            STORY,
        ];
        assert!(messages(&files)[0].contains("no code OLD"));
    }

    #[test]
    fn a_page_that_says_something_else_is_found() {
        let page = PAGE.replace("404", "410").replace("## Meaning", "");
        let found = messages(&[(CODES, TABLE), ("docs/errors/NOT_FOUND.md", &page), (INDEX, INDEX_TEXT), STORY]);
        assert!(found[0].contains("HTTP 404") && found[1].contains("## Meaning"), "{found:?}");
    }

    #[test]
    fn an_unlisted_page_and_an_untested_code_are_found() {
        let found = messages(&[(CODES, TABLE), ("docs/errors/NOT_FOUND.md", PAGE), (INDEX, "")]);
        assert!(found[0].contains("not in the index") && found[1].contains("no test names"), "{found:?}");
    }

    #[test]
    fn a_table_that_cannot_be_read_is_found() {
        assert!(messages(&[(CODES, "codes! {}"), (INDEX, "")])[0].contains("no code could be read"));
    }
}
