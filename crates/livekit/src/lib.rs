//! Floor 3: the adapter for LiveKit. It implements the port of `calls` on LiveKit's API, verifies and stores LiveKit's
//! webhooks, and says in our words what they mean. What follows from them is decided in `calls`.
//!
//! The one thing to know: LiveKit sends each webhook a few times within seconds and then forgets it, so a genuine
//! delivery is stored before anything else and never refused for what it says.

mod calls;
mod client;
mod commands;
mod config;
mod erase;
mod health;
mod http;
mod jwt;
mod loose;
mod model;
mod probe;
mod redact;
mod repair;
mod signature;
mod speak;
mod store;
mod token;
mod translate;
mod twirp;
mod webhook;

use std::sync::Arc;

use callboard_http::{App, Module, Repair};
use callboard_kernel::{Result, World};

pub use calls::ApiCalls;
pub use client::LiveKitRooms;
pub use commands::{Received, TEST_ROOM, process_again, receive};
pub use config::LiveKitConfig;
pub use erase::{ReceiptEraser, forget_receipts};
pub use health::{HealthSnapshot, LivekitHealth};
pub use model::{Outcome, Receipt, Verdict};
pub use probe::{ProbeReport, Step, http_date, probe, probe_there};
pub use redact::redact;
use repair::CountRejections;

pub use repair::{MapStrays, PruneReceipts};
pub use signature::{Rejection, verify};
pub use speak::{participant_claims, participant_token, webhook_token};
pub use store::ALL_SQL;
pub use store::erase::ERASE_SQL;
pub use translate::{Translation, translate};
pub use twirp::LIMIT as API_LIMIT;
pub use webhook::{Arrived, EgressSeen, MAX_BODY_BYTES, ParticipantSeen, ProviderEvent, TrackSeen, parse, read};

/// A configured LiveKit: the client for its API and what was seen of its deliveries. Cheap to clone.
#[derive(Clone)]
pub struct LiveKit {
    /// The client; add it to the providers of `calls`.
    pub rooms: Arc<LiveKitRooms>,
    /// Counters of deliveries, for readiness and metrics.
    pub health: Arc<LivekitHealth>,
}

impl LiveKit {
    /// Prepares the bridge; nothing is sent yet.
    pub fn new(config: LiveKitConfig, world: Arc<dyn World>) -> Result<Self> {
        Ok(Self { rooms: Arc::new(LiveKitRooms::new(config, world)?), health: Arc::default() })
    }
}

/// Another media server whose webhooks arrive at the same route, signed by a key of its own. The key decides which
/// provider's sessions a delivery may touch.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Its name as a provider, and its key.
    pub config: LiveKitConfig,
    /// Counters of its deliveries, apart from LiveKit's.
    pub health: Arc<LivekitHealth>,
}

impl Sender {
    /// A sender of which nothing has been seen yet.
    pub fn new(config: LiveKitConfig) -> Self {
        Self { config, health: Arc::default() }
    }
}

/// The routes and repairs. Without a configured LiveKit the webhook route answers `LIVEKIT_UNAVAILABLE` to whatever
/// none of the other senders signed, and receipts of earlier days stay readable.
pub fn module(app: App, livekit: Option<LiveKit>, senders: Vec<Sender>) -> Module {
    let mut repairs: Vec<Arc<dyn Repair>> = vec![Arc::new(PruneReceipts(app.clone()))];
    let bridge = http::Bridge { app, livekit, senders };
    for (provider, health) in bridge.healths() {
        repairs.push(Arc::new(MapStrays::new(bridge.app.clone(), provider)));
        repairs.push(Arc::new(CountRejections { app: bridge.app.clone(), provider, health: Arc::clone(health) }));
    }
    Module { name: "livekit", router: http::router(bridge), repairs, authenticators: Vec::new(), sql: ALL_SQL }
}
