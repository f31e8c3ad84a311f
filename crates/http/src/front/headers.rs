//! Headers on the way in (host, size) and on the way out (security).

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_kernel::{Error, Result, codes};

use crate::problem;

/// Largest request line and header list, bytes.
const HEADER_LIST_BYTES: usize = 16 * 1024;

/// One Host, and a header list of at most 16 KiB.
pub(super) fn check(parts: &Parts) -> Result<()> {
    let headers = &parts.headers;
    if headers.get_all(header::HOST).iter().count() != 1 {
        return Err(Error::new(&codes::BAD_REQUEST, "A request must have exactly one Host header.")
            .field("header:Host", "must be sent once"));
    }
    let line = parts.uri.path().len() + parts.uri.query().map_or(0, str::len);
    // As HTTP/2 counts: name, value and 32 bytes for each field.
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    if line + size > HEADER_LIST_BYTES {
        return Err(Error::new(
            &codes::HEADERS_TOO_LARGE,
            "The request line and headers may have at most 16 KiB together.",
        )
        .with("limitBytes", HEADER_LIST_BYTES));
    }
    Ok(())
}

/// 405 with the methods that the matrix knows.
pub(super) fn method_not_allowed(route: &str, allow: &str) -> Result<Response> {
    if allow.is_empty() {
        // Pages are not in the document, so the check at the start cannot see a forgotten one.
        return Err(Error::internal(format!("{route} has no row in the access matrix")));
    }
    let error = problem::error_of_status(StatusCode::METHOD_NOT_ALLOWED);
    let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
    set(response.headers_mut(), "allow", allow);
    response.extensions_mut().insert(Arc::new(error));
    Ok(response)
}

/// Sets a header whose value we made ourselves.
pub(super) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// Security headers; what a page's handler has set already stays.
pub(super) fn secure(headers: &mut HeaderMap, api: bool, https: bool) {
    let mut default = |name: &'static str, value: &'static str| {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    };
    default("x-content-type-options", "nosniff");
    default("referrer-policy", "no-referrer");
    default("cross-origin-opener-policy", "same-origin");
    if api {
        default("cache-control", "no-store");
        default("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    } else {
        default("content-security-policy", "frame-ancestors 'none'");
    }
    if https {
        default("strict-transport-security", "max-age=31536000");
    }
}
