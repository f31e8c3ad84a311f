//! What a rule reports.

use std::fmt;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look; does not fail.
    Warning,
    /// Fails the check.
    Error,
}

/// One violation, at a place, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Warnings sort first, so that errors stand last, nearest to the prompt.
    pub level: Level,
    /// Path inside the repository.
    pub path: String,
    /// Line from 1; 0 means the whole file.
    pub line: usize,
    /// Short name of the rule.
    pub rule: &'static str,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    /// An error at a line.
    pub fn error(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Finding { level: Level::Error, path: path.to_owned(), line, rule, message: message.into() }
    }

    /// A warning at a line.
    pub fn warning(path: &str, line: usize, rule: &'static str, message: impl Into<String>) -> Self {
        Finding { level: Level::Warning, ..Finding::error(path, line, rule, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.level == Level::Error { "error" } else { "warning" };
        write!(out, "{}:{}: {word} [{}] {}", self.path, self.line, self.rule, self.message)
    }
}
