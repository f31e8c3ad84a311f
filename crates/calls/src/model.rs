//! States and types of a call. Nothing here does I/O.

use std::fmt;

use callboard_contracts::EventType;
use callboard_kernel::{Error, ParticipantId, Result, SessionId, TenantId, Timestamp, UserId};

pub use callboard_contracts::call::{Channel, Direction, EndReason, ParticipantKind, ParticipantRole};

/// Default reconnect window, milliseconds.
pub const RECONNECT_WINDOW_MS: i64 = 120_000;
/// Default grace after a provider's `CLIENT_INITIATED`, milliseconds.
pub const LEAVE_GRACE_MS: i64 = 10_000;
/// A session that nobody made active ends after this long, milliseconds.
pub const NEVER_ACTIVE_MS: i64 = 15 * 60 * 1000;
/// The provider name of sessions made without a provider.
pub const NO_PROVIDER: &str = "none";
/// Providers that this installation runs itself. Only sessions that were made with one carry its name.
pub const OWN_PROVIDERS: &[&str] = &["livekit", SIMULATED];
/// The provider of simulated calls.
pub const SIMULATED: &str = "simulated";

macro_rules! stored_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:tt),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "lowercase")]
        pub enum $name { $($(#[$vmeta])* $variant),* }
        impl $name {
            /// The text in the log, in tables and on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// Reads the text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
            /// Reads a stored column; an unknown text is our own defect.
            pub fn from_stored(text: &str) -> Result<Self> {
                Self::parse(text).ok_or_else(|| Error::internal(format!(concat!(stringify!($name), " {} is unknown"), text)))
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

stored_enum! {
    /// A session's status: `created -> active -> ended | failed`, also `created -> ended | failed`.
    Status {
        /// Made, nobody came yet.
        Created = "created",
        /// A caller came.
        Active = "active",
        /// Over, with an outcome.
        Ended = "ended",
        /// Over, without one.
        Failed = "failed",
    }
}

impl Status {
    /// Ended or failed.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Ended | Self::Failed)
    }
}

stored_enum! {
    /// How the callers are connected, derived from the provider's facts.
    ConnectionState {
        /// Nothing was heard.
        Idle = "idle",
        /// The room is open, no caller yet.
        Connecting = "connecting",
        /// At least one caller is connected.
        Connected = "connected",
        /// No caller is connected and a reconnect window is open.
        Reconnecting = "reconnecting",
        /// The call is over or everybody left.
        Disconnected = "disconnected",
    }
}

stored_enum! {
    /// Where a participant stands, with what the rules need beyond the log.
    Phase {
        /// Was given a token or link, has not come.
        Invited = "invited",
        /// A phone that rings.
        Ringing = "ringing",
        /// Connected.
        Connected = "connected",
        /// Gone by its own client's word, perhaps a reload. With `lost_at` set, a loss had been concluded before.
        Grace = "grace",
        /// Lost; may come back until the deadline.
        Window = "window",
        /// Gone.
        Left = "left",
    }
}

impl Phase {
    /// Whether the participant counts as in the call.
    pub const fn is_present(self) -> bool {
        matches!(self, Self::Connected | Self::Grace | Self::Window)
    }
}

/// A session's row and state.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: SessionId,
    /// The user it belongs to.
    pub owner: Option<UserId>,
    /// Voice or video.
    pub channel: Channel,
    /// Inbound or outbound.
    pub direction: Direction,
    /// The builder's own reference.
    pub correlation_id: Option<String>,
    /// `livekit`, or [`NO_PROVIDER`], or as an external builder names it.
    pub provider: String,
    /// The room's name.
    pub provider_room_id: Option<String>,
    /// The first caller's identity.
    pub provider_participant_id: Option<String>,
    /// Made at activation.
    pub provider_call_id: Option<String>,
    /// The builder's own data.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// Ends an active call after so long, milliseconds.
    pub max_duration_ms: Option<i64>,
    /// How long a lost participant may come back, milliseconds.
    pub reconnect_window_ms: i64,
    /// How long a client's own disconnect waits for a reload, milliseconds.
    pub leave_grace_ms: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Raised by state, metadata and provider fields.
    pub version: i64,
    /// Raised by every provider fact; a poll's conclusion holds only for the version it began with.
    pub provider_version: i64,
    /// Successive successful polls that did not find the room.
    pub missing_polls: i64,
    /// How its callers are connected, as of the last change.
    pub connection: ConnectionState,
    /// Whether it holds one of the tenant's concurrent call slots.
    pub slot_held: bool,
    /// The last error.
    pub last_error: Option<LastError>,
    /// When all personal text in it was erased.
    pub erased_at: Option<Timestamp>,
    /// Its state by the log.
    pub state: SessionState,
}

/// The last error of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// A code.
    pub code: String,
    /// A message.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// What the log says about a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// Its status.
    pub status: Status,
    /// When the first caller came; the zero of transcripts.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When it failed.
    pub failed_at: Option<Timestamp>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
}

impl SessionState {
    /// When it ended or failed.
    pub fn closed_at(&self) -> Option<Timestamp> {
        self.ended_at.or(self.failed_at)
    }
}

/// A participant's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantRow {
    /// Its id.
    pub id: ParticipantId,
    /// Its identity at the provider.
    pub identity: String,
    /// What the provider says it is.
    pub kind: ParticipantKind,
    /// Caller, agent or observer; `None` counts as nobody.
    pub role: Option<ParticipantRole>,
    /// A name to show.
    pub name: Option<String>,
    /// The user behind it.
    pub user: Option<UserId>,
    /// Where it stands.
    pub phase: Phase,
    /// Since when; a grace keeps the instant at which the connection began. What a report tells about the time before
    /// is known already.
    pub since: Timestamp,
    /// When the grace or window ends.
    pub deadline: Option<Timestamp>,
    /// Losses so far.
    pub attempt: i64,
    /// When the current loss began.
    pub lost_at: Option<Timestamp>,
    /// When its own page last reported a cut that has not healed.
    pub reported_lost_at: Option<Timestamp>,
    /// The generation of its current resume token.
    pub generation: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ParticipantRow {
    /// Whether it keeps a call alive.
    pub fn is_caller(&self) -> bool {
        self.role == Some(ParticipantRole::Caller)
    }
}

/// One connection of a participant, by the provider's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRow {
    /// `PA_…`.
    pub sid: String,
    /// `RM_…`.
    pub room_sid: String,
    /// Whose it is.
    pub participant: ParticipantId,
    /// Whether media can flow (phones ring first).
    pub active: bool,
    /// When it opened.
    pub opened_at: Timestamp,
    /// When it closed.
    pub closed_at: Option<Timestamp>,
    /// Why it closed.
    pub close_reason: Option<String>,
}

/// One life of the session's room at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRow {
    /// `RM_…`.
    pub sid: String,
    /// When it was first heard of.
    pub opened_at: Timestamp,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
}

/// A use of one generation's token, kept so that a lost answer can be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeUse {
    /// The generation that was presented.
    pub generation: i64,
    /// When it was first used.
    pub used_at: Timestamp,
    /// Exclusive lower bound of the replay that was given.
    pub replay_after: i64,
    /// Inclusive upper bound of the replay that was given.
    pub replay_until: i64,
}

/// A fact that the rules concluded, to be appended in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Its dedupe key.
    pub event_id: String,
    /// Its type.
    pub ty: EventType,
    /// When it happened.
    pub ts: Timestamp,
    /// Its payload.
    pub payload: serde_json::Value,
}

/// Everything that the rules look at and change; loaded and saved in one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The session.
    pub session: Session,
    /// Everybody who was ever invited or seen.
    pub participants: Vec<ParticipantRow>,
    /// Connections that are open, and closed ones of participants touched now.
    pub connections: Vec<ConnectionRow>,
    /// Room incarnations.
    pub rooms: Vec<RoomRow>,
    /// The stream's last sequence, for effects that may be asked for again.
    pub sequence: i64,
    /// Facts to append.
    pub pending: Vec<Pending>,
    /// Why a fact had no effect, for its receipt.
    pub note: Option<String>,
}
