//! The guarded client against servers on this machine.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::get;
use callboard_egress::{Egress, EgressConfig};
use callboard_tenants::JwksSource as _;
use callboard_testkit::{TestApp, install_tls};

async fn server() -> (TestApp, String) {
    let router = Router::new()
        .route("/keys", get(|| async { r#"{"keys":[]}"# }))
        .route("/large", get(|| async { "x".repeat(2_000) }))
        .route("/gone", get(|| async { StatusCode::GONE }))
        .route("/slow", get(std::future::pending::<String>))
        .route("/hop", get(|| async { Redirect::temporary("/keys") }))
        .route("/loop", get(|| async { Redirect::temporary("/loop") }))
        .route("/inside", get(|| async { Redirect::temporary("http://127.0.0.1:1/keys") }))
        .route("/metadata", get(|| async { Redirect::temporary("https://169.254.169.254/keys") }));
    let app = TestApp::serve(router).await;
    let host = app.url("").trim_start_matches("http://").to_owned();
    (app, host)
}

fn client(allow: &[&str]) -> Egress {
    install_tls();
    let allow = allow.iter().map(|a| (*a).to_owned()).collect();
    Egress::new(&EgressConfig { allow, timeout_ms: 500, max_bytes: 1_000 }).expect("a client")
}

#[tokio::test]
async fn nothing_here_is_reached_without_the_allow_list() {
    let (app, host) = server().await;
    let guarded = client(&[]);
    for url in [app.url("/keys"), format!("https://{host}/keys"), app.url("/keys").replace("127.0.0.1", "localhost")] {
        let error = guarded.fetch(&url).await.expect_err(&url);
        assert!(error.internal_note().is_some_and(|n| n.contains("must")), "{url}: {error}");
        assert!(guarded.check_url(&url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn the_allow_list_lifts_the_rule_for_one_host_and_port() {
    let (app, host) = server().await;
    let allowed = client(&[&host]);
    assert_eq!(allowed.fetch(&app.url("/keys")).await.expect("keys"), r#"{"keys":[]}"#);
    assert_eq!(allowed.fetch(&app.url("/hop")).await.expect("keys"), r#"{"keys":[]}"#);
    let (other, _) = server().await;
    assert!(allowed.fetch(&other.url("/keys")).await.is_err());
}

#[tokio::test]
async fn redirects_sizes_and_times_are_bounded() {
    let (app, host) = server().await;
    let allowed = client(&[&host]);
    for (path, why) in [
        ("/large", "more than 1000 bytes"),
        ("/gone", "410"),
        ("/slow", "it took too long"),
        ("/loop", "too often"),
        ("/inside", "must be an https URL"),
        ("/metadata", "private or reserved"),
    ] {
        let error = allowed.fetch(&app.url(path)).await.expect_err(path);
        let note = error.internal_note().unwrap_or_default().to_owned();
        assert!(note.contains(why) || (path == "/slow" && note.contains("timed out")), "{path}: {note}");
    }
}
