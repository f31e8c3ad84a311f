//! What calls of LiveKit's API came to, since the start of the process, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

use callboard_kernel::{Buckets, Histogram};

use crate::twirp::Failure;

/// Outcomes in the order of their counters.
const OUTCOMES: [&str; 5] = ["answered", "unreachable", "credentials", "refused", "not_livekit"];

/// The counters of one client.
#[derive(Debug)]
pub struct ApiCalls {
    outcomes: [AtomicU64; OUTCOMES.len()],
    micros: Histogram,
}

impl Default for ApiCalls {
    fn default() -> Self {
        Self { outcomes: Default::default(), micros: Histogram::of_micros() }
    }
}

impl ApiCalls {
    /// Calls by outcome: `answered` (also that something does not exist), `unreachable` (no connection, no answer in
    /// time, a 5xx), `credentials` (the key or the clock), `refused`, `not_livekit` (something else answers).
    pub fn outcomes(&self) -> Vec<(&'static str, u64)> {
        OUTCOMES.iter().zip(&self.outcomes).map(|(name, n)| (*name, n.load(Ordering::Relaxed))).collect()
    }

    /// Microseconds until the answer, whatever it was.
    pub fn micros(&self) -> Buckets {
        self.micros.read()
    }

    pub(crate) fn count(&self, failure: Option<&Failure>, micros: i64) {
        let place = match failure {
            None => 0,
            Some(failure) if failure.is_not_found() => 0,
            Some(Failure::Unreachable(_)) => 1,
            Some(Failure::Credentials(_)) => 2,
            Some(Failure::Refused(..)) => 3,
            Some(Failure::NotLiveKit(_)) => 4,
        };
        self.outcomes[place].fetch_add(1, Ordering::Relaxed);
        self.micros.observe(u64::try_from(micros).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_was_answered() {
        let calls = ApiCalls::default();
        calls.count(None, 5);
        let refused = |code: &str| Failure::Refused(code.to_owned(), String::new());
        calls.count(Some(&refused("not_found")), 5);
        calls.count(Some(&refused("invalid_argument")), 5);
        calls.count(Some(&Failure::Unreachable(String::new())), -1);
        calls.count(Some(&Failure::Credentials(String::new())), 0);
        calls.count(Some(&Failure::NotLiveKit(String::new())), 0);
        assert_eq!(calls.outcomes().iter().map(|(_, n)| *n).collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
        assert_eq!((calls.micros().total(), calls.micros().sum), (6, 15));
    }
}
