//! Every metric of `/metrics`: the one list that the answer, `docs/reference/metrics.md`, and the checks of alert rules
//! and dashboards go by.

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, from 0 at the start of the process. Its name ends in `_total`.
    Counter,
    /// A level now.
    Gauge,
    /// Observations by size: `_bucket`, `_sum` and `_count`.
    Histogram,
}

impl Kind {
    /// The word in the text format and in the documentation.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// One metric.
#[derive(Debug)]
pub struct Metric {
    /// Its full name.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// Names of its labels, in the order of their values.
    pub labels: &'static [&'static str],
    /// What it says, in one or two sentences; what its labels say.
    pub meaning: &'static str,
}

impl Metric {
    /// The name of its family in the text format: a counter's without `_total`.
    pub fn family(&self) -> &'static str {
        self.name.strip_suffix("_total").unwrap_or(self.name)
    }

    /// Its base unit, when it has one: the last word of the family's name.
    pub fn unit(&self) -> Option<&'static str> {
        ["seconds", "bytes"].into_iter().find(|unit| self.family().ends_with(&format!("_{unit}")))
    }
}

/// Metrics that belong together.
#[derive(Debug)]
pub struct Group {
    /// A heading.
    pub title: &'static str,
    /// What one should know about all of them.
    pub about: &'static str,
    /// Its metrics.
    pub metrics: &'static [&'static Metric],
}

/// Every metric, in the order of the groups.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    GROUPS.iter().flat_map(|group| group.metrics.iter().copied())
}

macro_rules! catalogue {
    ($($title:literal: $about:literal {
        $($id:ident = $kind:ident $name:literal [$($label:literal)*] $meaning:literal;)+
    })+) => {
        $($(
            #[doc = $meaning]
            pub static $id: Metric =
                Metric { name: $name, kind: Kind::$kind, labels: &[$($label),*], meaning: $meaning };
        )+)+
        /// The catalogue.
        pub static GROUPS: &[Group] =
            &[$(Group { title: $title, about: $about, metrics: &[$(&$id),+] }),+];
    };
}

catalogue! {
    "Traffic": "Requests as the front door saw them. `route` is a template of the API, or `unmatched` for pages and unknown paths, so labels are few and hold nothing that a client wrote." {
        HTTP_REQUESTS = Counter "callboard_http_requests_total" ["method" "route" "status"]
            "Requests. Streams count when they begin. `status`: of the answer; `cut` when none was sent, because the client hung up or the server stopped; `other` for one that we do not give.";
        HTTP_DURATION = Histogram "callboard_http_request_duration_seconds" ["method" "route"]
            "Time from the arrival of a request until the head of its answer, or until it was cut.";
        HTTP_LIMITED = Counter "callboard_http_rate_limited_total" ["limit"]
            "Requests refused with RATE_LIMITED. `limit`: `login` and `join` count by address, `key`, `user` and `pass` by caller.";
        REQUEST_LOG_WRITTEN = Counter "callboard_request_log_written_total" []
            "Changing requests that the request log holds.";
        REQUEST_LOG_DROPPED = Counter "callboard_request_log_dropped_total" ["reason"]
            "Changing requests that are not in the request log. `reason`: `full` (more than could be written in time), `refusals` (too many refusals of one caller).";
    }
    "Log and store": "The event log and the database below it. Projections are written in the transaction of their event: they have no lag, and no metric for one." {
        EVENTS_APPENDED = Counter "callboard_events_appended_total" ["family"]
            "Events that this process stored, by the first part of their type.";
        EVENTS_DUPLICATE = Counter "callboard_events_duplicate_total" ["source"]
            "Events that the log had already. `source`: `producer` (sent again under their event id), `own` (a fact that the provider told twice, or a repair found as well).";
        EVENTS_INVALID = Counter "callboard_events_invalid_total" []
            "Facts of our own that broke the contract and were not stored. Anything but 0 is a defect of Callboard.";
        STORE_UP = Gauge "callboard_store_up" []
            "1 while the store takes work, 0 when the database cannot be reached or nothing may be written any more.";
        STORE_COMMITS = Counter "callboard_store_commits_total" []
            "Transactions committed; on SQLite each holds a group of writes.";
        STORE_COMMIT_ERRORS = Counter "callboard_store_commit_errors_total" ["outcome"]
            "Commits that failed. `outcome`: `unknown` (what it held may be stored or not; on SQLite the process ends), `failed` (nothing is stored).";
        STORE_WRITES = Counter "callboard_store_writes_total" []
            "Writes that committed transactions held.";
        STORE_READS = Counter "callboard_store_reads_total" []
            "Reads taken up.";
        STORE_RERUNS = Counter "callboard_store_reruns_total" []
            "Writes undone and begun again because another got in their way (PostgreSQL).";
        STORE_GROUP = Histogram "callboard_store_group_size" []
            "Writes in each committed transaction. On SQLite groups grow with the load; on PostgreSQL each holds one.";
        STORE_COMMIT_DURATION = Histogram "callboard_store_commit_duration_seconds" []
            "Time of each COMMIT that came about. On SQLite this is the fsync, on PostgreSQL its answer.";
        STORE_QUEUE_WAIT = Histogram "callboard_store_queue_wait_seconds" []
            "Time that each write waited until its transaction took it up.";
        STORE_QUEUE_DEPTH = Gauge "callboard_store_queue_depth" ["use"]
            "Requests waiting for the database now. `use`: `read`, `write`.";
        STORE_QUEUE_LIMIT = Gauge "callboard_store_queue_limit" []
            "Requests that may wait in each queue; the next one is refused with OVERLOADED.";
        STORE_REFUSED = Counter "callboard_store_refused_total" []
            "Requests refused because a queue was full.";
        STORE_CONNECTIONS = Gauge "callboard_store_connections" ["use"]
            "Connections of the pool, each with a thread. `use`: `read`, `write`. SQLite has one that writes.";
        STORE_CONNECTIONS_BUSY = Gauge "callboard_store_connections_busy" ["use"]
            "Connections that have work now.";
        STORE_BUSY = Counter "callboard_store_busy_seconds_total" ["use"]
            "Time that connections had work, all together. Its rate over `callboard_store_connections` is the pool's use, from 0 to 1.";
        STORE_CHECKPOINTS = Histogram "callboard_store_checkpoint_duration_seconds" []
            "Time of each checkpoint: the WAL is put into the database file (SQLite).";
        STORE_WAL = Gauge "callboard_store_wal_bytes" []
            "What the WAL holds and the database file does not (SQLite).";
        STORE_DATABASE = Gauge "callboard_store_database_bytes" []
            "Size of the database file (SQLite).";
        DATA_FREE = Gauge "callboard_data_free_bytes" []
            "Free space of the file system that the data directory is on (SQLite).";
        DATA_SIZE = Gauge "callboard_data_size_bytes" []
            "Size of the file system that the data directory is on (SQLite).";
    }
    "Live delivery": "Readers are cursors over the log: what is slow here delays an event and loses none." {
        LIVE_DELAY = Histogram "callboard_live_delivery_delay_seconds" []
            "Time from the arrival of a request until the events that it stored are with the live readers of this process, for each commit of a session. The socket of a slow reader is not in it.";
        LIVE_FOLLOWERS = Gauge "callboard_live_followers" ["of"]
            "Live subscriptions (SSE, WebSocket). `of`: `session`, `tenant` (everything of one).";
    }
    "Calls and provider": "`provider` is `livekit`, or `simulated` for calls without media." {
        RECONNECTS = Counter "callboard_reconnects_total" ["outcome"]
            "Attempts to come back after a cut. `outcome`: `resumed`; refused for a reason of the caller's: `invalid_token`, `window_expired`, `session_closed`, `refused`; failed for a reason of ours: `provider_error`, `error`.";
        RECEIPTS = Counter "callboard_receipts_total" ["provider" "outcome"]
            "Genuine webhooks of the provider, stored as receipts. `outcome`: `applied`, `ignored` (nothing new), `refused` (a rule refused it), `unmapped` (its room belongs to no session), `failed` (a defect of ours; it can be processed again), `repeated` (delivered before).";
        RECEIPTS_REJECTED = Counter "callboard_receipts_rejected_total" ["provider" "reason"]
            "Webhooks that are not genuine, or whose key, clock or body does not fit; nothing of them is stored. `reason`: `header_missing`, `malformed`, `algorithm`, `unknown_key`, `signature`, `expired`, `not_yet_valid`, `digest_missing`, `digest`.";
        PROVIDER_REQUESTS = Counter "callboard_provider_requests_total" ["provider" "outcome"]
            "Calls of the provider's API. `outcome`: `answered`, `unreachable` (no connection, no answer in time, a 5xx), `credentials` (key, secret or clock), `refused`, `not_livekit` (something else answers there).";
        PROVIDER_DURATION = Histogram "callboard_provider_request_duration_seconds" ["provider"]
            "Time until the provider's API answered, or until it was given up.";
    }
    "Repair and outbox": "Repairs compare what is with what should be. The outbox holds effects on the outside world from their commit until they are carried out." {
        REPAIR_RUNS = Counter "callboard_repair_runs_total" ["repair" "outcome"]
            "Runs of each repair. `outcome`: `ok`, `failed` (it runs again).";
        REPAIR_FINDINGS = Counter "callboard_repair_findings_total" ["repair"]
            "What each repair mended.";
        OUTBOX_WAITING = Gauge "callboard_outbox_waiting" ["kind"]
            "Effects of the whole installation that are not carried out yet; every instance shows the same.";
        OUTBOX_OLDEST = Gauge "callboard_outbox_oldest_seconds" ["kind"]
            "Age of the oldest of them; 0 when nothing waits.";
        OUTBOX_ATTEMPTS = Counter "callboard_outbox_attempts_total" ["kind" "outcome"]
            "Attempts to carry one out. `outcome`: `done`, `retry`, `dead` (given up; the console lists it).";
    }
    "Webhooks": "What is sent to the tenants' own servers. Those being down is their matter; the outbox of kind `webhook.deliver` then grows." {
        WEBHOOK_ATTEMPTS = Counter "callboard_webhook_attempts_total" ["outcome"]
            "Attempts to deliver. `outcome`: `delivered` (2xx), `refused` (another status), `failed` (no answer), `blocked` (the address may not be spoken to).";
        WEBHOOK_DISABLED = Counter "callboard_webhook_endpoints_disabled_total" []
            "Endpoints that were disabled because they stayed dead.";
    }
    "Traces": "Spans on their way to the collector (OTLP), where one is named; all 0 otherwise. What is lost here costs a request nothing." {
        SPANS_EXPORTED = Counter "callboard_spans_exported_total" []
            "Spans that the collector took.";
        SPANS_DROPPED = Counter "callboard_spans_dropped_total" ["reason"]
            "Spans that are lost. `reason`: `full` (more than could be sent in time), `refused` (the collector does not want them), `unreachable` (it did not answer, or was too busy for too long).";
    }
    "Process": "Of the operating system's process; absent where `/proc` is." {
        BUILD = Gauge "callboard_build_info" ["version" "engine"]
            "Always 1. `engine`: `sqlite`, `postgres`.";
        PROCESS_START = Gauge "process_start_time_seconds" []
            "When the service was put together, seconds since 1970.";
        PROCESS_CPU = Counter "process_cpu_seconds_total" []
            "Processor time used.";
        PROCESS_MEMORY = Gauge "process_resident_memory_bytes" []
            "Memory in use.";
        PROCESS_VIRTUAL = Gauge "process_virtual_memory_bytes" []
            "Memory mapped.";
        PROCESS_THREADS = Gauge "process_threads" []
            "Threads of the process.";
        PROCESS_FDS = Gauge "process_open_fds" []
            "Open files and sockets.";
        PROCESS_MAX_FDS = Gauge "process_max_fds" []
            "Files and sockets that may be open.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_follow_prometheus() {
        let mut seen = BTreeSet::new();
        for metric in all() {
            let name = metric.name;
            assert!(seen.insert(metric.family()), "{name} stands twice");
            assert!(name.starts_with("callboard_") || name.starts_with("process_"), "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert_eq!(name.ends_with("_total"), metric.kind == Kind::Counter, "{name}");
            for word in ["_ms", "_micros", "_millis", "_count", "_sum", "_bucket"] {
                assert!(!metric.family().ends_with(word), "{name}: base units only, no suffix of the format's own");
            }
            assert!(metric.meaning.ends_with('.') && metric.meaning.len() > 10, "{name} says nothing");
            for label in
                metric.labels.iter().filter(|l| ["outcome", "reason", "use", "of", "limit", "source"].contains(l))
            {
                // Said once for a pair of neighbours is enough.
                let said = all().any(|m| m.labels.contains(label) && m.meaning.contains(&format!("`{label}`:")));
                assert!(said, "{name}: nobody says what {label} can be");
            }
        }
    }
}
