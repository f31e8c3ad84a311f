//! What a file may name, by its place: axum only at the door, SQL only in the store file, rules without I/O.

use crate::finding::Finding;
use crate::lexer::{find_word, line_of};
use crate::repo::{Source, is_test};

/// Crates where axum is at home in every file.
const AXUM_EVERYWHERE: [&str; 6] = ["http", "callboard", "testkit", "xtask", "torture", "bench"];
/// Crates that are no feature: the file order does not bind them.
const NO_FEATURE: [&str; 9] =
    ["kernel", "contracts", "store", "http", "testkit", "callboard", "xtask", "torture", "bench"];

/// Which names a kind of file must not use, and why.
const ORDER: [(&str, &[&str], &str); 4] = [
    ("model", &["http", "repair", "commands", "decide", "store"], "the model names nothing else of its crate"),
    ("decide", &["http", "repair", "commands", "store"], "rules are pure: they see the model only"),
    ("store", &["http", "repair", "commands", "decide"], "the store file holds SQL and sees the model only"),
    ("commands", &["http", "repair"], "a command does not know who called it"),
];

/// I/O that the pure files must not touch.
const IMPURE: [&str; 6] = ["Tx", "callboard_store", "tokio", "std::fs", "std::net", "std::env"];

/// Checks every product source.
pub fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.contains("/src/") && !is_test(&source.path)) {
        findings.extend(axum(source));
        findings.extend(other_crates_files(source));
        if NO_FEATURE.contains(&source.crate_name()) {
            continue;
        }
        findings.extend(file_order(source));
        findings.extend(purity(source));
        findings.extend(sql(source));
    }
    findings
}

fn hits(source: &Source, word: &str, rule: &'static str, message: &str) -> Vec<Finding> {
    let found = find_word(&source.product, word);
    found.map(|at| Finding::error(&source.path, line_of(&source.product, at), rule, message)).collect()
}

fn axum(source: &Source) -> Vec<Finding> {
    if AXUM_EVERYWHERE.contains(&source.crate_name()) || source.module() == Some("http") {
        return Vec::new();
    }
    let message = "axum stands only in a feature's http.rs; give this file plain types";
    ["axum", "utoipa_axum"].iter().flat_map(|word| hits(source, word, "axum", message)).collect()
}

fn file_order(source: &Source) -> Vec<Finding> {
    let Some((kind, forbidden, why)) = ORDER.iter().find(|(kind, _, _)| source.module() == Some(kind)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for name in *forbidden {
        let message = format!("`{kind}` may not name `{name}`: {why}");
        let direct = source.path.ends_with(&format!("/src/{kind}.rs"));
        for path in [format!("crate::{name}"), format!("super::{name}")] {
            // Deeper down, `super::` stays inside the folder of this kind.
            if direct || path.starts_with("crate") {
                findings.extend(hits(source, &path, "file-order", &message));
            }
        }
        findings.extend(grouped(source, name, &message));
    }
    findings
}

/// `use crate::{a, store::b};`
fn grouped(source: &Source, name: &str, message: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, _) in source.product.match_indices("crate::{") {
        let open = at + "crate::".len();
        let group = &source.product[open..crate::lexer::matching_brace(&source.product, open)];
        let mut depth = 0;
        let mut first = true;
        for (offset, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' => {}
                letter if letter.is_whitespace() => continue,
                _ => {
                    let rest = &group[offset..];
                    let word: &str = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
                    if first && depth == 1 && word == name {
                        findings.push(Finding::error(
                            &source.path,
                            line_of(&source.product, open + offset),
                            "file-order",
                            message,
                        ));
                    }
                    first = false;
                    continue;
                }
            }
            first = true;
        }
    }
    findings
}

fn purity(source: &Source) -> Vec<Finding> {
    let Some(kind @ ("model" | "decide")) = source.module() else { return Vec::new() };
    let say = |word: &str| format!("`{kind}` is pure and may not name `{word}`; pass what it needs as a value");
    IMPURE.iter().flat_map(|word| hits(source, word, "pure", &say(word))).collect()
}

fn sql(source: &Source) -> Vec<Finding> {
    if source.module() == Some("store") {
        return Vec::new();
    }
    let message = "SQL stands only in store.rs; name a function there";
    hits(source, "sql!", "sql", message)
}

/// `callboard_calls::store::…` from another crate.
fn other_crates_files(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, _) in source.product.match_indices("callboard_") {
        let path: String =
            source.product[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
        let mut parts = path.split("::");
        let (owner, inner) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        let feature = owner.strip_prefix("callboard_").unwrap_or("");
        // The model is made to be shared; the other files are not.
        let inside = ["store", "commands", "decide", "repair"].contains(&inner);
        if inside && !feature.is_empty() && feature != source.crate_name() && !NO_FEATURE.contains(&feature) {
            let message = format!("`{owner}` is used through its lib.rs, not through its `{inner}` file");
            findings.push(Finding::error(&source.path, line_of(&source.product, at), "door", message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<&'static str> {
        check(&[Source::new(path, text)]).into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn axum_stands_at_the_door_only() {
        assert_eq!(found("crates/calls/src/commands.rs", "use axum::Json;"), ["axum"]);
        assert_eq!(found("crates/calls/src/http.rs", "use axum::Json;"), [] as [&str; 0]);
        assert_eq!(found("crates/calls/src/http/routes.rs", "use axum::Json;"), [] as [&str; 0]);
        assert_eq!(found("crates/http/src/answer.rs", "use axum::Json;"), [] as [&str; 0]);
    }

    #[test]
    fn files_name_only_what_stands_below_them() {
        assert_eq!(found("crates/calls/src/model.rs", "use crate::store::find;"), ["file-order"]);
        assert_eq!(found("crates/calls/src/decide.rs", "use super::commands;"), ["file-order"]);
        assert_eq!(found("crates/calls/src/store.rs", "use crate::{model::A, decide::b};"), ["file-order"]);
        assert_eq!(found("crates/calls/src/commands.rs", "crate::http::answer()"), ["file-order"]);
        assert_eq!(found("crates/calls/src/commands/end.rs", "use crate::repair::hint;"), ["file-order"]);
        assert_eq!(found("crates/calls/src/http.rs", "use crate::{commands, store, decide, model};"), [] as [&str; 0]);
        assert_eq!(
            found("crates/calls/src/commands.rs", "use crate::{decide, store::{find, http_row}, model};"),
            [] as [&str; 0]
        );
        assert_eq!(
            found("crates/calls/src/store.rs", "// crate::http is above\nuse crate::model::A;"),
            [] as [&str; 0]
        );
    }

    #[test]
    fn rules_touch_no_outside() {
        assert_eq!(found("crates/calls/src/decide.rs", "fn end(tx: &Tx) {}"), ["pure"]);
        assert_eq!(found("crates/calls/src/model.rs", "use std::fs::File;"), ["pure"]);
        assert_eq!(
            found("crates/calls/src/decide.rs", "#[cfg(test)]\nmod tests { fn f(tx: &Tx) {} }"),
            [] as [&str; 0]
        );
    }

    #[test]
    fn sql_stands_in_the_store_file_only() {
        assert_eq!(found("crates/calls/src/commands.rs", "const A: Sql = sql!(\"select 1\");"), ["sql"]);
        assert_eq!(found("crates/calls/src/store/rows.rs", "const A: Sql = sql!(\"select 1\");"), [] as [&str; 0]);
    }

    #[test]
    fn features_are_used_through_their_door() {
        assert_eq!(found("crates/realtime/src/commands.rs", "callboard_calls::store::find(tx)"), ["door"]);
        assert_eq!(
            found("crates/realtime/src/commands.rs", "callboard_calls::find(tx); callboard_http::store()"),
            [] as [&str; 0]
        );
    }
}
