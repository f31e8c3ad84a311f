//! Simulated calls through HTTP, on both engines: what clients do, what webhooks bring, and what may not touch what.

mod common;

use callboard_calls::model::ParticipantRole;
use callboard_calls::ports::{MediaRooms as _, RoomOptions, TokenRequest};
use callboard_kernel::{ExposeSecret as _, World as _};
use callboard_livekit::webhook_token;
use callboard_simulated::{LIFE_MS, MediaServer, PING_EVERY_MS};
use callboard_testkit::both_engines;
use callboard_testkit::fake_livekit::Person;
use common::{Kit, keyring, text};
use serde_json::{Value, json};

both_engines!(a_call_with_a_cut_and_a_hang_up, |db| async move {
    let kit = Kit::start(db, 31, true).await;
    let id = kit.simulated().await;
    let (ann, agent) = (kit.join(&id, "caller").await, kit.join(&id, "agent").await);
    assert_eq!(ann["transport"]["provider"], "simulated");
    assert_eq!(ann["transport"]["wsUrl"], "http://callboard.test/v1/simulated");
    kit.connect(&agent["transport"]).await;
    assert_eq!(kit.session(&id).await["status"], "created", "an agent makes no call active");
    let connection = kit.connect(&ann["transport"]).await;
    kit.tell("publish", &connection).await;
    assert_eq!(kit.session(&id).await["connection"], "connected");

    kit.tell("drop", &connection).await;
    assert_eq!(kit.session(&id).await["connection"], "reconnecting");
    kit.media("ping", &json!({ "connectionToken": connection["connectionToken"] }))
        .await
        .expect_problem(404, "NOT_FOUND");
    kit.world.advance_ms(4_000);
    let path = format!("/v1/call/sessions/{id}/reconnect");
    let ask = json!({ "resumeToken": ann["resumeToken"], "consumerId": "page" });
    let by_pass = kit.http.with_bearer(text(&ann, "pass"));
    let back = by_pass.post(&path, &ask).await.expect(200).json();
    let again = kit.connect(&back["transport"]).await;
    assert_ne!(again["participantSid"], connection["participantSid"]);
    assert_eq!(again["roomSid"], connection["roomSid"]);
    assert_eq!(kit.session(&id).await["connection"], "connected");

    by_pass.post(&format!("/v1/call/sessions/{id}/leave"), &json!({})).await.expect(200);
    kit.run_outbox().await;
    let session = kit.session(&id).await;
    assert_eq!((&session["status"], &session["endReason"]), (&json!("ended"), &json!("user_hangup")));
    kit.media("ping", &json!({ "connectionToken": again["connectionToken"] })).await.expect_problem(404, "NOT_FOUND");
    let expected = [
        "call.started",
        "call.connecting",
        "call.participant.joined",
        "call.participant.joined",
        "call.connected",
        "call.track.published",
        "call.track.unpublished",
        "call.reconnecting",
        "call.resumed",
        "call.participant.left",
        "call.participant.left",
        "call.ended",
    ];
    let mut seen = kit.types(&id).await;
    // Whether the activation or the joining of the first caller is told first is the affair of `calls`.
    if let Some(at) = seen.iter().position(|t| t == "call.connected").filter(|at| *at == 3) {
        seen.swap(at, at + 1);
    }
    assert_eq!(seen, expected);
    let resumed = kit.events(&id).await.into_iter().find(|e| e["type"] == "call.resumed").expect("resumed");
    assert_eq!((&resumed["payload"]["gapMs"], &resumed["actor"]["id"]), (&json!(4_000), &json!("simulated")));
    assert!(kit.server.list_all_rooms().await.expect("listed").is_empty(), "the outbox deleted the room");
    let late = kit.receipts(&format!("&sessionId={id}")).await;
    assert!(late.iter().all(|r| r["provider"] == "simulated" && r["outcome"] != "failed"), "{late:?}");
    assert!(late.iter().any(|r| r["event"] == "room_finished"), "{late:?}");
});

both_engines!(who_goes_silent_is_lost_and_the_call_fails, |db| async move {
    let kit = Kit::start(db, 32, true).await;
    let id = kit.simulated().await;
    let ann = kit.join(&id, "caller").await;
    let connection = kit.connect(&ann["transport"]).await;
    let ping = json!({ "connectionToken": connection["connectionToken"] });
    for _ in 0..6 {
        kit.world.advance_ms(PING_EVERY_MS);
        kit.media("ping", &ping).await.expect(200);
        kit.repair("simulated.tick").await;
    }
    assert_eq!(kit.session(&id).await["connection"], "connected");
    kit.world.advance_ms(LIFE_MS);
    kit.repair("simulated.tick").await;
    assert_eq!(kit.session(&id).await["connection"], "reconnecting");
    kit.world.advance_ms(120_001);
    kit.repair("calls.deadlines").await;
    let types = kit.types(&id).await;
    assert_eq!(kit.session(&id).await["status"], "failed");
    assert_eq!(types.last().map(String::as_str), Some("call.terminal_failure"), "{types:?}");
});

both_engines!(a_crash_of_the_server_is_found_by_polling, |db| async move {
    let kit = Kit::start(db, 33, true).await;
    let id = kit.simulated().await;
    let ann = kit.join(&id, "caller").await;
    kit.connect(&ann["transport"]).await;
    kit.server.crash();
    for _ in 0..3 {
        kit.world.advance_ms(10_000);
        kit.repair("calls.reconcile").await;
    }
    let session = kit.session(&id).await;
    assert_eq!((&session["status"], &session["connection"]), (&json!("active"), &json!("reconnecting")));
    let path = format!("/v1/call/sessions/{id}/livekit/token");
    let token = kit.http.with_bearer(text(&ann, "pass")).post(&path, &json!({})).await.expect(200).json();
    kit.connect(&token["transport"]).await;
    assert_eq!(kit.session(&id).await["connection"], "connected");
    let types = kit.types(&id).await;
    assert_eq!(types.iter().filter(|t| *t == "call.resumed").count(), 1, "{types:?}");
});

fn request(kit: &Kit, room: &str, identity: &str) -> TokenRequest {
    TokenRequest {
        room: room.to_owned(),
        identity: identity.to_owned(),
        name: None,
        role: ParticipantRole::Caller,
        can_publish: true,
        ttl_s: 300,
        now: kit.world.now(),
        metadata: String::new(),
        options: RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 },
    }
}

both_engines!(only_its_own_tokens_open_the_door, |db| async move {
    let kit = Kit::start(db, 34, true).await;
    let id = kit.simulated().await;
    let ann = kit.join(&id, "caller").await;
    let (good, room) = (text(&ann["transport"], "accessToken"), text(&ann["transport"], "roomName"));
    let forged = request(&kit, &room, "caller_forged");
    let elsewhere = MediaServer::new(&keyring(8), "http://callboard.test", kit.world.clone());
    let of_livekit = kit.livekit.rooms.mint_token(&forged).expect("minted");
    let of_another = elsewhere.mint_token(&forged).expect("minted");
    let mut cut = good.clone();
    cut.truncate(good.len() - 4);
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    for token in [of_livekit.expose_secret(), of_another.expose_secret(), &cut, &unsigned, "", "x.y.z"] {
        let seen = kit.media("connect", &json!({ "accessToken": token })).await.expect_problem(401, "UNAUTHENTICATED");
        assert!(!seen.to_string().contains("eyJ"), "no token comes back: {seen}");
    }
    assert!(kit.server.list_participants(&room).await.expect("listed").is_empty());
    kit.world.advance_ms(301_000);
    kit.media("connect", &json!({ "accessToken": good })).await.expect_problem(401, "TOKEN_EXPIRED");
    for what in ["ping", "publish", "drop", "disconnect"] {
        let guess = json!({ "connectionToken": good });
        kit.media(what, &guess).await.expect_problem(404, "NOT_FOUND");
    }
    kit.server.courier().settled().await;
    assert_eq!(kit.types(&id).await, ["call.started", "call.connecting"], "the room began; nobody joined");
    let foreign = kit.http.with_bearer("theirs");
    foreign.post(&format!("/v1/call/sessions/{id}/livekit/token"), &json!({})).await.expect_problem(404, "NOT_FOUND");
    foreign.get(&format!("/v1/call/sessions/{id}")).await.expect_problem(404, "NOT_FOUND");
});

both_engines!(an_observer_publishes_nothing, |db| async move {
    let kit = Kit::start(db, 35, true).await;
    let id = kit.simulated().await;
    let observer = kit.join(&id, "observer").await;
    let connection = kit.connect(&observer["transport"]).await;
    let ask = json!({ "connectionToken": connection["connectionToken"] });
    kit.media("publish", &ask).await.expect_problem(403, "FORBIDDEN");
    assert_eq!(kit.session(&id).await["status"], "created");
    let reason = json!({ "connectionToken": connection["connectionToken"], "reason": "SERVER_SHUTDOWN" });
    kit.media("disconnect", &reason).await.expect_problem(400, "VALIDATION_FAILED");
    kit.tell("disconnect", &connection).await;
});

/// Delivers a body to the webhook route with somebody's signature; gives the answer.
async fn deliver(kit: &Kit, config: &callboard_livekit::LiveKitConfig, body: &Value) -> Value {
    let raw = body.to_string();
    let signed = webhook_token(config, raw.as_bytes(), kit.world.now()).expect("signed");
    let path = "/v1/call/livekit/events";
    let request = kit.http.anonymous().request(reqwest::Method::POST, path).header("authorization", signed);
    let answer = request.header("content-type", "application/webhook+json").body(raw).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer.json().await.expect("JSON")
}

/// What a provider would say when somebody joined that room.
fn joined(kit: &Kit, room: &str, identity: &str, event_id: &str) -> Value {
    json!({
        "event": "participant_joined", "id": event_id, "createdAt": kit.world.now().seconds().to_string(),
        "room": { "sid": "RM_forged", "name": room },
        "participant": { "sid": "PA_forged", "identity": identity, "state": "ACTIVE" },
    })
}

both_engines!(a_providers_key_touches_its_own_sessions_alone, |db| async move {
    let kit = Kit::start(db, 36, true).await;
    let simulated = kit.simulated().await;
    let made = kit.http.post("/v1/call/sessions", &json!({})).await.expect(201).json();
    assert_eq!(made["session"]["provider"], "livekit", "simulated calls are asked for");
    let real = text(&made["session"], "sessionId");
    let (there, here) = (kit.join(&simulated, "caller").await, kit.join(&real, "caller").await);
    kit.fake.take_webhooks();
    let before = (kit.session(&simulated).await, kit.session(&real).await);
    let (own_key, livekit_key) = (kit.server.sender().config, kit.livekit.rooms.config().clone());
    for (key, target) in [(&own_key, &here["transport"]), (&livekit_key, &there["transport"])] {
        let (room, identity) = (text(target, "roomName"), text(target, "participantIdentity"));
        let answer = deliver(&kit, key, &joined(&kit, &room, &identity, "EV_crossed")).await;
        assert_eq!((&answer["ignored"], answer.get("sessionId")), (&json!(true), None), "{answer}");
    }
    kit.repair("livekit.map_strays").await;
    assert_eq!((kit.session(&simulated).await, kit.session(&real).await), before);
    let strays = kit.receipts("&outcome=unmapped").await;
    let mut providers: Vec<String> = strays.iter().map(|r| text(r, "provider")).collect();
    providers.sort_unstable();
    assert_eq!(providers, ["livekit", "simulated"], "each keeps its own receipt, also under one event id");
    // The same words under the right key have their effect.
    let (room, identity) = (text(&here["transport"], "roomName"), text(&here["transport"], "participantIdentity"));
    kit.fake.join(&room, &Person::standard(&identity));
    kit.fake.deliver(&kit.http.url("/v1/call/livekit/events")).await;
    assert_eq!(kit.session(&real).await["status"], "active");
    assert_eq!(kit.session(&simulated).await["status"], "created");
});

both_engines!(forged_webhooks_of_the_simulated_key_are_rejected, |db| async move {
    let kit = Kit::start(db, 37, true).await;
    let id = kit.simulated().await;
    let ann = kit.join(&id, "caller").await;
    let mut guessed = kit.server.sender().config;
    guessed.api_secret = "guessed".to_owned().into();
    let body = joined(&kit, &text(&ann["transport"], "roomName"), "caller_x", "EV_1").to_string();
    let signed = webhook_token(&guessed, body.as_bytes(), kit.world.now()).expect("signed");
    let path = "/v1/call/livekit/events";
    let request = kit.http.anonymous().request(reqwest::Method::POST, path).header("authorization", signed);
    let answer = callboard_testkit::Answer::of(request.body(body)).await;
    answer.expect_problem(401, "INVALID_LIVEKIT_SIGNATURE");
    assert_eq!(kit.session(&id).await["status"], "created");
    assert_eq!(kit.livekit.health.ready(kit.world.now()), Ok(()), "it says nothing about LiveKit's own deliveries");
});

both_engines!(where_they_are_off_there_is_nothing, |db| async move {
    let kit = Kit::start(db, 38, false).await;
    let refused = kit.http.post("/v1/call/sessions", &json!({ "simulated": true })).await;
    let problem = refused.expect_problem(400, "VALIDATION_FAILED");
    assert_eq!(problem["errors"][0]["pointer"], "/simulated");
    assert!(problem.to_string().contains("--dev"), "it says how to turn them on: {problem}");
    let token = kit.server.mint_token(&request(&kit, "cb_r", "caller_1")).expect("minted");
    let ask = json!({ "accessToken": token.expose_secret() });
    kit.media("connect", &ask).await.expect_problem(404, "NOT_FOUND");
    let made = kit.http.post("/v1/call/sessions", &json!({ "simulated": false })).await.expect(201).json();
    assert_eq!(made["session"]["provider"], "livekit");
});

both_engines!(a_webhook_that_was_not_taken_comes_again_in_order, |db| async move {
    let kit = Kit::start(db, 39, true).await;
    let id = kit.simulated().await;
    let ann = kit.join(&id, "caller").await;
    kit.server.courier().settled().await;
    let server = kit.http.server().expect("it runs here").clone();
    server.unplug().await;
    // What is said while nobody listens waits, and what is said after waits behind it.
    let room = text(&ann["transport"], "roomName");
    kit.server.delete_room(&room).await.expect("deleted");
    kit.server.ensure_room(&room, RoomOptions { empty_timeout_s: 9, departure_timeout_s: 9 }).await.expect("made");
    server.replug().await;
    kit.server.courier().settled().await;
    let mut receipts = kit.receipts(&format!("&sessionId={id}")).await;
    receipts.reverse();
    let events: Vec<&str> = receipts.iter().filter_map(|r| r["event"].as_str()).collect();
    assert_eq!(events.len(), 3, "{events:?}");
    assert!(events.contains(&"room_finished"), "{events:?}");
});
