//! What a run found, in the form that every rig writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// In a few words.
    pub what: String,
    /// Of which seed.
    pub seed: u64,
    /// More.
    pub detail: String,
}

/// The outcome of some seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Seeds that ran.
    pub seeds: u64,
    /// Faults that struck, by kind.
    pub faults: BTreeMap<String, u64>,
    /// What was looked at.
    pub checked: BTreeMap<String, u64>,
    /// What was found; the first twenty are kept.
    pub violations: Vec<Violation>,
    /// How many there were.
    pub violated: u64,
    /// Outcomes that were unknown when they were answered.
    pub unknown: u64,
    /// Hash of everything that happened.
    pub trace: u64,
}

impl Report {
    /// Counts faults of a kind.
    pub fn fault(&mut self, kind: &str, n: u64) {
        count(&mut self.faults, kind, n);
    }

    /// Counts what was looked at.
    pub fn saw(&mut self, what: &str, n: u64) {
        count(&mut self.checked, what, n);
    }

    /// Notes a violation.
    pub fn violate(&mut self, violation: Violation) {
        self.violated += 1;
        if self.violations.len() < 20 {
            self.violations.push(violation);
        }
    }

    /// Adds what others found, in order.
    pub fn add(&mut self, other: Self) {
        self.seeds += other.seeds;
        self.unknown += other.unknown;
        self.violated += other.violated;
        self.trace = self.trace.rotate_left(7) ^ other.trace;
        for (kind, n) in &other.faults {
            count(&mut self.faults, kind, *n);
        }
        for (what, n) in &other.checked {
            count(&mut self.checked, what, *n);
        }
        self.violations.extend(other.violations);
        self.violations.truncate(20);
    }
}

fn count(into: &mut BTreeMap<String, u64>, what: &str, n: u64) {
    if n > 0 {
        *into.entry(what.to_owned()).or_default() += n;
    }
}
