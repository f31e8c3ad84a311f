//! Effects on the outside world: written with the fact that causes them, carried out after the commit.
//!
//! Ordered per (destination, session). A lease of 30 s with a fencing number makes it safe with several instances:
//! a result counts only under the current fence. Delivery is at least once; handlers are idempotent.

use async_trait::async_trait;
use callboard_kernel::{OutboxId, Result, TenantId, Timestamp, Trace};
use callboard_store::{Tx, params};

use crate::model::SessionKey;
use crate::store;

/// How long a worker owns an effect, milliseconds.
pub const LEASE_MS: i64 = 30_000;

/// An effect to put in the outbox.
pub struct Effect<'a> {
    /// What kind of effect; chooses the handler.
    pub kind: &'static str,
    /// Where it goes; order holds per (destination, session).
    pub destination: &'a str,
    /// Unique: the same effect put twice is one.
    pub dedupe_key: &'a str,
    /// A JSON object for the handler. The trace of the request that puts it is kept beside what it holds.
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
    /// The span of this attempt, where a kept trace put the effect.
    pub trace: Option<Trace>,
    fence: i64,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has had its effect.
    Done,
    /// Try again by the handler's schedule; the reason is kept.
    Retry(String),
    /// Try again at this instant; the reason is kept. The handler itself says when it is enough: `max_attempts` does not.
    RetryAt(String, Timestamp),
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
    /// Most attempts under way at one destination in one process, 1-16.
    fn per_destination(&self) -> usize {
        16
    }
    /// Most attempts of this kind under way for one tenant in one process, at most those of all.
    fn per_tenant(&self) -> usize {
        self.in_flight()
    }
    /// Most attempts of this kind under way in one process. Each kind has its own, so none holds up another.
    fn in_flight(&self) -> usize {
        32
    }
    /// One attempt; must end within the lease.
    async fn deliver(&self, effect: &Leased, now: Timestamp) -> Outcome;
}

/// Puts an effect; part of the caller's transaction. Ids sort by the order of putting.
pub fn put(tx: &Tx<'_>, key: &SessionKey, effect: &Effect<'_>, id: &OutboxId, now: Timestamp) -> Result<()> {
    put_at(tx, key.tenant(), Some(key.key()), effect, id, now)
}

/// Puts an effect that belongs to no session; nothing orders it.
pub fn put_unordered(tx: &Tx<'_>, tenant: &TenantId, effect: &Effect<'_>, id: &OutboxId, now: Timestamp) -> Result<()> {
    put_at(tx, tenant, None, effect, id, now)
}

fn put_at(
    tx: &Tx<'_>,
    tenant: &TenantId,
    key: Option<i64>,
    effect: &Effect<'_>,
    id: &OutboxId,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        &store::OUTBOX_INSERT,
        params! {
            id, tenant, key, destination: effect.destination, kind: effect.kind,
            dedupe: effect.dedupe_key, payload: cause::with(&effect.payload, tx.trace()).as_ref(), now, next_at: effect.not_before,
        },
    )?;
    tx.hint("outbox".to_owned());
    Ok(())
}

/// How much waits, and since when (`None` when nothing does).
pub fn backlog(tx: &Tx<'_>) -> Result<(i64, Option<Timestamp>)> {
    backlog_besides(tx, "")
}

/// [`backlog`] without one kind: readiness does not count what waits for somebody else's server.
pub fn backlog_besides(tx: &Tx<'_>, kind: &str) -> Result<(i64, Option<Timestamp>)> {
    let row = tx.query_one(&store::OUTBOX_BACKLOG, params! { kind })?;
    let n: i64 = row.get("n")?;
    let oldest: Timestamp = row.get("oldest")?;
    Ok((n, (n > 0).then_some(oldest)))
}

/// What waits, by kind: how much, and since when. A kind of which nothing waits is not in it.
pub fn backlogs(tx: &Tx<'_>) -> Result<Vec<(String, i64, Timestamp)>> {
    let rows = tx.query(&store::OUTBOX_BACKLOGS, params! {})?;
    rows.iter().map(|row| Ok((row.get("kind")?, row.get("n")?, row.get("oldest")?))).collect()
}

mod attempts;
mod cause;
mod flights;
mod worker;

pub use attempts::Attempts;
pub use worker::Worker;
