//! Instants as whole microseconds since the Unix epoch, UTC.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A duration in whole milliseconds.
pub type DurationMs = i64;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 with `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

const MICROS_PER_SECOND: i64 = 1_000_000;

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * 1_000)
    }
    /// From seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }
    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
    /// Milliseconds since the epoch, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }
    /// Seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }
    /// This instant moved by `ms` milliseconds (may be negative), saturating.
    pub const fn plus_ms(self, ms: DurationMs) -> Self {
        Self(self.0.saturating_add(ms.saturating_mul(1_000)))
    }
    /// Milliseconds from `earlier` to `self`, rounded down; negative when `earlier` is later.
    pub const fn since_ms(self, earlier: Self) -> DurationMs {
        (self.0 - earlier.0).div_euclid(1_000)
    }

    /// Parses a strict RFC 3339 instant: `YYYY-MM-DDTHH:MM:SS[.f{1,6}](Z|±HH:MM)`.
    /// Anything looser (a space for `T`, a missing zone, more than microseconds) is refused.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        strict_shape(text)?;
        let micros = text.parse::<jiff::Timestamp>().ok()?.as_microsecond();
        WRITABLE.contains(&micros).then_some(Self(micros))
    }

    /// Like [`Timestamp::parse_rfc3339`], for the bounds of a filter: years that no fact of ours has are the first or the
    /// last instant that one can have.
    pub fn parse_bound(text: &str) -> Option<Self> {
        strict_shape(text)?;
        let micros = match text.parse::<jiff::Timestamp>() {
            Ok(instant) => instant.as_microsecond().clamp(WRITABLE.start, WRITABLE.end),
            // The calendar's last two days are beyond the parser's instants.
            Err(_) => (text[..19].parse::<jiff::civil::DateTime>().ok()?.year() == 9999).then_some(WRITABLE.end)?,
        };
        Some(Self(micros))
    }
}

/// Years outside 1970..=9999 cannot be written back in the same form.
const WRITABLE: std::ops::Range<i64> = 0..253_402_300_800_000_000;

/// Checks the bytes of an RFC 3339 instant, leaving the calendar to the parser.
fn strict_shape(text: &str) -> Option<()> {
    let b = text.as_bytes();
    let digits = |r: std::ops::Range<usize>| b.get(r)?.iter().all(u8::is_ascii_digit).then_some(());
    digits(0..4)?;
    digits(5..7)?;
    digits(8..10)?;
    digits(11..13)?;
    digits(14..16)?;
    digits(17..19)?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| b[*at] != *mark) || &b[17..19] > b"59".as_slice() {
        return None;
    }
    let mut at = 19;
    if b.get(at) == Some(&b'.') {
        let start = at + 1;
        at = start;
        while b.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if !(1..=6).contains(&(at - start)) {
            return None;
        }
    }
    match b.get(at)? {
        b'Z' => (b.len() == at + 1).then_some(()),
        b'+' | b'-' => {
            digits(at + 1..at + 3)?;
            digits(at + 4..at + 6)?;
            (b.len() == at + 6
                && b[at + 3] == b':'
                && &b[at + 1..at + 3] <= b"23".as_slice()
                && &b[at + 4..at + 6] <= b"59".as_slice())
            .then_some(())
        }
        _ => None,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            // jiff writes the fewest fraction digits that lose nothing, and `Z`.
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        Self::parse_rfc3339(&text)
            .ok_or_else(|| serde::de::Error::custom("not an RFC 3339 instant with zone and at most microseconds"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_instants() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-01T00:00:00.000001Z", Some(1)),
            ("2026-11-22T00:30:31.5Z", Some(1_795_307_431_500_000)),
            ("2026-11-22T01:30:31.5+01:00", Some(1_795_307_431_500_000)),
            ("2026-11-22T00:30:31.1234567Z", None),
            ("2026-11-22 00:30:31Z", None),
            ("2026-11-22t00:30:31z", None),
            ("2026-11-22T00:30:31", None),
            ("2026-02-30T00:30:31Z", None),
            ("2026-11-22T24:00:00Z", None),
            ("2026-11-22T00:00:60Z", None),
            ("2026-11-22T00:30:31.Z", None),
            ("2026-11-22T00:30:31+25:00", None),
            ("March 3 2026", None),
            ("+002026-11-22T00:30:31Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text).map(Timestamp::micros), micros, "{text}");
        }
    }

    #[test]
    fn bounds_of_filters_reach_the_ends() {
        for (text, micros) in [
            ("2026-11-22T00:30:31.5Z", Some(1_795_307_431_500_000)),
            ("1301-11-06T05:38:58-03:40", Some(0)),
            ("0000-01-01T00:00:00Z", Some(0)),
            ("9999-12-31T23:59:59-12:00", Some(253_402_300_800_000_000)),
            ("9999-12-31T23:59:59Z", Some(253_402_300_800_000_000)),
            ("9999-02-30T00:00:00Z", None),
            ("2026-11-22", None),
        ] {
            assert_eq!(Timestamp::parse_bound(text).map(Timestamp::micros), micros, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn written_instants_read_back(micros in 0i64..253_402_300_800_000_000) {
            let t = Timestamp::from_micros(micros);
            proptest::prop_assert_eq!(Timestamp::parse_rfc3339(&t.to_string()), Some(t));
        }
        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _seen = Timestamp::parse_rfc3339(&text);
        }
    }
}
