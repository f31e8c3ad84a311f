//! The front door: every refusal in one shape, who is let in, what answers carry.

mod common;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response};
use callboard_http::{AccessMatrix, routes_of};
use common::{MATRIX, application};
use serde_json::Value;
use tower::ServiceExt as _;

struct Case {
    method: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
}

const fn case(
    method: &'static str,
    path: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
) -> Case {
    Case { method, path, headers, body }
}

async fn send(router: &Router, case: &Case) -> (Response<()>, Vec<u8>) {
    let mut request = Request::builder().method(case.method).uri(case.path);
    if !case.headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "own.example");
    }
    for (name, value) in case.headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(case.body)).expect("a request");
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    (Response::from_parts(parts, ()), bytes.to_vec())
}

async fn expect(router: &Router, case: Case, status: u16, code: &str) -> Value {
    let what = format!("{} {} {:?} {}", case.method, case.path, case.headers, callboard_kernel::short(case.body, 60));
    let (response, body) = send(router, &case).await;
    let text = String::from_utf8_lossy(&body).into_owned();
    assert_eq!(response.status().as_u16(), status, "{what}: {text}");
    if code.is_empty() {
        return serde_json::from_slice(&body).unwrap_or(Value::Null);
    }
    assert_eq!(response.headers()["content-type"], "application/problem+json", "{what}");
    let problem: Value = serde_json::from_slice(&body).expect("a problem document");
    assert_eq!(problem["code"], code, "{what}: {text}");
    assert_eq!(problem["status"], status, "{what}");
    assert_eq!(problem["type"], format!("/docs/errors/{code}"), "{what}");
    assert_eq!(problem["traceId"].as_str(), response.headers()["x-trace-id"].to_str().ok(), "{what}");
    problem
}

const JSON: (&str, &str) = ("content-type", "application/json");
const WRITER: (&str, &str) = ("authorization", "Bearer writer");
const READER: (&str, &str) = ("authorization", "Bearer reader");
const COOKIE: (&str, &str) = ("cookie", "callboard_session=admin");
const CSRF: (&str, &str) = ("x-csrf-token", "good");
const THING: &str = r#"{"name":"a","count":1}"#;

#[tokio::test]
async fn bad_input_has_its_code_and_place() {
    let (router, _) = application(None);
    let post = |headers, body| case("POST", "/v1/things", headers, body);
    for (body, status, code, pointer) in [
        ("", 400, "MALFORMED_JSON", Some("")),
        ("{", 400, "MALFORMED_JSON", None),
        ("{\"name\":\"a\",\"count\":NaN}", 400, "MALFORMED_JSON", None),
        ("{\"name\":\"a\",\"name\":\"b\",\"count\":1}", 400, "MALFORMED_JSON", Some("/name")),
        ("{\"name\":\"\\u0000\",\"count\":1}", 400, "MALFORMED_JSON", None),
        ("{\"name\":\"\\ud800\",\"count\":1}", 400, "MALFORMED_JSON", None),
        ("{\"name\":\"a\",\"count\":1} x", 400, "MALFORMED_JSON", None),
        ("{\"name\":\"a\"}", 400, "VALIDATION_FAILED", Some("/count")),
        ("{\"name\":\"a\",\"count\":\"1\"}", 400, "VALIDATION_FAILED", Some("/count")),
        ("{\"name\":\"a\",\"count\":1.5}", 400, "VALIDATION_FAILED", Some("/count")),
        ("{\"name\":\"a\",\"count\":1,\"colour\":2}", 400, "VALIDATION_FAILED", Some("/colour")),
        ("[]", 400, "VALIDATION_FAILED", Some("")),
    ] {
        let problem = expect(&router, post(&[WRITER, JSON], body), status, code).await;
        if let Some(pointer) = pointer {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
    }
    let long: &'static str = "x".repeat(300).leak();
    expect(&router, post(&[WRITER, JSON], long), 413, "BODY_TOO_LARGE").await;
    expect(&router, post(&[WRITER, JSON, ("content-length", "201")], THING), 413, "BODY_TOO_LARGE").await;
    expect(&router, post(&[WRITER], THING), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    expect(&router, post(&[WRITER, ("content-type", "text/plain")], THING), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    expect(&router, post(&[WRITER, JSON], THING), 201, "").await;
    let (_, compact) = send(&router, &case("POST", "/v1/raw", &[JSON], " { \"a\" : [ 1 , 2.50 ] } ")).await;
    assert_eq!(compact, br#"{"a":[1,2.50]}"#);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_arriving_is_408() {
    let (router, _) = application(None);
    let body = Body::new(Stalled);
    let request = Request::post("/v1/raw").header("host", "own.example").header(JSON.0, JSON.1).body(body);
    let answer = router.oneshot(request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 408);
    let text = axum::body::to_bytes(answer.into_body(), usize::MAX).await.expect("a body");
    let problem: Value = serde_json::from_slice(&text).expect("a problem document");
    assert_eq!((&problem["code"], &problem["retryable"]), (&Value::from("REQUEST_TIMEOUT"), &Value::from(true)));
}

#[tokio::test(start_paused = true)]
async fn finding_out_who_calls_is_part_of_the_time_limit() {
    let (router, _) = application(None);
    const LATE: (&str, &str) = ("authorization", "Bearer late");
    const NEVER: (&str, &str) = ("authorization", "Bearer never");
    for (request, code) in [
        (case("PUT", "/v1/slow", &[LATE], ""), "OUTCOME_UNKNOWN"),
        (case("PUT", "/v1/slow", &[NEVER], ""), "OVERLOADED"),
    ] {
        let begun = tokio::time::Instant::now();
        expect(&router, request, 503, code).await;
        assert_eq!(begun.elapsed().as_millis(), 50, "{code}");
    }
}

/// A body of which nothing ever comes.
struct Stalled;

impl hyper::body::Body for Stalled {
    type Data = bytes::Bytes;
    type Error = std::io::Error;
    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<bytes::Bytes>, std::io::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn routes_methods_parameters_and_conditions() {
    let (router, _) = application(None);
    expect(&router, case("GET", "/v1/nothing", &[], ""), 404, "ROUTE_NOT_FOUND").await;
    expect(&router, case("GET", "/nothing", &[], ""), 404, "ROUTE_NOT_FOUND").await;
    for method in ["DELETE", "OPTIONS", "TRACE", "BREW"] {
        let refused = case(method, "/v1/things", &[WRITER], "");
        let (response, _) = send(&router, &refused).await;
        assert_eq!(response.headers()["allow"], "GET, HEAD, POST", "{method}");
        expect(&router, refused, 405, "METHOD_NOT_ALLOWED").await;
    }
    for (path, code, pointer) in [
        ("/v1/things?colour=1", "UNKNOWN_QUERY_PARAMETER", "query:colour"),
        ("/v1/things?limit=x", "VALIDATION_FAILED", "query:limit"),
        ("/v1/things?limit=1&limit=2", "VALIDATION_FAILED", "query:limit"),
        ("/v1/perhaps?limit=1", "UNKNOWN_QUERY_PARAMETER", "query:limit"),
    ] {
        let problem = expect(&router, case("GET", path, &[READER], ""), 400, code).await;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}");
    }
    let change = |path, headers| case("PATCH", path, headers, "");
    expect(&router, change("/v1/things/..%2F", &[READER]), 404, "NOT_FOUND").await;
    expect(&router, change("/v1/things/%ff", &[READER]), 404, "NOT_FOUND").await;
    expect(&router, change("/v1/things/a", &[READER, ("if-match", "\"2\"")]), 412, "PRECONDITION_FAILED").await;
    expect(&router, change("/v1/things/a", &[READER, ("if-match", "2")]), 400, "VALIDATION_FAILED").await;
    let (response, _) = send(&router, &change("/v1/things/a", &[READER, ("if-match", "\"3\"")])).await;
    assert_eq!((response.status().as_u16(), response.headers()["etag"].to_str().ok()), (200, Some("\"3\"")));
}

#[tokio::test]
async fn the_matrix_decides_who_is_let_in() {
    let (router, _) = application(None);
    const OWN: (&str, &str) = ("origin", "https://own.example");
    const FOREIGN: (&str, &str) = ("origin", "https://evil.example");
    let get = |headers| case("GET", "/v1/things", headers, "");
    let post = |headers| case("POST", "/v1/things", headers, THING);
    for (case, status, code) in [
        (get(&[]), 401, "UNAUTHENTICATED"),
        (get(&[("authorization", "Bearer stranger")]), 401, "UNAUTHENTICATED"),
        (get(&[("authorization", "Basic eDp5")]), 401, "UNAUTHENTICATED"),
        (get(&[("authorization", "Bearer expired")]), 401, "TOKEN_EXPIRED"),
        (get(&[READER]), 200, ""),
        (get(&[("authorization", "Bearer person")]), 200, ""),
        (get(&[COOKIE]), 200, ""),
        (get(&[COOKIE, FOREIGN]), 200, ""),
        (post(&[READER, JSON]), 403, "FORBIDDEN"),
        (post(&[("authorization", "Bearer person"), JSON]), 403, "FORBIDDEN"),
        (post(&[COOKIE, JSON]), 403, "CSRF_REQUIRED"),
        (post(&[COOKIE, JSON, ("x-csrf-token", "bad")]), 403, "CSRF_REQUIRED"),
        (post(&[COOKIE, CSRF, JSON]), 201, ""),
        (post(&[COOKIE, CSRF, JSON, OWN]), 201, ""),
        (post(&[COOKIE, CSRF, JSON, FOREIGN]), 403, "ORIGIN_FORBIDDEN"),
        (post(&[COOKIE, WRITER, JSON, FOREIGN]), 201, ""),
        (post(&[COOKIE, READER, CSRF, JSON]), 403, "FORBIDDEN"),
        (case("GET", "/v1/perhaps", &[], ""), 200, ""),
        (case("GET", "/v1/perhaps", &[("authorization", "Bearer stranger")], ""), 401, "UNAUTHENTICATED"),
        (case("GET", "/v1/perhaps", &[("upgrade", "websocket"), FOREIGN], ""), 403, "ORIGIN_FORBIDDEN"),
    ] {
        expect(&router, case, status, code).await;
    }
    let (response, _) = send(&router, &get(&[])).await;
    assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"callboard\"");
}

#[tokio::test]
async fn failures_of_ours_keep_their_secrets() {
    let (router, _) = application(None);
    let problem = expect(&router, case("GET", "/v1/breaks", &[], ""), 500, "INTERNAL").await;
    assert!(!problem.to_string().contains("planted-panic"));
    expect(&router, case("GET", "/v1/slow", &[], ""), 503, "OVERLOADED").await;
    expect(&router, case("POST", "/v1/slow", &[], ""), 503, "OUTCOME_UNKNOWN").await;
}

#[tokio::test]
async fn hosts_and_header_sizes() {
    let (router, _) = application(None);
    expect(&router, case("GET", "/v1/things", &[("host", "")], ""), 400, "BAD_REQUEST").await;
    expect(&router, case("GET", "/v1/things", &[("host", "a"), ("host", "b")], ""), 400, "BAD_REQUEST").await;
    let long: &'static str = "x".repeat(16 * 1024).leak();
    let headers: &'static [(&str, &str)] = vec![READER, ("x-filler", long)].leak();
    expect(&router, case("GET", "/v1/things", headers, ""), 431, "HEADERS_TOO_LARGE").await;
    let path: &'static str = format!("/v1/things?limit={long}").leak();
    expect(&router, case("GET", path, &[READER], ""), 431, "HEADERS_TOO_LARGE").await;
}

#[tokio::test]
async fn sign_ins_are_counted_by_address() {
    let (router, world) = application(None);
    let attempt = |from: &'static str| case("POST", "/v1/sign-in", vec![("x-forwarded-for", from)].leak(), "");
    for left in (0..10).rev() {
        let (response, _) = send(&router, &attempt("192.0.2.1")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["ratelimit-limit"], "10");
        assert_eq!(response.headers()["ratelimit-remaining"], left.to_string());
    }
    let (response, _) = send(&router, &attempt("192.0.2.1")).await;
    assert_eq!(
        (response.headers()["retry-after"].to_str().ok(), response.headers()["ratelimit-reset"].to_str().ok()),
        (Some("6"), Some("6"))
    );
    expect(&router, attempt("192.0.2.1"), 429, "RATE_LIMITED").await;
    expect(&router, attempt("192.0.2.2"), 200, "").await;
    world.advance_ms(6_000);
    expect(&router, attempt("192.0.2.1"), 200, "").await;
}

#[tokio::test]
async fn answers_carry_trace_ids_and_security_headers() {
    let (router, _) = application(None);
    let id = "0af7651916cd43dd8448eb211c80319c";
    let (response, body) = send(
        &router,
        &case("POST", "/v1/sign-in", &[("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")], ""),
    )
    .await;
    assert_eq!(response.headers()["x-trace-id"], id);
    assert_eq!(body, id.as_bytes());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("strict-transport-security", "max-age=31536000"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ] {
        assert_eq!(response.headers()[name], value, "{name}");
    }
    let (first, _) = send(&router, &case("GET", "/v1/things", &[READER], "")).await;
    let (second, _) = send(&router, &case("GET", "/v1/things", &[READER], "")).await;
    assert_ne!(first.headers()["x-trace-id"], second.headers()["x-trace-id"]);
}

#[tokio::test]
async fn pages_of_listed_origins_may_read_answers() {
    let (router, _) = application(None);
    const LISTED: (&str, &str) = ("origin", "https://app.example");
    let preflight = case("OPTIONS", "/v1/things", &[LISTED, ("access-control-request-method", "POST")], "");
    let (response, _) = send(&router, &preflight).await;
    assert_eq!(response.status(), 204);
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(response.headers()["access-control-allow-methods"], "GET, HEAD, POST");
    let (response, _) = send(&router, &case("GET", "/v1/things", &[READER, LISTED], "")).await;
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
    let (response, _) =
        send(&router, &case("GET", "/v1/things", &[READER, ("origin", "https://evil.example")], "")).await;
    assert_eq!(
        (response.headers().get("access-control-allow-origin"), &response.headers()["vary"]),
        (None, &"Origin".parse().expect("a value"))
    );
    assert_eq!(response.headers().get("access-control-allow-credentials"), None);
}

#[test]
fn the_document_tells_every_refusal_and_scheme() {
    let (_, mut openapi) = common::routes().split_for_parts();
    let matrix = AccessMatrix::parse(MATRIX).expect("a matrix");
    matrix.check(routes_of(&openapi).iter().map(|(m, p)| (m, p.as_str()))).expect("all routes have rows");
    callboard_http::complete_document(&mut openapi, &matrix).expect("complete");
    let document = serde_json::to_value(&openapi).expect("JSON");
    let post = &document["paths"]["/v1/things"]["post"];
    for (status, code) in [
        ("400", "MALFORMED_JSON"),
        ("401", "TOKEN_EXPIRED"),
        ("403", "CSRF_REQUIRED"),
        ("413", "BODY_TOO_LARGE"),
        ("429", "RATE_LIMITED"),
        ("503", "OUTCOME_UNKNOWN"),
    ] {
        let text = post["responses"][status]["description"].as_str().unwrap_or_default();
        assert!(text.contains(code), "{status} {code}: {text}");
        assert!(post["responses"][status]["content"]["application/problem+json"].is_object(), "{status}");
    }
    assert_eq!(post["security"], serde_json::json!([{"apiKey": []}, {"userToken": []}, {"login": [], "csrf": []}]));
    let sign_in = &document["paths"]["/v1/sign-in"]["post"];
    assert!(sign_in["responses"]["401"]["description"].as_str().is_some_and(|t| t.contains("LOGIN_LINK_INVALID")));
    assert_eq!(sign_in["security"], serde_json::json!([{}]));
    assert!(document["components"]["schemas"]["Problem"].is_object());
    assert_eq!(matrix.rule(&Method::HEAD, "/v1/things").map(|r| r.path.as_str()), Some("/v1/things"));
}
