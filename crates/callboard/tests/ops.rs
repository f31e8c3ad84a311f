//! What an operator sees in one process: health with reasons, the endpoint map, the documents, the pages.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use callboard_store::testing::Faults;
use callboard_store::{Db, Engine, OpenOptions, Sql, params};
use callboard_testkit::fake_livekit::{Forgery, Person};
use callboard_testkit::{Answer, Scratch};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Kit, text};

fn check<'a>(ready: &'a Value, name: &str) -> &'a Value {
    let checks = ready["checks"].as_array().expect("checks");
    checks.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no {name} in {ready}"))
}

async fn readiness_says_why(db: Db) {
    let kit = Kit::start(db).await;
    let alive = kit.http.get("/health").await.expect(200).json();
    assert_eq!((&alive["status"], &alive["version"]), (&json!("ok"), &json!(env!("CARGO_PKG_VERSION"))));
    let ready = kit.http.get("/health/ready").await.expect(200).json();
    for name in ["store", "outbox", "livekit"] {
        assert_eq!(check(&ready, name)["ok"], true, "{ready}");
    }
    kit.fake.join("room", &Person::standard("guest"));
    let webhook = kit.fake.take_webhooks().remove(0);
    let now = callboard_kernel::World::now(&*kit.world);
    let signed = kit.fake.signer().forge(&webhook.body, now, Forgery::WrongSecret);
    let request = kit.http.request(Method::POST, "/v1/call/livekit/events").body(signed.body);
    Answer::of(request.header("authorization", signed.authorization.expect("a token"))).await.expect(401);
    // The service still works, so traffic may come; the reason is there to read.
    let ready = kit.http.get("/health/ready").await.expect(200).json();
    assert_eq!(check(&ready, "livekit")["ok"], false);
    assert!(text(check(&ready, "livekit"), "reason").contains("rejected"), "{ready}");
}

callboard_testkit::both_engines!(readiness, readiness_says_why);

/// A commit whose outcome is unknown ends the promise: nothing is served as stored, and readiness says so.
#[tokio::test]
async fn a_poisoned_store_is_not_ready() {
    static TOUCH: Sql = Sql::new("TOUCH", "update tenant set plan = 'x' where id = :tenant");
    let faults = Arc::new(Faults::default());
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(OpenOptions { faults: Some(faults.clone()), ..OpenOptions::default() });
    let kit = Kit::start(db.clone()).await;
    // No request by this key yet: noting its use would be a write of its own, and meet the fault.
    let ours = kit.tenant("ours", &[callboard_http::Scope::CallsWrite]).await;
    faults.lose_commit_reply.store(true, Ordering::SeqCst);
    let tenant = ours.id.clone();
    let lost = db.write(move |tx| tx.execute(&TOUCH, params! { tenant: tenant.as_str() })).await;
    assert_eq!(lost.expect_err("no promise").code().name, "OUTCOME_UNKNOWN");
    let answer = kit.http.get("/health/ready").await.expect(503).json();
    assert_eq!((answer["ready"].as_bool(), check(&answer, "store")["ok"].as_bool()), (Some(false), Some(false)));
    assert!(!text(check(&answer, "store"), "reason").is_empty());
    kit.http.get("/health").await.expect(200);
    let refused = kit.http.with_bearer(&ours.key).post("/v1/call/sessions", &json!({})).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
}

#[tokio::test]
async fn the_map_and_the_documents_say_what_is_there() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    let map = kit.http.get("/v1").await.expect(200).json();
    let routes: BTreeSet<&str> = map["routes"].as_array().expect("routes").iter().filter_map(Value::as_str).collect();
    for rule in support::callers::routes(&kit).iter().filter(|r| r.documented) {
        assert!(routes.contains(format!("{} {}", rule.method, rule.path).as_str()), "{} {}", rule.method, rule.path);
    }
    for name in ["openapi", "docs", "schemas"] {
        let seen = kit.http.get(map[name].as_str().expect("a path")).await;
        assert!(seen.status < 400, "{name}: {}", seen.status);
    }
    let served = kit.http.get("/openapi.json").await.expect(200);
    let committed = include_str!("../../../openapi/callboard.json");
    let same = served.json() == serde_json::from_str::<Value>(committed).expect("JSON");
    assert!(same, "openapi/callboard.json is behind the code: run `make contract-fix`");
    for code in callboard_kernel::codes::ALL {
        let page = kit.http.get(&format!("/docs/errors/{}", code.name)).await.expect(200);
        assert!(page.header("content-type").is_some_and(|t| t.starts_with("text/html")));
        assert!(page.text().contains(code.name) && page.text().len() > 300, "{} says too little", code.name);
    }
    for nothing in ["/docs/errors/NO_SUCH_CODE", "/docs/errors/README.md", "/docs/errors/..%2F..%2FCargo.toml"] {
        kit.http.get(nothing).await.expect_problem(404, "NOT_FOUND");
    }
}

/// The documentation is served with its links whole; nothing beside it is.
#[tokio::test]
async fn the_manual_is_served() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    for (path, heading) in [
        ("/manual/", "Documentation"),
        ("/manual/quickstart.md", "Quickstart"),
        ("/manual/guides/receive-webhooks.md", "Receive webhooks"),
        ("/manual/concepts/the-log.md", "The log"),
        ("/manual/errors/NOT_FOUND.md", "NOT_FOUND"),
        ("/manual/reference/commands.md", "Commands"),
    ] {
        let page = kit.http.get(path).await.expect(200);
        assert!(header(&page, "content-type").starts_with("text/html"), "{path}");
        assert!(page.text().contains(&format!(">{heading}</h1>")), "{path}");
        let (html, policy) = (page.text(), header(&page, "content-security-policy").to_owned());
        let nonce = policy.split("'nonce-").nth(1).and_then(|p| p.split('\'').next()).expect("a nonce");
        assert!(html.contains(&format!("<style nonce=\"{nonce}\">")) && !policy.contains("unsafe"), "{path}");
    }
    let bare = kit.http.request(Method::GET, "/manual");
    assert_eq!(header(&Answer::of(bare).await, "content-type").split(';').next(), Some("text/html"));
    for nothing in
        ["/manual/none.md", "/manual/../README.md", "/manual/..%2FREADME.md", "/manual/images/call-light.png"]
    {
        let answer = kit.http.get(nothing).await;
        assert_eq!(answer.status, 404, "{nothing}");
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.header(name).unwrap_or_default()
}

#[tokio::test]
async fn answers_carry_security_headers() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    for path in
        ["/v1", "/v1/me", "/health", "/", "/join", "/assets/none.js", "/docs/errors/NOT_FOUND", "/v1/none", "/metrics"]
    {
        let answer = kit.http.get(path).await;
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header(&answer, "x-trace-id").len(), 32, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        if path.starts_with("/v1") {
            assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn pages_have_a_nonce_per_request_and_assets_are_cached() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    let mut nonces = BTreeSet::new();
    let mut script = String::new();
    for path in ["/", "/join", "/calls/anything", "/"] {
        let page = kit.http.get(path).await;
        assert_eq!(page.status, 200, "{path}: {} (npm run build in web/ makes the pages)", page.text());
        let (html, policy) = (page.text(), header(&page, "content-security-policy").to_owned());
        let nonce = policy.split("'nonce-").nth(1).and_then(|p| p.split('\'').next()).expect("a nonce").to_owned();
        assert!(html.contains(&format!("nonce=\"{nonce}\"")) && !html.contains("__CSP_NONCE__"), "{path}");
        assert_eq!(header(&page, "cache-control"), "no-store", "{path}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(nonces.insert(nonce), "a nonce came twice");
        let of = html.split("src=\"").nth(1).and_then(|p| p.split('"').next()).expect("a script").to_owned();
        script = of;
    }
    let plain = kit.http.get(&script).await.expect(200);
    assert!(header(&plain, "content-type").starts_with("text/javascript"));
    assert!(header(&plain, "cache-control").contains("immutable"));
    let ask = |method: Method, name: &'static str, value: &str| kit.http.request(method, &script).header(name, value);
    let packed = Answer::of(ask(Method::GET, "accept-encoding", "br")).await.expect(200);
    assert_eq!((header(&packed, "content-encoding"), header(&packed, "vary")), ("br", "accept-encoding"));
    assert!(packed.body.len() < plain.body.len(), "brotli makes it smaller");
    assert_ne!(header(&packed, "etag"), header(&plain, "etag"));
    let again = Answer::of(ask(Method::GET, "if-none-match", header(&plain, "etag"))).await.expect(304);
    assert!(again.body.is_empty());
    let head = Answer::of(ask(Method::HEAD, "accept", "*/*")).await.expect(200);
    assert!(head.body.is_empty());
    assert_eq!(header(&head, "etag"), header(&plain, "etag"));
    for missing in ["/assets/none.js", "/assets/../secret.key", "/none.txt", "/index.html", "/join.html"] {
        kit.http.get(missing).await.expect_problem(404, "ROUTE_NOT_FOUND");
    }
    kit.http.post("/", &json!({})).await.expect_problem(404, "ROUTE_NOT_FOUND");
}
