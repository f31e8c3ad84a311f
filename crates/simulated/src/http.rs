//! What clients of the media server call. The credential is in the body: an access token opens a connection, and the
//! connection's own token speaks for it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use callboard_http::{App, Body, Problem, Reply, Visitor};
use callboard_kernel::{Error, Result, codes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::model::{PING_EVERY_MS, Reason};
use crate::server::MediaServer;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Door {
    pub app: App,
    /// `None`: simulated calls are off.
    pub server: Option<Arc<MediaServer>>,
}

/// The routes with their state.
pub(crate) fn router(door: Door) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(connect))
        .routes(routes!(publish))
        .routes(routes!(ping))
        .routes(routes!(drop_connection))
        .routes(routes!(disconnect))
        .with_state(door)
}

impl Door {
    fn server(&self) -> Result<&MediaServer> {
        self.server.as_deref().ok_or_else(|| Error::new(&codes::NOT_FOUND, "Simulated calls are off here."))
    }

    fn answer(&self, body: &impl Serialize) -> Result<Response, Problem> {
        Ok(Reply::ok(body)?.into_response(&self.app.keys))
    }
}

/// Who wants to connect.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SimulatedConnect)]
pub(crate) struct ConnectAsk {
    /// The transport's `accessToken`.
    access_token: String,
}

/// An open connection.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SimulatedConnection)]
pub(crate) struct Connected {
    /// The room's id.
    room_sid: String,
    /// The connection's id.
    participant_sid: String,
    /// Speaks for this connection, as long as it lasts.
    connection_token: String,
    /// Ping this often, or the connection counts as lost after three times as long.
    ping_every_ms: i64,
}

/// Which connection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SimulatedHandle)]
pub(crate) struct Handle {
    /// The connection's own token.
    connection_token: String,
}

/// Which connection ends, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = SimulatedDisconnect)]
pub(crate) struct DisconnectAsk {
    /// The connection's own token.
    connection_token: String,
    /// `CLIENT_INITIATED` when absent.
    reason: Option<Why>,
}

/// Why a client disconnects.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = SimulatedReason)]
pub(crate) enum Why {
    /// It wanted to; a page that reloads says the same.
    #[serde(rename = "CLIENT_INITIATED")]
    ClientInitiated,
    /// The person declined the call.
    #[serde(rename = "USER_REJECTED")]
    UserRejected,
}

/// A published microphone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SimulatedTrack)]
pub(crate) struct Published {
    /// The track's id.
    track_sid: String,
}

/// Nothing more to say.
#[derive(Serialize, ToSchema)]
#[schema(as = SimulatedDone)]
pub(crate) struct Done {}

/// Connect to a simulated room
///
/// Opens a connection with the `accessToken` of a transport whose `provider` is `simulated`. There is no media; the
/// call sees a participant. The same identity again replaces its older connection.
#[utoipa::path(post, path = "/v1/simulated/connect", operation_id = "simulated_connect", tag = "Simulated", request_body = ConnectAsk,
    responses((status = 200, description = "Connected", body = Connected)),
    extensions(("x-error-codes" = json!(["NOT_FOUND", "UNAUTHENTICATED", "TOKEN_EXPIRED"]))))]
pub(crate) async fn connect(
    State(door): State<Door>,
    mut visitor: Visitor,
    body: Body<ConnectAsk>,
) -> Result<Response, Problem> {
    let opened = door.server()?.connect(&body.value.access_token, visitor.now, &mut visitor.entropy)?;
    door.answer(&Connected {
        connection_token: opened.token().to_owned(),
        room_sid: opened.room_sid,
        participant_sid: opened.participant_sid,
        ping_every_ms: PING_EVERY_MS,
    })
}

/// Publish a microphone
///
/// Says that the participant's microphone is on. Once per connection; again it answers the same track.
#[utoipa::path(post, path = "/v1/simulated/publish", operation_id = "simulated_publish", tag = "Simulated", request_body = Handle,
    responses((status = 200, description = "Published", body = Published)),
    extensions(("x-error-codes" = json!(["NOT_FOUND", "FORBIDDEN"]))))]
pub(crate) async fn publish(State(door): State<Door>, body: Body<Handle>) -> Result<Response, Problem> {
    let track_sid = door.server()?.publish(&body.value.connection_token)?;
    door.answer(&Published { track_sid })
}

/// Stay connected
#[utoipa::path(post, path = "/v1/simulated/ping", operation_id = "simulated_ping", tag = "Simulated", request_body = Handle,
    responses((status = 200, description = "Heard", body = Done)), extensions(("x-error-codes" = json!(["NOT_FOUND"]))))]
pub(crate) async fn ping(State(door): State<Door>, visitor: Visitor, body: Body<Handle>) -> Result<Response, Problem> {
    door.server()?.ping(&body.value.connection_token, visitor.now)?;
    door.answer(&Done {})
}

/// Lose the connection
///
/// As if the network had gone: the participant leaves with `CONNECTION_TIMEOUT`, which opens their reconnect window.
#[utoipa::path(post, path = "/v1/simulated/drop", operation_id = "simulated_drop", tag = "Simulated", request_body = Handle,
    responses((status = 200, description = "Lost", body = Done)), extensions(("x-error-codes" = json!(["NOT_FOUND"]))))]
pub(crate) async fn drop_connection(State(door): State<Door>, body: Body<Handle>) -> Result<Response, Problem> {
    door.server()?.leave(&body.value.connection_token, Reason::ConnectionTimeout)?;
    door.answer(&Done {})
}

/// Disconnect
///
/// Tell Callboard first (`POST …/leave`): a disconnect alone may be a reload.
#[utoipa::path(post, path = "/v1/simulated/disconnect", operation_id = "simulated_disconnect", tag = "Simulated", request_body = DisconnectAsk,
    responses((status = 200, description = "Disconnected", body = Done)), extensions(("x-error-codes" = json!(["NOT_FOUND"]))))]
pub(crate) async fn disconnect(State(door): State<Door>, body: Body<DisconnectAsk>) -> Result<Response, Problem> {
    let reason = match body.value.reason {
        Some(Why::UserRejected) => Reason::UserRejected,
        Some(Why::ClientInitiated) | None => Reason::ClientInitiated,
    };
    door.server()?.leave(&body.value.connection_token, reason)?;
    door.answer(&Done {})
}
