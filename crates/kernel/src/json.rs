//! Strict JSON: one scan that refuses what serde would let through or read as another document.
//!
//! Every body, payload and provider message passes [`check`] before anything else reads it. What it
//! returns is what we store, hash and send: the tokens as they were written, without the white space
//! between them. [`same_value`] is the equality that dedupe and idempotency use.

mod same;
mod scan;
mod string;
#[cfg(test)]
mod tests;

use crate::FieldError;

pub use same::same_value;

/// What [`check`] allows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Deepest nesting of arrays and objects; a scalar has depth 0, `[]` has depth 1.
    pub max_depth: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { max_depth: crate::limits::JSON_DEPTH }
    }
}

/// Checks a whole document and returns it without the white space between tokens.
///
/// # Errors
/// Refused, with the JSON Pointer of the place and the byte where it was noticed: anything outside
/// RFC 8259 (`NaN`, `Infinity`, leading zeros, trailing commas, comments, control characters, text
/// after the document), invalid UTF-8, a byte order mark, duplicate keys (compared after unescaping),
/// lone surrogate escapes, U+0000 in strings, nesting deeper than the rules, integers beyond
/// ±(2^53-1), and numbers too large for a double.
pub fn check(bytes: &[u8], rules: Rules) -> Result<String, FieldError> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(FieldError {
            pointer: String::new(),
            reason: "begins with a byte order mark, which JSON does not allow (byte 0)".to_owned(),
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| FieldError {
        pointer: String::new(),
        reason: format!("is not valid UTF-8 (byte {})", e.valid_up_to()),
    })?;
    scan::Scanner::new(text, rules).run()
}
