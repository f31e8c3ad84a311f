//! What a process writes about itself: twice a minute, and when it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use callboard_http::{App, Shutdown};
use callboard_kernel::{Counts, Error, Result, Tallies, TenantId, codes};
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;

use crate::commands::{Said, minute_of, write_minute};
use crate::store::Kind;

/// Twice in each minute, so that a late look leaves no minute out.
const EVERY: Duration = Duration::from_secs(30);
/// Rows of one transaction.
const SLICE: usize = 500;

/// Takes what this process counted and adds it to the minute. A crash loses what was counted since the last time.
pub struct Recorder {
    app: App,
    requests: Arc<Tallies>,
    instance: String,
    /// Held by who writes; whether it was said that this instance stops. Nothing is written after that.
    stopped: Mutex<bool>,
}

type Taken = Vec<(Option<TenantId>, Counts)>;

impl Recorder {
    /// A recorder of this process; it writes only while [`Recorder::run`] runs. `requests` are the answers of the API.
    pub fn new(app: &App, requests: Arc<Tallies>) -> Self {
        // A process has no name of its own; a new one is another instance.
        let name = app.world.entropy().bytes16();
        let instance = name[..8].iter().map(|b| format!("{b:02x}")).collect();
        Self { app: app.clone(), requests, instance, stopped: Mutex::new(false) }
    }

    /// Writes at once, then twice a minute, until the shutdown begins.
    pub async fn run(&self, shutdown: Shutdown) {
        let mut clock = tokio::time::interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = clock.tick() => {}
                () = shutdown.begun() => return,
            }
            if let Err(error) = self.write(false).await {
                tracing::warn!("A minute of the service levels could not be written and is tried again: {error}");
            }
        }
    }

    /// Writes what is left, and that this instance stops: minutes after it are no failure. Waits for what [`Recorder::run`] is
    /// still writing; what it would write later is not written.
    ///
    /// # Errors
    /// Those of the store; then minutes until the next start count as down.
    pub async fn finish(&self) -> Result<()> {
        self.write(true).await
    }

    /// Writes what was counted since the last time. What could not be written is counted again; what may have been written is not,
    /// for a request that is counted twice is as wrong as one that is missing, and there may be many. Once it was said that
    /// this instance stops, it does nothing.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn write(&self, stopped: bool) -> Result<()> {
        let mut over = self.stopped.lock().await;
        if *over {
            return Ok(());
        }
        *over = stopped;
        let (requests, visible) = (self.requests.take(), self.app.log.visible().take());
        let rows: Vec<_> = of_kind(Kind::Requests, requests).chain(of_kind(Kind::Visible, visible)).collect();
        let mut left = rows.as_slice();
        loop {
            let (slice, rest) = left.split_at(left.len().min(SLICE));
            if let Err(error) = self.write_slice(slice, stopped).await {
                self.give_back(unwritten(&error, left, rest));
                return Err(error);
            }
            if rest.is_empty() {
                return Ok(());
            }
            left = rest;
        }
    }

    async fn write_slice(&self, rows: &[(Kind, (Option<TenantId>, Counts))], stopped: bool) -> Result<()> {
        let said = Said {
            minute: minute_of(self.app.world.now()),
            instance: self.instance.clone(),
            ready: self.app.db.health().ok,
            stopped,
        };
        let rows = rows.to_vec();
        self.app.db.write(move |tx| write_minute(tx, &said, &rows)).await
    }

    fn give_back(&self, rows: &[(Kind, (Option<TenantId>, Counts))]) {
        for (kind, row) in rows {
            match kind {
                Kind::Requests => self.requests.give_back(std::slice::from_ref(row)),
                Kind::Visible => self.app.log.visible().give_back(std::slice::from_ref(row)),
            }
        }
    }
}

/// What is certainly not stored after `error`: of what was `left`, all, or only the `rest` behind the slice that was tried.
fn unwritten<'a, T>(error: &Error, left: &'a [T], rest: &'a [T]) -> &'a [T] {
    if error.is(&codes::OUTCOME_UNKNOWN) { rest } else { left }
}

fn of_kind(kind: Kind, taken: Taken) -> impl Iterator<Item = (Kind, (Option<TenantId>, Counts))> {
    taken.into_iter().map(move |row| (kind, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_stored_is_not_counted_again() {
        let left = [1, 2, 3];
        let after = |code| unwritten(&Error::new(code, "x"), &left, &left[2..]);
        assert_eq!(after(&codes::OUTCOME_UNKNOWN), [3]);
        assert_eq!(after(&codes::STORE_UNAVAILABLE), left);
        assert_eq!(after(&codes::OVERLOADED), left);
    }
}
