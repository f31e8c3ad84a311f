//! Floor 2: events that leave. Endpoints of a tenant, and for each of them the events that it chose, signed as Standard
//! Webhooks say, at least once, in the order of their session.
//!
//! What lives elsewhere: events (`eventlog`), who changed what (`tenants`), and HTTP to addresses that a tenant chose
//! (`egress`, behind [`WebhookSender`]). The one thing to know: of each (endpoint, session) only the first pending delivery
//! is in the outbox; the one that settles it puts the next, under the lock of the session's stream.

mod commands;
mod decide;
mod deliver;
mod erase;
mod http;
mod model;
mod ports;
mod project;
mod repair;
mod settled;
mod sign;
mod stats;
mod store;

use std::sync::Arc;

use callboard_eventlog::Projector;
use callboard_eventlog::outbox::Handler;
use callboard_http::{App, Module};

pub use commands::endpoints::{EndpointSecrets, endpoint_secrets};
pub use decide::{DELAYS_S, FAILING_MS, SPAN_MS, next_attempt};
pub use deliver::KIND;
pub use erase::{DeliveryEraser, forget_deliveries};
pub use model::{DISABLED_KEPT_MS, KEPT_MS, MAX_ENDPOINTS};
pub use ports::{Answered, Unsent, WebhookSender};
pub use settled::{Settled, deliveries_settled};
pub use stats::{Counts, Stats};
pub use store::ALL_SQL;

/// The feature's routes and repairs. `sender` judges the URLs of endpoints.
pub fn module(app: App, sender: Arc<dyn WebhookSender>) -> Module {
    Module {
        name: "webhooks",
        repairs: repair::all(&app),
        router: http::router(app, sender),
        authenticators: Vec::new(),
        sql: *ALL_SQL,
    }
}

/// What queues deliveries in the transaction of their event, for [`callboard_eventlog::Log::new`].
pub fn projectors() -> Vec<Arc<dyn Projector>> {
    vec![Arc::new(project::Queue)]
}

/// What carries deliveries out. `stats` counts their attempts.
pub fn outbox_handlers(app: &App, sender: Arc<dyn WebhookSender>, stats: Arc<Stats>) -> Vec<Arc<dyn Handler>> {
    vec![Arc::new(deliver::Deliver::new(app.clone(), sender, stats))]
}
