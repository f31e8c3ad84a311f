//! The Twirp API: protobuf and JSON, grants checked as the real server checks them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use livekit_protocol as proto;
use proto::DisconnectReason;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::faults::{self, FaultKind};
use super::signer::read_jwt;
use super::{API_KEY, API_SECRET, Inner};
use crate::world::machine_now;

/// One call that arrived, faults or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `RoomService`, `AgentDispatchService`.
    pub service: String,
    /// The method.
    pub method: String,
    /// The room that it was about, when it named one.
    pub room: Option<String>,
    /// The status that was answered; 0: none was.
    pub status: u16,
}

/// A refusal: status, Twirp code, message.
type Refused = (u16, &'static str, String);

pub(crate) async fn health() -> &'static str {
    "OK"
}

pub(crate) async fn serve(
    State(inner): State<Arc<Inner>>,
    Path((service, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let service = service.trim_start_matches("livekit.").to_owned();
    let fault = faults::pick(&mut inner.faults.lock(), &method);
    let at = inner.journal.lock().len();
    inner.journal.lock().push(Call { service: service.clone(), method: method.clone(), room: None, status: 0 });
    let effect = matches!(fault, None | Some(FaultKind::Delay(_) | FaultKind::CutOff));
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"application/json"));
    let mut response = if effect {
        let mut room = None;
        let call = Incoming { inner: &inner, headers: &headers, body: &body, json, room: &mut room };
        let response = call.answer(&service, &method);
        inner.journal.lock()[at].room = room;
        response
    } else {
        StatusCode::OK.into_response()
    };
    match fault {
        None => {}
        Some(FaultKind::Delay(time)) => tokio::time::sleep(time).await,
        Some(FaultKind::Refuse(status, code)) => response = refuse((status, code, "on request".to_owned())),
        Some(FaultKind::Hang) => std::future::pending::<()>().await,
        Some(FaultKind::CutOff) => response = cut_off(),
        Some(FaultKind::Garbage) => response = (StatusCode::OK, "<html>gateway</html>").into_response(),
        Some(FaultKind::Empty) => response = if json { as_json(&json!({})) } else { as_protobuf(Vec::new()) },
    }
    inner.journal.lock()[at].status = response.status().as_u16();
    response
}

/// Headers, and then a body that breaks.
fn cut_off() -> Response {
    let broken = futures_util::stream::once(async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Err::<Bytes, _>(std::io::Error::other("cut off on request"))
    });
    Response::new(Body::from_stream(broken))
}

fn refuse((status, code, msg): Refused) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, axum::Json(json!({ "code": code, "msg": msg }))).into_response()
}

fn as_protobuf(bytes: Vec<u8>) -> Response {
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/protobuf"));
    response
}

fn as_json(value: &Value) -> Response {
    axum::Json(snake_keys(value)).into_response()
}

/// Twirp servers written in Go answer JSON with the field names of the protocol files: `joined_at`.
fn snake_keys(value: &Value) -> Value {
    match value {
        Value::Object(map) => map.iter().map(|(k, v)| (snake(k), snake_keys(v))).collect(),
        Value::Array(items) => items.iter().map(snake_keys).collect(),
        other => other.clone(),
    }
}

fn snake(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    for c in key.chars() {
        if c.is_ascii_uppercase() && !key.contains('.') {
            out.push('_');
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

/// What a grant must be.
enum Grant<'a> {
    Create,
    List,
    Admin(&'a str),
}

struct Incoming<'a> {
    inner: &'a Inner,
    headers: &'a HeaderMap,
    body: &'a [u8],
    json: bool,
    room: &'a mut Option<String>,
}

impl Incoming<'_> {
    fn answer(mut self, service: &str, method: &str) -> Response {
        // The authentication of the real server stands before Twirp and answers in plain text.
        let claims = match self.claims() {
            Ok(claims) => claims,
            Err(text) => return (StatusCode::UNAUTHORIZED, text).into_response(),
        };
        let outcome = match (service, method) {
            ("RoomService", "CreateRoom") => self.run(&claims, create_room),
            ("RoomService", "ListRooms") => self.run(&claims, list_rooms),
            ("RoomService", "DeleteRoom") => self.run(&claims, delete_room),
            ("RoomService", "ListParticipants") => self.run(&claims, list_participants),
            ("RoomService", "GetParticipant") => self.run(&claims, get_participant),
            ("RoomService", "RemoveParticipant") => self.run(&claims, remove_participant),
            ("RoomService", "UpdateParticipant") => self.run(&claims, update_participant),
            ("AgentDispatchService", "CreateDispatch") => self.run(&claims, create_dispatch),
            ("AgentDispatchService", "ListDispatch") => self.run(&claims, list_dispatch),
            ("AgentDispatchService", "DeleteDispatch") => self.run(&claims, delete_dispatch),
            _ => Err((404, "bad_route", format!("no handler for {service}/{method}"))),
        };
        outcome.unwrap_or_else(refuse)
    }

    /// The bearer's claims, or the text of the refusal.
    fn claims(&self) -> Result<Value, String> {
        let header = self.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let token = header.strip_prefix("Bearer ").ok_or("invalid authorization token")?;
        let claims =
            read_jwt(token, API_SECRET).ok_or_else(|| format!("invalid token: {token}, error: bad signature"))?;
        if claims["iss"] != API_KEY {
            return Err(format!("invalid API key: {}", claims["iss"].as_str().unwrap_or_default()));
        }
        // Callers sign with the machine's clock or with the test's; one of the two must find the token valid.
        let (exp, nbf) = (claims["exp"].as_i64().unwrap_or(0), claims["nbf"].as_i64().unwrap_or(0));
        let valid =
            [machine_now(), self.inner.world.now()].iter().any(|n| nbf - 60 <= n.seconds() && n.seconds() <= exp + 60);
        if valid { Ok(claims) } else { Err(format!("invalid token: {token}, error: expired")) }
    }

    /// Decodes the request, runs the method, encodes its answer.
    fn run<Q, A>(
        &mut self,
        claims: &Value,
        method: fn(&Inner, &Q, &Gate<'_>) -> Result<A, Refused>,
    ) -> Result<Response, Refused>
    where
        Q: prost::Message + Default + DeserializeOwned + Serialize,
        A: prost::Message + Serialize,
    {
        let malformed = |e: String| (400, "malformed", e);
        let request: Q = if self.json {
            serde_json::from_slice(self.body).map_err(|e| malformed(e.to_string()))?
        } else {
            Q::decode(self.body).map_err(|e| malformed(e.to_string()))?
        };
        let shown = serde_json::to_value(&request).unwrap_or_default();
        *self.room = shown["room"].as_str().or(shown["name"].as_str()).map(str::to_owned);
        let answer = method(self.inner, &request, &Gate(claims))?;
        Ok(if self.json {
            as_json(&serde_json::to_value(&answer).expect("LiveKit's own types can be written"))
        } else {
            as_protobuf(answer.encode_to_vec())
        })
    }
}

/// The caller's grants.
struct Gate<'a>(&'a Value);

impl Gate<'_> {
    fn pass(&self, needed: &Grant<'_>) -> Result<(), Refused> {
        let video = &self.0["video"];
        let good = match needed {
            Grant::Create => video["roomCreate"] == true,
            Grant::List => video["roomList"] == true,
            Grant::Admin(room) => video["roomAdmin"] == true && video["room"] == **room,
        };
        if good { Ok(()) } else { Err((401, "unauthenticated", "permissions denied".to_owned())) }
    }
}

fn no_room() -> Refused {
    (404, "not_found", "twirp error unknown: requested room does not exist".to_owned())
}

fn no_participant() -> Refused {
    (404, "not_found", "twirp error unknown: participant does not exist".to_owned())
}

fn create_room(inner: &Inner, q: &proto::CreateRoomRequest, gate: &Gate<'_>) -> Result<proto::Room, Refused> {
    gate.pass(&Grant::Create)?;
    Ok(inner.open(&q.name, q.empty_timeout, q.departure_timeout).info)
}

fn list_rooms(
    inner: &Inner,
    q: &proto::ListRoomsRequest,
    gate: &Gate<'_>,
) -> Result<proto::ListRoomsResponse, Refused> {
    gate.pass(&Grant::List)?;
    let state = inner.state.lock();
    let wanted = |name: &String| q.names.is_empty() || q.names.contains(name);
    let rooms = state.rooms.iter().filter(|(name, _)| wanted(name)).map(|(_, r)| r.info.clone()).collect();
    Ok(proto::ListRoomsResponse { rooms })
}

fn delete_room(
    inner: &Inner,
    q: &proto::DeleteRoomRequest,
    gate: &Gate<'_>,
) -> Result<proto::DeleteRoomResponse, Refused> {
    gate.pass(&Grant::Create)?;
    if inner.close(&q.room, DisconnectReason::RoomDeleted) { Ok(proto::DeleteRoomResponse {}) } else { Err(no_room()) }
}

fn list_participants(
    inner: &Inner,
    q: &proto::ListParticipantsRequest,
    gate: &Gate<'_>,
) -> Result<proto::ListParticipantsResponse, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    let participants = inner.state.lock().rooms.get(&q.room).map(|r| r.people.clone()).unwrap_or_default();
    Ok(proto::ListParticipantsResponse { participants })
}

fn get_participant(
    inner: &Inner,
    q: &proto::RoomParticipantIdentity,
    gate: &Gate<'_>,
) -> Result<proto::ParticipantInfo, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    inner.find(&q.room, &q.identity).ok_or_else(no_participant)
}

fn remove_participant(
    inner: &Inner,
    q: &proto::RoomParticipantIdentity,
    gate: &Gate<'_>,
) -> Result<proto::RemoveParticipantResponse, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    if inner.leave(&q.room, &q.identity, DisconnectReason::ParticipantRemoved) {
        Ok(proto::RemoveParticipantResponse {})
    } else {
        Err(no_participant())
    }
}

fn update_participant(
    inner: &Inner,
    q: &proto::UpdateParticipantRequest,
    gate: &Gate<'_>,
) -> Result<proto::ParticipantInfo, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    inner.with_room(&q.room, |r| {
        for person in r.people.iter_mut().filter(|p| p.identity == q.identity) {
            person.attributes.extend(q.attributes.clone());
            if !q.metadata.is_empty() {
                person.metadata.clone_from(&q.metadata);
            }
        }
        vec![]
    });
    inner.find(&q.room, &q.identity).ok_or_else(no_participant)
}

fn create_dispatch(
    inner: &Inner,
    q: &proto::CreateAgentDispatchRequest,
    gate: &Gate<'_>,
) -> Result<proto::AgentDispatch, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    // As the real server: the room comes to be, and no worker is needed for success.
    inner.open(&q.room, 0, 0);
    let dispatch = proto::AgentDispatch {
        id: inner.id("AD"),
        agent_name: q.agent_name.clone(),
        room: q.room.clone(),
        metadata: q.metadata.clone(),
        state: Some(proto::AgentDispatchState { created_at: inner.world.now().micros() * 1_000, ..Default::default() }),
        ..Default::default()
    };
    inner.with_room(&q.room, |r| {
        r.dispatches.push(dispatch.clone());
        vec![]
    });
    Ok(dispatch)
}

fn list_dispatch(
    inner: &Inner,
    q: &proto::ListAgentDispatchRequest,
    gate: &Gate<'_>,
) -> Result<proto::ListAgentDispatchResponse, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    let state = inner.state.lock();
    // The real server asks the room's own process, which an absent room does not have.
    let Some(room) = state.rooms.get(&q.room) else {
        return Err((503, "unavailable", "twirp error unknown: no response from servers".to_owned()));
    };
    let mut agent_dispatches = room.dispatches.clone();
    agent_dispatches.retain(|d| q.dispatch_id.is_empty() || d.id == q.dispatch_id);
    Ok(proto::ListAgentDispatchResponse { agent_dispatches })
}

fn delete_dispatch(
    inner: &Inner,
    q: &proto::DeleteAgentDispatchRequest,
    gate: &Gate<'_>,
) -> Result<proto::AgentDispatch, Refused> {
    gate.pass(&Grant::Admin(&q.room))?;
    let mut found = None;
    inner.with_room(&q.room, |r| {
        if let Some(at) = r.dispatches.iter().position(|d| d.id == q.dispatch_id) {
            found = Some(r.dispatches.remove(at));
        }
        vec![]
    });
    found.ok_or((404, "not_found", "agent dispatch does not exist".to_owned()))
}
