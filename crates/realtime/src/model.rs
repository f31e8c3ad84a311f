//! What this crate decides about.

use std::time::Duration;

use callboard_contracts::{Actor, EventType, Family};
use callboard_http::{PassKind, Principal};
use callboard_kernel::{SessionId, Timestamp};

/// A producer's event after everything was checked that needs no database.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parsed {
    /// The producer's id; made by the server before the transaction when absent.
    pub event_id: Option<String>,
    /// The session that it is for.
    pub session: SessionId,
    /// The instant that the producer sent.
    pub ts: Option<Timestamp>,
    /// Its type.
    pub ty: EventType,
    /// The participant that the producer speaks for, if it named one.
    pub actor: Option<Actor>,
    /// The payload, compact; of a participant's own transcript with speaker and participant as the server knows them.
    pub payload: String,
}

/// A session, as far as a writer's rights depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionView {
    /// When it ended or failed; absent while it runs.
    pub closed_at: Option<Timestamp>,
}

/// A participant of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Its id.
    pub id: String,
    /// Its identity at the provider.
    pub identity: String,
}

/// What of a session's log a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Visibility {
    /// Only events after this sequence.
    pub from: i64,
    /// Only `call.*` and `transcript.*`.
    pub call_only: bool,
}

impl Visibility {
    /// The rule for a caller.
    pub(crate) const fn of(by: &Principal) -> Self {
        match by {
            Principal::Pass { kind: PassKind::Participant, from_sequence, .. } => {
                Self { from: *from_sequence, call_only: true }
            }
            _ => Self { from: 0, call_only: false },
        }
    }

    /// Whether an event may be seen.
    pub(crate) const fn allows(self, sequence: i64, ty: EventType) -> bool {
        sequence > self.from && (!self.call_only || matches!(ty.family(), Family::Call | Family::Transcript))
    }
}

/// The event that ends a session's story.
pub(crate) const fn is_terminal(ty: EventType) -> bool {
    matches!(ty, EventType::CallEnded | EventType::CallTerminalFailure)
}

/// Times of live delivery. The defaults are the contract; tests shorten them.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// Pause after which an idle stream says that it lives.
    pub heartbeat: Duration,
    /// How long a reader may stay behind without reading, milliseconds.
    pub lag_ms: i64,
    /// How often a long stream's credential and session are looked at again.
    pub recheck: Duration,
    /// Time for the first frame of a socket that brought no credential.
    pub auth: Duration,
    /// Longest silence of a socket's client, which answers pings.
    pub silence: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(15),
            lag_ms: 30_000,
            recheck: Duration::from_secs(30),
            auth: Duration::from_secs(5),
            silence: Duration::from_secs(45),
        }
    }
}
