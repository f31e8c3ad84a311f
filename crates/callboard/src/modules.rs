//! The one place that knows all features. Adding a feature is one line in [`modules`].

use std::sync::{Arc, OnceLock};

use axum::Router;
use callboard_calls::ports::Providers;
use callboard_egress::Egress;
use callboard_eventlog::Log;
use callboard_eventlog::erase::{Eraser, LogEraser};
use callboard_eventlog::outbox::{Attempts, Handler};
use callboard_governance::{Keepers, Prune};
use callboard_http::{
    AccessMatrix, AnswerEraser, App, Authenticate, ForgetAnswers, FrontDoor, Module, RateLimits, Repair, Shutdown,
    complete_document,
};
use callboard_kernel::{Error, Result};
use callboard_livekit::{LiveKit, Sender};
use callboard_simulated::MediaServer;
use callboard_slo::{Recorder, Targets};
use callboard_store::Sql;
use callboard_tenants::{DataKind, FirstSteps, Installation, RequestLog};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::metrics::{Counted, Registry};
use crate::{ops, pages};

/// The access matrix, committed as data.
pub const ACCESS: &str = include_str!("../access.toml");

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Callboard",
        description = "Remembers, guards and bills live calls over LiveKit. Times are RFC 3339 UTC, durations carry their unit in the name, \
                       lists are `{items, nextCursor}`, refusals are `application/problem+json` with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "Calls", description = "Call sessions and their participants"),
        (name = "Joining", description = "Join links and what they are exchanged for"),
        (name = "Events", description = "The log: ingest, replay, live delivery"),
        (name = "Transcripts", description = "What was said"),
        (name = "Provider", description = "LiveKit: webhooks, receipts, connection test"),
        (name = "Simulated", description = "The media server of simulated calls, for their clients"),
        (name = "Webhooks", description = "Events that are sent to a tenant's own servers"),
        (name = "Data", description = "Erasing personal text, and how long data is kept"),
        (name = "Access", description = "Keys, issuers, users, logins, the audit, the log of requests"),
        (name = "Tenants", description = "The installation's tenants"),
        (name = "Operation", description = "Health, metrics, endpoint map")
    )
)]
struct Document;

/// A log with the projectors of all features.
pub fn log() -> Log {
    let projectors =
        [callboard_calls::projectors(), callboard_transcripts::projectors(), callboard_webhooks::projectors()].concat();
    Log::new(projectors)
}

/// Every SQL text of the binary, for the test that prepares them all.
pub fn all_sql() -> Vec<&'static Sql> {
    [
        callboard_eventlog::ALL_SQL,
        callboard_http::IDEMPOTENCY_SQL,
        &callboard_tenants::ALL_SQL,
        callboard_calls::all_sql(),
        &callboard_transcripts::ALL_SQL,
        callboard_livekit::ALL_SQL,
        &callboard_webhooks::ALL_SQL,
        callboard_governance::ALL_SQL,
        callboard_eventlog::erase::ALL_SQL,
        callboard_livekit::ERASE_SQL,
        callboard_slo::ALL_SQL,
    ]
    .concat()
}

/// What the process is made of besides the services.
pub struct Parts {
    /// The media bridge, when configured.
    pub livekit: Option<LiveKit>,
    /// The providers of calls.
    pub providers: Arc<Providers>,
    /// Guarded HTTP to addresses that tenants chose.
    pub egress: Arc<Egress>,
    /// Rate limits.
    pub limits: RateLimits,
    /// Tells streams to end.
    pub shutdown: Shutdown,
    /// The simulated media server, where simulated calls are on.
    pub simulated: Option<Arc<MediaServer>>,
    /// What to try first, in the local mode.
    pub first_steps: Option<FirstSteps>,
    /// What service levels are measured against.
    pub targets: Targets,
}

impl Parts {
    /// Providers that follow from the media servers. LiveKit is the default; a call is simulated only when it asks.
    pub fn providers_of(livekit: Option<&LiveKit>, simulated: Option<&Arc<MediaServer>>) -> Arc<Providers> {
        let mut providers = Providers::default();
        if let Some(livekit) = livekit {
            providers.add(livekit.rooms.clone());
        }
        if let Some(simulated) = simulated {
            providers.add_beside(simulated.clone());
        }
        Arc::new(providers)
    }
}

/// What `/v1/me` tells about this installation.
fn installation(parts: &Parts) -> Installation {
    Installation {
        livekit: parts.livekit.is_some(),
        simulated: parts.simulated.is_some(),
        first_steps: parts.first_steps.clone().map(Arc::new),
    }
}

/// What each feature keeps, for erasure and retention.
fn keepers() -> Keepers {
    let erasers: [Arc<dyn Eraser>; 6] = [
        Arc::new(LogEraser),
        Arc::new(AnswerEraser),
        Arc::new(callboard_calls::CallEraser),
        Arc::new(callboard_transcripts::TranscriptEraser),
        Arc::new(callboard_webhooks::DeliveryEraser),
        Arc::new(callboard_livekit::ReceiptEraser),
    ];
    let prunes: [(DataKind, Prune); 4] = [
        (DataKind::Receipts, |tx, tenant, before| callboard_livekit::forget_receipts(tx, tenant, before, 500)),
        (DataKind::Deliveries, callboard_webhooks::forget_deliveries),
        (DataKind::Requests, callboard_tenants::forget_requests),
        (DataKind::Audit, callboard_tenants::forget_audit),
    ];
    Keepers { erasers: Arc::new(erasers), prunes: Arc::new(prunes) }
}

fn modules(app: &App, parts: &Parts, senders: Vec<Sender>, counted: &Counted) -> Vec<Module> {
    let mut modules = vec![
        callboard_tenants::module(app, parts.egress.clone(), installation(parts)),
        callboard_calls::module_counting(app.clone(), Arc::clone(&parts.providers), Arc::clone(&counted.calls)),
        callboard_transcripts::module(app.clone()),
        callboard_webhooks::module(app.clone(), parts.egress.clone()),
        callboard_livekit::module(app.clone(), parts.livekit.clone(), senders),
        callboard_simulated::module(app.clone(), parts.simulated.clone()),
        callboard_governance::module(app.clone(), keepers()),
        callboard_slo::module(app.clone(), parts.targets),
    ];
    let authenticators = authenticators(&modules);
    modules.push(callboard_realtime::module(app.clone(), authenticators, parts.shutdown.clone()));
    modules
}

fn authenticators(modules: &[Module]) -> Vec<Arc<dyn Authenticate>> {
    modules.iter().flat_map(|m| m.authenticators.clone()).collect()
}

/// The whole service, ready to be served.
pub struct Service {
    /// Every route behind the front door.
    pub router: Router,
    /// Every repair.
    pub repairs: Vec<Arc<dyn Repair>>,
    /// Every outbox handler.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// The metrics.
    pub registry: Arc<Registry>,
    /// Notes of changing requests; somebody has to let it write.
    pub requests: Arc<RequestLog>,
    /// What this process counts for service levels; somebody has to let it write.
    pub recorder: Arc<Recorder>,
    /// The OpenAPI document as committed.
    pub document: String,
}

/// What carries out effects, counted.
fn handlers(app: &App, parts: &Parts, counted: &mut Counted) -> Vec<Arc<dyn Handler>> {
    let mut handlers = callboard_calls::outbox_handlers(&parts.providers);
    let stats = Arc::clone(&counted.webhooks);
    handlers.extend(callboard_webhooks::outbox_handlers(app, parts.egress.clone(), stats));
    counted.outbox = Arc::new(Attempts::of(&handlers));
    handlers
}

/// Empty counters of everything that counts.
fn counted(parts: &Parts, senders: &[Sender]) -> Counted {
    let own = parts.livekit.iter().map(|l| (l.rooms.config().provider, Arc::clone(&l.health)));
    let senders = own.chain(senders.iter().map(|s| (s.config.provider, Arc::clone(&s.health)))).collect();
    Counted { senders, rooms: parts.livekit.as_ref().map(|l| Arc::clone(&l.rooms)), ..Counted::default() }
}

/// Puts all features together.
pub fn service(app: &App, parts: Parts) -> Result<Service> {
    app.log.measure_by(Arc::clone(&app.world));
    let senders: Vec<Sender> = parts.simulated.iter().map(|s| s.sender()).collect();
    let mut counted = counted(&parts, &senders);
    let modules = modules(app, &parts, senders, &counted);
    let authenticators = authenticators(&modules);
    let handlers = handlers(app, &parts, &mut counted);
    let forget: Arc<dyn Repair> = Arc::new(ForgetAnswers(app.db.clone()));
    let repairs: Vec<Arc<dyn Repair>> =
        [forget].into_iter().chain(modules.iter().flat_map(|m| m.repairs.clone())).collect();
    let metrics = Arc::clone(&counted.http);
    let registry = Arc::new(Registry::new(counted, repairs.iter().map(|r| r.name()), app.world.now()));
    let document = Arc::new(OnceLock::new());
    let ops = ops::Ops {
        app: app.clone(),
        livekit: parts.livekit.clone(),
        registry: Arc::clone(&registry),
        document: Arc::clone(&document),
    };
    let mut all = OpenApiRouter::with_openapi(Document::openapi()).merge(ops::router(ops));
    for module in modules {
        all = all.merge(module.router);
    }
    let (router, mut openapi) = all.split_for_parts();
    let matrix = AccessMatrix::parse(ACCESS)?;
    complete_document(&mut openapi, &matrix)?;
    let text = openapi.to_pretty_json().map_err(Error::internal)?;
    let _first = document.set(text.clone());
    let docs = utoipa_swagger_ui::SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/openapi.json"));
    let router = router.merge(Router::from(docs)).fallback(pages::fallback);
    let traffic = Arc::clone(metrics.traffic());
    let door = FrontDoor {
        matrix,
        authenticators,
        limits: parts.limits,
        settings: Arc::clone(&app.settings),
        world: Arc::clone(&app.world),
        metrics,
    };
    let recorder = Arc::new(Recorder::new(app, traffic));
    let requests = Arc::new(RequestLog::new(app, Arc::clone(&registry.requests)));
    let router = door.guard_noting(router, &openapi, Some(requests.clone()))?;
    Ok(Service { router, repairs, handlers, registry, requests, recorder, document: text })
}
