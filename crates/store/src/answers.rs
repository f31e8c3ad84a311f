//! What a store says when it cannot do what it was asked.

use callboard_kernel::{Error, codes};

/// The answer when the queue is full.
pub(crate) fn overloaded() -> Error {
    Error::new(&codes::OVERLOADED, "More writes or reads wait for the database than it can take on.")
        .retry_after_ms(1_000)
}

/// The answer after `close`.
pub(crate) fn closed() -> Error {
    Error::new(&codes::SHUTTING_DOWN, "The server is shutting down.").retry_after_ms(2_000)
}

/// The answer when nothing was stored because the database does not work.
pub(crate) fn unavailable(reason: impl std::fmt::Display) -> Error {
    Error::new(&codes::STORE_UNAVAILABLE, "The database does not answer; nothing was stored.")
        .note(reason)
        .retry_after_ms(2_000)
}

/// The answer when a commit may or may not be on disk.
pub(crate) fn unknown(reason: impl std::fmt::Display) -> Error {
    Error::new(
        &codes::OUTCOME_UNKNOWN,
        "The write may or may not be stored. Repeat it with the same event id or idempotency key.",
    )
    .note(reason)
    .retry_after_ms(2_000)
}

/// The answer of a start that must not go on; the message is for the operator.
pub(crate) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(&codes::STORE_UNAVAILABLE, message)
}
