//! The rig `simulated-disk`: `--size quick|long --seed N --minutes M --report FILE`.

use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use callboard_rig_disk::{Report, Rig, Violation};
use serde_json::json;

const QUICK: u64 = 2_000;
const LONG: u64 = 300_000;
const LIMITS: [&str; 6] = [
    "Writes go through one thread: what only two threads can do to each other is looked for elsewhere.",
    "A flipped bit in the write-ahead log, met when it is recovered, cannot be told from a torn end: recovery ends there. \
     So no bits are turned in it.",
    "Nothing is written to a disk whose bits have turned or whose reads lie; it is only read.",
    "SQLite keeps no checksums of pages: what damage hides (a session, an event from its id, a row of the tenant's tail) and \
     an instant, actor, session or lone sequence that it changes are counted (\"no check\"), not refused; consumers' places are not looked at then.",
    "Names of files are durable with their first sync, and gone when they are removed; the folder's own sync is not \
     simulated.",
    "The lock file is the operating system's, and the schema is that of the log alone.",
];

struct Flags {
    size: String,
    seed: u64,
    minutes: f64,
    report: Option<String>,
    worker: Option<(u64, u64)>,
    count: Option<u64>,
}

fn main() -> ExitCode {
    let done = flags().and_then(|flags| if flags.worker.is_some() { worker(&flags) } else { run(&flags) });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("simulated-disk could not run: {message}");
            ExitCode::from(2)
        }
    }
}

fn flags() -> Result<Flags, String> {
    let mut flags = Flags { size: "quick".to_owned(), seed: 1, minutes: 10.0, report: None, worker: None, count: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let bad = |e: &dyn std::fmt::Display| format!("{word} {value}: {e}");
        match word.as_str() {
            "--size" if value == "quick" || value == "long" => flags.size = value,
            "--seed" => flags.seed = value.parse().map_err(|e| bad(&e))?,
            "--minutes" => flags.minutes = value.parse().map_err(|e| bad(&e))?,
            "--report" => flags.report = Some(value),
            // For looking at some seeds alone.
            "--count" => flags.count = Some(value.parse().map_err(|e| bad(&e))?),
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

/// Every how many seeds one runs a second time. That they repeat is no question to a build with planted defects.
fn twice(flags: &Flags) -> u64 {
    if flags.size == "long" || cfg!(feature = "teeth") { 100 } else { 1 }
}

/// The first seed of a run: runs of neighbouring numbers share none.
const fn first(seed: u64) -> u64 {
    seed.wrapping_mul(1_000_000)
}

/// Runs every `of`-th seed in this process and prints the report.
fn worker(flags: &Flags) -> Result<bool, String> {
    let (nth, of) = flags.worker.unwrap_or((0, 1));
    let begun = Instant::now();
    let rig = Rig::new()?;
    let mut report = Report::default();
    let mut said = begun;
    for n in (nth..wanted(flags)).step_by(usize::try_from(of).unwrap_or(1)) {
        if begun.elapsed().as_secs_f64() > flags.minutes * 60.0 {
            break;
        }
        let seed = first(flags.seed).wrapping_add(n);
        let ran = rig.run(seed)?;
        if n % twice(flags) == 0 {
            let again = rig.run(seed)?;
            report.saw("seeds that ran twice with equal traces", 1);
            if again.trace != ran.trace {
                let detail = format!("{:x} and {:x}", ran.trace, again.trace);
                report.violate(Violation { what: "the same seed ran another way".to_owned(), seed, detail });
            }
        }
        for violation in &ran.report.violations {
            // At once: who only wants to know whether there is one need not wait for the end.
            eprintln!("seed {seed}: VIOLATION: {}", violation.what);
        }
        report.add(ran.report);
        if nth == 0 && said.elapsed() > Duration::from_secs(20) {
            said = Instant::now();
            eprintln!("  seed {seed}: {} of {} seeds, {} violations", n + 1, wanted(flags), report.violated);
        }
    }
    println!("{}", serde_json::to_string(&report).map_err(|e| e.to_string())?);
    Ok(report.violated == 0)
}

/// Shares the seeds out to one process per core and writes the report.
fn run(flags: &Flags) -> Result<bool, String> {
    println!("simulated-disk: seed {}, size {}, {} seeds", flags.seed, flags.size, wanted(flags));
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
        println!("  seed {}: {}: {}", violation.seed, violation.what, violation.detail);
    }
    println!("  {} seeds in {seconds:.1} s, {} violations", total.seeds, total.violated);
    if let Some(path) = &flags.report {
        write(path, flags, &total, seconds)?;
    }
    Ok(total.violated == 0)
}

fn write(path: &str, flags: &Flags, total: &Report, seconds: f64) -> Result<(), String> {
    let report = json!({
        "rig": "simulated-disk",
        "seed": flags.seed,
        "size": flags.size,
        "ran": { "seeds": total.seeds },
        "wanted": { "seeds": wanted(flags) },
        "faults": total.faults,
        "checked": total.checked,
        "violations": total.violations,
        "unknown": total.unknown,
        "limits": LIMITS,
        "seconds": (seconds * 10.0).round() / 10.0,
    });
    let text = serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?;
    let mut file = std::fs::File::create(path).map_err(|e| format!("{path}: {e}"))?;
    writeln!(file, "{text}").map_err(|e| format!("{path}: {e}"))
}
