//! Trace ids: the caller's, by W3C `traceparent`, or one of our own.

use axum::http::HeaderMap;
use callboard_kernel::Entropy;

/// The trace id of a request, 32 hexadecimal digits.
pub(super) fn trace_id(headers: &HeaderMap, entropy: &mut Entropy) -> String {
    let mut values = headers.get_all("traceparent").iter();
    let given = values.next().and_then(|v| v.to_str().ok()).and_then(parse);
    match given {
        // Two of them contradict each other.
        Some(id) if values.next().is_none() => id.to_owned(),
        _ => entropy.bytes16().iter().map(|b| format!("{b:02x}")).collect(),
    }
}

/// The trace id of `00-<32 hex>-<16 hex>-<2 hex>`; later versions may append fields.
fn parse(text: &str) -> Option<&str> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let formed = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    let real = version != "ff" && trace.bytes().any(|b| b != b'0') && span.bytes().any(|b| b != b'0');
    (formed && real && (version != "00" || parts.next().is_none())).then_some(trace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traceparents() {
        let id = "0af7651916cd43dd8448eb211c80319c";
        for (text, good) in [
            (format!("00-{id}-b7ad6b7169203331-01"), true),
            (format!("01-{id}-b7ad6b7169203331-01-more"), true),
            (format!("00-{id}-b7ad6b7169203331-01-more"), false),
            (format!("ff-{id}-b7ad6b7169203331-01"), false),
            (format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)), false),
            (format!("00-{id}-0000000000000000-01"), false),
            (format!("00-{}-b7ad6b7169203331-01", id.to_uppercase()), false),
            ("nonsense".to_owned(), false),
        ] {
            assert_eq!(parse(&text), good.then_some(id), "{text}");
        }
    }
}
