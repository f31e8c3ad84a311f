//! Floor 1: what every route shares. Principals and the access matrix, problem documents, strict bodies,
//! paging, idempotency, rate limits, and the server loop itself.

mod access;
mod answer;
mod app;
mod caller;
mod document;
mod extract;
mod front;
mod idempotency;
mod metrics;
mod page;
mod principal;
mod problem;
mod server;

pub use access::{AccessMatrix, Grant, Pass, Rate, RateLimiter, RateLimits, RouteRule, SESSION_COOKIE};
pub use answer::{Answer, Derived, Reply, ShownOnce};
pub use app::{App, Authenticate, Credentials, Module, Repair, Settings};
pub use caller::{Caller, Visitor};
pub use document::{ERROR_CODES, complete as complete_document, routes_of};
pub use extract::{
    Body, IdempotencyKey, IfMatch, OptionalBody, Path, Query, RawBody, RawJson, parse_query, query_instant,
};
pub use front::{FrontDoor, NoteRequests, Peer, RequestNote};
pub use idempotency::{
    AnswerEraser, ForgetAnswers, IDEMPOTENCY_SQL, OnceScope, erase_answers_about, fingerprint, once, once_as,
};
pub use metrics::{CUT, Metrics, RouteStats};
pub use page::{Cursor, DEFAULT_LIMIT, List, MAX_LIMIT, Page};
pub use principal::{PassKind, Principal, Role, Scope};
pub use problem::{PROBLEM_JSON, Problem, ProblemBody, ProblemField, problem_value, status_of};
pub use server::{ServeLimits, Shutdown, listen, serve};
