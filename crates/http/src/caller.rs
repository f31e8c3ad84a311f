//! What every handler gets: the principal, the instant, entropy and the trace id of this request.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use callboard_kernel::{Entropy, Error, Result, Timestamp};

use crate::Principal;
use crate::problem::Problem;

/// The authenticated caller of this request, put there by the access layer.
#[derive(Clone)]
pub struct Caller {
    /// Who calls; routes that the matrix marks public have none and must not extract a `Caller`.
    pub principal: Principal,
    /// When the request arrived.
    pub now: Timestamp,
    /// Randomness of this request.
    pub entropy: Entropy,
    /// The request's trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The client's address, after trusted proxies.
    pub address: std::net::IpAddr,
}

/// What is known about every request, signed in or not: for public and provider routes.
#[derive(Clone)]
pub struct Visitor {
    /// When the request arrived.
    pub now: Timestamp,
    /// Randomness of this request.
    pub entropy: Entropy,
    /// The request's trace id, 32 hexadecimal digits.
    pub trace_id: String,
    /// The client's address, after trusted proxies.
    pub address: std::net::IpAddr,
}

impl Visitor {
    /// The caller that this visitor turned out to be.
    pub fn into_caller(self, principal: Principal) -> Caller {
        Caller { principal, now: self.now, entropy: self.entropy, trace_id: self.trace_id, address: self.address }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("a handler asked for a caller on a route without one").into())
    }
}

/// For routes whose row says `optional`: none when no credential came.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("a request came past the front door").into())
    }
}
