//! The guarded `POST`.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Redirect;
use axum::routing::post;
use bytes::Bytes;
use callboard_egress::{Egress, EgressConfig};
use callboard_testkit::{TestApp, install_tls};
use callboard_webhooks::{Unsent, WebhookSender as _};

async fn cut() -> StatusCode {
    panic!("the connection breaks")
}

async fn server() -> (TestApp, String) {
    let echo = |headers: HeaderMap, body: String| async move {
        format!("{} {body}", headers.get("webhook-id").and_then(|v| v.to_str().ok()).unwrap_or_default())
    };
    let router = Router::new()
        .route("/echo", post(echo))
        .route("/large", post(|| async { "x".repeat(100_000) }))
        .route("/busy", post(|| async { (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "7")], "later") }))
        .route("/hop", post(|| async { Redirect::temporary("/echo") }))
        .route("/cut", post(cut));
    let app = TestApp::serve(router).await;
    let host = app.url("").trim_start_matches("http://").to_owned();
    (app, host)
}

fn client(allow: &[&str]) -> Egress {
    install_tls();
    let allow = allow.iter().map(|a| (*a).to_owned()).collect();
    Egress::new(&EgressConfig { allow, ..EgressConfig::default() }).expect("a client")
}

#[tokio::test]
async fn what_is_posted_and_what_is_kept() {
    let (app, host) = server().await;
    let allowed = client(&[&host]);
    let headers = [("webhook-id", "whd_1".to_owned())];
    for (path, status, after, kept) in [
        ("/echo", 200, None, "whd_1 body".to_owned()),
        ("/large", 200, None, "x".repeat(64)),
        ("/busy", 503, Some(7), "later".to_owned()),
        ("/hop", 307, None, String::new()),
    ] {
        let answer = allowed.post(&app.url(path), &headers, Bytes::from_static(b"body"), 64).await.expect(path);
        assert_eq!(
            (answer.status, answer.retry_after_s, String::from_utf8(answer.body)),
            (status, after, Ok(kept)),
            "{path}"
        );
    }
    let broken = allowed.post(&app.url("/cut?token=path-secret"), &[], Bytes::new(), 64).await.expect_err("no answer");
    assert!(matches!(&broken, Unsent::Failed(why) if !why.contains("path-secret") && !why.is_empty()), "{broken:?}");
    drop(app);
    let gone = allowed.post(&format!("http://{host}/echo"), &[], Bytes::new(), 64).await.expect_err("nobody is there");
    assert!(matches!(&gone, Unsent::Failed(_)), "{gone:?}");
}

#[tokio::test]
async fn what_was_allowed_once_is_judged_at_each_attempt() {
    let (app, host) = server().await;
    for guard in [client(&[]), client(&["127.0.0.2"]), client(&["127.0.0.1:1"])] {
        for url in [app.url("/echo"), format!("https://{host}/echo"), "https://localhost/".to_owned()] {
            let refused = guard.post(&url, &[], Bytes::new(), 64).await.expect_err(&url);
            assert!(matches!(&refused, Unsent::Blocked(why) if why.starts_with("must")), "{url}: {refused:?}");
        }
    }
}
