//! Routes of the installation: health, readiness, metrics, the endpoint map, the document, error pages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_eventlog::outbox;
use callboard_http::{App, Problem};
use callboard_kernel::{Error, Result, Timestamp};
use callboard_livekit::LiveKit;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::metrics::Registry;
use crate::{manual, version};

/// The oldest effect may wait this long before readiness says so, milliseconds.
const OUTBOX_PATIENCE_MS: i64 = 60_000;

/// What these routes need.
#[derive(Clone)]
pub struct Ops {
    /// The services.
    pub app: App,
    /// The media bridge, when configured.
    pub livekit: Option<LiveKit>,
    /// The process's metrics.
    pub registry: Arc<Registry>,
    /// The finished OpenAPI document; set once the router is whole.
    pub document: Arc<std::sync::OnceLock<String>>,
}

/// The routes with their state.
pub fn router(ops: Ops) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(ready))
        .routes(routes!(metrics))
        .routes(routes!(map))
        .route("/openapi.json", axum::routing::get(openapi))
        .route("/docs/errors/{code}", axum::routing::get(manual::error_page))
        .with_state(ops)
}

/// Alive.
#[derive(Serialize, ToSchema)]
struct Alive {
    /// Always `ok`.
    status: &'static str,
    /// Our version.
    version: &'static str,
    /// The same on every instance of an installation, and on no other; it changes with the secret key.
    installation: String,
}

/// Liveness
///
/// The process answers. It says nothing about the database: see readiness.
#[utoipa::path(get, path = "/health", tag = "Operation", responses((status = 200, description = "Alive", body = Alive)))]
async fn health(State(ops): State<Ops>) -> Json<Alive> {
    let installation = ops.app.keys.fingerprints().into_iter().next().map(|(_, mark)| mark).unwrap_or_default();
    Json(Alive { status: "ok", version: version::own(), installation })
}

/// One thing that readiness looks at.
#[derive(Serialize, ToSchema)]
struct Check {
    /// What was looked at.
    name: &'static str,
    /// Whether it is well.
    ok: bool,
    /// Whether the service can work without it.
    required: bool,
    /// What is wrong, or what was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Readiness with reasons.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// Whether traffic should come here.
    ready: bool,
    /// Each check.
    checks: Vec<Check>,
}

/// Readiness
///
/// 200 when traffic should come here, else 503; the reasons are in the body either way.
#[utoipa::path(get, path = "/health/ready", tag = "Operation",
    responses((status = 200, description = "Ready", body = Readiness), (status = 503, description = "Not ready", body = Readiness)))]
async fn ready(State(ops): State<Ops>) -> Response {
    let now = ops.app.world.now();
    let mut checks = vec![store_check(&ops).await];
    checks.push(outbox_check(&ops, now).await);
    checks.push(match &ops.livekit {
        None => Check {
            name: "livekit",
            ok: true,
            required: false,
            reason: Some("not configured: calls have no media".to_owned()),
        },
        Some(livekit) => {
            let state = livekit.health.ready(now);
            Check { name: "livekit", ok: state.is_ok(), required: false, reason: state.err() }
        }
    });
    let ready = checks.iter().all(|c| c.ok || !c.required);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, checks })).into_response()
}

async fn store_check(ops: &Ops) -> Check {
    let health = ops.app.db.health();
    let reason = if health.ok {
        ops.app.db.read(|tx| outbox::backlog(tx).map(|_| ())).await.err().map(|e| e.message().to_owned())
    } else {
        health.reason
    };
    Check { name: "store", ok: reason.is_none(), required: true, reason }
}

async fn outbox_check(ops: &Ops, now: Timestamp) -> Check {
    // Webhooks wait for other people's servers, for days if need be: that says nothing about us.
    let backlog = |tx: &callboard_store::Tx<'_>| outbox::backlog_besides(tx, callboard_webhooks::KIND);
    let reason = match ops.app.db.read(backlog).await {
        Ok((waiting, Some(oldest))) if now.since_ms(oldest) > OUTBOX_PATIENCE_MS => {
            Some(format!("{waiting} effects wait, the oldest for {} s", now.since_ms(oldest) / 1000))
        }
        Ok(_) => None,
        Err(error) => Some(error.message().to_owned()),
    };
    Check { name: "outbox", ok: reason.is_none(), required: false, reason }
}

/// Metrics
///
/// In the text format of Prometheus. What each means: `docs/reference/metrics.md`.
#[utoipa::path(get, path = "/metrics", tag = "Operation",
    responses((status = 200, description = "Metrics", body = String, content_type = "application/openmetrics-text")))]
async fn metrics(State(ops): State<Ops>) -> Result<Response, Problem> {
    let text = ops.registry.render(&ops.app).await?;
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// Where to go.
#[derive(Serialize, ToSchema)]
struct Map {
    /// Our version.
    version: &'static str,
    /// The OpenAPI document.
    openapi: &'static str,
    /// The document, browsable.
    docs: &'static str,
    /// JSON Schemas of the events.
    schemas: &'static str,
    /// Every route, as `METHOD path`.
    routes: Vec<String>,
}

/// Endpoint map
#[utoipa::path(get, path = "/v1", tag = "Operation", responses((status = 200, description = "Where to go", body = Map)))]
async fn map(State(ops): State<Ops>) -> Result<Json<Map>, Problem> {
    let document: serde_json::Value =
        serde_json::from_str(ops.document.get().map_or("{}", String::as_str)).map_err(Error::internal)?;
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in item.as_object().into_iter().flat_map(|i| i.keys()) {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    Ok(Json(Map { version: version::own(), openapi: "/openapi.json", docs: "/docs", schemas: "/v1/schemas", routes }))
}

async fn openapi(State(ops): State<Ops>) -> Response {
    let text = ops.document.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
