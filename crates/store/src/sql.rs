//! SQL texts are constants with names, listed per crate, so that tests can prepare and review all of them.

use std::sync::{Arc, OnceLock};

use crate::Engine;

/// One SQL text. Parameters are `:name`; `{for_update}` becomes the row lock of the engine (nothing on SQLite);
/// `{skip_locked}` likewise adds `skip locked` on PostgreSQL; `in ({keys})` are the numbers of the parameter `keys`, a JSON
/// array.
pub struct Sql {
    /// The constant's name.
    pub name: &'static str,
    /// The text as written.
    pub text: &'static str,
    pub(crate) sqlite: OnceLock<Statement>,
    pub(crate) postgres: OnceLock<Statement>,
}

/// A text ready for one engine.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The text with numbered parameters (`?1` or `$1`).
    pub text: String,
    /// The names, in the order of their numbers.
    pub names: Vec<String>,
    /// The columns of its rows, noted when it first ran: one allocation for all rows ever.
    pub(crate) columns: OnceLock<Arc<[String]>>,
}

impl Sql {
    /// A constant; use the [`sql!`](crate::sql) macro.
    pub const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, sqlite: OnceLock::new(), postgres: OnceLock::new() }
    }

    /// The statement for an engine, made once.
    pub fn statement(&self, engine: Engine) -> &Statement {
        let (cell, mark) = self.cell(engine);
        cell.get_or_init(|| number(&engine.expand(self.text), mark))
    }

    /// Another wording for an engine, before the first use; for tests.
    pub(crate) fn reword(&self, engine: Engine, wording: &str) -> bool {
        let (cell, mark) = self.cell(engine);
        cell.set(number(&engine.expand(wording), mark)).is_ok()
    }

    const fn cell(&self, engine: Engine) -> (&OnceLock<Statement>, char) {
        match engine {
            Engine::Sqlite => (&self.sqlite, '?'),
            Engine::Postgres => (&self.postgres, '$'),
        }
    }
}

impl std::fmt::Debug for Sql {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Replaces `:name` by numbers, skipping quoted text and `::` casts.
fn number(text: &str, mark: char) -> Statement {
    let mut out = String::with_capacity(text.len());
    let mut names: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let starts_name = chars.peek().is_some_and(|n| n.is_ascii_alphabetic());
        if c == ':' && !quoted && chars.peek() == Some(&':') {
            out.push_str("::");
            chars.next();
        } else if c == ':' && !quoted && starts_name {
            let mut name = String::new();
            while let Some(n) = chars.next_if(|n| n.is_ascii_alphanumeric() || *n == '_') {
                name.push(n);
            }
            let at = names.iter().position(|n| *n == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            out.push(mark);
            out.push_str(&(at + 1).to_string());
        } else {
            out.push(c);
        }
    }
    Statement { text: out, names, columns: OnceLock::new() }
}

/// Declares SQL constants and their list:
/// `sql! { pub ALL; SESSION_BY_ID = "select … where tenant_id = :tenant and …"; … }`
#[macro_export]
macro_rules! sql {
    ($(#[$all_meta:meta])* pub $all:ident; $($(#[$meta:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$meta])* pub(crate) static $name: $crate::Sql = $crate::Sql::new(stringify!($name), $text);)*
        $(#[$all_meta])*
        /// Every SQL text of this crate.
        pub static $all: &[&$crate::Sql] = &[$(&$name),*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_by_first_use() {
        let s = number("select ':x', a::text from t where b = :b and c = :c or d = :b", '$');
        assert_eq!(s.text, "select ':x', a::text from t where b = $1 and c = $2 or d = $1");
        assert_eq!(s.names, ["b", "c"]);
    }
}
