//! What a migration is, and those of this binary.

use std::sync::OnceLock;

use crate::Engine;

/// One migration, with its text for each engine (often the same).
#[derive(Clone, Debug)]
pub struct Migration {
    /// Its place in the order, from 1.
    pub number: u32,
    /// The name in its file name.
    pub name: &'static str,
    /// The text for SQLite, as in the file.
    pub sqlite: &'static str,
    /// The text for PostgreSQL, as in the file.
    pub postgres: &'static str,
}

impl Migration {
    /// The file for an engine, as messages name it.
    pub fn file(&self, engine: Engine) -> String {
        let (number, name) = (self.number, self.name);
        match engine {
            _ if self.sqlite == self.postgres => format!("{number:04}_{name}.sql"),
            Engine::Sqlite => format!("{number:04}_{name}.sqlite.sql"),
            Engine::Postgres => format!("{number:04}_{name}.postgres.sql"),
        }
    }

    pub(crate) fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    pub(crate) fn checksum(&self, engine: Engine) -> String {
        callboard_kernel::sha256_hex(self.text(engine).as_bytes())
    }
}

static EMBEDDED: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// What a test put in their place.
static REPLACED: OnceLock<&'static [Migration]> = OnceLock::new();

/// The migrations of this binary.
pub fn embedded() -> &'static [Migration] {
    REPLACED.get().copied().unwrap_or(EMBEDDED)
}

/// One more behind those of this binary, with the next free number; false when that was done already.
pub(crate) fn extend(name: &'static str, text: &'static str) -> bool {
    let mut all = EMBEDDED.to_vec();
    let number = all.last().map_or(0, |m| m.number) + 1;
    all.push(Migration { number, name, sqlite: text, postgres: text });
    REPLACED.set(all.leak()).is_ok()
}
