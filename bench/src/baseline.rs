//! The committed baseline: processor time for each event moves far less than rates on a shared machine.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::report::{Report, figure};

/// More than this share over the baseline is a finding to explain.
pub const TOLERANCE: f64 = 0.15;

/// Processor time of the server for each event, by row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// Commit that it was measured at.
    pub commit: String,
    /// When.
    pub at: String,
    /// Whether it was the short form.
    pub quick: bool,
    /// The processor's name: other machines are not compared.
    pub processor: String,
    /// Microseconds an event, by row.
    pub cpu_us: BTreeMap<String, f64>,
}

impl Baseline {
    /// What a run leaves for later ones.
    pub fn of(report: &Report) -> Self {
        let round = |value: f64| (value * 100.0).round() / 100.0;
        Self {
            commit: report.commit.clone(),
            at: report.at.clone(),
            quick: report.quick,
            processor: processor(report),
            cpu_us: report.rows.iter().filter_map(|r| Some((r.name.clone(), round(r.cpu_us?)))).collect(),
        }
    }

    /// Rows of Callboard that cost more than they did, each in a sentence; a first sentence when the runs cannot be
    /// compared. Limits and peers are skipped: what they cost is not ours.
    pub fn compare(&self, report: &Report) -> Vec<String> {
        if self.processor != processor(report) {
            return vec![format!("Not compared: the baseline is of another processor ({}).", self.processor)];
        }
        if self.quick != report.quick {
            let form = if self.quick { "short" } else { "whole" };
            return vec![format!("Not compared: the baseline is of the {form} form.")];
        }
        let mut found = Vec::new();
        for row in report.rows.iter().filter(|row| !row.target.is_empty()) {
            let (Some(now), Some(before)) = (row.cpu_us, self.cpu_us.get(&row.name)) else { continue };
            // Below a tenth of a microsecond the clock's ticks are the figure.
            if *before >= 0.1 && now > before * (1.0 + TOLERANCE) {
                let more = (now / before - 1.0) * 100.0;
                found.push(format!(
                    "`{}` costs {} µs of processor time an event, {} µs at `{}`: {more:.0} % more.",
                    row.name,
                    figure(now),
                    figure(*before),
                    self.commit
                ));
            }
        }
        found
    }
}

fn processor(report: &Report) -> String {
    report.machine.get("processor").cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Entry;

    fn run(processor: &str, rows: &[(&str, &str, Option<f64>)]) -> Report {
        let rows = rows.iter().map(|(name, target, cpu)| {
            let mut entry = Entry::new(*name, "t", 1.0, "/s");
            (entry.target, entry.cpu_us) = ((*target).to_owned(), *cpu);
            entry
        });
        Report {
            commit: "c0ffee".into(),
            machine: BTreeMap::from([("processor".to_owned(), processor.to_owned())]),
            rows: rows.collect(),
            ..Report::default()
        }
    }

    #[test]
    fn only_our_rows_that_cost_a_good_deal_more() {
        let before = Baseline::of(&run("X", &[("a", "t", Some(10.0)), ("b", "t", Some(10.0)), ("L1", "", Some(1.0))]));
        let now =
            run("X", &[("a", "t", Some(11.4)), ("b", "t", Some(12.0)), ("L1", "", Some(9.0)), ("new", "t", Some(5.0))]);
        let found = before.compare(&now);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("`b`") && found[0].contains("20 % more"), "{found:?}");
        assert!(before.compare(&run("X", &[("a", "t", None)])).is_empty());
    }

    #[test]
    fn another_machine_is_not_compared() {
        let before = Baseline::of(&run("X", &[("a", "t", Some(10.0))]));
        let found = before.compare(&run("Y", &[("a", "t", Some(99.0))]));
        assert!(found.len() == 1 && found[0].starts_with("Not compared"), "{found:?}");
    }

    #[test]
    fn another_form_is_not_compared() {
        let whole = run("X", &[("a", "t", Some(10.0))]);
        let quick = Report { quick: true, ..run("X", &[("a", "t", Some(99.0))]) };
        for (before, now, form) in [(&whole, &quick, "whole"), (&quick, &whole, "short")] {
            let found = Baseline::of(before).compare(now);
            assert_eq!(found, [format!("Not compared: the baseline is of the {form} form.")]);
        }
    }
}
