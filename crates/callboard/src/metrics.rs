//! The process's metrics, gathered when they are asked for.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use callboard_http::{App, Metrics};
use callboard_kernel::{Error, Result, Timestamp};
use callboard_livekit::LiveKit;
use parking_lot::Mutex;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

type Labels = Vec<(&'static str, String)>;

/// Everything that `/metrics` shows.
pub struct Registry {
    inner: Mutex<prometheus_client::registry::Registry>,
    gauges: Family<Labels, Gauge<f64, AtomicU64>>,
    repairs: Family<Labels, Gauge<f64, AtomicU64>>,
    /// What attempts to send webhooks came to.
    pub webhooks: Arc<callboard_webhooks::Stats>,
    /// What became of notes for the request log.
    pub requests: Arc<callboard_tenants::RequestCounts>,
}

impl Registry {
    /// A registry with the HTTP side's metrics in it.
    pub fn new(http: &Metrics) -> Self {
        let mut inner = prometheus_client::registry::Registry::with_prefix("callboard");
        http.register(&mut inner);
        let (gauges, repairs) = (Family::default(), Family::default());
        let help = "Counts and levels by name: store_commits, store_writes, store_queued, store_checkpoints, \
                    events_emitted_invalid_total, live_sessions, live_tenants, outbox_waiting, outbox_oldest_seconds, \
                    webhooks_accepted_total, webhooks_rejected_total (with reason), \
                    webhook_attempts_total (with outcome), webhook_endpoints_disabled_total, \
                    request_log_written_total, request_log_dropped_total (with reason)";
        inner.register("value", help, gauges.clone());
        inner.register("repair_findings", "What each repair mended since the start", repairs.clone());
        Self { inner: Mutex::new(inner), gauges, repairs, webhooks: Arc::default(), requests: Arc::default() }
    }

    /// Counts what a repair mended.
    pub fn mended(&self, repair: &'static str, n: u64) {
        self.repairs.get_or_create(&vec![("repair", repair.to_owned())]).inc_by(n as f64);
    }

    fn set(&self, name: &str, value: f64) {
        self.gauges.get_or_create(&vec![("name", name.to_owned())]).set(value);
    }

    fn webhooks(&self) {
        let seen = self.webhooks.counts();
        for (outcome, n) in [
            ("delivered", seen.delivered),
            ("refused", seen.refused),
            ("failed", seen.failed),
            ("blocked", seen.blocked),
        ] {
            let labels = vec![("name", "webhook_attempts_total".to_owned()), ("outcome", outcome.to_owned())];
            self.gauges.get_or_create(&labels).set(n as f64);
        }
        self.set("webhook_endpoints_disabled_total", seen.disabled as f64);
    }

    fn requests(&self) {
        self.set("request_log_written_total", self.requests.written() as f64);
        for (reason, n) in self.requests.dropped() {
            let labels = vec![("name", "request_log_dropped_total".to_owned()), ("reason", reason.to_owned())];
            self.gauges.get_or_create(&labels).set(n as f64);
        }
    }

    /// The text format, with current values.
    pub fn render(
        &self,
        app: &App,
        livekit: Option<&LiveKit>,
        backlog: Option<(i64, Option<Timestamp>)>,
    ) -> Result<String> {
        let stats = app.db.stats();
        self.set("store_commits", stats.commits as f64);
        self.set("store_writes", stats.writes as f64);
        self.set("store_queued", stats.queued as f64);
        self.set("store_checkpoints", stats.checkpoints as f64);
        self.set("events_emitted_invalid_total", app.log.emitted_invalid() as f64);
        let (sessions, tenants) = app.log.hub().followers();
        self.set("live_sessions", sessions as f64);
        self.set("live_tenants", tenants as f64);
        if let Some((waiting, oldest)) = backlog {
            let age = oldest.map_or(0, |t| app.world.now().since_ms(t));
            self.set("outbox_waiting", waiting as f64);
            self.set("outbox_oldest_seconds", age as f64 / 1000.0);
        }
        if let Some(livekit) = livekit {
            let seen = livekit.health.snapshot();
            self.set("webhooks_accepted_total", seen.accepted as f64);
            for (reason, n) in seen.rejected {
                let labels = vec![("name", "webhooks_rejected_total".to_owned()), ("reason", reason.to_owned())];
                self.gauges.get_or_create(&labels).set(n as f64);
            }
        }
        self.webhooks();
        self.requests();
        let mut text = String::new();
        encode(&mut text, &self.inner.lock()).map_err(Error::internal)?;
        Ok(text)
    }
}
