//! The process's metrics, gathered when they are asked for. Features count in structs of their own; the catalogue names
//! what they count.

pub mod catalogue;
mod exposition;
mod machine;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use callboard_eventlog::outbox::{Attempts, backlogs};
use callboard_http::{App, CUT, Metrics};
use callboard_kernel::{Error, Result, Timestamp};
use callboard_livekit::{LiveKitRooms, LivekitHealth, Rejection};
use callboard_store::{Engine, PoolStats};
use parking_lot::Mutex;

use catalogue as c;
use exposition::Samples;
use machine::Machine;

/// How long the answer waits for the database. What is asked of it is left out then; the rest matters most when it hangs.
const DATABASE_WITHIN: Duration = Duration::from_secs(2);

/// What the features count, handed to them when they are put together.
#[derive(Clone, Default)]
pub struct Counted {
    /// Requests.
    pub http: Arc<Metrics>,
    /// What attempts to send webhooks came to.
    pub webhooks: Arc<callboard_webhooks::Stats>,
    /// What became of notes for the request log.
    pub requests: Arc<callboard_tenants::RequestCounts>,
    /// What attempts to come back came to.
    pub calls: Arc<callboard_calls::Stats>,
    /// Who sends webhooks here, and what was seen of them.
    pub senders: Vec<(&'static str, Arc<LivekitHealth>)>,
    /// The client of LiveKit's API.
    pub rooms: Option<Arc<LiveKitRooms>>,
    /// Attempts of the outbox.
    pub outbox: Arc<Attempts>,
}

/// What one repair came to since the start.
#[derive(Clone, Copy, Default)]
struct Mended {
    ok: u64,
    failed: u64,
    findings: u64,
}

/// Everything that `/metrics` shows.
pub struct Registry {
    counted: Counted,
    /// What attempts to send webhooks came to.
    pub webhooks: Arc<callboard_webhooks::Stats>,
    /// What became of notes for the request log.
    pub requests: Arc<callboard_tenants::RequestCounts>,
    repairs: Mutex<BTreeMap<&'static str, Mended>>,
    begun: Timestamp,
    folder: OnceLock<PathBuf>,
}

impl Registry {
    /// A registry over what features count; `repairs` are all that will run, `begun` is now.
    pub fn new(counted: Counted, repairs: impl Iterator<Item = &'static str>, begun: Timestamp) -> Self {
        Self {
            webhooks: Arc::clone(&counted.webhooks),
            requests: Arc::clone(&counted.requests),
            counted,
            repairs: Mutex::new(repairs.map(|name| (name, Mended::default())).collect()),
            begun,
            folder: OnceLock::new(),
        }
    }

    /// Shows the disk below this folder as well: the data directory.
    pub fn watch_folder(&self, folder: PathBuf) {
        // There is one data directory in a process.
        let _first = self.folder.set(folder);
    }

    /// What counts attempts of the outbox.
    pub fn outbox(&self) -> Arc<Attempts> {
        Arc::clone(&self.counted.outbox)
    }

    /// Counts a run of a repair and what it mended.
    pub fn repaired(&self, repair: &'static str, outcome: Result<u64, &Error>) {
        let mut repairs = self.repairs.lock();
        let seen = repairs.entry(repair).or_default();
        match outcome {
            Ok(findings) => {
                seen.ok += 1;
                seen.findings += findings;
            }
            Err(_) => seen.failed += 1,
        }
    }

    /// The text format, with current values.
    pub async fn render(&self, app: &App) -> Result<String> {
        let folder = self.folder.get().cloned();
        let machine = tokio::task::spawn_blocking(move || Machine::look(folder)).await.map_err(Error::internal)?;
        let waiting = tokio::time::timeout(DATABASE_WITHIN, app.db.read(backlogs)).await;
        let mut out = Samples::default();
        self.traffic(&mut out);
        store(&mut out, app);
        log(&mut out, app);
        self.provider(&mut out);
        self.repairs(&mut out);
        if let Ok(Ok(waiting)) = waiting {
            self.backlog(&mut out, &waiting, app.world.now());
        }
        self.effects(&mut out);
        spans(&mut out, app);
        let engine = if app.db.engine() == Engine::Sqlite { "sqlite" } else { "postgres" };
        out.count(&c::BUILD, &[crate::version::own(), engine], 1);
        out.set(&c::PROCESS_START, &[], self.begun.micros() as f64 / 1e6);
        machine.gather(&mut out);
        Ok(out.render())
    }

    fn traffic(&self, out: &mut Samples) {
        for seen in self.counted.http.requests() {
            for (status, n) in seen.answers {
                let status = match status {
                    0 => "other".to_owned(),
                    CUT => "cut".to_owned(),
                    status => status.to_string(),
                };
                out.count(&c::HTTP_REQUESTS, &[seen.method, &seen.route, &status], n);
            }
            out.micros(&c::HTTP_DURATION, &[seen.method, &seen.route], seen.micros);
        }
        for (limit, n) in self.counted.http.rate_limited() {
            out.count(&c::HTTP_LIMITED, &[limit], n);
        }
        out.count(&c::REQUEST_LOG_WRITTEN, &[], self.requests.written());
        for (reason, n) in self.requests.dropped() {
            out.count(&c::REQUEST_LOG_DROPPED, &[reason], n);
        }
    }

    fn provider(&self, out: &mut Samples) {
        for (outcome, n) in self.counted.calls.reconnects() {
            out.count(&c::RECONNECTS, &[outcome], n);
        }
        for (provider, health) in &self.counted.senders {
            for (outcome, n) in health.receipts() {
                out.count(&c::RECEIPTS, &[provider, outcome], n);
            }
            let rejected = health.snapshot().rejected;
            for reason in Rejection::ALL.map(Rejection::as_str) {
                let n = rejected.iter().find(|(seen, _)| *seen == reason).map_or(0, |(_, n)| *n);
                out.count(&c::RECEIPTS_REJECTED, &[provider, reason], n);
            }
        }
        if let Some(rooms) = &self.counted.rooms {
            let (provider, calls) = (rooms.config().provider, rooms.calls());
            for (outcome, n) in calls.outcomes() {
                out.count(&c::PROVIDER_REQUESTS, &[provider, outcome], n);
            }
            out.micros(&c::PROVIDER_DURATION, &[provider], calls.micros());
        }
    }

    fn repairs(&self, out: &mut Samples) {
        for (repair, seen) in self.repairs.lock().iter() {
            out.count(&c::REPAIR_RUNS, &[repair, "ok"], seen.ok);
            out.count(&c::REPAIR_RUNS, &[repair, "failed"], seen.failed);
            out.count(&c::REPAIR_FINDINGS, &[repair], seen.findings);
        }
    }

    fn backlog(&self, out: &mut Samples, waiting: &[(String, i64, Timestamp)], now: Timestamp) {
        let idle = self.counted.outbox.kinds().filter(|kind| !waiting.iter().any(|(known, ..)| known == kind));
        for kind in idle {
            out.count(&c::OUTBOX_WAITING, &[kind], 0);
            out.count(&c::OUTBOX_OLDEST, &[kind], 0);
        }
        for (kind, n, oldest) in waiting {
            out.set(&c::OUTBOX_WAITING, &[kind], *n as f64);
            out.set(&c::OUTBOX_OLDEST, &[kind], now.since_ms(*oldest).max(0) as f64 / 1e3);
        }
    }

    fn effects(&self, out: &mut Samples) {
        for (kind, outcome, n) in self.counted.outbox.counts() {
            out.count(&c::OUTBOX_ATTEMPTS, &[kind, outcome], n);
        }
        let seen = self.webhooks.counts();
        for (outcome, n) in [
            ("delivered", seen.delivered),
            ("refused", seen.refused),
            ("failed", seen.failed),
            ("blocked", seen.blocked),
        ] {
            out.count(&c::WEBHOOK_ATTEMPTS, &[outcome], n);
        }
        out.count(&c::WEBHOOK_DISABLED, &[], seen.disabled);
    }
}

fn spans(out: &mut Samples, app: &App) {
    let seen = app.world.tracer().map(|tracer| tracer.counts()).unwrap_or_default();
    out.count(&c::SPANS_EXPORTED, &[], seen.exported);
    for (reason, n) in [("full", seen.full), ("refused", seen.refused), ("unreachable", seen.unreachable)] {
        out.count(&c::SPANS_DROPPED, &[reason], n);
    }
}

fn store(out: &mut Samples, app: &App) {
    let seen = app.db.stats();
    out.count(&c::STORE_UP, &[], u64::from(app.db.health().ok));
    out.count(&c::STORE_COMMITS, &[], seen.commits);
    out.count(&c::STORE_COMMIT_ERRORS, &["unknown"], seen.commits_unknown);
    out.count(&c::STORE_COMMIT_ERRORS, &["failed"], seen.commits_failed);
    out.count(&c::STORE_WRITES, &[], seen.writes);
    out.count(&c::STORE_READS, &[], seen.reads);
    out.count(&c::STORE_RERUNS, &[], seen.reruns);
    out.sizes(&c::STORE_GROUP, seen.group_size);
    out.micros(&c::STORE_COMMIT_DURATION, &[], seen.commit_micros);
    out.micros(&c::STORE_QUEUE_WAIT, &[], seen.wait_micros);
    out.count(&c::STORE_QUEUE_DEPTH, &["read"], seen.reads_queued);
    out.count(&c::STORE_QUEUE_DEPTH, &["write"], seen.queued);
    out.count(&c::STORE_QUEUE_LIMIT, &[], seen.queue_limit);
    out.count(&c::STORE_REFUSED, &[], seen.refused);
    pool(out, "read", &seen.readers);
    pool(out, "write", &seen.writers);
    if let Some(bytes) = seen.wal_bytes {
        out.micros(&c::STORE_CHECKPOINTS, &[], seen.checkpoint_micros);
        out.count(&c::STORE_WAL, &[], bytes);
    }
}

fn pool(out: &mut Samples, of: &str, seen: &PoolStats) {
    out.count(&c::STORE_CONNECTIONS, &[of], seen.size);
    out.count(&c::STORE_CONNECTIONS_BUSY, &[of], seen.busy);
    out.set(&c::STORE_BUSY, &[of], seen.busy_micros as f64 / 1e6);
}

fn log(out: &mut Samples, app: &App) {
    let seen = app.log.stats();
    for (family, n) in seen.appended {
        out.count(&c::EVENTS_APPENDED, &[family], n);
    }
    out.count(&c::EVENTS_DUPLICATE, &["producer"], seen.duplicates_sent);
    out.count(&c::EVENTS_DUPLICATE, &["own"], seen.duplicates_own);
    out.count(&c::EVENTS_INVALID, &[], seen.invalid);
    out.micros(&c::LIVE_DELAY, &[], seen.delivered_micros);
    let (sessions, tenants) = app.log.hub().followers();
    out.count(&c::LIVE_FOLLOWERS, &["session"], sessions as u64);
    out.count(&c::LIVE_FOLLOWERS, &["tenant"], tenants as u64);
}
