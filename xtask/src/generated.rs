//! The files that are made from the code: the OpenAPI document, and the reference pages under `docs/`.

use crate::reference;
use crate::repo::root;
use std::process::{Command, Stdio};

const FIX: &str = "make contract-fix";

/// Every file with what it should hold.
fn files() -> Result<Vec<(&'static str, String)>, String> {
    let document = normalise(&ask(&["openapi"])?)?;
    let value = serde_json::from_str(&document).map_err(|error| error.to_string())?;
    let access = std::fs::read_to_string(root().join("crates/callboard/access.toml"))
        .map_err(|error| format!("the access matrix cannot be read: {error}"))?;
    let page = |name: &str| ask(&["reference", name]).map(|out| String::from_utf8_lossy(&out).into_owned());
    Ok(vec![
        ("docs/reference/http.md", reference::http(&value, &access)?),
        ("docs/reference/commands.md", page("commands")?),
        ("docs/reference/metrics.md", page("metrics")?),
        ("docs/reference/settings.md", page("settings")?),
        ("openapi/callboard.json", document),
    ])
}

/// Writes the files from the code.
pub fn write() -> Result<(), String> {
    for (path, made) in files()? {
        let target = root().join(path);
        if std::fs::read_to_string(&target).is_ok_and(|kept| kept == made) {
            println!("{path} is up to date");
            continue;
        }
        target.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| error.to_string())?;
        std::fs::write(&target, made).map_err(|error| format!("{path} could not be written: {error}"))?;
        println!("{path} is written");
    }
    println!("next: npm --prefix web run client");
    Ok(())
}

/// Compares the kept files with the code.
pub fn check() -> Result<(), String> {
    let mut drifted = Vec::new();
    for (path, made) in files()? {
        let kept = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        match first_difference(&kept, &made) {
            None => println!("{path} agrees with the code"),
            Some(place) => drifted.push(format!("{path} differs from the code at {place}")),
        }
    }
    if drifted.is_empty() { Ok(()) } else { Err(format!("{}\nrepair it with:  {FIX}", drifted.join("\n"))) }
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
fn ask(arguments: &[&str]) -> Result<Vec<u8>, String> {
    let mut command = match std::env::var_os("CALLBOARD_BIN") {
        Some(binary) => Command::new(binary),
        None => {
            let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
            cargo.args(["run", "--quiet", "--locked", "-p", "callboard", "--bin", "callboard", "--"]);
            cargo
        }
    };
    let output = command
        .args(arguments)
        .current_dir(root())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("the binary could not be asked: {error}"))?;
    if !output.status.success() {
        return Err(format!("`callboard {}` failed: {}", arguments.join(" "), output.status));
    }
    Ok(output.stdout)
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
