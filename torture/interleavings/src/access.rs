//! The product's rate limiter.

#[allow(dead_code)]
#[path = "../../../crates/http/src/access/rate.rs"]
pub(crate) mod rate;

/// How a route's requests are counted.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code)]
pub(crate) enum Rate {
    Login,
    Join,
    Exempt,
}
