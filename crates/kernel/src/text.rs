//! Rules for text that people or programs send.

use crate::{Error, Result};

/// Refuses blank, overlong or control-character text; returns it unchanged.
/// Length counts characters. `pointer` names the place for the error.
pub fn check_text<'a>(pointer: &str, text: &'a str, max: usize) -> Result<&'a str> {
    if text.trim().is_empty() {
        return Err(Error::invalid(pointer, "must not be blank"));
    }
    if text.chars().count() > max {
        return Err(Error::invalid(pointer, format!("must have at most {max} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(pointer, "must not hold control characters"));
    }
    Ok(text)
}

/// At most `max` characters of a text, for log lines and summaries.
pub fn short(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
