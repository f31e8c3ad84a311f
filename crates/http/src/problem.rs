//! Refusals as `application/problem+json` (RFC 9457), one shape for every one of them.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_kernel::{Error, Kind, codes};
use serde_json::{Map, Value, json};

/// The content type of a refusal.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error on its way out as `application/problem+json`.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = status_of(self.0.kind()).into_response();
        // The front door turns this extension into the document, since only it knows the trace id.
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// The HTTP status of a kind of refusal.
pub const fn status_of(kind: Kind) -> StatusCode {
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

/// The problem document of an error, also for places inside other documents (batch results, socket frames).
pub fn problem_value(error: &Error, trace_id: &str) -> Value {
    let code = error.code();
    let mut document: Map<String, Value> = error.extra().clone();
    document.insert("type".to_owned(), json!(format!("/docs/errors/{}", code.name)));
    document.insert("title".to_owned(), json!(code.title));
    document.insert("status".to_owned(), json!(status_of(code.kind).as_u16()));
    document.insert("detail".to_owned(), json!(error.message()));
    document.insert("code".to_owned(), json!(code.name));
    document.insert("retryable".to_owned(), json!(code.retryable));
    document.insert("traceId".to_owned(), json!(trace_id));
    if !error.fields().is_empty() {
        document.insert("errors".to_owned(), json!(error.fields()));
    }
    Value::Object(document)
}

/// The whole response of an error: document, `Retry-After`, `WWW-Authenticate`.
pub(crate) fn render(error: &Error, trace_id: &str, kept: HeaderMap) -> Response {
    let status = status_of(error.kind());
    let body = problem_value(error, trace_id).to_string();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    // Headers that the refusing handler set (`Allow`, `RateLimit-*`) stay; its body's do not.
    for (name, value) in &kept {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            headers.append(name.clone(), value.clone());
        }
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if let Some(ms) = error.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.max(0).cast_unsigned().div_ceil(1000)));
    } else if matches!(error.kind(), Kind::Unavailable | Kind::TooMany) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"callboard\""));
    }
    response
}

/// The error that stands for a bare status which some layer below us answered with.
pub(crate) fn error_of_status(status: StatusCode) -> Error {
    match status {
        StatusCode::NOT_FOUND => route_not_found(),
        StatusCode::METHOD_NOT_ALLOWED => {
            Error::new(&codes::METHOD_NOT_ALLOWED, "This route exists, but not for this method; see the Allow header.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::new(&codes::BODY_TOO_LARGE, "The body is larger than this route takes.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Error::new(&codes::UNSUPPORTED_MEDIA_TYPE, "The content type is not accepted.")
        }
        s if s.is_client_error() => Error::new(&codes::BAD_REQUEST, "The request is not acceptable as sent."),
        s => Error::internal(format!("a handler answered {s} without a problem document")),
    }
}

/// 404 for a path that leads nowhere.
pub(crate) fn route_not_found() -> Error {
    Error::new(&codes::ROUTE_NOT_FOUND, "No route has this path; GET /v1 lists them.")
}

/// The problem document, for the OpenAPI document. Some codes add members, which their pages name.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The page that explains the code.
    #[schema(example = "/docs/errors/VALIDATION_FAILED")]
    pub r#type: String,
    /// A short title of the code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What was wrong this time.
    pub detail: String,
    /// The stable code.
    #[schema(example = "VALIDATION_FAILED")]
    pub code: String,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
    /// Leads to the log lines of this request.
    pub trace_id: String,
    /// Faults by place, for validation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<ProblemField>>,
}

/// One fault in a request.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// JSON Pointer into the body, or `query:name`, `header:name`, `path:name`.
    pub pointer: String,
    /// What is wrong there and what would be right.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_carry_code_fields_and_extra_members() {
        let error = Error::invalid("/limit", "must be 1-100").with("range", "1-100");
        let document = problem_value(&error, "t");
        assert_eq!(document["status"], 400);
        assert_eq!(document["code"], "VALIDATION_FAILED");
        assert_eq!(document["type"], "/docs/errors/VALIDATION_FAILED");
        assert_eq!(document["errors"][0]["pointer"], "/limit");
        assert_eq!(document["range"], "1-100");
    }

    #[test]
    fn notes_for_the_log_never_reach_the_document() {
        let error = Error::internal("planted-note");
        assert!(!problem_value(&error, "t").to_string().contains("planted-note"));
    }

    #[test]
    fn retry_after_is_in_seconds_rounded_up() {
        for (ms, seconds) in [(0, "0"), (1, "1"), (1000, "1"), (1001, "2")] {
            let error = Error::new(&codes::RATE_LIMITED, "slow down").retry_after_ms(ms);
            let response = render(&error, "t", HeaderMap::new());
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds, "{ms}");
        }
    }
}
