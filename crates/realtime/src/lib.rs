//! Floor 2: events from outside into the log, and out of it: ingest, replay, server-sent events, one WebSocket, and
//! checkpoints. Owns no tables.
//!
//! What lives elsewhere: storing and ordering (`eventlog`), who may see a session (`calls`), the contract
//! (`contracts`). The one thing to know: nothing is queued per reader. A reader is a cursor; the ring of the hub is a
//! shortcut, and whoever is not served by it reads the log.

mod commands;
mod decide;
mod doubts;
mod feed;
mod follow;
mod http;
mod live;
mod model;
mod parse;
mod read;
mod tenant;
mod visible;

use std::sync::Arc;

use callboard_http::{App, Authenticate, Module, Shutdown};

pub use model::Tuning;

/// The feature's routes. `authenticators` are those of the front door: sockets and long streams ask them again.
pub fn module(app: App, authenticators: Vec<Arc<dyn Authenticate>>, shutdown: Shutdown) -> Module {
    module_tuned(app, authenticators, shutdown, Tuning::default())
}

/// [`module`] with other times, for tests.
pub fn module_tuned(
    app: App,
    authenticators: Vec<Arc<dyn Authenticate>>,
    shutdown: Shutdown,
    tuning: Tuning,
) -> Module {
    let (tenants, doubts) = (tenant::Tenants::default(), doubts::Doubts::default());
    let live = live::Live { app, authenticators, shutdown, tuning, tenants, doubts };
    let router = http::router(Arc::new(live));
    Module { name: "realtime", router, repairs: Vec::new(), authenticators: Vec::new(), sql: &[] }
}
