//! Calls: sessions, participants, what follows from a provider's facts, and the ways in.
//!
//! The rules are in [`decide`](self); `commands` runs them in one transaction with the log. Calls never talk to a
//! provider inside a transaction, and only through [`ports`].

pub mod access;
mod commands;
mod decide;
mod effects;
mod http;
pub mod model;
mod pass;
pub mod ports;
pub mod provider;
mod repair;
mod store;

use std::sync::Arc;

use callboard_eventlog::outbox::Handler;
use callboard_eventlog::{Log, Projector, SessionKey};
use callboard_http::{App, Module};
use callboard_kernel::{Entropy, Result, Timestamp};
use callboard_store::Tx;

pub use commands::provider::AppliedFact;

use ports::Providers;
use provider::ProviderFact;

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
        router: http::router(http::Calls { app: app.clone(), providers }),
        repairs,
        authenticators: vec![Arc::new(pass::PassAuthenticator(app))],
        sql: &store::ALL_SQL,
    }
}

/// The session of a provider's room, by the room's sid when known, else by its exact name. For provider bridges.
pub fn session_by_room(
    tx: &Tx<'_>,
    log: &Log,
    provider: &str,
    room_name: &str,
    room_sid: &str,
) -> Result<Option<SessionKey>> {
    commands::provider::session_by_room(tx, log, provider, room_name, room_sid)
}

/// Applies one fact that a provider reported, in the bridge's transaction. A refusal leaves nothing behind when the
/// bridge runs it in a savepoint.
pub fn apply_fact(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    provider: &str,
    fact: &ProviderFact,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<AppliedFact> {
    commands::provider::apply_fact(tx, log, key, provider, fact, now, entropy)
}
