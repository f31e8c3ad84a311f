//! Webhooks over HTTP, on both engines: made, signed, in order, again and again, and given up.

mod common;

use std::collections::BTreeMap;

use callboard_http::{Role, Scope};
use callboard_kernel::{Entropy, World as _, sha256};
use callboard_testkit::{Answer, both_engines};
use callboard_webhooks::{FAILING_MS, KEPT_MS, SPAN_MS};
use common::{House, Receiver, said, text, verify};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};

const ENDPOINTS: &str = "/v1/webhook-endpoints";
const HOUR_MS: i64 = 3_600_000;

both_engines!(events_arrive_signed_and_are_listed, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, secret) = h.endpoint(&to, &["call.*", "transcript.final"]).await;
    assert!(secret.starts_with("whsec_"), "{secret}");
    h.session("s").await;
    h.say("s", "hello").await;
    h.end("s").await;
    assert_eq!(h.see(&id).await["pending"], 3);
    h.run().await;
    let seen = to.seen();
    let types: Vec<String> = seen.iter().map(|r| text(&r.json(), "type")).collect();
    assert_eq!(types, ["call.started", "transcript.final", "call.ended"]);
    let log = h.key.get("/v1/realtime/sessions/s/events").await.expect(200).json();
    for (received, event) in seen.iter().zip(log["events"].as_array().expect("events")) {
        assert!(verify(&secret, received));
        assert!(!verify(&format!("whsec_{}", "A".repeat(44)), received));
        assert_eq!((&received.json()["data"], &received.json()["timestamp"]), (event, &event["ts"]));
        assert_eq!(received.timestamp, h.world.now().seconds());
    }
    let mut forged = seen[0].clone();
    forged.body = forged.body.replace("call.started", "call.stopped");
    assert!(!verify(&secret, &forged), "the body is signed");
    let list = h.deliveries(&id, "").await;
    assert_eq!(list.len(), 3);
    let d = &list[0];
    assert_eq!((&d["eventType"], &d["status"], &d["attempts"]), (&json!("call.ended"), &json!("delivered"), &json!(1)));
    assert_eq!((&d["sessionId"], &d["sequence"], &d["deliveryId"]), (&json!("s"), &json!(3), &json!(seen[2].id)));
    assert_eq!((&d["lastAttempt"]["status"], &d["lastAttempt"]["responseBody"]), (&json!(200), &json!("answer 200")));
    let detail = h.key.get(&format!("/v1/webhook-deliveries/{}", seen[2].id)).await.expect(200).json();
    assert_eq!((&detail["body"], detail["history"].as_array().map(Vec::len)), (&seen[2].json(), Some(1)));
    let endpoint = h.see(&id).await;
    assert_eq!(
        (&endpoint["pending"], &endpoint["lastAttempt"]["ok"], &endpoint["status"]),
        (&json!(0), &json!(true), &json!("enabled"))
    );
    assert_eq!(h.stats.counts().delivered, 3);
    assert_eq!(h.deliveries(&id, "&sessionId=other").await.len(), 0);
    assert_eq!(h.deliveries(&id, "&sessionId=s&status=delivered").await.len(), 3);
    assert_eq!(h.deliveries(&id, "&status=dead").await.len(), 0);
    // The log still follows from nothing but itself.
    let (db, log) = (h.app.db.clone(), h.app.log.clone());
    let report =
        tokio::task::spawn_blocking(move || callboard_eventlog::verify::verify(&db, &log)).await.expect("joined");
    assert_eq!(report.expect("a report").findings, Vec::<String>::new());
});

both_engines!(only_what_was_chosen_and_only_from_then_on, |db| async move {
    let h = House::open(db).await;
    h.session("before").await;
    let (finals, all) = (Receiver::answering(200).await, Receiver::answering(204).await);
    let (few, _) = h.endpoint(&finals, &["transcript.final"]).await;
    let (every, _) = h.endpoint(&all, &["*"]).await;
    h.session("s").await;
    h.say("s", "one").await;
    h.key.post("/v1/realtime/events", &said("s", "one")).await.expect(200);
    h.run().await;
    assert_eq!(finals.accepted("s"), [2], "a repeated event is one event");
    assert_eq!(all.accepted("s"), [1, 2]);
    let foreign = h.foreign().await;
    foreign.post("/v1/call/sessions", &json!({ "sessionId": "theirs" })).await.expect(201);
    h.run().await;
    assert_eq!(all.accepted("theirs"), Vec::<i64>::new(), "another tenant's events stay there");
    let patch = json!({ "eventTypes": ["call.ended"], "description": "Ends" });
    let changed = h.key.patch(&format!("{ENDPOINTS}/{few}"), &patch).await.expect(200).json();
    assert_eq!((&changed["eventTypes"], &changed["description"]), (&json!(["call.ended"]), &json!("Ends")));
    h.say("s", "two").await;
    h.end("s").await;
    h.run().await;
    assert_eq!((finals.accepted("s"), all.accepted("s")), (vec![2, 4], vec![1, 2, 3, 4]));
    h.key.delete(&format!("{ENDPOINTS}/{every}")).await.expect(204);
    h.session("after").await;
    h.run().await;
    assert_eq!(all.accepted("after"), Vec::<i64>::new());
    h.key.delete(&format!("{ENDPOINTS}/{every}")).await.expect_problem(404, "NOT_FOUND");
});

/// A receiver that fails at random: by seed, event and attempt, so that a run repeats whatever the order of calls. Each
/// event gets through in the end.
fn moody(
    seed: u64,
) -> impl Fn(&common::Received) -> (u16, Vec<(&'static str, String)>, String) + Send + Sync + 'static {
    let attempts: Mutex<BTreeMap<String, u64>> = Mutex::default();
    move |received| {
        let (session, sequence) = received.place();
        let nth = attempts.lock().entry(received.id.clone()).and_modify(|n| *n += 1).or_insert(1).to_owned();
        let what = format!("{seed} {session} {sequence} {nth}");
        let roll = Entropy::from_seed(sha256(&[what.as_bytes()])).below(6);
        let status = [200, 200, 500, 503, 404, 302][usize::try_from(roll).expect("small")];
        (if nth > 6 { 200 } else { status }, Vec::new(), String::new())
    }
}

both_engines!(order_holds_per_session_whatever_fails, |db| async move {
    let h = House::open(db).await;
    for seed in [1, 2] {
        let to = Receiver::scripted(moody(seed)).await;
        let (id, secret) = h.endpoint(&to, &["transcript.final"]).await;
        let sessions: Vec<String> = (0..4).map(|n| format!("s{seed}-{n}")).collect();
        for session in &sessions {
            h.session(session).await;
        }
        for n in 0..8 {
            for session in &sessions {
                h.say(session, &n.to_string()).await;
            }
            // Some leave while others are still being made.
            h.run().await;
        }
        h.run_all(&[&id]).await;
        for session in &sessions {
            assert_eq!(to.accepted(session), (2..=9).collect::<Vec<i64>>(), "seed {seed} {session}");
        }
        let mut ids: BTreeMap<(String, i64), String> = BTreeMap::new();
        for received in to.seen() {
            assert!(verify(&secret, &received));
            assert_eq!(
                *ids.entry(received.place()).or_insert(received.id.clone()),
                received.id,
                "a repeat keeps its id"
            );
        }
        assert_eq!(ids.len(), 32);
        assert!(to.seen().len() > 40, "it did fail: {}", to.seen().len());
        assert!(h.deliveries(&id, "").await.iter().all(|d| d["status"] == "delivered"));
    }
});

both_engines!(a_process_that_dies_in_the_middle_is_taken_over, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(0).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    h.say("s", "one").await;
    // The first process posts and never hears an answer: to the store it is as good as dead.
    let first = h.other_worker();
    assert_eq!(first.start_due().await.expect("ran"), 1);
    to.arrived(1).await;
    to.now_answers(200);
    h.run().await;
    assert_eq!(to.seen().len(), 1, "its lease still holds");
    h.world.advance_ms(31_000);
    h.run().await;
    assert_eq!(to.accepted("s"), [1, 2]);
    let seen = to.seen();
    assert_eq!((seen.len(), seen[0].id == seen[1].id), (3, true), "at least once, under one id");
    assert!(h.deliveries(&id, "").await.iter().all(|d| d["status"] == "delivered"));
});

both_engines!(an_endpoint_that_stays_dead_is_disabled_and_holds_up_nobody, |db| async move {
    let h = House::open(db).await;
    let (dead, well) = (Receiver::answering(500).await, Receiver::answering(200).await);
    let (bad, _) = h.endpoint(&dead, &["*"]).await;
    let (good, _) = h.endpoint(&well, &["*"]).await;
    h.session("s").await;
    let begun = h.world.now();
    h.say("s", "one").await;
    h.run().await;
    assert_eq!((well.accepted("s"), dead.seen().len()), (vec![1, 2], 1));
    let waits = h.deliveries(&bad, "").await;
    assert_eq!(
        (&waits[0]["attempts"], waits[0].get("nextAttemptAt")),
        (&json!(0), None),
        "the second waits for the first"
    );
    h.run_all(&[&bad, &good]).await;
    assert_eq!(h.world.now().since_ms(begun), SPAN_MS, "the last attempt is at three days");
    assert!((16..=18).contains(&dead.seen().len()), "{}", dead.seen().len());
    let endpoint = h.see(&bad).await;
    assert_eq!(
        (&endpoint["status"], &endpoint["disabledReason"], &endpoint["pending"]),
        (&json!("disabled"), &json!("failing"), &json!(0))
    );
    assert_eq!(text(&endpoint, "failingSince"), begun.to_string());
    assert_eq!(endpoint["lastAttempt"]["error"], "it answered 500");
    let list = h.deliveries(&bad, "").await;
    assert_eq!((&list[0]["status"], &list[1]["status"]), (&json!("cancelled"), &json!("dead")));
    let audit = h.audited("webhook.disable").await;
    assert_eq!((audit.len(), audit[0].0.as_str(), &audit[0].1["status"]), (1, "system", &json!(500)));
    assert_eq!(h.stats.counts().disabled, 1);
    let history = h.key.get(&format!("/v1/webhook-deliveries/{}", text(&list[1], "deliveryId"))).await.json();
    assert_eq!(history["history"].as_array().map(Vec::len), Some(dead.seen().len()));
    // What happens meanwhile is noted and can be sent once somebody has mended it.
    h.say("s", "two").await;
    h.run().await;
    assert_eq!(well.accepted("s"), [1, 2, 3]);
    assert_eq!(h.deliveries(&bad, "&status=cancelled").await.len(), 2);
    let path = format!("{ENDPOINTS}/{bad}");
    for (verb, body) in [("test", json!({})), ("resend", json!({ "since": begun.to_string() }))] {
        h.key.post(&format!("{path}/{verb}"), &body).await.expect_problem(409, "WEBHOOK_DISABLED");
    }
    dead.clear();
    dead.now_answers(200);
    let enabled = h.key.patch(&path, &json!({ "status": "enabled" })).await.expect(200).json();
    assert_eq!((&enabled["status"], enabled.get("failingSince")), (&json!("enabled"), None));
    let resent = h.key.post(&format!("{path}/resend"), &json!({ "since": begun.to_string() })).await.expect(202).json();
    assert_eq!(resent["queued"], 3);
    h.say("s", "three").await;
    h.run().await;
    assert_eq!(dead.accepted("s"), [1, 2, 3, 4]);
});

both_engines!(one_success_keeps_an_endpoint_and_gone_ends_it_at_once, |db| async move {
    let h = House::open(db).await;
    // Refuses one session for ever, takes the others.
    let picky =
        Receiver::scripted(|r| (if r.place().0 == "poison" { 500 } else { 200 }, Vec::new(), String::new())).await;
    let (id, _) = h.endpoint(&picky, &["*"]).await;
    h.session("poison").await;
    for n in 0..4 {
        h.session(&format!("s{n}")).await;
        h.run().await;
        h.world.advance_ms(FAILING_MS / 4);
        h.run().await;
    }
    h.world.advance_ms(SPAN_MS - FAILING_MS);
    h.run().await;
    assert_eq!(h.see(&id).await["status"], "enabled");
    let poisoned = h.deliveries(&id, "&sessionId=poison").await;
    assert!(poisoned.iter().any(|d| d["status"] == "dead"), "{poisoned:?}");
    h.key.delete(&format!("{ENDPOINTS}/{id}")).await.expect(204);

    let gone = Receiver::answering(410).await;
    let (id, _) = h.endpoint(&gone, &["*"]).await;
    h.session("x").await;
    h.session("y").await;
    h.run().await;
    let endpoint = h.see(&id).await;
    assert_eq!(
        (&endpoint["status"], &endpoint["disabledReason"], &endpoint["pending"]),
        (&json!("disabled"), &json!("failing"), &json!(0))
    );
    assert_eq!(h.audited("webhook.disable").await[0].1["because"], "it answered 410 Gone");
});

both_engines!(both_secrets_sign_while_they_overlap, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, old) = h.endpoint(&to, &["*"]).await;
    let path = format!("{ENDPOINTS}/{id}/rotate");
    let ask =
        || h.key.request(Method::POST, &path).header("idempotency-key", "r").json(&json!({ "overlapSeconds": 3600 }));
    let first = Answer::of(ask()).await.expect(200).json();
    let new = text(&first, "secret");
    assert_eq!(
        (first["secretShown"].as_bool(), text(&first["endpoint"], "previousSecretExpiresAt")),
        (Some(true), h.world.now().plus_ms(HOUR_MS).to_string())
    );
    let again = Answer::of(ask()).await.expect(200);
    assert_eq!(
        (again.json().get("secret"), again.json()["secretShown"].as_bool(), again.header("idempotency-replayed")),
        (None, Some(false), Some("true"))
    );
    h.session("a").await;
    h.run().await;
    let both = &to.seen()[0];
    assert_eq!((both.signatures.len(), verify(&old, both), verify(&new, both)), (2, true, true));
    assert_eq!(both.signatures.iter().filter(|s| s.starts_with("v1,")).count(), 2);
    h.world.advance_ms(HOUR_MS);
    h.session("b").await;
    h.run().await;
    let one = &to.seen()[1];
    assert_eq!((one.signatures.len(), verify(&old, one), verify(&new, one)), (1, false, true));
    assert_eq!(h.see(&id).await.get("previousSecretExpiresAt"), None);
    for bad in [-1, 604_801] {
        h.key.post(&path, &json!({ "overlapSeconds": bad })).await.expect_problem(400, "VALIDATION_FAILED");
    }
    let at_once = h.key.post(&path, &json!({ "overlapSeconds": 0 })).await.expect(200).json();
    h.session("c").await;
    h.run().await;
    let last = &to.seen()[2];
    assert_eq!((last.signatures.len(), verify(&text(&at_once, "secret"), last)), (1, true));
});

both_engines!(deliveries_are_sent_again_by_hand, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    h.run().await;
    h.world.advance_ms(HOUR_MS);
    let since = h.world.now();
    for n in 0..3 {
        h.say("s", &n.to_string()).await;
    }
    h.run().await;
    let first = to.seen()[1].id.clone();
    let one = format!("/v1/webhook-deliveries/{first}/resend");
    let queued = h.key.post(&one, &json!({})).await.expect(202).json();
    assert_eq!((&queued["delivery"]["status"], &queued["delivery"]["deliveryId"]), (&json!("pending"), &json!(first)));
    h.run().await;
    assert_eq!((to.seen().len(), &to.seen()[4].id, to.seen()[4].place().1), (5, &first, 2));
    assert_eq!(h.deliveries(&id, "").await[2]["attempts"], 2);
    // A span, once per key, in order.
    let path = format!("{ENDPOINTS}/{id}/resend");
    let span = json!({ "since": since.to_string() });
    h.world.advance_ms(1);
    for replayed in [None, Some("true")] {
        let ask = h.key.request(Method::POST, &path).header("idempotency-key", "again").json(&span);
        let answer = Answer::of(ask).await.expect(202);
        assert_eq!((&answer.json()["queued"], answer.header("idempotency-replayed")), (&json!(3), replayed));
        h.run().await;
    }
    assert_eq!(to.accepted("s"), [1, 2, 3, 4, 2, 2, 3, 4]);
    for body in [
        json!({ "since": h.world.now().plus_ms(1).to_string() }),
        json!({}),
        json!({ "since": since.to_string(), "until": since.to_string() }),
        json!({ "since": "yesterday" }),
    ] {
        h.key.post(&path, &body).await.expect_problem(400, "VALIDATION_FAILED");
    }
    // One that waits for its next attempt is tried at once, and what came before it in its session goes first.
    to.now_answers(503);
    h.say("s", "x").await;
    h.say("s", "y").await;
    h.run().await;
    to.clear();
    to.now_answers(200);
    h.run().await;
    assert_eq!(to.accepted("s"), Vec::<i64>::new(), "it waits for its time");
    let waiting = text(&h.deliveries(&id, "").await[1], "deliveryId");
    h.key.post(&format!("/v1/webhook-deliveries/{waiting}/resend"), &json!({})).await.expect(202);
    h.key.post(&one, &json!({})).await.expect(202);
    h.run().await;
    assert_eq!(to.accepted("s"), [2, 5, 6]);
});

both_engines!(a_long_resend_goes_on_by_itself, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    let since = h.world.now();
    h.key.patch(&format!("{ENDPOINTS}/{id}"), &json!({ "status": "disabled" })).await.expect(200);
    for session in ["a", "b"] {
        h.session(session).await;
        let events: Vec<Value> = (0..299).map(|n| said(session, &n.to_string())).collect();
        h.key.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
    }
    h.key.patch(&format!("{ENDPOINTS}/{id}"), &json!({ "status": "enabled" })).await.expect(200);
    h.world.advance_ms(1);
    let path = format!("{ENDPOINTS}/{id}/resend");
    assert_eq!(h.key.post(&path, &json!({ "since": since.to_string() })).await.expect(202).json()["queued"], 600);
    assert_eq!(h.see(&id).await["pending"], 600);
    h.run().await;
    let whole: Vec<i64> = (1..=300).collect();
    assert_eq!((to.accepted("a") == whole, to.accepted("b") == whole), (true, true));
});

both_engines!(disabled_by_hand_cancels_and_forgets_in_time, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(500).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    let path = format!("{ENDPOINTS}/{id}");
    h.session("s").await;
    h.say("s", "one").await;
    h.run().await;
    let stale = h.key.request(Method::PATCH, &path).header("if-match", "\"9\"").json(&json!({ "status": "disabled" }));
    Answer::of(stale).await.expect_problem(412, "PRECONDITION_FAILED");
    let off = h.key.patch(&path, &json!({ "status": "disabled" })).await.expect(200).json();
    assert_eq!((&off["disabledReason"], &off["pending"]), (&json!("by_hand"), &json!(0)));
    assert!(h.deliveries(&id, "").await.iter().all(|d| d["status"] == "cancelled"));
    to.clear();
    h.world.advance_ms(HOUR_MS);
    h.run().await;
    assert!(to.seen().is_empty(), "nothing goes to a disabled endpoint");
    assert_eq!(h.audited("webhook.update").await[0].0, "key");
    h.repair().await;
    assert_eq!(h.deliveries(&id, "").await.len(), 2);
    h.world.advance_ms(KEPT_MS);
    let (tenant, before) = (h.tenant.clone(), h.world.now().plus_ms(-KEPT_MS));
    let gone = h.app.db.write(move |tx| callboard_webhooks::forget_deliveries(tx, &tenant, before)).await;
    assert_eq!(gone.expect("forgotten"), 2);
    assert_eq!(h.deliveries(&id, "").await.len(), 0, "settled deliveries are kept for 30 days");
    h.say("s", "two").await;
    assert_eq!(h.deliveries(&id, "").await.len(), 0, "after 30 days nothing is noted for it any more");
});

both_engines!(tests_and_long_answers, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::scripted(|_| (200, Vec::new(), "x".repeat(9_000))).await;
    let (id, secret) = h.endpoint(&to, &["call.ended"]).await;
    let queued = h.key.post(&format!("{ENDPOINTS}/{id}/test"), &json!({})).await.expect(202).json();
    let delivery = text(&queued["delivery"], "deliveryId");
    assert_eq!((&queued["delivery"]["eventType"], queued["delivery"].get("sessionId")), (&json!("webhook.test"), None));
    h.run().await;
    let seen = to.seen();
    assert_eq!((seen.len(), &seen[0].id, verify(&secret, &seen[0])), (1, &delivery, true));
    assert_eq!((&seen[0].json()["type"], &seen[0].json()["data"]["endpointId"]), (&json!("webhook.test"), &json!(id)));
    let detail = h.key.get(&format!("/v1/webhook-deliveries/{delivery}")).await.expect(200).json();
    assert_eq!(detail["lastAttempt"]["responseBody"].as_str().map(str::len), Some(4096));
    assert_eq!(detail["body"], seen[0].json());
    // An endpoint that asks for more time gets it.
    let busy = Receiver::scripted(|_| (429, vec![("retry-after", "600".to_owned())], String::new())).await;
    let (id, _) = h.endpoint(&busy, &["*"]).await;
    h.session("s").await;
    h.run().await;
    assert_eq!(text(&h.deliveries(&id, "").await[0], "nextAttemptAt"), h.world.now().plus_ms(600_000).to_string());
    // History is bounded.
    busy.now_answers(200);
    let one = format!("/v1/webhook-deliveries/{delivery}");
    for _again in 0..31 {
        h.key.post(&format!("{one}/resend"), &json!({})).await.expect(202);
        h.run().await;
    }
    let detail = h.key.get(&one).await.expect(200).json();
    assert_eq!((&detail["attempts"], detail["history"].as_array().map(Vec::len)), (&json!(32), Some(30)));
});

both_engines!(a_slow_endpoint_takes_its_share_and_no_more, |db| async move {
    let h = House::open(db).await;
    let (slow, quick) = (Receiver::answering(0).await, Receiver::answering(200).await);
    let (_, _) = h.endpoint(&slow, &["*"]).await;
    let (_, _) = h.endpoint(&quick, &["*"]).await;
    for n in 0..40 {
        h.session(&format!("s{n}")).await;
    }
    // Nobody waits for the slow one: attempts at it stay under way.
    while h.worker.start_due().await.expect("ran") > 0 || quick.seen().len() < 40 {
        tokio::time::timeout(std::time::Duration::from_secs(10), h.worker.landed()).await.expect("something lands");
    }
    assert_eq!(quick.seen().len(), 40);
    slow.arrived(8).await;
    assert_eq!(slow.seen().len(), 8, "eight at once at one endpoint");
});

both_engines!(limits_scopes_and_foreign_endpoints, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let good = json!({ "url": to.url, "eventTypes": ["*"] });
    let ask = |key: &str| h.key.request(Method::POST, ENDPOINTS).header("idempotency-key", key).json(&good);
    let made = Answer::of(ask("k")).await.expect(201);
    let id = text(&made.json()["endpoint"], "endpointId");
    assert_eq!(made.header("location"), Some(format!("{ENDPOINTS}/{id}").as_str()));
    let again = Answer::of(ask("k")).await.expect(201).json();
    assert_eq!(
        (again.get("secret"), &again["secretShown"], text(&again["endpoint"], "endpointId")),
        (None, &json!(false), id.clone())
    );
    h.session("s").await;
    h.run().await;
    let delivery = to.seen()[0].id.clone();
    let foreign = h.foreign().await;
    for (method, path, body) in [
        (Method::GET, format!("{ENDPOINTS}/{id}"), Value::Null),
        (Method::PATCH, format!("{ENDPOINTS}/{id}"), json!({ "status": "disabled" })),
        (Method::DELETE, format!("{ENDPOINTS}/{id}"), Value::Null),
        (Method::POST, format!("{ENDPOINTS}/{id}/rotate"), json!({})),
        (Method::POST, format!("{ENDPOINTS}/{id}/test"), json!({})),
        (Method::POST, format!("{ENDPOINTS}/{id}/resend"), json!({ "since": "2026-01-01T00:00:00Z" })),
        (Method::GET, format!("{ENDPOINTS}/{id}/deliveries"), Value::Null),
        (Method::GET, format!("/v1/webhook-deliveries/{delivery}"), Value::Null),
        (Method::POST, format!("/v1/webhook-deliveries/{delivery}/resend"), json!({})),
    ] {
        let request = foreign.request(method, &path);
        let request = if body.is_null() { request } else { request.json(&body) };
        Answer::of(request).await.expect_problem(404, "NOT_FOUND");
    }
    assert_eq!(foreign.get(ENDPOINTS).await.expect(200).json()["items"], json!([]));
    assert_eq!(h.see(&id).await["status"], "enabled");
    let reader = h.key_of(&h.tenant, &[Scope::EventsRead]);
    reader.get(ENDPOINTS).await.expect_problem(403, "FORBIDDEN");
    h.user(&[Role::Viewer]).get(ENDPOINTS).await.expect_problem(403, "FORBIDDEN");
    h.user(&[Role::Operator]).get(ENDPOINTS).await.expect(200);
    h.user(&[Role::Operator]).post(ENDPOINTS, &good).await.expect_problem(403, "FORBIDDEN");
    for _more in 1..20 {
        h.key.post(ENDPOINTS, &good).await.expect(201);
    }
    let full = h.key.post(ENDPOINTS, &good).await.expect_problem(409, "WEBHOOK_LIMIT");
    assert_eq!(full["limit"], 20);
    let list = h.key.get(&format!("{ENDPOINTS}?limit=15")).await.expect(200).json();
    let rest =
        h.key.get(&format!("{ENDPOINTS}?limit=15&cursor={}", text(&list, "nextCursor"))).await.expect(200).json();
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["nextCursor"]), (Some(5), &Value::Null));
    h.key.delete(&format!("{ENDPOINTS}/{id}")).await.expect(204);
    h.key.post(ENDPOINTS, &good).await.expect(201);
});

both_engines!(every_text_is_good, |db| async move {
    let checked = tokio::task::spawn_blocking(move || db.prepare_all(*callboard_webhooks::ALL_SQL)).await;
    checked.expect("joined").expect("every text is good");
});
