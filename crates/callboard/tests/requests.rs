//! The request log on the running product: what of a call's life is in it, by whom, and what is not.

mod support;

use callboard_store::Db;
use callboard_testkit::fake_livekit::Person;
use serde_json::{Value, json};
use support::{Kit, TENANT_SCOPES, text};

async fn requests(kit: &Kit, key: &str, query: &str) -> Vec<(String, u64, String)> {
    let page = kit.http.with_bearer(key).get(&format!("/v1/requests?{query}")).await.expect(200).json();
    let row = |r: &Value| {
        let what = format!("{} {}", text(r, "method"), text(r, "route"));
        (what, r["status"].as_u64().expect("a status"), text(&r["principal"], "kind"))
    };
    page["items"].as_array().expect("items").iter().map(row).collect()
}

/// A call from its making to its end: everything that somebody known asked to change, in order, and nothing else.
async fn a_calls_requests(db: Db) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let theirs = kit.tenant("theirs", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    let session = kit.session(&http, &json!({ "sessionId": "order-17" })).await;
    let path = format!("/v1/call/sessions/{session}");
    let seat = kit.join(&ours.key, &session, "caller").await;
    let guest = kit.http.with_bearer(text(&seat, "pass"));
    let room = text(&seat["transport"], "roomName");
    kit.fake.join(&room, &Person::standard(&text(&seat["transport"], "participantIdentity")));
    kit.fake.deliver(&kit.http.url("/v1/call/livekit/events")).await;
    let words = json!({ "utteranceId": "u", "speaker": "user", "text": "Hello", "startMs": 0, "endMs": 5 });
    let event = json!({ "sessionId": session, "type": "transcript.final", "payload": words });
    guest.post("/v1/realtime/events", &event).await.expect(201);
    let place = json!({ "consumerId": "c", "sequence": 1 });
    guest.post(&format!("/v1/realtime/sessions/{session}/checkpoint"), &place).await.expect(200);
    http.get(&path).await.expect(200);
    kit.http.with_bearer(&theirs.key).post(&format!("{path}/state"), &json!({ "status": "ended" })).await.expect(404);
    http.post(&format!("{path}/state"), &json!({ "status": "flying" })).await.expect_problem(400, "VALIDATION_FAILED");
    http.patch(&path, &json!({ "metadata": { "title": "Dinner" } })).await.expect(200);
    guest.patch(&path, &json!({ "metadata": {} })).await.expect_problem(403, "FORBIDDEN");
    guest.post(&format!("{path}/leave"), &json!({})).await.expect(200);
    http.post(&format!("{path}/state"), &json!({ "status": "ended" })).await.expect(200);
    kit.requests.flush().await.expect("written");

    let mut seen = requests(&kit, &ours.key, "sessionId=order-17").await;
    seen.reverse();
    let one = "/v1/call/sessions/{sessionId}";
    let row = |what: String, status, kind: &str| (what, status, kind.to_owned());
    let expected = [
        row("POST /v1/call/sessions".to_owned(), 201, "key"),
        row(format!("POST {one}/join-links"), 201, "key"),
        row(format!("POST {one}/state"), 400, "key"),
        row(format!("PATCH {one}"), 200, "key"),
        row(format!("PATCH {one}"), 403, "pass"),
        row(format!("POST {one}/leave"), 200, "pass"),
        row(format!("POST {one}/state"), 200, "key"),
    ];
    // The clock of the kit stands still, so that rows of one instant are in the order of their ids.
    for row in &expected {
        let n = expected.iter().filter(|r| *r == row).count();
        assert_eq!(seen.iter().filter(|s| *s == row).count(), n, "{row:?} in {seen:?}");
    }
    assert_eq!(seen.len(), expected.len(), "neither data nor reading nor another tenant's: {seen:?}");
    let foreign = requests(&kit, &theirs.key, "sessionId=order-17").await;
    assert_eq!(foreign, [row(format!("POST {one}/state"), 404, "key")], "their own refusal is theirs");
    let metrics = kit.http.get("/metrics").await.expect(200).text();
    assert!(metrics.contains("callboard_request_log_dropped_total{reason=\"full\"} 0"), "{metrics}");
}

callboard_testkit::both_engines!(of_a_call, a_calls_requests);
