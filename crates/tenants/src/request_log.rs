//! The request log: notes of the front door, kept in memory for a moment and written in batches beside the requests.
//!
//! It is a convenience, the audit is the promise: what is in memory when the process dies is lost, and a flood is cut.
//! Nothing of it can slow a request down or fail it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callboard_http::{App, NoteRequests, RequestNote, Shutdown};
use callboard_kernel::Result;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::store;

/// Notes that wait at most; later ones are dropped and counted.
const HELD: usize = 10_000;
/// Notes of one transaction.
const BATCH: usize = 200;
/// How long notes gather before they are written.
const GATHER: Duration = Duration::from_millis(200);
/// How long to wait after a batch could not be written.
const AGAIN: Duration = Duration::from_secs(2);
/// Refused requests of one caller that are noted within a minute: a loop that is refused fills no disk.
const REFUSED_PER_MINUTE: u32 = 60;

/// What became of notes since the start.
#[derive(Debug, Default)]
pub struct RequestCounts {
    written: AtomicU64,
    full: AtomicU64,
    refusals: AtomicU64,
}

impl RequestCounts {
    /// Notes that were written.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Notes that were dropped, by reason: `full` (more than could be written in time), `refusals` (more refused requests of
    /// one caller than are noted).
    pub fn dropped(&self) -> [(&'static str, u64); 2] {
        [("full", self.full.load(Ordering::Relaxed)), ("refusals", self.refusals.load(Ordering::Relaxed))]
    }
}

#[derive(Default)]
struct Waiting {
    notes: VecDeque<RequestNote>,
    /// The minute that `refused` counts, by caller.
    minute: i64,
    refused: HashMap<String, u32>,
}

impl Waiting {
    /// Counts a refused request; false when its caller had enough noted in this minute.
    fn room_for_refusal(&mut self, note: &RequestNote) -> bool {
        let minute = note.at.seconds().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.refused.clear();
        }
        let seen = self.refused.entry(note.principal.subject()).or_default();
        *seen = seen.saturating_add(1);
        *seen <= REFUSED_PER_MINUTE
    }
}

/// Holds notes until they are written.
pub struct RequestLog {
    app: App,
    waiting: Mutex<Waiting>,
    arrived: Notify,
    counts: Arc<RequestCounts>,
}

impl NoteRequests for RequestLog {
    fn note(&self, note: RequestNote) {
        let mut waiting = self.waiting.lock();
        if note.status >= 400 && !waiting.room_for_refusal(&note) {
            self.counts.refusals.fetch_add(1, Ordering::Relaxed);
        } else if waiting.notes.len() >= HELD {
            self.counts.full.fetch_add(1, Ordering::Relaxed);
        } else {
            waiting.notes.push_back(note);
            self.arrived.notify_one();
        }
    }
}

impl RequestLog {
    /// A log over the store; it writes only while [`RequestLog::run`] runs.
    pub fn new(app: &App, counts: Arc<RequestCounts>) -> Self {
        Self { app: app.clone(), waiting: Mutex::default(), arrived: Notify::new(), counts }
    }

    /// Writes what arrives, a moment after it, until the shutdown begins.
    pub async fn run(&self, shutdown: Shutdown) {
        let (mut pause, mut told) = (GATHER, 0);
        loop {
            tokio::select! {
                () = self.arrived.notified() => {}
                () = shutdown.begun() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.begun() => return,
            }
            pause = GATHER;
            if let Err(error) = self.flush().await {
                tracing::warn!("The request log could not be written and will be tried again: {error}");
                pause = AGAIN;
                self.arrived.notify_one();
            }
            let dropped = self.counts.dropped().iter().map(|(_, n)| n).sum();
            if dropped > told {
                tracing::warn!("{} requests were too many for the request log and are not in it", dropped - told);
                told = dropped;
            }
        }
    }

    /// Writes everything that waits. After an error what was not written waits again.
    pub async fn flush(&self) -> Result<()> {
        loop {
            let batch: Vec<RequestNote> = {
                let mut waiting = self.waiting.lock();
                let n = waiting.notes.len().min(BATCH);
                waiting.notes.drain(..n).collect()
            };
            if batch.is_empty() {
                return Ok(());
            }
            let batch = Arc::new(batch);
            let (notes, entropy) = (Arc::clone(&batch), self.app.world.entropy());
            let written = self.app.db.write(move |tx| store::requests_insert(tx, &notes, &mut entropy.clone())).await;
            if let Err(error) = written {
                let mut waiting = self.waiting.lock();
                for note in batch.iter().rev() {
                    waiting.notes.push_front(note.clone());
                }
                return Err(error);
            }
            self.counts.written.fetch_add(batch.len() as u64, Ordering::Relaxed);
        }
    }
}
