//! Values for the catalogue, and the text format (OpenMetrics 1.0).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use callboard_kernel::Buckets;

use super::catalogue::{Kind, Metric, all};

enum Value {
    Number(f64),
    /// With what an observed unit is in base units.
    Buckets(Buckets, f64),
}

/// Values by metric, gathered for one answer.
#[derive(Default)]
pub(super) struct Samples(BTreeMap<&'static str, Vec<(Vec<String>, Value)>>);

impl Samples {
    /// A counter's or gauge's value; labels in the metric's order.
    pub(super) fn set(&mut self, metric: &'static Metric, labels: &[&str], value: f64) {
        self.put(metric, labels, Value::Number(value));
    }

    /// A whole number.
    pub(super) fn count(&mut self, metric: &'static Metric, labels: &[&str], value: u64) {
        self.set(metric, labels, value as f64);
    }

    /// A histogram of microseconds.
    pub(super) fn micros(&mut self, metric: &'static Metric, labels: &[&str], seen: Buckets) {
        self.put(metric, labels, Value::Buckets(seen, 1e6));
    }

    /// A histogram of numbers of things.
    pub(super) fn sizes(&mut self, metric: &'static Metric, seen: Buckets) {
        self.put(metric, &[], Value::Buckets(seen, 1.0));
    }

    fn put(&mut self, metric: &'static Metric, labels: &[&str], value: Value) {
        debug_assert_eq!(metric.labels.len(), labels.len(), "{}", metric.name);
        let labels = labels.iter().map(|l| (*l).to_owned()).collect();
        self.0.entry(metric.name).or_default().push((labels, value));
    }

    /// The text, in the order of the catalogue. A metric without a value has its head alone.
    pub(super) fn render(self) -> String {
        let mut text = String::with_capacity(64 * 1024);
        for metric in all() {
            let family = metric.family();
            let _ = writeln!(text, "# HELP {family} {}", escaped(metric.meaning));
            let _ = writeln!(text, "# TYPE {family} {}", metric.kind.as_str());
            if let Some(unit) = metric.unit() {
                let _ = writeln!(text, "# UNIT {family} {unit}");
            }
            for (labels, value) in self.0.get(metric.name).into_iter().flatten() {
                sample(&mut text, metric, labels, value);
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

fn sample(text: &mut String, metric: &Metric, values: &[String], value: &Value) {
    let labels: Vec<String> =
        metric.labels.iter().zip(values).map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    match value {
        Value::Number(value) => {
            let _ = writeln!(text, "{}{} {value}", metric.name, braced(&labels));
        }
        Value::Buckets(seen, scale) => {
            debug_assert_eq!(metric.kind, Kind::Histogram, "{}", metric.name);
            let mut below = 0;
            let bounds = seen.bounds.iter().map(|bound| format!("{:?}", *bound as f64 / scale));
            for (bound, n) in bounds.chain(["+Inf".to_owned()]).zip(&seen.counts) {
                below += n;
                let labels = [labels.clone(), vec![format!("le=\"{bound}\"")]].concat();
                let _ = writeln!(text, "{}_bucket{} {below}", metric.name, braced(&labels));
            }
            let _ = writeln!(text, "{}_sum{} {}", metric.name, braced(&labels), seen.sum as f64 / scale);
            let _ = writeln!(text, "{}_count{} {below}", metric.name, braced(&labels));
        }
    }
}

fn braced(labels: &[String]) -> String {
    if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use callboard_kernel::Histogram;

    use super::super::catalogue as c;
    use super::*;

    #[test]
    fn a_histogram_is_cumulative_in_base_units() {
        let seen = Histogram::of_micros();
        for micros in [90, 100, 400_000, 99_000_000] {
            seen.observe(micros);
        }
        let mut samples = Samples::default();
        samples.micros(&c::HTTP_DURATION, &["GET", "/a\"b"], seen.read());
        samples.set(&c::STORE_BUSY, &["read"], 0.25);
        let text = samples.render();
        for line in [
            "# TYPE callboard_http_request_duration_seconds histogram",
            "# UNIT callboard_http_request_duration_seconds seconds",
            "callboard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/a\\\"b\",le=\"0.0001\"} 2",
            "callboard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/a\\\"b\",le=\"0.35\"} 2",
            "callboard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/a\\\"b\",le=\"0.6\"} 3",
            "callboard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/a\\\"b\",le=\"10.0\"} 3",
            "callboard_http_request_duration_seconds_bucket{method=\"GET\",route=\"/a\\\"b\",le=\"+Inf\"} 4",
            "callboard_http_request_duration_seconds_sum{method=\"GET\",route=\"/a\\\"b\"} 99.40019",
            "callboard_http_request_duration_seconds_count{method=\"GET\",route=\"/a\\\"b\"} 4",
            "# TYPE callboard_store_busy_seconds counter",
            "callboard_store_busy_seconds_total{use=\"read\"} 0.25",
        ] {
            assert!(text.lines().any(|l| l == line), "no {line} in {text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
