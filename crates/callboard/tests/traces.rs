//! Traces by option: the built binary sends spans to a collector of the test's own, which reads them with the generated
//! types of OpenTelemetry. From a request a trace leads to its commit, to live followers and to the tenant's own server.

#[path = "support/collector.rs"]
mod collector;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;
#[path = "../../webhooks/tests/common/receiver.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod receiver;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard_store::Engine;
use callboard_testkit::{Answer, TestApp};
use collector::{Collector, Seen};
use process::{Binary, Place, free_address};
use receiver::Receiver;
use reqwest::Method;
use serde_json::{Value, json};

/// The caller's own span.
const PARENT: &str = "b7ad6b7169203331";
const EVENTS: &str = "/v1/realtime/events";
/// What a client writes, in every place where it can.
const PLANTED: [&str; 5] =
    ["planted-words", "planted-session", "planted-event-id", "planted-agent", "planted-identity"];

fn trace(n: u8) -> String {
    format!("{n:02x}").repeat(16)
}

fn traceparent(n: u8) -> String {
    format!("00-{}-{PARENT}-01", trace(n))
}

fn event(n: u8) -> Value {
    let payload = json!({ "utteranceId": "planted-words", "speaker": "agent", "text": "planted-words", "startMs": 0, "endMs": 5 });
    let payload = if n == 1 {
        payload
    } else {
        json!({ "utteranceId": format!("u{n}"), "speaker": "agent", "text": "x", "startMs": 0, "endMs": 5 })
    };
    json!({ "eventId": format!("planted-event-id-{n}"), "sessionId": "planted-session", "type": "transcript.final", "payload": payload })
}

async fn append(http: &TestApp, n: u8, traceparent: &str) -> Answer {
    let request = http.request(Method::POST, EVENTS).json(&event(n)).header("traceparent", traceparent);
    Answer::of(request.header("user-agent", "planted-agent").header("x-forwarded-for", "203.0.113.77")).await
}

fn named<'a>(spans: &'a [Seen], name: &str) -> Vec<&'a Seen> {
    spans.iter().filter(|s| s.name == name).collect()
}

fn one<'a>(spans: &'a [Seen], name: &str) -> &'a Seen {
    let found = named(spans, name);
    assert_eq!(found.len(), 1, "{name} in {spans:#?}");
    found[0]
}

fn of_trace(spans: &[Seen], n: u8) -> Vec<Seen> {
    spans.iter().filter(|s| s.trace == trace(n)).cloned().collect()
}

fn environment(endpoint: &str) -> Vec<(String, String)> {
    [
        ("CALLBOARD_OTLP_ENDPOINT", endpoint),
        ("CALLBOARD_OTLP_HEADERS", "x-collector-key=planted-collector-key"),
        ("CALLBOARD_EGRESS_ALLOW", "127.0.0.1"),
        ("CALLBOARD_TRUSTED_PROXIES", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The value of a metric without labels, or with these.
async fn metric(http: &TestApp, sample: &str) -> f64 {
    let text = http.get("/metrics").await.expect(200).text();
    let line = text.lines().find(|l| l.starts_with(&format!("{sample} "))).unwrap_or_else(|| panic!("no {sample}"));
    line.rsplit_once(' ').expect("a value").1.parse().expect("a number")
}

/// The parts of a write below the request's span.
fn stored(spans: &[Seen], request: &Seen, engine: Engine) {
    for name in ["store.wait", "store.run", "store.commit"] {
        let span = one(spans, name);
        assert_eq!((span.parent.as_str(), span.kind), (request.id.as_str(), "internal"), "{name}");
        assert!(span.begun >= request.begun && span.ended <= request.ended && span.begun <= span.ended, "{span:?}");
    }
    let commit = one(spans, "store.commit");
    let system = if engine == Engine::Sqlite { "sqlite" } else { "postgresql" };
    assert_eq!(commit.text("db.system.name"), system);
    assert!(commit.number("callboard.store.group.size") >= 1 && !commit.text("callboard.store.group.id").is_empty());
}

/// The first event: to the followers, to an endpoint that fails once, and to it again.
fn first(all: &[Seen], engine: Engine) {
    let spans = of_trace(all, 1);
    let request = one(&spans, "POST /v1/realtime/events");
    assert_eq!((request.parent.as_str(), request.kind, request.failed), (PARENT, "server", false));
    assert_eq!(request.text("http.request.method"), "POST");
    assert_eq!(request.text("http.route"), EVENTS);
    assert_eq!(request.number("http.response.status_code"), 201);
    assert!(request.text("callboard.tenant.id").starts_with("ten_"));
    stored(&spans, request, engine);
    let live = named(&spans, "live.deliver");
    let mut of: Vec<&str> = live.iter().map(|s| s.text("callboard.live.of")).collect();
    of.sort_unstable();
    assert_eq!(of, ["session", "tenant"]);
    assert!(live.iter().all(|s| s.parent == request.id && s.number("callboard.event.sequence") == 2));
    let effect = one(&spans, "webhook.deliver");
    assert_eq!((effect.parent.as_str(), effect.kind, effect.failed), (request.id.as_str(), "consumer", true));
    assert_eq!((effect.number("callboard.outbox.attempt"), effect.text("callboard.outbox.outcome")), (1, "retry"));
    let post = one(&spans, "POST");
    assert_eq!((post.parent.as_str(), post.kind, post.failed), (effect.id.as_str(), "client", true));
    assert_eq!((post.number("http.response.status_code"), post.text("error.type")), (500, "500"));
    assert_eq!(post.text("callboard.event.type"), "transcript.final");
    // The second attempt is a trace of its own that follows from the request.
    let again = all.iter().find(|s| s.links == [(trace(1), request.id.clone())]).expect("a linked span");
    assert_eq!((again.name.as_str(), again.parent.as_str(), again.failed), ("webhook.deliver", "", false));
    assert_eq!((again.number("callboard.outbox.attempt"), again.text("callboard.outbox.outcome")), (2, "done"));
    let post = all.iter().find(|s| s.parent == again.id).expect("its request");
    assert_eq!((&post.trace, post.number("http.request.resend_count")), (&again.trace, 1));
    assert_eq!(post.number("http.response.status_code"), 200);
}

/// The second event waited for the first one's delivery: it was put into the outbox by nobody's request, and is found in
/// the memory of the process.
fn second(all: &[Seen]) {
    let spans = of_trace(all, 2);
    let request = one(&spans, "POST /v1/realtime/events");
    let post = one(&spans, "POST");
    assert_eq!((post.parent.as_str(), post.kind, post.failed), (request.id.as_str(), "client", false));
    assert!(named(&spans, "webhook.deliver").is_empty());
}

async fn a_request_leads_to_everything(engine: Engine) {
    let place = tokio::task::spawn_blocking(move || Place::new(engine)).await.expect("a place");
    let collector = Collector::start(200).await;
    let failed = AtomicUsize::new(0);
    let to = Receiver::scripted(move |_| {
        let status = if failed.fetch_add(1, Ordering::SeqCst) == 0 { 500 } else { 200 };
        (status, Vec::new(), "planted-words".to_owned())
    })
    .await;
    let server = Binary::serve(&place, "127.0.0.1:0", &environment(&collector.url));
    let key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(&key);
    http.post("/v1/call/sessions", &json!({ "sessionId": "planted-session" })).await.expect(201);
    let wanted = json!({ "url": to.url, "eventTypes": ["transcript.*"] });
    http.post("/v1/webhook-endpoints", &wanted).await.expect(201);
    let mut follower = http.sse("/v1/realtime/sessions/planted-session/stream", None).await;
    let mut tenant = http.sse("/v1/realtime/stream", None).await;

    let answer = append(&http, 1, &traceparent(1)).await.expect(201);
    assert_eq!(answer.header("x-trace-id"), Some(trace(1).as_str()));
    assert_eq!(follower.next().await.expect("the event").id.as_deref(), Some("2"));
    tenant.next().await.expect("the event");
    append(&http, 2, &traceparent(2)).await.expect(201);
    to.arrived(3).await;
    // Their caller keeps no trace; the answer names it all the same.
    let unkept = append(&http, 3, &traceparent(3).replace("-01", "-00")).await.expect(201);
    assert_eq!(unkept.header("x-trace-id"), Some(trace(3).as_str()));
    let refused =
        http.request(Method::GET, "/v1/call/sessions/planted-session-2").header("traceparent", traceparent(4));
    let refused = Answer::of(refused).await.expect_problem(404, "NOT_FOUND");
    assert_eq!(refused["traceId"], trace(4));

    let whole = |all: &[Seen]| {
        let has = |n, name: &str| !named(&of_trace(all, n), name).is_empty();
        let linked = all.iter().any(|s| s.name == "webhook.deliver" && !s.links.is_empty());
        linked && has(2, "POST") && has(4, "GET /v1/call/sessions/{sessionId}")
    };
    let all = collector.until(whole).await;
    first(&all, engine);
    second(&all);
    assert!(of_trace(&all, 3).is_empty(), "a trace that its caller does not keep");
    let refused = &of_trace(&all, 4)[0];
    assert_eq!((refused.text("callboard.problem.code"), refused.failed), ("NOT_FOUND", false));
    let mut own = all.iter().filter(|s| s.name == "POST /v1/call/sessions");
    assert!(own.next().is_some_and(|s| s.parent.is_empty()), "a request without traceparent begins a trace");
    let named_so = ("callboard".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    assert!(all.iter().all(|s| s.service == named_so));
    assert!(collector.headers().iter().all(|h| h["x-collector-key"] == "planted-collector-key"));
    let sent = collector.text();
    for word in PLANTED.iter().copied().chain([
        key.as_str(),
        "path-secret",
        "203.0.113.77",
        "127.0.0.1",
        "planted-collector-key",
    ]) {
        assert!(!sent.contains(word), "{word} was sent to the collector");
    }
    assert!(!server.log_text().contains("planted-collector-key"));
    assert!(metric(&http, "callboard_spans_exported_total").await >= all.len() as f64 / 2.0);
    drop(server);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_leads_to_everything_sqlite() {
    a_request_leads_to_everything(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_leads_to_everything_postgres() {
    a_request_leads_to_everything(Engine::Postgres).await;
}

/// A collector that is away, then one that refuses: requests are answered as ever, and what is lost is counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_costs_requests_nothing() {
    let refusing = Collector::start(400).await;
    for (endpoint, reason) in [(format!("http://{}", free_address()), "unreachable"), (refusing.url.clone(), "refused")]
    {
        let place = tokio::task::spawn_blocking(|| Place::new(Engine::Sqlite)).await.expect("a place");
        let mut server = Binary::serve(&place, "127.0.0.1:0", &environment(&endpoint));
        let http = TestApp::attach(server.url()).with_bearer(server.api_key());
        http.post("/v1/call/sessions", &json!({ "sessionId": "planted-session" })).await.expect(201);
        append(&http, 1, &traceparent(1)).await.expect(201);
        let dropped = format!("callboard_spans_dropped_total{{reason=\"{reason}\"}}");
        let counted = async {
            while metric(&http, &dropped).await < 4.0 {
                append(&http, 1, &traceparent(2)).await.expect(200);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), counted).await.expect("drops are counted");
        assert_eq!(metric(&http, "callboard_spans_exported_total").await, 0.0);
        let (status, took) = tokio::task::spawn_blocking(move || server.terminate()).await.expect("joined");
        assert_eq!(status.code(), Some(0));
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

/// A ratio of 0 keeps no trace that begins here, and one that its caller keeps; what is left at a stop is still sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ratio_is_kept_and_a_stop_sends_what_is_left() {
    let collector = Collector::start(200).await;
    let place = tokio::task::spawn_blocking(|| Place::new(Engine::Sqlite)).await.expect("a place");
    let mut env = environment(&collector.url);
    env.push(("CALLBOARD_OTLP_SAMPLE_RATIO".to_owned(), "0".to_owned()));
    let mut server = Binary::serve(&place, "127.0.0.1:0", &env);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    http.post("/v1/call/sessions", &json!({ "sessionId": "planted-session" })).await.expect(201);
    append(&http, 1, &traceparent(1)).await.expect(201);
    let status = tokio::task::spawn_blocking(move || server.terminate().0).await.expect("joined");
    assert_eq!(status.code(), Some(0));
    let all = collector.spans();
    assert!(!of_trace(&all, 1).is_empty() && all.iter().all(|s| s.trace == trace(1)), "{all:#?}");
}

/// Without a collector nothing is made and nothing is kept, whatever a caller's traceparent says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn off_leaves_no_trace() {
    let place = tokio::task::spawn_blocking(|| Place::new(Engine::Sqlite)).await.expect("a place");
    let to = Receiver::answering(500).await;
    let env = [("CALLBOARD_EGRESS_ALLOW".to_owned(), "127.0.0.1".to_owned())];
    let server = Binary::serve(&place, "127.0.0.1:0", &env);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    http.post("/v1/call/sessions", &json!({ "sessionId": "planted-session" })).await.expect(201);
    http.post("/v1/webhook-endpoints", &json!({ "url": to.url, "eventTypes": ["transcript.*"] })).await.expect(201);
    let answer = append(&http, 1, &traceparent(1)).await.expect(201);
    assert_eq!(answer.header("x-trace-id"), Some(trace(1).as_str()));
    to.arrived(1).await;
    let kept = tokio::task::spawn_blocking(move || {
        place.run(&["db", "select payload from outbox where kind = 'webhook.deliver'"])
    });
    let kept = process::text_of(&kept.await.expect("joined"));
    assert!(kept.contains("deliveryId") && !kept.contains("traceparent"), "{kept}");
    for sample in ["callboard_spans_exported_total", "callboard_spans_dropped_total{reason=\"full\"}"] {
        assert_eq!(metric(&http, sample).await, 0.0);
    }
    drop(server);
}
