//! The fake server against LiveKit's own types and against what was recorded from a real one.

use callboard_testkit::fake_livekit::{API_KEY, API_SECRET, Fault, FaultKind, Forgery, Person, Plan, Signer, Webhook};
use callboard_testkit::livekit_proto::{DisconnectReason, ListParticipantsResponse, WebhookEvent};
use callboard_testkit::{Answer, FakeLiveKit, FakeWorld, START, TestApp, http_client};
use prost::Message;
use serde_json::{Value, json};

async fn call(fake: &FakeLiveKit, method: &str, grants: Value, body: Value) -> Answer {
    let now = callboard_testkit::machine_now().seconds();
    let claims = json!({ "iss": API_KEY, "nbf": now, "exp": now + 60, "video": grants });
    let token = bearer(&claims, API_SECRET);
    let app = TestApp::attach(fake.url()).with_bearer(token);
    app.post(&format!("/twirp/livekit.RoomService/{method}"), &body).await
}

/// A JWT made with nothing of the fake's own code.
fn bearer(claims: &Value, secret: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    use hmac::{KeyInit as _, Mac as _};
    let text = format!("{}.{}", B64.encode(r#"{"alg":"HS256"}"#), B64.encode(claims.to_string()));
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    format!("{text}.{}", B64.encode(mac.finalize().into_bytes()))
}

fn events(webhooks: &[Webhook]) -> Vec<&str> {
    webhooks.iter().map(|w| w.event.as_str()).collect()
}

#[tokio::test]
async fn bodies_have_the_shapes_of_the_real_server() {
    let fake = FakeLiveKit::start(FakeWorld::manual(1)).await;
    let sid = fake.join("cb_room", &Person::standard("caller_1").named("Ann"));
    fake.publish("cb_room", "caller_1");
    fake.leave("cb_room", "caller_1", DisconnectReason::ClientInitiated);
    let sent = fake.take_webhooks();
    let names = ["room_started", "participant_joined", "track_published", "track_unpublished", "participant_left"];
    assert_eq!(events(&sent), names);
    let body = |at: usize| serde_json::from_str::<Value>(&sent[at].body).expect("JSON");
    let started = body(0);
    assert_eq!(started["createdAt"], START.seconds().to_string());
    assert_eq!(started["room"]["creationTimeMs"], START.millis().to_string());
    assert_eq!(started["room"]["emptyTimeout"], 300);
    assert_eq!(started["room"]["enabledCodecs"].as_array().map(Vec::len), Some(10));
    assert!(started["room"]["turnPassword"].as_str().is_some_and(|p| p.starts_with("TURNPASSWORD")));
    assert!(sent[0].body.starts_with(r#"{"event":"room_started","room":{"sid":"RM_"#), "{}", sent[0].body);
    let joined = body(1);
    assert_eq!(joined["participant"]["state"], "ACTIVE");
    assert_eq!(joined["participant"]["sid"], sid);
    assert_eq!(joined["participant"].get("kind"), None, "the zero value is absent");
    let track = body(2);
    assert_eq!(track["track"]["source"], "MICROPHONE");
    assert_eq!(track["track"].get("type"), None, "audio is the zero value");
    assert_eq!(track["room"].as_object().map(serde_json::Map::len), Some(2), "id and name only");
    let left = body(4);
    assert_eq!(left["participant"]["disconnectReason"], "CLIENT_INITIATED");
    assert_eq!(left["participant"]["isPublisher"], true);
    for webhook in &sent {
        let read: WebhookEvent = serde_json::from_str(&webhook.body).expect("LiveKit's own types read it");
        assert_eq!(read.id, webhook.id);
    }
}

#[tokio::test]
async fn the_api_speaks_both_encodings_and_checks_grants() {
    let fake = FakeLiveKit::start(FakeWorld::manual(2)).await;
    let made =
        call(&fake, "CreateRoom", json!({ "roomCreate": true }), json!({ "name": "r", "emptyTimeout": 900 })).await;
    let made = made.expect(200).json();
    assert_eq!(made["empty_timeout"], 900, "JSON answers use the protocol's field names");
    let again =
        call(&fake, "CreateRoom", json!({ "roomCreate": true }), json!({ "name": "r" })).await.expect(200).json();
    assert_eq!(made["sid"], again["sid"]);
    let admin = json!({ "roomAdmin": true, "room": "r" });
    for (method, grants, status) in [
        ("CreateRoom", json!({}), 401),
        ("ListRooms", json!({ "roomCreate": true }), 401),
        ("ListParticipants", json!({ "roomAdmin": true, "room": "other" }), 401),
        ("ListParticipants", admin.clone(), 200),
        ("RemoveParticipant", admin.clone(), 404),
        ("NoSuchMethod", admin, 404),
    ] {
        let answer = call(&fake, method, grants, json!({ "room": "r", "identity": "nobody" })).await;
        assert_eq!(answer.status, status, "{method}: {}", answer.text());
    }
    fake.join("r", &Person::ringing_phone("sip_1"));
    let now = callboard_testkit::machine_now().seconds();
    let claims = json!({ "iss": API_KEY, "nbf": now, "exp": now + 60, "video": { "roomAdmin": true, "room": "r" } });
    let request = http_client()
        .post(format!("{}/twirp/livekit.RoomService/ListParticipants", fake.url()))
        .header("content-type", "application/protobuf")
        .bearer_auth(bearer(&claims, API_SECRET))
        .body(b"\x0a\x01r".to_vec());
    let answer = Answer::of(request).await.expect(200);
    let list = ListParticipantsResponse::decode(answer.body).expect("protobuf");
    assert_eq!(list.participants[0].attributes["sip.callStatus"], "ringing");
    let forged = TestApp::attach(fake.url()).with_bearer(bearer(&claims, "wrong"));
    let refused = forged.post("/twirp/livekit.RoomService/ListParticipants", &json!({ "room": "r" })).await.expect(401);
    assert!(refused.text().starts_with("invalid token"), "plain text, as the real server: {}", refused.text());
}

#[tokio::test]
async fn faults_hit_what_they_name_and_heal() {
    let fake = FakeLiveKit::start(FakeWorld::manual(3)).await;
    let list = || call(&fake, "ListRooms", json!({ "roomList": true }), json!({}));
    fake.fault(Fault::once("ListRooms", FaultKind::Refuse(503, "unavailable")));
    assert_eq!(list().await.status, 503);
    assert_eq!(list().await.status, 200);
    fake.fault(Fault::always(FaultKind::Garbage));
    assert!(list().await.text().starts_with("<html>"));
    fake.heal();
    assert_eq!(list().await.status, 200);
    fake.unplug().await;
    assert!(http_client().get(fake.url()).send().await.is_err());
    fake.replug().await;
    assert_eq!(list().await.status, 200);
    assert_eq!(fake.calls_of("ListRooms"), 5);
}

#[tokio::test]
async fn scripts_follow_what_a_real_server_was_seen_to_do() {
    let fake = FakeLiveKit::start(FakeWorld::manual(4)).await;
    let first = fake.join("r", &Person::standard("a"));
    let second = fake.join("r", &Person::standard("a"));
    assert_ne!(first, second, "a rejoin has an id of its own");
    let sent = fake.take_webhooks();
    assert_eq!(events(&sent), ["room_started", "participant_joined", "participant_left", "participant_joined"]);
    assert!(sent[2].body.contains("DUPLICATE_IDENTITY") && sent[2].body.contains(&first));
    let before = fake.room_sid("r");
    fake.crash();
    assert!(fake.take_webhooks().is_empty(), "a crash says nothing");
    fake.join("r", &Person::standard("a"));
    assert_ne!(fake.room_sid("r"), before, "the same name, another room");
    fake.take_webhooks();
    fake.join("r", &Person::agent("agent-AJ_1"));
    fake.finish_room("r");
    let sent = fake.take_webhooks();
    assert_eq!(events(&sent), ["participant_joined", "participant_left", "participant_left", "room_finished"]);
}

#[test]
fn plans_repeat_by_seed_and_do_what_they_say() {
    let signer = Signer::new("k", "s");
    let webhooks: Vec<Webhook> = (0..1_000)
        .map(|n| Webhook { id: format!("EV_{n}"), event: "room_started".to_owned(), body: "{}".to_owned() })
        .collect();
    let plan = Plan { seed: 9, repeat: 30, drop: 10, reorder: 20, reach: 5, forge: 5 };
    let deliveries = plan.deliveries(&webhooks);
    assert_eq!(deliveries, plan.deliveries(&webhooks));
    assert_ne!(deliveries, Plan { seed: 10, ..plan }.deliveries(&webhooks));
    let genuine: Vec<&str> = deliveries.iter().filter(|d| d.forged.is_none()).map(|d| d.webhook.id.as_str()).collect();
    let distinct: std::collections::BTreeSet<&&str> = genuine.iter().collect();
    assert!((850..950).contains(&distinct.len()), "about a tenth is lost: {}", distinct.len());
    assert!((220..320).contains(&(genuine.len() - distinct.len())), "about 30 % come again");
    assert!((20..90).contains(&(deliveries.len() - genuine.len())), "about 5 % are forged");
    assert!(genuine.windows(2).any(|w| w[0] > w[1]), "some come out of order");
    assert_eq!(Plan::default().deliveries(&webhooks).len(), 1_000, "no plan: each once, in order");
    let good = signer.sign("{}", START);
    for how in Forgery::ALL {
        let forged = signer.forge(r#"{"event":"x"}"#, START, how);
        assert_ne!((&forged.body, &forged.authorization), (&good.body, &good.authorization), "{how:?}");
    }
}
