//! What a provider reports, in our words. Adapters translate; the rules in `decide` conclude.

use callboard_contracts::call::{ParticipantKind, TrackKind};
use callboard_kernel::Timestamp;

/// Why a connection ended, as the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaveReason {
    /// The client left; also seen at reloads and rejoins.
    ClientInitiated,
    /// The same identity joined again.
    DuplicateIdentity,
    /// The media server went away.
    ServerShutdown,
    /// The room moved to another server.
    Migration,
    /// Nothing was heard for a while.
    ConnectionTimeout,
    /// Somebody removed it.
    ParticipantRemoved,
    /// Somebody deleted the room.
    RoomDeleted,
    /// A called phone refused.
    UserRejected,
    /// The signalling connection closed.
    SignalClose,
    /// The room timed out.
    RoomClosed,
    /// A poll no longer found it.
    Absent,
    /// Anything else, as spelled by the provider.
    Other(String),
}

impl LeaveReason {
    /// The text in events: lower snake case.
    pub fn text(&self) -> String {
        match self {
            Self::ClientInitiated => "client_initiated".to_owned(),
            Self::DuplicateIdentity => "duplicate_identity".to_owned(),
            Self::ServerShutdown => "server_shutdown".to_owned(),
            Self::Migration => "migration".to_owned(),
            Self::ConnectionTimeout => "connection_timeout".to_owned(),
            Self::ParticipantRemoved => "participant_removed".to_owned(),
            Self::RoomDeleted => "room_deleted".to_owned(),
            Self::UserRejected => "user_rejected".to_owned(),
            Self::SignalClose => "signal_close".to_owned(),
            Self::RoomClosed => "room_closed".to_owned(),
            Self::Absent => "absent".to_owned(),
            Self::Other(text) if text.trim().is_empty() => "unknown".to_owned(),
            Self::Other(text) => text.to_lowercase(),
        }
    }
}

/// Somebody's connection, as named in a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// `PA_…`.
    pub sid: String,
    /// The identity.
    pub identity: String,
    /// A name to show.
    pub name: Option<String>,
    /// The provider's kind.
    pub kind: ParticipantKind,
    /// Whether media can flow; phones ring first.
    pub active: bool,
}

/// One fact about a session's room.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderFact {
    /// `RM_…`; empty when the provider did not say.
    pub room_sid: String,
    /// When it happened, by the provider's clock.
    pub at: Timestamp,
    /// Whether Callboard concluded it from a poll.
    pub inferred: bool,
    /// What happened.
    pub what: FactKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum FactKind {
    /// A room of our name exists.
    RoomStarted,
    /// It is over.
    RoomFinished,
    /// A connection came.
    Joined(Peer),
    /// A connection went.
    Left(Peer, LeaveReason),
    /// A connection never came up.
    ConnectionAborted(Peer, LeaveReason),
    /// A track appeared.
    TrackPublished {
        /// Whose.
        peer: Peer,
        /// `TR_…`.
        track_sid: String,
        /// Audio, video or screen.
        kind: TrackKind,
    },
    /// A track went.
    TrackUnpublished {
        /// Whose.
        peer: Peer,
        /// `TR_…`.
        track_sid: String,
        /// Audio, video or screen.
        kind: TrackKind,
    },
    /// A recording began.
    RecordingStarted {
        /// The egress id.
        recording_id: String,
        /// The provider's status.
        status: Option<String>,
    },
    /// A recording is over.
    RecordingEnded {
        /// The egress id.
        recording_id: String,
        /// The provider's status.
        status: Option<String>,
        /// Where it lies.
        uri: Option<String>,
        /// Set when it failed.
        error: Option<String>,
    },
    /// Somebody spoke, by a signed relay.
    Transcript {
        /// The relay's event id, for the dedupe key.
        source_id: String,
        /// Who, by identity.
        identity: Option<String>,
        /// The utterance.
        utterance_id: String,
        /// What was said.
        text: String,
        /// Whether it is final.
        is_final: bool,
        /// Milliseconds from the start of the call.
        start_ms: i64,
        /// Milliseconds from the start of the call.
        end_ms: i64,
        /// The language, when known.
        language: Option<String>,
    },
    /// Data that names an action; a note, never an action.
    ActionSignal {
        /// The relay's event id, for the dedupe key.
        source_id: String,
        /// The action's id.
        action_id: String,
        /// The action's type.
        action_type: String,
        /// A summary.
        summary: String,
    },
}
