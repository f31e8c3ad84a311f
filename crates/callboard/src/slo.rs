//! `callboard slo`: the service levels of the installation, read from its store, and the gate.

use std::io::Write as _;
use std::process::ExitCode;

use callboard_kernel::{Error, LEVEL_BOUNDS_MS, Result, World as _};
use callboard_slo::{Direction, Level, Report, Targets, Unit, WINDOWS, Window, parse_ms, parse_percent, report};
use callboard_store::Db;
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::config::Values;
use crate::serve;
use crate::world::RealWorld;

/// What is promised, by the settings.
///
/// # Errors
/// A percentage that is none, or a duration that is no bound of a bucket.
pub fn targets(values: &Values) -> Result<Targets> {
    let percent = |key: &'static str| {
        parse_percent(values.get(key))
            .ok_or_else(|| values.bad(key, "must be a percentage from 0 to 100 with at most 4 decimals"))
    };
    let ms = |key: &'static str| {
        let bounds = LEVEL_BOUNDS_MS.map(|ms| ms.to_string()).join(", ");
        parse_ms(values.get(key)).ok_or_else(|| values.bad(key, &format!("must be one of {bounds}")))
    };
    Ok(Targets {
        availability: percent("slo.availability_percent")?,
        api_p95_ms: ms("slo.api_p95_ms")?,
        server_errors: percent("slo.server_errors_percent")?,
        event_visible_p95_ms: ms("slo.event_visible_p95_ms")?,
        delivery: percent("slo.delivery_percent")?,
        transcript_p95_ms: ms("slo.transcript_p95_ms")?,
        reconnect: percent("slo.reconnect_percent")?,
        budget: percent("slo.budget_percent")?,
    })
}

/// How `callboard slo` was called.
#[derive(Args, Clone, Debug)]
pub struct Levels {
    /// The span that ends now.
    #[arg(long, default_value = "28d", value_parser = PossibleValuesParser::new(WINDOWS))]
    window: String,
    /// Exit with 1 when a target is missed, and name it on standard error.
    #[arg(long)]
    gate: bool,
    /// Print what `GET /v1/slo` answers, instead of a table.
    #[arg(long)]
    json: bool,
}

impl Levels {
    /// Prints the levels; with `--gate`, judges by them.
    ///
    /// # Errors
    /// Those of the store, and of the settings.
    pub fn run(&self, values: &Values) -> Result<ExitCode> {
        let targets = targets(values)?;
        let window = Window::parse(&self.window).ok_or_else(|| Error::internal("a window that clap let pass"))?;
        let db = Db::open_read_only(serve::store_config(values)?.0)?;
        let now = RealWorld.now();
        let report = db.read_blocking(move |tx| report(tx, None, window, &targets, now))?;
        db.close_blocking();
        let text =
            if self.json { serde_json::to_string_pretty(&report).map_err(Error::internal)? } else { table(&report) };
        writeln!(std::io::stdout().lock(), "{text}").map_err(Error::internal)?;
        if !self.gate {
            return Ok(ExitCode::SUCCESS);
        }
        let (good, verdict) = verdict(&report);
        writeln!(std::io::stderr().lock(), "{verdict}").map_err(Error::internal)?;
        Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// A figure with its unit.
fn figure(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Ms => format!("{value:.0} ms"),
        // Four decimals are what a target may have; fewer when they say nothing.
        Unit::Percent => {
            let text = format!("{value:.4}");
            format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

fn target(level: &Level) -> String {
    let side = if level.direction == Direction::AtLeast { "at least" } else { "at most" };
    format!("{side} {}", figure(level.target, level.unit))
}

fn measured(level: &Level) -> String {
    match level.measured {
        None => "no data".to_owned(),
        Some(value) if level.above => format!("above {}", figure(value, level.unit)),
        Some(value) => figure(value, level.unit),
    }
}

/// What of the budget is left, as a share of it.
fn left(level: &Level) -> String {
    match level.budget {
        None => String::new(),
        Some(b) if b.left < 0.0 => "overdrawn".to_owned(),
        Some(b) if b.allowed > 0.0 => format!("{:.0} %", b.left * 100.0 / b.allowed),
        Some(_) => "untouched".to_owned(),
    }
}

fn table(report: &Report) -> String {
    let mut rows = vec![["objective", "target", "measured", "good / total", "budget left", ""].map(str::to_owned)];
    rows.extend(report.objectives.iter().map(|level| {
        let counted = if level.total > 0 { format!("{} / {}", level.good, level.total) } else { String::new() };
        let met = match level.met {
            None => "no data",
            Some(true) => "met",
            Some(false) => "MISSED",
        };
        [level.objective.as_str().to_owned(), target(level), measured(level), counted, left(level), met.to_owned()]
    }));
    let widths: Vec<usize> =
        (0..6).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &[String; 6]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![format!("The last {}, until {}", report.window, report.until), String::new()];
    lines.extend(rows.iter().map(line));
    let notes =
        report.objectives.iter().filter_map(|l| Some(format!("{}: {}", l.objective.as_str(), l.note.as_ref()?)));
    let notes: Vec<String> = notes.collect();
    if !notes.is_empty() {
        lines.push(String::new());
        lines.extend(notes);
    }
    lines.join("\n")
}

/// Whether no target is missed, and what is said of it.
fn verdict(report: &Report) -> (bool, String) {
    let names = |met: Option<bool>| {
        report.objectives.iter().filter(move |l| l.met == met).map(|l| l.objective.as_str()).collect::<Vec<_>>()
    };
    let missed: Vec<String> = report
        .objectives
        .iter()
        .filter(|l| l.met == Some(false))
        .map(|l| format!("{} ({}, target {})", l.objective.as_str(), measured(l), target(l)))
        .collect();
    let blind = names(None);
    let unsaid = if blind.is_empty() { String::new() } else { format!(" No data: {}.", blind.join(", ")) };
    if missed.is_empty() {
        return (true, format!("No target is missed; {} met.{unsaid}", names(Some(true)).len()));
    }
    (false, format!("Missed: {}.{unsaid}", missed.join("; ")))
}

#[cfg(test)]
mod tests {
    use callboard_slo::{Facts, judge};

    use super::*;

    fn gathered(env: &[(&str, &str)]) -> Values {
        let env = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Values::gather(&[], env, None).expect("gathered")
    }

    #[test]
    fn the_defaults_of_the_settings_are_those_of_the_rules() {
        assert_eq!(targets(&gathered(&[])).expect("targets"), Targets::default());
    }

    #[test]
    fn targets_that_cannot_be_measured_are_refused() {
        for (name, value, told) in [
            ("CALLBOARD_SLO_API_P95_MS", "400", "one of 5, 10"),
            ("CALLBOARD_SLO_DELIVERY_PERCENT", "99,9", "percentage"),
            ("CALLBOARD_SLO_BUDGET_PERCENT", "200", "percentage"),
        ] {
            let error = targets(&gathered(&[(name, value)])).expect_err("refused").to_string();
            assert!(error.contains(told) && error.contains(name), "{error}");
        }
    }

    fn of(facts: &Facts) -> Report {
        let objectives = judge(facts, &Targets::default());
        Report { window: "28d", from: String::new(), until: "now".to_owned(), scope: "installation", objectives }
    }

    #[test]
    fn the_gate_names_what_is_missed_and_what_has_no_data() {
        let (good, said) = verdict(&of(&Facts::default()));
        assert!(good && said.starts_with("No target is missed; 0 met. No data: availability, api_p95"), "{said}");
        let facts = Facts { settled: (998, 2), cuts: (1_000, 0), ..Facts::default() };
        let (good, said) = verdict(&of(&facts));
        assert!(!good && said.starts_with("Missed: delivery (99.8 %, target at least 99.9 %). No data: "), "{said}");
        let text = table(&of(&facts));
        assert!(text.contains("delivery") && text.contains("998 / 1000") && text.contains("MISSED"), "{text}");
        assert!(text.contains("reconnect") && text.contains("met") && text.contains("no data"), "{text}");
    }
}
