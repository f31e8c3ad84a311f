//! `rig-service --size quick|long --seed N --minutes M --report FILE`: plays seeds and judges them.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use callboard_rig_service::report::{Args, Report};
use callboard_rig_service::run::{Played, play};
use callboard_rig_service::template::Template;
use parking_lot::Mutex;
use serde_json::json;

/// A play takes a fraction of a second; one that goes on for so long does not end, and its seed has to be known.
const ENDLESS: Duration = Duration::from_secs(60);

fn say(line: &str) {
    // Standard output may be closed; the report is what counts.
    drop(writeln!(std::io::stdout().lock(), "{line}"));
}

fn main() -> ExitCode {
    let args = match Args::read(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(wrong) => {
            say(&wrong);
            return ExitCode::from(2);
        }
    };
    say(&format!("seed {}", args.show.unwrap_or(args.seed)));
    let template = match Template::make() {
        Ok(template) => Arc::new(template),
        Err(error) => {
            say(&format!("the service cannot be put together: {error} {:?}", error.internal_note()));
            return ExitCode::from(2);
        }
    };
    if let Some(seed) = args.show {
        return show(seed, &template);
    }
    let report = Mutex::new(Report::new());
    let next = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let (begins, plays) = channel();
            scope.spawn(move || watch(&plays));
            let (args, template, next, report) = (&args, &template, &next, &report);
            scope.spawn(move || work(args, template, next, &begins, report));
        }
    });
    let report = report.into_inner();
    finish(&args, report)
}

fn show(seed: u64, template: &Arc<Template>) -> ExitCode {
    match play(seed, template, true, true) {
        Ok(played) => {
            for line in played.trace.about(None) {
                say(line);
            }
            for (session, what) in &played.book.violations {
                say(&format!("VIOLATION {session:?} {what}"));
            }
            if played.book.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            say(&format!("{error} {:?}", error.internal_note()));
            ExitCode::from(2)
        }
    }
}

/// Names the play of a worker that does not end, until it does; whoever waits for the rig gives up some day, and kills it.
/// Over when its worker is, however that ended.
fn watch(plays: &Receiver<u64>) {
    let mut at = None;
    loop {
        match plays.recv_timeout(ENDLESS) {
            Ok(seed) => at = Some(seed),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(seed) = at {
                    say(&format!("seed {seed} has not ended for {} s or more", ENDLESS.as_secs()));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn work(args: &Args, template: &Arc<Template>, next: &Mutex<u64>, begins: &Sender<u64>, report: &Mutex<Report>) {
    loop {
        let nth = {
            let mut next = next.lock();
            if *next >= args.wanted() || report.lock().seconds() > args.minutes * 60.0 {
                return;
            }
            *next += 1;
            *next - 1
        };
        let seed = args.seed.wrapping_mul(1_000_000) + nth;
        // Its watcher lives as long as this worker.
        let _sent = begins.send(seed);
        one(args, seed, nth, template, report);
    }
}

fn one(args: &Args, seed: u64, nth: u64, template: &Arc<Template>, report: &Mutex<Report>) {
    // The short form plays each seed twice, the long one every hundredth; the rebuild of all projections is slow. That
    // seeds repeat is no question to a build with planted defects.
    let twice = !(args.long || cfg!(feature = "teeth")) || nth.is_multiple_of(100);
    let first = play(seed, template, false, nth.is_multiple_of(50));
    let second = if twice { Some(play(seed, template, false, false)) } else { None };
    let mut report = report.lock();
    match first {
        Err(error) => report.violations.push(json!({ "what": "the run broke off", "seed": seed, "detail": format!("{error} {:?}", error.internal_note()) })),
        Ok(played) => {
            if let Some(Ok(again)) = &second
                && (again.trace.hash(), again.trace.lines) != (played.trace.hash(), played.trace.lines)
            {
                report.violations.push(json!({ "what": "two runs of one seed differ", "seed": seed }));
                say(&format!("seed {seed}: VIOLATION: two runs of one seed differ"));
            }
            count(&mut report, seed, &played, template);
        }
    }
    report.seeds += 1;
    report.twice += u64::from(twice);
    if report.seeds.is_multiple_of(50) {
        say(&format!("{} seeds, {:.1} s, {} violations", report.seeds, report.seconds(), report.violations.len()));
    }
}

fn count(report: &mut Report, seed: u64, played: &Played, template: &Arc<Template>) {
    report.virtual_s += played.lasted / 1_000_000;
    report.faults.join(&played.book.faults);
    report.situations.join(&played.book.situations);
    report.checked.join(&played.book.checked);
    let Some((session, _)) = played.book.violations.first() else { return };
    // Once more, for people: the lines of that session.
    let lines: Vec<String> = play(seed, template, true, false)
        .map(|p| p.trace.about(*session).into_iter().map(str::to_owned).collect())
        .unwrap_or_default();
    for (session, what) in &played.book.violations {
        say(&format!("seed {seed}: VIOLATION: {what} (session {session:?})"));
        let known = report.violations.len();
        let trace: &[String] = if known < 3 { &lines } else { &[] };
        report.violations.push(json!({ "what": what, "seed": seed, "detail": { "session": session, "trace": trace } }));
    }
    say(&format!("seed {seed}: see it with --show {seed}"));
}

fn finish(args: &Args, mut report: Report) -> ExitCode {
    if args.seeds.is_none() && report.seeds >= 400 {
        for missing in report.missing() {
            say(&format!("VIOLATION: no run had this situation: {missing}"));
            report
                .violations
                .push(json!({ "what": format!("no run had this situation: {missing}"), "seed": args.seed }));
        }
    }
    let text = report.json(args);
    if let Some(path) = &args.report
        && let Err(error) = std::fs::write(path, format!("{text:#}\n"))
    {
        say(&format!("the report cannot be written: {error}"));
        return ExitCode::from(2);
    }
    say(&format!("{} seeds in {:.1} s, {} violations", report.seeds, report.seconds(), report.violations.len()));
    say(&format!("faults {:?}", report.faults.0));
    say(&format!("situations {:?}", report.situations.0));
    say(&format!("checked {:?}", report.checked.0));
    if report.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
