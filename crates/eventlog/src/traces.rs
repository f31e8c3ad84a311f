//! Which trace brought an event, as far as this process knows: of the events that it stored itself lately, and of kept
//! traces alone. Another instance, and this one after a restart, know none; where traces are off nothing is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use callboard_kernel::{SpanKind, Timestamp, Trace};
use parking_lot::Mutex;

use crate::model::{SessionKey, StoredEvent};

/// Events that are remembered.
const KEPT: usize = 8_192;
/// Deliveries to followers that become spans, for each commit of a session: a thousand followers are a count.
const SHOWN: u32 = 16;

/// The trace of events that one commit brought to one session.
#[derive(Debug)]
pub struct Cause {
    trace: Trace,
    /// When they were with the hub.
    at: Timestamp,
    shown: AtomicU32,
}

impl Cause {
    /// The trace of the request that brought them.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Notes that a follower (`of`: `session` or `tenant`) has been handed so many of these events, up to this sequence.
    pub fn handed(&self, of: &'static str, events: usize, last: i64) {
        if self.shown.fetch_add(1, Ordering::Relaxed) >= SHOWN {
            return;
        }
        let mut span = self.trace.begin("live.deliver", SpanKind::Internal).since(self.at);
        span.set("callboard.live.of", of);
        span.set("callboard.events", i64::try_from(events).unwrap_or(i64::MAX));
        span.set("callboard.event.sequence", last);
    }
}

/// What is remembered.
#[derive(Default)]
pub(crate) struct Causes {
    /// Whether anything ever was: looking costs nothing where traces are off.
    any: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    causes: HashMap<(i64, i64), Arc<Cause>>,
    order: VecDeque<(i64, i64)>,
}

impl Causes {
    /// Remembers who brought these events of a session.
    pub(crate) fn note(&self, key: &SessionKey, events: &[StoredEvent], trace: Trace) -> Arc<Cause> {
        let cause = Arc::new(Cause { at: trace.now(), trace, shown: AtomicU32::new(0) });
        let mut kept = self.kept.lock();
        for place in events.iter().map(|event| (key.key(), event.sequence)) {
            if kept.order.len() == KEPT
                && let Some(oldest) = kept.order.pop_front()
            {
                kept.causes.remove(&oldest);
            }
            kept.order.push_back(place);
            kept.causes.insert(place, Arc::clone(&cause));
        }
        self.any.store(true, Ordering::Release);
        cause
    }

    /// Who brought an event of a session (by its stream's number).
    pub(crate) fn of(&self, key: i64, sequence: i64) -> Option<Arc<Cause>> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        self.kept.lock().causes.get(&(key, sequence)).cloned()
    }
}
