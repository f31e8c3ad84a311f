//! The handle that features share, and the traits by which they take part in an append.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use callboard_contracts::Family;
use callboard_kernel::{Error, Result, SessionId, TenantId, Timestamp, codes};
use callboard_store::{Db, Sql, Tx};

use crate::hub::Hub;
use crate::model::{NewEvent, SessionKey, StoredEvent, Watermark};
use crate::store;

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
    /// nothing for a rebuild) does it here; `now` is the append's.
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

/// A rule that may refuse a new event (never a repetition) before it is stored.
pub trait Guard: Send + Sync {
    /// Refuses, or lets pass.
    fn check(&self, tx: &Tx<'_>, key: &SessionKey, event: &NewEvent) -> Result<()>;
}

pub(crate) struct Parts {
    pub projectors: Vec<Arc<dyn Projector>>,
    pub guards: Vec<Arc<dyn Guard>>,
    pub hub: Hub,
    pub epoch: AtomicI64,
    pub emitted_invalid: AtomicU64,
}

/// The event log. Cheap to clone.
#[derive(Clone)]
pub struct Log(pub(crate) Arc<Parts>);

impl Log {
    /// A log with the projectors and guards of all features.
    pub fn new(projectors: Vec<Arc<dyn Projector>>, guards: Vec<Arc<dyn Guard>>) -> Self {
        let parts = Parts {
            projectors,
            guards,
            hub: Hub::default(),
            epoch: AtomicI64::new(1),
            emitted_invalid: AtomicU64::new(0),
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

    /// The epoch that new rows carry.
    pub fn epoch(&self) -> i64 {
        self.0.epoch.load(Ordering::Acquire)
    }

    /// Facts of our own that failed the contract since start (`events_emitted_invalid_total`); 0 unless we have a defect.
    pub fn emitted_invalid(&self) -> u64 {
        self.0.emitted_invalid.load(Ordering::Relaxed)
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
