//! Requests and answers between the cast and the instances.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use serde_json::Value;

use crate::core::{Core, TaskId};

/// What a request is for; the checker and the count of situations go by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A session.
    Create,
    /// A join link.
    Link,
    /// A seat by a link.
    Join,
    /// A provider token by a pass.
    Token,
    /// A told leave.
    Leave,
    /// Coming back, with this resume token and consumer.
    Reconnect(String, String),
    /// Ending, failing or activating.
    State(&'static str),
    /// Sending a participant out.
    Remove,
    /// A page's report of a cut.
    Report,
    /// A consumer's checkpoint.
    Checkpoint(String),
    /// Events.
    Ingest,
    /// Reading.
    Read,
    /// A webhook of the media server.
    Hook,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What for.
    pub what: What,
    /// The session that it is about, by number.
    pub session: usize,
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// The whole `Authorization` header.
    pub authorization: String,
    /// `Idempotency-Key`.
    pub idempotency: Option<String>,
    /// The body; empty: none.
    pub body: String,
}

impl Ask {
    /// A request with a JSON body (`Null`: none) and a bearer (empty: nobody's).
    pub fn new(what: What, session: usize, method: &'static str, path: &str, bearer: &str, body: &Value) -> Self {
        Self {
            what,
            session,
            method,
            path: path.to_owned(),
            authorization: if bearer.is_empty() { String::new() } else { format!("Bearer {bearer}") },
            idempotency: None,
            body: if body.is_null() { String::new() } else { body.to_string() },
        }
    }

    /// With an `Idempotency-Key`.
    #[must_use]
    pub fn once(mut self, key: &str) -> Self {
        self.idempotency = Some(key.to_owned());
        self
    }
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Said {
    /// An answer.
    Answer(u16, Value),
    /// None: stored, or not.
    Unknown,
}

impl Said {
    /// The status; 0 when there is no answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Answer(status, _) => *status,
            Self::Unknown => 0,
        }
    }

    /// The body of a success.
    pub const fn good(&self) -> Option<&Value> {
        match self {
            Self::Answer(200..=299, body) => Some(body),
            _ => None,
        }
    }

    /// The code of a problem; empty when it is none.
    pub fn code(&self) -> &str {
        match self {
            Self::Answer(_, body) => body["code"].as_str().unwrap_or_default(),
            Self::Unknown => "",
        }
    }

    /// Whether the same request must be sent again to learn the outcome.
    pub fn is_unknown(&self) -> bool {
        // 5xx answers say that the outcome is not known, or that it should be tried again.
        matches!(self, Self::Unknown)
            || self.status() >= 500
            || self.status() == 429 && self.code() != "CONCURRENCY_LIMIT"
    }
}

/// Where an answer is put.
#[derive(Default)]
pub struct Slot {
    pub(crate) said: Option<Said>,
    pub(crate) waiter: Option<TaskId>,
}

/// A request on its way.
pub struct Pending {
    pub(crate) core: Rc<RefCell<Core>>,
    pub(crate) slot: Rc<RefCell<Slot>>,
}

impl Future for Pending {
    type Output = Said;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Said> {
        let mut slot = self.slot.borrow_mut();
        match slot.said.take() {
            Some(said) => Poll::Ready(said),
            None => {
                slot.waiter = Some(self.core.borrow().current);
                Poll::Pending
            }
        }
    }
}
