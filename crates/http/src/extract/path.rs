//! Ids in paths: a malformed id names nothing, so it is the 404 of that thing.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use callboard_kernel::{Error, Result};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The path's parameters as `T`: one id, or a tuple of ids in the path's order.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|axum::extract::Path(value)| Self(value)).map_err(|e| Problem(absent(&e.body_text())))
    }
}

/// The same answer as for a well-formed id of nothing.
fn absent(message: &str) -> Error {
    const THINGS: [(&str, &str); 10] = [
        ("ses_", "session"),
        ("ten_", "tenant"),
        ("usr_", "user"),
        ("key_", "API key"),
        ("iss_", "issuer"),
        ("par_", "participant"),
        ("jln_", "join link"),
        ("rcp_", "receipt"),
        ("aud_", "audit entry"),
        ("obx_", "delivery"),
    ];
    let thing = THINGS.iter().find(|(prefix, _)| message.contains(&format!("not a {prefix}… id")));
    Error::not_found(thing.map_or("thing", |(_, name)| name)).note(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_id_reads_like_an_absent_one() {
        let error = absent("Invalid URL: not a key_… id");
        assert_eq!(error.message(), Error::not_found("API key").message());
    }
}
