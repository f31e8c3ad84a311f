//! Calls: sessions, participants, what follows from a provider's facts, and the ways in.
//!
//! The rules are in [`decide`](self); `commands` runs them in one transaction with the log. Calls never talk to a
//! provider inside a transaction, and only through [`ports`].

pub mod access;
mod commands;
mod decide;
mod effects;
mod erase;
mod http;
pub mod model;
pub mod narrow;
mod pass;
pub mod ports;
pub mod provider;
mod repair;
mod store;

use std::sync::Arc;

use callboard_eventlog::Projector;
use callboard_eventlog::outbox::Handler;
use callboard_http::{App, Module};

pub use commands::provider::{AppliedFact, apply_fact, session_by_room};
pub use erase::{CallEraser, InCalls, closed_before, mark_erased, remove_record, terminal_or_refuse, with_user};

use ports::Providers;
use tokio::sync::Semaphore;

/// The projectors of `session_state` and `participant_state`.
pub fn projectors() -> Vec<Arc<dyn Projector>> {
    vec![Arc::new(store::projection::CallProjector)]
}

/// The outbox handlers that act on providers.
pub fn outbox_handlers(providers: &Arc<Providers>) -> Vec<Arc<dyn Handler>> {
    effects::handlers(providers)
}

/// Every SQL text of this crate.
pub fn all_sql() -> &'static [&'static callboard_store::Sql] {
    &store::ALL_SQL
}

/// Routes, repairs and the session pass as a credential.
pub fn module(app: App, providers: Arc<Providers>) -> Module {
    let repairs = repair::repairs(&app, &providers);
    Module {
        name: "calls",
        router: http::router(http::Calls { app: app.clone(), providers, searches: Arc::new(Semaphore::new(1)) }),
        repairs,
        authenticators: vec![Arc::new(pass::PassAuthenticator(app))],
        sql: &store::ALL_SQL,
    }
}
