//! Live delivery inside one process: a bounded ring of ready-made frames per followed session.
//!
//! The hub is a shortcut, never the truth: a reader whose next frame is not in the ring reads the log. So a frame
//! that arrives out of order, a lost hint or a restart can delay a reader but cannot make it lose or repeat an event.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use callboard_contracts::EventType;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{TenantId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::model::{SessionKey, StoredEvent};
use crate::traces::Cause;

/// Frames kept per followed session.
const RING: usize = 256;

/// One event, serialised once and shared by all its readers.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its sequence.
    pub sequence: i64,
    /// Its type.
    pub ty: EventType,
    /// When the request that brought it arrived.
    pub received_at: Timestamp,
    /// Its canonical JSON.
    pub json: Bytes,
    /// The trace that brought it, where this process knows one.
    pub cause: Option<Arc<Cause>>,
}

impl Frame {
    /// The frame of a stored event.
    pub fn of(event: &StoredEvent) -> Self {
        let json = Bytes::from(event.json());
        Self { sequence: event.sequence, ty: event.ty, received_at: event.received_at, json, cause: None }
    }

    /// As brought by a trace.
    #[must_use]
    pub fn caused(self, cause: Option<Arc<Cause>>) -> Self {
        Self { cause, ..self }
    }
}

/// Ticks after which a frame leaves the ring, whoever follows: 10 s. Whoever is so far behind reads the log, so no text
/// that was erased since is served from memory, even when a hint was lost.
const TICKS_KEPT: u64 = 20;

/// Frames in order without a gap.
#[derive(Default)]
struct Ring {
    frames: VecDeque<Frame>,
    /// The newest sequence that came by. It outlives its frame: who has not seen it must look in the log.
    heard: Option<i64>,
}

struct Topic {
    ring: Mutex<Ring>,
    /// Ticks so far, and the newest sequence at each of the last ones.
    aged: Mutex<(u64, VecDeque<(u64, i64)>)>,
    wake: watch::Sender<u64>,
}

impl Topic {
    fn new() -> Arc<Self> {
        let aged = Mutex::new((0, VecDeque::new()));
        Arc::new(Self { ring: Mutex::default(), aged, wake: watch::Sender::new(0) })
    }

    fn subscribe(self: &Arc<Self>) -> Subscription {
        Subscription { wake: self.wake.subscribe(), topic: Arc::clone(self) }
    }

    fn push(&self, frames: Vec<Frame>) {
        let mut held = self.ring.lock();
        let Ring { frames: ring, heard } = &mut *held;
        for frame in frames {
            *heard = (*heard).max(Some(frame.sequence));
            match ring.back().map(|b| b.sequence) {
                Some(last) if frame.sequence <= last => continue,
                // A gap: frames of another instance or of a slower thread. The log has them.
                Some(last) if frame.sequence > last + 1 => ring.clear(),
                _ => {}
            }
            if ring.len() == RING {
                ring.pop_front();
            }
            ring.push_back(frame);
        }
        drop(held);
        self.wake();
    }

    /// Drops frames that were here [`TICKS_KEPT`] ticks ago already.
    fn age(&self) {
        let mut aged = self.aged.lock();
        aged.0 += 1;
        let now = aged.0;
        let ring = &mut self.ring.lock().frames;
        if let Some(newest) = ring.back().map(|f| f.sequence) {
            aged.1.push_back((now, newest));
        }
        while let Some((_, newest)) = aged.1.front().copied().filter(|(then, _)| then + TICKS_KEPT <= now) {
            aged.1.pop_front();
            while ring.front().is_some_and(|f| f.sequence <= newest) {
                ring.pop_front();
            }
        }
    }

    fn forget(&self) {
        self.ring.lock().frames.clear();
        self.wake();
    }

    fn wake(&self) {
        self.wake.send_modify(|n| *n += 1);
    }
}

/// The live side of the log.
#[derive(Default)]
pub struct Hub {
    sessions: Mutex<HashMap<i64, Arc<Topic>>>,
    tenants: Mutex<HashMap<TenantId, Arc<Topic>>>,
}

impl Hub {
    /// Follows a session. Dropping the subscription ends it.
    pub fn follow(&self, key: &SessionKey) -> Subscription {
        // Counted under the lock, or `tick` could forget the topic in between and nobody would ever wake this reader.
        let mut sessions = self.sessions.lock();
        sessions.entry(key.key()).or_insert_with(Topic::new).subscribe()
    }

    /// Follows everything of a tenant, as wake-ups; the reader pages the log by its cursor.
    pub fn follow_tenant(&self, tenant: &TenantId) -> Subscription {
        let mut tenants = self.tenants.lock();
        tenants.entry(tenant.clone()).or_insert_with(Topic::new).subscribe()
    }

    /// Hands committed events to those who follow; makes no frames when nobody does.
    pub(crate) fn publish(&self, key: &SessionKey, frames: impl FnOnce() -> Vec<Frame>) {
        let followed = |topic: &Arc<Topic>| topic.wake.receiver_count() > 0;
        let topic = self.sessions.lock().get(&key.key()).filter(|t| followed(t)).cloned();
        if let Some(topic) = topic {
            topic.push(frames());
        }
        let tenant = self.tenants.lock().get(key.tenant()).filter(|t| followed(t)).cloned();
        if let Some(tenant) = tenant {
            tenant.wake();
        }
    }

    /// Drops what the ring of a session holds: it was erased.
    pub(crate) fn forget(&self, key: i64) {
        if let Some(topic) = self.sessions.lock().get(&key) {
            topic.forget();
        }
    }

    /// A hint from another instance: the sessions it names may have more than our rings, or less (`e…`).
    pub fn hint(&self, topics: &[String]) {
        for key in topics.iter().filter_map(|t| t.strip_prefix('e')?.parse::<i64>().ok()) {
            self.forget(key);
        }
        let sessions = self.sessions.lock();
        for key in topics.iter().filter_map(|t| t.strip_prefix('s')?.parse::<i64>().ok()) {
            if let Some(topic) = sessions.get(&key) {
                topic.wake();
            }
        }
        drop(sessions);
        self.tenants.lock().values().for_each(|t| t.wake());
    }

    /// Wakes every reader, and forgets topics that nobody follows. Run every 500 ms, since hints can be lost.
    pub fn tick(&self) {
        let mut sessions = self.sessions.lock();
        sessions.retain(|_, t| t.wake.receiver_count() > 0);
        sessions.values().for_each(|t| {
            t.age();
            t.wake();
        });
        drop(sessions);
        let mut tenants = self.tenants.lock();
        tenants.retain(|_, t| t.wake.receiver_count() > 0);
        tenants.values().for_each(|t| t.wake());
    }

    /// Live subscriptions (sessions, tenants), for metrics.
    pub fn followers(&self) -> (usize, usize) {
        let count = |t: &Arc<Topic>| t.wake.receiver_count();
        (self.sessions.lock().values().map(count).sum(), self.tenants.lock().values().map(count).sum())
    }
}

/// A reader's place at the hub.
pub struct Subscription {
    wake: watch::Receiver<u64>,
    topic: Arc<Topic>,
}

impl Subscription {
    /// The frames that follow `after` without a gap; empty when the ring cannot say, and the log must be read.
    pub fn frames_after(&self, after: i64) -> Vec<Frame> {
        let ring = &self.topic.ring.lock().frames;
        match ring.front().map(|f| f.sequence) {
            Some(first) if first <= after + 1 => ring.iter().filter(|f| f.sequence > after).cloned().collect(),
            Some(_) if planted(Tooth::RingDrops) => ring.iter().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The newest sequence that the ring has heard of, also when its frame has left the ring; `None` when it heard none.
    pub fn newest(&self) -> Option<i64> {
        self.topic.ring.lock().heard
    }

    /// Waits until something may have been appended since the last call.
    pub async fn changed(&mut self) {
        // The sender lives in the topic that we hold, so this cannot fail while we wait.
        if self.wake.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(sequence: i64) -> Frame {
        let (received_at, json) = (Timestamp::default(), Bytes::new());
        Frame { sequence, ty: EventType::ALL[0], received_at, json, cause: None }
    }

    fn seen(topic: &Arc<Topic>, after: i64) -> Vec<i64> {
        let s = Subscription { wake: topic.wake.subscribe(), topic: Arc::clone(topic) };
        s.frames_after(after).iter().map(|f| f.sequence).collect()
    }

    #[test]
    fn a_ring_never_hides_a_gap() {
        let topic = Topic::new();
        topic.push(vec![frame(4), frame(5)]);
        assert_eq!(seen(&topic, 3), [4, 5]);
        assert_eq!(seen(&topic, 2), Vec::<i64>::new());
        topic.push(vec![frame(7)]);
        assert_eq!(seen(&topic, 5), Vec::<i64>::new());
        topic.push(vec![frame(6)]);
        assert_eq!(seen(&topic, 6), [7]);
        assert_eq!(seen(&topic, 5), Vec::<i64>::new());
    }

    #[test]
    fn what_is_old_or_erased_is_read_from_the_log() {
        let topic = Topic::new();
        topic.push(vec![frame(1), frame(2)]);
        (0..TICKS_KEPT).for_each(|_| topic.age());
        topic.push(vec![frame(3)]);
        assert_eq!(seen(&topic, 0), [1, 2, 3]);
        topic.age();
        assert_eq!(seen(&topic, 0), Vec::<i64>::new());
        assert_eq!(seen(&topic, 2), [3]);
        topic.forget();
        assert_eq!(seen(&topic, 2), Vec::<i64>::new());
    }

    #[test]
    fn what_left_the_ring_is_not_forgotten() {
        let topic = Topic::new();
        let reader = topic.subscribe();
        assert_eq!(reader.newest(), None);
        topic.push(vec![frame(1)]);
        topic.forget();
        assert_eq!((reader.newest(), seen(&topic, 0)), (Some(1), Vec::new()));
        topic.push(vec![frame(2)]);
        (0..=TICKS_KEPT).for_each(|_| topic.age());
        assert_eq!((reader.newest(), seen(&topic, 1)), (Some(2), Vec::new()));
    }

    #[test]
    fn a_ring_is_bounded() {
        let topic = Topic::new();
        topic.push((1..=1000).map(frame).collect());
        assert_eq!(seen(&topic, 999), [1000]);
        assert_eq!(seen(&topic, 1000 - RING as i64).len(), RING);
        assert_eq!(seen(&topic, 10), Vec::<i64>::new());
    }
}
