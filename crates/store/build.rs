//! Lists the files of `migrations/` for `src/migrations.rs`, so that adding a migration is adding a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The texts of one migration.
#[derive(Default)]
struct Texts {
    both: Option<PathBuf>,
    sqlite: Option<PathBuf>,
    postgres: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let dir = root.join("../../migrations").canonicalize()?;
    println!("cargo::rerun-if-changed={}", dir.display());
    let mut found: BTreeMap<(u32, String), Texts> = BTreeMap::new();
    for entry in std::fs::read_dir(&dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "sql") {
            place(&mut found, path)?;
        }
    }
    let mut out = String::from("&[\n");
    let mut last = 0;
    for ((number, name), texts) in &found {
        if *number == last {
            return Err(format!("two migrations have the number {number:04}").into());
        }
        last = *number;
        let (sqlite, postgres) = match (&texts.both, &texts.sqlite, &texts.postgres) {
            (Some(both), None, None) => (both, both),
            (None, Some(sqlite), Some(postgres)) => (sqlite, postgres),
            _ => {
                return Err(format!("{number:04}_{name}: give one file for both engines, or one for each").into());
            }
        };
        writeln!(
            out,
            "    Migration {{ number: {number}, name: {name:?}, sqlite: {}, postgres: {} }},",
            include(sqlite),
            include(postgres)
        )?;
    }
    out.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("migrations.rs"), out)?;
    Ok(())
}

fn include(path: &Path) -> String {
    format!("include_str!({:?})", path.display().to_string())
}

/// Reads `NNNN_name[.sqlite|.postgres].sql`.
fn place(found: &mut BTreeMap<(u32, String), Texts>, path: PathBuf) -> Result<(), Box<dyn std::error::Error>> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let wrong = || format!("migrations/{file}: the name must be NNNN_name.sql or NNNN_name.{{sqlite,postgres}}.sql");
    let stem = file.strip_suffix(".sql").ok_or_else(wrong)?;
    let (digits, rest) = stem.split_once('_').ok_or_else(wrong)?;
    let number: u32 = digits.parse().map_err(|_| wrong())?;
    if digits.len() != 4 || number == 0 {
        return Err(wrong().into());
    }
    let (name, engine) = rest.split_once('.').map_or((rest, None), |(name, engine)| (name, Some(engine)));
    let texts = found.entry((number, name.to_owned())).or_default();
    match engine {
        None => texts.both = Some(path),
        Some("sqlite") => texts.sqlite = Some(path),
        Some("postgres") => texts.postgres = Some(path),
        Some(_) => return Err(wrong().into()),
    }
    Ok(())
}
