//! The two ways out of an instance, as messages: to the media server, and to the endpoints of tenants.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use callboard_calls::ports::{
    MediaRooms, ProviderDispatch, ProviderParticipant, ProviderRoom, RoomOptions, TokenRequest,
};
use callboard_kernel::{Error, Result, SecretString, codes};
use callboard_livekit::LiveKitRooms;
use callboard_webhooks::{Answered, Unsent, WebhookSender};
use parking_lot::Mutex;
use tokio::sync::oneshot;

/// What an instance asks of the outside.
#[derive(Clone, Debug)]
pub enum PortAsk {
    /// Make a room, or find it.
    EnsureRoom(String),
    /// Delete a room.
    DeleteRoom(String),
    /// Rooms of these names; none: all.
    ListRooms(Vec<String>),
    /// Who is in a room.
    ListPeople(String),
    /// Send somebody out.
    Remove(String, String),
    /// Post to a tenant's endpoint.
    Post {
        /// Where to.
        url: String,
        /// With which headers.
        headers: Vec<(&'static str, String)>,
        /// What.
        body: Bytes,
    },
}

impl PortAsk {
    /// Whether it goes to the media server.
    pub const fn to_provider(&self) -> bool {
        !matches!(self, Self::Post { .. })
    }
}

/// What the outside says.
#[derive(Clone, Debug)]
pub enum PortSaid {
    /// Done.
    Done,
    /// Rooms.
    Rooms(Vec<ProviderRoom>),
    /// People.
    People(Vec<ProviderParticipant>),
    /// An endpoint answered with a status.
    Status(u16),
    /// Nothing came back.
    Nothing,
}

/// A question on its way.
pub struct PortCall {
    /// What is asked.
    pub ask: PortAsk,
    /// Where the answer goes.
    pub reply: oneshot::Sender<PortSaid>,
}

/// Questions that left an instance and were not picked up yet.
#[derive(Default)]
pub struct Ports(Mutex<Vec<PortCall>>);

impl Ports {
    /// Takes them, in order.
    pub fn take(&self) -> Vec<PortCall> {
        std::mem::take(&mut *self.0.lock())
    }

    async fn ask(&self, ask: PortAsk) -> PortSaid {
        let (reply, answer) = oneshot::channel();
        self.0.lock().push(PortCall { ask, reply });
        answer.await.unwrap_or(PortSaid::Nothing)
    }
}

/// The media server as `calls` sees it: answers come from the simulation, tokens from the real bridge.
pub struct Rooms {
    /// Messages.
    pub ports: Arc<Ports>,
    /// The real bridge.
    pub bridge: Arc<LiveKitRooms>,
}

impl Rooms {
    async fn ask(&self, ask: PortAsk) -> Result<PortSaid> {
        match self.ports.ask(ask).await {
            PortSaid::Nothing => Err(Error::new(&codes::LIVEKIT_UNREACHABLE, "The simulated LiveKit did not answer.")),
            said => Ok(said),
        }
    }

    async fn rooms(&self, ask: PortAsk) -> Result<Vec<ProviderRoom>> {
        match self.ask(ask).await? {
            PortSaid::Rooms(rooms) => Ok(rooms),
            other => Err(Error::internal(format!("the simulation said {other:?}"))),
        }
    }
}

#[async_trait]
impl MediaRooms for Rooms {
    fn provider(&self) -> &'static str {
        self.bridge.provider()
    }
    fn client_url(&self) -> String {
        self.bridge.client_url()
    }
    async fn ensure_room(&self, room: &str, _options: RoomOptions) -> Result<ProviderRoom> {
        let found = self.rooms(PortAsk::EnsureRoom(room.to_owned())).await?;
        found.into_iter().next().ok_or_else(|| Error::internal("the simulation made no room"))
    }
    async fn delete_room(&self, room: &str) -> Result<()> {
        self.ask(PortAsk::DeleteRoom(room.to_owned())).await.map(drop)
    }
    async fn list_rooms(&self, names: &[String]) -> Result<Vec<ProviderRoom>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.rooms(PortAsk::ListRooms(names.to_vec())).await
    }
    async fn list_all_rooms(&self) -> Result<Vec<ProviderRoom>> {
        self.rooms(PortAsk::ListRooms(Vec::new())).await
    }
    async fn list_participants(&self, room: &str) -> Result<Vec<ProviderParticipant>> {
        match self.ask(PortAsk::ListPeople(room.to_owned())).await? {
            PortSaid::People(people) => Ok(people),
            other => Err(Error::internal(format!("the simulation said {other:?}"))),
        }
    }
    async fn remove_participant(&self, room: &str, identity: &str) -> Result<()> {
        self.ask(PortAsk::Remove(room.to_owned(), identity.to_owned())).await.map(drop)
    }
    async fn dispatch_agent(&self, _room: &str, agent_name: &str, _metadata: &str) -> Result<ProviderDispatch> {
        Err(Error::internal(format!("nobody dispatches {agent_name} in the simulation")))
    }
    async fn list_dispatches(&self, _room: &str) -> Result<Vec<ProviderDispatch>> {
        Ok(Vec::new())
    }
    fn mint_token(&self, request: &TokenRequest) -> Result<SecretString> {
        self.bridge.mint_token(request)
    }
}

/// The endpoints of tenants: what they answer comes from the simulation.
pub struct Sender(pub Arc<Ports>);

#[async_trait]
impl WebhookSender for Sender {
    fn check_url(&self, _url: &str) -> std::result::Result<(), String> {
        Ok(())
    }
    async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Bytes,
        _keep: usize,
    ) -> std::result::Result<Answered, Unsent> {
        let ask = PortAsk::Post { url: url.to_owned(), headers: headers.to_vec(), body };
        match self.0.ask(ask).await {
            PortSaid::Status(status) => Ok(Answered { status, retry_after_s: None, body: Vec::new() }),
            _ => Err(Unsent::Failed("no answer within 15 s".to_owned())),
        }
    }
}
