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
use callboard_kernel::{Error, Result, TenantId};
use callboard_store::Tx;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::model::{Call, Session};
use crate::ports::Providers;
use crate::stats::Stats;
use crate::store;

pub(crate) use wire::{SessionView, event_value};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Calls {
    pub app: App,
    pub providers: Arc<Providers>,
    /// The turn of whoever looks through sessions by text.
    pub searches: Arc<Semaphore>,
    /// What becomes of reconnects.
    pub stats: Arc<Stats>,
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

/// A page of sessions as the API shows them: one query per kind of row, however many sessions there are.
fn views(tx: &Tx<'_>, log: &Log, tenant: &TenantId, rows: &[(i64, Session)]) -> Result<Vec<SessionView>> {
    let numbers: Vec<i64> = rows.iter().map(|(key, _)| *key).collect();
    let heads = log.heads(tx, tenant, &numbers)?;
    let keys = serde_json::to_string(&numbers).map_err(Error::internal)?;
    let participants = store::participants_of_page(tx, tenant, &keys)?;
    let presences = store::projection::presences_of_page(tx, tenant, &keys)?;
    let view = |(key, session): &(i64, Session)| {
        let people = participants.get(key).map_or(&[][..], Vec::as_slice);
        SessionView::of(session, heads.get(key).copied().unwrap_or(0), people, &presences)
    };
    Ok(rows.iter().map(view).collect())
}

/// The session after a change, from what the change had loaded.
fn view_of(tx: &Tx<'_>, key: &SessionKey, call: &Call) -> Result<SessionView> {
    let presences = store::projection::presences(tx, key)?;
    Ok(SessionView::of(&call.session, call.sequence, &call.participants, &presences))
}
