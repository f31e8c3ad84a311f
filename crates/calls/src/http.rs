//! Routes of sessions, participants, doors and reconnects.

mod join;
mod links;
mod names;
mod participants;
mod reconnect;
mod sessions;
mod state;
mod token;
mod wire;

use std::sync::Arc;

use callboard_eventlog::{Log, SessionKey};
use callboard_http::App;
use callboard_kernel::Result;
use callboard_store::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ports::Providers;
use crate::store;

pub(crate) use wire::{SessionView, event_value};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Calls {
    pub app: App,
    pub providers: Arc<Providers>,
}

/// The routes with their state.
pub(crate) fn router(calls: Calls) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(sessions::create, sessions::list))
        .routes(routes!(sessions::read, sessions::patch))
        .routes(routes!(state::change))
        .routes(routes!(token::token))
        .routes(routes!(reconnect::reconnect))
        .routes(routes!(participants::leave))
        .routes(routes!(participants::list))
        .routes(routes!(participants::remove))
        .routes(routes!(participants::report))
        .routes(routes!(links::create, links::list))
        .routes(routes!(links::revoke))
        .routes(routes!(join::join))
        .with_state(calls)
}

/// The session as the API shows it.
pub(crate) fn view(tx: &Tx<'_>, log: &Log, key: &SessionKey) -> Result<SessionView> {
    let session = store::session_load(tx, key)?;
    let latest = log.head(tx, key)?.map_or(0, |w| w.sequence);
    let participants = store::participants(tx, key)?;
    let presences = store::projection::presences(tx, key)?;
    Ok(SessionView::of(&session, latest, &participants, &presences))
}
