//! One subscription, of a session or of a tenant, whoever carries it (SSE or a socket).

use std::collections::HashMap;
use std::sync::Arc;

use callboard_calls::access;
use callboard_eventlog::{Frame, TailCursor};
use callboard_http::Principal;
use callboard_kernel::{Error, Kind, Result, SessionId, Timestamp, codes, limits};
use futures_util::future::{BoxFuture, OptionFuture};
use tokio::time::{Interval, MissedTickBehavior};

use crate::follow::{Follower, Step};
use crate::live::{Identity, Live};
use crate::model::{Visibility, is_terminal};
use crate::tenant::TenantFollower;
use crate::visible::Visible;

/// An event on its way, and for tenants the place after it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub frame: Frame,
    pub cursor: Option<TailCursor>,
}

/// What a subscription brings.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// Events, each once, in order.
    Events(Vec<Item>),
    /// The session is over; late events may still follow.
    SessionOver,
    /// Nothing more will come, with the reason; none when it was told already.
    End(Option<&'static str>),
}

/// The caller lost the session or the credential.
pub(crate) const ACCESS_LOST: &str = "access_lost";

/// A subscription.
pub(crate) enum Feed {
    Session(Box<SessionFeed>),
    Tenant(Box<TenantFeed>),
}

impl Feed {
    /// Waits for what comes next. Cancelling loses nothing.
    pub(crate) async fn next(&mut self) -> Result<Delivery> {
        match self {
            Self::Session(feed) => feed.next().await,
            Self::Tenant(feed) => feed.next().await,
        }
    }

    /// Whether something newer than what was delivered is known.
    pub(crate) fn is_behind(&self) -> bool {
        match self {
            Self::Session(feed) => feed.follower.is_behind(),
            Self::Tenant(feed) => feed.follower.is_behind(),
        }
    }
}

/// A subscription to one session.
pub(crate) struct SessionFeed {
    live: Arc<Live>,
    identity: Identity,
    id: SessionId,
    follower: Follower,
    closed_at: Option<Timestamp>,
    /// Whether the subscriber knows that the session is over.
    told: bool,
    over: bool,
    recheck: Interval,
    /// A look under way. It outlives whoever stops waiting for the next delivery (a heartbeat is due): begun anew each time,
    /// it would never end where a read takes longer than that.
    looking: Option<BoxFuture<'static, Result<access::Seen>>>,
    visible: Visible,
}

/// A timer whose first tick comes after its period.
pub(crate) fn every(period: std::time::Duration) -> Interval {
    let mut timer = tokio::time::interval(period);
    timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    timer.reset();
    timer
}

impl SessionFeed {
    /// Subscribes from after a sequence, or to new events only. Gives the log's last sequence as well.
    pub(crate) async fn open(
        live: &Arc<Live>,
        identity: &Identity,
        id: &SessionId,
        after: Option<i64>,
    ) -> Result<(Self, i64)> {
        let (log, by, session) = (live.app.log.clone(), identity.principal(), id.clone());
        let visible = Visibility::of(&by);
        let (seen, head) = live
            .app
            .db
            .read(move |tx| {
                let seen = access::see(tx, &log, &by, &session)?;
                let head = log.head(tx, &seen.key)?.map_or(0, |w| w.sequence);
                // Whoever saw more than there is followed a log that was lost. What comes under those numbers is new.
                if let Some(after) = after.filter(|after| *after > head) {
                    let message =
                        format!("The log ends at {head}; nothing was delivered after {after}. It was restored.");
                    return Err(Error::new(&codes::WATERMARK_UNKNOWN, message).with("latestSequence", head));
                }
                Ok((seen, head))
            })
            .await?;
        let follower = Follower::new(&live.app, &seen.key, visible, after.unwrap_or(head));
        let visible = Visible::new(live, seen.key.tenant(), "session");
        let feed = Self {
            live: Arc::clone(live),
            identity: identity.clone(),
            id: id.clone(),
            follower,
            closed_at: seen.closed_at,
            told: false,
            over: false,
            recheck: every(live.tuning.recheck),
            looking: None,
            visible,
        };
        Ok((feed, head))
    }

    async fn next(&mut self) -> Result<Delivery> {
        let asked = self.visible.asks();
        loop {
            if self.over && !self.told {
                self.told = true;
                return Ok(Delivery::SessionOver);
            }
            let step = tokio::select! {
                biased;
                Some(seen) = OptionFuture::from(self.looking.as_mut()) => {
                    self.looking = None;
                    match self.looked(seen)? {
                        Some(end) => return Ok(end),
                        None => continue,
                    }
                }
                _at = self.recheck.tick(), if self.looking.is_none() => {
                    self.looking = Some(self.look());
                    continue;
                }
                step = self.follower.next() => step?,
            };
            match step {
                Step::Frames(frames) => {
                    self.over |= frames.iter().any(|f| is_terminal(f.ty));
                    self.visible.hands(frames.iter(), asked);
                    return Ok(Delivery::Events(
                        frames.into_iter().map(|frame| Item { frame, cursor: None }).collect(),
                    ));
                }
                // What ended before we came is told once everything was delivered.
                Step::CaughtUp => self.over |= self.closed_at.is_some(),
            }
        }
    }

    /// The session as it is now, if the caller may still see it.
    fn look(&self) -> BoxFuture<'static, Result<access::Seen>> {
        let (log, by, id) = (self.live.app.log.clone(), self.identity.principal(), self.id.clone());
        let db = self.live.app.db.clone();
        Box::pin(async move { db.read(move |tx| access::see(tx, &log, &by, &id)).await })
    }

    /// Whether the caller may still see the session, and whether its late window is over.
    fn looked(&mut self, seen: Result<access::Seen>) -> Result<Option<Delivery>> {
        match seen {
            Ok(seen) => self.closed_at = seen.closed_at,
            Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Forbidden) => {
                return Ok(Some(Delivery::End(Some(ACCESS_LOST))));
            }
            Err(error) => return Err(error),
        }
        let now = self.live.app.world.now();
        let over = self.closed_at.is_some_and(|at| now > at.plus_ms(limits::LATE_WINDOW_MS));
        Ok((over && self.told && !self.follower.is_behind()).then_some(Delivery::End(None)))
    }
}

/// A subscription to everything of a tenant that the caller may see.
pub(crate) struct TenantFeed {
    live: Arc<Live>,
    identity: Identity,
    follower: TenantFollower,
    /// Sessions that were looked up for a user who sees only their own; owners never change.
    own: HashMap<SessionId, bool>,
    visible: Visible,
}

/// Sessions remembered per subscription; beyond it the look-ups begin anew.
const REMEMBERED: usize = 10_000;

impl TenantFeed {
    /// Subscribes from after a place, or to new events only. Gives the place it begins at as well.
    pub(crate) async fn open(
        live: &Arc<Live>,
        identity: &Identity,
        after: Option<TailCursor>,
    ) -> Result<(Self, TailCursor)> {
        let by = identity.principal();
        if matches!(by, Principal::Pass { .. }) {
            return Err(Error::new(&codes::FORBIDDEN, "A session pass follows its own session only."));
        }
        let log = live.app.log.clone();
        let place = move |tx: &callboard_store::Tx<'_>| match after {
            Some(cursor) => log.check_place(tx, cursor).map(|()| cursor),
            None => log.tail_head(tx),
        };
        let cursor = live.app.db.read(place).await?;
        let follower = live.tenants.follow(&live.app, by.tenant(), cursor);
        let visible = Visible::new(live, by.tenant(), "tenant");
        let feed = Self { live: Arc::clone(live), identity: identity.clone(), follower, own: HashMap::new(), visible };
        Ok((feed, cursor))
    }

    async fn next(&mut self) -> Result<Delivery> {
        let asked = self.visible.asks();
        loop {
            let before = self.follower.cursor();
            let entries = self.follower.next().await?;
            let by = self.identity.principal();
            let only_own = by.user().is_some() && by.top_role().is_none();
            if only_own && let Err(error) = self.look_up(&by, entries.iter().map(|e| &e.session)).await {
                // Nothing was delivered of these: the next call reads them again.
                self.follower.go_back(before);
                return Err(error);
            }
            let items: Vec<Item> = entries
                .into_iter()
                .filter(|e| !only_own || self.own.get(&e.session).copied().unwrap_or(false))
                .map(|e| Item { frame: e.frame, cursor: Some(e.cursor) })
                .collect();
            if !items.is_empty() {
                self.visible.hands(items.iter().map(|i| &i.frame), asked);
                return Ok(Delivery::Events(items));
            }
        }
    }

    async fn look_up(&mut self, by: &Principal, sessions: impl Iterator<Item = &SessionId>) -> Result<()> {
        if self.own.len() > REMEMBERED {
            self.own.clear();
        }
        let mut unknown: Vec<SessionId> = sessions.filter(|s| !self.own.contains_key(*s)).cloned().collect();
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        let (log, by) = (self.live.app.log.clone(), by.clone());
        let found = self
            .live
            .app
            .db
            .read(move |tx| {
                let see = |id: SessionId| match access::see(tx, &log, &by, &id) {
                    Ok(_) => Ok((id, true)),
                    Err(error) if error.kind() == Kind::NotFound => Ok((id, false)),
                    Err(error) => Err(error),
                };
                unknown.iter().cloned().map(see).collect::<Result<Vec<_>>>()
            })
            .await?;
        self.own.extend(found);
        Ok(())
    }
}
