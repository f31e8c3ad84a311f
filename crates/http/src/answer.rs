//! Answers: replies that can be stored and replayed, and refusals as problem documents.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use callboard_kernel::{Error, Kind, TokenKind};
use serde::Serialize;

/// A secret in a reply that is derived when the reply is written, so that no stored answer holds it.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct Derived {
    /// JSON Pointer of the member that gets the secret, `/pass`.
    pub pointer: String,
    /// The token's prefix, which names its kind.
    pub kind: String,
    /// What it is derived from.
    pub parts: Vec<String>,
    /// Text put before the token, for links: `https://…/join#`.
    pub before: String,
}

/// A JSON answer with its status and headers, as data: stored under an idempotency key and replayed.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body; absent for 204.
    pub body: Option<serde_json::Value>,
    /// Secrets to fill in while writing.
    pub secrets: Vec<Derived>,
    /// `ETag` header, without quotes.
    pub etag: Option<String>,
    /// `Location` header.
    pub location: Option<String>,
}

impl Reply {
    /// A reply with a body.
    pub fn json(status: u16, body: &impl Serialize) -> callboard_kernel::Result<Self> {
        let body = serde_json::to_value(body).map_err(Error::internal)?;
        Ok(Self { status, body: Some(body), secrets: Vec::new(), etag: None, location: None })
    }
    /// 204.
    pub const fn empty() -> Self {
        Self { status: 204, body: None, secrets: Vec::new(), etag: None, location: None }
    }
    /// Adds a derived secret at a pointer.
    #[must_use]
    pub fn secret(self, pointer: &str, kind: TokenKind, parts: &[&str]) -> Self {
        self.secret_after(pointer, "", kind, parts)
    }
    /// Adds a derived secret behind a prefix, at a pointer.
    #[must_use]
    pub fn secret_after(mut self, pointer: &str, before: &str, kind: TokenKind, parts: &[&str]) -> Self {
        self.secrets.push(Derived {
            pointer: pointer.to_owned(),
            kind: kind.prefix().to_owned(),
            parts: parts.iter().map(|p| (*p).to_owned()).collect(),
            before: before.to_owned(),
        });
        self
    }
    /// Sets the `ETag`.
    #[must_use]
    pub fn with_etag(mut self, version: i64) -> Self {
        self.etag = Some(version.to_string());
        self
    }
}

/// An error on its way out as `application/problem+json`.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

/// The HTTP status of a kind of refusal.
pub fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Timeout => StatusCode::REQUEST_TIMEOUT,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::BadGateway => StatusCode::BAD_GATEWAY,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status_of(self.0.kind()).into_response();
        // The trace layer turns this extension into the document, since only it knows the trace id.
        response.extensions_mut().insert(std::sync::Arc::new(self.0));
        response
    }
}
