//! PostgreSQL: databases of our own in the cluster that the script started, a plain table, pgbench.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use tokio_postgres::{Client, NoTls, Statement};

use crate::events::{Events, Sample, Samples};
use crate::fault::{Context as _, Fault, Result};
use crate::load::Link;
use crate::process::output;

/// The cluster that `scripts/postgres.sh` made: durable as in production.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its folder.
    folder: PathBuf,
    /// Address of its first database.
    url: String,
    /// Folder of its programs.
    bin: PathBuf,
    /// The postmaster, over all its backends.
    pub pid: u32,
}

impl Cluster {
    /// The one in this folder.
    pub async fn at(folder: &Path) -> Result<Self> {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).because(format!("{name} of PostgreSQL"));
        let pid = read("data/postmaster.pid")?.lines().next().and_then(|l| l.trim().parse().ok());
        let cluster = Self {
            folder: folder.to_owned(),
            url: read("url")?,
            bin: read("bin")?.into(),
            pid: pid.because("PostgreSQL does not run")?,
        };
        let client = connect(&cluster.url).await?;
        for (setting, wanted) in [("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")] {
            let row = client.query_one(&format!("show {setting}"), &[]).await?;
            let value: String = row.get(0);
            if value != wanted {
                return Err(Fault::new(format!("PostgreSQL has {setting} = {value}: nothing to compare with")));
            }
        }
        Ok(cluster)
    }

    /// A new database of this name; its address.
    pub async fn database(&self, name: &str) -> Result<String> {
        let client = connect(&self.url).await?;
        client.batch_execute(&format!("drop database if exists {name} with (force)")).await?;
        client.batch_execute(&format!("create database {name}")).await?;
        let (front, _database) = self.url.rsplit_once('/').because("PostgreSQL's address")?;
        Ok(format!("{front}/{name}"))
    }

    /// Ends a database: what it keeps on writing would cost the next row.
    pub async fn forget(&self, name: &str) -> Result<()> {
        let client = connect(&self.url).await?;
        client.batch_execute(&format!("drop database if exists {name} with (force)")).await?;
        // Rows begin alike: without a checkpoint of what came before under way.
        Ok(client.batch_execute("checkpoint").await?)
    }

    /// pgbench: `clients` connections commit batches of 100 rows of the same size for `seconds`. Rows a second and the
    /// mean latency of a commit, milliseconds.
    pub async fn pgbench(&self, url: &str, clients: usize, seconds: u64) -> Result<(f64, f64)> {
        connect(url).await?.batch_execute(TABLE).await?;
        let script = self.folder.parent().because("a folder")?.join("batch.sql");
        std::fs::write(&script, batch_script())?;
        let (clients, seconds) = (clients.to_string(), seconds.to_string());
        let script = script.to_string_lossy().into_owned();
        let flags = ["-n", "-M", "prepared", "-c", &clients, "-j", "1", "-T", &seconds, "-f", &script, url];
        let said = output(self.bin.join("pgbench"), &flags).await?;
        let number = |line: &str, after: &str| -> Option<f64> {
            let line = said.lines().find(|l| l.starts_with(line))?;
            line.split_once(after)?.1.split_ascii_whitespace().next()?.parse().ok()
        };
        let tps = number("tps = ", "= ").because(format!("pgbench said no rate: {said}"))?;
        Ok((tps * 100.0, number("latency average", "= ").unwrap_or(f64::NAN)))
    }

    /// What it is.
    pub async fn version(&self) -> Result<String> {
        let row = connect(&self.url).await?.query_one("show server_version", &[]).await?;
        Ok(row.get(0))
    }

    /// Connections that insert single events into a plain table, each committed by itself.
    pub async fn links(&self, url: &str, count: usize, feed: &Rc<Feed>) -> Result<Vec<Insert>> {
        connect(url).await?.batch_execute(TABLE).await?;
        let mut links = Vec::new();
        for _ in 0..count {
            let client = connect(url).await?;
            let insert = client.prepare(INSERT).await?;
            links.push(Insert { client, insert, feed: Rc::clone(feed), body: String::new() });
        }
        Ok(links)
    }
}

/// No index but its key, no rules: what a table costs by itself.
const TABLE: &str = "create table if not exists raw_event (position bigint generated always as identity primary key, \
    session_key bigint not null, sequence bigint not null, event_id text not null, type text not null, ts bigint not null, \
    payload text not null)";
const INSERT: &str = "insert into raw_event (session_key, sequence, event_id, type, ts, payload) \
    values ($1, $2, $3, 'transcript.final', $2, $4) returning position";

/// One statement of 100 rows of the size of ours; pgbench prepares it once, so the rows' text is not even sent again.
/// Each use of a variable is an argument, and a statement takes 255 of them: so there are three.
fn batch_script() -> String {
    let payload = "{\"utteranceId\":\"u3-17\",\"speaker\":\"user\",\"text\":\"Of course. Thursday at half past ten is free, \
                   and so is Friday.\",\"startMs\"_68000,\"endMs\"_71000}";
    let rows: Vec<String> =
        (0..100).map(|n| format!("({n}, '0193f5c0-{n:08x}-7000-8000-00000000{n:04x}', '{payload}')")).collect();
    format!(
        "\\set s random(1, 3900)\n\\set q random(1, 1000000)\n\
         insert into raw_event (session_key, sequence, event_id, type, ts, payload) \
         select :s + r.n, :q, r.id, 'transcript.final', :q, r.payload from (values {}) r (n, id, payload);\n",
        rows.join(", ")
    )
}

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.because("no connection to PostgreSQL")?;
    // Ends with the client; its faults are the client's.
    tokio::spawn(connection);
    Ok(client)
}

/// Looks up acknowledgements in a database of Callboard, and that no session has a hole.
pub async fn callboard_has(url: &str, samples: &[Sample]) -> Result<u64> {
    let client = connect(url).await?;
    let has = "select count(*) from event e join event_stream s on s.session_key = e.session_key \
               where s.session_id = $1 and e.sequence = $2 and e.event_id = $3";
    let has = client.prepare(has).await?;
    for sample in samples {
        let sequence = i64::try_from(sample.sequence)?;
        let found: i64 = client.query_one(&has, &[&sample.session, &sequence, &sample.event_id]).await?.get(0);
        if found != 1 {
            return Err(Fault::new(format!("an acknowledged event is not in the reopened store: {sample:?}")));
        }
    }
    let holes = "select count(*) from event_stream s left join \
                 (select session_key, count(*) n from event group by session_key) e on e.session_key = s.session_key \
                 where s.last_sequence <> coalesce(e.n, 0)";
    let holes: i64 = client.query_one(holes, &[]).await?.get(0);
    if holes == 0 { Ok(samples.len() as u64) } else { Err(Fault::new(format!("{holes} sessions have holes"))) }
}

/// What is inserted.
pub struct Feed {
    events: Events,
    /// Acknowledgements to look up.
    pub samples: Samples,
}

impl Feed {
    /// These events.
    pub fn new(events: Events) -> Rc<Self> {
        Rc::new(Self { events, samples: Samples::default() })
    }

    /// Looks up what a plain table acknowledged.
    pub async fn found(&self, url: &str) -> Result<u64> {
        let (client, samples) = (connect(url).await?, self.samples.take());
        for sample in &samples {
            let position = i64::try_from(sample.sequence)?;
            let has = "select count(*) from raw_event where position = $1 and event_id = $2";
            let found: i64 = client.query_one(has, &[&position, &sample.event_id]).await?.get(0);
            if found != 1 {
                return Err(Fault::new(format!("PostgreSQL acknowledged {sample:?} and does not have it")));
            }
        }
        Ok(samples.len() as u64)
    }
}

/// A connection that inserts.
pub struct Insert {
    client: Client,
    insert: Statement,
    feed: Rc<Feed>,
    body: String,
}

impl Link for Insert {
    async fn ask(&mut self, n: u64) -> Result<u32> {
        let ((session, turn), id) = (self.feed.events.place(n), self.feed.events.id(n));
        self.body.clear();
        self.feed.events.write(n, &mut self.body);
        let key = i64::try_from(n % self.feed.events.sessions.len() as u64)?;
        let row = self.client.query_one(&self.insert, &[&key, &i64::try_from(turn)?, &id, &self.body]).await?;
        if Samples::wants(n) {
            let sequence = u64::try_from(row.get::<_, i64>(0))?;
            self.feed.samples.keep(Sample { session: session.to_owned(), event_id: id, sequence });
        }
        Ok(1)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_script_has_a_hundred_rows_and_no_stray_variables() {
        let script = super::batch_script();
        assert_eq!(script.matches("0193f5c0-").count(), 100);
        // A colon before a letter or digit would be taken for a variable.
        let colons: Vec<&str> = script.match_indices(':').map(|(at, _)| &script[at + 1..at + 2]).collect();
        assert!(colons.iter().all(|c| ["s", "q", "\""].contains(c)), "{colons:?}");
    }
}
