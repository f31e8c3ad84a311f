//! Effects on the outside world: written with the fact that causes them, carried out after the commit.
//!
//! Ordered per (destination, session). A lease of 30 s with a fencing number makes it safe with several instances:
//! a result counts only under the current fence. Delivery is at least once; handlers are idempotent.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use callboard_kernel::{OutboxId, Result, TenantId, Timestamp, World};
use callboard_store::{Db, Tx, params};

use crate::model::SessionKey;
use crate::store;

/// How long a worker owns an effect, milliseconds.
pub const LEASE_MS: i64 = 30_000;
const DONE_KEPT_MS: i64 = 7 * 24 * 3600 * 1000;

/// An effect to put in the outbox.
pub struct Effect<'a> {
    /// What kind of effect; chooses the handler.
    pub kind: &'static str,
    /// Where it goes; order holds per (destination, session).
    pub destination: &'a str,
    /// Unique: the same effect put twice is one.
    pub dedupe_key: &'a str,
    /// JSON for the handler.
    pub payload: String,
    /// Not before this instant.
    pub not_before: Timestamp,
}

/// An effect in a worker's hands.
#[derive(Clone, Debug)]
pub struct Leased {
    /// Its row.
    pub id: OutboxId,
    /// Its tenant.
    pub tenant: TenantId,
    /// The number of its session's stream, when it has one.
    pub session_key: Option<i64>,
    /// Where it goes.
    pub destination: String,
    /// Its kind.
    pub kind: String,
    /// JSON for the handler.
    pub payload: String,
    /// This attempt's number, from 1.
    pub attempt: i64,
    /// When it was put.
    pub created_at: Timestamp,
    fence: i64,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has had its effect.
    Done,
    /// Try again by the handler's schedule; the reason is kept.
    Retry(String),
    /// It can never succeed; the reason is kept.
    Dead(String),
}

/// Carries out effects of one kind.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The kind.
    fn kind(&self) -> &'static str;
    /// Most attempts before an effect is dead.
    fn max_attempts(&self) -> i64;
    /// Milliseconds until the attempt after `attempt`.
    fn backoff_ms(&self, attempt: i64) -> i64 {
        (500_i64 << attempt.clamp(0, 10)).min(60_000)
    }
    /// One attempt; must end within the lease.
    async fn deliver(&self, effect: &Leased, now: Timestamp) -> Outcome;
}

/// Puts an effect; part of the caller's transaction. Ids sort by the order of putting.
pub fn put(tx: &Tx<'_>, key: &SessionKey, effect: &Effect<'_>, id: &OutboxId, now: Timestamp) -> Result<()> {
    tx.execute(
        &store::OUTBOX_INSERT,
        params! {
            id, tenant: key.tenant(), key: key.key(), destination: effect.destination, kind: effect.kind,
            dedupe: effect.dedupe_key, payload: effect.payload, now, next_at: effect.not_before,
        },
    )?;
    tx.hint("outbox".to_owned());
    Ok(())
}

/// How much waits, and since when (`None` when nothing does).
pub fn backlog(tx: &Tx<'_>) -> Result<(i64, Option<Timestamp>)> {
    let row = tx.query_one(&store::OUTBOX_BACKLOG, params! {})?;
    let n: i64 = row.get("n")?;
    let oldest: Timestamp = row.get("oldest")?;
    Ok((n, (n > 0).then_some(oldest)))
}

/// Carries out what is due. One per process; several processes share the work by leases.
#[derive(Clone)]
pub struct Worker {
    db: Db,
    world: Arc<dyn World>,
    handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
}

impl Worker {
    /// A worker with the handlers of all features.
    pub fn new(db: Db, world: Arc<dyn World>, handlers: Vec<Arc<dyn Handler>>) -> Self {
        let handlers = handlers.into_iter().map(|h| (h.kind(), h)).collect();
        Self { db, world, handlers: Arc::new(handlers) }
    }

    /// Leases and carries out up to 16 due effects, side by side; the number that it took on.
    pub async fn run_due(&self) -> Result<usize> {
        let now = self.world.now();
        let leased = self.db.write(move |tx| lease_due(tx, now, 16)).await?;
        let count = leased.len();
        let tasks: Vec<_> = leased
            .into_iter()
            .map(|effect| {
                let worker = self.clone();
                tokio::spawn(async move { worker.attempt(effect).await })
            })
            .collect();
        for task in tasks {
            match task.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!("An outbox result could not be stored: {error}"),
                Err(panic) => tracing::error!("An outbox handler panicked: {panic}; its lease will run out"),
            }
        }
        Ok(count)
    }

    async fn attempt(&self, effect: Leased) -> Result<()> {
        let Some(handler) = self.handlers.get(effect.kind.as_str()) else {
            let why = format!("no handler for kind {}", effect.kind);
            return self.settle(effect, Outcome::Dead(why), 0).await;
        };
        let limit = Duration::from_millis(u64::try_from(LEASE_MS - 2_000).unwrap_or(1_000));
        let outcome = tokio::time::timeout(limit, handler.deliver(&effect, self.world.now()))
            .await
            .unwrap_or_else(|_| Outcome::Retry("the attempt took longer than its lease".to_owned()));
        let outcome = match outcome {
            Outcome::Retry(why) if effect.attempt >= handler.max_attempts() => Outcome::Dead(why),
            other => other,
        };
        let wait = handler.backoff_ms(effect.attempt);
        self.settle(effect, outcome, wait).await
    }

    async fn settle(&self, effect: Leased, outcome: Outcome, wait_ms: i64) -> Result<()> {
        let now = self.world.now();
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
                    Outcome::Dead(error) => tx.execute(&store::OUTBOX_DEAD, params! { id, fence, error, now })?,
                };
                if changed == 0 {
                    tracing::info!(outbox.id = %id, "A late result of {id} is ignored: another worker holds the fence");
                }
                Ok(())
            })
            .await
    }

    /// Deletes effects done more than 7 days ago, at most 500; the number deleted.
    pub async fn prune(&self) -> Result<u64> {
        let before = self.world.now().plus_ms(-DONE_KEPT_MS);
        self.db.write(move |tx| tx.execute(&store::OUTBOX_PRUNE, params! { before })).await
    }
}

fn lease_due(tx: &Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<Leased>> {
    let mut out = Vec::new();
    for row in tx.query(&store::OUTBOX_DUE, params! { now, limit })? {
        let id: OutboxId = row.get("outbox_id")?;
        let fence: i64 = row.get("fence")?;
        let until = now.plus_ms(LEASE_MS);
        if tx.execute(&store::OUTBOX_LEASE, params! { id, fence, until, now })? == 0 {
            continue;
        }
        out.push(Leased {
            tenant: row.get("tenant_id")?,
            session_key: row.get("session_key")?,
            destination: row.get("destination")?,
            kind: row.get("kind")?,
            payload: row.get("payload")?,
            attempt: row.get::<i64>("attempts")? + 1,
            created_at: row.get("created_at")?,
            fence: fence + 1,
            id,
        });
    }
    Ok(out)
}
