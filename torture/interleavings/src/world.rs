//! A database of a few vectors: each transaction is one step, with points before and after it at which others run.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_kernel::{Entropy, Error, Result};

use crate::hub::Hub;
use crate::model::{ReplayQuery, RequestNote, SessionKey, StoredEvent};
use crate::sync::broadcast;
use crate::{Mutex, dice};

/// Which database it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One process, one writer: hub and log agree in order.
    Sqlite,
    /// Several writers and processes: the hub hears out of order, or by hints alone.
    Postgres,
}

/// What is stored.
#[derive(Default)]
pub(crate) struct Tables {
    /// The last sequence of the session.
    pub(crate) head: i64,
    /// Which keys were revoked.
    pub(crate) revoked: BTreeMap<[u8; 32], bool>,
    /// The request log, in the order of writing.
    pub(crate) notes: Vec<usize>,
    /// How many of the next writes fail.
    pub(crate) failing: usize,
}

/// The database.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    pub(crate) tables: Arc<Mutex<Tables>>,
    pub(crate) hints: Arc<broadcast::Sender<Arc<[String]>>>,
}

/// A transaction.
pub struct Tx<'a>(pub(crate) &'a Mutex<Tables>);

impl Db {
    /// Which it stands for.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Hints from here on.
    pub fn hints(&self) -> broadcast::Receiver<Arc<[String]>> {
        self.hints.subscribe()
    }

    /// Reads.
    ///
    /// # Errors
    /// Whatever the body says.
    pub async fn read<T>(&self, body: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        shuttle::future::yield_now().await;
        let answer = body(&Tx(&self.tables));
        shuttle::future::yield_now().await;
        answer
    }

    /// Writes, unless it was decided that it fails: then nothing is stored.
    ///
    /// # Errors
    /// When it fails.
    pub async fn write<T>(&self, body: impl Fn(&Tx<'_>) -> Result<T>) -> Result<T> {
        shuttle::future::yield_now().await;
        let fails = {
            let mut tables = self.tables.lock();
            let fails = tables.failing > 0;
            tables.failing = tables.failing.saturating_sub(1);
            fails
        };
        let answer = if fails { Err(Error::internal("planned")) } else { body(&Tx(&self.tables)) };
        shuttle::future::yield_now().await;
        answer
    }

    /// The last sequence that is committed.
    pub(crate) fn head(&self) -> i64 {
        self.tables.lock().head
    }

    /// Commits so many events; those.
    pub(crate) fn append(&self, count: i64) -> Vec<StoredEvent> {
        let mut tables = self.tables.lock();
        let first = tables.head + 1;
        tables.head += count;
        (first..first + count).map(StoredEvent::at).collect()
    }
}

/// The log over it.
#[derive(Clone, Default)]
pub struct Log(Arc<Hub>);

/// Events, and whether there are more.
pub struct Page {
    /// Ascending.
    pub events: Vec<StoredEvent>,
    /// Whether the limit ended it.
    pub has_more: bool,
}

impl Log {
    /// The live side.
    pub fn hub(&self) -> &Hub {
        &self.0
    }

    /// Events after a sequence; now and then fewer than are asked for.
    ///
    /// # Errors
    /// None.
    pub fn replay(&self, tx: &Tx<'_>, _: &SessionKey, query: &ReplayQuery) -> Result<Page> {
        let head = tx.0.lock().head;
        let limit = if dice::one_in(3) { 1 } else { query.limit };
        let last = head.min(query.after + limit);
        Ok(Page { events: (query.after + 1..=last).map(StoredEvent::at).collect(), has_more: last < head })
    }
}

/// Chance, which nothing here depends on.
#[derive(Clone, Default)]
pub struct World(());

impl World {
    /// Always the same.
    pub fn entropy(&self) -> Entropy {
        Entropy::from_seed([7; 32])
    }
}

/// What features share.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The log.
    pub log: Log,
    /// Chance.
    pub world: World,
}

impl App {
    /// Everything empty.
    pub fn new(engine: Engine) -> Self {
        let db = Db { engine, tables: Arc::default(), hints: Arc::default() };
        Self { db, log: Log::default(), world: World::default() }
    }
}

/// Takes notes of requests.
pub trait NoteRequests {
    /// Takes one.
    fn note(&self, request: RequestNote);
}
