//! What a request brought to say who it is, and where it came from.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, header};
use callboard_kernel::{Error, Result, codes};

use super::SESSION_COOKIE;
use crate::app::Credentials;

/// Collects the credentials. A bearer token wins over the cookie, so an explicit credential is never mixed with an
/// ambient one.
pub(crate) fn credentials_of(method: &Method, headers: &HeaderMap) -> Result<Credentials> {
    let unsafe_method = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let csrf = headers.get("x-csrf-token").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = authorizations.next() else {
        return Ok(Credentials { bearer: None, cookie: cookie_of(headers)?, csrf, unsafe_method });
    };
    let refused = || Error::new(&codes::UNAUTHENTICATED, "Authorization must be sent once, as `Bearer` and a token.");
    if authorizations.next().is_some() {
        return Err(refused());
    }
    let text = value.to_str().map_err(|_| refused())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(refused)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() {
        return Err(refused());
    }
    Ok(Credentials { bearer: Some(token.to_owned()), cookie: None, csrf, unsafe_method })
}

/// Our cookie's value. Two different ones are refused: one may have been planted by a neighbouring site.
fn cookie_of(headers: &HeaderMap) -> Result<Option<String>> {
    let mut found: Option<&str> = None;
    for header in headers.get_all(header::COOKIE) {
        let Ok(text) = header.to_str() else { continue };
        for (name, value) in text.split(';').filter_map(|pair| pair.trim().split_once('=')) {
            if name != SESSION_COOKIE {
                continue;
            }
            if found.is_some_and(|f| f != value) {
                return Err(Error::new(&codes::UNAUTHENTICATED, "Two login cookies were sent."));
            }
            found = Some(value);
        }
    }
    Ok(found.filter(|v| !v.is_empty()).map(str::to_owned))
}

/// The client's address: the peer's, or what the outermost of `trusted` proxies says about it.
pub(crate) fn address_of(headers: &HeaderMap, peer: IpAddr, trusted: usize) -> IpAddr {
    if trusted == 0 {
        return peer;
    }
    let named: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .collect();
    // Each proxy appends its peer, so the client is as many places from the end as there are proxies of ours.
    let at = named.len().checked_sub(trusted);
    at.and_then(|at| named.get(at)?.parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in list {
            map.append(*name, value.parse().expect("a value"));
        }
        map
    }

    #[test]
    fn bearer_wins_over_cookie() {
        let both = headers(&[("authorization", "bearer  abc"), ("cookie", "callboard_session=x")]);
        let c = credentials_of(&Method::POST, &both).expect("good");
        assert_eq!((c.bearer.as_deref(), c.cookie, c.unsafe_method), (Some("abc"), None, true));
    }

    #[test]
    fn odd_credentials_are_refused() {
        for list in [
            &[("authorization", "Basic abc")][..],
            &[("authorization", "Bearer")],
            &[("authorization", "Bearer a"), ("authorization", "Bearer b")],
            &[("cookie", "callboard_session=a; callboard_session=b")],
        ] {
            assert!(credentials_of(&Method::GET, &headers(list)).is_err(), "{list:?}");
        }
        let c = credentials_of(&Method::GET, &headers(&[("cookie", "a=b; callboard_session=v; c=d")])).expect("good");
        assert_eq!(c.cookie.as_deref(), Some("v"));
    }

    #[test]
    fn proxies_are_believed_as_far_as_they_are_trusted() {
        let peer: IpAddr = [10, 0, 0, 9].into();
        let forged = headers(&[("x-forwarded-for", "6.6.6.6, 1.2.3.4"), ("x-forwarded-for", "10.0.0.1")]);
        for (trusted, expected) in [(0, "10.0.0.9"), (1, "10.0.0.1"), (2, "1.2.3.4"), (3, "6.6.6.6"), (4, "10.0.0.9")] {
            assert_eq!(address_of(&forged, peer, trusted).to_string(), expected, "{trusted}");
        }
        assert_eq!(address_of(&headers(&[("x-forwarded-for", "nonsense")]), peer, 1), peer);
    }
}
