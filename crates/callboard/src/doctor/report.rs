//! What was found: one line a check, what to do about it, and how it is shown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and will hurt some day.
    Warning,
    /// It does not work.
    Failed,
    /// Nothing to look at here, or not now.
    NotApplicable,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "FAILED",
            Self::NotApplicable => "n/a",
        }
    }

    const fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Failed => AnsiColor::Red.on_default().bold(),
            Self::NotApplicable => Style::new().dimmed(),
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Its name; stable, for scripts.
    pub name: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was seen.
    pub line: String,
    /// What to do; absent when there is nothing to do.
    #[serde(rename = "do", skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, line: impl Into<String>, todo: Option<String>) -> Self {
        Self { name, verdict, line: line.into(), todo }
    }

    /// As it should be.
    pub fn ok(name: &'static str, line: impl Into<String>) -> Self {
        Self::new(name, Verdict::Ok, line, None)
    }

    /// It will hurt some day.
    pub fn warning(name: &'static str, line: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(name, Verdict::Warning, line, Some(todo.into()))
    }

    /// It does not work.
    pub fn failed(name: &'static str, line: impl Into<String>, todo: impl Into<String>) -> Self {
        Self::new(name, Verdict::Failed, line, Some(todo.into()))
    }

    /// Nothing to look at.
    pub fn skipped(name: &'static str, line: impl Into<String>) -> Self {
        Self::new(name, Verdict::NotApplicable, line, None)
    }

    /// Not now: it needs the running server.
    pub fn needs_server(name: &'static str) -> Self {
        let todo = "start the server, then run this again".to_owned();
        Self::new(name, Verdict::NotApplicable, "needs the running server", Some(todo))
    }
}

/// Everything that was found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Whether nothing failed.
    pub ok: bool,
    /// The version of this binary.
    pub version: &'static str,
    /// The checks, in order.
    pub checks: Vec<Check>,
}

impl Report {
    /// A report of these checks.
    pub fn of(checks: Vec<Check>) -> Self {
        let ok = checks.iter().all(|c| c.verdict != Verdict::Failed);
        Self { ok, version: env!("CARGO_PKG_VERSION"), checks }
    }

    /// For people: a line a check, an indented line with what to do, and a count.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let width = self.checks.iter().map(|c| c.name.len()).max().unwrap_or(0);
        for check in &self.checks {
            let style = check.verdict.style();
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{style}{:<8}{style:#} {:<width$}  {}", check.verdict.word(), check.name, check.line);
            if let Some(todo) = &check.todo {
                let _ = writeln!(out, "{:9}do: {todo}", "");
            }
        }
        let count = |verdict| self.checks.iter().filter(|c| c.verdict == verdict).count();
        let _ = write!(
            out,
            "{} ok, {} warnings, {} failed, {} not applicable",
            count(Verdict::Ok),
            count(Verdict::Warning),
            count(Verdict::Failed),
            count(Verdict::NotApplicable)
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_check_and_what_to_do() {
        let report = Report::of(vec![
            Check::ok("a", "fine"),
            Check::warning("longer", "near the edge", "step back"),
            Check::needs_server("b"),
        ]);
        assert!(report.ok);
        let text = anstream::adapter::strip_str(&report.text()).to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "ok       a       fine");
        assert_eq!(lines[1..3], ["warning  longer  near the edge", "         do: step back"]);
        assert_eq!(lines.last(), Some(&"1 ok, 1 warnings, 0 failed, 1 not applicable"));
        let failed = Report::of(vec![Check::failed("a", "broken", "mend it")]);
        assert!(!failed.ok);
        let json = serde_json::to_value(&failed).expect("JSON");
        assert_eq!(json["checks"][0]["do"], "mend it");
        assert_eq!(json["checks"][0]["verdict"], "failed");
    }
}
