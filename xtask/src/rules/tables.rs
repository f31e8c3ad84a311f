//! Every table is named in exactly one crate's README, as a projection or as a record.

use crate::finding::Finding;
use crate::repo::Repo;
use std::collections::BTreeMap;

const RULE: &str = "tables";

/// Matches `create table` in the migrations with the lists in the READMEs.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let mut created: BTreeMap<String, String> = BTreeMap::new();
    // The list of applied migrations is made by the code that applies them.
    let by_code = repo.under("crates/store/src/migrations", ".rs").map(|(path, text)| (path, before_tests(text)));
    for (path, text) in repo.under("migrations/", ".sql").chain(by_code) {
        for table in created_in(text) {
            created.entry(table).or_insert_with(|| path.to_owned());
        }
    }
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, text) in repo.under("crates/", "/README.md") {
        for table in listed_in(text) {
            listed.entry(table).or_default().push(path.to_owned());
        }
    }
    let mut findings = Vec::new();
    for (table, migration) in &created {
        match listed.get(table).map_or(0, Vec::len) {
            0 => findings.push(Finding::error(
                migration,
                0,
                RULE,
                format!("`{table}` is in no crate's README; list it under \"## Projections\" or \"## Records\" as - `{table}`"),
            )),
            1 => {}
            _ => findings.push(Finding::error(migration, 0, RULE, format!("`{table}` is listed more than once: {:?}", listed[table]))),
        }
    }
    for (table, places) in listed.iter().filter(|(table, _)| !created.contains_key(*table)) {
        findings.push(Finding::error(
            &places[0],
            0,
            RULE,
            format!("no migration creates `{table}`; remove it from the list"),
        ));
    }
    findings
}

fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// Names after `create table`, without those dropped or renamed away in the same text.
fn created_in(sql: &str) -> Vec<String> {
    let plain: Vec<&str> = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
    let lower = plain.join(" ").to_lowercase();
    let words: Vec<&str> = lower
        .split(|letter: char| letter.is_whitespace() || "(;\"".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let creates = *word == "table" && at > 0 && ["create", "virtual", "unlogged"].contains(&words[at - 1]);
        if creates {
            let name = words[at + 1..].iter().find(|word| !["if", "not", "exists"].contains(*word));
            tables.extend(name.map(|name| name.trim_matches('"').to_owned()));
        }
    }
    tables
}

/// List items under the two headings that begin with a name in backquotes.
fn listed_in(readme: &str) -> Vec<String> {
    let mut inside = false;
    let mut tables = Vec::new();
    for line in readme.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.trim().to_lowercase();
            inside = heading.starts_with("projections") || heading.starts_with("records");
        } else if inside && let Some(item) = line.trim_start().strip_prefix("- `").or_else(|| line.strip_prefix("| `"))
        {
            tables.extend(item.split('`').next().map(str::to_owned));
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str =
        "-- create table old (x)\ncreate table if not exists call_session (\n id text);\nCREATE TABLE event(id text);";

    fn messages(readme: &str, other: &str) -> Vec<String> {
        let files =
            [("migrations/0001_a.sql", SQL), ("crates/calls/README.md", readme), ("crates/eventlog/README.md", other)];
        check(&Repo::of(&files)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn tables_in_one_list_each_are_clean() {
        assert_eq!(
            messages("## Records\n- `call_session`: one row per call", "## Projections\n- `event`"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn the_table_of_migrations_is_made_by_code() {
        let code =
            "db.run(\"create table if not exists schema_migration (n bigint)\");\n#[cfg(test)]\n// create table t (x)";
        let found = check(&Repo::of(&[("crates/store/src/migrations.rs", code), ("crates/store/README.md", "")]));
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`schema_migration` is in no crate's README"));
    }

    #[test]
    fn an_unlisted_table_is_found() {
        let found = messages("## Records\n- `call_session`", "## Promises\n- `event`");
        assert!(found[0].contains("`event` is in no crate's README"), "{found:?}");
    }

    #[test]
    fn a_table_in_two_lists_and_one_that_is_gone_are_found() {
        let found = messages("## Records\n- `call_session`\n- `event`\n- `ghost`", "## Projections\n- `event`");
        assert!(found[0].contains("more than once") && found[1].contains("creates `ghost`"), "{found:?}");
    }
}
