//! Counts of attempts since the start of the process, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

/// What attempts came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answered 2xx.
    pub delivered: u64,
    /// Answered something else.
    pub refused: u64,
    /// No answer.
    pub failed: u64,
    /// Not sent: the address may not be spoken to.
    pub blocked: u64,
    /// Endpoints that were disabled because they stayed dead.
    pub disabled: u64,
}

/// The counters of a process.
#[derive(Debug, Default)]
pub struct Stats {
    delivered: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    blocked: AtomicU64,
    disabled: AtomicU64,
}

/// What one attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    Delivered,
    Refused,
    Failed,
    Blocked,
}

impl Stats {
    /// What was counted until now.
    pub fn counts(&self) -> Counts {
        let read = |n: &AtomicU64| n.load(Ordering::Relaxed);
        Counts {
            delivered: read(&self.delivered),
            refused: read(&self.refused),
            failed: read(&self.failed),
            blocked: read(&self.blocked),
            disabled: read(&self.disabled),
        }
    }

    pub(crate) fn attempt(&self, came: Came) {
        let counter = match came {
            Came::Delivered => &self.delivered,
            Came::Refused => &self.refused,
            Came::Failed => &self.failed,
            Came::Blocked => &self.blocked,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn disabled(&self) {
        self.disabled.fetch_add(1, Ordering::Relaxed);
    }
}
