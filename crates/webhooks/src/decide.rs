//! Pure rules: when to try again, when to give up, when an endpoint is dead, which events it wants.

use callboard_contracts::{EventType, Family};
use callboard_kernel::{DurationMs, Error, Result, Timestamp};

use crate::model::{ANSWER_BYTES, MAX_TYPES};

/// Seconds until the attempt after the first, second, … failed one; the last entry repeats. Each is jittered by a tenth,
/// and the last attempt comes exactly [`SPAN_MS`] after the delivery was queued: 17 attempts or so.
pub const DELAYS_S: [i64; 12] = [5, 30, 120, 300, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 28_800, 43_200];
/// How long a delivery is tried, milliseconds since it was queued: 3 days.
pub const SPAN_MS: DurationMs = 3 * 24 * 3_600_000;
/// A delivery that waited behind others of its session for days is still tried so often.
pub(crate) const MIN_TRIES: i64 = 6;
/// An endpoint is disabled when every attempt has failed for this long, milliseconds: an hour less than a delivery is
/// tried, so that the last attempt of the first event that is lost disables it.
pub const FAILING_MS: DurationMs = SPAN_MS - 3_600_000;
/// Most that a `Retry-After` puts an attempt off, seconds.
const RETRY_AFTER_MAX_S: i64 = 3_600;

/// When a delivery is tried again after its `tries`-th attempt failed at `now`; `None` is never. `roll` is random;
/// `retry_after_s` is what the endpoint asked for.
pub fn next_attempt(
    queued_at: Timestamp,
    tries: i64,
    now: Timestamp,
    roll: u64,
    retry_after_s: Option<i64>,
) -> Option<Timestamp> {
    let end = queued_at.plus_ms(SPAN_MS);
    if now >= end && tries >= MIN_TRIES {
        return None;
    }
    let at = usize::try_from(tries - 1).unwrap_or(0).min(DELAYS_S.len() - 1);
    let delay_ms = DELAYS_S[at] * 1_000;
    let jitter_ms = i64::try_from(roll % 2_001).unwrap_or(0) - 1_000;
    let asked_ms = retry_after_s.unwrap_or(0).clamp(0, RETRY_AFTER_MAX_S) * 1_000;
    let wait_ms = (delay_ms + delay_ms * jitter_ms / 10_000).max(asked_ms);
    let next = now.plus_ms(wait_ms);
    Some(if now < end { next.min(end) } else { next })
}

/// Why an endpoint is disabled after a failed attempt; `None` when it is not.
pub(crate) fn given_up(status: Option<i64>, failing_since: Timestamp, now: Timestamp) -> Option<&'static str> {
    if status == Some(410) {
        return Some("it answered 410 Gone");
    }
    (now.since_ms(failing_since) >= FAILING_MS).then_some("no attempt succeeded for three days")
}

/// Whether an answer means that the event has arrived.
pub(crate) const fn is_success(status: u16) -> bool {
    status >= 200 && status < 300
}

/// Whether an endpoint wants events of a type.
pub(crate) fn wants<'a>(mut patterns: impl Iterator<Item = &'a str>, ty: EventType) -> bool {
    patterns.any(|p| p == "*" || p == ty.as_str() || p.strip_suffix(".*") == Some(ty.family().as_str()))
}

/// Checks the patterns of an endpoint: `*`, `family.*`, or a type of the contract; at least one and none twice.
pub(crate) fn check_types(patterns: &[String]) -> Result<()> {
    if patterns.is_empty() || patterns.len() > MAX_TYPES {
        return Err(Error::invalid("/eventTypes", format!("must name 1-{MAX_TYPES} types")));
    }
    for (at, pattern) in patterns.iter().enumerate() {
        let family = pattern.strip_suffix(".*").and_then(Family::parse);
        if pattern != "*" && family.is_none() && EventType::parse(pattern).is_none() {
            let reason = "must be a type of the contract, a family with `.*` such as `call.*`, or `*`";
            return Err(Error::invalid(format!("/eventTypes/{at}"), reason));
        }
        if patterns[..at].contains(pattern) {
            return Err(Error::invalid(format!("/eventTypes/{at}"), "must not be named twice"));
        }
    }
    Ok(())
}

/// The answer's first bytes as text that every store takes. What is no text grows threefold, so the text is cut as well.
pub(crate) fn answer_text(body: &[u8]) -> Option<String> {
    let mut text = String::from_utf8_lossy(body).replace('\0', "\u{FFFD}");
    text.truncate(text.floor_char_boundary(ANSWER_BYTES));
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// The instants of all attempts of a delivery that always fails, seconds after it was queued.
    fn attempts(rolls: impl Fn(i64) -> u64) -> Vec<i64> {
        let (mut at, mut tries, mut out) = (T0, 1, vec![0]);
        while let Some(next) = next_attempt(T0, tries, at, rolls(tries), None) {
            assert!(next > at);
            at = next;
            tries += 1;
            out.push(at.since_ms(T0) / 1_000);
        }
        out
    }

    #[test]
    fn the_schedule_without_jitter() {
        let day = 86_400;
        assert_eq!(
            attempts(|_| 1_000),
            [
                0,
                5,
                35,
                155,
                455,
                1_355,
                3_155,
                6_755,
                13_955,
                28_355,
                49_955,
                78_755,
                121_955,
                165_155,
                208_355,
                251_555,
                3 * day
            ]
        );
    }

    proptest::proptest! {
        #[test]
        fn jitter_moves_attempts_by_a_tenth_and_the_last_is_at_three_days(rolls in proptest::collection::vec(proptest::num::u64::ANY, 20)) {
            let all = attempts(|n| rolls[usize::try_from(n).expect("small") % 20]);
            proptest::prop_assert!((16..=18).contains(&all.len()), "{all:?}");
            proptest::prop_assert_eq!(*all.last().expect("some"), 3 * 86_400);
            for (n, pair) in all.windows(2).enumerate().take(all.len() - 2) {
                let (wait, table) = (pair[1] - pair[0], DELAYS_S[n.min(11)]);
                proptest::prop_assert!((wait - table).abs() <= table / 10 + 1, "{n}: {wait} for {table}");
            }
        }
    }

    #[test]
    fn jitter_is_a_tenth_at_most_either_way() {
        let first = |roll| next_attempt(T0, 1, T0, roll, None).expect("again").since_ms(T0);
        for (roll, waits_ms) in [(0, 4_500), (1_000, 5_000), (2_000, 5_500), (2_001, 4_500)] {
            assert_eq!(first(roll), waits_ms, "{roll}");
        }
        assert_eq!(FAILING_MS, 71 * 3_600_000, "an endpoint is given up an hour before a delivery is");
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_but_not_for_ever() {
        let next = |after| next_attempt(T0, 1, T0, 1_000, after).expect("again").since_ms(T0);
        for (asked, waits_ms) in
            [(None, 5_000), (Some(-7), 5_000), (Some(3), 5_000), (Some(60), 60_000), (Some(i64::MAX), 3_600_000)]
        {
            assert_eq!(next(asked), waits_ms, "{asked:?}");
        }
    }

    #[test]
    fn late_deliveries_are_tried_six_times() {
        let late = T0.plus_ms(SPAN_MS + 7);
        let waits: Vec<Option<i64>> = (1..=7)
            .map(|tries| next_attempt(T0, tries, late, 1_000, None).map(|at| at.since_ms(late) / 1_000))
            .collect();
        assert_eq!(waits, [Some(5), Some(30), Some(120), Some(300), Some(900), None, None]);
        assert_eq!(next_attempt(T0, 1, T0.plus_ms(SPAN_MS - 1), 0, None), Some(T0.plus_ms(SPAN_MS)));
        let end = T0.plus_ms(SPAN_MS);
        assert_eq!(next_attempt(T0, 1, end, 1_000, None), Some(end.plus_ms(5_000)), "not at once");
    }

    #[test]
    fn only_answers_from_200_to_299_are_a_success() {
        for (status, good) in
            [(100, false), (199, false), (200, true), (204, true), (299, true), (300, false), (500, false)]
        {
            assert_eq!(is_success(status), good, "{status}");
        }
    }

    #[test]
    fn when_an_endpoint_is_given_up() {
        for (status, failing_for_ms, gone) in [
            (Some(410), 0, true),
            (Some(500), FAILING_MS - 1, false),
            (Some(500), FAILING_MS, true),
            (None, FAILING_MS, true),
            (Some(404), 0, false),
        ] {
            assert_eq!(given_up(status, T0, T0.plus_ms(failing_for_ms)).is_some(), gone, "{status:?} {failing_for_ms}");
        }
    }

    #[test]
    fn patterns() {
        let ended = EventType::parse("call.ended").expect("a type");
        for (pattern, wanted) in
            [("*", true), ("call.*", true), ("call.ended", true), ("call.started", false), ("transcript.*", false)]
        {
            assert_eq!(wants([pattern].into_iter(), ended), wanted, "{pattern}");
        }
        let check = |all: &[&str]| check_types(&all.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>()).is_ok();
        for (all, good) in [
            (&["*"][..], true),
            (&["call.*", "transcript.final"], true),
            (&["call.participant.joined", "usage.*"], true),
            (&[], false),
            (&["call.ended", "call.ended"], false),
            (&["call.flown"], false),
            (&["call.participant.*"], false),
            (&["c*"], false),
            (&[".*"], false),
            (&[""], false),
            (&["call.* transcript.final"], false),
        ] {
            assert_eq!(check(all), good, "{all:?}");
        }
        let refused_at = |count: usize| {
            check_types(&vec!["*".to_owned(); count]).map_err(|e| e.fields()[0].pointer.clone()).expect_err("too many")
        };
        assert_eq!(refused_at(MAX_TYPES), "/eventTypes/1", "so many may be named, but not twice");
        assert_eq!(refused_at(MAX_TYPES + 1), "/eventTypes");
    }

    #[test]
    fn answers_become_text() {
        assert_eq!(answer_text(b""), None);
        assert_eq!(answer_text(b"ok\0\xFF").as_deref(), Some("ok\u{FFFD}\u{FFFD}"));
        assert_eq!(answer_text(&[b'x'; ANSWER_BYTES]).map(|t| t.len()), Some(ANSWER_BYTES));
        assert_eq!(answer_text(&[0xFF; ANSWER_BYTES]), Some("\u{FFFD}".repeat(ANSWER_BYTES / 3)));
    }
}
