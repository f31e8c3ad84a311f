//! Counts and durations of requests, for `/metrics`. Counting takes no lock and makes no text: a look-up of the route
//! and atomic additions.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::http::{Method, StatusCode};
use callboard_kernel::{Buckets, Histogram, Outcome, Tallies, TenantId};

use crate::Principal;
use crate::access::{AccessMatrix, Rate};

/// Methods that have a name of their own; the last stands for all others, since clients can invent methods.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];

/// What stands for the status of a request that was cut: no answer's head was sent, because its client hung up or the server
/// stopped.
pub const CUT: u16 = 1;

/// Statuses that have a name of their own; any other is 0.
const STATUSES: [u16; 38] = [
    0, CUT, 101, 200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410,
    411, 412, 413, 414, 415, 416, 422, 426, 428, 429, 431, 500, 502, 503, 504,
];

/// The route of requests that no row of the matrix is about: pages, assets, unknown paths.
const UNMATCHED: &str = "unmatched";

/// What limits requests.
const LIMITS: [&str; 5] = ["login", "join", "key", "user", "pass"];

/// One method of one route.
struct Requests {
    statuses: [AtomicU64; STATUSES.len()],
    micros: Histogram,
}

impl Default for Requests {
    fn default() -> Self {
        Self { statuses: std::array::from_fn(|_| AtomicU64::new(0)), micros: Histogram::of_micros() }
    }
}

/// The methods of one route, made when the first request comes.
#[derive(Default)]
struct Route([OnceLock<Box<Requests>>; METHODS.len()]);

/// What was seen of one method of one route.
#[derive(Clone, Debug)]
pub struct RouteStats {
    /// The method, or `other`.
    pub method: &'static str,
    /// The route's template, or `unmatched`.
    pub route: String,
    /// Answers by status, those that came; 0 stands for statuses that we do not give, [`CUT`] for none at all.
    pub answers: Vec<(u16, u64)>,
    /// Microseconds until the head of the answer, or until it was cut.
    pub micros: Buckets,
}

/// Requests by method, route template and status, and what rate limits refused.
#[derive(Default)]
pub struct Metrics {
    routes: OnceLock<HashMap<String, Route>>,
    unmatched: Route,
    limited: [AtomicU64; LIMITS.len()],
    traffic: Arc<Tallies>,
}

impl Metrics {
    /// Makes room for the routes of the matrix. Before it, and for what is not in it, requests count as unmatched.
    pub(crate) fn know(&self, matrix: &AccessMatrix) {
        // A second door over the same metrics has the same matrix.
        let _first = self.routes.set(matrix.rules().map(|rule| (rule.path.clone(), Route::default())).collect());
    }

    /// Answers of the API since the last roll-up took them, by tenant; for service levels.
    pub fn traffic(&self) -> &Arc<Tallies> {
        &self.traffic
    }

    /// Counts an answer of the API for its tenant, or for nobody when no caller was known. Without a status it was cut: how
    /// long its client waited counts, and that it ended is the client's doing.
    pub(crate) fn tally(&self, tenant: Option<TenantId>, status: Option<StatusCode>, micros: i64) {
        let outcome = status.map_or(Outcome::Refused, |status| Outcome::of_status(status.as_u16()));
        self.traffic.of(tenant).request(outcome, micros.max(0).div_euclid(1_000));
    }

    /// Counts one answer, or none. Routes are templates, so their number is bounded; unmatched paths share one.
    pub(crate) fn count(&self, method: &Method, route: &str, status: Option<StatusCode>, micros: i64) {
        let route = self.routes.get().and_then(|all| all.get(route)).unwrap_or(&self.unmatched);
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let seen = route.0[method].get_or_init(Box::default);
        let status = STATUSES.binary_search(&status.map_or(CUT, |status| status.as_u16())).unwrap_or(0);
        seen.statuses[status].fetch_add(1, Ordering::Relaxed);
        seen.micros.observe(u64::try_from(micros).unwrap_or(0));
    }

    /// Counts a request that the limit of its route's class refused.
    pub(crate) fn limited_visit(&self, rate: Option<Rate>) {
        self.limited(if rate == Some(Rate::Login) { "login" } else { "join" });
    }

    /// Counts a request that its caller's own limit refused.
    pub(crate) fn limited_call(&self, principal: &Principal) {
        self.limited(match principal {
            Principal::Key { .. } => "key",
            Principal::User { .. } => "user",
            Principal::Pass { .. } => "pass",
        });
    }

    fn limited(&self, limit: &str) {
        if let Some(n) = LIMITS.iter().position(|name| *name == limit) {
            self.limited[n].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Refused requests by what limited them: `login`, `join` (by address), `key`, `user`, `pass` (by caller).
    pub fn rate_limited(&self) -> Vec<(&'static str, u64)> {
        LIMITS.iter().zip(&self.limited).map(|(name, n)| (*name, n.load(Ordering::Relaxed))).collect()
    }

    /// Everything that was answered, in the order of the routes' names.
    pub fn requests(&self) -> Vec<RouteStats> {
        let known = self.routes.get().into_iter().flatten().map(|(name, route)| (name.as_str(), route));
        let mut out: Vec<RouteStats> =
            known.chain([(UNMATCHED, &self.unmatched)]).flat_map(|(name, route)| stats(name, route)).collect();
        out.sort_by(|a, b| (&a.route, a.method).cmp(&(&b.route, b.method)));
        out
    }
}

fn stats<'a>(name: &'a str, route: &'a Route) -> impl Iterator<Item = RouteStats> + 'a {
    METHODS.iter().zip(&route.0).filter_map(move |(method, seen)| {
        let seen = seen.get()?;
        let answers = STATUSES.iter().zip(&seen.statuses).map(|(status, n)| (*status, n.load(Ordering::Relaxed)));
        let answers = answers.filter(|(_, n)| *n > 0).collect();
        Some(RouteStats { method, route: name.to_owned(), answers, micros: seen.micros.read() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_ours_has_a_name() {
        assert!(STATUSES.is_sorted());
        for code in callboard_kernel::codes::ALL {
            let status = crate::problem::status_of(code.kind).as_u16();
            assert!(STATUSES.contains(&status), "{} is answered with {status}", code.name);
        }
    }

    #[test]
    fn clients_make_no_labels() {
        let metrics = Metrics::default();
        let invented = Method::from_bytes(b"INVENTED").expect("a token");
        metrics.count(&invented, "/v1/no-such-route", Some(StatusCode::IM_A_TEAPOT), -5);
        metrics.count(&Method::GET, "", Some(StatusCode::OK), 99);
        let seen = metrics.requests();
        let rows: Vec<_> = seen.iter().map(|r| (r.method, r.route.as_str(), r.answers.as_slice())).collect();
        assert_eq!(rows, [("GET", UNMATCHED, [(200, 1)].as_slice()), ("other", UNMATCHED, [(0, 1)].as_slice())]);
        assert_eq!((seen[0].micros.sum, seen[1].micros.total()), (99, 1));
    }
}
