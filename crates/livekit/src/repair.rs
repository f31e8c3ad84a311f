//! Repairs: unmapped receipts whose session appeared, rejections that wait to be counted, and what is old enough to go.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_calls::session_by_room;
use callboard_http::{App, Repair};
use callboard_kernel::{ReceiptId, Result, Timestamp};

use crate::commands::process_again;
use crate::health::LivekitHealth;
use crate::model::Outcome;
use crate::store;

/// How long receipts are kept, milliseconds: 30 days.
pub const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// How long an unmapped receipt is tried again, milliseconds: a day. After that only by hand.
pub const RETRIED_MS: i64 = 24 * 3_600_000;
/// Rows of one transaction.
const SLICE: i64 = 500;

/// Processes unmapped receipts again when a session has their room.
pub struct MapStrays {
    app: App,
    provider: Arc<str>,
}

impl MapStrays {
    /// For one provider.
    pub fn new(app: App, provider: &str) -> Self {
        Self { app, provider: provider.into() }
    }

    async fn again(&self, id: ReceiptId, now: Timestamp) -> Result<u64> {
        let (log, entropy) = (self.app.log.clone(), self.app.world.entropy());
        self.app
            .db
            .write(move |tx| {
                let Some(receipt) = store::read_unmapped(tx, &id)?.filter(|r| r.outcome == Outcome::Unmapped) else {
                    // An erasure took it in; others get their turn.
                    store::looked_at(tx, &id, now)?;
                    return Ok(0);
                };
                let verdict = process_again(tx, &log, &receipt, now, entropy.clone())?;
                Ok(u64::from(verdict.outcome != Outcome::Unmapped))
            })
            .await
    }
}

#[async_trait]
impl Repair for MapStrays {
    fn name(&self) -> &'static str {
        "livekit.map_strays"
    }

    fn every_ms(&self) -> u64 {
        10_000
    }

    async fn run(&self, now: Timestamp) -> Result<u64> {
        let (log, provider) = (self.app.log.clone(), self.provider.clone());
        let found = self
            .app
            .db
            .write(move |tx| {
                let mut found = Vec::new();
                for stray in store::strays(tx, &provider, now.plus_ms(-RETRIED_MS), SLICE)? {
                    match session_by_room(tx, &log, &provider, &stray.room_name, &stray.room_sid)? {
                        Some(_) => found.push(stray.id),
                        None => store::looked_at(tx, &stray.id, now)?,
                    }
                }
                Ok(found)
            })
            .await?;
        let mut mended = 0;
        for id in found {
            mended += self.again(id, now).await?;
        }
        Ok(mended)
    }
}

/// Adds what was rejected lately to the table, so that it outlives the process. It mends nothing.
pub(crate) struct CountRejections {
    pub(crate) app: App,
    pub(crate) provider: &'static str,
    pub(crate) health: Arc<LivekitHealth>,
}

#[async_trait]
impl Repair for CountRejections {
    fn name(&self) -> &'static str {
        "livekit.count_rejections"
    }

    fn every_ms(&self) -> u64 {
        5_000
    }

    fn last_run(&self) -> bool {
        true
    }

    async fn run(&self, _now: Timestamp) -> Result<u64> {
        let taken = Arc::new(self.health.take_uncounted());
        if taken.is_empty() {
            return Ok(0);
        }
        let (provider, tallies) = (self.provider, Arc::clone(&taken));
        let written = self.app.db.write(move |tx| store::rejections_add(tx, provider, &tallies)).await;
        if let Err(error) = written {
            self.health.put_back(&taken);
            return Err(error);
        }
        Ok(0)
    }
}

/// Deletes receipts after 30 days, in slices, and rejections that did not occur for so long.
pub struct PruneReceipts(pub App);

#[async_trait]
impl Repair for PruneReceipts {
    fn name(&self) -> &'static str {
        "livekit.prune_receipts"
    }

    fn every_ms(&self) -> u64 {
        10 * 60 * 1000
    }

    async fn run(&self, now: Timestamp) -> Result<u64> {
        let mut total = 0;
        loop {
            let before = now.plus_ms(-KEPT_MS);
            let gone = self.0.db.write(move |tx| store::prune(tx, before, SLICE)).await?;
            total += gone;
            if gone < SLICE.unsigned_abs() {
                total += self.0.db.write(move |tx| store::rejections_prune(tx, before)).await?;
                return Ok(total);
            }
        }
    }
}
