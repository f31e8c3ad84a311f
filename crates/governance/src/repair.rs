//! Background repair: erasures to their end, and retention.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_eventlog::SessionKey;
use callboard_http::{App, Repair};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_tenants::{Actor, DAY_MS, DataKind, Retention as Kept};

use crate::commands::{self, SLICE};
use crate::model::Cause;
use crate::{Keepers, Prune, store};

/// Slices of one erasure in one run.
const SLICES: u32 = 10_000;
/// Sessions that one transaction marks.
const SESSIONS: i64 = 20;

/// The feature's repairs.
pub(crate) fn repairs(app: &App, keepers: &Keepers) -> Vec<Arc<dyn Repair>> {
    vec![
        Arc::new(CarryOn { app: app.clone(), keepers: keepers.clone() }),
        Arc::new(Purge { app: app.clone(), keepers: keepers.clone() }),
        Arc::new(Retain { app: app.clone(), keepers: keepers.clone() }),
    ]
}

/// Carries on with erasures that a request or a crash left.
struct CarryOn {
    app: App,
    keepers: Keepers,
}

#[async_trait]
impl Repair for CarryOn {
    fn name(&self) -> &'static str {
        "governance.erasures"
    }
    fn every_ms(&self) -> u64 {
        2_000
    }
    async fn run(&self, _now: Timestamp) -> Result<u64> {
        let open = self.app.db.read(store::due).await?;
        for erasure in &open {
            commands::carry_on(&self.app, &self.keepers, &erasure.tenant, &erasure.id, SLICES).await?;
        }
        Ok(open.len() as u64)
    }
}

/// Deletes the rows of sessions that retention has marked as removed.
struct Purge {
    app: App,
    keepers: Keepers,
}

impl Purge {
    async fn one(&self, key: SessionKey, now: Timestamp) -> Result<()> {
        for at in 0..self.keepers.erasers.len() {
            loop {
                let (erasers, key) = (Arc::clone(&self.keepers.erasers), key.clone());
                if self.app.db.write(move |tx| erasers[at].remove(tx, &key, SLICE)).await? == 0 {
                    break;
                }
            }
        }
        let log = self.app.log.clone();
        self.app.db.write(move |tx| log.purged(tx, &key, now)).await
    }
}

#[async_trait]
impl Repair for Purge {
    fn name(&self) -> &'static str {
        "governance.purge"
    }
    fn every_ms(&self) -> u64 {
        10_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let log = self.app.log.clone();
        let keys = self.app.db.read(move |tx| log.unpurged(tx, SLICE)).await?;
        let n = keys.len() as u64;
        for key in keys {
            self.one(key, now).await?;
        }
        Ok(n)
    }
}

/// Lets go of what is older than its tenant keeps it.
struct Retain {
    app: App,
    keepers: Keepers,
}

impl Retain {
    async fn tenant(&self, tenant: &TenantId, now: Timestamp) -> Result<u64> {
        let of = tenant.clone();
        let kept = self.app.db.read(move |tx| callboard_tenants::retention(tx, &of)).await?;
        let before = |kind| before(&kept, kind, now);
        let mut total = 0;
        if let Some(at) = before(DataKind::Events) {
            total += self.sessions(tenant, DataKind::Events, at, now).await?;
        }
        if let Some(at) = before(DataKind::Text) {
            total += self.sessions(tenant, DataKind::Text, at, now).await?;
        }
        for (kind, prune) in self.keepers.prunes.iter() {
            if let Some(at) = before(*kind) {
                total += self.rows(tenant, *kind, *prune, at, now).await?;
            }
        }
        Ok(total)
    }

    async fn rows(
        &self,
        tenant: &TenantId,
        kind: DataKind,
        prune: Prune,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<u64> {
        let mut total = 0;
        loop {
            let of = tenant.clone();
            let slice = self.app.db.write(move |tx| {
                let gone = prune(tx, &of, before)?;
                callboard_tenants::count_removed(tx, &of, kind, gone, now)?;
                Ok(gone)
            });
            let gone = slice.await?;
            total += gone;
            if gone < SLICE.unsigned_abs() {
                return Ok(total);
            }
        }
    }

    /// Marks sessions, a few at a time: as removed, or as erased. Their rows follow in slices of their own.
    async fn sessions(&self, tenant: &TenantId, kind: DataKind, before: Timestamp, now: Timestamp) -> Result<u64> {
        let mut total = 0;
        loop {
            let (of, log, entropy) = (tenant.clone(), self.app.log.clone(), self.app.world.entropy());
            let slice = self.app.db.write(move |tx| {
                let erase = kind == DataKind::Text;
                let mut entropy = entropy.clone();
                let keys = callboard_calls::closed_before(tx, &of, before, erase, SESSIONS)?;
                for number in &keys {
                    let key = log.by_key(tx, *number)?;
                    log.lock(tx, &key)?;
                    if erase {
                        commands::begin(tx, &log, &key, Cause::Retention, &Actor::system(), now, &mut entropy)?;
                    } else {
                        log.begin_removal(tx, &key, now)?;
                        callboard_calls::remove_record(tx, &key)?;
                    }
                }
                let n = keys.len() as u64;
                callboard_tenants::count_removed(tx, &of, kind, n, now)?;
                Ok(n)
            });
            let marked = slice.await?;
            total += marked;
            if marked < SESSIONS.unsigned_abs() {
                return Ok(total);
            }
        }
    }
}

/// From when on a kind is kept.
fn before(kept: &Kept, kind: DataKind, now: Timestamp) -> Option<Timestamp> {
    kept.days(kind).map(|days| now.plus_ms(-days * DAY_MS))
}

#[async_trait]
impl Repair for Retain {
    fn name(&self) -> &'static str {
        "governance.retention"
    }
    fn every_ms(&self) -> u64 {
        10 * 60 * 1000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let (mut total, mut after) = (0, String::new());
        loop {
            let from = after.clone();
            let tenants = self.app.db.read(move |tx| callboard_tenants::tenants_after(tx, &from)).await?;
            let Some(last) = tenants.last() else { break };
            after = last.to_string();
            for tenant in &tenants {
                total += self.tenant(tenant, now).await?;
            }
        }
        let entropy = self.app.world.entropy();
        self.app.db.write(move |tx| callboard_tenants::audit_removed(tx, now, &mut entropy.clone())).await?;
        Ok(total)
    }
}
