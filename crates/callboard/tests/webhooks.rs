//! Webhooks of the whole service: through the guard, from real calls, over a restart.

mod support;

#[path = "../../webhooks/tests/common/receiver.rs"]
#[allow(dead_code, reason = "each test uses its part")]
mod receiver;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use callboard_egress::{Egress, EgressConfig, Names};
use callboard_store::{Db, Engine};
use callboard_testkit::{FakeWorld, TestApp, install_tls};
use receiver::{Receiver, verify};
use serde_json::{Value, json};
use support::process::{Binary, Place, free_address};
use support::{Kit, TENANT_SCOPES, text};

const ENDPOINTS: &str = "/v1/webhook-endpoints";

/// A resolver that a test answers for.
struct Told(&'static [(&'static str, &'static [&'static str])]);

#[async_trait]
impl Names for Told {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        let known = self.0.iter().find(|(name, _)| *name == host);
        let found = known.ok_or_else(|| std::io::Error::other("no such name"))?.1;
        Ok(found.iter().map(|a| a.parse().expect("an address")).collect())
    }
}

/// Names that lead where nothing may be sent.
const NAMES: &[(&str, &[&str])] = &[
    ("inside.example.com", &["10.0.0.7"]),
    ("meta.example.com", &["169.254.169.254"]),
    ("half.example.com", &["1.1.1.1", "127.0.0.1"]),
    ("six.example.com", &["::1"]),
];

async fn kit(db: Db, allow: &[&str]) -> Kit {
    install_tls();
    let config = EgressConfig { allow: allow.iter().map(|a| (*a).to_owned()).collect(), ..EgressConfig::default() };
    let egress = Egress::with_names(&config, Arc::new(Told(NAMES))).expect("a guard");
    Kit::reaching(db, FakeWorld::manual(11), egress).await
}

/// An endpoint: its id and its secret.
async fn endpoint(http: &TestApp, url: &str) -> (String, String) {
    let body = json!({ "url": url, "eventTypes": ["call.*", "transcript.final"] });
    let made = http.post(ENDPOINTS, &body).await.expect(201).json();
    (text(&made["endpoint"], "endpointId"), text(&made, "secret"))
}

/// The newest attempt of an endpoint's only delivery.
async fn last(http: &TestApp, endpoint: &str) -> Value {
    let list = http.get(&format!("{ENDPOINTS}/{endpoint}/deliveries")).await.expect(200).json();
    list["items"][0]["lastAttempt"].clone()
}

async fn nothing_inside_is_reached(db: Db) {
    let (hop, inside) = (
        Receiver::scripted(|_| (307, vec![("location", "http://169.254.169.254/latest".to_owned())], String::new()))
            .await,
        Receiver::answering(200).await,
    );
    let to_inside = inside.url.clone();
    let hop_inside = Receiver::scripted(move |_| (308, vec![("location", to_inside.clone())], String::new())).await;
    let host = |r: &Receiver| r.url["http://".len()..].split('/').next().expect("a host").to_owned();
    let kit = kit(db, &[&host(&hop), &host(&hop_inside)]).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    for url in support::webhooks::PRIVATE_URLS.iter().copied().chain([inside.url.as_str()]) {
        let asked = json!({ "url": url, "eventTypes": ["*"] });
        let problem = http.post(ENDPOINTS, &asked).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}");
    }
    let mut named = Vec::new();
    for (name, _) in NAMES {
        named.push((endpoint(&http, &format!("https://{name}/hook")).await.0, *name));
    }
    let (by_hop, _) = endpoint(&http, &hop.url).await;
    let (by_hop_inside, _) = endpoint(&http, &hop_inside.url).await;
    kit.session(&http, &json!({})).await;
    kit.run_outbox().await;
    for (id, name) in named {
        let attempt = last(&http, &id).await;
        let why = format!("not sent: the URL must not be used: {name} leads to a private or reserved address");
        assert_eq!((attempt["error"].as_str(), attempt.get("status")), (Some(why.as_str()), None));
    }
    for (id, status) in [(by_hop, 307), (by_hop_inside, 308)] {
        let attempt = last(&http, &id).await;
        let why = format!("it answered {status}; redirects are not followed");
        assert_eq!((attempt["error"].as_str(), attempt["ok"].as_bool()), (Some(why.as_str()), Some(false)));
    }
    assert!(inside.seen().is_empty(), "what was redirected inside arrived there");
    let counts = kit.registry.webhooks.counts();
    assert_eq!((counts.blocked, counts.refused, counts.delivered), (4, 2, 0));
    // Days of waiting for others say nothing about us.
    callboard_testkit::FakeWorld::advance_ms(&kit.world, 3_600_000);
    let ready = kit.http.get("/health/ready").await.json();
    let outbox = ready["checks"].as_array().expect("checks").iter().find(|c| c["name"] == "outbox").cloned();
    assert_eq!(outbox.expect("a check")["ok"], true, "{ready}");
    let metrics = kit.http.get("/metrics").await.expect(200).text();
    assert!(metrics.contains("callboard_webhook_attempts_total{outcome=\"blocked\"} 4"), "{metrics}");
}

async fn calls_are_told(db: Db) {
    let kit = kit(db, &["127.0.0.1"]).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    let to = Receiver::answering(200).await;
    let (_, secret) = endpoint(&http, &to.url).await;
    let session = kit.session(&http, &json!({})).await;
    kit.join(&ours.key, &session, "caller").await;
    http.post(&format!("/v1/call/sessions/{session}/state"), &json!({ "status": "ended" })).await.expect(200);
    kit.run_outbox().await;
    let log = http.get(&format!("/v1/realtime/sessions/{session}/events")).await.expect(200).json();
    let told: Vec<Value> = to.seen().iter().map(|r| r.json()["data"].clone()).collect();
    assert_eq!(&told, log["events"].as_array().expect("events"), "the whole log, in its order");
    assert!(to.seen().iter().all(|r| verify(&secret, r)));
}

callboard_testkit::both_engines!(guarded, nothing_inside_is_reached);
callboard_testkit::both_engines!(told, calls_are_told);

/// kill -9 while deliveries are under way: the next process goes on with them, in order, once the dead one's leases are
/// over (30 s).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_loses_nothing() {
    let place = tokio::task::spawn_blocking(|| Place::new(Engine::Sqlite)).await.expect("a place");
    let failed = AtomicUsize::new(0);
    // The first three attempts find a server that is down.
    let to = Receiver::scripted(move |_| {
        let status = if failed.fetch_add(1, Ordering::SeqCst) < 3 { 500 } else { 200 };
        (status, Vec::new(), String::new())
    })
    .await;
    let address = free_address();
    let env = [("CALLBOARD_EGRESS_ALLOW".to_owned(), "127.0.0.1".to_owned())];
    let mut server = Binary::serve(&place, &address, &env);
    let key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(&key);
    let (id, secret) = endpoint(&http, &to.url).await;
    let sessions = ["a", "b", "c"];
    for session in sessions {
        http.post("/v1/call/sessions", &json!({ "sessionId": session })).await.expect(201);
        for n in 0..3 {
            let payload =
                json!({ "utteranceId": n.to_string(), "speaker": "agent", "text": "x", "startMs": 0, "endMs": 5 });
            let event = json!({ "sessionId": session, "type": "transcript.final", "payload": payload });
            http.post("/v1/realtime/events", &event).await.expect(201);
        }
    }
    to.arrived(3).await;
    server.kill();
    let server = Binary::serve(&place, &address, &env);
    to.arrived(15).await;
    for session in sessions {
        assert_eq!(to.accepted(session), [1, 2, 3, 4], "{session}");
    }
    assert!(to.seen().iter().all(|r| verify(&secret, r)));
    let seen = http.get(&format!("{ENDPOINTS}/{id}")).await.expect(200).json();
    assert_eq!((&seen["status"], seen["lastAttempt"]["ok"].as_bool()), (&json!("enabled"), Some(true)));
    drop(server);
}
