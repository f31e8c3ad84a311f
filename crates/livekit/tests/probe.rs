//! The connection test, and an installation without LiveKit.

mod common;

use callboard_store::Engine;
use callboard_testkit::engines::Scratch;
use callboard_testkit::fake_livekit::{Fault, FaultKind, Signer};
use common::Kit;
use serde_json::{Value, json};

async fn steps(kit: &Kit) -> (bool, Vec<(String, bool, String)>) {
    let report = kit.http.post("/v1/provider/test", &json!({})).await.expect(200).json();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let steps = report["steps"].as_array().expect("steps").iter();
    let steps = steps.map(|s| (text(&s["step"]), s["ok"] == true, text(&s["detail"]))).collect();
    (report["ok"] == true, steps)
}

fn last(steps: &[(String, bool, String)]) -> (&str, bool, &str) {
    steps.last().map(|(s, ok, d)| (s.as_str(), *ok, d.as_str())).expect("a step")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_says_where_it_fails() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open(), 31).await;
    // The clock of the test server is the machine's, so ours must be too for the step about clocks.
    kit.world.set(callboard_testkit::machine_now());

    let (ok, seen) = steps(&kit).await;
    let (step, good, detail) = last(&seen);
    assert!(!ok && step == "webhook" && !good, "nobody delivers: {seen:?}");
    assert!(detail.contains("http://callboard.test/v1/call/livekit/events"), "{detail}");
    kit.fake.take_webhooks();

    let sender = kit.fake.deliver_live(&kit.webhook());
    let (ok, seen) = steps(&kit).await;
    assert!(ok, "{seen:?}");
    let names: Vec<&str> = seen.iter().map(|(s, ..)| s.as_str()).collect();
    assert_eq!(names, ["configured", "connect", "clock", "apiKey", "room", "webhook"]);
    assert!(seen.iter().all(|(.., detail)| !detail.contains("fake-livekit-secret")), "{seen:?}");
    sender.abort();

    kit.world.advance_ms(45_000);
    let (_, seen) = steps(&kit).await;
    assert!(last(&seen).0 == "clock" && last(&seen).2.contains("behind"), "{seen:?}");
    kit.world.set(callboard_testkit::machine_now());

    kit.fake.fault(Fault::always(FaultKind::Refuse(503, "unavailable")));
    let (_, seen) = steps(&kit).await;
    assert!(last(&seen).0 == "apiKey" && last(&seen).2.contains("unavailable"), "{seen:?}");
    kit.fake.heal();

    kit.fake.unplug().await;
    let (_, seen) = steps(&kit).await;
    assert!(last(&seen).0 == "connect" && last(&seen).2.contains("no answer"), "{seen:?}");
    assert_eq!(seen.len(), 2, "steps after a failed one are not tried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_webhook_is_named_by_its_reason() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open(), 32).await;
    kit.world.set(callboard_testkit::machine_now());
    let (fake, url, world) = (kit.fake.clone(), kit.webhook(), kit.world.clone());
    // LiveKit signs with another secret than ours.
    let sender = tokio::spawn(async move {
        use callboard_kernel::World as _;
        let stranger = Signer::new(callboard_testkit::fake_livekit::API_KEY, "another-secret");
        loop {
            for webhook in fake.take_webhooks() {
                let signed = stranger.sign(&webhook.body, world.now());
                let client = callboard_testkit::http_client();
                let request = client.post(&url).header("authorization", signed.authorization.unwrap_or_default());
                request.body(signed.body).send().await.expect("an answer");
            }
            tokio::task::yield_now().await;
        }
    });
    let (ok, seen) = steps(&kit).await;
    sender.abort();
    assert!(!ok && last(&seen).0 == "webhook" && last(&seen).2.contains("rejected (signature)"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_livekit_the_routes_say_so() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open(), 33).await;
    let (http, _) = common::serve(&kit.app, vec![callboard_livekit::module(kit.app.clone(), None, Vec::new())]).await;
    let answer = http.post("/v1/call/livekit/events", &json!({})).await;
    answer.expect_problem(503, "LIVEKIT_UNAVAILABLE");
    let report = http.post("/v1/provider/test", &json!({})).await.expect(200).json();
    assert_eq!((&report["ok"], &report["steps"][0]["step"]), (&json!(false), &json!("configured")));
    http.get("/v1/provider/receipts").await.expect(200).json();
}
