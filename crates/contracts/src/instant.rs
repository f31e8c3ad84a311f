//! Strict RFC 3339 instants, by shape and calendar. The envelope's `ts` and every instant in a payload
//! follow it; the kernel's `Timestamp` reads exactly what is accepted here.

/// Whether a text is an instant `YYYY-MM-DDTHH:MM:SS[.f{1,6}](Z|±HH:MM)` that exists in the calendar
/// and lies in 1970..=9999 as UTC. Leap seconds are refused: no clock of ours can carry one.
pub(crate) fn is_instant(text: &str) -> bool {
    seconds(text.as_bytes()).is_some_and(|s| (0..253_402_300_800).contains(&s))
}

/// Seconds since 1970 of a well-formed instant, without its fraction.
fn seconds(b: &[u8]) -> Option<i64> {
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| b.get(*at) != Some(mark)) {
        return None;
    }
    let year = number(b, 0, 4)?;
    let month = number(b, 5, 2)?;
    let day = number(b, 8, 2)?;
    let hour = number(b, 11, 2)?;
    let minute = number(b, 14, 2)?;
    let second = number(b, 17, 2)?;
    let exists = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 59;
    let mut rest = b.get(19..).filter(|_| exists)?;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|d| d.is_ascii_digit()).count();
        rest = fraction.get(digits..).filter(|_| (1..=6).contains(&digits))?;
    }
    let local = days_from_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(local - offset(rest)?)
}

/// Seconds that a zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    if zone == b"Z" {
        return Some(0);
    }
    let sign = match zone.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = (number(zone, 1, 2)?, number(zone, 4, 2)?);
    let shaped = zone.len() == 6 && zone[3] == b':' && hours <= 23 && minutes <= 59;
    shaped.then_some(sign * (hours * 3_600 + minutes * 60))
}

fn number(b: &[u8], at: usize, len: usize) -> Option<i64> {
    b.get(at..at + len)?.iter().try_fold(0, |sum, d| d.is_ascii_digit().then(|| sum * 10 + i64::from(d - b'0')))
}

const fn leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar, year 0 or later.
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    // Leap days before the year, counting year 0 as one.
    let before = year - 1;
    let leaps = if year == 0 { 0 } else { before / 4 - before / 100 + before / 400 + 1 };
    let months: i64 = (1..month).map(|m| days_in(year, m)).sum();
    year * 365 + leaps + months + day - 1 - 719_528
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants() {
        for (text, good) in [
            ("1970-01-01T00:00:00Z", true),
            ("2026-11-22T00:30:31.5Z", true),
            ("2026-11-22T00:30:31.123456+01:00", true),
            ("2024-02-29T23:59:59-23:59", true),
            ("9999-12-31T23:59:59.999999Z", true),
            ("1970-01-01T00:30:00+00:30", true),
            ("1969-12-31T23:30:00-00:30", true),
            ("1970-01-01T00:30:00+01:00", false),
            ("9999-12-31T23:59:59-01:00", false),
            ("1969-12-31T23:59:59Z", false),
            ("0000-01-01T00:00:00Z", false),
            ("2026-11-22T00:30:31.1234567Z", false),
            ("2026-11-22T00:30:31.Z", false),
            ("2026-11-22 00:30:31Z", false),
            ("2026-11-22t00:30:31z", false),
            ("2026-11-22T00:30:31", false),
            ("2026-11-22T00:30:31+0100", false),
            ("2026-11-22T00:30:31+24:00", false),
            ("2026-11-22T00:30:31+01:60", false),
            ("2026-11-22T00:30:31Z ", false),
            ("2026-11-22T24:00:00Z", false),
            ("2026-11-22T00:60:00Z", false),
            ("2026-11-22T00:00:60Z", false),
            ("2026-02-29T00:00:00Z", false),
            ("2100-02-29T00:00:00Z", false),
            ("2026-04-31T00:00:00Z", false),
            ("2026-13-01T00:00:00Z", false),
            ("2026-00-01T00:00:00Z", false),
            ("2026-01-00T00:00:00Z", false),
            ("+002026-11-22T00:30:31Z", false),
            ("2026-11-22", false),
            ("March 3 2026", false),
            ("２026-11-22T00:30:31Z", false),
            ("", false),
        ] {
            assert_eq!(is_instant(text), good, "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (date, days) in [
            ((1970, 1, 1), 0),
            ((1970, 12, 31), 364),
            ((2000, 3, 1), 11_017),
            ((2026, 11, 22), 20_779),
            ((9999, 12, 31), 2_932_896),
            ((0, 1, 1), -719_528),
            ((1, 1, 1), -719_162),
        ] {
            assert_eq!(days_from_epoch(date.0, date.1, date.2), days, "{date:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "[0-9TZ:.+é-]{0,32}") {
            let _seen = is_instant(&text);
        }
    }
}
