//! The port of `calls`, implemented on LiveKit's API.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_calls::ports::{
    MediaRooms, ProviderDispatch, ProviderParticipant, ProviderRoom, RoomOptions, TokenRequest,
};
use callboard_kernel::{Error, Result, SecretString, Timestamp, World, codes};
use serde_json::{Value, json};

use crate::calls::ApiCalls;
use crate::config::LiveKitConfig;
use crate::loose::Loose;
use crate::token;
use crate::twirp::{Failure, Twirp};
use crate::webhook;

/// LiveKit as a media provider. Cheap to clone.
#[derive(Clone)]
pub struct LiveKitRooms {
    twirp: Twirp,
    world: Arc<dyn World>,
    calls: Arc<ApiCalls>,
}

impl LiveKitRooms {
    /// A client for the configured server; nothing is sent yet.
    pub fn new(config: LiveKitConfig, world: Arc<dyn World>) -> Result<Self> {
        Ok(Self { twirp: Twirp::new(config)?, world, calls: Arc::default() })
    }

    /// The settings in use.
    pub const fn config(&self) -> &LiveKitConfig {
        self.twirp.config()
    }

    /// What calls of the API came to; the connection test is not counted.
    pub fn calls(&self) -> &ApiCalls {
        &self.calls
    }

    pub(crate) const fn twirp(&self) -> &Twirp {
        &self.twirp
    }

    async fn ask(&self, service: &str, method: &str, grants: Value, body: Value) -> Result<Value, Failure> {
        let begun = self.world.now();
        let outcome = self.twirp.call(service, method, &grants, &body, begun).await;
        self.calls.count(outcome.as_ref().err(), self.world.now().micros() - begun.micros());
        if let Err(failure) = &outcome
            && !failure.is_not_found()
        {
            tracing::warn!(livekit.method = method, reason = %failure.reason(), "LiveKit did not do `{method}`");
        }
        outcome
    }

    async fn room(&self, method: &str, grants: Value, body: Value) -> Result<Value, Failure> {
        self.ask("RoomService", method, grants, body).await
    }
}

fn admin(room: &str) -> Value {
    json!({ "roomAdmin": true, "room": room })
}

/// An answer without a field that it must have.
fn incomplete(method: &str) -> Error {
    Error::new(&codes::LIVEKIT_UNREACHABLE, "LiveKit's answer says too little; try again.")
        .note(format!("{method}: an id is missing in the answer"))
}

fn room_of(value: Loose<'_>, now: Timestamp) -> Option<ProviderRoom> {
    let (sid, name) = (value.get("sid").text(), value.get("name").text());
    let created_at = value.instant("creationTimeMs", "creationTime").unwrap_or(now);
    let complete = !sid.is_empty() && !name.is_empty();
    complete.then(|| ProviderRoom { sid: sid.to_owned(), name: name.to_owned(), created_at })
}

fn participant_of(value: Loose<'_>, now: Timestamp) -> Option<ProviderParticipant> {
    let seen = webhook::participant(value);
    let here = !seen.sid.is_empty() && !seen.identity.is_empty() && seen.state != "DISCONNECTED";
    here.then(|| ProviderParticipant {
        active: seen.state == "ACTIVE" && seen.answered,
        name: seen.name.unwrap_or_default(),
        joined_at: seen.joined_at.unwrap_or(now),
        kind: seen.kind,
        sid: seen.sid,
        identity: seen.identity,
    })
}

fn dispatch_of(value: Loose<'_>) -> Option<ProviderDispatch> {
    let id = value.get("id").text();
    let agent_name = value.get("agentName").text().to_owned();
    (!id.is_empty()).then(|| ProviderDispatch { id: id.to_owned(), agent_name })
}

impl LiveKitRooms {
    /// No names: all rooms.
    async fn rooms_named(&self, names: &[String]) -> Result<Vec<ProviderRoom>> {
        let answer = self.room("ListRooms", json!({ "roomList": true }), json!({ "names": names })).await;
        let answer = answer.map_err(|f| f.error("ListRooms"))?;
        let now = self.world.now();
        Ok(Loose(&answer).get("rooms").items().filter_map(|r| room_of(r, now)).collect())
    }
}

#[async_trait]
impl MediaRooms for LiveKitRooms {
    fn provider(&self) -> &'static str {
        self.config().provider
    }

    fn client_url(&self) -> String {
        self.config().public_url.clone()
    }

    async fn ensure_room(&self, room: &str, options: RoomOptions) -> Result<ProviderRoom> {
        let body = json!({
            "name": room,
            "emptyTimeout": options.empty_timeout_s,
            "departureTimeout": options.departure_timeout_s,
        });
        let answer = self.room("CreateRoom", json!({ "roomCreate": true }), body).await;
        let answer = answer.map_err(|f| f.error("CreateRoom"))?;
        // A server that answers with another room's name is not to be trusted with this call.
        room_of(Loose(&answer), self.world.now()).filter(|r| r.name == room).ok_or_else(|| incomplete("CreateRoom"))
    }

    async fn delete_room(&self, room: &str) -> Result<()> {
        match self.room("DeleteRoom", json!({ "roomCreate": true }), json!({ "room": room })).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_not_found() => Ok(()),
            Err(failure) => Err(failure.error("DeleteRoom")),
        }
    }

    async fn list_rooms(&self, names: &[String]) -> Result<Vec<ProviderRoom>> {
        // LiveKit takes no names for all rooms.
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.rooms_named(names).await
    }

    async fn list_all_rooms(&self) -> Result<Vec<ProviderRoom>> {
        self.rooms_named(&[]).await
    }

    async fn list_participants(&self, room: &str) -> Result<Vec<ProviderParticipant>> {
        match self.room("ListParticipants", admin(room), json!({ "room": room })).await {
            Ok(answer) => {
                let now = self.world.now();
                Ok(Loose(&answer).get("participants").items().filter_map(|p| participant_of(p, now)).collect())
            }
            Err(failure) if failure.is_not_found() => Ok(Vec::new()),
            Err(failure) => Err(failure.error("ListParticipants")),
        }
    }

    async fn remove_participant(&self, room: &str, identity: &str) -> Result<()> {
        let body = json!({ "room": room, "identity": identity });
        match self.room("RemoveParticipant", admin(room), body).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_not_found() => Ok(()),
            Err(failure) => Err(failure.error("RemoveParticipant")),
        }
    }

    async fn dispatch_agent(&self, room: &str, agent_name: &str, metadata: &str) -> Result<ProviderDispatch> {
        let body = json!({ "room": room, "agentName": agent_name, "metadata": metadata });
        let answer = self.ask("AgentDispatchService", "CreateDispatch", admin(room), body).await;
        let answer = answer.map_err(|f| f.error("CreateDispatch"))?;
        dispatch_of(Loose(&answer)).ok_or_else(|| incomplete("CreateDispatch"))
    }

    async fn list_dispatches(&self, room: &str) -> Result<Vec<ProviderDispatch>> {
        match self.ask("AgentDispatchService", "ListDispatch", admin(room), json!({ "room": room })).await {
            // Every room has an entry without a name, which is no dispatch that anybody asked for.
            Ok(answer) => Ok(Loose(&answer)
                .get("agentDispatches")
                .items()
                .filter_map(dispatch_of)
                .filter(|d| !d.agent_name.is_empty())
                .collect()),
            // For a room that is not there LiveKit answers as if it were down, so the room list decides.
            Err(failure) => match self.list_rooms(&[room.to_owned()]).await {
                Ok(rooms) if rooms.is_empty() => Ok(Vec::new()),
                _ => Err(failure.error("ListDispatch")),
            },
        }
    }

    fn mint_token(&self, request: &TokenRequest) -> Result<SecretString> {
        token::participant(self.config(), request)
    }
}
