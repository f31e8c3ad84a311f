//! Writes the committed schemas and `docs/events.md`. Refuses a change that needs version 2.0.

use std::path::Path;
use std::process::ExitCode;

use callboard_contracts::{breaking_changes, generated_files};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match write_all(&root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn write_all(root: &Path) -> Result<(), String> {
    let files = generated_files();
    // Everything is checked before anything is written.
    for (path, text) in &files {
        if let Ok(committed) = std::fs::read_to_string(root.join(path))
            && path.extension().is_some_and(|e| e == "json")
        {
            let parse = |t: &str| serde_json::from_str(t).map_err(|e| format!("{}: {e}", path.display()));
            let found = breaking_changes(&parse(&committed)?, &parse(text)?, &["/properties/type"]);
            if !found.is_empty() {
                return Err(format!(
                    "{} would break its readers; this needs contract 2.0:\n  {}",
                    path.display(),
                    found.join("\n  ")
                ));
            }
        }
    }
    for (path, text) in &files {
        let target = root.join(path);
        let old = std::fs::read_to_string(&target).unwrap_or_default();
        if old == *text {
            continue;
        }
        let io = |e: std::io::Error| format!("{}: {e}", path.display());
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(io)?;
        }
        std::fs::write(&target, text).map_err(io)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
