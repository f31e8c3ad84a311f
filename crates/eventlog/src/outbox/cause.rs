//! The trace of the request that put an effect travels in the effect's JSON: it may be carried out later, by another
//! instance, after a restart.

use std::borrow::Cow;

use callboard_kernel::{SpanContext, Trace};
use serde::Deserialize;

/// The payload with the trace that puts it.
pub(super) fn with<'a>(payload: &'a str, trace: Option<&Trace>) -> Cow<'a, str> {
    match trace.zip(payload.strip_suffix('}')) {
        None => Cow::Borrowed(payload),
        Some((trace, head)) => {
            let comma = if head.trim_end().ends_with('{') { "" } else { "," };
            Cow::Owned(format!("{head}{comma}\"traceparent\":\"{}\"}}", trace.context()))
        }
    }
}

/// The trace that put it, when it was kept.
pub(super) fn of(payload: &str) -> Option<SpanContext> {
    #[derive(Deserialize)]
    struct Caused<'a> {
        traceparent: Option<&'a str>,
    }
    let caused: Caused<'_> = serde_json::from_str(payload).ok()?;
    SpanContext::parse(caused.traceparent?).map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use callboard_kernel::{Span, SpanCounts, Timestamp, Tracer};

    use super::*;

    struct Nobody;

    impl Tracer for Nobody {
        fn now(&self) -> Timestamp {
            Timestamp::default()
        }
        fn span_id(&self) -> [u8; 8] {
            [1; 8]
        }
        fn samples(&self, _trace: &[u8; 16]) -> bool {
            true
        }
        fn take(&self, _span: Span) {}
        fn counts(&self) -> SpanCounts {
            SpanCounts::default()
        }
    }

    #[test]
    fn a_trace_travels_in_the_payload() {
        let at = SpanContext { trace: [7; 16], span: [9; 8] };
        let trace = Trace::at(at, Arc::new(Nobody));
        for payload in ["{}", r#"{"room":"a}"}"#, r#"{"a":{"b":1}}"#] {
            let put = with(payload, Some(&trace));
            let read: serde_json::Value = serde_json::from_str(&put).expect("JSON");
            assert_eq!(read["traceparent"], at.to_string(), "{put}");
            assert_eq!(of(&put), Some(at));
            assert_eq!((with(payload, None).as_ref(), of(payload)), (payload, None));
        }
        assert_eq!(of(r#"{"traceparent":"nonsense"}"#), None);
    }
}
