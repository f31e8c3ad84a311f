//! The OpenAPI document: `callboard openapi` prints it, `openapi/callboard.json` keeps it.

use crate::repo::root;
use std::process::{Command, Stdio};

const PATH: &str = "openapi/callboard.json";
const FIX: &str = "cargo run -p xtask -- openapi";

/// Writes the document from the code.
pub fn write() -> Result<(), String> {
    let document = generate()?;
    let path = root().join(PATH);
    if std::fs::read_to_string(&path).is_ok_and(|kept| kept == document) {
        println!("{PATH} is up to date");
        return Ok(());
    }
    std::fs::write(&path, document).map_err(|error| format!("{PATH} could not be written: {error}"))?;
    println!("{PATH} is written; next: npm --prefix web run client");
    Ok(())
}

/// Compares the kept document with the code.
pub fn check() -> Result<(), String> {
    let document = generate()?;
    let kept = std::fs::read_to_string(root().join(PATH)).unwrap_or_default();
    match first_difference(&kept, &document) {
        None => {
            println!("{PATH} agrees with the code");
            Ok(())
        }
        Some(place) => Err(format!("{PATH} differs from the code at {place}\nrepair it with:  {FIX}")),
    }
}

/// Line and both texts of the first difference.
fn first_difference(kept: &str, made: &str) -> Option<String> {
    if kept == made {
        return None;
    }
    let (mut old, mut new) = (kept.lines(), made.lines());
    for number in 1.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (left, right) if left == right => {}
            (left, right) => {
                let show = |text: Option<&str>| text.map_or("(nothing)", str::trim).to_owned();
                return Some(format!("line {number}:\n  kept: {}\n  code: {}", show(left), show(right)));
            }
        }
    }
    Some("its line ends".to_owned())
}

/// Asks the binary named by CALLBOARD_BIN (`make test` has just built it), else builds one and asks that.
fn generate() -> Result<String, String> {
    let mut command = match std::env::var_os("CALLBOARD_BIN") {
        Some(binary) => Command::new(binary),
        None => {
            let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
            cargo.args(["run", "--quiet", "--locked", "-p", "callboard", "--"]);
            cargo
        }
    };
    let output = command
        .arg("openapi")
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("the binary could not be asked: {error}"))?;
    if !output.status.success() {
        return Err(format!("`callboard openapi` failed: {}", output.status));
    }
    normalise(&output.stdout)
}

/// The text as printed, once it is sure to be a readable document of the right version.
fn normalise(document: &[u8]) -> Result<String, String> {
    let value: serde_json::Value =
        serde_json::from_slice(document).map_err(|error| format!("`callboard openapi` did not print JSON: {error}"))?;
    let version = value.get("openapi").and_then(serde_json::Value::as_str).unwrap_or_default();
    if !version.starts_with("3.1") {
        return Err(format!("the document says openapi `{version}`, not 3.1"));
    }
    let text = String::from_utf8_lossy(document).trim_end().to_owned();
    if text.lines().count() < 2 {
        return Err("`callboard openapi` printed one line; differences could not be read".to_owned());
    }
    Ok(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_and_placed() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        let place = first_difference("a\n  old\n", "a\n  new\n").unwrap();
        assert!(place.contains("line 2") && place.contains("kept: old") && place.contains("code: new"), "{place}");
        assert!(first_difference("a\n", "a\nmore\n").unwrap().contains("kept: (nothing)"));
        assert!(first_difference("a", "a\n").unwrap().contains("line ends"));
    }

    #[test]
    fn only_openapi_three_one_is_taken() {
        assert!(normalise(b"{\n\"openapi\":\"3.1.0\"}").unwrap().ends_with("}\n"));
        assert!(normalise(br#"{"openapi":"3.0.3"}"#).unwrap_err().contains("not 3.1"));
        assert!(normalise(b"hello").unwrap_err().contains("did not print JSON"));
    }
}
