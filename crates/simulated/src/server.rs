//! The server: rooms behind a lock, a key of its own, and the port of `calls`.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_calls::model::ParticipantKind;
use callboard_calls::ports::{
    MediaRooms, ProviderDispatch, ProviderParticipant, ProviderRoom, RoomOptions, TokenRequest,
};
use callboard_http::Repair;
use callboard_kernel::codes;
use callboard_kernel::{Entropy, Error, ExposeSecret as _, Keyring, Result, SecretString, Timestamp, TokenKind, World};
use callboard_livekit::{LiveKitConfig, Sender, participant_claims, participant_token};
use parking_lot::Mutex;
use serde_json::Value;

use crate::courier::Courier;
use crate::model::{Hook, PROVIDER, Person, Reason, Room, Ticket};
use crate::rooms::{At, Rooms};

/// The id of the server's key, the `iss` of its tokens and webhooks.
pub(crate) const KEY_ID: &str = "callboard-simulated";

/// A media server without media.
pub struct MediaServer {
    config: LiveKitConfig,
    world: Arc<dyn World>,
    rooms: Mutex<Rooms>,
    courier: Courier,
}

/// A connection as its client knows it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub room_sid: String,
    pub participant_sid: String,
    pub connection_token: SecretString,
}

fn over() -> Error {
    Error::new(
        &codes::NOT_FOUND,
        "This connection is over: it was lost, replaced or removed. Connect with a new token.",
    )
}

impl MediaServer {
    /// A server whose key is derived from the installation's; `public_url` is where clients reach Callboard.
    pub fn new(keys: &Keyring, public_url: &str, world: Arc<dyn World>) -> Self {
        let config = LiveKitConfig {
            provider: PROVIDER,
            url: public_url.to_owned(),
            public_url: format!("{public_url}/v1/simulated"),
            api_key: KEY_ID.to_owned(),
            api_secret: keys.derive(TokenKind::Simulated, &["media server"]),
            webhook_keys: std::collections::BTreeMap::new(),
        };
        Self { config, world, rooms: Mutex::default(), courier: Courier::default() }
    }

    /// Whose webhooks these are, for the bridge that receives them.
    pub fn sender(&self) -> Sender {
        Sender::new(self.config.clone())
    }

    /// What is still to be delivered.
    pub const fn courier(&self) -> &Courier {
        &self.courier
    }

    /// Delivers webhooks to the Callboard that listens here, until the future is dropped.
    pub async fn deliver(&self, listening: SocketAddr) -> Result<()> {
        let (ip, port) = (listening.ip(), listening.port());
        let host = match ip {
            _ if ip.is_unspecified() && ip.is_ipv6() => "[::1]".to_owned(),
            _ if ip.is_unspecified() => "127.0.0.1".to_owned(),
            std::net::IpAddr::V6(v6) => format!("[{v6}]"),
            std::net::IpAddr::V4(v4) => v4.to_string(),
        };
        let url = format!("http://{host}:{port}/v1/call/livekit/events");
        self.courier.run(&url, &self.config, &self.world).await
    }

    /// Forgets every room without a word, as a crash does.
    pub fn crash(&self) {
        self.rooms.lock().forget();
    }

    fn change<T>(&self, act: impl FnOnce(&mut Rooms, &mut At<'_>) -> (T, Vec<Hook>)) -> T {
        let (now, mut entropy) = (self.world.now(), self.world.entropy());
        let mut rooms = self.rooms.lock();
        let (value, said) = act(&mut rooms, &mut At { now, entropy: &mut entropy });
        // Queued under the lock, or two changes of one room could be told in the other order.
        self.courier.take(said);
        value
    }

    /// Opens a connection with an access token that this server minted.
    pub(crate) fn connect(&self, access_token: &str, now: Timestamp, entropy: &mut Entropy) -> Result<Opened> {
        let claims = participant_claims(&self.config, access_token, now)?;
        let ticket = ticket(&claims);
        let token = format!("cbm_{}", URL_SAFE_NO_PAD.encode(entropy.block()));
        let hash = Keyring::lookup_hash(&token);
        let (room_sid, participant_sid) = self.change(|rooms, at| {
            let (room, person, said) = rooms.connect(&ticket, &hash, at);
            ((room.sid, person.sid), said)
        });
        Ok(Opened { room_sid, participant_sid, connection_token: token.into() })
    }

    /// The client is there.
    pub(crate) fn ping(&self, token: &str, now: Timestamp) -> Result<()> {
        self.rooms.lock().heard(&Keyring::lookup_hash(token), now).ok_or_else(over)
    }

    /// Publishes the microphone; gives the track's id.
    pub(crate) fn publish(&self, token: &str) -> Result<String> {
        let hash = Keyring::lookup_hash(token);
        self.change(|rooms, at| match rooms.publish(&hash, at) {
            None => (Err(over()), Vec::new()),
            Some(None) => (Err(Error::new(&codes::FORBIDDEN, "Observers publish nothing.")), Vec::new()),
            Some(Some((track, said))) => (Ok(track), said),
        })
    }

    /// Ends a connection for a reason.
    pub(crate) fn leave(&self, token: &str, reason: Reason) -> Result<()> {
        let hash = Keyring::lookup_hash(token);
        self.change(|rooms, at| match rooms.leave(&hash, reason, at) {
            None => (Err(over()), Vec::new()),
            Some(said) => (Ok(()), said),
        })
    }
}

/// What a token that was verified lets its holder do.
fn ticket(claims: &Value) -> Ticket {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let seconds = |name: &str| claims["roomConfig"][name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(300);
    Ticket {
        room: text(&claims["video"]["room"]),
        identity: text(&claims["sub"]),
        name: text(&claims["name"]),
        agent: claims["kind"] == "agent",
        metadata: text(&claims["metadata"]),
        can_publish: claims["video"]["canPublish"] == true,
        options: RoomOptions {
            empty_timeout_s: seconds("emptyTimeout"),
            departure_timeout_s: seconds("departureTimeout"),
        },
    }
}

fn room(room: &Room) -> ProviderRoom {
    ProviderRoom { sid: room.sid.clone(), name: room.name.clone(), created_at: room.created_at }
}

fn person(p: &Person) -> ProviderParticipant {
    ProviderParticipant {
        sid: p.sid.clone(),
        identity: p.identity.clone(),
        name: p.name.clone(),
        kind: if p.agent { ParticipantKind::Agent } else { ParticipantKind::Standard },
        active: true,
        joined_at: p.joined_at,
    }
}

#[async_trait]
impl MediaRooms for MediaServer {
    fn provider(&self) -> &'static str {
        PROVIDER
    }
    fn client_url(&self) -> String {
        self.config.public_url.clone()
    }
    async fn ensure_room(&self, name: &str, options: RoomOptions) -> Result<ProviderRoom> {
        Ok(room(&self.change(|rooms, at| rooms.ensure(name, options, at))))
    }
    async fn delete_room(&self, name: &str) -> Result<()> {
        self.change(|rooms, at| ((), rooms.close(name, Reason::RoomDeleted, at)));
        Ok(())
    }
    async fn list_rooms(&self, names: &[String]) -> Result<Vec<ProviderRoom>> {
        let rooms = self.rooms.lock();
        Ok(names.iter().filter_map(|n| rooms.get(n)).map(room).collect())
    }
    async fn list_all_rooms(&self) -> Result<Vec<ProviderRoom>> {
        Ok(self.rooms.lock().all().map(room).collect())
    }
    async fn list_participants(&self, name: &str) -> Result<Vec<ProviderParticipant>> {
        Ok(self.rooms.lock().get(name).map(|r| r.people.iter().map(person).collect()).unwrap_or_default())
    }
    async fn remove_participant(&self, name: &str, identity: &str) -> Result<()> {
        self.change(|rooms, at| ((), rooms.leave_identity(name, identity, Reason::ParticipantRemoved, at)));
        Ok(())
    }
    async fn dispatch_agent(&self, _room: &str, _agent_name: &str, _metadata: &str) -> Result<ProviderDispatch> {
        Err(Error::new(&codes::LIVEKIT_UNAVAILABLE, "The simulated media server has no agents to dispatch."))
    }
    async fn list_dispatches(&self, _room: &str) -> Result<Vec<ProviderDispatch>> {
        Ok(Vec::new())
    }
    fn mint_token(&self, request: &TokenRequest) -> Result<SecretString> {
        participant_token(&self.config, request)
    }
}

/// The server's clock: who was not heard of is lost, what stays empty is closed.
pub struct Tick(pub Arc<MediaServer>);

#[async_trait]
impl Repair for Tick {
    fn name(&self) -> &'static str {
        "simulated.tick"
    }
    fn every_ms(&self) -> u64 {
        1_000
    }
    /// Nothing is mended here: time passing is what happens.
    async fn run(&self, _now: Timestamp) -> Result<u64> {
        self.0.change(|rooms, at| ((), rooms.tick(at)));
        Ok(0)
    }
}

/// Whether a LiveKit key would be taken for the simulated server's.
pub fn is_own_key(api_key: &str) -> bool {
    api_key == KEY_ID
}

impl Opened {
    /// The token for the answer, shown to the client alone.
    pub(crate) fn token(&self) -> &str {
        self.connection_token.expose_secret()
    }
}
