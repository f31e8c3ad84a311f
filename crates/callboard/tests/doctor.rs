//! `callboard doctor` on installations that are well, and on broken ones, by the built binary.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use callboard_store::Engine;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET};
use callboard_testkit::{FakeLiveKit, FakeWorld, TestApp};
use process::{Binary, Place, command, free_address, text_of};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

type Env = Vec<(String, String)>;

fn env(pairs: &[(&str, &str)]) -> Env {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn livekit(fake: &FakeLiveKit) -> Env {
    let url = fake.url();
    env(&[("LIVEKIT_URL", &url), ("LIVEKIT_API_KEY", API_KEY), ("LIVEKIT_API_SECRET", API_SECRET)])
}

/// What the doctor found: verdict, line and what to do, by name; and its exit code.
struct Found(BTreeMap<String, (String, String)>, Option<i32>, String);

impl Found {
    fn verdict(&self, name: &str) -> &str {
        &self.0.get(name).unwrap_or_else(|| panic!("no {name} in {}", self.2)).0
    }

    #[track_caller]
    fn all(&self, verdict: &str, names: &[&str]) {
        for name in names {
            assert_eq!(self.verdict(name), verdict, "{name} in {}", self.2);
        }
    }

    /// It failed, says so with these words, and the command ends with 1.
    #[track_caller]
    fn failed(&self, name: &str, words: &str) {
        assert_eq!((self.verdict(name), self.1), ("failed", Some(1)), "{name} in {}", self.2);
        assert!(self.0[name].1.contains(words), "{name} does not say {words:?}: {}", self.2);
    }
}

fn doctor(place: &Place, more: &[(String, String)]) -> Found {
    let flags = place.flags();
    let args: Vec<&str> = ["doctor", "--json"].into_iter().chain(flags.iter().map(String::as_str)).collect();
    let env: Env = place.env().into_iter().chain(more.iter().cloned()).collect();
    let out = command(&args, &env).output().expect("the command runs");
    let report: Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("no report ({e}): {}", text_of(&out)));
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let checks = report["checks"].as_array().expect("checks").iter();
    let found = checks.map(|c| {
        assert!(c["verdict"] == "ok" || c["verdict"] == "notApplicable" || !text(&c["do"]).is_empty(), "{c}");
        (text(&c["name"]), (text(&c["verdict"]), format!("{} do: {}", text(&c["line"]), text(&c["do"]))))
    });
    Found(found.collect(), out.status.code(), format!("{report:#}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_installation_that_is_well() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let fake = FakeLiveKit::start(FakeWorld::live(71)).await;
        let listen = free_address();
        let settings = [livekit(&fake), env(&[("CALLBOARD_LISTEN", &listen)])].concat();
        let server = Binary::serve(&place, &listen, &settings);
        let sender = fake.deliver_live(&format!("{}/v1/call/livekit/events", server.url()));
        let http = TestApp::attach(server.url()).with_bearer(server.api_key());
        http.post("/v1/call/sessions", &json!({ "sessionId": "one" })).await.expect(201);
        http.post("/v1/call/sessions/one/join-links", &json!({})).await.expect(201);

        let more = match engine {
            // The server is asked: it needs no settings of ours, and the key of --dev is beside the data.
            Engine::Sqlite => Vec::new(),
            Engine::Postgres => [settings, env(&[("CALLBOARD_API_KEY", &server.api_key())])].concat(),
        };
        let found = doctor(&place, &more);
        assert_eq!(found.1, Some(0), "{engine:?}: {}", found.2);
        found.all("ok", &["settings", "secret-key", "database", "schema", "key-of-data", "server", "clock"]);
        found.all(
            "ok",
            &["livekit", "livekit-reach", "livekit-key", "livekit-clock", "livekit-room", "livekit-webhook"],
        );
        found.all("ok", &["livekit-public", "public-url", "websocket", "live-stream", "trusted-proxies"]);
        assert!(!found.2.contains(API_SECRET), "{}", found.2);
        sender.abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn livekit_that_is_lost_on_the_way_there_or_back() {
    let place = Place::new(Engine::Sqlite);
    let fake = FakeLiveKit::start(FakeWorld::live(72)).await;
    let server = Binary::serve(&place, "127.0.0.1:0", &livekit(&fake));
    let found = doctor(&place, &[]);
    found.failed("livekit-webhook", "/v1/call/livekit/events");
    found.all("ok", &["livekit-room", "public-url", "live-stream"]);
    fake.unplug().await;
    let found = doctor(&place, &[]);
    found.failed("livekit-reach", "no answer");
    found.all("warning", &["livekit-public"]);
    found.all("notApplicable", &["livekit-key", "livekit-webhook"]);
    drop(server);
    fake.replug().await;

    // Stopped: what needs the server says so, and the rest is looked at from here.
    let wrong = [livekit(&fake), env(&[("LIVEKIT_API_SECRET", "another-secret-0123456789abcdef")])].concat();
    let found = doctor(&place, &wrong);
    found.failed("livekit-key", "refused");
    found.all("notApplicable", &["server", "livekit-webhook", "public-url", "websocket", "live-stream"]);
    let found = doctor(&place, &livekit(&fake));
    assert_eq!(found.1, Some(0), "{}", found.2);
    found.all("ok", &["livekit-reach", "livekit-key", "livekit-clock", "livekit-public", "database", "schema"]);
    let astray = [livekit(&fake), env(&[("LIVEKIT_PUBLIC_URL", "ws://127.0.0.1:9")])].concat();
    let found = doctor(&place, &astray);
    found.all("ok", &["livekit-reach"]);
    found.all("warning", &["livekit-public"]);
    assert!(found.0["livekit-public"].1.contains("ws://127.0.0.1:9, where nobody answers"), "{}", found.2);
    assert!(found.0["livekit-webhook"].1.contains("start the server"), "{}", found.2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_do_not_fit_and_settings_that_cannot_be_read() {
    let place = Place::new(Engine::Sqlite);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let api_key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(api_key.clone());
    http.post("/v1/call/sessions", &json!({ "sessionId": "one" })).await.expect(201);
    http.post("/v1/call/sessions/one/join-links", &json!({})).await.expect(201);
    server.terminate();
    let key = place.data().join("secret.key");
    let kept = std::fs::read_to_string(&key).expect("the key");
    let mode = |mode| std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).expect("a mode");

    mode(0o644);
    doctor(&place, &[]).failed("secret-key", "chmod 600");
    mode(0o600);
    std::fs::remove_file(&key).expect("gone");
    doctor(&place, &[]).failed("secret-key", "no key");
    assert!(!key.exists(), "the doctor makes no key");
    let fresh = process::run(&["secret-key"], &[]);
    let fresh = String::from_utf8(fresh.stdout).expect("text");
    doctor(&place, &env(&[("CALLBOARD_SECRET_KEY", fresh.trim())])).failed("key-of-data", "another key");
    // As an older key it still fits.
    let ring = [("CALLBOARD_SECRET_KEY", fresh.trim()), ("CALLBOARD_SECRET_KEYS_OLDER", kept.trim())];
    doctor(&place, &env(&ring)).all("ok", &["key-of-data"]);
    // When nothing that it made opens anything any more, the older one may go: that is a rotation, and all is well.
    let mut server = Binary::serve(&place, "127.0.0.1:0", &env(&ring));
    let http = TestApp::attach(server.url()).with_bearer(api_key);
    for status in ["active", "ended"] {
        http.post("/v1/call/sessions/one/state", &json!({ "status": status })).await.expect(200);
    }
    server.terminate();
    doctor(&place, &env(&ring[..1])).all("notApplicable", &["key-of-data"]);

    doctor(&place, &env(&[("CALLBOARD_LISTEN", "nowhere")])).failed("settings", "CALLBOARD_LISTEN");
    let nobody =
        env(&[("CALLBOARD_DATABASE_URL", "postgres://nobody@127.0.0.1:1/x"), ("CALLBOARD_SECRET_KEY", fresh.trim())]);
    let flagless = command(&["doctor", "--json"], &nobody).output().expect("the command runs");
    let report: Value = serde_json::from_slice(&flagless.stdout).expect("a report");
    let database = report["checks"].as_array().expect("checks").iter().find(|c| c["name"] == "database");
    assert_eq!(database.map(|c| &c["verdict"]), Some(&json!("failed")), "{report:#}");
}

/// The old key was taken away too early: no token tells of it, but secrets are still sealed with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_secrets_that_no_key_at_hand_opens() {
    let fresh = String::from_utf8(process::run(&["secret-key"], &[]).stdout).expect("text");
    let next = fresh.trim().replacen("k1:", "k2:", 1);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let first = String::from_utf8(process::run(&["secret-key"], &[]).stdout).expect("text");
        let current = |key: &str| env(&[("CALLBOARD_SECRET_KEY", key), ("CALLBOARD_EGRESS_ALLOW", "127.0.0.1")]);
        let (old, new) = (current(first.trim()), current(&next));
        let both = [new.clone(), env(&[("CALLBOARD_SECRET_KEYS_OLDER", first.trim())])].concat();

        let mut server = Binary::serve(&place, "127.0.0.1:0", &old);
        doctor(&place, &old).all("notApplicable", &["sealed-secrets", "key-of-data"]);
        let api_key = server.api_key();
        let http = TestApp::attach(server.url()).with_bearer(api_key.clone());
        let mut endpoints = Vec::new();
        for _ in 0..2 {
            let ask = json!({ "url": "http://127.0.0.1:9/hook", "eventTypes": ["call.*"] });
            let made = http.post("/v1/webhook-endpoints", &ask).await.expect(201).json();
            endpoints.push(made["endpoint"]["endpointId"].as_str().expect("an id").to_owned());
        }
        let secret = "a shared secret of more than thirty-two bytes";
        let ask =
            json!({ "iss": "https://id.example", "audience": "callboard", "algorithm": "HS256", "secret": secret });
        let issuer = http.post("/v1/issuers", &ask).await.expect(201).json();
        let issuer = issuer["issuerId"].as_str().expect("an id").to_owned();
        doctor(&place, &old).all("ok", &["sealed-secrets"]);
        server.terminate();

        doctor(&place, &both).all("ok", &["sealed-secrets"]);
        let found = doctor(&place, &new);
        found.failed(
            "sealed-secrets",
            "2 of 2 secrets of webhook endpoints (for want of the key `k1`, which is not configured: 2)",
        );
        found.failed("sealed-secrets", "1 of 1 secrets shared with issuers");
        found.failed("sealed-secrets", "do: add the missing key to secret_keys_older");
        assert!(!found.2.contains(secret), "{}", found.2);
        // A new key of the old one's id opens nothing either.
        doctor(&place, &current(fresh.trim())).failed("sealed-secrets", "another key of the id `k1`");

        // Beside SQLite the server tells, whose keys count: the shell of the doctor may lack the older ones.
        let mut server = Binary::serve(&place, "127.0.0.1:0", &both);
        if engine == Engine::Sqlite {
            doctor(&place, &new).all("ok", &["sealed-secrets"]);
        }
        server.terminate();
        let mut server = Binary::serve(&place, "127.0.0.1:0", &new);
        let seen = if engine == Engine::Sqlite { &both } else { &new };
        doctor(&place, seen).failed("sealed-secrets", "want of the key `k1`");
        // What is told to be done heals it; the former secrets, which nobody can open any more, are no failure.
        let http = TestApp::attach(server.url()).with_bearer(api_key);
        for id in endpoints {
            let path = format!("/v1/webhook-endpoints/{id}/rotate");
            http.post(&path, &json!({ "overlapSeconds": 3600 })).await.expect(200);
        }
        http.delete(&format!("/v1/issuers/{issuer}")).await.expect(204);
        let found = doctor(&place, &new);
        found.all("warning", &["sealed-secrets"]);
        assert!(found.0["sealed-secrets"].1.contains("2 of 2 former secrets"), "{}", found.2);
        server.terminate();
    }
}

/// A proxy as they should not be: it holds live streams back and does not pass upgrades on.
async fn bad_proxy(to: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((browser, _)) = listener.accept().await {
            let to = to.clone();
            tokio::spawn(async move { pass(browser, &to).await });
        }
    });
    address
}

async fn pass(mut browser: TcpStream, to: &str) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(browser.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head);
    let hop = |line: &&str| ["upgrade:", "connection:"].iter().any(|name| line.to_lowercase().starts_with(name));
    let (first, rest) = text.split_once("\r\n").unwrap_or_default();
    let kept: Vec<&str> = rest.split("\r\n").filter(|line| !hop(line)).collect();
    let request = format!("{first}\r\nconnection: close\r\n{}", kept.join("\r\n"));
    let mut server = TcpStream::connect(to).await?;
    server.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(server.read_u8().await?);
    }
    browser.write_all(&answer).await?;
    if String::from_utf8_lossy(&answer).contains("text/event-stream") {
        // Gathers, until there is enough: there never is.
        server.read_to_end(&mut Vec::new()).await?;
        return Ok(());
    }
    tokio::io::copy(&mut server, &mut browser).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_address_that_leads_elsewhere_or_spoils_streams() {
    let listen = free_address();
    let proxy = bad_proxy(listen.clone()).await;
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, &listen, &env(&[("CALLBOARD_PUBLIC_URL", &format!("http://{proxy}"))]));
    // The file of --dev holds it, too; a key that is given comes first.
    let key = place.data().join("api-key");
    let given = env(&[("CALLBOARD_API_KEY_FILE", &key.display().to_string())]);
    assert!(Path::new(&key).exists());
    let found = doctor(&place, &given);
    found.all("ok", &["public-url", "server"]);
    found.failed("live-stream", "held back");
    found.failed("websocket", "instead of 101");
    found.all("warning", &["livekit"]);
    drop(server);

    let other = Place::new(Engine::Sqlite);
    let stranger = Binary::serve(&other, "127.0.0.1:0", &[]);
    let server = Binary::serve(&place, &listen, &env(&[("CALLBOARD_PUBLIC_URL", &stranger.url())]));
    doctor(&place, &[]).failed("public-url", "another installation");
    drop(server);
    let nobody = format!("http://{}", free_address());
    let server = Binary::serve(&place, &listen, &env(&[("CALLBOARD_PUBLIC_URL", &nobody)]));
    doctor(&place, &[]).failed("public-url", &nobody);
    drop((server, stranger));
}
