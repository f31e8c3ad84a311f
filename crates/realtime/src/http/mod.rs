//! Routes. Only this folder knows axum.

mod checkpoints;
mod ingest;
mod replay;
mod schemas;
mod stream;
mod wire;
mod ws;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use callboard_http::{Credentials, SESSION_COOKIE};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::live::Live;

/// The routes.
pub(crate) fn router(live: Arc<Live>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(ingest::ingest))
        .routes(routes!(replay::replay))
        .routes(routes!(stream::session_stream))
        .routes(routes!(stream::tenant_stream))
        .routes(routes!(ws::socket))
        .routes(routes!(checkpoints::checkpoint))
        .routes(routes!(checkpoints::checkpoints))
        .routes(routes!(schemas::schemas))
        .routes(routes!(schemas::schema))
        .with_state(live)
}

/// The credential that the front door let in, to be looked at again later. Nothing is checked here.
fn credentials(headers: &HeaderMap) -> Credentials {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok());
    let bearer = text(header::AUTHORIZATION).and_then(|v| v.split_once(' ')).map(|(_, token)| token.trim().to_owned());
    let cookie = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == SESSION_COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
        .filter(|_| bearer.is_none());
    Credentials { bearer, cookie, ..Credentials::default() }
}
