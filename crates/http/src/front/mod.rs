//! The front door: every request passes here once, matched or not.
//!
//! In order: trace id, host and header checks, preflight, the matrix row, rate by address, credentials, permission,
//! rate by principal, unknown query parameters, then the handler within its caller's reach. From the matrix row on, all of
//! it has the route's time limit together. On the way out: refusals become problem documents, and every answer gets its
//! trace id and security headers.

mod admit;
mod count;
mod headers;
mod note;
mod reach;
mod trace;

use std::collections::HashMap;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use callboard_kernel::{Error, OpenSpan, Result, World, codes};
use callboard_store::{Reach, trace::within};
use futures_util::FutureExt as _;
use tokio::time::Sleep;
use tracing::Instrument as _;
use utoipa::openapi::OpenApi;

use crate::access::{AccessMatrix, Origins, RateLimiter, RateLimits, RouteRule, address_of};
use crate::app::{Authenticate, Settings};
use crate::caller::{Caller, Visitor};
use crate::document;
use crate::metrics::Metrics;
use crate::problem::{self, PROBLEM_JSON};

use count::Count;
use note::Known;

pub use note::{NoteRequests, RequestNote};

/// The address of the connection's other end; `serve` puts it into every request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// What the front door needs.
pub struct FrontDoor {
    /// The access matrix.
    pub matrix: AccessMatrix,
    /// Everyone who knows callers, asked in order.
    pub authenticators: Vec<Arc<dyn Authenticate>>,
    /// Rate limits.
    pub limits: RateLimits,
    /// Settings of the HTTP side.
    pub settings: Arc<Settings>,
    /// Time and randomness.
    pub world: Arc<dyn World>,
    /// Where requests are counted.
    pub metrics: Arc<Metrics>,
}

struct Door {
    matrix: AccessMatrix,
    authenticators: Vec<Arc<dyn Authenticate>>,
    limiter: RateLimiter,
    settings: Arc<Settings>,
    origins: Origins,
    world: Arc<dyn World>,
    metrics: Arc<Metrics>,
    notes: Option<Arc<dyn NoteRequests>>,
    /// Query parameters by method and path, from the document.
    parameters: HashMap<(Method, String), Vec<String>>,
}

impl FrontDoor {
    /// Puts the door before a router. Fails when the router's documented routes and the matrix differ, so that a
    /// forgotten route stops the start.
    pub fn guard(self, router: Router, openapi: &OpenApi) -> Result<Router> {
        self.guard_noting(router, openapi, None)
    }

    /// [`FrontDoor::guard`], and tells `notes` of every request of a known caller that changed something or tried to,
    /// except on routes whose row says `data`.
    pub fn guard_noting(
        self,
        router: Router,
        openapi: &OpenApi,
        notes: Option<Arc<dyn NoteRequests>>,
    ) -> Result<Router> {
        let routes = document::routes_of(openapi);
        self.matrix.check(routes.iter().map(|(method, path)| (method, path.as_str())))?;
        self.metrics.know(&self.matrix);
        let door = Arc::new(Door {
            origins: Origins::new(&self.settings),
            limiter: RateLimiter::new(self.limits),
            parameters: document::query_parameters(openapi),
            matrix: self.matrix,
            authenticators: self.authenticators,
            settings: self.settings,
            world: self.world,
            metrics: self.metrics,
            notes,
        });
        Ok(router.layer(from_fn_with_state(door, pass)))
    }
}

async fn pass(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let visitor = door.visitor(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned()).unwrap_or_default();
    let origin = request.headers().get(header::ORIGIN).cloned();
    let span = tracing::info_span!(
        "request", http.method = %method, http.route = %route, trace.id = %visitor.trace_id,
        tenant.id = tracing::field::Empty, http.status = tracing::field::Empty, duration_us = tracing::field::Empty,
    );
    let api = request.uri().path().starts_with("/v1");
    let open = trace::begin(door.world.tracer(), request.headers(), &visitor.trace_id, (&method, &route));
    async {
        let known = Known::default();
        let count = Count {
            door: &door,
            method: &method,
            route: &route,
            api,
            since: visitor.now,
            known: &known,
            counted: false,
        };
        let work = door.answer(request, next, &route, (&visitor, &known));
        let work = within(open.as_ref().map(OpenSpan::trace), work);
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        let response = match outcome {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => refuse(error),
            Err(panic) => refuse(Error::internal(format!("a handler panicked: {}", panic_text(panic.as_ref())))),
        };
        let (mut response, code) = finish(response, &visitor.trace_id);
        door.dress(&mut response, origin.as_ref(), api, &visitor.trace_id);
        let (now, micros) = count.answered(response.status());
        if let Some(open) = open {
            trace::end(open, response.status(), code, known.tenant());
        }
        if let Some(notes) = &door.notes
            && let Some(note) = known.note(&visitor, now, (response.status(), response.headers()), code)
        {
            notes.note(note);
        }
        let span = tracing::Span::current();
        span.record("http.status", response.status().as_u16()).record("duration_us", micros);
        tracing::debug!("`{method} {route}` answered {}", response.status().as_u16());
        response
    }
    .instrument(span)
    .await
}

impl Door {
    fn visitor(&self, request: &Request) -> Visitor {
        let mut entropy = self.world.entropy();
        let peer = request.extensions().get::<Peer>().map_or(IpAddr::from([0, 0, 0, 0]), |p| p.0);
        Visitor {
            now: self.world.now(),
            trace_id: trace::trace_id(request.headers(), &mut entropy),
            entropy,
            address: address_of(request.headers(), peer, self.settings.trusted_proxies),
        }
    }

    /// Checks the request and runs its handler.
    async fn answer(
        &self,
        request: Request,
        next: Next,
        route: &str,
        (visitor, known): (&Visitor, &Known),
    ) -> Result<Response> {
        // The body is set aside: it cannot be shared across the waits below.
        let (mut parts, body) = request.into_parts();
        headers::check(&parts)?;
        if route.is_empty() {
            // Only pages may stand behind the fallback; the API has no route without a row.
            if parts.uri.path().starts_with("/v1") {
                return Err(problem::route_not_found());
            }
            parts.extensions.insert(visitor.clone());
            return Ok(next.run(Request::from_parts(parts, body)).await);
        }
        if let Some(response) = self.origins.preflight(&parts.method, &parts.headers, || self.matrix.allow(route)) {
            return Ok(response);
        }
        let Some(rule) = self.matrix.rule(&parts.method, route) else {
            return headers::method_not_allowed(route, &self.matrix.allow(route));
        };
        let mut patience = pin!(tokio::time::sleep(Duration::from_millis(rule.timeout_ms)));
        let mut verdict = self.limiter.visit(rule.rate, visitor.address, visitor.now);
        if let Some(refusal) = admit::over(verdict) {
            self.metrics.limited_visit(rule.rate);
            return Ok(refusal);
        }
        let principal = tokio::select! {
            admitted = self.admit(rule, &parts, (visitor, known)) => admitted?,
            () = patience.as_mut() => return Err(too_long()),
        };
        let reach = principal.as_ref().map_or(Reach::Installation, |p| rule.reach(p));
        if let Some(principal) = principal {
            tracing::Span::current().record("tenant.id", principal.tenant().as_str());
            if rule.rate != Some(crate::access::Rate::Exempt) {
                verdict = self.limiter.call(&principal, visitor.now).or(verdict);
                if let Some(refusal) = admit::over(verdict) {
                    self.metrics.limited_call(&principal);
                    return Ok(refusal);
                }
            }
            parts.extensions.insert::<Caller>(visitor.clone().into_caller(principal));
        }
        self.known_parameters(rule, &parts)?;
        parts.extensions.insert(visitor.clone());
        parts.extensions.insert(crate::access::RouteLimits { body_bytes: rule.body_bytes });
        let work = run(rule, patience, Request::from_parts(parts, body), next);
        let mut response = reach.clone().enter(work).await?.map(|body| reach::hold(body, reach));
        if let Some(verdict) = verdict {
            admit::show(verdict, response.headers_mut());
        }
        Ok(response)
    }

    fn dress(&self, response: &mut Response, origin: Option<&HeaderValue>, api: bool, trace_id: &str) {
        headers::secure(response.headers_mut(), api, self.settings.secure_cookies);
        headers::set(response.headers_mut(), "x-trace-id", trace_id);
        self.origins.allow_origin(origin, response.headers_mut());
    }
}

/// The handler, until the head of its answer is there; bodies may stream on.
async fn run(rule: &RouteRule, patience: Pin<&mut Sleep>, request: Request, next: Next) -> Result<Response> {
    tokio::select! {
        answer = next.run(request) => return Ok(answer),
        () = patience => {}
    }
    if rule.method == Method::GET {
        return Err(too_long());
    }
    let message = "The answer took too long; the change may still happen. Repeat it under the same key or id.";
    Err(Error::new(&codes::OUTCOME_UNKNOWN, message).retry_after_ms(1000))
}

/// Nothing was changed.
fn too_long() -> Error {
    Error::new(&codes::OVERLOADED, "The answer took too long.").retry_after_ms(1000)
}

fn refuse(error: Error) -> Response {
    use axum::response::IntoResponse as _;
    problem::Problem(error).into_response()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|t| (*t).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    callboard_kernel::short(&text.unwrap_or_default(), 200)
}

/// Turns refusals into problem documents: those that carry an error, and bare statuses from layers below us. Also the
/// code that a problem was given.
fn finish(mut response: Response, trace_id: &str) -> (Response, Option<&'static str>) {
    let status = response.status();
    let error = response.extensions_mut().remove::<Arc<Error>>();
    // Readiness and pages say what they have to say with a refusing status; bare statuses and the plain text of
    // layers below us say nothing that callers could rely on.
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let is_document = [PROBLEM_JSON, "application/json", "text/html"].iter().any(|known| kind.starts_with(known));
    let error = match error {
        Some(error) => error,
        None if (status.is_client_error() || status.is_server_error()) && !is_document => {
            Arc::new(problem::error_of_status(status))
        }
        None => return (response, None),
    };
    if let Some(note) = error.internal_note() {
        if error.kind() == callboard_kernel::Kind::Internal {
            tracing::error!(error.code = error.code().name, "A request failed: {note}");
        } else {
            tracing::warn!(error.code = error.code().name, "A request was refused with {}: {note}", error.code().name);
        }
    }
    let code = error.code().name;
    (problem::render(&error, trace_id, std::mem::take(response.headers_mut())), Some(code))
}
