//! Routes: the webhook, the receipts, the connection test.

mod receipts;
mod rejections;
mod webhook;

use std::sync::Arc;

use callboard_http::{App, Caller, Problem, Reply};
use callboard_kernel::Result;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use axum::extract::State;
use axum::response::Response;

use crate::config::LiveKitConfig;
use crate::health::LivekitHealth;
use crate::probe::{ProbeReport, probe};
use crate::signature::issuer;
use crate::{LiveKit, Sender};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Bridge {
    pub app: App,
    /// `None`: no provider is configured.
    pub livekit: Option<LiveKit>,
    /// Other servers that send here.
    pub senders: Vec<Sender>,
}

impl Bridge {
    /// Every sender's name and what was seen of it.
    pub(crate) fn healths(&self) -> impl Iterator<Item = (&'static str, &Arc<LivekitHealth>)> {
        let own = self.livekit.iter().map(|l| (l.rooms.config().provider, &l.health));
        own.chain(self.senders.iter().map(|s| (s.config.provider, &s.health)))
    }

    /// Whose key a delivery names; LiveKit's when it names nobody's. Nothing is verified yet.
    pub(crate) fn sender(&self, authorization: Option<&str>) -> Option<(&LiveKitConfig, &LivekitHealth)> {
        let issuer = authorization.and_then(issuer);
        let named = self.senders.iter().find(|s| Some(s.config.api_key.as_str()) == issuer.as_deref());
        let own = || self.livekit.as_ref().map(|l| (l.rooms.config(), &*l.health));
        named.map(|s| (&s.config, &*s.health)).or_else(own)
    }
}

/// The routes with their state.
pub(crate) fn router(bridge: Bridge) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(webhook::receive))
        .routes(routes!(receipts::list))
        .routes(routes!(receipts::process))
        .routes(routes!(rejections::list))
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
