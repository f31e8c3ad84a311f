//! Service levels on the running product: what a call leaves in them, and who sees what.

mod support;

use std::sync::Arc;

use callboard_eventlog::Log;
use callboard_http::{App, Role, Scope, Settings};
use callboard_kernel::{Keyring, MasterKey, Outcome, Tallies, World as _};
use callboard_slo::Recorder;
use callboard_store::{Db, Engine};
use callboard_testkit::FakeWorld;
use callboard_testkit::fake_livekit::Person;
use callboard_testkit::livekit_proto::DisconnectReason;
use serde_json::{Value, json};
use support::process::{self, Place};
use support::{Kit, TENANT_SCOPES, text};

fn level<'a>(report: &'a Value, objective: &str) -> &'a Value {
    let all = report["objectives"].as_array().expect("objectives");
    all.iter().find(|l| l["objective"] == objective).unwrap_or_else(|| panic!("no {objective} in {report}"))
}

fn counted(report: &Value, objective: &str) -> (i64, i64) {
    let one = level(report, objective);
    (one["good"].as_i64().expect("good"), one["total"].as_i64().expect("total"))
}

/// A caller is heard, is cut and does not come back; somebody watched live.
async fn a_calls_levels(db: Db) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let theirs = kit.tenant("theirs", &TENANT_SCOPES).await;
    let ann = kit.user(&ours, "ann", &[Role::Operator]).await;
    let eve = kit.user(&theirs, "eve", &[Role::Operator]).await;
    let operator = kit.key(&ours.id, &[Scope::Installation]).await;
    let empty = kit.http.with_bearer(&operator).get("/v1/slo?window=1h").await.expect(200).json();
    assert_eq!((&empty["scope"], &empty["window"]), (&json!("installation"), &json!("1h")));
    assert!(level(&empty, "transcript_p95")["met"].is_null() && level(&empty, "reconnect")["measured"].is_null());

    let http = kit.http.with_bearer(&ours.key);
    let session = kit.session(&http, &json!({ "sessionId": "order-17" })).await;
    let mut stream = http.sse("/v1/realtime/sessions/order-17/stream?afterSequence=0", None).await;
    let seat = kit.join(&ours.key, &session, "caller").await;
    let room = text(&seat["transport"], "roomName");
    let identity = text(&seat["transport"], "participantIdentity");
    let hooks = kit.http.url("/v1/call/livekit/events");
    kit.fake.join(&room, &Person::standard(&identity));
    kit.fake.deliver(&hooks).await;
    kit.world.advance_ms(10_000);
    // Three seconds after it was said, and one at once.
    for (id, end_ms) in [("u1", 7_000), ("u2", 10_000)] {
        let words = json!({ "utteranceId": id, "speaker": "user", "text": "Hello", "startMs": 0, "endMs": end_ms });
        let event = json!({ "sessionId": session, "type": "transcript.final", "payload": words });
        http.post("/v1/realtime/events", &event).await.expect(201);
    }
    while stream.next().await.expect("an event").event != "transcript.final" {}
    kit.fake.leave(&room, &identity, DisconnectReason::ConnectionTimeout);
    kit.fake.deliver(&hooks).await;
    kit.world.advance_ms(3_600_000);
    for repair in &kit.repairs {
        repair.run(kit.world.now()).await.expect("repaired");
    }
    kit.recorder.write(false).await.expect("written");
    kit.world.advance_ms(60_000);

    let ask = async |user: &callboard_kernel::UserId, tenancy: &support::Tenancy| {
        let (cookie, _) = kit.sign_in(tenancy, user).await;
        let request = kit.http.request(reqwest::Method::GET, "/v1/slo?window=24h").header("cookie", cookie);
        callboard_testkit::Answer::of(request).await.expect(200).json()
    };
    let seen = ask(&ann, &ours).await;
    assert_eq!(seen["scope"], "tenant");
    assert_eq!(counted(&seen, "transcript_p95"), (1, 2), "{seen}");
    assert_eq!(level(&seen, "transcript_p95")["met"], false);
    assert_eq!(counted(&seen, "reconnect"), (0, 1), "{seen}");
    assert!(counted(&seen, "api_p95").1 >= 5 && counted(&seen, "event_visible_p95").1 >= 1, "{seen}");
    assert_eq!(counted(&seen, "availability"), (1, 1));
    let foreign = ask(&eve, &theirs).await;
    for objective in ["transcript_p95", "reconnect", "event_visible_p95"] {
        assert_eq!(counted(&foreign, objective), (0, 0), "{objective} of another tenant");
    }
    let all = kit.http.with_bearer(&operator).get("/v1/slo?window=24h").await.expect(200).json();
    assert_eq!(counted(&all, "transcript_p95"), (1, 2));
    assert!(counted(&all, "api_p95").1 > counted(&seen, "api_p95").1, "with those of no tenant: {all}");

    http.get("/v1/slo").await.expect_problem(403, "FORBIDDEN");
    kit.http.with_bearer(&operator).get("/v1/slo?window=1y").await.expect_problem(400, "VALIDATION_FAILED");
}

callboard_testkit::both_engines!(of_a_call, a_calls_levels);

/// A process on this place that answered `ok` requests well and `failed` ones with 5xx, and stopped.
async fn served(place: &Place, ok: u32, failed: u32) {
    let db = place.scratch.open();
    let settings = Settings {
        public_url: "http://callboard.test".to_owned(),
        cors_origins: Vec::new(),
        trusted_proxies: 0,
        secure_cookies: false,
    };
    let keys = Arc::new(Keyring::new(MasterKey::new("t", [7; 32]).expect("a key"), Vec::new()));
    let (log, world) = (Log::new(Vec::new()), FakeWorld::live(5));
    let app = App { db: db.clone(), log, world, keys, settings: Arc::new(settings) };
    let requests = Arc::new(Tallies::default());
    for (outcome, count) in [(Outcome::Ok, ok), (Outcome::Failed, failed)] {
        (0..count).for_each(|_| requests.of(None).request(outcome, 20));
    }
    Recorder::new(&app, requests).finish().await.expect("written");
    db.close().await;
}

/// The exit code is what a pipeline goes by.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_gate_ends_by_what_is_missed() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let gate = |window: &str| {
            let out = place.run(&["slo", "--window", window, "--gate"]);
            let said = String::from_utf8_lossy(&out.stderr).into_owned();
            (out.status.code(), said, process::text_of(&out))
        };
        // An empty store of this version.
        place.scratch.open().close().await;
        let (code, said, all) = gate("1h");
        assert!(code == Some(0) && said.starts_with("No target is missed; 0 met."), "{engine:?}: {all}");
        served(&place, 200, 0).await;
        let (code, said, all) = gate("1h");
        assert!(code == Some(0) && said.starts_with("No target is missed; 2 met."), "{engine:?}: {all}");
        served(&place, 0, 20).await;
        let (code, said, all) = gate("24h");
        assert!(code == Some(1) && said.starts_with("Missed: server_errors ("), "{engine:?}: {all}");
        assert!(!said.contains("api_p95"), "{engine:?} names what was met: {all}");
        // Without the gate it only tells.
        assert_eq!(place.run(&["slo"]).status.code(), Some(0));
    }
}
