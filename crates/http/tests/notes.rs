//! Which requests are told of, and what is said about them.

mod common;

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use callboard_http::{NoteRequests, RequestNote};
use common::application;
use parking_lot::Mutex;
use tower::ServiceExt as _;

#[derive(Default)]
struct Told(Mutex<Vec<RequestNote>>);

impl NoteRequests for Told {
    fn note(&self, request: RequestNote) {
        self.0.lock().push(request);
    }
}

#[tokio::test]
async fn requests_of_known_callers_that_may_change_something_are_told_of() {
    let told = Arc::new(Told::default());
    let (router, _world) = application(Some(told.clone()));
    for (method, path, bearer, body, status) in [
        ("POST", "/v1/things", "writer", r#"{"name":"a","count":1}"#, 201),
        ("POST", "/v1/things", "reader", r#"{"name":"a"}"#, 403),
        ("POST", "/v1/things", "nobody", "{}", 401),
        ("POST", "/v1/things", "", "{}", 401),
        ("GET", "/v1/things", "writer", "", 200),
        ("PATCH", "/v1/things/a%20b", "writer", "{}", 404),
        ("POST", "/v1/raw", "writer", "{}", 200),
        ("POST", "/v1/nowhere", "writer", "{}", 404),
        ("DELETE", "/v1/things", "writer", "", 405),
        ("POST", "/v1/things?secret=1", "writer", "{}", 400),
    ] {
        let mut request = Request::builder().method(method).uri(path).header("host", "own.example");
        if !bearer.is_empty() {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let request = request.header("content-type", "application/json").body(Body::from(body)).expect("a request");
        let answer = router.clone().oneshot(request).await.expect("an answer");
        assert!(answer.status() == status, "{method} {path} by {bearer:?}: {}", answer.status());
    }
    let told = told.0.lock();
    let seen: Vec<_> =
        told.iter().map(|n| (n.method.as_str(), n.path.as_str(), n.status >= 400, n.code.is_some())).collect();
    assert_eq!(seen.len(), 4, "{seen:?}");
    for (note, (method, path)) in told.iter().zip([
        ("POST", "/v1/things"),
        ("POST", "/v1/things"),
        ("PATCH", "/v1/things/{id}"),
        ("POST", "/v1/things"),
    ]) {
        assert_eq!((note.method.as_str(), note.path.as_str()), (method, path));
        assert_eq!(note.code.is_some(), note.status >= 400, "a refusal has its code: {note:?}");
        assert_eq!((note.session.as_deref(), note.trace_id.len(), note.duration_ms), (None, 32, 0));
    }
    assert_eq!((told[1].status, told[1].code), (403, Some("FORBIDDEN")));
    assert_eq!((told[3].status, told[3].code), (400, Some("UNKNOWN_QUERY_PARAMETER")));
}
