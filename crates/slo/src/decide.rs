//! The rules: percentiles from buckets, budgets, minutes. Pure.

use callboard_kernel::{DurationMs, LEVEL_BOUNDS_MS, LEVEL_BUCKETS};

use crate::model::{Alive, Budget, Direction, Facts, Level, MILLION, MONTH_MINUTES, Objective, Targets, Unit, Uptime};

/// How many of a hundred durations must be within a target.
const P95: i64 = 950_000;

/// Reads a percentage from 0 to 100 with at most four decimals, as parts of a million.
pub fn parse_percent(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |t: &str, most: usize| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 3) || !digits(decimals, 4) {
        return None;
    }
    let ppm = whole.parse::<i64>().ok()? * 10_000 + format!("{decimals:0<4}").parse::<i64>().ok()?;
    (ppm <= MILLION).then_some(ppm)
}

/// Reads a duration that a target may be: a bound of a bucket, milliseconds.
pub fn parse_ms(text: &str) -> Option<DurationMs> {
    text.parse().ok().filter(|ms| LEVEL_BOUNDS_MS.contains(ms))
}

/// How much of `from` until before `until` (minutes) the installation ran. `rows` are what is stored of the span, ascending;
/// `before` is the last minute that was stored before it. Time counts from the first minute ever stored. A minute without
/// a row is down, unless everybody who wrote in the last one before it had said that they stop.
pub(crate) fn uptime((from, until): (i64, i64), before: Option<Alive>, rows: &[Alive]) -> Uptime {
    let mut out = Uptime::default();
    let (mut last, mut rows) = (before, rows.iter().peekable());
    for minute in from..until {
        while rows.peek().is_some_and(|row| row.minute < minute) {
            rows.next();
        }
        let row = rows.next_if(|row| row.minute == minute).copied();
        last = row.or(last);
        let Some(known) = last else { continue };
        if row.is_none() && known.stopped {
            out.planned += 1;
            continue;
        }
        out.total += 1;
        if row.is_some_and(|row| row.ready) {
            out.good += 1;
        } else {
            out.down.push(minute);
        }
    }
    out
}

/// How many are within a bound.
fn within(buckets: &[i64; LEVEL_BUCKETS], ms: DurationMs) -> i64 {
    LEVEL_BOUNDS_MS.iter().zip(buckets).filter(|(bound, _)| **bound <= ms).map(|(_, n)| n).sum()
}

/// The 95th percentile: the value at rank `ceil(0.95 n)`, as if the values of a bucket lay evenly between its bounds. `true`
/// when it is above all buckets; then the last bound is given. None of nothing.
pub(crate) fn p95(buckets: &[i64; LEVEL_BUCKETS]) -> Option<(f64, bool)> {
    let total: i64 = buckets.iter().sum();
    if total <= 0 {
        return None;
    }
    let rank = (total * P95 + MILLION - 1) / MILLION;
    let (mut seen, mut low) = (0, 0);
    for (bound, n) in LEVEL_BOUNDS_MS.into_iter().zip(buckets) {
        if seen + n >= rank {
            let part = (rank - seen) as f64 / *n as f64;
            return Some((low as f64 + (bound - low) as f64 * part, false));
        }
        (seen, low) = (seen + n, bound);
    }
    Some((low as f64, true))
}

/// The budget of a span in which `bad` of `total` were bad, when `allowed` parts of a million of `of` may be.
fn budget(allowed: i64, (bad, total): (i64, i64), of: i64) -> Option<Budget> {
    if total <= 0 {
        return None;
    }
    let room = of as f64 * allowed as f64 / MILLION as f64;
    let burn_rate = match (allowed, bad) {
        (_, 0) => Some(0.0),
        (0, _) => None,
        _ => Some((bad as f64 / total as f64) / (allowed as f64 / MILLION as f64)),
    };
    Some(Budget { allowed: room, spent: bad, left: room - bad as f64, burn_rate })
}

/// Whether at most `allowed` parts of a million of `of` are bad; none without data.
fn met(allowed: i64, (bad, total): (i64, i64), of: i64) -> Option<bool> {
    (total > 0).then(|| i128::from(bad) * i128::from(MILLION) <= i128::from(of) * i128::from(allowed))
}

fn percent(n: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| n as f64 * 100.0 / of as f64)
}

fn level(objective: Objective, (bad, total): (i64, i64), allowed: i64, source: &'static str) -> Level {
    Level {
        objective,
        target: 0.0,
        unit: Unit::Percent,
        direction: Direction::AtLeast,
        measured: None,
        above: false,
        good: total - bad,
        total,
        budget: budget(allowed, (bad, total), total),
        met: met(allowed, (bad, total), total),
        source,
        note: None,
    }
}

/// An objective that at least a share is good.
fn good_share(objective: Objective, target: i64, (good, total): (i64, i64), source: &'static str) -> Level {
    Level {
        target: target as f64 / 10_000.0,
        measured: percent(good, total),
        ..level(objective, (total - good, total), MILLION - target, source)
    }
}

/// An objective that at most a share is bad.
fn bad_share(objective: Objective, target: i64, (bad, total): (i64, i64), source: &'static str) -> Level {
    Level {
        target: target as f64 / 10_000.0,
        direction: Direction::AtMost,
        measured: percent(bad, total),
        ..level(objective, (bad, total), target, source)
    }
}

/// An objective that 95 of 100 are within a duration.
fn quick(objective: Objective, target: DurationMs, buckets: &[i64; LEVEL_BUCKETS], source: &'static str) -> Level {
    let (total, good) = (buckets.iter().sum(), within(buckets, target));
    let measured = p95(buckets);
    Level {
        target: target as f64,
        unit: Unit::Ms,
        direction: Direction::AtMost,
        measured: measured.map(|(ms, _)| ms),
        above: measured.is_some_and(|(_, above)| above),
        ..level(objective, (total - good, total), MILLION - P95, source)
    }
}

fn availability(facts: &Facts, targets: &Targets) -> Level {
    let Uptime { good, total, planned, .. } = facts.uptime;
    let source = "minutes in which an instance ran and was ready, since the first one stored (slo_alive)";
    let mut level = good_share(Objective::Availability, targets.availability, (good, total), source);
    level.note = (planned > 0).then(|| format!("{planned} min after an announced stop are not counted."));
    level
}

/// Minutes of the month that were down, or in which more answers were 5xx than may be.
fn month(facts: &Facts, targets: &Targets) -> Level {
    let bad_minute = |(minute, failed, all): &&(i64, i64, i64)| {
        met(targets.server_errors, (*failed, *all), *all) == Some(false)
            && facts.month.down.binary_search(minute).is_err()
    };
    let failing = facts.failing.iter().filter(bad_minute).count();
    let down = facts.month.down.len();
    let bad = i64::try_from(failing + down).unwrap_or(i64::MAX);
    let total = facts.month.total.max(bad);
    let source = "minutes of the last 28 days that were down or had too many answers 5xx (slo_alive, slo_minute)";
    Level {
        measured: (total > 0).then(|| bad as f64 * 100.0 / MONTH_MINUTES as f64),
        budget: budget(targets.budget, (bad, total), MONTH_MINUTES),
        met: met(targets.budget, (bad, total), MONTH_MINUTES),
        note: (total > 0)
            .then(|| format!("{down} min down, {failing} min with too many answers 5xx; always of 28 days.")),
        ..bad_share(Objective::Budget, targets.budget, (bad, total), source)
    }
}

/// Each objective, judged. What has no data is said to have none.
pub fn judge(facts: &Facts, targets: &Targets) -> Vec<Level> {
    let requests = &facts.requests;
    let ((arrived, dead), (resumed, expired)) = (facts.settled, facts.cuts);
    let mut finals = quick(
        Objective::TranscriptP95,
        targets.transcript_p95_ms,
        &facts.finals,
        "finals: their event's ts less the end of the utterance on the call's clock (transcript_snapshot)",
    );
    if facts.finals_cut {
        finals.note = Some(format!("The newest {} finals of the window.", finals.total));
    }
    vec![
        availability(facts, targets),
        quick(
            Objective::ApiP95,
            targets.api_p95_ms,
            &requests.buckets,
            "requests of /v1 until the head of the answer (slo_minute)",
        ),
        bad_share(
            Objective::ServerErrors,
            targets.server_errors,
            (requests.failed, requests.total()),
            "answers of /v1 with a status of 5xx (slo_minute)",
        ),
        quick(
            Objective::EventVisibleP95,
            targets.event_visible_p95_ms,
            &facts.visible.buckets,
            "events handed to live readers, since they arrived (slo_minute)",
        ),
        good_share(
            Objective::Delivery,
            targets.delivery,
            (arrived, arrived + dead),
            "webhook deliveries that were settled: answered 2xx, or given up (webhook_delivery)",
        ),
        finals,
        good_share(
            Objective::Reconnect,
            targets.reconnect,
            (resumed, resumed + expired),
            "cuts that are over: call.resumed, or the reconnect window expired (event)",
        ),
        month(facts, targets),
    ]
}

#[cfg(test)]
mod tests;
