//! Calls: sessions, participants, what follows from a provider's facts, and the ways in.
//!
//! The rules are in [`decide`](self); `commands` runs them in one transaction with the log. Calls never talk to a
//! provider inside a transaction, and only through [`ports`].

pub mod access;
mod commands;
mod connected;
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
mod stats;
mod store;

use std::sync::Arc;

use callboard_eventlog::Projector;
use callboard_eventlog::outbox::Handler;
use callboard_http::{App, Module};
use callboard_kernel::{Keyring, Result, Timestamp, TokenKind};
use callboard_store::Tx;

pub use commands::provider::{AppliedFact, apply_fact, session_by_room};
pub use connected::connected_at;
pub use erase::{CallEraser, InCalls, closed_before, mark_erased, remove_record, terminal_or_refuse, with_user};
pub use stats::Stats;

use ports::Providers;
use tokio::sync::Semaphore;

/// Whether the newest pass and the newest join link that still open something were made with a key of this ring; `None` while
/// there are none. Those whose time is over say nothing: their key may be gone for good.
pub fn made_with(tx: &Tx<'_>, keys: &Keyring, now: Timestamp) -> Result<Option<bool>> {
    let [pass, link] = store::access::newest_hashes(tx, now)?;
    let made = |kind, row: Option<[String; 3]>| row.map(|[id, tenant, hash]| keys.made(kind, &[&tenant, &id], &hash));
    let (pass, link) = (made(TokenKind::Pass, pass), made(TokenKind::Join, link));
    Ok(pass.into_iter().chain(link).reduce(|a, b| a && b))
}

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
    module_counting(app, providers, Arc::default())
}

/// [`module`], and `stats` counts what becomes of reconnects.
pub fn module_counting(app: App, providers: Arc<Providers>, stats: Arc<Stats>) -> Module {
    let repairs = repair::repairs(&app, &providers);
    let searches = Arc::new(Semaphore::new(1));
    Module {
        name: "calls",
        router: http::router(http::Calls { app: app.clone(), providers, searches, stats }),
        repairs,
        authenticators: vec![Arc::new(pass::PassAuthenticator(app))],
        sql: &store::ALL_SQL,
    }
}
