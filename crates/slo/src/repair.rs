//! Forgetting minutes after their time.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Repair};
use callboard_kernel::{Result, Timestamp};

use crate::commands::minute_of;
use crate::store;

/// How long minutes are kept: a week longer than the longest window.
const KEPT_MINUTES: i64 = 35 * 24 * 60;
/// Rows of one transaction.
const SLICE: i64 = 500;

/// The feature's repairs.
pub(crate) fn repairs(app: &App) -> Vec<Arc<dyn Repair>> {
    vec![Arc::new(Forget(app.clone()))]
}

struct Forget(App);

#[async_trait]
impl Repair for Forget {
    fn name(&self) -> &'static str {
        "slo.forget"
    }
    fn every_ms(&self) -> u64 {
        600_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let before = minute_of(now) - KEPT_MINUTES;
        let mut total = 0;
        loop {
            let gone = self.0.db.write(move |tx| store::prune(tx, before, SLICE)).await?;
            total += gone;
            if gone == 0 {
                return Ok(total);
            }
        }
    }
}
