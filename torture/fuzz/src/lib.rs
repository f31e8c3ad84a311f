//! Parsers that strangers reach, each with the properties that must hold for any bytes at all. A target panics when
//! one does not. The corpus under `corpus/` is replayed by `cargo test`; libFuzzer (`engine/`) looks for more.

use std::fs;
use std::path::{Path, PathBuf};

use callboard_contracts::EventType;
use serde_json::Value;

mod documents;
mod provider;
mod texts;
mod tokens;

/// One thing to feed with bytes.
pub struct Target {
    /// Its name, and its folder below `corpus/`.
    pub name: &'static str,
    /// Panics when a property does not hold.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "json", run: documents::json },
    Target { name: "same-value", run: documents::same },
    Target { name: "envelope", run: documents::envelope },
    Target { name: "payload", run: documents::payload },
    Target { name: "provider-body", run: provider::body },
    Target { name: "provider-jwt", run: provider::jwt },
    Target { name: "tokens-and-cursors", run: tokens::tokens_and_cursors },
    Target { name: "search", run: texts::search },
    Target { name: "captions", run: texts::captions },
];

/// The target of a name.
pub fn by_name(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|t| t.name == name)
}

/// A target's inputs: its corpus, and for payloads and envelopes the contract's own samples, good and bad.
pub fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut inputs: Vec<Vec<u8>> =
        files(&here.join("corpus").join(target.name)).iter().filter_map(|f| fs::read(f).ok()).collect();
    let of_contract = here.join("../../crates/contracts/fixtures");
    match target.name {
        "payload" => inputs.extend(files(&of_contract).iter().flat_map(|f| payloads(f))),
        "json" => inputs.extend(files(&of_contract).iter().filter_map(|f| fs::read(f).ok())),
        _ => {}
    }
    inputs
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.sort();
    files
}

/// The samples of one type, each behind the byte that names the type.
fn payloads(file: &Path) -> Vec<Vec<u8>> {
    let name = file.file_stem().and_then(|n| n.to_str()).unwrap_or_default();
    let Some(which) = EventType::ALL.iter().position(|ty| ty.to_string() == name) else { return Vec::new() };
    let samples: Value = fs::read(file).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    let valid = samples["valid"].as_array().into_iter().flatten();
    let invalid = samples["invalid"].as_array().into_iter().flatten().map(|bad| &bad["payload"]);
    let first = u8::try_from(which).unwrap_or_default();
    valid.chain(invalid).map(|sample| [&[first], sample.to_string().as_bytes()].concat()).collect()
}

/// The text before the first byte 0xFF and the one after it; bytes that are no UTF-8 are replaced.
fn halves(data: &[u8]) -> (String, String) {
    let mut parts = data.splitn(2, |b| *b == 0xFF);
    let mut next = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    (next(), next())
}
