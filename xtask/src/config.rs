//! `xtask/floors.toml` and `xtask/exceptions.toml`.

use crate::repo::Repo;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Both files.
#[derive(Default)]
pub struct Config {
    /// Floors, edges and outside libraries.
    pub floors: Floors,
    /// What is accepted for now.
    pub exceptions: Exceptions,
}

impl Config {
    /// Reads both files out of the repository.
    pub fn from_repo(repo: &Repo) -> Result<Self, String> {
        Ok(Config { floors: parse(repo, "xtask/floors.toml")?, exceptions: parse(repo, "xtask/exceptions.toml")? })
    }
}

fn parse<T: serde::de::DeserializeOwned>(repo: &Repo, path: &str) -> Result<T, String> {
    let text = repo.files.get(path).ok_or_else(|| format!("{path} is missing"))?;
    toml::from_str(text).map_err(|error| format!("{path}: {error}"))
}

/// `floors.toml`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floors {
    /// Crate folder to floor.
    #[serde(default)]
    pub floors: BTreeMap<String, u8>,
    /// Accepted edges within a floor.
    #[serde(default)]
    pub edges: Vec<Edge>,
    /// Outside libraries and the crates that may link them.
    #[serde(default)]
    pub outside: Vec<Outside>,
}

/// An accepted edge within a floor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// Who imports.
    pub from: String,
    /// Who is imported.
    pub to: String,
    /// Why.
    pub reason: String,
}

/// An outside library kept in few crates.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// The dependency's name.
    pub library: String,
    /// Who may link it.
    pub crates: Vec<String>,
    /// Why.
    pub reason: String,
}

/// `exceptions.toml`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    /// Files over their size.
    #[serde(default)]
    pub size: Vec<SizeException>,
    /// Functions over their size.
    #[serde(default)]
    pub function: Vec<FunctionException>,
    /// Banned calls that are right where they stand.
    #[serde(default)]
    pub ban: Vec<BanException>,
}

/// A file over its size.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeException {
    /// Which file.
    pub path: String,
    /// How long it may be.
    pub lines: usize,
    /// Why.
    pub reason: String,
}

/// A function over its size.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionException {
    /// Which file.
    pub path: String,
    /// Which function.
    pub name: String,
    /// How long it may be.
    pub lines: usize,
    /// Why.
    pub reason: String,
}

/// A banned call that is right where it stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BanException {
    /// The ban's name.
    pub rule: String,
    /// Which file.
    pub path: String,
    /// Why.
    pub reason: String,
}
