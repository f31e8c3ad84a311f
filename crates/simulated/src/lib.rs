//! Floor 3: a media server without media, in this process's memory. It implements the port of `calls` as provider
//! `simulated`, is reached by clients over HTTP, and sends signed webhooks in LiveKit's shape over HTTP.
//!
//! The one thing to know: nothing here writes an event or decides about a call. What a simulated call shows took the way
//! of every call: the public API, and webhooks whose signature was checked.

mod courier;
mod hooks;
mod http;
mod model;
mod rooms;
mod server;

use std::sync::Arc;

use callboard_http::{App, Module, Repair};

pub use courier::Courier;
pub use model::{LIFE_MS, PING_EVERY_MS, PROVIDER};
pub use server::{MediaServer, Tick, is_own_key};

/// The routes, and the clock of the server. Without a server the routes answer 404.
pub fn module(app: App, server: Option<Arc<MediaServer>>) -> Module {
    let tick = server.iter().map(|s| Arc::new(Tick(Arc::clone(s))) as Arc<dyn Repair>).collect();
    Module {
        name: "simulated",
        router: http::router(http::Door { app, server }),
        repairs: tick,
        authenticators: Vec::new(),
        sql: &[],
    }
}
