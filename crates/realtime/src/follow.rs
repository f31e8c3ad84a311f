//! Following one session live: every event after the cursor, each once, whatever the reader's speed.
//!
//! The ring of the hub first, the log whenever the ring cannot say. Nothing is queued per reader: a slow one simply
//! reads later, from its cursor.

use std::pin::Pin;
use std::time::Duration;

use callboard_eventlog::{Frame, ReplayQuery, SessionKey, Subscription};
use callboard_http::App;
use callboard_kernel::Result;
use callboard_store::Engine;
use tokio::time::Sleep;

use crate::model::Visibility;

/// Events that one read of the log brings.
const PAGE: i64 = 200;
/// Where other processes may write too, a wake-up without a frame leads to a look at the log, this long after it.
const LOOK: Duration = Duration::from_millis(20);

/// What following brought.
#[derive(Debug)]
pub(crate) enum Step {
    /// Events that may be seen, ascending; the cursor stands behind them.
    Frames(Vec<Frame>),
    /// Everything that was there has been delivered. Comes once, before the first wait.
    CaughtUp,
}

/// A reader's place in one session.
pub(crate) struct Follower {
    app: App,
    key: SessionKey,
    place: Subscription,
    visible: Visibility,
    cursor: i64,
    /// Whether the log may hold more than the ring tells.
    unread: bool,
    caught_up: bool,
    /// Whether other processes write to the same log.
    shared: bool,
    look: Option<Pin<Box<Sleep>>>,
}

impl Follower {
    /// Follows from after `cursor`. Made before the caller reads the log's head, so that nothing falls between.
    pub(crate) fn new(app: &App, key: &SessionKey, visible: Visibility, cursor: i64) -> Self {
        Self {
            place: app.log.hub().follow(key),
            shared: app.db.engine() == Engine::Postgres,
            app: app.clone(),
            key: key.clone(),
            visible,
            cursor: cursor.max(visible.from),
            unread: true,
            caught_up: false,
            look: None,
        }
    }

    /// Whether something newer than the cursor is known.
    pub(crate) fn is_behind(&self) -> bool {
        self.unread || self.place.newest().is_some_and(|n| n > self.cursor)
    }

    /// Waits for what comes next. Cancelling loses nothing: the cursor moves only with what is returned.
    pub(crate) async fn next(&mut self) -> Result<Step> {
        loop {
            let mut frames = self.place.frames_after(self.cursor);
            if frames.is_empty() && (self.unread || self.is_behind()) {
                frames = self.read_log().await?;
            }
            if let Some(last) = frames.last() {
                self.cursor = last.sequence;
                let visible = self.visible;
                frames.retain(|f| visible.allows(f.sequence, f.ty));
                if !frames.is_empty() {
                    return Ok(Step::Frames(frames));
                }
                continue;
            }
            if !self.caught_up {
                self.caught_up = true;
                return Ok(Step::CaughtUp);
            }
            self.wait().await;
        }
    }

    async fn read_log(&mut self) -> Result<Vec<Frame>> {
        let (log, key, after) = (self.app.log.clone(), self.key.clone(), self.cursor);
        let query = ReplayQuery { after, until: None, limit: PAGE };
        let (frames, more) = self
            .app
            .db
            .read(move |tx| {
                let page = log.replay(tx, &key, &query)?;
                Ok((page.events.iter().map(Frame::of).collect::<Vec<_>>(), page.has_more))
            })
            .await?;
        self.unread = more;
        Ok(frames)
    }

    async fn wait(&mut self) {
        let Some(look) = self.look.as_mut() else {
            self.place.changed().await;
            if self.shared {
                self.look = Some(Box::pin(tokio::time::sleep(LOOK)));
            }
            return;
        };
        tokio::select! {
            () = self.place.changed() => {}
            () = look.as_mut() => {
                self.look = None;
                self.unread = true;
            }
        }
    }
}
