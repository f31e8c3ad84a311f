//! Strict extractors: what they let through is well formed, known and within limits.

mod body;
mod headers;
mod path;
mod query;

pub use body::{Body, OptionalBody, RawBody, RawJson};
pub use headers::{IdempotencyKey, IfMatch};
pub use path::Path;
pub use query::{Query, parse_query, query_instant};
pub(crate) use query::{Seen, pairs, unknown_parameter};

use callboard_kernel::FieldError;

/// Turns serde's fault at a path into a pointer and a reason. `prefix` comes before the path (`""`, `query:`).
fn fault(path: &serde_path_to_error::Path, message: &str, prefix: &str, separator: &str) -> FieldError {
    let mut pointer = String::from(prefix);
    let mut first = true;
    for segment in path {
        let name = match segment {
            serde_path_to_error::Segment::Seq { index } => index.to_string(),
            serde_path_to_error::Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            _ => continue,
        };
        if !first || separator == "/" {
            pointer.push_str(separator);
        }
        first = false;
        pointer.push_str(&name);
    }
    // serde names the line of its own copy of the text, which helps nobody.
    let message = message.split(" at line ").next().unwrap_or(message);
    for (start, reason) in [("missing field `", "is required"), ("unknown field `", "is not known here")] {
        if let Some(name) = message.strip_prefix(start).and_then(|rest| rest.split('`').next()) {
            let name = name.replace('~', "~0").replace('/', "~1");
            let named = pointer.ends_with(&format!("{separator}{name}")) || pointer == format!("{prefix}{name}");
            if !named {
                if separator == "/" || !first {
                    pointer.push_str(separator);
                }
                pointer.push_str(&name);
            }
            return FieldError { pointer, reason: reason.to_owned() };
        }
    }
    FieldError { pointer, reason: message.to_owned() }
}

/// Whether the message is serde's word for an unknown member.
fn is_unknown(message: &str) -> bool {
    message.starts_with("unknown field `")
}
