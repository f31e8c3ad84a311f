//! The committed schemas are the locked baseline of version 1, and the committed copies are current.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callboard_contracts::{breaking_changes, generated_files};
use serde_json::Value;

const FIX: &str = "cargo run -p callboard-contracts --example generate";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn committed(path: &Path) -> String {
    std::fs::read_to_string(root().join(path))
        .unwrap_or_else(|e| panic!("{}: {e}; make it with: {FIX}", path.display()))
}

#[test]
fn committed_copies_are_current() {
    for (path, text) in generated_files() {
        assert!(committed(&path) == text, "{} differs from the Rust types; make it anew with: {FIX}", path.display());
    }
}

#[test]
fn version_1_keeps_its_promise() {
    let files = generated_files();
    let made: BTreeSet<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    let folder = Path::new("openapi/schemas/v1");
    for entry in std::fs::read_dir(root().join(folder)).expect("the folder of schemas") {
        let path = folder.join(entry.expect("an entry").file_name());
        assert!(made.contains(&path), "{} has no type any more; removing a type needs contract 2.0", path.display());
    }
    for (path, text) in files.iter().filter(|(p, _)| p.extension().is_some_and(|e| e == "json")) {
        let old: Value = serde_json::from_str(&committed(path)).expect("a committed schema is JSON");
        let new: Value = serde_json::from_str(text).expect("a generated schema is JSON");
        let found = breaking_changes(&old, &new, &["/properties/type"]);
        assert!(
            found.is_empty(),
            "{}: only optional fields may be added in version 1; this needs contract 2.0:\n  {}",
            path.display(),
            found.join("\n  ")
        );
    }
}

#[test]
fn every_field_is_explained() {
    for (path, text) in generated_files() {
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let schema: Value = serde_json::from_str(&text).expect("a generated schema is JSON");
        assert!(schema["description"].is_string(), "{}: no meaning", path.display());
        for (name, field) in schema["properties"].as_object().expect("properties") {
            assert!(field["description"].is_string(), "{}: {name} has no meaning", path.display());
            assert!(field["type"].is_string(), "{}: {name}: {field}", path.display());
        }
    }
}
