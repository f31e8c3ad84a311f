//! Counts and durations of requests, for `/metrics`.

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Requests {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Durations {
    method: String,
    route: String,
}

/// Requests by method, route template and status; seconds until the head of the answer by method and route.
#[derive(Clone)]
pub struct Metrics {
    requests: Family<Requests, Counter>,
    seconds: Family<Durations, Histogram>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

fn histogram() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0])
}

impl Metrics {
    /// Names the metrics in the process's registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register("http_request_seconds", "Seconds until the head of the answer", self.seconds.clone());
    }

    /// Counts one answer. Routes are templates, so their number is bounded; unmatched paths share one.
    pub(crate) fn count(&self, method: &Method, route: &str, status: StatusCode, micros: i64) {
        // Clients can invent methods; their names must not become labels.
        let method = if matches!(method.as_str(), "GET" | "HEAD" | "POST" | "PATCH" | "DELETE" | "OPTIONS" | "PUT") {
            method.as_str()
        } else {
            "other"
        };
        let route = if route.is_empty() { "unmatched" } else { route };
        let labels = Requests { method: method.to_owned(), route: route.to_owned(), status: status.as_u16() };
        self.requests.get_or_create(&labels).inc();
        let labels = Durations { method: method.to_owned(), route: route.to_owned() };
        self.seconds.get_or_create(&labels).observe(micros.max(0) as f64 / 1e6);
    }
}
