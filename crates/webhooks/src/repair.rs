//! Background repair: long resends and long cancellations to their end, and what is old forgotten.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Repair};
use callboard_kernel::{Result, Timestamp};

use crate::commands::{endpoints, resend};
use crate::model::KEPT_MS;
use crate::store;

/// The feature's repairs.
pub(crate) fn all(app: &App) -> Vec<Arc<dyn Repair>> {
    vec![Arc::new(Sweep(app.clone())), Arc::new(Forget(app.clone()))]
}

/// Carries on with what a request began and did not finish.
struct Sweep(App);

#[async_trait]
impl Repair for Sweep {
    fn name(&self) -> &'static str {
        "webhooks.sweep"
    }
    fn every_ms(&self) -> u64 {
        10_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let (resends, left) = self.0.db.read(|tx| Ok((store::resends_due(tx)?, store::left_over(tx)?))).await?;
        let mut mended = resends.len() as u64;
        for resend in &resends {
            resend::carry_out(&self.0, resend, now).await?;
        }
        for (tenant, endpoint) in &left {
            mended += endpoints::cancel_rest(&self.0, tenant, endpoint, now).await?;
        }
        Ok(mended)
    }
}

/// Forgets deleted endpoints after their last delivery. Deliveries go by the tenant's retention.
struct Forget(App);

#[async_trait]
impl Repair for Forget {
    fn name(&self) -> &'static str {
        "webhooks.forget"
    }
    fn every_ms(&self) -> u64 {
        3_600_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let before = now.plus_ms(-KEPT_MS);
        self.0.db.write(move |tx| store::prune_endpoints(tx, before)).await
    }
}
