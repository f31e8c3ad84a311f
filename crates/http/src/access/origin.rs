//! Origins: which pages may call us, and how their browsers are told.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_kernel::{Error, Result, codes};

use crate::app::{Credentials, Settings};

/// Our own origin and the allow-list.
#[derive(Debug)]
pub(crate) struct Origins {
    own: String,
    allowed: Vec<String>,
}

impl Origins {
    pub(crate) fn new(settings: &Settings) -> Self {
        let clean = |origin: &str| origin.trim_end_matches('/').to_ascii_lowercase();
        Self { own: clean(&settings.public_url), allowed: settings.cors_origins.iter().map(|o| clean(o)).collect() }
    }

    fn known(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        origin == self.own || self.allowed.contains(&origin)
    }

    /// Refuses what a foreign page could make a browser send with the login cookie: changes, and sockets. A socket
    /// without `Authorization` from a foreign page is refused too, cookie or not.
    pub(crate) fn check(&self, headers: &HeaderMap, credentials: &Credentials) -> Result<()> {
        let socket = headers.get(header::UPGRADE).is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"websocket"));
        let ambient = credentials.cookie.is_some();
        if credentials.bearer.is_some() || !(socket || (ambient && credentials.unsafe_method)) {
            return Ok(());
        }
        match headers.get(header::ORIGIN) {
            Some(origin) if origin.to_str().is_ok_and(|o| self.known(o)) => Ok(()),
            // Browsers always name the origin of a socket; only other clients leave it out, and they have no cookie.
            None if !(socket && ambient) => Ok(()),
            _ => Err(Error::new(&codes::ORIGIN_FORBIDDEN, "Requests from this origin are not accepted.")),
        }
    }

    /// The answer to a preflight request, when this is one.
    pub(crate) fn preflight(
        &self,
        method: &Method,
        headers: &HeaderMap,
        allow: impl FnOnce() -> String,
    ) -> Option<Response> {
        if method != Method::OPTIONS || !headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
            return None;
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        let out = response.headers_mut();
        if self.allow_origin(headers.get(header::ORIGIN), out) {
            if let Ok(methods) = HeaderValue::from_str(&allow()) {
                out.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
            }
            let accepted = "authorization, content-type, idempotency-key, if-match, last-event-id, traceparent";
            out.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(accepted));
            out.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
        Some(response)
    }

    /// Marks an answer as readable by the page that asked, if its origin is on the list. Cookies are never allowed
    /// across origins.
    pub(crate) fn allow_origin(&self, origin: Option<&HeaderValue>, response: &mut HeaderMap) -> bool {
        if self.allowed.is_empty() {
            return false;
        }
        response.append(header::VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = origin else { return false };
        if !origin.to_str().is_ok_and(|o| self.allowed.contains(&o.to_ascii_lowercase())) {
            return false;
        }
        response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let exposed = "etag, location, retry-after, x-trace-id, idempotency-replayed, ratelimit-limit, ratelimit-remaining, ratelimit-reset";
        response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_pages_cannot_use_the_cookie() {
        let settings = Settings {
            public_url: "https://own.example".into(),
            cors_origins: vec!["https://app.example".into()],
            trusted_proxies: 0,
            secure_cookies: true,
        };
        let origins = Origins::new(&settings);
        let own = Some("https://own.example");
        let foreign = Some("https://evil.example");
        for (cookie, bearer, change, socket, origin, good) in [
            (true, false, true, false, own, true),
            (true, false, true, false, Some("https://app.example"), true),
            (true, false, true, false, foreign, false),
            (true, false, true, false, Some("null"), false),
            (true, false, true, false, None, true),
            (true, false, false, false, foreign, true),
            (true, false, false, true, foreign, false),
            (true, false, false, true, None, false),
            (false, false, false, true, None, true),
            (false, false, false, true, foreign, false),
            (false, true, true, true, foreign, true),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            if socket {
                headers.insert(header::UPGRADE, HeaderValue::from_static("WebSocket"));
            }
            let credentials = Credentials {
                bearer: bearer.then(|| "t".to_owned()),
                cookie: cookie.then(|| "c".to_owned()),
                csrf: None,
                unsafe_method: change,
            };
            let seen = origins.check(&headers, &credentials).is_ok();
            assert_eq!(seen, good, "cookie {cookie} bearer {bearer} change {change} socket {socket} {origin:?}");
        }
    }
}
