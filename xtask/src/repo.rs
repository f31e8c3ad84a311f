//! The texts of the repository's files: those that git knows or would add, so that build output stays out.

use crate::lexer;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// All text files, by path with `/`, in order.
pub struct Repo {
    /// Path to text.
    pub files: BTreeMap<String, String>,
}

impl Repo {
    /// Reads the working tree around this crate.
    pub fn from_git() -> Result<Self, String> {
        let root = root();
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .map_err(|error| format!("git could not be run: {error}"))?;
        if !listed.status.success() {
            return Err(format!("git ls-files failed: {}", String::from_utf8_lossy(&listed.stderr)));
        }
        let mut files = BTreeMap::new();
        for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
            // A file that is deleted but still listed, or that is no text, has nothing to check.
            if let Ok(text) = std::fs::read_to_string(root.join(path)) {
                files.insert(path.to_owned(), text);
            }
        }
        Ok(Repo { files })
    }

    /// Files whose path ends with `suffix`, under `prefix`.
    pub fn under<'a>(&'a self, prefix: &'a str, suffix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(prefix) && path.ends_with(suffix))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust sources, each with its path and its text without comments, strings and unit tests.
    pub fn rust(&self) -> Vec<Source> {
        ["crates/", "xtask/", "torture/", "bench/"]
            .iter()
            .flat_map(|prefix| self.under(prefix, ".rs"))
            // A build script is a program of the build, not of the product.
            .filter(|(path, _)| !path.ends_with("/build.rs"))
            .map(|(path, text)| Source::new(path, text))
            .collect()
    }

    /// A repository made of given files, for the tests of rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        Repo { files: files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }
}

/// One Rust file, prepared for searching.
pub struct Source {
    /// Path inside the repository.
    pub path: String,
    /// The code with comments and literals blanked; as long as the original, line by line.
    pub code: String,
    /// The same with `#[cfg(test)]` items blanked too; empty lines only when the whole file is a test.
    pub product: String,
}

impl Source {
    /// Prepares a file's text.
    pub fn new(path: &str, text: &str) -> Self {
        let code = lexer::mask(text);
        let product = if is_test(path) { lexer::blank(&code) } else { lexer::without_tests(&code) };
        Source { path: path.to_owned(), code, product }
    }

    /// The crate's folder: `calls` of `crates/calls/src/model.rs`, `xtask` of the tool, `torture` of every rig.
    pub fn crate_name(&self) -> &str {
        let mut parts = self.path.split('/');
        match (parts.next(), parts.next()) {
            (Some("crates"), Some(name)) => name,
            (Some(name), _) => name,
            _ => "",
        }
    }

    /// The top module that a file belongs to: `http` of `src/http.rs` and of `src/http/routes.rs`.
    pub fn module(&self) -> Option<&str> {
        let inside = self.path.split_once("/src/")?.1;
        let first = inside.split('/').next().unwrap_or(inside);
        Some(first.strip_suffix(".rs").unwrap_or(first))
    }
}

/// Whether a whole file is test code.
pub fn is_test(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    path.contains("/tests/") || file == "tests.rs" || file.ends_with("_tests.rs") || file.ends_with("_test.rs")
}

/// The repository's folder.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.clone(), std::path::Path::to_path_buf)
}
