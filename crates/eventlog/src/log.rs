//! The handle that features share, and the traits by which they take part in an append.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use callboard_contracts::Family;
use callboard_kernel::{Error, Result, SessionId, Tallies, TenantId, Timestamp, World, codes};
use callboard_store::{Db, Sql, Tx};

use crate::hub::Hub;
use crate::model::{SessionKey, StoredEvent, Watermark};
use crate::stats::{Counters, LogStats};
use crate::store::{self, Locked};
use crate::traces::{Cause, Causes};

/// A table that follows from events alone: `verify` rebuilds it elsewhere and compares every column.
pub struct Projection {
    /// The table's name.
    pub table: &'static str,
    /// All its columns for one session (`:key`), in a stable order.
    pub dump: &'static Sql,
}

/// Keeps projections up to date inside the append's transaction.
pub trait Projector: Send + Sync {
    /// The crate's short name.
    fn name(&self) -> &'static str;
    /// Whether events of this family matter to it.
    fn wants(&self, family: Family) -> bool;
    /// Applies one event. It may read and write its own projections only, so that a rebuild gives the same.
    fn apply(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()>;
    /// Applies an event that is being appended. A feature that owes the world something for each new event (and owes
    /// nothing for a rebuild) does it here; `now` is the append's. It may refuse the event (never a repetition), which
    /// undoes the append: who goes on after it has a savepoint around it.
    fn apply_new(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, _now: Timestamp) -> Result<()> {
        self.apply(tx, key, event)
    }
    /// Makes its rows what a rebuild would give, now that this event has lost its personal text.
    fn erase(&self, _tx: &Tx<'_>, _key: &SessionKey, _event: &StoredEvent) -> Result<()> {
        Ok(())
    }
    /// Its tables.
    fn projections(&self) -> &'static [Projection];
}

/// A stream that this transaction has locked, and what the lock told: it stays true until the transaction appends.
pub struct Held {
    pub(crate) key: SessionKey,
    pub(crate) locked: Locked,
}

impl Held {
    /// Whose stream.
    pub const fn key(&self) -> &SessionKey {
        &self.key
    }
}

pub(crate) struct Parts {
    pub projectors: Vec<Arc<dyn Projector>>,
    pub hub: Hub,
    pub visible: Tallies,
    pub epoch: AtomicI64,
    pub counters: Counters,
    pub causes: Causes,
}

/// The event log. Cheap to clone.
#[derive(Clone)]
pub struct Log(pub(crate) Arc<Parts>);

impl Log {
    /// A log with the projectors of all features.
    pub fn new(projectors: Vec<Arc<dyn Projector>>) -> Self {
        let parts = Parts {
            projectors,
            hub: Hub::default(),
            visible: Tallies::default(),
            epoch: AtomicI64::new(1),
            counters: Counters::default(),
            causes: Causes::default(),
        };
        Self(Arc::new(parts))
    }

    /// Reads the log epoch of an opened store; once, before the first append.
    pub async fn attach(&self, db: &Db) -> Result<()> {
        let epoch = db.read(Self::stored_epoch).await?;
        self.0.epoch.store(epoch, Ordering::Release);
        Ok(())
    }

    /// The epoch that a store's log is at.
    pub fn stored_epoch(tx: &Tx<'_>) -> Result<i64> {
        tx.query_one(&store::LOG_EPOCH, callboard_store::params! {})?.at(0)
    }

    /// The position of the last event of the installation; 0 when there is none.
    pub fn last_position(tx: &Tx<'_>) -> Result<i64> {
        tx.query_one(&store::TAIL_HEAD, callboard_store::params! {})?.at(0)
    }

    /// The live side.
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// How long events took to reach live readers since the last roll-up took it, by tenant; for service levels.
    pub fn visible(&self) -> &Tallies {
        &self.0.visible
    }

    /// The trace that brought an event of a session (by its stream's number), where this process knows one.
    pub fn cause(&self, key: i64, sequence: i64) -> Option<Arc<Cause>> {
        self.0.causes.of(key, sequence)
    }

    /// The epoch that new rows carry.
    pub fn epoch(&self) -> i64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// Facts of our own that failed the contract since start; 0 unless we have a defect.
    pub fn emitted_invalid(&self) -> u64 {
        self.0.counters.invalid.load(Ordering::Relaxed)
    }

    /// Measures by this clock how long events take until live readers have them; the one that stamps requests.
    pub fn measure_by(&self, world: Arc<dyn World>) {
        self.0.counters.measure_by(world);
    }

    /// Counters since start.
    pub fn stats(&self) -> LogStats {
        self.0.counters.read()
    }

    /// Makes the stream of a new session; `SESSION_EXISTS` when the tenant has one of that id.
    pub fn create(&self, tx: &Tx<'_>, tenant: &TenantId, session: &SessionId, now: Timestamp) -> Result<SessionKey> {
        match store::stream_insert(tx, tenant, session, now)? {
            Some(key) => Ok(SessionKey::new(tenant.clone(), session.clone(), key)),
            None => Err(Error::new(&codes::SESSION_EXISTS, "The tenant already has a session with this id.")),
        }
    }

    /// The stream of a session, if this tenant has it.
    pub fn find(&self, tx: &Tx<'_>, tenant: &TenantId, session: &SessionId) -> Result<Option<SessionKey>> {
        Ok(store::stream_find(tx, tenant, session)?.map(|key| SessionKey::new(tenant.clone(), session.clone(), key)))
    }

    /// The stream behind the number in a row that a reviewed scan found (`…_due`, `…_by_secret`, `session_by_room`).
    pub fn by_key(&self, tx: &Tx<'_>, key: i64) -> Result<SessionKey> {
        store::stream_by_key(tx, key)?.ok_or_else(|| Error::internal(format!("no stream {key}")))
    }

    /// Locks the session until the transaction ends and gives its last sequence. Commands that decide by a
    /// session's state call this first, so that they decide one after the other.
    pub fn lock(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<i64> {
        Ok(store::stream_lock(tx, key)?.last)
    }

    /// As [`Self::lock`], for whoever appends afterwards with [`Self::append_held`].
    pub fn hold(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<Held> {
        Ok(Held { locked: store::stream_lock(tx, key)?, key: key.clone() })
    }

    /// Finds and locks in one look, if this tenant has the session.
    pub fn find_and_hold(&self, tx: &Tx<'_>, tenant: &TenantId, session: &SessionId) -> Result<Option<Held>> {
        store::stream_find_and_lock(tx, tenant, session)
    }

    /// The event of an id, when the session's log holds it.
    pub fn event(&self, tx: &Tx<'_>, key: &SessionKey, event_id: &str) -> Result<Option<StoredEvent>> {
        Ok(store::event_by_id(tx, key, event_id)?.map(|(event, _)| event))
    }

    /// The last sequences of several sessions of a tenant, by their streams' numbers: for lists, in one query.
    pub fn heads(&self, tx: &Tx<'_>, tenant: &TenantId, keys: &[i64]) -> Result<std::collections::HashMap<i64, i64>> {
        store::stream_heads(tx, tenant, keys)
    }

    /// The last event of the session.
    pub fn head(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<Option<Watermark>> {
        store::stream_head(tx, key)
    }
}
