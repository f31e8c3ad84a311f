//! What calls need of a media provider. Adapters on floor 3 implement it; `calls` never talks to LiveKit.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use callboard_contracts::call::ParticipantKind;
use callboard_kernel::{Result, SecretString, Timestamp};

use crate::model::ParticipantRole;

/// A room as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderRoom {
    /// The provider's id of this incarnation (`RM_…`).
    pub sid: String,
    /// The room's name, ours.
    pub name: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A connection of somebody in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderParticipant {
    /// The provider's id of this connection (`PA_…`).
    pub sid: String,
    /// The identity, ours where we minted it.
    pub identity: String,
    /// A name to show; may be empty.
    pub name: String,
    /// The provider's kind.
    pub kind: ParticipantKind,
    /// Whether media can flow: state ACTIVE, and for phones the attribute `sip.callStatus=active`.
    pub active: bool,
    /// When this connection joined.
    pub joined_at: Timestamp,
}

/// How a room is to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomOptions {
    /// Seconds that an empty room stays before anybody came.
    pub empty_timeout_s: u32,
    /// Seconds that a room stays after the last one left.
    pub departure_timeout_s: u32,
}

/// A request for a provider token.
#[derive(Clone, Debug)]
pub struct TokenRequest {
    /// The room's name.
    pub room: String,
    /// `<role>_<participantId>`.
    pub identity: String,
    /// A name to show.
    pub name: Option<String>,
    /// Caller, agent or observer; observers never publish, agents carry the claim `kind: agent`.
    pub role: ParticipantRole,
    /// Whether audio and video may be published.
    pub can_publish: bool,
    /// Lifetime in seconds, 30-3600.
    pub ttl_s: u32,
    /// When the token starts.
    pub now: Timestamp,
    /// JSON with sessionId, participantId, userId.
    pub metadata: String,
    /// Room settings, also carried in the token because the server re-creates rooms by itself after a crash.
    pub options: RoomOptions,
}

/// An agent dispatch as the provider lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderDispatch {
    /// The provider's id.
    pub id: String,
    /// The agent's name.
    pub agent_name: String,
}

/// The media system, as far as calls use it. Every method fails with `LIVEKIT_UNREACHABLE` (retryable) when the
/// provider does not answer within its time limit; `remove_participant` and `delete_room` succeed when there is
/// nothing to remove.
#[async_trait]
pub trait MediaRooms: Send + Sync {
    /// The name stored on sessions: `livekit`, `simulated`.
    fn provider(&self) -> &'static str;
    /// The address that browsers connect to.
    fn client_url(&self) -> String;
    /// Creates the room or finds it; idempotent.
    async fn ensure_room(&self, room: &str, options: RoomOptions) -> Result<ProviderRoom>;
    /// Deletes the room and sends everybody out.
    async fn delete_room(&self, room: &str) -> Result<()>;
    /// The rooms of the given names that exist now.
    async fn list_rooms(&self, names: &[String]) -> Result<Vec<ProviderRoom>>;
    /// Every room that exists now, also those of others who share the server.
    async fn list_all_rooms(&self) -> Result<Vec<ProviderRoom>>;
    /// Everybody in a room now; an absent room has nobody.
    async fn list_participants(&self, room: &str) -> Result<Vec<ProviderParticipant>>;
    /// Sends one identity out.
    async fn remove_participant(&self, room: &str, identity: &str) -> Result<()>;
    /// Asks for an agent.
    async fn dispatch_agent(&self, room: &str, agent_name: &str, metadata: &str) -> Result<ProviderDispatch>;
    /// The dispatches of a room.
    async fn list_dispatches(&self, room: &str) -> Result<Vec<ProviderDispatch>>;
    /// Makes a token; no I/O.
    fn mint_token(&self, request: &TokenRequest) -> Result<SecretString>;
}

/// The providers of this installation by name. Repair always asks the session's own provider.
#[derive(Clone, Default)]
pub struct Providers {
    by_name: HashMap<&'static str, Arc<dyn MediaRooms>>,
    default: Option<&'static str>,
}

impl Providers {
    /// Adds a provider; the first one becomes the default for new sessions.
    pub fn add(&mut self, rooms: Arc<dyn MediaRooms>) {
        let name = rooms.provider();
        self.default.get_or_insert(name);
        self.by_name.insert(name, rooms);
    }
    /// Adds a provider that is used only by sessions that ask for it.
    pub fn add_beside(&mut self, rooms: Arc<dyn MediaRooms>) {
        self.by_name.insert(rooms.provider(), rooms);
    }
    /// The provider of new sessions, when one is configured.
    pub fn default_provider(&self) -> Option<&Arc<dyn MediaRooms>> {
        self.default.and_then(|name| self.by_name.get(name))
    }
    /// A session's own provider.
    pub fn of(&self, name: &str) -> Option<&Arc<dyn MediaRooms>> {
        self.by_name.get(name)
    }
    /// All providers.
    pub fn all(&self) -> impl Iterator<Item = &Arc<dyn MediaRooms>> {
        self.by_name.values()
    }
}
