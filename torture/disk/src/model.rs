//! What the store must hold: a model of the log that is simple enough to be right.
//!
//! It shares no code with what it checks. A group of writes is applied to a copy; whether the copy counts is what the
//! store's answers, and after a cut its contents, must agree on.

use std::collections::BTreeMap;
use std::sync::Arc;

use callboard_contracts::{Actor, EventType};
use callboard_eventlog::StoredEvent;
use callboard_kernel::Timestamp;

/// What a producer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// When.
    pub ts: Timestamp,
    /// Its type.
    pub ty: EventType,
    /// Who.
    pub actor: Actor,
    /// Compact JSON.
    pub payload: String,
}

/// One request to write.
#[derive(Clone, Debug)]
pub enum Job {
    /// A new session.
    Create(String),
    /// Events for a session, all or none.
    Append(String, Vec<Arc<Fact>>),
    /// A consumer's place: session, consumer, owner, sequence.
    Ack(String, String, String, i64),
    /// An append during which something else moves the head: it must be refused.
    Meddle(String, Arc<Fact>),
}

/// What a request is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The session is there.
    Created,
    /// Sequence and whether it was a repetition, for each event.
    Appended(Vec<(i64, bool)>),
    /// What became of the place, and where it stands.
    Acked(&'static str, i64),
    /// A code.
    Refused(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Session {
    log: Vec<Arc<Fact>>,
    by_id: BTreeMap<String, usize>,
    consumers: BTreeMap<String, (String, i64)>,
}

/// The whole content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    sessions: BTreeMap<String, Session>,
    order: Vec<(String, i64)>,
}

/// What was read from a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Events by session.
    pub sessions: BTreeMap<String, Vec<StoredEvent>>,
    /// (session, consumer) to (owner, sequence).
    pub consumers: BTreeMap<(String, String), (String, i64)>,
    /// The tenant's events in the order of commits: session and sequence.
    pub tail: Vec<(String, i64)>,
    /// What the projector put beside each event.
    pub beside: Vec<String>,
}

/// The name of what the projector puts beside an event.
pub fn beside(session: &str, sequence: i64) -> String {
    format!("obx_{session}_{sequence:06}")
}

impl Model {
    /// Applies a request as the contract says.
    pub fn apply(&mut self, job: &Job) -> Answer {
        let refused = |code: &str| Answer::Refused(code.to_owned());
        match job {
            Job::Create(name) if self.sessions.contains_key(name) => refused("SESSION_EXISTS"),
            Job::Create(name) => {
                self.sessions.insert(name.clone(), Session::default());
                Answer::Created
            }
            Job::Append(name, facts) => self.append(name, facts),
            Job::Ack(name, consumer, owner, sequence) => self.ack(name, consumer, owner, *sequence),
            Job::Meddle(..) => refused("INTERNAL"),
        }
    }

    fn append(&mut self, name: &str, facts: &[Arc<Fact>]) -> Answer {
        let Some(session) = self.sessions.get_mut(name) else { return Answer::Refused("NOT_FOUND".to_owned()) };
        let before = session.log.len();
        let mut out = Vec::new();
        for fact in facts {
            if let Some(at) = session.by_id.get(&fact.id) {
                if session.log[*at] != *fact {
                    for undone in session.log.drain(before..) {
                        session.by_id.remove(&undone.id);
                    }
                    return Answer::Refused("EVENT_ID_CONFLICT".to_owned());
                }
                out.push((sequence(*at), true));
            } else {
                session.by_id.insert(fact.id.clone(), session.log.len());
                session.log.push(fact.clone());
                out.push((sequence(session.log.len() - 1), false));
            }
        }
        let fresh = before..session.log.len();
        self.order.extend(fresh.map(|at| (name.to_owned(), sequence(at))));
        Answer::Appended(out)
    }

    fn ack(&mut self, name: &str, consumer: &str, owner: &str, to: i64) -> Answer {
        let Some(session) = self.sessions.get_mut(name) else { return Answer::Refused("NOT_FOUND".to_owned()) };
        if to > sequence(session.log.len()) - 1 {
            return Answer::Refused("ACK_AHEAD_OF_LOG".to_owned());
        }
        let Some((by, stands)) = session.consumers.get_mut(consumer) else {
            session.consumers.insert(consumer.to_owned(), (owner.to_owned(), to));
            return Answer::Acked("advanced_sequence", to);
        };
        if by != owner {
            return Answer::Refused("CONSUMER_FORBIDDEN".to_owned());
        }
        if to > *stands {
            *stands = to;
            return Answer::Acked("advanced_sequence", to);
        }
        Answer::Acked(if to == *stands { "equal_sequence_idempotent" } else { "stale_sequence_ignored" }, *stands)
    }

    /// Names of sessions.
    pub fn names(&self) -> Vec<String> {
        self.sessions.keys().cloned().collect()
    }

    /// The events of a session.
    pub fn log(&self, name: &str) -> &[Arc<Fact>] {
        self.sessions.get(name).map_or(&[], |s| &s.log)
    }

    /// Events in all.
    pub fn events(&self) -> usize {
        self.order.len()
    }

    /// What differs between this and what was read; nothing when they are the same.
    pub fn difference(&self, seen: &Observed) -> Option<String> {
        let names: Vec<_> = seen.sessions.keys().cloned().collect();
        if names != self.names() {
            return Some(format!("sessions are {names:?}, should be {:?}", self.names()));
        }
        for (name, session) in &self.sessions {
            let found = seen.sessions.get(name).map_or(&[][..], Vec::as_slice);
            if let Some(what) = self.wrong_page(name, 0, found) {
                return Some(what);
            }
            if found.len() != session.log.len() {
                return Some(format!("{name} has {} events, should have {}", found.len(), session.log.len()));
            }
            for (consumer, stands) in &session.consumers {
                let found = seen.consumers.get(&(name.clone(), consumer.clone()));
                if found != Some(stands) {
                    return Some(format!("{name}/{consumer} stands at {found:?}, should at {stands:?}"));
                }
            }
        }
        let consumers: usize = self.sessions.values().map(|s| s.consumers.len()).sum();
        if consumers != seen.consumers.len() {
            return Some(format!("{} consumers, should be {consumers}", seen.consumers.len()));
        }
        if self.order != seen.tail {
            return Some(format!(
                "the tail has {} events, should have {}, in order",
                seen.tail.len(),
                self.order.len()
            ));
        }
        let mut beside: Vec<String> = self.order.iter().map(|(name, at)| beside(name, *at)).collect();
        beside.sort();
        (beside != seen.beside).then(|| format!("{} rows beside {} events", seen.beside.len(), beside.len()))
    }

    /// What is wrong with a page of a session that begins after a sequence.
    pub fn wrong_page(&self, name: &str, after: i64, page: &[StoredEvent]) -> Option<String> {
        let log = self.log(name);
        for (at, event) in page.iter().enumerate() {
            let want = after + sequence(at);
            if event.sequence != want {
                return Some(format!("{name}: sequence {} where {want} should be", event.sequence));
            }
            let Some(fact) = usize::try_from(want - 1).ok().and_then(|at| log.get(at)) else {
                return Some(format!("{name}: {} at {want} was never acknowledged", event.event_id));
            };
            if let Some(what) = wrong_event(name, fact, event) {
                return Some(format!("{name}: {want}: {what}"));
            }
        }
        None
    }
}

fn wrong_event(name: &str, fact: &Fact, event: &StoredEvent) -> Option<String> {
    let found = Fact {
        id: event.event_id.clone(),
        ts: event.ts,
        ty: event.ty,
        actor: event.actor.clone(),
        payload: event.payload.clone(),
    };
    if event.session.as_str() != name {
        return Some(format!("it says that it belongs to {}", event.session));
    }
    (found != *fact).then(|| format!("{} is not {}, or not as it was said", found.id, fact.id))
}

/// The sequence of a place in a log.
fn sequence(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX - 1) + 1
}
