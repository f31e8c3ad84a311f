//! What a backup says about itself.

use std::collections::BTreeMap;

use callboard_kernel::{Keyring, Result, Timestamp};
use callboard_store::migrations;
use serde::{Deserialize, Serialize};

use super::refused;

/// The name of the form.
const FORMAT: &str = "callboard-backup";
/// Its version.
const FORMAT_VERSION: u32 = 1;

/// Names a secret key without giving anything of it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMark {
    /// The id in front of the colon in `CALLBOARD_SECRET_KEY`.
    pub id: String,
    /// Tells keys of one id apart.
    pub fingerprint: String,
}

/// What a backup holds and what it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always `callboard-backup`.
    pub format: String,
    /// Of the file's form.
    pub format_version: u32,
    /// The version that made it.
    pub callboard_version: String,
    /// When the snapshot was begun: everything that was acknowledged before is in it.
    pub taken_at: Timestamp,
    /// The engine that it was taken from, `sqlite` or `postgres`. It can be restored into both.
    pub engine: String,
    /// The number of the last migration.
    pub schema: u32,
    /// The log's epoch; a restore begins a later one.
    pub log_epoch: i64,
    /// The secret keys that its sealed columns and tokens need, the current one first. Empty when no key was at hand.
    pub secret_keys: Vec<KeyMark>,
    /// Rows by table.
    pub tables: BTreeMap<String, u64>,
    /// Sessions that were verified.
    pub sessions: u64,
    /// Events that were verified.
    pub events: u64,
    /// The position of the last event.
    pub last_position: i64,
    /// What `verify` found; 0 unless that was allowed.
    pub findings: u64,
    /// Length of the database in the file.
    pub data_bytes: u64,
    /// SHA-256 of the database, in hexadecimal digits.
    pub data_sha256: String,
}

impl Manifest {
    /// A manifest of a snapshot that was begun now; counts follow.
    pub fn begin(engine: &str, keys: Option<&Keyring>, now: Timestamp) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            callboard_version: env!("CARGO_PKG_VERSION").to_owned(),
            taken_at: now,
            engine: engine.to_owned(),
            schema: 0,
            log_epoch: 0,
            secret_keys: keys.map(marks).unwrap_or_default(),
            tables: BTreeMap::new(),
            sessions: 0,
            events: 0,
            last_position: 0,
            findings: 0,
            data_bytes: 0,
            data_sha256: String::new(),
        }
    }

    /// Refuses what this binary does not know.
    ///
    /// # Errors
    /// What is too new, and what to do.
    pub fn check_version(&self) -> Result<()> {
        let newest = migrations::embedded().last().map_or(0, |m| m.number);
        let own = env!("CARGO_PKG_VERSION");
        if self.format != FORMAT || self.format_version > FORMAT_VERSION || self.schema > newest {
            return Err(refused(format!(
                "The backup was made by Callboard {} (form {}, schema {}); this is Callboard {own}, which knows form \
                 {FORMAT_VERSION} and schema {newest}. Restore with Callboard {} or a later one.",
                self.callboard_version, self.format_version, self.schema, self.callboard_version
            )));
        }
        Ok(())
    }

    /// The ids of the keys that it needs, for a sentence.
    pub fn key_names(&self) -> String {
        let names: Vec<String> = self.secret_keys.iter().map(|k| format!("{} ({})", k.id, k.fingerprint)).collect();
        names.join(", ")
    }

    /// Which of the keys that it needs are not in a ring.
    pub fn missing_keys(&self, keys: &Keyring) -> Vec<String> {
        let have = marks(keys);
        let missing = self.secret_keys.iter().filter(|k| !have.contains(k));
        missing.map(|k| format!("{} ({})", k.id, k.fingerprint)).collect()
    }
}

fn marks(keys: &Keyring) -> Vec<KeyMark> {
    keys.fingerprints().into_iter().map(|(id, fingerprint)| KeyMark { id, fingerprint }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_schema_is_refused_with_what_to_do() {
        let now = Timestamp::from_seconds(1);
        let good = Manifest { schema: 1, ..Manifest::begin("sqlite", None, now) };
        good.check_version().expect("known");
        for bad in [
            Manifest { schema: 9_999, callboard_version: "7.7.7".into(), ..good.clone() },
            Manifest { format_version: 2, callboard_version: "7.7.7".into(), ..good },
        ] {
            let said = bad.check_version().expect_err("unknown");
            assert!(said.message().contains("Restore with Callboard 7.7.7"), "{said}");
        }
    }
}
