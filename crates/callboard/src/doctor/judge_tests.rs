use super::super::report::Verdict::{self, Failed, NotApplicable, Ok as Good, Warning};
use super::*;

fn verdicts(checks: &[Check]) -> Vec<(&'static str, Verdict)> {
    checks.iter().map(|c| (c.name, c.verdict)).collect()
}

fn seen(step: &str, ok: bool) -> Seen {
    Seen { step: step.to_owned(), ok, detail: format!("{step} was seen") }
}

fn line(number: u32, state: State, applied_s: Option<i64>) -> Status {
    Status {
        number,
        name: "x".to_owned(),
        file: format!("{number:04}_x.sql"),
        state,
        checksum: String::new(),
        applied_checksum: String::new(),
        applied_at: applied_s.map(|s| Timestamp::from_micros(s * 1_000_000)),
    }
}

#[test]
fn disks() {
    for (free, total, expected) in [
        (100 << 20, 100 << 30, Failed),
        (1 << 30, 100 << 30, Warning),
        (3 << 30, 100 << 30, Warning),
        (50 << 30, 100 << 30, Good),
        (0, 0, Failed),
    ] {
        assert_eq!(disk_space(free, total).verdict, expected, "{free} of {total}");
    }
    for (times, expected) in [
        (vec![], NotApplicable),
        (vec![900, 800, 40_000], Good),
        (vec![11_000, 12_000, 500], Warning),
        (vec![1, 2, 3], Warning),
    ] {
        assert_eq!(disk_sync(times.clone()).verdict, expected, "{times:?}");
    }
    assert_eq!(folder_mode("/d", 0o40700).verdict, Good);
    assert_eq!(folder_mode("/d", 0o40755).verdict, Warning);
    assert!(folder_mode("/d", 0o40755).todo.is_some_and(|t| t.contains("chmod 700 /d")));
}

#[test]
fn schemas() {
    let now = Timestamp::from_micros(1_000_000_000);
    let applied = |n| line(n, State::Applied, Some(10));
    for (lines, expected, word) in [
        (vec![applied(1), applied(2)], Good, "0002"),
        (vec![applied(1), line(2, State::Pending, None)], Warning, "0002_x.sql is not applied"),
        (vec![line(1, State::Pending, None)], Warning, "empty"),
        (vec![applied(1), line(2, State::Unknown, Some(1))], Failed, "older than the data"),
        (vec![line(1, State::Edited, Some(1))], Failed, "not the text"),
        (vec![line(1, State::Applied, Some(2_000))], Failed, "in the future"),
    ] {
        let check = schema(&lines, now);
        assert!(check.verdict == expected && check.line.contains(word), "{check:?}");
    }
}

#[test]
fn sealed_secrets_that_stay_closed() {
    let of = |all: u64, without: &[(&str, u64)], not: &[(&str, u64)]| {
        let by = |ids: &[(&str, u64)]| ids.iter().map(|(id, n)| ((*id).to_owned(), *n)).collect();
        SealedSecrets { all, without_key: by(without), not_opened: by(not) }
    };
    let none = || of(0, &[], &[]);
    let judged = |endpoints, former, issuers| sealed_secrets(&Sealed { endpoints, former, issuers });
    assert_eq!(judged(none(), none(), none()).verdict, NotApplicable);
    let good = judged(of(3, &[], &[]), none(), of(1, &[], &[]));
    assert!(
        good.verdict == Good
            && good.line.starts_with("secrets of webhook endpoints: 3, secrets shared with issuers: 1;"),
        "{good:?}"
    );

    let check = judged(of(3, &[("k1", 2)], &[("k2", 1)]), none(), of(2, &[("k0", 1)], &[]));
    assert_eq!(check.verdict, Failed);
    assert_eq!(
        check.line,
        "cannot be opened: 3 of 3 secrets of webhook endpoints (for want of the key `k1`, which is not configured: 2; damaged, or \
         sealed with another key of the id `k2`, and ids must differ: 1), 1 of 2 secrets shared with issuers (for want of the key \
         `k0`, which is not configured: 1)"
    );
    assert!(check.todo.is_some_and(|t| t.contains("secret_keys_older") && t.contains("rotate each such endpoint")));
    assert_eq!(judged(none(), none(), of(1, &[], &[("?", 1)])).verdict, Failed);
    // Rotating after the loss of a key is the way out: what is left behind does not fail.
    let after = judged(of(3, &[], &[]), of(2, &[("k1", 2)], &[]), none());
    assert!(after.verdict == Warning && after.line.contains("2 of 2 former"), "{after:?}");
}

#[test]
fn keys_and_files() {
    assert_eq!(key_of_data(None).verdict, NotApplicable);
    assert_eq!(key_of_data(Some(true)).verdict, Good);
    assert_eq!(key_of_data(Some(false)).verdict, Failed);
    assert_eq!(open_files(65_536, 100).verdict, Good);
    assert_eq!(open_files(1_024, 100).verdict, Warning);
    assert_eq!(open_files(65_536, 65_000).verdict, Failed);
}

#[test]
fn clocks() {
    for (skew, jumped, expected) in [
        (Some(0), 0, Good),
        (Some(-3), 10, Good),
        (Some(12), 0, Warning),
        (Some(-90), 0, Failed),
        (None, 0, Good),
        (Some(0), 3_000, Warning),
    ] {
        assert_eq!(clock(skew, "the proxy", jumped).verdict, expected, "{skew:?} {jumped}");
    }
    assert!(clock(Some(-90), "the proxy", 0).line.contains("90 s behind the proxy"));
}

#[test]
fn the_connection_test_goes_on_until_it_fails() {
    assert_eq!(verdicts(&livekit(&[seen("configured", false)], true)), [("livekit", Warning)]);
    let there = [seen("configured", true), seen("connect", true), seen("clock", true), seen("apiKey", true)];
    let whole = [&there[..], &[seen("room", true), seen("webhook", true)]].concat();
    assert!(livekit(&whole, true).iter().all(|c| c.verdict == Good), "{:?}", livekit(&whole, true));
    let lost = [&there[..], &[seen("room", true), seen("webhook", false)]].concat();
    let found = livekit(&lost, true);
    assert_eq!(found.last().map(|c| (c.name, c.verdict)), Some(("livekit-webhook", Failed)));
    let stopped = livekit(&there, false);
    assert_eq!(verdicts(&stopped)[4..], [("livekit-room", NotApplicable), ("livekit-webhook", NotApplicable)]);
    assert!(stopped[5].line.contains("running server"));
    let unreachable = livekit(&[seen("configured", true), seen("connect", false)], true);
    assert_eq!(verdicts(&unreachable)[1..3], [("livekit-reach", Failed), ("livekit-clock", NotApplicable)]);
}

#[test]
fn who_answers_at_the_public_address() {
    let marks = ["a1".to_owned(), "b2".to_owned()];
    let answer = |status, mark: Option<&str>| Answered {
        status,
        installation: mark.map(str::to_owned),
        version: Some("1".to_owned()),
        location: None,
    };
    let judged = |a: &Answered| public_url("https://c.example", &marks, Ok(a));
    assert_eq!(judged(&answer(200, Some("b2"))).verdict, Good);
    assert!(judged(&answer(200, Some("c3"))).line.contains("another installation"));
    assert!(judged(&answer(502, None)).line.contains("502"));
    let moved = Answered { location: Some("https://other".to_owned()), ..answer(301, None) };
    assert!(judged(&moved).line.contains("https://other"));
    assert_eq!(public_url("https://c.example", &marks, Err("no such host")).verdict, Failed);
}

#[test]
fn the_way_through_the_proxy() {
    assert_eq!(transport("https://c.example", false, true).verdict, Good);
    assert_eq!(transport("http://c.example", false, true).verdict, Warning);
    assert_eq!(transport("http://127.0.0.1:1", true, true).verdict, Good);
    assert_eq!(transport("http://127.0.0.1:1", true, false).verdict, NotApplicable);
    assert_eq!((proxies(0, true).verdict, proxies(1, true).verdict, proxies(0, false).verdict), (Warning, Good, Good));
    for (days, expected) in [(Some(60), Good), (Some(10), Warning), (Some(-1), Failed), (None, Warning)] {
        assert_eq!(certificate(days).verdict, expected, "{days:?}");
    }
    assert_eq!(websocket(Ok(101)).verdict, Good);
    assert_eq!(websocket(Ok(400)).verdict, Failed);
    assert_eq!(websocket(Err("reset".to_owned())).verdict, Failed);
    assert_eq!(live_stream(Stream::Came).verdict, Good);
    assert_eq!(live_stream(Stream::HeldBack).verdict, Failed);
    assert!(live_stream(Stream::NoKey).todo.is_some_and(|t| t.contains("--key-file")));
}
