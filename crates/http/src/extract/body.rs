//! Request bodies: limits, time, content type, strict JSON, then the DTO.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use callboard_kernel::json::{self, Rules};
use callboard_kernel::{Error, FieldError, Result, codes, limits};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use super::fault;
use crate::access::RouteLimits;
use crate::problem::Problem;

/// Longest pause between two pieces of a body.
const BODY_IDLE: Duration = Duration::from_secs(10);
/// How much of a body that is too large is still read, and for how long: a client that is cut off while it sends
/// sees a reset connection instead of the answer.
const DRAIN_BYTES: usize = 16 * 1024 * 1024;
const DRAIN: Duration = Duration::from_secs(2);

/// A JSON body, strict: `application/json`, RFC 8259, no duplicate keys, no unknown members (each DTO carries
/// `#[serde(deny_unknown_fields)]`).
#[derive(Debug)]
pub struct Body<T> {
    /// The value.
    pub value: T,
    /// The document's text without white space between tokens; what idempotency compares.
    pub text: String,
}

/// Like [`Body`], but an empty body is the default value (and the text `{}`).
#[derive(Debug)]
pub struct OptionalBody<T> {
    /// The value.
    pub value: T,
    /// The document's text.
    pub text: String,
}

/// A checked JSON document as text without white space between tokens, for routes that store what was sent.
#[derive(Debug)]
pub struct RawJson(pub String);

/// The body's bytes as sent, within the route's limits; any content type. For signed webhooks.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let text = checked(request).await?;
        Ok(Self { value: parse(&text)?, text })
    }
}

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (headers, bytes) = read(request).await?;
        if bytes.is_empty() {
            return Ok(Self { value: T::default(), text: "{}".to_owned() });
        }
        let text = check(&headers, &bytes)?;
        Ok(Self { value: parse(&text)?, text })
    }
}

impl<S: Send + Sync> FromRequest<S> for RawJson {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(checked(request).await?))
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Problem;
    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        Ok(Self(read(request).await?.1))
    }
}

async fn checked(request: Request) -> Result<String> {
    let (headers, bytes) = read(request).await?;
    check(&headers, &bytes)
}

fn check(headers: &HeaderMap, bytes: &[u8]) -> Result<String> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let json = types.next().and_then(|v| v.to_str().ok()).is_some_and(is_json) && types.next().is_none();
    if !json {
        let message = "The body must come with Content-Type: application/json.";
        return Err(Error::new(&codes::UNSUPPORTED_MEDIA_TYPE, message)
            .field("header:Content-Type", "must be application/json, at most with charset=utf-8"));
    }
    json::check(bytes, Rules::default()).map_err(malformed)
}

fn malformed(fault: FieldError) -> Error {
    Error::new(&codes::MALFORMED_JSON, format!("The body cannot be read: {}.", fault.reason)).with_fields([fault])
}

/// `application/json`, alone or with `charset=utf-8`.
fn is_json(value: &str) -> bool {
    let mut parts = value.split(';').map(str::trim);
    let named = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    named
        && parts.all(|p| {
            p.is_empty() || p.eq_ignore_ascii_case("charset=utf-8") || p.eq_ignore_ascii_case("charset=\"utf-8\"")
        })
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    let mut reader = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let field = fault(e.path(), &e.inner().to_string(), "", "/");
        let place = if field.pointer.is_empty() { "The body" } else { &field.pointer };
        Error::new(&codes::VALIDATION_FAILED, format!("{place}: {}.", field.reason)).with_fields([field])
    })
}

/// Reads the whole body within the route's limit; a pause of 10 s between two pieces ends the request.
async fn read(request: Request) -> Result<(HeaderMap, Bytes)> {
    let limit = request.extensions().get::<RouteLimits>().map_or(limits::BODY_BYTES, |l| l.body_bytes);
    let (parts, mut body) = request.into_parts();
    let declared = parts.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|n| n > limit) {
        // Who asks before sending has sent nothing yet.
        if !parts.headers.contains_key(header::EXPECT) {
            drain(&mut body).await;
        }
        return Err(too_large(limit));
    }
    let mut pieces = BytesMut::with_capacity(declared.unwrap_or(0));
    loop {
        let frame = tokio::time::timeout(BODY_IDLE, body.frame())
            .await
            .map_err(|_| Error::new(&codes::REQUEST_TIMEOUT, "The body stopped arriving for 10 seconds."))?;
        let Some(frame) = frame else { break };
        let frame =
            frame.map_err(|e| Error::new(&codes::BAD_REQUEST, "The body ended early or is framed wrongly.").note(e))?;
        if let Ok(data) = frame.into_data() {
            if pieces.len() + data.len() > limit {
                drain(&mut body).await;
                return Err(too_large(limit));
            }
            pieces.extend_from_slice(&data);
        }
    }
    Ok((parts.headers, pieces.freeze()))
}

async fn drain(body: &mut axum::body::Body) {
    let reading = async {
        let mut left = DRAIN_BYTES;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
            if left == 0 {
                return;
            }
        }
    };
    // Whoever is slower than this may miss the answer.
    let _slow = tokio::time::timeout(DRAIN, reading).await;
}

fn too_large(limit: usize) -> Error {
    Error::new(&codes::BODY_TOO_LARGE, format!("The body may have at most {limit} bytes on this route."))
        .with("limitBytes", limit)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Order {
        #[allow(dead_code)]
        count: u8,
        #[serde(default)]
        #[allow(dead_code)]
        lines: Vec<Line>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Line {
        #[allow(dead_code)]
        name: String,
    }

    #[test]
    fn faults_name_their_place() {
        for (text, pointer) in [
            (r#"{"count":"x"}"#, "/count"),
            (r#"{"count":300}"#, "/count"),
            (r"{}", "/count"),
            (r#"{"count":1,"colour":2}"#, "/colour"),
            (r#"{"count":1,"lines":[{"name":"a"},{"name":2}]}"#, "/lines/1/name"),
            (r#"{"count":1,"lines":[{}]}"#, "/lines/0/name"),
            (r#"{"count":1,"lines":[{"name":"a","a/b":1}]}"#, "/lines/0/a~1b"),
            ("[]", ""),
            ("7", ""),
        ] {
            let error = parse::<Order>(text).expect_err(text);
            assert!(error.is(&codes::VALIDATION_FAILED), "{text}");
            assert_eq!(error.fields()[0].pointer, pointer, "{text}: {error}");
            assert!(!error.fields()[0].reason.contains("line "), "{text}: {error}");
        }
    }

    #[test]
    fn content_types() {
        for (value, good) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;", true),
            ("application/json; charset=latin-1", false),
            ("application/jsonp", false),
            ("text/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(value), good, "{value}");
        }
    }
}
