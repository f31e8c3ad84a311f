//! Callboard as a user starts it, driven over HTTP with its API key.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use memchr::memmem;
use serde_json::Value;

use crate::cpu;
use crate::events::{Events, Sample, Samples};
use crate::fault::{Context as _, Fault, Result};
use crate::load::http::{self, Answer, Http, Requests};
use crate::load::{Plan, drive};
use crate::process::Running;

/// Where its data lies.
#[derive(Clone, Debug)]
pub enum Store {
    /// A folder of its own.
    Sqlite(PathBuf),
    /// A database of its own.
    Postgres(String),
}

/// How it is started.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The binary.
    pub binary: PathBuf,
    /// For logs.
    pub work: PathBuf,
    /// Name of the log.
    pub name: String,
    /// Its data.
    pub store: Store,
    /// Settings besides.
    pub env: Vec<(String, String)>,
    /// What goes before the command, such as strace with its flags.
    pub wrap: Vec<String>,
}

/// A running server.
#[derive(Debug)]
pub struct Callboard {
    running: Running,
    /// `host:port`
    pub address: String,
    /// The key of the first start.
    pub key: String,
    pid: u32,
    store: Store,
}

/// Servers that share a database share a key, for `--dev` on PostgreSQL makes none. Of benches only.
const SECRET_KEY: &str = "k1:OwCL7jkbT56Ra2Sez92ovi3xEzW6M7UDUsvkj3LriI0";

impl Callboard {
    /// Starts it. `key` is that of the store's first start; without one, this is it.
    pub async fn start(setup: &Setup, key: Option<&str>) -> Result<Self> {
        let mut command = match setup.wrap.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(&setup.binary);
                command
            }
            None => Command::new(&setup.binary),
        };
        let settings = std::env::vars().map(|(name, _)| name);
        for name in settings.filter(|n| n.starts_with("CALLBOARD_") || n.starts_with("LIVEKIT_")) {
            command.env_remove(name);
        }
        command.args(["serve", "--dev", "--no-demo", "--listen", "127.0.0.1:0", "--ready-json"]);
        // Errors only: what a log costs is no part of the figures, and a healthy run writes nothing either way.
        command.env("CALLBOARD_LOG", "warn").envs(setup.env.iter().map(|(k, v)| (k, v)));
        match &setup.store {
            Store::Sqlite(folder) => command.arg("--data").arg(folder),
            Store::Postgres(url) => command.env("CALLBOARD_DATABASE_URL", url).env("CALLBOARD_SECRET_KEY", SECRET_KEY),
        };
        let mut running = Running::start(&setup.work, &setup.name, &mut command)?;
        let ready: Value = running
            .await_output(|text| text.split_once('\n').and_then(|(line, _)| serde_json::from_str(line).ok()))
            .await?;
        let address = ready["url"].as_str().and_then(|u| u.strip_prefix("http://")).because("no address")?.to_owned();
        let key = ready["apiKey"].as_str().or(key).because("no API key")?.to_owned();
        let pid = if setup.wrap.is_empty() { Some(running.pid()) } else { cpu::child_of(running.pid()) };
        let pid = pid.because("the wrapper runs nothing")?;
        Ok(Self { running, address, key, pid, store: setup.store.clone() })
    }

    /// The server's process, below a wrapper too.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Resident memory, bytes.
    pub fn resident(&self) -> Result<u64> {
        cpu::resident(self.pid)
    }

    /// One request; anything but `2xx` is a fault.
    pub async fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let mut request = Vec::new();
        http::put(&mut request, http::head(method, path, &self.key).as_bytes(), body.as_bytes());
        let (status, text) = http::once(&self.address, &request).await?;
        if (200..300).contains(&status) {
            serde_json::from_str(&text).because(format!("{method} {path}"))
        } else {
            Err(Fault::new(format!("{method} {path} was answered with {status}: {text}")))
        }
    }

    /// Makes sessions `<prefix>-0` to `<prefix>-<count - 1>`; their names.
    pub async fn sessions(&self, prefix: &str, count: usize) -> Result<Vec<String>> {
        let names: Vec<String> = (0..count).map(|n| format!("{prefix}-{n}")).collect();
        let requests = Rc::new(Make { head: http::head("POST", "/v1/call/sessions", &self.key), names });
        let links = Http::many(&self.address, 32.min(count), &requests).await?;
        crate::load::each(links, count as u64).await?;
        Ok(requests.names.clone())
    }

    /// Sends `batches` batches of 100 of these events, as fast as it goes. Only to fill a store.
    pub async fn fill(&self, requests: &Rc<Batches>, batches: u64) -> Result<()> {
        self.fill_from(requests, 0, batches).await
    }

    /// The same from batch `first` on.
    pub async fn fill_from(&self, requests: &Rc<Batches>, first: u64, batches: u64) -> Result<()> {
        crate::load::each_from(Http::many(&self.address, 8, requests).await?, first, batches).await
    }

    /// Drives single events or batches with `connections` connections.
    pub async fn drive<R: Requests + 'static>(
        &self,
        requests: &Rc<R>,
        connections: usize,
        plan: Plan,
    ) -> Result<crate::load::Measured> {
        drive(Http::many(&self.address, connections, requests).await?, plan, &[self.pid]).await
    }

    /// Kills the server as a power failure of the process would, opens its store without it, and looks up what it had
    /// acknowledged. A miss is a fault. How many were found.
    pub async fn reopened(mut self, samples: Vec<Sample>) -> Result<u64> {
        self.running.kill();
        match &self.store {
            Store::Sqlite(folder) => in_sqlite(folder, &samples),
            Store::Postgres(url) => super::postgres::callboard_has(url, &samples).await,
        }
    }
}

/// The lookup of one acknowledged event.
const SQLITE_HAS: &str = "select count(*) from event e join event_stream s on s.session_key = e.session_key \
                          where s.session_id = ?1 and e.sequence = ?2 and e.event_id = ?3";

fn in_sqlite(folder: &Path, samples: &[Sample]) -> Result<u64> {
    let db = rusqlite::Connection::open(folder.join("callboard.db"))?;
    let mut has = db.prepare(SQLITE_HAS)?;
    for sample in samples {
        let found: i64 =
            has.query_row((&sample.session, i64::try_from(sample.sequence)?, &sample.event_id), |row| row.get(0))?;
        if found != 1 {
            return Err(Fault::new(format!("an acknowledged event is not in the reopened store: {sample:?}")));
        }
    }
    let holes = "select count(*) from event_stream s where s.last_sequence <> \
                 (select count(*) from event e where e.session_key = s.session_key)";
    let holes: i64 = db.query_row(holes, [], |row| row.get(0))?;
    if holes != 0 {
        return Err(Fault::new(format!("{holes} sessions have holes in the reopened store")));
    }
    Ok(samples.len() as u64)
}

/// Waits until a server that has just started has done what it does at first.
pub async fn settle(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

/// Makes sessions.
struct Make {
    head: String,
    names: Vec<String>,
}

impl Requests for Make {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let body = format!("{{\"sessionId\":\"{}\"}}", self.names[n as usize]);
        http::put(out, self.head.as_bytes(), body.as_bytes());
    }
    fn read(&self, _n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status == 201 || answer.status == 200 { Ok(1) } else { Err(answer.unexpected()) }
    }
}

/// Events one by one, each with an answer of its own.
pub struct Singles {
    head: String,
    events: Events,
    /// Acknowledgements to look up.
    pub samples: Samples,
    buffer: Cell<String>,
}

impl Singles {
    /// To this server.
    pub fn new(server: &Callboard, events: Events) -> Rc<Self> {
        let head = http::head("POST", "/v1/realtime/events", &server.key);
        Rc::new(Self { head, events, samples: Samples::default(), buffer: Cell::default() })
    }
}

impl Requests for Singles {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let mut body = self.buffer.take();
        body.clear();
        self.events.write(n, &mut body);
        http::put(out, self.head.as_bytes(), body.as_bytes());
        self.buffer.set(body);
    }

    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32> {
        // 200 would be a repetition.
        if answer.status != 201 {
            return Err(answer.unexpected());
        }
        if Samples::wants(n) {
            self.samples.keep(sample(&self.events, n, answer.body).because("an answer without a sequence")?);
        }
        Ok(1)
    }
}

/// What the first result of an answer acknowledges of event `n`.
fn sample(events: &Events, n: u64, body: &[u8]) -> Option<Sample> {
    let at = memmem::find(body, b"\"sequence\":")? + b"\"sequence\":".len();
    let digits = body[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sequence = std::str::from_utf8(&body[at..at + digits]).ok()?.parse().ok()?;
    Some(Sample { session: events.place(n).0.to_owned(), event_id: events.id(n), sequence })
}

/// Events of one batch.
pub const BATCH: u64 = 100;

/// Batches of a hundred events.
pub struct Batches {
    head: String,
    events: Events,
    /// Acknowledgements to look up.
    pub samples: Samples,
    buffer: Cell<String>,
}

impl Batches {
    /// To this server.
    pub fn new(server: &Callboard, events: Events) -> Rc<Self> {
        let head = http::head("POST", "/v1/realtime/events", &server.key);
        Rc::new(Self { head, events, samples: Samples::default(), buffer: Cell::default() })
    }
}

impl Requests for Batches {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        let mut body = self.buffer.take();
        body.clear();
        body.push_str("{\"events\":[");
        for at in n * BATCH..(n + 1) * BATCH {
            if at > n * BATCH {
                body.push(',');
            }
            self.events.write(at, &mut body);
        }
        body.push_str("]}");
        http::put(out, self.head.as_bytes(), body.as_bytes());
        self.buffer.set(body);
    }

    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32> {
        // Each event has its own outcome: all hundred must be new.
        if answer.status != 200 || memmem::find_iter(answer.body, b"\"deduped\":false").count() as u64 != BATCH {
            return Err(answer.unexpected());
        }
        if n.is_multiple_of(7) {
            self.samples.keep(sample(&self.events, n * BATCH, answer.body).because("an answer without a sequence")?);
        }
        Ok(BATCH as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Ids;

    #[test]
    fn an_acknowledgement_names_its_place() {
        let events = Events::new(vec!["a".into()], Ids::Time, 1);
        let body = br#"{"event":{"eventId":"x","sessionId":"a","sequence":17,"ts":"x"},"deduped":false}"#;
        let kept = sample(&events, 4, body).unwrap();
        assert_eq!((kept.session.as_str(), kept.sequence, kept.event_id), ("a", 17, events.id(4)));
        assert_eq!(sample(&events, 4, b"{}"), None);
    }
    #[test]
    fn a_lost_acknowledgement_and_a_hole_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let db = rusqlite::Connection::open(folder.path().join("callboard.db")).unwrap();
        db.execute_batch(
            "create table event_stream (session_key integer, session_id text, last_sequence integer);
             create table event (session_key integer, sequence integer, event_id text);
             insert into event_stream values (1, 'a', 2);
             insert into event values (1, 1, 'x'), (1, 2, 'y');",
        )
        .unwrap();
        let sample = |event_id: &str, sequence| Sample { session: "a".into(), event_id: event_id.into(), sequence };
        assert_eq!(in_sqlite(folder.path(), &[sample("x", 1), sample("y", 2)]).unwrap(), 2);
        let lost = in_sqlite(folder.path(), &[sample("x", 1), sample("z", 3)]).unwrap_err();
        assert!(lost.to_string().contains("not in the reopened store"), "{lost}");
        // At another place than was said is lost as well.
        assert!(in_sqlite(folder.path(), &[sample("x", 2)]).is_err());
        db.execute("delete from event where sequence = 1", []).unwrap();
        assert!(in_sqlite(folder.path(), &[sample("y", 2)]).unwrap_err().to_string().contains("holes"));
    }
}
