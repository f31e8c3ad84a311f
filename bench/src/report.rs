//! What a run says: rows, the machine, versions; as JSON and as a Markdown table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::judge::{self, Check, Side};

/// One line of the table.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Short name, the same in every run: the baseline is compared by it.
    pub name: String,
    /// What was done, for people.
    pub title: String,
    /// The target in the words of the plan; empty for limits and peers.
    #[serde(default)]
    pub target: String,
    /// The figure of the row.
    pub measured: f64,
    /// Its unit.
    pub unit: String,
    /// Median latency, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_ms: Option<f64>,
    /// 99th percentile, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_ms: Option<f64>,
    /// Processor time of the server for each event, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_us: Option<f64>,
    /// Processor time of the load generator for each event, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cpu_us: Option<f64>,
    /// Conditions of the target.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Whether all of them hold; absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub met: Option<bool>,
    /// What a reader must know about the figure.
    #[serde(default)]
    pub note: String,
    /// Acknowledgements that were looked up in the reopened store, all found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_up: Option<u64>,
}

impl Entry {
    /// A line with a figure.
    pub fn new(name: impl Into<String>, title: impl Into<String>, measured: f64, unit: &str) -> Self {
        Self { name: name.into(), title: title.into(), measured, unit: unit.to_owned(), ..Self::default() }
    }

    /// Sets the target and judges it.
    #[must_use]
    pub fn judged(mut self, target: &str, checks: Vec<Check>) -> Self {
        self.met = judge::met(&checks);
        self.target = target.to_owned();
        self.checks = checks;
        self
    }

    /// Adds a note.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// A whole run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Commit of the tree; `+` after it when it had changes.
    pub commit: String,
    /// When it began, RFC 3339.
    pub at: String,
    /// Whether it was the short form.
    pub quick: bool,
    /// What it ran on.
    pub machine: BTreeMap<String, String>,
    /// Versions of what was measured.
    pub versions: BTreeMap<String, String>,
    /// The table.
    pub rows: Vec<Entry>,
    /// Regressions of processor time against the baseline.
    #[serde(default)]
    pub regressions: Vec<String>,
    /// Rows that could not be measured, and why.
    #[serde(default)]
    pub failed: Vec<String>,
}

impl Report {
    /// Rows whose target is missed.
    pub fn missed(&self) -> Vec<&Entry> {
        self.rows.iter().filter(|row| row.met == Some(false)).collect()
    }

    /// The table and what is around it.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let form = if self.quick { "the short form" } else { "the whole form" };
        let _ok = writeln!(out, "Commit `{}`, {}, {form} of `make bench`.\n", self.commit, self.at);
        for (title, list) in [("machine", &self.machine), ("versions", &self.versions)] {
            let items: Vec<String> = list.iter().map(|(key, value)| format!("{key} {value}")).collect();
            let _ok = writeln!(out, "- {title}: {}", items.join(" · "));
        }
        out.push_str("\n| row | target | measured | ratios | p50 / p99 ms | CPU µs/event | client | met |\n");
        out.push_str("|---|---|---:|---|---:|---:|---:|---|\n");
        self.rows.iter().for_each(|row| line(&mut out, row));
        let notes: Vec<String> =
            self.rows.iter().filter(|r| !r.note.is_empty()).map(|r| format!("- **{}**: {}", r.name, r.note)).collect();
        if !notes.is_empty() {
            let _ok = write!(out, "\n{}\n", notes.join("\n"));
        }
        for failed in &self.failed {
            let _ok = write!(out, "\n**Not measured.** {failed}\n");
        }
        for regression in &self.regressions {
            let _ok = write!(out, "\n**Regression.** {regression}\n");
        }
        out
    }
}

fn line(out: &mut String, row: &Entry) {
    let latency = match (row.p50_ms, row.p99_ms) {
        (Some(p50), Some(p99)) => format!("{} / {}", figure(p50), figure(p99)),
        _ => String::new(),
    };
    let checks: Vec<String> = row.checks.iter().map(told).collect();
    let met = match row.met {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "",
    };
    let optional = |value: Option<f64>| value.map(figure).unwrap_or_default();
    let _ok = writeln!(
        out,
        "| {} (`{}`) | {} | {} {} | {} | {latency} | {} | {} | {met} |",
        row.title,
        row.name,
        row.target,
        figure(row.measured),
        row.unit,
        checks.join("<br>"),
        optional(row.cpu_us),
        optional(row.client_cpu_us),
    );
}

fn told(check: &Check) -> String {
    let sign = match check.side {
        Side::AtLeast => "≥",
        Side::AtMost => "≤",
    };
    let verdict = match (check.met, check.beyond) {
        (true, _) => "",
        (false, true) => " (beyond: not yet)",
        (false, false) => " ✗",
    };
    format!("{} {} ({sign} {}){verdict}", check.what, figure(check.measured), figure(check.bound))
}

/// Three digits that count; whole numbers from a hundred on, in groups of three.
pub fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "?".to_owned();
    }
    let size = value.abs();
    if size >= 99.95 {
        return grouped(value.round() as i64);
    }
    let decimals = if size >= 9.995 {
        1
    } else if size >= 0.0995 || size == 0.0 {
        2
    } else {
        4
    };
    format!("{value:.decimals$}")
}

fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let cases = [(0.0, "0.00"), (0.0123, "0.0123"), (0.5, "0.50"), (9.99, "9.99"), (12.34, "12.3"), (123.4, "123")];
        for (value, text) in cases {
            assert_eq!(figure(value), text);
        }
        assert_eq!(
            (figure(41_234.6), figure(-1_234.0), figure(f64::NAN)),
            ("41,235".into(), "-1,234".into(), "?".into())
        );
    }

    #[test]
    fn the_table_tells_every_row() {
        let mut good = Entry::new("singles-64", "single events", 25_000.0, "/s").judged(
            "≥ 0.50 L2",
            vec![Check::at_least("rate / L2", 0.5, 0.61), Check::at_least("rate / L2", 0.65, 0.61).beyond()],
        );
        (good.p50_ms, good.p99_ms, good.cpu_us) = (Some(1.5), Some(4.25), Some(31.0));
        let bad =
            Entry::new("one", "one client", 900.0, "µs").judged("≤ 3.5 L0", vec![Check::at_most("p50 / L0", 3.5, 4.0)]);
        let limit = Entry::new("L0", "fdatasync", 200.0, "µs").noted("of 4 KB");
        let report = Report { commit: "abc".into(), rows: vec![good, bad, limit], ..Report::default() };
        let text = report.markdown();
        assert!(text.contains("| single events (`singles-64`) | ≥ 0.50 L2 | 25,000 /s | rate / L2 0.61 (≥ 0.50)<br>rate / L2 0.61 (≥ 0.65) (beyond: not yet) | 1.50 / 4.25 | 31.0 |  | yes |"), "{text}");
        assert!(
            text.contains("p50 / L0 4.00 (≤ 3.50) ✗")
                && text.contains("| **no** |")
                && text.contains("- **L0**: of 4 KB"),
            "{text}"
        );
        assert_eq!(report.missed().len(), 1);
        let again: Report = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(again.markdown(), text);
    }

    #[test]
    fn what_could_not_be_measured_survives_json() {
        let row = Entry::new("x", "x", f64::NAN, "/s");
        let text = serde_json::to_string(&Report { rows: vec![row], ..Report::default() }).unwrap();
        assert!(text.contains("\"measured\":null"), "{text}");
    }
}
