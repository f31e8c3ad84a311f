//! OTLP's messages of traces (opentelemetry-proto 1.x), the fields that we fill. The tests read them with the generated
//! types of OpenTelemetry itself.

use callboard_kernel::{Span, SpanKind, SpanValue, Timestamp};
use prost::Message;

/// `ExportTraceServiceRequest`.
#[derive(Clone, PartialEq, Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Clone, PartialEq, Message)]
struct ResourceSpans {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_spans: Vec<ScopeSpans>,
}

/// What sends: the same in every request of a process.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

impl Resource {
    /// A Callboard of this version; `instance` is drawn at its start.
    pub(super) fn new(version: &str, instance: String) -> Self {
        let named = [("service.name", "callboard".to_owned()), ("service.version", version.to_owned())];
        let all = named.into_iter().chain([("service.instance.id", instance)]);
        Self { attributes: all.map(|(key, text)| pair(key, SpanValue::Text(text.into()))).collect() }
    }
}

#[derive(Clone, PartialEq, Message)]
struct ScopeSpans {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    spans: Vec<WireSpan>,
}

#[derive(Clone, PartialEq, Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct WireSpan {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    parent_span_id: Vec<u8>,
    #[prost(string, tag = "5")]
    name: String,
    #[prost(int32, tag = "6")]
    kind: i32,
    #[prost(fixed64, tag = "7")]
    start_time_unix_nano: u64,
    #[prost(fixed64, tag = "8")]
    end_time_unix_nano: u64,
    #[prost(message, repeated, tag = "9")]
    attributes: Vec<KeyValue>,
    #[prost(message, repeated, tag = "13")]
    links: Vec<Link>,
    #[prost(message, optional, tag = "15")]
    status: Option<Status>,
    #[prost(fixed32, tag = "16")]
    flags: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Link {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "3")]
    code: i32,
}

#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct AnyValue {
    #[prost(oneof = "Value", tags = "1, 3")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Value {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(int64, tag = "3")]
    Int(i64),
}

/// `ExportTraceServiceResponse`.
#[derive(Clone, PartialEq, Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    partial_success: Option<Partial>,
}

#[derive(Clone, PartialEq, Message)]
struct Partial {
    #[prost(int64, tag = "1")]
    rejected_spans: i64,
}

/// `STATUS_CODE_ERROR`.
const FAILED: i32 = 2;
/// W3C's flag of kept traces.
const SAMPLED: u32 = 1;

/// The body that carries these spans.
pub(super) fn request(resource: &Resource, spans: &[Span]) -> Vec<u8> {
    let scope = Scope { name: "callboard".to_owned() };
    let scope_spans = vec![ScopeSpans { scope: Some(scope), spans: spans.iter().map(wired).collect() }];
    let all = ResourceSpans { resource: Some(resource.clone()), scope_spans };
    Request { resource_spans: vec![all] }.encode_to_vec()
}

/// How many spans an answer of 2xx says that it did not take.
pub(super) fn rejected(body: &[u8]) -> u64 {
    let partial = Response::decode(body).ok().and_then(|answer| answer.partial_success);
    partial.and_then(|p| u64::try_from(p.rejected_spans).ok()).unwrap_or(0)
}

fn wired(span: &Span) -> WireSpan {
    WireSpan {
        trace_id: span.at.trace.to_vec(),
        span_id: span.at.span.to_vec(),
        parent_span_id: span.parent.map(|id| id.to_vec()).unwrap_or_default(),
        name: span.name.clone().into_owned(),
        kind: match span.kind {
            SpanKind::Internal => 1,
            SpanKind::Server => 2,
            SpanKind::Client => 3,
            SpanKind::Consumer => 5,
        },
        start_time_unix_nano: nanos(span.begun),
        end_time_unix_nano: nanos(span.ended),
        attributes: span.attributes.iter().map(|(key, value)| pair(key, value.clone())).collect(),
        links: span.link.iter().map(|l| Link { trace_id: l.trace.to_vec(), span_id: l.span.to_vec() }).collect(),
        status: span.failed.then_some(Status { code: FAILED }),
        flags: SAMPLED,
    }
}

fn pair(key: &str, value: SpanValue) -> KeyValue {
    let value = match value {
        SpanValue::Int(n) => Value::Int(n),
        SpanValue::Text(text) => Value::Text(text.into_owned()),
    };
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}

fn nanos(at: Timestamp) -> u64 {
    u64::try_from(at.micros()).unwrap_or(0).saturating_mul(1_000)
}
