//! `GET /v1/realtime/ws`: one socket, many subscriptions, acks and appends.

mod connection;
mod frames;
mod ops;

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use callboard_http::{Caller, Problem, Visitor};
use callboard_kernel::{Error, codes};

use super::credentials;
use crate::live::{Identity, Live};
use connection::Connection;

/// Largest message from a client, bytes: an append of a few large events.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// Buffers of a socket, bytes; the library's own are 128 KiB.
const BUFFER_BYTES: usize = 4 * 1024;

/// Follow and write over one WebSocket
///
/// JSON text frames. Servers send `Authorization`, the console its cookie; a call page sends
/// `{"op": "auth", "pass": "cbp_…"}` as its first frame within 5 seconds. Then `subscribe`, `unsubscribe`, `ack`,
/// `append` and `ping`; answers are `ready`, `subscribed`, `events`, `closed`, `acked`, `appended`, `pong` and `error`.
#[utoipa::path(
    get, path = "/v1/realtime/ws", tag = "Events",
    responses((status = 101, description = "The socket is open."))
)]
pub(super) async fn socket(
    State(live): State<Arc<Live>>,
    caller: Option<Caller>,
    visitor: Visitor,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|e| {
        Error::new(&codes::BAD_REQUEST, "This route speaks WebSocket; send an upgrade request.").note(e)
    })?;
    let me = caller.map(|c| Identity::new(&live, credentials(&headers), c.principal));
    let upgrade = upgrade
        .max_message_size(MESSAGE_BYTES)
        .max_frame_size(MESSAGE_BYTES)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(2 * MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| async move { Connection::new(live, socket, me, visitor).run().await }))
}
