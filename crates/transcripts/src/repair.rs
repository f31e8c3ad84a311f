//! Background repair: finals that were written before there was a search get their words.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Repair};
use callboard_kernel::{Result, Timestamp};

use crate::store::search;
use crate::words;

/// Finals of one transaction.
const SLICE: i64 = 500;

/// Fills the words of finals from before migration 0008. When there are none left, a run is one look into an empty index.
pub(crate) struct FillSearch(pub App);

#[async_trait]
impl Repair for FillSearch {
    fn name(&self) -> &'static str {
        "transcripts.search"
    }

    fn every_ms(&self) -> u64 {
        10_000
    }

    async fn run(&self, _now: Timestamp) -> Result<u64> {
        let mut filled = 0;
        loop {
            let slice = self.0.db.write(|tx| {
                let due = search::unsearched_due(tx, SLICE)?;
                for one in &due {
                    search::fill(tx, one, &words::indexed(&one.tenant, &one.said))?;
                }
                Ok(due.len() as u64)
            });
            match slice.await? {
                0 => return Ok(filled),
                n => filled += n,
            }
        }
    }
}

/// The repairs of this crate.
pub(crate) fn repairs(app: &App) -> Vec<Arc<dyn Repair>> {
    vec![Arc::new(FillSearch(app.clone()))]
}
