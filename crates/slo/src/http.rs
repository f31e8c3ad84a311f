//! `GET /v1/slo`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use callboard_http::{App, Caller, Problem, Query, Reply, Scope};
use callboard_kernel::{Error, Result, codes};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::commands;
use crate::model::{Report, Targets, WINDOWS, Window};

/// How long a reader waits for those before it.
const TURN: Duration = Duration::from_secs(3);

/// What the handler needs.
#[derive(Clone)]
pub(crate) struct Here {
    app: App,
    targets: Targets,
    /// A month of minutes is much to read: one report at a time.
    reading: Arc<Semaphore>,
}

impl Here {
    pub(crate) fn new(app: App, targets: Targets) -> Self {
        Self { app, targets, reading: Arc::new(Semaphore::new(1)) }
    }
}

/// A turn to read, while it is held; `OVERLOADED` when others take too long.
async fn turn(reading: &Semaphore) -> Result<SemaphorePermit<'_>> {
    let waited = tokio::time::timeout(TURN, reading.acquire()).await;
    let others = |_| {
        let message = "Other service levels are being read; try again in some seconds.";
        Error::new(&codes::OVERLOADED, message).retry_after_ms(5_000)
    };
    waited.map_err(others)?.map_err(Error::internal)
}

/// The route.
pub(crate) fn router(here: Here) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(service_levels)).with_state(here)
}

/// Which span.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SpanQuery {
    /// The span that ends now: `1h`, `24h`, `7d` or `28d`.
    #[param(pattern = "^(1h|24h|7d|28d)$", default = "28d")]
    window: Option<String>,
}

/// Service levels
///
/// Each objective with its target, what was measured in the window, and its error budget: from what is stored, of all
/// instances. A figure without data is null, and `met` is then null too. A user sees the requests, events, deliveries, transcripts and
/// cuts of their tenant, and the availability of the installation; a key with `installation:*` sees all tenants together.
#[utoipa::path(get, path = "/v1/slo", operation_id = "service_levels", tag = "Operation", params(SpanQuery),
    responses((status = 200, description = "Each objective", body = Report)))]
async fn service_levels(
    State(here): State<Here>,
    caller: Caller,
    Query(query): Query<SpanQuery>,
) -> std::result::Result<Response, Problem> {
    let asked = query.window.as_deref().unwrap_or(Window::Month.as_str());
    let window = Window::parse(asked)
        .ok_or_else(|| Error::invalid("query:window", format!("must be one of {}", WINDOWS.join(", "))))?;
    let whose = (!caller.principal.has_scope(Scope::Installation)).then(|| caller.principal.tenant().clone());
    let (targets, now) = (here.targets, caller.now);
    let _turn = turn(&here.reading).await?;
    let report = here.app.db.read(move |tx| commands::report(tx, whose.as_ref(), window, &targets, now)).await?;
    Ok(Reply::ok(&report)?.into_response(&here.app.keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_for_others_is_told() {
        let reading = Semaphore::new(1);
        let held = turn(&reading).await.expect("nobody reads");
        let late = turn(&reading).await.expect_err("somebody reads");
        assert!(late.is(&codes::OVERLOADED) && late.retry_after().is_some(), "{late:?}");
        let (next, ()) = tokio::join!(turn(&reading), async { drop(held) });
        drop(next.expect("it is given back"));
    }
}
