//! The PostgreSQL engine: threads that each hold one connection, fed from the same bounded queues as SQLite's.
//!
//! Writes run at READ COMMITTED with explicit row locks, reads at one repeatable-read snapshot. The connection is to
//! the server itself: settings, prepared statements and LISTEN do not survive a pooler that shares connections.

mod connection;
mod hints;
mod link;
mod tls;
mod values;
pub(crate) mod wall;
mod worker;

use std::sync::Arc;
use std::thread::JoinHandle;

use callboard_kernel::Result;

use crate::footing::Origin;
use crate::shared::Shared;
use crate::threads::spawn;
use crate::{Sql, Tx, params};

pub(crate) use link::one_off;

/// Most connections for writes, and for reads.
const POOL_MAX: usize = 64;

/// Connects once to check the server, then starts the threads.
pub(crate) fn start(url: &str, pool: usize, shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>> {
    let target = link::parse(url)?;
    link::probe(&target)?;
    let pool = pool.clamp(1, POOL_MAX);
    let started = start_threads(&target, pool, shared);
    if started.is_err() {
        shared.close_queues();
    }
    started
}

fn start_threads(target: &link::Target, pool: usize, shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>> {
    let mut threads = Vec::new();
    let notifier = Arc::new(hints::Notifier::new());
    for _ in 0..pool {
        let link = link::Link::new(target.clone(), shared.clone());
        threads.push(spawn("store-reader", move || worker::read(link))?);
    }
    if shared.read_only {
        return Ok(threads);
    }
    for _ in 0..pool {
        let (link, notifier) = (link::Link::new(target.clone(), shared.clone()), notifier.clone());
        threads.push(spawn("store-writer", move || worker::write(link, &notifier))?);
    }
    let (link, sender) = (link::Link::new(target.clone(), shared.clone()), notifier.clone());
    threads.push(spawn("store-notify", move || hints::send(link, &sender))?);
    let link = link::Link::new(target.clone(), shared.clone());
    threads.push(spawn("store-listen", move || hints::listen(link, &notifier))?);
    Ok(threads)
}

static ORIGIN: Sql = Sql::new("ORIGIN", link::ORIGIN);

/// The history that the server writes.
pub(crate) fn origin(tx: &Tx<'_>) -> Result<Origin> {
    let row = tx.query_one(&ORIGIN, params! {})?;
    link::origin_of(&row.get::<String>("system")?, &row.get::<String>("timeline")?)
}
