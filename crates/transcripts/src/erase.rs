//! What was said, made unreadable. Text goes with its events (`project.rs`); here are the rest, and whole removals.

use callboard_eventlog::SessionKey;
use callboard_eventlog::erase::{Eraser, Extent};
use callboard_kernel::Result;
use callboard_store::Tx;

use crate::store;

/// Pages of SQLite's index that one transaction folds.
const PAGES: i64 = 200;

/// The transcripts' part of erasing a session.
pub struct TranscriptEraser;

impl Eraser for TranscriptEraser {
    fn name(&self) -> &'static str {
        "transcripts"
    }

    fn erase(&self, _tx: &Tx<'_>, _key: &SessionKey, _extent: &Extent, _limit: i64) -> Result<u64> {
        Ok(0)
    }

    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
        store::erase::remove(tx, key, limit)
    }

    fn tidy(&self, tx: &Tx<'_>, first: bool) -> Result<bool> {
        store::search::fold(tx, if first { -PAGES } else { PAGES })
    }
}
