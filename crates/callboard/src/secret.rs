//! The installation's secret key: given by configuration, or, with SQLite, made at the first start beside the data.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use callboard_kernel::{Entropy, Error, ExposeSecret as _, Keyring, MasterKey, Result};

use crate::config::Values;

/// The key file in a data folder.
pub(crate) const FILE: &str = "secret.key";

/// Reads or makes the keyring. `dir` is the data folder when the store is SQLite.
pub fn keyring(values: &Values, dir: Option<&Path>, entropy: &mut Entropy) -> Result<Keyring> {
    let older = values.list("secret_keys_older").iter().map(|t| MasterKey::parse(t)).collect::<Result<Vec<_>>>()?;
    let current = match (values.set("secret_key"), dir) {
        (Some(text), _) => MasterKey::parse(text)?,
        (None, Some(dir)) => from_file(&dir.join(FILE), entropy)?,
        (None, None) => {
            let how = "CALLBOARD_SECRET_KEY is required with PostgreSQL; `callboard secret-key` prints a fresh one";
            return Err(Error::invalid("secret_key", how));
        }
    };
    Ok(Keyring::new(current, older))
}

/// The keyring when a key is at hand; none is made.
pub fn present(values: &Values, dir: Option<&Path>) -> Result<Option<Keyring>> {
    let file = dir.map(|d| d.join(FILE));
    if values.set("secret_key").is_none() && !file.is_some_and(|f| f.exists()) {
        return Ok(None);
    }
    // Not asked for anything: there is a key.
    keyring(values, dir, &mut Entropy::from_seed([0; 32])).map(Some)
}

/// A fresh key as text.
pub fn fresh(entropy: &mut Entropy) -> Result<MasterKey> {
    MasterKey::new("k1", entropy.block())
}

fn from_file(path: &Path, entropy: &mut Entropy) -> Result<MasterKey> {
    let bad = |why: String| Error::invalid("secret_key", format!("{}: {why}", path.display()));
    match fs::read_to_string(path) {
        Ok(text) => {
            let mode = fs::metadata(path).map_err(|e| bad(e.to_string()))?.permissions().mode() & 0o077;
            if mode != 0 {
                return Err(bad("others may read it; run `chmod 600` on it".to_owned()));
            }
            MasterKey::parse(&text)
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = fresh(entropy)?;
            write_new(path, key.to_text().expose_secret()).map_err(|e| bad(e.to_string()))?;
            Ok(key)
        }
        Err(e) => Err(bad(e.to_string())),
    }
}

/// Writes a new file that is on disk, with its folder entry, before it is used.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    match path.parent() {
        Some(dir) => fs::File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}
