//! From the types of the files to the types of an engine.
//!
//! Files say `text`, `bigint`, `double precision`, `bytea`. PostgreSQL gets `text collate "C"` (keys compare by bytes);
//! SQLite gets `text`, `integer`, `real`, `blob` and `strict` tables, which refuse values of another type as
//! PostgreSQL does.

use crate::Engine;

/// The text that an engine runs.
pub(super) fn for_engine(text: &str, engine: Engine) -> String {
    let tokens = tokens(text);
    match engine {
        Engine::Sqlite => sqlite(&tokens),
        Engine::Postgres => postgres(&tokens),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    /// White space and comments.
    Gap,
    /// Quoted text or a quoted name.
    Quoted,
    Sign,
}

type Token<'a> = (Kind, &'a str);

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (kind, len) = if rest.starts_with("--") {
            (Kind::Gap, rest.find('\n').map_or(rest.len(), |n| n + 1))
        } else if rest.starts_with("/*") {
            (Kind::Gap, rest.find("*/").map_or(rest.len(), |n| n + 2))
        } else if let Some(body) = rest.strip_prefix("$$") {
            (Kind::Quoted, body.find("$$").map_or(rest.len(), |n| n + 4))
        } else if first == '\'' || first == '"' {
            (Kind::Quoted, rest[1..].find(first).map_or(rest.len(), |n| n + 2))
        } else if first.is_whitespace() {
            (Kind::Gap, rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()))
        } else if first.is_alphanumeric() || first == '_' {
            (Kind::Word, rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len()))
        } else {
            (Kind::Sign, first.len_utf8())
        };
        out.push((kind, &rest[..len]));
        rest = &rest[len..];
    }
    out
}

/// Words before which `text` is a name or an expression, not the type of a column.
const NOT_A_COLUMN: [&str; 24] = [
    "as",
    "select",
    "distinct",
    "by",
    "set",
    "column",
    "and",
    "or",
    "not",
    "where",
    "on",
    "case",
    "when",
    "then",
    "else",
    "in",
    "like",
    "returning",
    "is",
    "null",
    "all",
    "between",
    "rename",
    "to",
];

/// Whether the word at `at` stands where a column's type stands: right after a column's name.
fn is_column_type(tokens: &[Token<'_>], at: usize) -> bool {
    let before = tokens[..at].iter().rev().find(|(kind, _)| *kind != Kind::Gap);
    match before {
        Some((Kind::Word, word)) => !NOT_A_COLUMN.contains(&word.to_ascii_lowercase().as_str()),
        Some((Kind::Quoted, name)) => name.starts_with('"'),
        _ => false,
    }
}

/// The next word after `at`, and where it stands.
fn next<'a>(tokens: &[Token<'a>], at: usize) -> Option<(usize, &'a str)> {
    let from = at + 1;
    let step = tokens[from..].iter().position(|(kind, _)| *kind != Kind::Gap)?;
    Some((from + step, tokens[from + step].1))
}

fn postgres(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for (at, (kind, token)) in tokens.iter().enumerate() {
        out.push_str(token);
        let collated = next(tokens, at).is_some_and(|(_, word)| word.eq_ignore_ascii_case("collate"));
        if *kind == Kind::Word && token.eq_ignore_ascii_case("text") && is_column_type(tokens, at) && !collated {
            out.push_str(" collate \"C\"");
        }
    }
    out
}

fn sqlite(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    let mut statement: Vec<String> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (kind, token) = tokens[at];
        let word = token.to_ascii_lowercase();
        let typed = kind == Kind::Word && is_column_type(tokens, at);
        match word.as_str() {
            "bigint" if typed => out.push_str("integer"),
            "bytea" if typed => out.push_str("blob"),
            "double" if typed => match next(tokens, at) {
                Some((end, following)) if following.eq_ignore_ascii_case("precision") => {
                    out.push_str("real");
                    at = end;
                }
                _ => out.push_str(token),
            },
            ";" => {
                if is_table(&statement) {
                    out.push_str(strict(&statement));
                }
                statement.clear();
                out.push(';');
            }
            _ => out.push_str(token),
        }
        if kind == Kind::Word {
            statement.push(word);
        }
        at += 1;
    }
    if is_table(&statement) {
        out.push_str(strict(&statement));
    }
    out
}

fn is_table(words: &[String]) -> bool {
    matches!(words, [create, table, ..] if create == "create" && table == "table")
}

/// What makes a table strict, after what it already says of itself.
fn strict(words: &[String]) -> &'static str {
    match words {
        [.., last] if last == "strict" => "",
        [.., without, rowid] if without == "without" && rowid == "rowid" => ", strict",
        _ => " strict",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "create table seg ( -- text bigint;\n  \"key\" text not null,\n  text text default 'text bigint;',\n  \
                        n bigint primary key, d double precision, b bytea);\n\
                        create index i on seg (n, text);\nalter table seg add column text2 TEXT;\n\
                        insert into seg (text) select cast(n as text) from seg;";

    #[test]
    fn postgres_compares_text_by_bytes() {
        assert_eq!(
            for_engine(FILE, Engine::Postgres),
            "create table seg ( -- text bigint;\n  \"key\" text collate \"C\" not null,\n  \
             text text collate \"C\" default 'text bigint;',\n  \
             n bigint primary key, d double precision, b bytea);\n\
             create index i on seg (n, text);\nalter table seg add column text2 TEXT collate \"C\";\n\
             insert into seg (text) select cast(n as text) from seg;"
        );
        assert_eq!(for_engine("a text collate \"C\"", Engine::Postgres), "a text collate \"C\"");
    }

    #[test]
    fn sqlite_tables_are_strict() {
        assert_eq!(
            for_engine(FILE, Engine::Sqlite),
            "create table seg ( -- text bigint;\n  \"key\" text not null,\n  text text default 'text bigint;',\n  \
             n integer primary key, d real, b blob) strict;\n\
             create index i on seg (n, text);\nalter table seg add column text2 TEXT;\n\
             insert into seg (text) select cast(n as text) from seg;"
        );
        assert_eq!(
            for_engine("create table a (b text primary key) without rowid;", Engine::Sqlite),
            "create table a (b text primary key) without rowid, strict;"
        );
        let fts = "create virtual table f using fts5(a);";
        assert_eq!(for_engine(fts, Engine::Sqlite), fts);
    }
}
