//! Backups and restores by the binary, and an installation to take them of.

use std::path::{Path, PathBuf};
use std::process::Output;

use callboard_store::Engine;
use serde_json::Value;

use crate::load::Load;
use crate::process::{Binary, Place, run, text_of};

/// The secret key of a place, as the environment gives it.
pub fn key_of(place: &Place) -> Vec<(String, String)> {
    let env = place.env();
    if !env.is_empty() {
        return env;
    }
    let text = std::fs::read_to_string(place.data().join("secret.key")).expect("a key file");
    vec![("CALLBOARD_SECRET_KEY".to_owned(), text.trim().to_owned())]
}

/// Runs a command with the flags of a place, and another environment.
pub fn run_at(place: &Place, args: &[&str], env: &[(String, String)]) -> Output {
    let flags = place.flags();
    let args: Vec<&str> = args.iter().copied().chain(flags.iter().map(String::as_str)).collect();
    run(&args, env)
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

pub fn backup(place: &Place, file: &Path) -> Value {
    let out = run_at(place, &["backup", "--to", text(file)], &key_of(place));
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&out)))
}

pub fn restored(place: &Place, file: &Path, env: &[(String, String)]) -> Value {
    let out = run_at(place, &["restore", text(file)], env);
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
    serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&out)))
}

/// A stopped SQLite installation with some data, and a backup of it.
pub struct Kept {
    pub place: Place,
    pub file: PathBuf,
    pub env: Vec<(String, String)>,
}

pub async fn kept(batches: u64) -> Kept {
    let place = Place::new(Engine::Sqlite);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let load = Load::new(server.url(), server.api_key(), 4).await;
    for number in 0..batches {
        load.write(0, number).await;
    }
    server.terminate();
    let file = place.folder.path().join("good.backup");
    backup(&place, &file);
    let env = key_of(&place);
    Kept { place, file, env }
}

/// Nothing of a restore is in a folder.
pub fn is_untouched(dir: &Path) -> bool {
    !dir.join("callboard.db").exists() && !dir.join("restoring").exists()
}
