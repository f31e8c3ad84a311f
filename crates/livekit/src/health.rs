//! What this process saw of LiveKit's deliveries, for readiness, metrics and the connection test.
//!
//! Counters live in memory: with several instances each shows its own, and a restart begins anew. Rejections are also
//! added to the table `provider_rejection`, a few seconds later and over all instances.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use callboard_kernel::Timestamp;
use parking_lot::Mutex;

use crate::commands::Received;
use crate::model::Outcome;
use crate::signature::Rejection;

/// How long a rejected delivery keeps readiness red when no good one follows, milliseconds.
const RED_MS: i64 = 10 * 60 * 1000;

/// How many deliveries were rejected for one reason, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) count: i64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
}

impl Tally {
    /// Both together.
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

#[derive(Debug, Default)]
struct Seen {
    accepted: u64,
    last_accepted: Option<Timestamp>,
    rejected: BTreeMap<Rejection, u64>,
    last_rejected: Option<(Timestamp, Rejection)>,
    /// Rejections that are not in the table yet.
    uncounted: BTreeMap<Rejection, Tally>,
}

impl Seen {
    fn note(&mut self, reason: Rejection, tally: Tally) {
        self.uncounted.entry(reason).and_modify(|known| known.add(tally)).or_insert(tally);
    }
}

/// Counts deliveries. Shared by the webhook route, readiness, metrics and the connection test.
#[derive(Debug, Default)]
pub struct LivekitHealth {
    seen: Mutex<Seen>,
    /// Stored deliveries by outcome; the last are repetitions.
    stored: [AtomicU64; Outcome::ALL.len() + 1],
}

/// The counters at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthSnapshot {
    /// Genuine deliveries since start.
    pub accepted: u64,
    /// The last of them.
    pub last_accepted: Option<Timestamp>,
    /// Rejected deliveries since start, by reason.
    pub rejected: Vec<(&'static str, u64)>,
    /// The last of them and its reason.
    pub last_rejected: Option<(Timestamp, Rejection)>,
}

impl LivekitHealth {
    /// Counts a genuine delivery.
    pub fn accepted(&self, now: Timestamp) {
        let mut seen = self.seen.lock();
        seen.accepted += 1;
        seen.last_accepted = Some(now);
    }

    /// Counts a stored delivery by what became of it.
    pub(crate) fn stored(&self, received: &Received) {
        let outcome = Outcome::ALL.iter().position(|o| *o == received.verdict.outcome);
        let place = outcome.filter(|_| !received.replayed).unwrap_or(Outcome::ALL.len());
        self.stored[place].fetch_add(1, Ordering::Relaxed);
    }

    /// Stored deliveries since start by outcome, and those that had been delivered before as `repeated`.
    pub fn receipts(&self) -> Vec<(&'static str, u64)> {
        let names = Outcome::ALL.iter().map(|o| o.as_str()).chain(["repeated"]);
        names.zip(&self.stored).map(|(name, n)| (name, n.load(Ordering::Relaxed))).collect()
    }

    /// Counts a rejected delivery.
    pub fn rejected(&self, now: Timestamp, reason: Rejection) {
        let mut seen = self.seen.lock();
        *seen.rejected.entry(reason).or_default() += 1;
        seen.last_rejected = Some((now, reason));
        seen.note(reason, Tally { count: 1, first: now, last: now });
    }

    /// Rejections that are not in the table yet.
    pub(crate) fn uncounted(&self) -> Vec<(Rejection, Tally)> {
        self.seen.lock().uncounted.iter().map(|(reason, tally)| (*reason, *tally)).collect()
    }

    /// Takes them, to be written.
    pub(crate) fn take_uncounted(&self) -> Vec<(Rejection, Tally)> {
        std::mem::take(&mut self.seen.lock().uncounted).into_iter().collect()
    }

    /// Gives back those that could not be written.
    pub(crate) fn put_back(&self, tallies: &[(Rejection, Tally)]) {
        let mut seen = self.seen.lock();
        for (reason, tally) in tallies {
            seen.note(*reason, *tally);
        }
    }

    /// The counters now.
    pub fn snapshot(&self) -> HealthSnapshot {
        let seen = self.seen.lock();
        HealthSnapshot {
            accepted: seen.accepted,
            last_accepted: seen.last_accepted,
            rejected: seen.rejected.iter().map(|(reason, count)| (reason.as_str(), *count)).collect(),
            last_rejected: seen.last_rejected,
        }
    }

    /// `Err` with a sentence for readiness when deliveries were rejected lately and none was accepted since.
    pub fn ready(&self, now: Timestamp) -> Result<(), String> {
        let seen = self.seen.lock();
        let Some((at, reason)) = seen.last_rejected else { return Ok(()) };
        if now.since_ms(at) > RED_MS || seen.last_accepted.is_some_and(|good| good >= at) {
            return Ok(());
        }
        let total: u64 = seen.rejected.values().sum();
        Err(format!("LiveKit's webhooks are rejected ({total} so far, the last at {at}). {}", reason.advice()))
    }
}

#[cfg(test)]
mod tests {
    use callboard_testkit::START;

    use super::*;

    #[test]
    fn red_after_a_rejection_until_a_good_delivery_or_ten_quiet_minutes() {
        let health = LivekitHealth::default();
        assert_eq!(health.ready(START), Ok(()));
        health.rejected(START, Rejection::Signature);
        health.rejected(START, Rejection::UnknownKey);
        assert!(health.ready(START.plus_ms(RED_MS)).is_err_and(|why| why.contains("2 so far")));
        assert_eq!(health.ready(START.plus_ms(RED_MS + 1)), Ok(()));
        health.accepted(START.plus_ms(1));
        assert_eq!(health.ready(START.plus_ms(2)), Ok(()));
        let shown = health.snapshot();
        assert_eq!((shown.accepted, shown.rejected.len()), (1, 2));
    }
}
