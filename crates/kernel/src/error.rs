//! One error type for every crate. It knows no HTTP; `callboard-http` maps [`Kind`] to a status.

use std::borrow::Cow;
use std::fmt;

use crate::codes::{self, Code, Kind};

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One fault in an input, at a JSON Pointer (`""` is the whole document) or a parameter name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// JSON Pointer into the body, or `query:name`, `header:name`, `path:name`.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// A refusal or a failure: a stable code, a message for the caller, and a note for the log.
#[derive(Clone, Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: &'static Code,
    message: Cow<'static, str>,
    internal: Option<String>,
    fields: Vec<FieldError>,
    retry_after_ms: Option<i64>,
    extra: serde_json::Map<String, serde_json::Value>,
}

impl Error {
    /// An error with the message that its caller sees.
    pub fn new(code: &'static Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            internal: None,
            fields: Vec::new(),
            retry_after_ms: None,
            extra: serde_json::Map::new(),
        }))
    }

    /// Our own defect or a broken dependency; the caller sees no detail, the log does.
    pub fn internal(detail: impl fmt::Display) -> Self {
        Self::new(&codes::INTERNAL, "Something failed on our side; the trace id leads to the log line.").note(detail)
    }

    /// The object does not exist, or the caller may not know that it does.
    pub fn not_found(what: &'static str) -> Self {
        Self::new(&codes::NOT_FOUND, format!("No such {what}."))
    }

    /// Input that fails validation at one place.
    pub fn invalid(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::new(&codes::VALIDATION_FAILED, reason.clone()).field(pointer, reason)
    }

    /// Adds a detail for the log that the caller never sees.
    #[must_use]
    pub fn note(mut self, detail: impl fmt::Display) -> Self {
        self.0.internal = Some(detail.to_string());
        self
    }

    /// Adds a fault at a place in the input.
    #[must_use]
    pub fn field(mut self, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        self.0.fields.push(FieldError { pointer: pointer.into(), reason: reason.into() });
        self
    }

    /// Adds many faults.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = FieldError>) -> Self {
        self.0.fields.extend(fields);
        self
    }

    /// Says when trying again may help, in milliseconds.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: i64) -> Self {
        self.0.retry_after_ms = Some(ms);
        self
    }

    /// Adds a named member to the problem document (for example `from`, `to`, `allowed`).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.0.extra.insert(name.to_owned(), value.into());
        self
    }

    /// The stable code.
    pub const fn code(&self) -> &'static Code {
        self.0.code
    }
    /// Whether this is the given code.
    pub fn is(&self, code: &Code) -> bool {
        self.0.code.name == code.name
    }
    /// What kind of refusal it is.
    pub const fn kind(&self) -> Kind {
        self.0.code.kind
    }
    /// The message for the caller.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// The note for the log.
    pub fn internal_note(&self) -> Option<&str> {
        self.0.internal.as_deref()
    }
    /// Faults in the input.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }
    /// When to try again, in milliseconds.
    pub const fn retry_after(&self) -> Option<i64> {
        self.0.retry_after_ms
    }
    /// Extra members of the problem document.
    pub const fn extra(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.0.extra
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code.name, self.0.message)?;
        match &self.0.internal {
            Some(note) => write!(f, " ({note})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
