use callboard_kernel::{Counts, level_bucket};
use proptest::prelude::*;

use super::*;

fn buckets(ms: &[i64]) -> [i64; LEVEL_BUCKETS] {
    let mut counts = Counts::default();
    ms.iter().for_each(|ms| counts.add(*ms));
    counts.buckets
}

fn of(levels: &[Level], objective: Objective) -> &Level {
    levels.iter().find(|l| l.objective == objective).expect("every objective is judged")
}

fn alive(minute: i64) -> Alive {
    Alive { minute, ready: true, stopped: false }
}

#[test]
fn percentages_are_exact() {
    for (text, ppm) in
        [("99.5", 995_000), ("0.5", 5_000), ("100", 1_000_000), ("0", 0), ("99.9999", 999_999), ("1", 10_000)]
    {
        assert_eq!(parse_percent(text), Some(ppm), "{text}");
    }
    for bad in ["", ".5", "99.", "100.1", "101", "-1", "99.99999", "1e2", "99,5", "1 "] {
        assert_eq!(parse_percent(bad), None, "{bad:?}");
    }
}

#[test]
fn a_duration_is_a_bound_of_a_bucket() {
    assert_eq!((parse_ms("350"), parse_ms("2500")), (Some(350), Some(2_500)));
    for bad in ["351", "", "0.35", "-5"] {
        assert_eq!(parse_ms(bad), None, "{bad:?}");
    }
    let targets = Targets::default();
    for ms in [targets.api_p95_ms, targets.event_visible_p95_ms, targets.transcript_p95_ms] {
        assert!(LEVEL_BOUNDS_MS.contains(&ms), "{ms}");
    }
}

#[test]
fn the_percentile_lies_evenly_in_its_bucket() {
    assert_eq!(p95(&[0; LEVEL_BUCKETS]), None);
    // 20 of them: rank 19, all in 250..=350; 19 of 20 of the way.
    assert_eq!(p95(&buckets(&[300; 20])), Some((250.0 + 100.0 * 19.0 / 20.0, false)));
    // One of one is at its bucket's upper bound, whatever it was.
    assert_eq!(p95(&buckets(&[1])), Some((5.0, false)));
    // 19 quick and one slow: rank 19 is the last quick one. With two slow of 20 it is a slow one.
    let mut mixed = vec![40; 19];
    mixed.push(700);
    assert_eq!(p95(&buckets(&mixed)), Some((50.0, false)));
    mixed[18] = 700;
    assert_eq!(p95(&buckets(&mixed)), Some((600.0 + 400.0 / 2.0, false)));
    assert_eq!(p95(&buckets(&[60_000; 3])), Some((10_000.0, true)));
}

#[test]
fn minutes_without_a_row_are_down_unless_a_stop_was_announced() {
    let check = |what: &str, before: Option<Alive>, rows: &[Alive], expected: (i64, i64, i64)| {
        let up = uptime((100, 110), before, rows);
        assert_eq!((up.good, up.total, up.planned), expected, "{what}");
        assert_eq!(up.down.len() as i64, up.total - up.good, "{what}");
    };
    let all: Vec<Alive> = (100..110).map(alive).collect();
    check("all of them", None, &all, (10, 10, 0));
    check("nothing was ever stored", None, &[], (0, 0, 0));
    check("it began within the window", None, &all[4..], (6, 6, 0));
    check("a crash, then nothing", Some(alive(99)), &all[..4], (4, 10, 0));
    check("a crash of two minutes", None, &[&all[..4], &all[6..]].concat(), (8, 10, 0));
    let mut stopped = all[..4].to_vec();
    stopped[3].stopped = true;
    check("an announced stop", None, &stopped, (4, 4, 6));
    check("an announced stop and a start", None, &[&stopped[..], &all[8..]].concat(), (6, 6, 4));
    check("stopped before the window", Some(Alive { stopped: true, ..alive(7) }), &all[8..], (2, 2, 8));
    check("down since before the window", Some(alive(7)), &all[8..], (2, 10, 0));
    let mut ill = all.clone();
    ill[2].ready = false;
    check("a minute that was not ready", None, &ill, (9, 10, 0));
    check("rows from outside", None, &[&[alive(90)], &all[..]].concat(), (10, 10, 0));
}

#[test]
fn without_data_nothing_is_met_or_missed() {
    for level in judge(&Facts::default(), &Targets::default()) {
        assert_eq!((level.met, level.measured, level.budget, level.total), (None, None, None, 0), "{level:?}");
        assert!(!level.source.is_empty());
    }
}

#[test]
fn a_target_is_met_to_its_last_part() {
    let facts = |failed: i64, all: i64| Facts {
        requests: Counts { ok: all - failed, failed, ..Counts::default() },
        ..Facts::default()
    };
    let judged = |failed, all| of(&judge(&facts(failed, all), &Targets::default()), Objective::ServerErrors).clone();
    let level = judged(1, 100);
    assert_eq!((level.met, level.measured, level.good, level.total), (Some(true), Some(1.0), 99, 100));
    let budget = level.budget.expect("data");
    assert_eq!((budget.allowed, budget.spent, budget.left, budget.burn_rate), (1.0, 1, 0.0, Some(1.0)));
    let level = judged(2, 100);
    let budget = level.budget.expect("data");
    assert_eq!((level.met, budget.left, budget.burn_rate), (Some(false), -1.0, Some(2.0)));
}

#[test]
fn durations_are_judged_by_whole_buckets() {
    let facts = |slow: usize| {
        let mut ms = vec![350; 100 - slow];
        ms.resize(100, 351);
        Facts { requests: Counts { ok: 100, buckets: buckets(&ms), ..Counts::default() }, ..Facts::default() }
    };
    for (slow, met) in [(0, true), (5, true), (6, false)] {
        let levels = judge(&facts(slow), &Targets::default());
        let level = of(&levels, Objective::ApiP95);
        assert_eq!(level.met, Some(met), "{slow} slow ones");
        assert_eq!(level.measured.map(|ms| ms <= 350.0), Some(met), "the shown figure says the same");
    }
}

#[test]
fn nothing_bad_is_allowed_at_a_hundred_percent() {
    let targets = Targets { delivery: MILLION, ..Targets::default() };
    let facts = |dead| Facts { settled: (10, dead), ..Facts::default() };
    let levels = judge(&facts(0), &targets);
    let level = of(&levels, Objective::Delivery);
    assert_eq!((level.met, level.budget.and_then(|b| b.burn_rate)), (Some(true), Some(0.0)));
    let levels = judge(&facts(1), &targets);
    let level = of(&levels, Objective::Delivery);
    assert_eq!((level.met, level.budget.expect("data").burn_rate), (Some(false), None));
}

#[test]
fn the_months_budget_counts_each_bad_minute_once() {
    let month = Uptime { good: 998, total: 1_000, planned: 0, down: vec![7, 8] };
    // Minute 8 was down as well; in minute 9 one of 200 failed, which is allowed; in minute 10 three of 200.
    let failing = vec![(8, 5, 5), (9, 1, 200), (10, 3, 200)];
    let facts = Facts { month, failing, ..Facts::default() };
    let levels = judge(&facts, &Targets::default());
    let level = of(&levels, Objective::Budget);
    assert_eq!((level.good, level.total, level.met), (997, 1_000, Some(true)));
    let budget = level.budget.expect("data");
    assert!((budget.allowed - 201.6).abs() < 1e-9 && budget.spent == 3, "{budget:?}");
    assert!(level.note.as_ref().is_some_and(|n| n.starts_with("2 min down, 1 min with")), "{level:?}");
    let down: Vec<i64> = (0..202).collect();
    let facts = Facts { month: Uptime { total: 1_000, down, ..Uptime::default() }, ..Facts::default() };
    assert_eq!(of(&judge(&facts, &Targets::default()), Objective::Budget).met, Some(false));
}

proptest! {
    /// The percentile from buckets is in the bucket of the exact one, and never below it by more than the bucket is wide.
    #[test]
    fn the_percentile_is_in_the_right_bucket(ms in prop::collection::vec(0i64..20_000, 1..400)) {
        let mut sorted = ms.clone();
        sorted.sort_unstable();
        let exact = sorted[(sorted.len() * 95).div_ceil(100) - 1];
        let (shown, above) = p95(&buckets(&ms)).expect("there are some");
        let bucket = level_bucket(exact);
        if above {
            prop_assert_eq!(bucket, LEVEL_BUCKETS - 1);
        } else {
            let low = bucket.checked_sub(1).map_or(0, |at| LEVEL_BOUNDS_MS[at]);
            prop_assert!(shown > low as f64 && shown <= LEVEL_BOUNDS_MS[bucket] as f64, "{} is {}", exact, shown);
        }
    }

    /// Met means the same as a budget that is not overdrawn and a percentile within the target.
    #[test]
    fn verdict_budget_and_figure_agree(ms in prop::collection::vec(0i64..2_000, 1..400), at in 0usize..LEVEL_BOUNDS_MS.len()) {
        let target = LEVEL_BOUNDS_MS[at];
        let counted = buckets(&ms);
        let level = quick(Objective::ApiP95, target, &counted, "a test");
        let slow = ms.iter().filter(|ms| **ms > target).count();
        prop_assert_eq!(level.met, Some(slow * 100 <= ms.len() * 5));
        prop_assert_eq!(level.met, level.measured.map(|shown| shown <= target as f64 && !level.above));
        let budget = level.budget.expect("data");
        prop_assert_eq!(level.met, Some(budget.left >= -1e-9));
        prop_assert_eq!((level.good + budget.spent, level.total), (level.total, ms.len() as i64));
    }

    /// Every minute of a span is in exactly one number, and a minute more of good service never makes it worse.
    #[test]
    fn every_minute_is_counted_once(present in prop::collection::vec(any::<(bool, bool, bool)>(), 1..200)) {
        let rows: Vec<Alive> = (0..).zip(&present).filter(|(_, p)| p.0)
            .map(|(minute, p)| Alive { minute, ready: p.1, stopped: p.2 }).collect();
        let until = present.len() as i64;
        let up = uptime((0, until), None, &rows);
        let before = rows.first().map_or(until, |row| row.minute);
        prop_assert_eq!(up.total + up.planned + before, until);
        prop_assert_eq!(up.down.len() as i64, up.total - up.good);
        prop_assert_eq!(up.good, rows.iter().filter(|row| row.ready).count() as i64);
    }
}
