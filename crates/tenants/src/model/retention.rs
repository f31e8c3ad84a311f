//! Kinds of data and how long they are kept.

use callboard_kernel::{Error, Result};
use serde_json::{Map, Value};

/// A day, milliseconds.
pub const DAY_MS: i64 = 24 * 3_600_000;
/// The longest time that can be said, days: a hundred years.
const LONGEST: i64 = 36_500;
/// The audit is kept at least a year.
const AUDIT_AT_LEAST: i64 = 365;

/// A kind of data that goes after its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Whole calls: log, transcript and records, counted from their end.
    Events,
    /// The personal text of calls, counted from their end; what is left stays countable.
    Text,
    /// What providers delivered.
    Receipts,
    /// What was sent to webhook endpoints, counted from when it was settled.
    Deliveries,
    /// The request log.
    Requests,
    /// The audit.
    Audit,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Events, Self::Text, Self::Receipts, Self::Deliveries, Self::Requests, Self::Audit];

    /// The word in tables and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Text => "text",
            Self::Receipts => "receipts",
            Self::Deliveries => "deliveries",
            Self::Requests => "requests",
            Self::Audit => "audit",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Days when the tenant has said nothing; `None` keeps.
    pub const fn default_days(self) -> Option<i64> {
        match self {
            Self::Events | Self::Text | Self::Audit => None,
            Self::Receipts | Self::Deliveries | Self::Requests => Some(30),
        }
    }
}

/// Days for each kind; `None` keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention([Option<i64>; 6]);

impl Default for Retention {
    fn default() -> Self {
        Self(Kind::ALL.map(Kind::default_days))
    }
}

impl Retention {
    /// How long a kind is kept.
    pub const fn days(&self, kind: Kind) -> Option<i64> {
        self.0[kind as usize]
    }

    pub(crate) const fn set(&mut self, kind: Kind, days: Option<i64>) {
        self.0[kind as usize] = days;
    }

    /// Refuses what is too short or too long.
    pub(crate) fn check(&self) -> Result<()> {
        for kind in Kind::ALL {
            let least = if kind == Kind::Audit { AUDIT_AT_LEAST } else { 1 };
            if self.days(kind).is_some_and(|days| !(least..=LONGEST).contains(&days)) {
                return Err(Error::invalid(
                    format!("/{}", kind.as_str()),
                    format!("must be {least} to {LONGEST} days, or null"),
                ));
            }
        }
        Ok(())
    }

    /// An object with every kind.
    pub(crate) fn json(&self) -> Value {
        Value::Object(
            Kind::ALL.iter().map(|k| (k.as_str().to_owned(), Value::from(self.days(*k)))).collect::<Map<_, _>>(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_hold_and_the_audit_stays_a_year() {
        let mut all = Retention::default();
        assert_eq!((all.days(Kind::Receipts), all.days(Kind::Events)), (Some(30), None));
        assert!(all.check().is_ok());
        for (kind, days, good) in [
            (Kind::Audit, Some(364), false),
            (Kind::Audit, Some(365), true),
            (Kind::Audit, None, true),
            (Kind::Events, Some(0), false),
            (Kind::Events, Some(1), true),
            (Kind::Text, Some(36_501), false),
            (Kind::Text, Some(36_500), true),
        ] {
            all.set(kind, days);
            assert_eq!(all.check().is_ok(), good, "{kind:?} {days:?}");
            all.set(kind, kind.default_days());
        }
        assert!(Kind::ALL.iter().all(|kind| Kind::parse(kind.as_str()) == Some(*kind)));
    }
}
