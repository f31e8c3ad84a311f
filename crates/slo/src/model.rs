//! Objectives, windows, targets, and what is measured.

use callboard_kernel::{Counts, DurationMs, LEVEL_BUCKETS};
use serde::Serialize;
use utoipa::ToSchema;

/// Parts of a million.
pub(crate) const MILLION: i64 = 1_000_000;
/// Minutes of the month that the error budget is for.
pub(crate) const MONTH_MINUTES: i64 = 28 * 24 * 60;

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceObjective)]
pub enum Objective {
    /// Minutes in which an instance ran and was ready.
    Availability,
    /// Requests of the API, until the head of the answer.
    ApiP95,
    /// Answers of the API that were 5xx.
    ServerErrors,
    /// Events, from their arrival to a live reader's connection.
    EventVisibleP95,
    /// Webhook deliveries that were answered 2xx in the end.
    Delivery,
    /// Finals, from the end of the utterance to their event.
    TranscriptP95,
    /// Cuts after which the participant came back.
    Reconnect,
    /// Bad minutes of a month.
    Budget,
}

impl Objective {
    /// Its name in settings, on the wire and in the gate's verdict.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Availability => "availability",
            Self::ApiP95 => "api_p95",
            Self::ServerErrors => "server_errors",
            Self::EventVisibleP95 => "event_visible_p95",
            Self::Delivery => "delivery",
            Self::TranscriptP95 => "transcript_p95",
            Self::Reconnect => "reconnect",
            Self::Budget => "budget",
        }
    }
}

/// A span that ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// 1 hour.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 28 days.
    Month,
}

/// Every window, as it is written.
pub const WINDOWS: [&str; 4] = ["1h", "24h", "7d", "28d"];

impl Window {
    /// Reads one of [`WINDOWS`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hour, Self::Day, Self::Week, Self::Month].into_iter().find(|w| w.as_str() == text)
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "28d",
        }
    }

    /// Its length.
    pub const fn minutes(self) -> i64 {
        match self {
            Self::Hour => 60,
            Self::Day => 24 * 60,
            Self::Week => 7 * 24 * 60,
            Self::Month => MONTH_MINUTES,
        }
    }
}

/// What is promised of each objective. Shares are parts of a million; durations are bounds of buckets
/// ([`callboard_kernel::LEVEL_BOUNDS_MS`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Good minutes, at least.
    pub availability: i64,
    /// 95 of 100 requests within, milliseconds.
    pub api_p95_ms: DurationMs,
    /// 5xx of all answers, at most.
    pub server_errors: i64,
    /// 95 of 100 events within, milliseconds.
    pub event_visible_p95_ms: DurationMs,
    /// Deliveries that arrived, at least.
    pub delivery: i64,
    /// 95 of 100 finals within, milliseconds.
    pub transcript_p95_ms: DurationMs,
    /// Cuts that healed, at least.
    pub reconnect: i64,
    /// Bad minutes of 28 days, at most.
    pub budget: i64,
}

impl Default for Targets {
    fn default() -> Self {
        Self {
            availability: 995_000,
            api_p95_ms: 350,
            server_errors: 10_000,
            event_visible_p95_ms: 600,
            delivery: 999_000,
            transcript_p95_ms: 2_500,
            reconnect: 995_000,
            budget: 5_000,
        }
    }
}

/// One minute of the installation, over the instances that wrote in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alive {
    /// Minutes since 1970.
    pub minute: i64,
    /// Whether one of them was ready.
    pub ready: bool,
    /// Whether all of them said that they stop.
    pub stopped: bool,
}

/// How much of a span the installation ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uptime {
    /// Minutes in which an instance was ready.
    pub good: i64,
    /// Minutes in which one should have been.
    pub total: i64,
    /// Minutes after a stop that was announced: in neither.
    pub planned: i64,
    /// The minutes that were not good.
    pub down: Vec<i64>,
}

/// What is stored about a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Of the installation, in the window.
    pub uptime: Uptime,
    /// Of the installation, in the month.
    pub month: Uptime,
    /// Minutes of the month with answers 5xx: the minute, how many, of how many.
    pub failing: Vec<(i64, i64, i64)>,
    /// Answers of the API.
    pub requests: Counts,
    /// Events that reached live readers.
    pub visible: Counts,
    /// Deliveries that arrived, and that were given up.
    pub settled: (i64, i64),
    /// Cuts that healed, and that did not.
    pub cuts: (i64, i64),
    /// Finals by delay.
    pub finals: [i64; LEVEL_BUCKETS],
    /// Whether there were more finals than are looked at.
    pub finals_cut: bool,
}

/// What a target is given in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ServiceLevelUnit)]
pub enum Unit {
    /// Of all, 0 to 100.
    Percent,
    /// Milliseconds.
    Ms,
}

/// On which side of its target a figure must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceLevelDirection)]
pub enum Direction {
    /// The target or more.
    AtLeast,
    /// The target or less.
    AtMost,
}

/// How much may go wrong, and how much did.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ErrorBudget)]
pub struct Budget {
    /// How many of `total` may be bad; of the objective `budget`, minutes of 28 days.
    pub allowed: f64,
    /// How many were.
    pub spent: i64,
    /// `allowed` less `spent`; below zero when it is overdrawn.
    pub left: f64,
    /// How fast it is spent: 1 uses it up exactly within the window. Null when nothing may be bad and something was.
    #[schema(required = true)]
    pub burn_rate: Option<f64>,
}

/// One objective over a window.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceLevel)]
pub struct Level {
    /// Which.
    pub objective: Objective,
    /// What is promised.
    pub target: f64,
    /// What `target` and `measured` are given in.
    pub unit: Unit,
    /// On which side of `target` the figure must be.
    pub direction: Direction,
    /// What came out: a share, or the 95th percentile, interpolated within its bucket. Null without data.
    #[schema(required = true)]
    pub measured: Option<f64>,
    /// Whether it may be more than `measured`: the percentile is above all buckets.
    pub above: bool,
    /// How many were good.
    pub good: i64,
    /// Of how many.
    pub total: i64,
    /// The error budget. Null without data.
    #[schema(required = true)]
    pub budget: Option<Budget>,
    /// Whether the target is met. Null without data: then it is neither met nor missed.
    #[schema(required = true)]
    pub met: Option<bool>,
    /// What is counted, and where it is stored.
    pub source: &'static str,
    /// What else there is to know about this figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Every objective over a window.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ServiceLevels)]
pub struct Report {
    /// `1h`, `24h`, `7d` or `28d`.
    pub window: &'static str,
    /// Where it begins.
    #[schema(format = DateTime)]
    pub from: String,
    /// Where it ends: when it was read.
    #[schema(format = DateTime)]
    pub until: String,
    /// `installation`, or `tenant`: then requests, events, deliveries, transcripts and cuts are the tenant's own, and
    /// minutes the installation's.
    pub scope: &'static str,
    /// Each objective.
    pub objectives: Vec<Level>,
}
