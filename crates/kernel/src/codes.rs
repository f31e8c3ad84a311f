//! Every refusal has one of these codes and a page `docs/errors/<CODE>.md`; `xtask tidy` matches the two lists.

/// What kind of refusal a code is; `callboard-http` maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 400
    Invalid,
    /// 401
    Unauthenticated,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 408
    Timeout,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 412
    PreconditionFailed,
    /// 413
    TooLarge,
    /// 415
    UnsupportedMediaType,
    /// 406
    NotAcceptable,
    /// 429
    TooMany,
    /// 431
    HeadersTooLarge,
    /// 500
    Internal,
    /// 502
    BadGateway,
    /// 503
    Unavailable,
}

/// A stable, upper-snake error code.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The name on the wire.
    pub name: &'static str,
    /// What kind of refusal it is.
    pub kind: Kind,
    /// A short title for people.
    pub title: &'static str,
    /// Whether the same request may succeed later unchanged.
    pub retryable: bool,
}

macro_rules! codes {
    ($($name:ident, $kind:ident, $retryable:literal, $title:literal;)*) => {
        $(#[doc = $title] pub static $name: Code = Code { name: stringify!($name), kind: Kind::$kind, title: $title, retryable: $retryable };)*
        /// All codes, in the order of the list above.
        pub static ALL: &[&Code] = &[$(&$name),*];
    };
}

codes! {
    MALFORMED_JSON, Invalid, false, "The body is not JSON as RFC 8259 says";
    VALIDATION_FAILED, Invalid, false, "The request has members that break their rules";
    UNKNOWN_QUERY_PARAMETER, Invalid, false, "A query parameter is not known here";
    BAD_REQUEST, Invalid, false, "The HTTP request is not acceptable as sent";
    INVALID_CURSOR, Invalid, false, "The cursor was not made by this list";
    ACK_AHEAD_OF_LOG, Invalid, false, "The checkpoint lies beyond the log";
    EVENT_INVALID, Invalid, false, "The event breaks the contract";
    UNKNOWN_EVENT_TYPE, Invalid, false, "The event type is not in the contract";
    SEQUENCE_NOT_ALLOWED, Invalid, false, "Sequences are given by the server only";
    END_REASON_INVALID, Invalid, false, "The end reason cannot be asked for";
    WATERMARK_UNKNOWN, Invalid, false, "The watermark is not in this session's log";
    UNAUTHENTICATED, Unauthenticated, false, "No valid credential was sent";
    TOKEN_EXPIRED, Unauthenticated, false, "The credential has expired";
    INVALID_LIVEKIT_SIGNATURE, Unauthenticated, false, "The webhook's signature does not verify";
    LIVEKIT_SIGNATURE_EXPIRED, Unauthenticated, false, "The webhook's signature has expired";
    LOGIN_LINK_INVALID, Unauthenticated, false, "The login link was used, has expired or never existed";
    FORBIDDEN, Forbidden, false, "The credential does not allow this";
    CSRF_REQUIRED, Forbidden, false, "The request needs the session's CSRF token";
    ORIGIN_FORBIDDEN, Forbidden, false, "Requests from this origin are not accepted";
    TENANT_SUSPENDED, Forbidden, false, "The tenant is suspended";
    EVENT_FAMILY_FORBIDDEN, Forbidden, false, "This writer may not write events of this type";
    ACTOR_FORBIDDEN, Forbidden, false, "This writer may not name that actor";
    INVALID_RESUME_TOKEN, Forbidden, false, "The resume token is not the current one of this participant";
    JOIN_LINK_INVALID, Forbidden, false, "The join link is used up, expired, revoked or unknown";
    CONSUMER_FORBIDDEN, Forbidden, false, "The consumer belongs to another principal";
    SCOPE_EXCEEDED, Forbidden, false, "A key cannot give what it does not have";
    NOT_FOUND, NotFound, false, "There is no such thing here";
    ROUTE_NOT_FOUND, NotFound, false, "There is no such route";
    METHOD_NOT_ALLOWED, MethodNotAllowed, false, "The route does not know this method";
    NOT_ACCEPTABLE, NotAcceptable, false, "The asked-for representation is not offered";
    REQUEST_TIMEOUT, Timeout, true, "The request did not arrive in time";
    IDEMPOTENCY_CONFLICT, Conflict, false, "The idempotency key was used with another request";
    IDEMPOTENCY_IN_PROGRESS, Conflict, true, "A request with this idempotency key is still running";
    EVENT_ID_CONFLICT, Conflict, false, "The event id was used with other content";
    UTTERANCE_CONFLICT, Conflict, false, "The utterance belongs to another participant";
    INVALID_TRANSITION, Conflict, false, "The session cannot go from its status to that one";
    PROVIDER_CORRELATION_MISMATCH, Conflict, false, "Provider fields are fixed once a call is active";
    SESSION_CLOSED, Conflict, false, "The session is over";
    SESSION_NOT_OVER, Conflict, false, "The session is still going on";
    SESSION_EXISTS, Conflict, false, "The session id is taken";
    ALREADY_EXISTS, Conflict, false, "There already is one with this name";
    WEBHOOK_LIMIT, Conflict, false, "The tenant has as many webhook endpoints as it may";
    WEBHOOK_DISABLED, Conflict, false, "The webhook endpoint is disabled";
    SESSION_ERASED, Gone, false, "The session's personal text was erased";
    SESSION_REMOVED, Gone, false, "The session was removed after its time";
    CONTENT_ERASED, Gone, false, "What was stored under this name was erased";
    RECONNECT_WINDOW_EXPIRED, Gone, false, "The participant's reconnect window is over";
    PRECONDITION_FAILED, PreconditionFailed, false, "The object has changed since it was read";
    BODY_TOO_LARGE, TooLarge, false, "The body is larger than the route takes";
    UNSUPPORTED_MEDIA_TYPE, UnsupportedMediaType, false, "The body's content type is not accepted";
    RATE_LIMITED, TooMany, true, "Too many requests";
    CONCURRENCY_LIMIT, TooMany, true, "The tenant's limit of concurrent calls is reached";
    HEADERS_TOO_LARGE, HeadersTooLarge, false, "The request's headers are too large";
    INTERNAL, Internal, true, "Something failed on our side";
    LIVEKIT_UNREACHABLE, BadGateway, true, "LiveKit did not answer as it should";
    LIVEKIT_UNAVAILABLE, Unavailable, true, "No media provider is configured";
    OVERLOADED, Unavailable, true, "More work than can be taken on";
    STORE_UNAVAILABLE, Unavailable, true, "The database does not answer";
    OUTCOME_UNKNOWN, Unavailable, true, "The outcome of the write is not known";
    SHUTTING_DOWN, Unavailable, true, "The server is shutting down";
}
