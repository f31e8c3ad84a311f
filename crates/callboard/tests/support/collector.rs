//! A collector of OTLP over HTTP, which reads with the types that OpenTelemetry generates.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use callboard_kernel::hex;
use callboard_testkit::TestApp;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use parking_lot::Mutex;
use prost::Message as _;
use tokio::sync::Notify;

/// A span as it arrived; ids are hexadecimal, the parent is empty when there is none.
#[derive(Clone, Debug)]
pub struct Seen {
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub name: String,
    pub kind: &'static str,
    pub begun: u64,
    pub ended: u64,
    pub failed: bool,
    pub links: Vec<(String, String)>,
    pub attributes: Vec<KeyValue>,
    /// Name and version of what sent it.
    pub service: (String, String),
}

fn value<'a>(all: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    let mut found = all.iter().filter(|pair| pair.key == key);
    let value = found.next()?.value.as_ref()?.value.as_ref();
    assert!(found.next().is_none(), "{key} twice");
    value
}

impl Seen {
    /// A text among its attributes.
    pub fn text(&self, key: &str) -> &str {
        match value(&self.attributes, key) {
            Some(Value::StringValue(text)) => text,
            other => panic!("{key} is {other:?} in {self:#?}"),
        }
    }

    /// A number among its attributes.
    pub fn number(&self, key: &str) -> i64 {
        match value(&self.attributes, key) {
            Some(Value::IntValue(n)) => *n,
            other => panic!("{key} is {other:?} in {self:#?}"),
        }
    }
}

#[derive(Default)]
struct Inner {
    status: u16,
    requests: Mutex<Vec<(HeaderMap, ExportTraceServiceRequest)>>,
    arrived: Notify,
}

/// A collector that answers every request with one status.
pub struct Collector {
    pub url: String,
    inner: Arc<Inner>,
    _server: TestApp,
}

impl Collector {
    pub async fn start(status: u16) -> Self {
        let inner = Arc::new(Inner { status, ..Inner::default() });
        let router = Router::new().route("/v1/traces", post(take)).with_state(inner.clone());
        let server = TestApp::serve(router).await;
        Self { url: server.url(""), inner, _server: server }
    }

    /// Headers of all requests.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.inner.requests.lock().iter().map(|(headers, _)| headers.clone()).collect()
    }

    /// Everything that was said, for people.
    pub fn text(&self) -> String {
        self.inner.requests.lock().iter().map(|(_, request)| format!("{request:?}\n")).collect()
    }

    /// Every span that arrived.
    pub fn spans(&self) -> Vec<Seen> {
        self.inner.requests.lock().iter().flat_map(|(_, request)| read(request)).collect()
    }

    /// Waits until what arrived is as the test wants it.
    pub async fn until(&self, so: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        loop {
            let more = self.inner.arrived.notified();
            let all = self.spans();
            if so(&all) {
                return all;
            }
            let waited = tokio::time::timeout(std::time::Duration::from_secs(60), more).await;
            assert!(waited.is_ok(), "not all of it came: {all:#?}");
        }
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).expect("a request of OTLP");
    inner.requests.lock().push((headers, request));
    inner.arrived.notify_waiters();
    StatusCode::from_u16(inner.status).expect("a status")
}

fn text_of(value: Option<&AnyValue>) -> String {
    match value.and_then(|v| v.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        other => panic!("no text: {other:?}"),
    }
}

fn read(request: &ExportTraceServiceRequest) -> Vec<Seen> {
    let mut out = Vec::new();
    for group in &request.resource_spans {
        let named = &group.resource.as_ref().expect("a resource").attributes;
        let of = |key: &str| text_of(named.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.as_ref()));
        let service = (of("service.name"), of("service.version"));
        assert_eq!(of("service.instance.id").len(), 32);
        for scope in &group.scope_spans {
            assert_eq!(scope.scope.as_ref().expect("a scope").name, "callboard");
            out.extend(scope.spans.iter().map(|span| seen(span, service.clone())));
        }
    }
    out
}

fn seen(span: &Span, service: (String, String)) -> Seen {
    assert_eq!((span.trace_id.len(), span.span_id.len(), span.flags & 1), (16, 8, 1));
    Seen {
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        name: span.name.clone(),
        kind: match span.kind() {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Consumer => "consumer",
            other => panic!("{other:?}"),
        },
        begun: span.start_time_unix_nano,
        ended: span.end_time_unix_nano,
        failed: span.status.as_ref().is_some_and(|s| s.code() == SpanStatus::Error),
        links: span.links.iter().map(|l| (hex(&l.trace_id), hex(&l.span_id))).collect(),
        attributes: span.attributes.clone(),
        service,
    }
}
