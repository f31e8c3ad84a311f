//! Following a whole tenant: one pump per tenant and process reads the log's tail and keeps a ring that all readers
//! share; who falls behind the ring reads the log from their cursor.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use callboard_eventlog::{Frame, TailCursor, TailFrame};
use callboard_http::App;
use callboard_kernel::{Result, SessionId, TenantId};
use callboard_store::Reach;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Entries kept for those who keep up.
const RING: usize = 1024;
/// Events that one read of the tail brings.
const PAGE: i64 = 500;

/// One event of the tenant, and the place after it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Where to continue after this event.
    pub cursor: TailCursor,
    /// Its session.
    pub session: SessionId,
    /// The event.
    pub frame: Frame,
}

#[derive(Default)]
struct Ring {
    /// Everything after this place is in `entries`; absent until the pump has read the tail's head.
    base: Option<TailCursor>,
    entries: VecDeque<Entry>,
}

impl Ring {
    fn push(&mut self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            if self.entries.len() == RING {
                self.base = self.entries.pop_front().map(|e| e.cursor);
            }
            self.entries.push_back(entry);
        }
    }

    /// The entries after a place; `None` when the ring does not reach back to it.
    fn after(&self, cursor: TailCursor, limit: usize) -> Option<Vec<Entry>> {
        if cursor < self.base? {
            return None;
        }
        let start = self.entries.partition_point(|e| e.cursor <= cursor);
        Some(self.entries.range(start..).take(limit).cloned().collect())
    }
}

struct Topic {
    ring: Mutex<Ring>,
    wake: watch::Sender<u64>,
}

/// The followed tenants of this process.
#[derive(Default)]
pub(crate) struct Tenants(Arc<Mutex<HashMap<TenantId, Weak<Topic>>>>);

impl Tenants {
    /// Follows a tenant from after `cursor`.
    pub(crate) fn follow(&self, app: &App, tenant: &TenantId, cursor: TailCursor) -> TenantFollower {
        let mut topics = self.0.lock();
        let topic = topics.get(tenant).and_then(Weak::upgrade).unwrap_or_else(|| {
            let topic = Arc::new(Topic { ring: Mutex::default(), wake: watch::Sender::new(0) });
            topics.retain(|_, t| t.strong_count() > 0);
            topics.insert(tenant.clone(), Arc::downgrade(&topic));
            // A spawned task begins without the request's reach.
            let reach = Reach::Tenant(tenant.clone());
            tokio::spawn(reach.enter(pump(app.clone(), tenant.clone(), Arc::downgrade(&topic))));
            topic
        });
        drop(topics);
        TenantFollower { wake: topic.wake.subscribe(), topic, app: app.clone(), tenant: tenant.clone(), cursor }
    }
}

/// Fills a tenant's ring until nobody follows any more.
async fn pump(app: App, tenant: TenantId, topic: Weak<Topic>) {
    // Before the head is read, so that nothing falls between.
    let mut wakes = app.log.hub().follow_tenant(&tenant);
    let mut head: Option<TailCursor> = None;
    loop {
        match advance(&app, &tenant, head).await {
            Ok((cursor, entries)) => {
                let Some(topic) = topic.upgrade() else { return };
                let full = entries.len() as i64 == PAGE;
                let mut ring = topic.ring.lock();
                ring.base.get_or_insert(cursor);
                let news = head.is_none() || !entries.is_empty();
                ring.push(entries);
                drop(ring);
                head = Some(cursor);
                if news {
                    topic.wake.send_modify(|n| *n += 1);
                }
                if full {
                    continue;
                }
            }
            // The store is ailing; the hub's tick wakes us again, and readers' cursors lose nothing.
            Err(error) => tracing::warn!(tenant.id = %tenant, "Reading a tenant's tail failed: {error}"),
        }
        if topic.strong_count() == 0 {
            return;
        }
        wakes.changed().await;
    }
}

/// What came after `head`, and the new head; at first only where the tail ends now.
async fn advance(app: &App, tenant: &TenantId, head: Option<TailCursor>) -> Result<(TailCursor, Vec<Entry>)> {
    let log = app.log.clone();
    match head {
        None => Ok((app.db.read(move |tx| log.tail_head(tx)).await?, Vec::new())),
        Some(head) => {
            let entries = read_tail(app, tenant, head, PAGE).await?;
            Ok((entries.last().map_or(head, |e| e.cursor), entries))
        }
    }
}

async fn read_tail(app: &App, tenant: &TenantId, after: TailCursor, limit: i64) -> Result<Vec<Entry>> {
    let (log, tenant) = (app.log.clone(), tenant.clone());
    app.db
        .read(move |tx| {
            let read = log.tail_frames(tx, &tenant, after, limit)?;
            let entry = |read: TailFrame| Entry { cursor: read.cursor, session: read.session, frame: read.frame };
            Ok(read.into_iter().map(entry).collect())
        })
        .await
}

/// A reader's place in a tenant.
pub(crate) struct TenantFollower {
    app: App,
    tenant: TenantId,
    topic: Arc<Topic>,
    wake: watch::Receiver<u64>,
    cursor: TailCursor,
}

impl TenantFollower {
    /// Events that one step brings at most.
    const STEP: usize = 200;

    /// The place after the last event that was returned.
    pub(crate) const fn cursor(&self) -> TailCursor {
        self.cursor
    }

    /// Takes up an earlier place again, when what came after it could not be delivered.
    pub(crate) fn go_back(&mut self, cursor: TailCursor) {
        self.cursor = cursor;
    }

    /// Whether something newer than the cursor is known.
    pub(crate) fn is_behind(&self) -> bool {
        self.topic.ring.lock().entries.back().is_some_and(|e| e.cursor > self.cursor)
    }

    /// Waits for what comes next. Cancelling loses nothing: the cursor moves only with what is returned.
    pub(crate) async fn next(&mut self) -> Result<Vec<Entry>> {
        loop {
            self.wake.mark_unchanged();
            let ring = self.topic.ring.lock().after(self.cursor, Self::STEP);
            let entries = match ring {
                Some(entries) => entries,
                None => read_tail(&self.app, &self.tenant, self.cursor, Self::STEP as i64).await?,
            };
            if let Some(last) = entries.last() {
                self.cursor = last.cursor;
                return Ok(entries);
            }
            // The topic holds the sender, and we hold the topic.
            if self.wake.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use callboard_contracts::EventType;
    use callboard_kernel::Timestamp;

    use super::*;

    fn place(n: u64) -> TailCursor {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("1.1.0.{n}"));
        TailCursor::decode(&text).expect("a cursor")
    }

    fn entry(n: u64) -> Entry {
        let (ty, received_at) = (EventType::ALL[0], Timestamp::default());
        let frame = Frame { sequence: 1, ty, received_at, json: Bytes::new(), cause: None };
        Entry { cursor: place(n), session: SessionId::from_stored("s".into()), frame }
    }

    #[test]
    fn a_ring_says_when_it_does_not_reach_back() {
        let mut ring = Ring::default();
        assert!(ring.after(place(0), 10).is_none(), "a ring without a base knows nothing");
        ring.base = Some(place(5));
        assert!(ring.after(place(4), 10).is_none());
        assert_eq!(ring.after(place(5), 10).expect("reaches").len(), 0);
        ring.push((6..=8).map(entry));
        let seen = |ring: &Ring, after, limit| {
            ring.after(place(after), limit).map(|list| list.iter().map(|e| e.cursor).collect::<Vec<_>>())
        };
        assert_eq!(seen(&ring, 5, 10), Some(vec![place(6), place(7), place(8)]));
        assert_eq!(seen(&ring, 6, 1), Some(vec![place(7)]));
        assert_eq!(seen(&ring, 8, 10), Some(vec![]));
        ring.push((9..9 + RING as u64).map(entry));
        assert!(ring.after(place(7), 10).is_none(), "what was pushed out is not there any more");
        assert_eq!(ring.after(place(8), 10).expect("reaches").len(), 10);
        assert_eq!(ring.entries.len(), RING);
    }
}
