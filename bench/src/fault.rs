//! The one kind of error: a sentence. The bench tells it and ends with 1.

use std::fmt;

/// What went wrong, for the person at the terminal.
#[derive(Debug)]
pub struct Fault(String);

/// Outcome of everything that can go wrong.
pub type Result<T> = std::result::Result<T, Fault>;

impl Fault {
    /// A fault in these words.
    pub fn new(text: impl Into<String>) -> Self {
        Fault(text.into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

// `Fault` itself is no `std::error::Error`, so that this does not collide with the identity.
impl<E: std::error::Error> From<E> for Fault {
    fn from(error: E) -> Self {
        Fault(error.to_string())
    }
}

/// Says what was tried.
pub trait Context<T> {
    /// The value, or `what: reason`.
    fn because(self, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn because(self, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Fault(format!("{what}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn because(self, what: impl fmt::Display) -> Result<T> {
        self.ok_or_else(|| Fault(what.to_string()))
    }
}
