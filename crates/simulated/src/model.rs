//! Rooms, connections, and what is said about them.

use callboard_calls::ports::RoomOptions;
use callboard_kernel::Timestamp;
use serde_json::Value;

/// The provider's name on sessions.
pub const PROVIDER: &str = callboard_calls::model::SIMULATED;
/// How often a client should ping, milliseconds.
pub const PING_EVERY_MS: i64 = 5_000;
/// A connection that was not heard of for so long is lost, milliseconds.
pub const LIFE_MS: i64 = 15_000;

/// A room.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    pub sid: String,
    pub name: String,
    pub options: RoomOptions,
    pub created_at: Timestamp,
    pub people: Vec<Person>,
    /// Since when nobody is there; `None` while somebody is.
    pub empty_since: Option<Timestamp>,
    /// Whether anybody ever came.
    pub used: bool,
}

/// One connection of somebody.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub sid: String,
    pub identity: String,
    pub name: String,
    pub agent: bool,
    pub metadata: String,
    pub can_publish: bool,
    pub joined_at: Timestamp,
    pub heard_at: Timestamp,
    /// SHA-256 of the token that speaks for this connection.
    pub token_hash: String,
    pub track: Option<String>,
}

/// What an access token lets its holder do.
#[derive(Clone, Debug)]
pub(crate) struct Ticket {
    pub room: String,
    pub identity: String,
    pub name: String,
    pub agent: bool,
    pub metadata: String,
    pub can_publish: bool,
    pub options: RoomOptions,
}

/// Why a connection is over, in LiveKit's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    ClientInitiated,
    DuplicateIdentity,
    ParticipantRemoved,
    RoomDeleted,
    RoomClosed,
    UserRejected,
    ConnectionTimeout,
}

impl Reason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClientInitiated => "CLIENT_INITIATED",
            Self::DuplicateIdentity => "DUPLICATE_IDENTITY",
            Self::ParticipantRemoved => "PARTICIPANT_REMOVED",
            Self::RoomDeleted => "ROOM_DELETED",
            Self::RoomClosed => "ROOM_CLOSED",
            Self::UserRejected => "USER_REJECTED",
            Self::ConnectionTimeout => "CONNECTION_TIMEOUT",
        }
    }
}

/// A webhook to be sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hook {
    /// The room's name: webhooks of one room keep their order.
    pub room: String,
    /// When it happened.
    pub at: Timestamp,
    /// The body.
    pub body: Value,
}
