//! The real store and log, as the rig asks them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};

use callboard_contracts::Family;
use callboard_eventlog::outbox::{self, Effect};
use callboard_eventlog::{Log, NewEvent, Projection, Projector, ReplayQuery, SessionKey, StoredEvent, TailCursor};
use callboard_kernel::{Error, OutboxId, Result, SessionId, TenantId, Timestamp};
use callboard_store::migrations::{Migration, embedded};
use callboard_store::testing::{Medium, Steps, Vfs, WalPages, open_inline_on};
use callboard_store::{Db, OpenOptions, Tx, params, sql};

use crate::model::{Answer, Fact, Job, Observed, beside};
use crate::vfs;

sql! {
    /// What the rig asks for itself.
    pub ALL;
    BESIDE = "select outbox_id from outbox where tenant_id = :tenant order by outbox_id";
    MEDDLE = "update event_stream set last_sequence = last_sequence + 3 where session_key = :key";
}

/// The tables of the log. A schema of few tables opens quickly, and a seed opens it often.
const TABLES: [&str; 6] = ["event_stream", "event", "log_epoch", "consumer_checkpoint", "outbox", "event_erasure"];
/// Events whose id begins so have their session's head moved while they are appended.
pub const MEDDLING: &str = "meddle";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// The migrations of the product, without the statements about tables that are not the log's.
fn schema() -> &'static [Migration] {
    static SCHEMA: std::sync::OnceLock<Vec<Migration>> = std::sync::OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut indexes = Vec::new();
        let cut = |m: &Migration, indexes: &mut Vec<String>| {
            let text: &'static str = Box::leak(of_the_log(m.sqlite, indexes).into_boxed_str());
            Migration { number: m.number, name: m.name, sqlite: text, postgres: text }
        };
        embedded().iter().map(|m| cut(m, &mut indexes)).collect()
    })
}

/// The statements about the log's tables, and about indexes that such statements made.
fn of_the_log(text: &str, indexes: &mut Vec<String>) -> String {
    let plain: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or("")).collect();
    let mut kept = String::new();
    for statement in plain.join("\n").split(';') {
        let words: Vec<&str> =
            statement.split(|c: char| c.is_whitespace() || c == '(').filter(|w| !w.is_empty()).collect();
        let ours = match words.as_slice() {
            ["create" | "alter", "table", table, ..] | ["insert", "into", table, ..] => TABLES.contains(table),
            ["create", "index", name, "on", table, ..] | ["create", "unique", "index", name, "on", table, ..] => {
                indexes.extend(TABLES.contains(table).then(|| (*name).to_owned()));
                TABLES.contains(table)
            }
            ["drop", "index", name, ..] => indexes.iter().any(|known| known == name),
            _ => false,
        };
        if ours {
            kept.push_str(statement.trim());
            kept.push_str(";\n");
        }
    }
    kept
}

/// Puts a row beside each new event, in its transaction.
struct Beside;

impl Projector for Beside {
    fn name(&self) -> &'static str {
        "rig"
    }

    fn wants(&self, _: Family) -> bool {
        true
    }

    fn apply(&self, _: &Tx<'_>, _: &SessionKey, _: &StoredEvent) -> Result<()> {
        Ok(())
    }

    fn apply_new(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, now: Timestamp) -> Result<()> {
        if event.event_id.starts_with(MEDDLING) {
            tx.execute_one(&MEDDLE, params! { key: key.key() })?;
        }
        let id = beside(key.session().as_str(), event.sequence);
        let dedupe = format!("{}/{}", key.session(), event.event_id);
        let effect =
            Effect { kind: "rig", destination: "rig", dedupe_key: &dedupe, payload: "{}".to_owned(), not_before: now };
        outbox::put(tx, key, &effect, &OutboxId::from_stored(id), now)
    }

    fn projections(&self) -> &'static [Projection] {
        &[]
    }
}

/// An open store.
pub struct Open {
    /// The door.
    pub db: Db,
    /// Its steps.
    pub steps: Steps,
    /// The log on it.
    pub log: Log,
    /// How often it called for the end of the process.
    pub fatal: Arc<AtomicU32>,
    tenant: TenantId,
}

impl Open {
    /// Opens the folder on the simulated disk.
    pub fn on(dir: &std::path::Path, wal_pages: WalPages) -> Result<Self> {
        let fatal = Arc::new(AtomicU32::new(0));
        let counted = fatal.clone();
        let options = OpenOptions {
            migrations: schema(),
            on_fatal: Some(Arc::new(move |_: &str| {
                counted.fetch_add(1, Ordering::AcqRel);
            })),
            ..OpenOptions::default()
        };
        let vfs = Vfs { name: vfs::NAME.to_owned(), reread_wal: vfs::reread_wal };
        let medium = Medium { vfs: Some(vfs), wal_pages: Some(wal_pages) };
        let (db, steps) = open_inline_on(&medium, dir, &options)?;
        let log = Log::new(vec![Arc::new(Beside)]);
        Ok(Self { db, steps, log, fatal, tenant: TenantId::from_stored("ten_rig".to_owned()) })
    }

    /// Writes that share a commit; one answer each. `None` for a request that was never answered.
    pub fn group(&self, jobs: &[Job]) -> Vec<Option<Result<Answer>>> {
        let mut waiting: Vec<_> = jobs.iter().map(|job| Box::pin(self.db.write(self.closure(job)))).collect();
        let early: Vec<_> = waiting.iter_mut().map(|w| look(w.as_mut())).collect();
        self.steps.run(self.steps.take());
        early.into_iter().zip(&mut waiting).map(|(early, w)| early.or_else(|| look(w.as_mut()))).collect()
    }

    /// What a request does in its transaction.
    pub fn closure(&self, job: &Job) -> impl Fn(&Tx<'_>) -> Result<Answer> + Send + 'static {
        let (log, tenant, job) = (self.log.clone(), self.tenant.clone(), job.clone());
        move |tx| perform(tx, &log, &tenant, &job)
    }

    /// Everything that the public doors show, in pages of this size.
    pub fn everything(&self, names: &[String], page: i64) -> impl Fn(&Tx<'_>) -> Result<Observed> + Send + 'static {
        let (log, tenant, names) = (self.log.clone(), self.tenant.clone(), names.to_vec());
        move |tx| everything(tx, &log, &tenant, &names, page)
    }

    /// The stream of a session.
    pub fn key(&self, name: &str) -> impl Fn(&Tx<'_>) -> Result<Option<SessionKey>> + Send + 'static {
        let (log, tenant, name) = (self.log.clone(), self.tenant.clone(), name.to_owned());
        move |tx| find(tx, &log, &tenant, &name)
    }

    /// Events of the tenant after the start, as a tail gives them.
    pub fn tail(&self) -> impl Fn(&Tx<'_>) -> Result<Vec<StoredEvent>> + Send + 'static {
        let (log, tenant) = (self.log.clone(), self.tenant.clone());
        move |tx| tail(tx, &log, &tenant)
    }
}

/// Looks once at a future.
fn look<T>(work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

fn find(tx: &Tx<'_>, log: &Log, tenant: &TenantId, name: &str) -> Result<Option<SessionKey>> {
    let session = SessionId::parse(name).ok_or_else(|| Error::internal("the rig's own session id"))?;
    log.find(tx, tenant, &session)
}

fn perform(tx: &Tx<'_>, log: &Log, tenant: &TenantId, job: &Job) -> Result<Answer> {
    let there = |name: &str| find(tx, log, tenant, name)?.ok_or_else(|| Error::not_found("session"));
    match job {
        Job::Create(name) => {
            let session = SessionId::parse(name).ok_or_else(|| Error::internal("the rig's own session id"))?;
            log.create(tx, tenant, &session, NOW).map(|_| Answer::Created)
        }
        Job::Append(name, facts) => {
            let done = log.append(tx, &there(name)?, facts.iter().map(|f| event(f)).collect(), NOW)?;
            Ok(Answer::Appended(done.iter().map(|a| (a.event.sequence, a.deduped)).collect()))
        }
        Job::Meddle(name, fact) => {
            let done = log.append(tx, &there(name)?, vec![event(fact)], NOW)?;
            Ok(Answer::Appended(done.iter().map(|a| (a.event.sequence, a.deduped)).collect()))
        }
        Job::Ack(name, consumer, owner, sequence) => {
            let (outcome, stands) = log.checkpoint(tx, &there(name)?, consumer, owner, *sequence, NOW)?;
            Ok(Answer::Acked(outcome.as_str(), stands))
        }
    }
}

fn event(fact: &Fact) -> NewEvent {
    NewEvent::ingested(fact.id.clone(), fact.ts, true, fact.ty, fact.actor.clone(), fact.payload.clone())
}

fn everything(tx: &Tx<'_>, log: &Log, tenant: &TenantId, names: &[String], page: i64) -> Result<Observed> {
    let mut seen = Observed::default();
    for name in names {
        let Some(key) = find(tx, log, tenant, name)? else { continue };
        seen.sessions.insert(name.clone(), whole(tx, log, &key, page)?);
        for c in log.checkpoints(tx, &key, "", 100)? {
            seen.consumers.insert((name.clone(), c.consumer), (c.owner, c.sequence));
        }
    }
    seen.tail = tail(tx, log, tenant)?.into_iter().map(|e| (e.session.as_str().to_owned(), e.sequence)).collect();
    let rows = tx.query(&BESIDE, params! { tenant })?;
    seen.beside = rows.iter().map(|r| r.get("outbox_id")).collect::<Result<_>>()?;
    Ok(seen)
}

/// A session's events, page by page.
pub fn whole(tx: &Tx<'_>, log: &Log, key: &SessionKey, page: i64) -> Result<Vec<StoredEvent>> {
    let mut out = Vec::new();
    let mut query = ReplayQuery { after: 0, until: None, limit: page };
    loop {
        let got = log.replay(tx, key, &query)?;
        out.extend(got.events);
        if !got.has_more {
            return Ok(out);
        }
        query.after = got.next_after;
        query.until = query.until.or(got.watermark.map(|w| w.sequence));
    }
}

fn tail(tx: &Tx<'_>, log: &Log, tenant: &TenantId) -> Result<Vec<StoredEvent>> {
    let (mut out, mut after) = (Vec::new(), TailCursor::default());
    loop {
        let got = log.tail(tx, tenant, after, 200)?;
        let Some((last, _)) = got.last() else { return Ok(out) };
        after = *last;
        out.extend(got.into_iter().map(|(_, event)| event));
    }
}
