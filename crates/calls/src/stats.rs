//! What attempts to come back came to, since the start of the process, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

use callboard_kernel::{Error, Kind, codes};

/// Outcomes in the order of their counters.
const OUTCOMES: [&str; 7] =
    ["resumed", "invalid_token", "window_expired", "session_closed", "refused", "provider_error", "error"];

/// The counters of a process.
#[derive(Debug, Default)]
pub struct Stats {
    reconnects: [AtomicU64; OUTCOMES.len()],
}

impl Stats {
    /// Reconnects by outcome: `resumed`; refused for a reason of the caller's (`invalid_token`, `window_expired`,
    /// `session_closed`, `refused`); failed for a reason of ours (`provider_error`, `error`).
    pub fn reconnects(&self) -> Vec<(&'static str, u64)> {
        OUTCOMES.iter().zip(&self.reconnects).map(|(name, n)| (*name, n.load(Ordering::Relaxed))).collect()
    }

    pub(crate) fn reconnect<T>(&self, outcome: Result<T, &Error>) {
        let name = outcome.map_or_else(name_of, |_| "resumed");
        if let Some(n) = OUTCOMES.iter().position(|known| *known == name) {
            self.reconnects[n].fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn name_of(error: &Error) -> &'static str {
    let code = error.code().name;
    if code == codes::INVALID_RESUME_TOKEN.name {
        "invalid_token"
    } else if code == codes::RECONNECT_WINDOW_EXPIRED.name {
        "window_expired"
    } else if code == codes::SESSION_CLOSED.name {
        "session_closed"
    } else {
        match error.kind() {
            Kind::BadGateway => "provider_error",
            Kind::Internal | Kind::Unavailable => "error",
            _ => "refused",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_and_what_is_the_callers_are_told_apart() {
        let stats = Stats::default();
        stats.reconnect(Ok(()));
        for code in [
            &codes::INVALID_RESUME_TOKEN,
            &codes::RECONNECT_WINDOW_EXPIRED,
            &codes::SESSION_CLOSED,
            &codes::NOT_FOUND,
            &codes::LIVEKIT_UNREACHABLE,
            &codes::STORE_UNAVAILABLE,
        ] {
            stats.reconnect::<()>(Err(&Error::new(code, "no")));
        }
        assert_eq!(stats.reconnects(), OUTCOMES.map(|name| (name, 1)));
    }
}
