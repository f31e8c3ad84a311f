//! Who may do what: the access matrix as data, credentials, rate limits.

mod credentials;
mod matrix;
mod origin;
mod rate;

pub use matrix::{AccessMatrix, Grant, Pass, Rate, RouteRule};
pub use rate::{RateLimiter, RateLimits};

pub(crate) use credentials::{address_of, credentials_of};
pub(crate) use origin::Origins;
pub(crate) use rate::Verdict;

/// The name of the login cookie.
pub const SESSION_COOKIE: &str = "callboard_session";

/// Limits of the matched route, for the body extractors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteLimits {
    /// Largest body, bytes.
    pub(crate) body_bytes: usize,
}
