//! What a run found, added up over processes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// A promise that did not hold.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// What happened.
    pub what: String,
    /// The block's seed.
    pub seed: u64,
    /// How to see it again.
    pub detail: String,
}

/// Counts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Schedules that ran.
    pub schedules: u64,
    /// By story.
    pub stories: BTreeMap<String, u64>,
    /// What was looked at.
    pub checked: BTreeMap<String, u64>,
    /// What was found; the first ones.
    pub violations: Vec<Violation>,
}

impl Report {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.schedules += other.schedules;
        other.stories.into_iter().for_each(|(name, n)| *self.stories.entry(name).or_default() += n);
        other.checked.into_iter().for_each(|(name, n)| *self.checked.entry(name).or_default() += n);
        self.violations.extend(other.violations);
    }
}

static CHECKED: Mutex<BTreeMap<&'static str, u64>> = Mutex::new(BTreeMap::new());

fn checked() -> MutexGuard<'static, BTreeMap<&'static str, u64>> {
    CHECKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts what a story looked at.
pub(crate) fn saw(what: &'static str, n: usize) {
    *checked().entry(what).or_default() += n as u64;
}

/// What was counted since the last call.
pub(crate) fn take_checked() -> BTreeMap<String, u64> {
    std::mem::take(&mut *checked()).into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}
