//! Carries out what is due: found by a read, leased by one write, done side by side.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_kernel::{OpenSpan, OutboxId, Result, SpanKind, Timestamp, Trace, World};
use callboard_store::{Db, Row, Tx, params};
use tokio::sync::Notify;

use super::flights::{Counts, Flights, Place, Ticket};
use super::{Attempts, Handler, LEASE_MS, Leased, Outcome, cause};
use crate::store;

const DONE_KEPT_MS: i64 = 7 * 24 * 3600 * 1000;
/// Effects that are forgotten in one transaction.
const PRUNE_SLICE: u64 = 500;

type Handlers = Arc<HashMap<&'static str, Arc<dyn Handler>>>;

/// Carries out what is due. One per process; several processes share the work by leases.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    world: Arc<dyn World>,
    handlers: Handlers,
    flights: Arc<Flights>,
    landed: Arc<Notify>,
    attempts: Arc<Attempts>,
}

/// The end of an attempt, also of one that panicked: the place is free, and then that is told.
struct Landing {
    ticket: Option<Ticket>,
    landed: Arc<Notify>,
}

impl Drop for Landing {
    fn drop(&mut self) {
        drop(self.ticket.take());
        self.landed.notify_one();
    }
}

impl Worker {
    /// A worker with the handlers of all features.
    pub fn new(db: Db, world: Arc<dyn World>, handlers: Vec<Arc<dyn Handler>>) -> Self {
        let attempts = Arc::new(Attempts::of(&handlers));
        let handlers = handlers.into_iter().map(|h| (h.kind(), h)).collect();
        Self { db, world, handlers: Arc::new(handlers), flights: Arc::default(), landed: Arc::default(), attempts }
    }

    /// Counts its attempts here.
    pub fn counting(self, attempts: Arc<Attempts>) -> Self {
        Self { attempts, ..self }
    }

    /// Leases what is due, as far as the handlers' limits let it, carries it out side by side and waits for all of it;
    /// the number that it took on. For tests and one-off runs: a service uses [`Worker::start_due`].
    pub async fn run_due(&self) -> Result<usize> {
        let taken = self.take().await?;
        let count = taken.len();
        let tasks: Vec<_> =
            taken.into_iter().map(|(effect, ticket)| tokio::spawn(self.clone().fly(effect, ticket))).collect();
        for task in tasks {
            if let Err(panic) = task.await {
                tracing::error!("An outbox handler panicked: {panic}; its lease will run out");
            }
        }
        Ok(count)
    }

    /// Leases what is due and carries it out without waiting, so that a slow effect holds up no other; the number that
    /// it took on. [`Worker::landed`] says when to look again.
    pub async fn start_due(&self) -> Result<usize> {
        let taken = self.take().await?;
        let count = taken.len();
        for (effect, ticket) in taken {
            tokio::spawn(self.clone().fly(effect, ticket));
        }
        Ok(count)
    }

    /// Waits until nothing is under way that was started, but no longer than this; what is left then is taken over by
    /// another process when its lease has run out. Before the store is closed.
    pub async fn drain(&self, within: Duration) {
        let empty = async {
            while !self.flights.is_empty() {
                self.landed().await;
            }
        };
        if tokio::time::timeout(within, empty).await.is_err() {
            tracing::warn!(
                "Effects are still under way after {within:?}; they are tried again when their leases run out"
            );
        }
    }

    /// Resolves when an effect that was started has ended since the last call.
    pub async fn landed(&self) {
        self.landed.notified().await;
    }

    async fn take(&self) -> Result<Vec<(Leased, Ticket)>> {
        let now = self.world.now();
        let (counts, handlers) = (self.flights.counts(), Arc::clone(&self.handlers));
        let due = self.db.read(move |tx| due(tx, counts.clone(), &handlers, now)).await?;
        let boarded: Vec<(Leased, Ticket)> = due
            .into_iter()
            .filter_map(|effect| {
                let ticket = self.flights.board(place_of(&effect), self.handlers.get(effect.kind.as_str()))?;
                Some((effect, ticket))
            })
            .collect();
        if boarded.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<(OutboxId, i64)> = boarded.iter().map(|(e, _)| (e.id.clone(), e.fence)).collect();
        let leased = self.db.write(move |tx| lease(tx, &wanted, now)).await?;
        Ok(boarded.into_iter().filter(|(effect, _)| leased.contains(&effect.id)).collect())
    }

    async fn fly(self, effect: Leased, ticket: Ticket) {
        let landing = Landing { ticket: Some(ticket), landed: Arc::clone(&self.landed) };
        if let Err(error) = self.attempt(effect).await {
            tracing::warn!("An outbox result could not be stored: {error}");
        }
        drop(landing);
    }

    async fn attempt(&self, mut effect: Leased) -> Result<()> {
        let Some(handler) = self.handlers.get(effect.kind.as_str()) else {
            let why = format!("no handler for kind {}", effect.kind);
            return self.settle(effect, Outcome::Dead(why), 0).await;
        };
        let span = self.begin(&effect, handler.kind());
        effect.trace = span.as_ref().map(OpenSpan::trace);
        let limit = Duration::from_millis(u64::try_from(LEASE_MS - 2_000).unwrap_or(1_000));
        let outcome = tokio::time::timeout(limit, handler.deliver(&effect, self.world.now()))
            .await
            .unwrap_or_else(|_| Outcome::Retry("the attempt took longer than its lease".to_owned()));
        let outcome = match outcome {
            Outcome::Retry(why) if effect.attempt >= handler.max_attempts() => Outcome::Dead(why),
            other => other,
        };
        if let Some(span) = span {
            end(span, &outcome);
        }
        let wait = handler.backoff_ms(effect.attempt);
        self.settle(effect, outcome, wait).await
    }

    /// The span of an attempt at an effect that a kept trace put. The first is a part of that trace; those after it may come
    /// days later, and are traces of their own that follow from it.
    fn begin(&self, effect: &Leased, kind: &'static str) -> Option<OpenSpan> {
        let tracer = self.world.tracer()?;
        let trace = Trace::at(cause::of(&effect.payload)?, Arc::clone(tracer));
        let first = effect.attempt == 1;
        let mut span =
            if first { trace.begin(kind, SpanKind::Consumer) } else { trace.follow(kind, SpanKind::Consumer) };
        span.set("callboard.outbox.attempt", effect.attempt);
        Some(span)
    }

    async fn settle(&self, effect: Leased, outcome: Outcome, wait_ms: i64) -> Result<()> {
        let now = self.world.now();
        self.attempts.count(&effect.kind, &outcome);
        if let Outcome::Dead(why) = &outcome {
            tracing::warn!(outbox.id = %effect.id, "Effect {} to {} is dead: {why}", effect.kind, effect.destination);
        }
        self.db
            .write(move |tx| {
                let (id, fence) = (&effect.id, effect.fence);
                let changed = match &outcome {
                    Outcome::Done => tx.execute(&store::OUTBOX_DONE, params! { id, fence, now })?,
                    Outcome::Retry(error) => {
                        tx.execute(&store::OUTBOX_RETRY, params! { id, fence, error, next_at: now.plus_ms(wait_ms) })?
                    }
                    Outcome::RetryAt(error, at) => {
                        tx.execute(&store::OUTBOX_RETRY, params! { id, fence, error, next_at: at })?
                    }
                    Outcome::Dead(error) => tx.execute(&store::OUTBOX_DEAD, params! { id, fence, error, now })?,
                };
                if changed == 0 {
                    tracing::info!(outbox.id = %id, "A late result of {id} is ignored: another worker holds the fence");
                }
                Ok(())
            })
            .await
    }

    /// Deletes the effects done more than 7 days ago, each 500 in a transaction of their own; the number deleted.
    pub async fn prune(&self) -> Result<u64> {
        let before = self.world.now().plus_ms(-DONE_KEPT_MS);
        let slice = i64::try_from(PRUNE_SLICE).unwrap_or(i64::MAX);
        let mut total = 0;
        loop {
            let gone = self.db.write(move |tx| tx.execute(&store::OUTBOX_PRUNE, params! { before, slice })).await?;
            total += gone;
            if gone < PRUNE_SLICE {
                return Ok(total);
            }
        }
    }
}

fn end(mut span: OpenSpan, outcome: &Outcome) {
    let (name, failed) = match outcome {
        Outcome::Done => ("done", false),
        Outcome::Retry(_) | Outcome::RetryAt(..) => ("retry", true),
        Outcome::Dead(_) => ("dead", true),
    };
    span.set("callboard.outbox.outcome", name);
    if failed {
        span.fail();
    }
}

fn place_of(effect: &Leased) -> Place {
    Place { kind: effect.kind.clone(), tenant: effect.tenant.clone(), destination: effect.destination.clone() }
}

/// What is due where there is room, round robin over destinations, those that wait longest first. Destinations without a
/// place, or whose tenant has none, are not read, however much waits there.
fn due(tx: &Tx<'_>, mut counts: Counts, handlers: &Handlers, now: Timestamp) -> Result<Vec<Leased>> {
    let mut out: Vec<(usize, Timestamp, Leased)> = Vec::new();
    for place in lanes(tx, now)? {
        let handler = handlers.get(place.kind.as_str());
        let room = counts.room(&place, handler);
        if room == 0 {
            continue;
        }
        // One place is promised to each, so no more are read than can begin.
        counts.take(&place);
        let limit = i64::try_from(room).unwrap_or(i64::MAX);
        let given = params! { kind: place.kind, destination: place.destination, now, limit };
        for (nth, row) in tx.query(&store::OUTBOX_DUE, given)?.iter().enumerate() {
            out.push((nth, row.get("next_at")?, leased_from(row)?));
        }
    }
    out.sort_by(|(n, at, a), (m, bt, b)| (n, at, &a.id).cmp(&(m, bt, &b.id)));
    Ok(out.into_iter().map(|(_, _, effect)| effect).collect())
}

/// Where something is due that nobody holds, and whose it is, the longest waiting first.
fn lanes(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Place>> {
    let mut out: Vec<(Timestamp, Place)> = Vec::new();
    for row in tx.query(&store::OUTBOX_LANES_DUE, params! { now })? {
        if let (Some(tenant), Some(at)) = (row.get("tenant_id")?, row.get("next_at")?) {
            out.push((at, Place { kind: row.get("kind")?, tenant, destination: row.get("destination")? }));
        }
    }
    out.sort_by_key(|(at, _)| *at);
    Ok(out.into_iter().map(|(_, place)| place).collect())
}

/// The effect as it will be when it is leased.
fn leased_from(row: &Row) -> Result<Leased> {
    Ok(Leased {
        id: row.get("outbox_id")?,
        tenant: row.get("tenant_id")?,
        session_key: row.get("session_key")?,
        destination: row.get("destination")?,
        kind: row.get("kind")?,
        payload: row.get("payload")?,
        attempt: row.get::<i64>("attempts")? + 1,
        created_at: row.get("created_at")?,
        trace: None,
        fence: row.get::<i64>("fence")? + 1,
    })
}

/// Leases those that nobody took meanwhile. Ascending, so that two workers lock in one order.
fn lease(tx: &Tx<'_>, wanted: &[(OutboxId, i64)], now: Timestamp) -> Result<HashSet<OutboxId>> {
    let mut sorted: Vec<_> = wanted.iter().collect();
    sorted.sort();
    let until = now.plus_ms(LEASE_MS);
    let mut out = HashSet::new();
    for (id, fence) in sorted {
        let fence = fence - 1;
        if tx.execute(&store::OUTBOX_LEASE, params! { id, fence, until, now })? == 1 {
            out.insert(id.clone());
        }
    }
    Ok(out)
}
