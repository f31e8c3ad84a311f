//! Background repair: erasures to their end, and retention.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_eventlog::SessionKey;
use callboard_http::{App, Repair};
use callboard_kernel::{Error, Result, TenantId, Timestamp};
use callboard_tenants::{Actor, DAY_MS, DataKind, Retention as Kept};

use crate::commands::{self, SLICE};
use crate::model::{Cause, Erasure, Step};
use crate::{Keepers, Prune, store};

/// Slices of one erasure in one run: a large one does not keep the others waiting.
const SLICES: u32 = 200;
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

/// The first failure of a run. What fails is tried again in the next one and holds up nothing behind it.
#[derive(Default)]
struct Failed(Option<Error>);

impl Failed {
    /// Notes a failure of one object of the run.
    fn take<T>(&mut self, of: &str, result: Result<T>) -> Option<T> {
        match result {
            Ok(done) => Some(done),
            Err(error) => {
                tracing::warn!(error = %error, "A repair could not go on with {of}; it is tried again in the next run");
                self.0.get_or_insert(error);
                None
            }
        }
    }

    /// The end of the run.
    fn or<T>(self, done: T) -> Result<T> {
        self.0.map_or(Ok(done), Err)
    }
}

/// Carries on with erasures that a request or a crash left.
struct CarryOn {
    app: App,
    keepers: Keepers,
}

impl CarryOn {
    /// A slice of each, then one cleaning for all whose rows are done.
    async fn page(&self, open: &[Erasure], failed: &mut Failed) -> Result<()> {
        let Self { app, keepers } = self;
        let mut ready = Vec::new();
        for e in open {
            let step = commands::erase_rows(app, keepers, &e.tenant, &e.id, SLICES).await;
            if failed.take(&format!("erasure `{}`", e.id), step) == Some(Step::RowsDone) {
                ready.push(e);
            }
        }
        if ready.is_empty() || !commands::clean(app, keepers).await? {
            return Ok(());
        }
        for e in ready {
            failed.take(&format!("erasure `{}`", e.id), commands::end(app, &e.tenant, &e.id).await);
        }
        Ok(())
    }
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
        let (mut failed, mut total) = (Failed::default(), 0);
        let mut after = (Timestamp::from_micros(i64::MIN), String::new());
        loop {
            let from = after.clone();
            let open = self.app.db.read(move |tx| store::due(tx, (from.0, &from.1))).await?;
            let Some(last) = open.last() else { return failed.or(total) };
            after = (last.created_at, last.id.to_string());
            total += open.len() as u64;
            self.page(&open, &mut failed).await?;
        }
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
        let (n, mut failed) = (keys.len() as u64, Failed::default());
        for key in keys {
            let what = format!("the removal of stream {}", key.key());
            failed.take(&what, self.one(key, now).await);
        }
        failed.or(n)
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
        let (mut total, mut after, mut failed) = (0, String::new(), Failed::default());
        loop {
            let from = after.clone();
            let tenants = self.app.db.read(move |tx| callboard_tenants::tenants_after(tx, &from)).await?;
            let Some(last) = tenants.last() else { break };
            after = last.to_string();
            for tenant in &tenants {
                let what = format!("the retention of tenant `{tenant}`");
                total += failed.take(&what, self.tenant(tenant, now).await).unwrap_or(0);
            }
        }
        let entropy = self.app.world.entropy();
        self.app.db.write(move |tx| callboard_tenants::audit_removed(tx, now, &mut entropy.clone())).await?;
        failed.or(total)
    }
}
