//! The rig `interleavings`: `--size quick|long --seed N --minutes M --report FILE`.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use callboard_rig_interleavings::{Report, STORIES, listen, plan};
use serde_json::json;

const QUICK: u64 = 20_000;
const LONG: u64 = 1_000_000;
/// Violations after which a worker stops.
const ENOUGH: usize = 3;
const LIMITS: [&str; 5] = [
    "Schedules are drawn (by chance and by priorities), not enumerated: a rare one may be missed.",
    "Memory is sequentially consistent here: an ordering too weak for a processor is not seen, and atomics of the \
     standard library and reference counts are single steps.",
    "tokio's watch, broadcast and Notify and parking_lot's locks are models of what they promise, not their own code.",
    "Leases, fences, rotating tokens and idempotency keys live in transactions: the rigs races, histories, \
     paused-instance and simulated-service look at those.",
    "The writer and the readers of the store around the queue, and the bells of doubted credentials, are not in here.",
];

struct Flags {
    size: String,
    seed: u64,
    minutes: f64,
    report: Option<String>,
    worker: Option<(u64, u64)>,
    count: Option<u64>,
    block: Option<u64>,
}

fn main() -> ExitCode {
    let done = flags().and_then(|flags| match (flags.block, flags.worker) {
        (Some(block), _) => Ok(again(&flags, block)),
        (None, Some(share)) => worker(&flags, share),
        _ => run(&flags),
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("interleavings could not run: {message}");
            ExitCode::from(2)
        }
    }
}

fn flags() -> Result<Flags, String> {
    let (size, report, worker, count, block) = ("quick".to_owned(), None, None, None, None);
    let mut flags = Flags { size, seed: 1, minutes: 10.0, report, worker, count, block };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let bad = |e: &dyn std::fmt::Display| format!("{word} {value}: {e}");
        match word.as_str() {
            "--size" if value == "quick" || value == "long" => flags.size = value,
            "--seed" => flags.seed = value.parse().map_err(|e| bad(&e))?,
            "--minutes" => flags.minutes = value.parse().map_err(|e| bad(&e))?,
            "--report" => flags.report = Some(value),
            "--count" => flags.count = Some(value.parse().map_err(|e| bad(&e))?),
            // One block of this seed alone, as a violation names it.
            "--block" => flags.block = Some(value.parse().map_err(|e| bad(&e))?),
            "--worker" => {
                let (nth, of) = value.split_once('/').ok_or_else(|| bad(&"not N/M"))?;
                flags.worker = Some((nth.parse().map_err(|e| bad(&e))?, of.parse().map_err(|e| bad(&e))?));
            }
            _ => return Err(format!("unknown: {word} {value}")),
        }
    }
    Ok(flags)
}

fn wanted(flags: &Flags) -> u64 {
    flags.count.unwrap_or(if flags.size == "long" { LONG } else { QUICK })
}

fn again(flags: &Flags, nth: u64) -> bool {
    listen();
    let block = plan(flags.seed, nth);
    let report = block.run();
    println!("block {nth}: story {}, {:?}: {} schedules", block.story.name, block.kind, report.schedules);
    report.violations.iter().for_each(|v| println!("VIOLATION: {}: {}", v.what, v.detail));
    report.violations.is_empty()
}

/// Runs every `of`-th block in this process and prints the report.
fn worker(flags: &Flags, (first, of): (u64, u64)) -> Result<bool, String> {
    listen();
    let begun = Instant::now();
    let (mut report, mut said, mut nth) = (Report::default(), begun, first);
    let share = wanted(flags).div_ceil(of);
    while report.schedules < share && report.violations.len() < ENOUGH {
        if begun.elapsed().as_secs_f64() > flags.minutes * 60.0 {
            break;
        }
        let mut found = plan(flags.seed, nth).run();
        for violation in &mut found.violations {
            violation.detail = format!("{}; again with --seed {} --block {nth}", violation.detail, flags.seed);
        }
        report.add(found);
        if said.elapsed() > Duration::from_secs(20) && first == 0 {
            said = Instant::now();
            eprintln!(
                "  block {nth}: {} of {share} schedules, {} violations",
                report.schedules,
                report.violations.len()
            );
        }
        nth += of;
    }
    println!("{}", serde_json::to_string(&report).map_err(|e| e.to_string())?);
    Ok(report.violations.is_empty())
}

/// Shares the blocks out to one process per core and writes the report.
fn run(flags: &Flags) -> Result<bool, String> {
    println!("interleavings: seed {}, size {}, {} schedules", flags.seed, flags.size, wanted(flags));
    let begun = Instant::now();
    let of = std::thread::available_parallelism().map_or(1, usize::from);
    let program = std::env::current_exe().map_err(|e| e.to_string())?;
    let mut children = Vec::new();
    for nth in 0..of {
        let child = Command::new(&program)
            .args(["--size", &flags.size, "--seed", &flags.seed.to_string()])
            .args(["--minutes", &flags.minutes.to_string(), "--count", &wanted(flags).to_string()])
            .args(["--worker", &format!("{nth}/{of}")])
            .stdout(Stdio::piped())
            .spawn();
        children.push(child.map_err(|e| format!("no worker: {e}"))?);
    }
    let mut total = Report::default();
    for child in children {
        let out = child.wait_with_output().map_err(|e| e.to_string())?;
        let found: Report = serde_json::from_slice(&out.stdout)
            .map_err(|e| format!("a worker ended with {} and no report: {e}", out.status))?;
        total.add(found);
    }
    let seconds = begun.elapsed().as_secs_f64();
    for violation in &total.violations {
        println!("VIOLATION: {}: {}", violation.what, violation.detail);
    }
    println!("  {} schedules in {seconds:.1} s, {} violations", total.schedules, total.violations.len());
    let idle: Vec<_> = STORIES.iter().map(|s| s.name).filter(|name| !total.stories.contains_key(*name)).collect();
    if !idle.is_empty() && total.violations.is_empty() {
        return Err(format!("stories that were never told: {}", idle.join(", ")));
    }
    if let Some(path) = &flags.report {
        write(path, flags, &total, seconds)?;
    }
    Ok(total.violations.is_empty())
}

fn write(path: &str, flags: &Flags, total: &Report, seconds: f64) -> Result<(), String> {
    let report = json!({
        "rig": "interleavings",
        "seed": flags.seed,
        "size": flags.size,
        "ran": { "schedules": total.schedules },
        "wanted": { "schedules": wanted(flags) },
        "faults": { "interleaving": total.schedules },
        "checked": total.checked,
        "figures": { "schedules by story": total.stories },
        "violations": total.violations,
        "unknown": 0,
        "limits": LIMITS,
        "seconds": (seconds * 10.0).round() / 10.0,
    });
    let text = serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?;
    let mut file = std::fs::File::create(path).map_err(|e| format!("{path}: {e}"))?;
    writeln!(file, "{text}").map_err(|e| format!("{path}: {e}"))
}
