//! Faults that tests inject into an engine.

use std::sync::atomic::{AtomicBool, Ordering};

/// Switches that make the next operation of a kind fail. All are off until set.
#[derive(Debug, Default)]
pub struct Faults {
    /// The next COMMIT is cut after it reached the disk: its reply is lost.
    pub lose_commit_reply: AtomicBool,
    /// The next COMMIT fails before it reached the disk.
    pub fail_commit: AtomicBool,
    /// The next checkpoint fails.
    pub fail_checkpoint: AtomicBool,
}

impl Faults {
    /// Takes a switch: true once after it was set.
    pub(crate) fn take(switch: &AtomicBool) -> bool {
        switch.swap(false, Ordering::AcqRel)
    }
}
