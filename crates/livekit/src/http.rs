//! Routes: the webhook, the receipts, the connection test.

mod receipts;
mod webhook;

use callboard_http::{App, Caller, Problem, Reply};
use callboard_kernel::Result;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use axum::extract::State;
use axum::response::Response;

use crate::LiveKit;
use crate::probe::{ProbeReport, probe};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Bridge {
    pub app: App,
    /// `None`: no provider is configured.
    pub livekit: Option<LiveKit>,
}

/// The routes with their state.
pub(crate) fn router(bridge: Bridge) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(webhook::receive))
        .routes(routes!(receipts::list))
        .routes(routes!(receipts::process))
        .routes(routes!(test))
        .with_state(bridge)
}

/// Test the provider
///
/// Asks LiveKit step by step: address, key, clock, a room, and the webhook about that room. It says where it failed
/// and why, and is 200 either way.
#[utoipa::path(post, path = "/v1/provider/test", tag = "Provider",
    responses((status = 200, description = "What each step saw", body = ProbeReport)))]
pub(crate) async fn test(State(bridge): State<Bridge>, caller: Caller) -> Result<Response, Problem> {
    let report = probe(&bridge.app, bridge.livekit.as_ref(), caller.entropy).await;
    Ok(Reply::ok(&report)?.into_response(&bridge.app.keys))
}
