//! The rows of the table: what is started, how it is driven, what is compared, what is looked up afterwards.

mod growth;
mod limits;
mod live;
mod memory;
mod postgres;
mod reads;
mod sessions;
mod slow_disk;
mod webhooks;
mod writes;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::events::{Events, Ids};
use crate::fault::{Context as _, Fault, Result};
use crate::load::{Measured, Plan};
use crate::report::{Entry, figure};
use crate::systems::callboard::{Callboard, Setup, Store};
use crate::systems::postgres::Cluster;

/// What can be chosen by `ROWS`.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// What must be there: `redis`, `nats`, `postgres`, `strace`.
    pub needs: &'static [&'static str],
    /// For `ROWS=help`.
    pub about: &'static str,
    /// Whether it runs only when it is named.
    pub on_request: bool,
}

const fn row(name: &'static str, needs: &'static [&'static str], about: &'static str) -> Row {
    Row { name, needs, about, on_request: false }
}

/// All rows, in the order of the table. A limit is probed right before the first row that is compared with it; `limits` and
/// `peers` come later and add what is left.
pub const ROWS: [Row; 16] = [
    row("singles-64", &["redis"], "single events over 64 connections"),
    row("singles-256", &[], "single events over 256 connections"),
    row("batches", &[], "batches of 100 over 4,000 sessions, 8 connections"),
    row("open-10k", &[], "10,000 events/s in an open loop"),
    row("one", &[], "one client that awaits each acknowledgement"),
    row("limits", &[], "limits: L0 fdatasync, L1 an empty handler, L2 a file with group fsync, L3 raw SQLite"),
    row("peers", &["redis", "nats", "postgres"], "peers: L4 Redis Streams, NATS JetStream, a plain PostgreSQL table"),
    row("replay", &[], "pages of 200 events, 32 connections"),
    row("poll", &[], "a caught-up poll of a long call beside that of an empty one"),
    row("sessions", &[], "sessions made, and ended with all effects"),
    row("webhooks", &[], "a provider's webhooks verified, stored, translated"),
    row("firehose", &[], "1,000 subscribers to everything"),
    row("streams", &[], "8,000 sessions' streams"),
    row("postgres", &["postgres"], "the PostgreSQL engine beside pgbench, one and two instances"),
    row("memory", &[], "resident memory: idle, under load, per stream, per socket"),
    row("slow-disk", &["strace"], "a disk whose fsync takes 5 ms more"),
];

/// Rows that run only when they are named.
pub const ON_REQUEST: [Row; 1] = [Row {
    name: "growth",
    needs: &["postgres"],
    about: "cost per event and page at 10 million events, both engines, both kinds of ids (an hour)",
    on_request: true,
}];

/// The rows of these names; all but those on request when there are none.
pub fn chosen(names: &[String]) -> Result<Vec<Row>> {
    if names.is_empty() {
        return Ok(ROWS.to_vec());
    }
    let find = |name: &String| {
        ROWS.iter().chain(&ON_REQUEST).find(|r| r.name == name).copied().because(format!("no row is called '{name}'"))
    };
    names.iter().map(find).collect()
}

/// How a run is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// The binary under test.
    pub callboard: PathBuf,
    /// A folder on the disk that is measured; removed by who made it.
    pub work: PathBuf,
    /// The short form.
    pub quick: bool,
    /// Folder of the PostgreSQL cluster.
    pub postgres: Option<PathBuf>,
    /// `nats-server`.
    pub nats: Option<PathBuf>,
    /// Length of a window, seconds; by the form when absent.
    pub seconds: Option<f64>,
    /// Sessions that events go to.
    pub sessions: usize,
    /// Stored events of the growth row.
    pub growth: u64,
    /// Streams of the rows with many streams, at most; fewer only where file descriptors are scarce.
    pub streams: usize,
}

/// A run under way.
#[derive(Debug)]
pub struct Bench {
    /// How.
    pub options: Options,
    /// The table so far.
    pub entries: RefCell<Vec<Entry>>,
    known: RefCell<BTreeMap<String, f64>>,
    folders: Cell<u32>,
    made: RefCell<Vec<PathBuf>>,
}

impl Bench {
    /// A run that has not begun.
    pub fn new(options: Options) -> Self {
        Self {
            options,
            entries: RefCell::default(),
            known: RefCell::default(),
            folders: Cell::new(0),
            made: RefCell::default(),
        }
    }

    /// Measures one row.
    pub async fn run(&self, row: &Row) -> Result<()> {
        let begun = Instant::now();
        println!("• {}", row.about);
        // What earlier rows left in the page cache must not be written during this one.
        rustix::fs::sync();
        let done = match row.name {
            "limits" => limits::run(self).await,
            "peers" => limits::peers(self).await,
            "singles-64" => writes::singles(self, 64).await,
            "singles-256" => writes::singles(self, 256).await,
            "batches" => writes::batches(self).await,
            "open-10k" => writes::open_loop(self).await,
            "one" => writes::one(self).await,
            "replay" => reads::replay(self).await,
            "poll" => reads::poll(self).await,
            "sessions" => sessions::run(self).await,
            "webhooks" => webhooks::run(self).await,
            "firehose" => live::firehose(self).await,
            "streams" => live::streams(self).await,
            "postgres" => postgres::run(self).await,
            "memory" => memory::run(self).await,
            "slow-disk" => slow_disk::run(self).await,
            "growth" => growth::run(self).await,
            other => Err(Fault::new(format!("no row is called '{other}'"))),
        }
        .because(format!("row {}", row.name));
        self.sweep()?;
        done?;
        println!("  ({:.0} s)", begun.elapsed().as_secs_f64());
        Ok(())
    }

    /// Adds a line to the table, and tells it.
    fn add(&self, entry: Entry) {
        let met = match entry.met {
            Some(true) => "  met",
            Some(false) => "  MISSED",
            None => "",
        };
        println!("  {:<24} {:>10} {}{met}", entry.name, figure(entry.measured), entry.unit);
        self.entries.borrow_mut().push(entry);
    }

    /// A figure that was measured before under this name.
    fn known(&self, name: &str) -> Option<f64> {
        self.known.borrow().get(name).copied()
    }

    fn learn(&self, name: &str, value: f64) {
        self.known.borrow_mut().insert(name.to_owned(), value);
    }

    /// How long this form measures each figure.
    fn window(&self) -> Duration {
        Duration::from_secs_f64(self.options.seconds.unwrap_or(if self.options.quick { 1.5 } else { 10.0 }))
    }

    fn plan(&self) -> Plan {
        let warm_up = Duration::from_millis(if self.options.quick { 400 } else { 2_000 }).min(self.window());
        Plan { warm_up, window: self.window(), rate: None, first: 0, begin: None }
    }

    fn plan_at(&self, rate: f64) -> Plan {
        Plan { rate: Some(rate), ..self.plan() }
    }

    /// A new folder on the measured disk.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        self.folders.set(self.folders.get() + 1);
        let folder = self.options.work.join(format!("{name}-{}", self.folders.get()));
        std::fs::create_dir_all(&folder)?;
        self.made.borrow_mut().push(folder.clone());
        Ok(folder)
    }

    /// Removes what was stored so far: ten million events are ten gigabytes.
    fn sweep(&self) -> Result<()> {
        for folder in self.made.take() {
            std::fs::remove_dir_all(&folder).because(folder.display())?;
        }
        Ok(())
    }

    fn setup(&self, folder: &Path, store: Store) -> Setup {
        Setup {
            binary: self.options.callboard.clone(),
            work: folder.to_owned(),
            name: "callboard".to_owned(),
            store,
            env: Vec::new(),
            wrap: Vec::new(),
        }
    }

    /// A fresh server on SQLite, in a folder of its own.
    async fn callboard(&self, name: &str) -> Result<Callboard> {
        let folder = self.folder(name)?;
        let setup = self.setup(&folder, Store::Sqlite(folder.join("data")));
        Callboard::start(&setup, None).await
    }

    /// A fresh server and its sessions.
    async fn with_sessions(&self, name: &str) -> Result<(Callboard, Vec<String>)> {
        let server = self.callboard(name).await?;
        let sessions = server.sessions("s", self.options.sessions).await?;
        Ok((server, sessions))
    }

    /// Names of sessions for those that need not be told of them.
    fn names(&self) -> Vec<String> {
        (0..self.options.sessions).map(|n| format!("s-{n}")).collect()
    }

    fn events(&self) -> Events {
        Events::new(self.names(), Ids::Time, 1)
    }

    /// The cluster that the script started.
    async fn cluster(&self) -> Result<Cluster> {
        let folder = self.options.postgres.as_ref().because("PostgreSQL is missing; scripts/bench.sh starts it")?;
        Cluster::at(folder).await
    }
}

/// A line of something that was driven.
fn driven(name: impl Into<String>, title: impl Into<String>, measured: &Measured) -> Entry {
    let mut entry = Entry::new(name, title, measured.rate(), "/s");
    (entry.p50_ms, entry.p99_ms) = (Some(measured.ms(0.5)), Some(measured.ms(0.99)));
    (entry.cpu_us, entry.client_cpu_us) = (Some(measured.cpu_us()), Some(measured.client_cpu_us()));
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_name() {
        assert_eq!(chosen(&[]).unwrap().len(), ROWS.len());
        let some = chosen(&["replay".to_owned(), "growth".to_owned()]).unwrap();
        assert_eq!(some.iter().map(|r| r.name).collect::<Vec<_>>(), ["replay", "growth"]);
        assert_eq!(chosen(&["nope".to_owned()]).unwrap_err().to_string(), "no row is called 'nope'");
    }
}
