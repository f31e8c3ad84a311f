//! Forgets logins and login links that ended long ago.

use async_trait::async_trait;
use callboard_http::Repair;
use callboard_kernel::{Result, Timestamp};
use callboard_store::Db;

use crate::store;

/// How long an expired row stays for whoever asks why it stopped working, milliseconds: a day.
const KEPT_MS: i64 = 24 * 3_600_000;

/// Deletes expired logins and links in slices.
pub(crate) struct ForgetLogins(pub(crate) Db);

#[async_trait]
impl Repair for ForgetLogins {
    fn name(&self) -> &'static str {
        "tenants.forget_logins"
    }
    fn every_ms(&self) -> u64 {
        60 * 60 * 1000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let before = now.plus_ms(-KEPT_MS);
        let mut total = 0;
        loop {
            let gone =
                self.0.write(move |tx| Ok((store::links_prune(tx, before)?, store::logins_prune(tx, before)?))).await?;
            total += gone.0 + gone.1;
            if gone.0 < store::SLICE && gone.1 < store::SLICE {
                return Ok(total);
            }
        }
    }
}
