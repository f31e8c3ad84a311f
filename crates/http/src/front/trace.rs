//! Trace ids: the caller's, by W3C `traceparent`, or one of our own; and the span of a request, where traces are on.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode};
use callboard_kernel::{Entropy, OpenSpan, SpanContext, SpanKind, TenantId, Tracer, hex, unhex};

/// Where the caller's trace stands, and whether the caller keeps it.
fn given(headers: &HeaderMap) -> Option<(SpanContext, bool)> {
    let mut values = headers.get_all("traceparent").iter();
    let first = values.next().and_then(|v| v.to_str().ok()).and_then(SpanContext::parse);
    // Two of them contradict each other.
    first.filter(|_| values.next().is_none())
}

/// The trace id of a request, 32 hexadecimal digits.
pub(super) fn trace_id(headers: &HeaderMap, entropy: &mut Entropy) -> String {
    given(headers).map_or_else(|| hex(&entropy.bytes16()), |(at, _)| hex(&at.trace))
}

/// Begins the span of a request of the API that is to be kept: as its caller says, or else by our own ratio.
pub(super) fn begin(
    tracer: Option<&Arc<dyn Tracer>>,
    headers: &HeaderMap,
    trace_id: &str,
    (method, route): (&Method, &str),
) -> Option<OpenSpan> {
    let tracer = tracer.filter(|_| route.starts_with("/v1"))?;
    let (trace, parent) = match given(headers) {
        Some((at, sampled)) => sampled.then_some((at.trace, Some(at.span)))?,
        None => (unhex(trace_id).filter(|trace| tracer.samples(trace))?, None),
    };
    let method = named(method);
    let name = format!("{} {route}", if method == OTHER { "HTTP" } else { method });
    let at = SpanContext { trace, span: tracer.span_id() };
    let mut span = OpenSpan::new(tracer, name, SpanKind::Server, (at, parent));
    span.set("http.request.method", method);
    span.set("http.route", route.to_owned());
    Some(span)
}

/// Ends it with what was answered. One that is dropped without was cut: its caller went away.
pub(super) fn end(mut span: OpenSpan, status: StatusCode, code: Option<&'static str>, tenant: Option<&TenantId>) {
    span.set("http.response.status_code", i64::from(status.as_u16()));
    if let Some(tenant) = tenant {
        span.set("callboard.tenant.id", tenant.as_str().to_owned());
    }
    if let Some(code) = code {
        span.set("callboard.problem.code", code);
    }
    if status.is_server_error() {
        span.set("error.type", code.unwrap_or("INTERNAL"));
        span.fail();
    }
}

/// What stands for methods that clients invent.
const OTHER: &str = "_OTHER";

fn named(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const ONE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn headers(values: &[&'static str]) -> HeaderMap {
        values
            .iter()
            .map(|v| (axum::http::HeaderName::from_static("traceparent"), HeaderValue::from_static(v)))
            .collect()
    }

    #[test]
    fn one_traceparent_is_believed_and_two_are_not() {
        let mut entropy = Entropy::from_seed([3; 32]);
        assert_eq!(trace_id(&headers(&[ONE]), &mut entropy), "0af7651916cd43dd8448eb211c80319c");
        for strange in [headers(&[ONE, ONE]), headers(&["nonsense"]), HeaderMap::new()] {
            let own = trace_id(&strange, &mut entropy);
            assert!(unhex::<16>(&own).is_some() && own != "0af7651916cd43dd8448eb211c80319c", "{own}");
        }
    }

    #[test]
    fn clients_make_no_names() {
        assert_eq!(named(&Method::from_bytes(b"INVENTED").expect("a token")), OTHER);
        assert_eq!(named(&Method::PATCH), "PATCH");
    }
}
