//! The console, the call page and the documentation, embedded. Missing assets are 404; the page HTML gets a nonce per request.

use std::borrow::Cow;

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_http::{Problem, Visitor};
use callboard_kernel::{Error, codes, sha256_hex};
use rust_embed::RustEmbed;

use crate::manual;

#[derive(RustEmbed)]
#[folder = "../../web/console/dist"]
#[allow_missing = true]
struct Dist;

/// Everything that no API route matched: pages, assets, or a 404.
pub async fn fallback(Extension(visitor): Extension<Visitor>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem(Error::new(&codes::ROUTE_NOT_FOUND, "There is no such route.")).into_response();
    }
    match path {
        "/join" => page("join.html", &visitor),
        _ if path == manual::AT || path.starts_with("/manual/") => manual::page(path, &visitor).unwrap_or_else(missing),
        _ if path.starts_with("/assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) => {
            asset(path.trim_start_matches('/'), request.headers())
        }
        _ => page("index.html", &visitor),
    }
}

fn missing() -> Response {
    Problem(Error::new(&codes::ROUTE_NOT_FOUND, "There is no such page or file.")).into_response()
}

fn page(name: &str, visitor: &Visitor) -> Response {
    let Some(file) = Dist::get(name) else {
        let text = "The pages are not part of this build. Build them with `npm ci && npm run build` in web/, then build \
                    callboard again; `make run` does both.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, axum::response::Html(text)).into_response();
    };
    let nonce = STANDARD.encode(visitor.entropy.clone().bytes16());
    let html = String::from_utf8_lossy(&file.data).replace("__CSP_NONCE__", &nonce);
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         connect-src 'self' ws: wss: http: https:; media-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    let mut response = html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn asset(path: &str, asked: &HeaderMap) -> Response {
    let Some(plain) = Dist::get(path).filter(|_| !path.ends_with(".br") && !path.ends_with(".html")) else {
        return missing();
    };
    let packed = if accepts_brotli(asked) { Dist::get(&format!("{path}.br")) } else { None };
    let brotli = packed.is_some();
    let data: Cow<'static, [u8]> = packed.map_or(plain.data, |p| p.data);
    let etag = format!("\"{}\"", &sha256_hex(&data)[..32]);
    let same = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
    let mut response = if same { StatusCode::NOT_MODIFIED.into_response() } else { data.into_owned().into_response() };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    // Names of assets carry a hash of their content.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if brotli {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

fn accepts_brotli(asked: &HeaderMap) -> bool {
    let offered = asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    offered.split(',').any(|part| {
        let mut fields = part.split(';').map(str::trim);
        let named = fields.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        named && !fields.any(|f| matches!(f, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("json" | "map") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_only_when_it_is_wanted() {
        for (offered, wanted) in
            [("gzip, br", true), ("br;q=0, gzip", false), ("br; q=0.5", true), ("gzip", false), ("", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(offered));
            assert_eq!(accepts_brotli(&headers), wanted, "{offered}");
        }
    }
}
