//! What the cast was told and what is true: the checker compares the log with this alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::core::{SEC, Seat, Us};

/// Counts by name.
#[derive(Clone, Debug, Default)]
pub struct Counts(pub BTreeMap<&'static str, u64>);

impl Counts {
    /// One more.
    pub fn add(&mut self, name: &'static str) {
        *self.0.entry(name).or_default() += 1;
    }

    /// How many.
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All of another.
    pub fn join(&mut self, other: &Self) {
        for (name, n) in &other.0 {
            *self.0.entry(name).or_default() += n;
        }
    }
}

/// A connection at the media server.
#[derive(Clone, Debug)]
pub struct Conn {
    /// `PA_…`.
    pub sid: String,
    /// Whose.
    pub identity: String,
    /// Its room.
    pub room: String,
    /// Since when.
    pub from: Us,
    /// Until when, and why.
    pub until: Option<(Us, &'static str)>,
    /// When its `participant_joined` was first taken.
    pub joined_taken: Option<Us>,
    /// When its `participant_left` was first taken.
    pub left_taken: Option<Us>,
}

/// Something that was asked for: when, and when its success was known.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What: `left`, `completed`, …
    pub what: String,
    /// About whom; empty: the session.
    pub about: String,
    /// When it was first sent.
    pub sent: Us,
    /// When a success came back.
    pub done: Option<Us>,
}

/// A session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Whether its creation was acknowledged.
    pub made: bool,
    /// The key of its tenant.
    pub key: String,
    /// Whether its tenant has a limit of calls.
    pub limited: bool,
    /// Its room.
    pub room: String,
    /// Limits, microseconds.
    pub window: Us,
    /// The same.
    pub grace: Us,
    /// The same.
    pub longest: Option<Us>,
    /// Ends, failures, activations, leaves, removals, kicks.
    pub asked: Vec<Asked>,
    /// Participants by id: identity.
    pub people: BTreeMap<String, String>,
}

/// An event that the cast wrote.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its text.
    pub text: String,
    /// The sequence that was acknowledged.
    pub acked: Option<i64>,
}

/// One use of a resume token.
#[derive(Clone, Debug)]
pub struct Use {
    /// The token that was shown.
    pub token: String,
    /// When.
    pub sent: Us,
    /// When the answer came.
    pub done: Option<Us>,
    /// Status and code.
    pub status: u16,
    /// The code of a refusal.
    pub code: String,
    /// The next token, and the replay's end.
    pub next: Option<(String, i64)>,
    /// The events of the replay.
    pub replayed: Vec<Value>,
}

/// A checkpoint that was answered.
#[derive(Clone, Debug)]
pub struct Ack {
    /// When it was sent.
    pub sent: Us,
    /// When it was answered.
    pub done: Option<Us>,
    /// Where the consumer wanted to stand.
    pub wanted: i64,
    /// Where it stands by the answer, and the outcome's name.
    pub stands: Option<(i64, String)>,
}

/// An event as it was committed.
#[derive(Clone, Debug)]
pub struct Committed {
    /// When, by the one true clock.
    pub at: Us,
    /// Its session, by id.
    pub session: String,
    /// Its sequence.
    pub sequence: i64,
    /// Its id.
    pub event_id: String,
    /// Its instant, by the clock of the instance.
    pub ts: Us,
    /// Its type.
    pub ty: String,
    /// Its payload.
    pub payload: Value,
}

/// Whether an event of this type is a call's end.
pub fn is_end(ty: &str) -> bool {
    matches!(ty, "call.ended" | "call.terminal_failure")
}

/// A post to the endpoint.
#[derive(Clone, Debug)]
pub struct Post {
    /// When.
    pub at: Us,
    /// By whom.
    pub seat: Seat,
    /// `webhook-id`.
    pub id: String,
    /// The session.
    pub session: String,
    /// The event's sequence.
    pub sequence: i64,
    /// The event's id.
    pub event_id: String,
    /// When the answer came, and whether it was a success that the instance could hear.
    pub answered: (Us, bool),
}

/// Everything.
#[derive(Default)]
pub struct Book {
    /// Faults by kind.
    pub faults: Counts,
    /// Situations by name.
    pub situations: Counts,
    /// Things that were checked, by name.
    pub checked: Counts,
    /// What must not be.
    pub violations: Vec<(Option<usize>, String)>,
    /// Sessions, by number.
    pub sessions: Vec<Session>,
    /// Connections, in the order of their beginning.
    pub conns: Vec<Conn>,
    /// Events that the cast wrote, by session and id.
    pub facts: BTreeMap<(usize, String), Fact>,
    /// Uses of resume tokens, by session and participant.
    pub uses: BTreeMap<(usize, String), Vec<Use>>,
    /// Checkpoints, by session and consumer.
    pub acks: BTreeMap<(usize, String), Vec<Ack>>,
    /// What pages showed, by session and reader.
    pub read: BTreeMap<(usize, String), Vec<Value>>,
    /// How long a log was when all of it was asked for, by session: who is woken later may still write.
    pub stood: BTreeMap<usize, usize>,
    /// Sessions as they are shown at the end.
    pub views: BTreeMap<usize, Value>,
    /// Answers to repeated requests, by their key: they must be alike.
    pub alike: BTreeMap<String, BTreeSet<String>>,
    /// Commits, in order.
    pub commits: Vec<Committed>,
    pub(crate) last_position: i64,
    /// Posts to the endpoint.
    pub posts: Vec<Post>,
    /// Rooms that closed: name, by whom, when.
    pub rooms_closed: Vec<(String, &'static str, Us)>,
    /// Rooms that we were asked to delete.
    pub deleted: BTreeSet<String>,
    /// Webhooks as they were sent, by number.
    pub hooks_sent: Vec<usize>,
    /// Reports of cuts, by session and participant.
    pub reports: BTreeMap<String, u64>,
    /// Whether a clock jumped.
    pub jumped: bool,
    /// Troubles of instances: index, from, until.
    pub troubles: Vec<(usize, Us, Us)>,
    healthy_since: Option<Us>,
    /// Spans in which an instance could work.
    pub healthy: Vec<(Us, Us)>,
}

impl Book {
    /// Notes what must not be.
    pub fn violation(&mut self, session: Option<usize>, what: String) {
        if self.violations.len() < 20 {
            self.violations.push((session, what));
        }
    }

    /// The number of a session.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.sessions.iter().position(|s| s.id == id)
    }

    /// Somebody is connected.
    pub fn connected(&mut self, identity: &str, sid: &str, room: &str, _room_sid: &str, now: Us) {
        self.conns.push(Conn {
            sid: sid.to_owned(),
            identity: identity.to_owned(),
            room: room.to_owned(),
            from: now,
            until: None,
            joined_taken: None,
            left_taken: None,
        });
    }

    /// A connection is over.
    pub fn disconnected(&mut self, sid: &str, reason: &'static str, now: Us) {
        if let Some(conn) = self.conns.iter_mut().find(|c| c.sid == sid) {
            conn.until = Some((now, reason));
        }
    }

    /// A webhook was taken.
    pub fn hook_taken(&mut self, event: &str, sid: &str, now: Us) {
        let Some(at) = self.conns.iter().position(|c| c.sid == sid) else { return };
        if event == "participant_joined" {
            self.conns[at].joined_taken.get_or_insert(now);
        } else if self.conns[at].left_taken.is_none() {
            self.conns[at].left_taken = Some(now);
            let (own, identity) = (self.conns[at].from, self.conns[at].identity.clone());
            let newer = |c: &Conn| c.identity == identity && c.from > own && c.joined_taken.is_some();
            if self.conns.iter().any(newer) {
                self.situations.add("a late webhook of the old participant after the new one joined");
            }
        }
    }

    /// Notes that an instance is in trouble for a while.
    pub fn trouble(&mut self, index: usize, from: Us, us: Us) {
        self.troubles.push((index, from, from + us));
    }

    /// Notes whether some instance can work.
    pub fn health(&mut self, fine: bool, now: Us) {
        match (fine, self.healthy_since) {
            (true, None) => self.healthy_since = Some(now),
            (false, Some(since)) => {
                self.healthy.push((since, now));
                self.healthy_since = None;
            }
            _ => {}
        }
    }

    /// The run is over.
    pub fn close(&mut self, now: Us) {
        self.health(false, now);
    }

    /// When something that is due at an instant must be done: after `slack` of undisturbed work.
    pub fn must_be_done(&self, due: Us, slack: Us) -> Option<Us> {
        self.healthy.iter().find(|(from, to)| *to >= due.max(*from) + slack).map(|(from, _)| due.max(*from) + slack)
    }

    /// Asks for something about a session.
    pub fn ask(&mut self, session: usize, what: &str, about: &str, now: Us) -> usize {
        let asked = Asked { what: what.to_owned(), about: about.to_owned(), sent: now, done: None };
        self.sessions[session].asked.push(asked);
        self.sessions[session].asked.len() - 1
    }

    /// The commits of a session.
    pub fn log_of(&self, id: &str) -> Vec<&Committed> {
        self.commits.iter().filter(|c| c.session == id).collect()
    }

    /// Whether an instance was in trouble in a span.
    pub fn troubled(&self, index: usize, from: Us, to: Us) -> bool {
        self.troubles.iter().any(|(i, a, b)| *i == index && *a <= to && *b >= from)
    }
}

/// How late repairs may be: they look every second, and a look takes a moment.
pub const SLACK: Us = 4 * SEC;

/// How late the end of a window may be: before it the media server is asked who is there, whose answer may take 2.5 s. A
/// look at others may be under way, and one that a webhook overtook is repeated a second later; two in a row may be.
pub const LOOKED: Us = 14 * SEC;
