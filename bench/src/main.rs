//! `callboard-bench`: measures Callboard beside what a user would pick instead. `make bench` runs it.

mod baseline;
mod cpu;
mod events;
mod fault;
mod histogram;
mod judge;
mod load;
mod machine;
mod page;
mod probe;
mod process;
mod report;
mod rows;
mod serve;
mod systems;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use baseline::Baseline;
use fault::{Context as _, Fault, Result};
use report::Report;
use rows::{Bench, Options};

#[derive(Parser)]
#[command(about = "Measures Callboard beside what a user would pick instead.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure rows and write the table.
    Run(Box<Run>),
    /// What must be there for these rows, one a line; the rows themselves for `help`.
    Needs {
        /// Rows; all but those on request without.
        rows: Vec<String>,
    },
    /// The server of the limits.
    Serve {
        /// The file of L2.
        #[arg(long)]
        file: PathBuf,
    },
    /// Print the median of fdatasync in milliseconds.
    Probe {
        /// Where.
        #[arg(long)]
        folder: PathBuf,
    },
}

#[derive(Args)]
struct Run {
    /// Rows; all but those on request without.
    rows: Vec<String>,
    /// The binary under test.
    #[arg(long)]
    callboard: PathBuf,
    /// A folder on the disk that is measured; who gives it removes it.
    #[arg(long)]
    work: PathBuf,
    /// Where result.json and result.md go.
    #[arg(long)]
    out: PathBuf,
    /// The short form.
    #[arg(long)]
    quick: bool,
    /// Folder of a cluster that scripts/postgres.sh started.
    #[arg(long)]
    postgres: Option<PathBuf>,
    /// nats-server.
    #[arg(long)]
    nats: Option<PathBuf>,
    /// Length of a window, instead of what the form says.
    #[arg(long)]
    seconds: Option<f64>,
    /// Stored events of the growth row.
    #[arg(long, default_value_t = 10_000_000)]
    growth: u64,
    /// The page to write the table into.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// The baseline to compare with.
    #[arg(long)]
    baseline: Option<PathBuf>,
    /// Write the baseline anew.
    #[arg(long)]
    write_baseline: bool,
    /// Commit of the tree.
    #[arg(long, default_value = "unknown")]
    commit: String,
    /// When it began.
    #[arg(long, default_value = "")]
    at: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(cli.command) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("✗ {fault}");
            ExitCode::from(1)
        }
    }
}

fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Needs { rows } => needs(&rows),
        Command::Serve { file } => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(serve::serve(&file))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Probe { folder } => {
            let all = probe::fdatasync(&folder, Duration::from_millis(700))?;
            println!("{}", all.percentile(0.5) as f64 / 1e6);
            Ok(ExitCode::SUCCESS)
        }
        Command::Run(run) => {
            // One thread: the load generator must leave the machine to what it measures.
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let local = tokio::task::LocalSet::new();
            local.block_on(&runtime, async {
                let (mut interrupt, mut terminate) =
                    (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
                tokio::select! {
                    done = measure(&run) => done,
                    // What was started ends with the values that hold it.
                    _ = interrupt.recv() => Err(Fault::new("interrupted")),
                    _ = terminate.recv() => Err(Fault::new("asked to end")),
                }
            })
        }
    }
}

fn needs(names: &[String]) -> Result<ExitCode> {
    if names == ["help"] {
        for row in rows::ROWS.iter().chain(&rows::ON_REQUEST) {
            let when = if row.on_request { " (only when named)" } else { "" };
            println!("{:<12} {}{when}", row.name, row.about);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut all: Vec<&str> = rows::chosen(names)?.iter().flat_map(|row| row.needs.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all.iter().for_each(|need| println!("{need}"));
    Ok(ExitCode::SUCCESS)
}

async fn measure(run: &Run) -> Result<ExitCode> {
    let chosen = rows::chosen(&run.rows)?;
    if run.keep.is_some() {
        page::part(&run.rows)?;
    }
    let bench = Bench::new(Options {
        callboard: run.callboard.clone(),
        work: run.work.clone(),
        quick: run.quick,
        postgres: run.postgres.clone(),
        nats: run.nats.clone(),
        seconds: run.seconds,
        sessions: 4_000,
        growth: run.growth,
        streams: streams(),
    });
    let mut report = Report {
        commit: run.commit.clone(),
        at: run.at.clone(),
        quick: run.quick,
        machine: machine::describe(&run.work),
        versions: versions(run).await?,
        ..Report::default()
    };
    for row in &chosen {
        // A row that fails must not take the others with it; the bench fails at the end.
        if let Err(fault) = bench.run(row).await {
            eprintln!("✗ {fault}");
            report.failed.push(fault.to_string());
        }
    }
    report.rows = bench.entries.take();
    finish(run, report)
}

/// Writes everything, and says how it went. 0: measured, whatever was met; 1: a row failed.
fn finish(run: &Run, mut report: Report) -> Result<ExitCode> {
    if let Some(path) = run.baseline.as_ref().filter(|path| path.exists()) {
        let baseline: Baseline = serde_json::from_str(&std::fs::read_to_string(path)?).because("the baseline")?;
        report.regressions = baseline.compare(&report);
    }
    std::fs::create_dir_all(&run.out)?;
    write(&run.out.join("result.json"), &(serde_json::to_string_pretty(&report)? + "\n"))?;
    write(&run.out.join("result.md"), &report.markdown())?;
    println!("\n{}", report.markdown());
    if !report.failed.is_empty() {
        return Err(Fault::new(format!("{} row(s) could not be measured", report.failed.len())));
    }
    if let Some(page) = &run.keep {
        let old = std::fs::read_to_string(page).ok();
        write(page, &page::with_table(old.as_deref(), page::part(&run.rows)?, &report.markdown())?)?;
    }
    if let Some(path) = run.baseline.as_ref().filter(|_| run.write_baseline) {
        write(path, &(serde_json::to_string_pretty(&Baseline::of(&report))? + "\n"))?;
    }
    let (judged, missed) = (report.rows.iter().filter(|row| row.met.is_some()).count(), report.missed());
    let names: Vec<&str> = missed.iter().map(|row| row.name.as_str()).collect();
    println!(
        "✓ {} of {judged} targets met{}",
        judged - missed.len(),
        if names.is_empty() { String::new() } else { format!("; missed: {}", names.join(", ")) }
    );
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).because(path.display())
}

/// How many streams the limit of file descriptors leaves room for.
fn streams() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(500)
}

/// Versions of what is measured, as the programs say them.
async fn versions(run: &Run) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    let needs: Vec<&str> = rows::chosen(&run.rows)?.iter().flat_map(|row| row.needs.iter().copied()).collect();
    let last_word =
        |text: String| text.trim().rsplit([' ', '=']).next().unwrap_or_default().trim_start_matches('v').to_owned();
    all.insert("callboard".to_owned(), last_word(process::output(&run.callboard, &["--version"]).await?));
    if needs.contains(&"redis") {
        let said = process::output("redis-server", &["--version"]).await?;
        let version = said.split_ascii_whitespace().find_map(|word| word.strip_prefix("v=")).unwrap_or_default();
        all.insert("redis".to_owned(), version.to_owned());
    }
    if let Some(nats) = run.nats.as_ref().filter(|_| needs.contains(&"nats")) {
        all.insert("nats".to_owned(), last_word(process::output(nats, &["--version"]).await?));
    }
    if let Some(folder) = run.postgres.as_ref().filter(|_| needs.contains(&"postgres")) {
        all.insert("postgresql".to_owned(), systems::postgres::Cluster::at(folder).await?.version().await?);
    }
    all.insert("sqlite".to_owned(), rusqlite::version().to_owned());
    Ok(all)
}
