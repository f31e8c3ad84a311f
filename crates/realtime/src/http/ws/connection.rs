//! One open socket: a loop over what the client says and what its subscriptions bring.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use callboard_http::{Visitor, problem_value};
use callboard_kernel::{Error, Result, Timestamp, codes};
use callboard_store::Reach;
use futures_util::future::{AbortHandle, Abortable, BoxFuture};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::json;
use tokio::time::Interval;

use super::frames;
use crate::feed::{ACCESS_LOST, Delivery, Feed, every};
use crate::live::{Identity, Live};

/// Most subscriptions of one socket.
pub(super) const SUBSCRIPTIONS: usize = 256;
/// Frames that a client may send in one second.
const FRAMES_PER_SECOND: u32 = 100;

/// Close codes of RFC 6455.
const GOING_AWAY: u16 = 1001;
const POLICY: u16 = 1008;

/// A subscription that waits for its next delivery.
type Waiting = Abortable<BoxFuture<'static, (String, Feed, Result<Delivery>)>>;

/// Why a connection ends; the reason is sent when the socket still takes it.
pub(super) struct Over(pub u16, pub &'static str);

/// Goes on, or ends the connection.
pub(super) type Flow = Result<(), Over>;

pub(super) struct Connection {
    pub(super) live: Arc<Live>,
    socket: WebSocket,
    pub(super) me: Option<Identity>,
    pub(super) visitor: Visitor,
    feeds: FuturesUnordered<Waiting>,
    names: HashMap<String, AbortHandle>,
    beat: Interval,
    recheck: Interval,
    /// Pings since the client was last heard.
    unheard: u32,
    /// The second that frames are counted in, and how many came.
    counted: (i64, u32),
}

impl Connection {
    pub(super) fn new(live: Arc<Live>, socket: WebSocket, me: Option<Identity>, visitor: Visitor) -> Self {
        let (beat, recheck) = (every(live.tuning.heartbeat), every(live.tuning.recheck));
        let (feeds, names) = (FuturesUnordered::new(), HashMap::new());
        Self { live, socket, me, visitor, feeds, names, beat, recheck, unheard: 0, counted: (0, 0) }
    }

    /// Serves the socket until either side ends it.
    pub(super) async fn run(mut self) {
        let Err(Over(code, reason)) = self.serve().await else { return };
        tracing::debug!(trace.id = %self.visitor.trace_id, "A socket was closed: {reason}");
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        // The client may be gone or not reading; a second is enough for one that listens.
        let _told = tokio::time::timeout(Duration::from_secs(1), self.socket.send(close)).await;
    }

    async fn serve(&mut self) -> Flow {
        if self.me.is_some() {
            self.send(frames::ready(self.now())).await?;
        } else {
            self.authenticate().await?;
        }
        let shutdown = self.live.shutdown.clone();
        let begun = shutdown.begun();
        tokio::pin!(begun);
        loop {
            tokio::select! {
                () = &mut begun => return Err(Over(GOING_AWAY, "shutting_down")),
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.heard(message).await?,
                    Some(Err(_)) | None => return Err(Over(POLICY, "the client went away or broke the protocol")),
                },
                Some(done) = self.feeds.next(), if !self.feeds.is_empty() => {
                    // An unsubscribed one comes as aborted.
                    if let Ok((id, feed, delivery)) = done {
                        self.deliver(id, feed, delivery).await?;
                    }
                }
                _at = self.beat.tick() => self.ping().await?,
                _at = self.recheck.tick() => self.still_me().await?,
                () = doubted(&mut self.me) => {
                    self.deliver_ready().await?;
                    self.still_me().await?;
                }
            }
        }
    }

    /// Delivers what is there already: who is sent out still hears why.
    async fn deliver_ready(&mut self) -> Flow {
        while let Some(Some(done)) = self.feeds.next().now_or_never() {
            if let Ok((id, feed, delivery)) = done {
                self.deliver(id, feed, delivery).await?;
            }
        }
        Ok(())
    }

    /// Waits for the first frame of a page that cannot send headers.
    async fn authenticate(&mut self) -> Flow {
        let wait = self.live.tuning.auth;
        let first = async {
            loop {
                match self.socket.recv().await {
                    Some(Ok(Message::Text(text))) => return Some(text),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return None,
                }
            }
        };
        let text = match tokio::time::timeout(wait, first).await {
            Ok(Some(text)) => text,
            Ok(None) => return Err(Over(POLICY, "closed before it said who it is")),
            Err(_) => return Err(Over(POLICY, "the first frame must be auth, in time")),
        };
        let outcome = match frames::read(&text) {
            Ok(frames::Op::Auth { pass }) => self.sign_in(pass).await,
            Ok(_) => Err(Error::new(&codes::UNAUTHENTICATED, "The first frame must be auth.")),
            Err(bad) => Err(bad.error),
        };
        match outcome {
            Ok(()) => self.send(frames::ready(self.now())).await,
            Err(error) => {
                self.error(None, &error).await?;
                Err(Over(POLICY, "not authenticated"))
            }
        }
    }

    async fn heard(&mut self, message: Message) -> Flow {
        self.unheard = 0;
        match message {
            Message::Text(text) => {
                if !self.within_rate() {
                    let error = Error::new(&codes::RATE_LIMITED, "Too many frames in one second.").retry_after_ms(1000);
                    return self.error(None, &error).await;
                }
                match frames::read(&text) {
                    Ok(op) => self.perform(op).await,
                    Err(bad) => self.error(bad.id, &bad.error).await,
                }
            }
            Message::Binary(_) => Err(Over(1003, "frames are JSON text")),
            Message::Close(_) => Err(Over(1000, "closed by the client")),
            Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    fn within_rate(&mut self) -> bool {
        let second = self.now().seconds();
        if self.counted.0 != second {
            self.counted = (second, 0);
        }
        self.counted.1 += 1;
        self.counted.1 <= FRAMES_PER_SECOND
    }

    /// Whether anything was subscribed to.
    pub(super) fn is_following(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whose rows this socket reads and writes. It outlives the request that opened it, and until it follows something
    /// its caller may become another.
    pub(super) fn reach(&self) -> Reach {
        self.me.as_ref().map_or(Reach::Installation, |me| Reach::Tenant(me.principal().tenant().clone()))
    }

    /// Starts a subscription.
    pub(super) fn subscribe(&mut self, id: String, feed: Feed) {
        let (handle, registration) = AbortHandle::new_pair();
        self.names.insert(id.clone(), handle);
        let waiting = Box::pin(self.reach().enter(wait(id, feed)));
        self.feeds.push(Abortable::new(waiting, registration));
    }

    /// Whether a new subscription may have this name.
    pub(super) fn may_subscribe(&self, id: &str) -> Result<()> {
        if self.names.contains_key(id) {
            return Err(Error::invalid("/id", "is the name of another subscription of this socket"));
        }
        if self.names.len() >= SUBSCRIPTIONS {
            return Err(Error::invalid("/id", format!("a socket has at most {SUBSCRIPTIONS} subscriptions")));
        }
        Ok(())
    }

    /// Ends a subscription; false when there is none of that name.
    pub(super) fn unsubscribe(&mut self, id: &str) -> bool {
        let handle = self.names.remove(id);
        handle.as_ref().inspect(|h| h.abort()).is_some()
    }

    async fn deliver(&mut self, id: String, feed: Feed, delivery: Result<Delivery>) -> Flow {
        let reason = match delivery {
            Ok(Delivery::Events(items)) => {
                let mut rest = items.as_slice();
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(frames::one_frame(rest));
                    self.send(frames::events(&id, now)).await?;
                    rest = later;
                }
                self.go_on(id, feed);
                return Ok(());
            }
            Ok(Delivery::SessionOver) => {
                self.closed(&id, "session_over").await?;
                self.go_on(id, feed);
                return Ok(());
            }
            Ok(Delivery::End(reason)) => reason,
            Err(error) => {
                tracing::warn!(trace.id = %self.visitor.trace_id, "A subscription ended: {error}");
                Some("unavailable")
            }
        };
        self.names.remove(&id);
        match reason {
            Some(reason) => self.closed(&id, reason).await,
            None => Ok(()),
        }
    }

    /// Waits for a subscription's next delivery, unless it was given up meanwhile.
    fn go_on(&mut self, id: String, feed: Feed) {
        if self.names.contains_key(&id) {
            self.subscribe(id, feed);
        }
    }

    async fn closed(&mut self, id: &str, reason: &str) -> Flow {
        self.send(json!({ "op": "closed", "id": id, "reason": reason }).to_string()).await
    }

    async fn ping(&mut self) -> Flow {
        let silence = self.live.tuning.heartbeat.saturating_mul(self.unheard);
        if silence >= self.live.tuning.silence {
            return Err(Over(POLICY, "the client does not answer"));
        }
        self.unheard += 1;
        self.put(Message::Ping(bytes::Bytes::new())).await
    }

    async fn still_me(&mut self) -> Flow {
        match &self.me {
            Some(me) if !me.still_good().await => Err(Over(POLICY, ACCESS_LOST)),
            _ => Ok(()),
        }
    }

    /// Tells of a refusal.
    pub(super) async fn error(&mut self, id: Option<String>, error: &Error) -> Flow {
        if let Some(note) = error.internal_note() {
            tracing::warn!(trace.id = %self.visitor.trace_id, error.code = error.code().name, "A frame was refused: {note}");
        }
        let mut frame = json!({ "op": "error", "problem": problem_value(error, &self.visitor.trace_id) });
        if let Some(id) = id {
            frame["id"] = id.into();
        }
        self.send(frame.to_string()).await
    }

    /// Sends a frame; a client that takes nothing for the lag's time loses the socket and resumes elsewhere.
    pub(super) async fn send(&mut self, text: String) -> Flow {
        self.put(Message::Text(text.into())).await
    }

    async fn put(&mut self, message: Message) -> Flow {
        let patience = Duration::from_millis(u64::try_from(self.live.tuning.lag_ms).unwrap_or(0));
        match tokio::time::timeout(patience, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Over(GOING_AWAY, "the client went away")),
            Err(_) => Err(Over(POLICY, "lagging")),
        }
    }

    /// Now.
    pub(super) fn now(&self) -> Timestamp {
        self.live.app.world.now()
    }
}

/// Waits until somebody says that the caller's credential may be void.
async fn doubted(me: &mut Option<Identity>) {
    match me {
        Some(me) => me.doubted().await,
        None => std::future::pending().await,
    }
}

async fn wait(id: String, mut feed: Feed) -> (String, Feed, Result<Delivery>) {
    let delivery = feed.next().await;
    (id, feed, delivery)
}
