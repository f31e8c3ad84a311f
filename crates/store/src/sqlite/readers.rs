//! A thread that reads, each request at one snapshot.

use std::sync::Arc;

use crate::answers::unavailable;
use crate::job::ReadJob;
use crate::shared::Shared;
use crate::sqlite::connection::SqliteConnection;
use crate::{Connection, Tx};

pub(super) fn run(shared: &Arc<Shared>, mut connection: SqliteConnection) {
    shared.counters.readers.join();
    while let Some(job) = shared.reads.take_one() {
        let _at_work = shared.counters.readers.work();
        if one(&mut connection, job) {
            shared.counters.read_one();
        }
    }
}

/// One request, at one snapshot; false when nobody wants its answer any more.
pub(super) fn one(connection: &mut SqliteConnection, mut job: Box<dyn ReadJob>) -> bool {
    if !job.start() {
        return false;
    }
    if let Err(e) = connection.control("begin deferred") {
        job.finish(Err(unavailable(e)));
        return true;
    }
    let reach = job.standing().reach();
    job.run(&Tx::new(connection, reach));
    if !connection.is_idle()
        && let Err(e) = connection.batch("rollback")
    {
        tracing::error!("A read could not be ended: {e}");
    }
    // Not before: who has the answer holds the WAL no longer.
    job.finish(Ok(()));
    true
}
