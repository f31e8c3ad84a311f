//! The webhook path through HTTP, on both engines.

mod common;

use callboard_kernel::World as _;
use callboard_testkit::both_engines;
use callboard_testkit::fake_livekit::{Forgery, Person, Plan, Webhook};
use callboard_testkit::livekit_proto::DisconnectReason;
use common::Kit;
use serde_json::{Value, json};

fn published(answer: &Value) -> Vec<&str> {
    answer["published"].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

async fn receipts(kit: &Kit, bearer: &str, query: &str) -> Vec<Value> {
    let list = kit.http.with_bearer(bearer).get(&format!("/v1/provider/receipts{query}")).await.expect(200).json();
    list["items"].as_array().expect("a list").clone()
}

both_engines!(a_call_is_carried_by_its_webhooks, |db| async move {
    let kit = Kit::start(db, 21).await;
    let (id, room, identity) = kit.call().await;
    let before = kit.session(&id).await;
    assert_eq!((before["status"].as_str(), before["providerRoomId"].as_str()), (Some("created"), Some(room.as_str())));
    let sid = kit.fake.join(&room, &Person::standard(&identity));
    let answers = kit.deliver().await;
    assert_eq!(answers.len(), 2, "room_started, participant_joined: {answers:?}");
    assert!(answers.iter().all(|a| a["sessionId"] == id.as_str() && a["replayed"] == false), "{answers:?}");
    assert!(published(&answers[1]).iter().any(|e| e.contains(&sid)), "the event names the fact: {answers:?}");
    let session = kit.session(&id).await;
    assert_eq!((session["status"].as_str(), session["connection"].as_str()), (Some("active"), Some("connected")));
    kit.fake.publish(&room, &identity);
    kit.fake.leave(&room, &identity, DisconnectReason::ConnectionTimeout);
    kit.deliver().await;
    assert_eq!(kit.session(&id).await["connection"], "reconnecting");
    let own = receipts(&kit, "ours", &format!("?sessionId={id}")).await;
    let events: Vec<&str> = own.iter().filter_map(|r| r["event"].as_str()).collect();
    let expected = ["participant_left", "track_unpublished", "track_published", "participant_joined", "room_started"];
    assert_eq!(events.len(), expected.len());
    assert!(expected.iter().all(|e| events.contains(e)), "{events:?}");
    assert!(own.iter().all(|r| r["outcome"] == "applied"), "{own:?}");
});

both_engines!(a_repetition_has_no_effect, |db| async move {
    let kit = Kit::start(db, 22).await;
    let (id, room, identity) = kit.call().await;
    kit.fake.join(&room, &Person::standard(&identity));
    let webhooks = kit.fake.take_webhooks();
    let deliveries = Plan::default().deliveries(&webhooks);
    let first = kit.fake.deliver_by(&kit.webhook(), &deliveries).await;
    let state = kit.session(&id).await;
    // Later, so the token differs as well.
    kit.world.advance_ms(5_000);
    let second = kit.fake.deliver_by(&kit.webhook(), &deliveries).await;
    for (first, second) in first.iter().zip(&second) {
        let (first, second): (Value, Value) =
            (serde_json::from_str(&first.body).expect("JSON"), serde_json::from_str(&second.body).expect("JSON"));
        assert_eq!((&second["replayed"], &second["ignored"]), (&json!(true), &json!(true)));
        assert_eq!(second["receiptId"], first["receiptId"]);
        assert_eq!(published(&second), Vec::<&str>::new());
    }
    assert_eq!(kit.session(&id).await, state);
    assert_eq!(receipts(&kit, "ours", "").await.len(), webhooks.len());
});

both_engines!(forgeries_change_nothing_and_are_counted, |db| async move {
    let kit = Kit::start(db, 23).await;
    let (id, room, identity) = kit.call().await;
    kit.fake.join(&room, &Person::standard(&identity));
    let webhooks = kit.fake.take_webhooks();
    let forge = |how| {
        let all = Plan::default().deliveries(&webhooks);
        all.into_iter()
            .map(move |d| callboard_testkit::fake_livekit::Delivery { forged: Some(how), ..d })
            .collect::<Vec<_>>()
    };
    for how in Forgery::ALL {
        for answer in kit.fake.deliver_by(&kit.webhook(), &forge(how)).await {
            let problem: Value = serde_json::from_str(&answer.body).expect("a problem");
            let expired = matches!(how, Forgery::Expired | Forgery::NoExpiry);
            let code = if expired { "LIVEKIT_SIGNATURE_EXPIRED" } else { "INVALID_LIVEKIT_SIGNATURE" };
            assert_eq!((answer.status, problem["code"].as_str()), (401, Some(code)), "{how:?}: {problem}");
            assert!(!answer.body.contains("eyJ"), "no token comes back: {}", answer.body);
        }
    }
    assert_eq!(kit.session(&id).await["status"], "created");
    assert_eq!(receipts(&kit, "operator", "").await, Vec::<Value>::new());
    let health = kit.livekit.health.snapshot();
    let rejected: u64 = health.rejected.iter().map(|(_, n)| n).sum();
    assert_eq!((health.accepted, rejected), (0, (Forgery::ALL.len() * webhooks.len()) as u64));
    assert!(kit.livekit.health.ready(kit.world.now()).is_err(), "red in readiness");
    kit.fake.deliver_by(&kit.webhook(), &Plan::default().deliveries(&webhooks)).await;
    assert_eq!(kit.livekit.health.ready(kit.world.now()), Ok(()), "a good one makes it green");
    assert_eq!(kit.session(&id).await["status"], "active", "no forgery used up an event's id");
});

both_engines!(rejections_are_counted_by_reason_and_outlive_the_process, |db| async move {
    let kit = Kit::start(db, 31).await;
    let list = async |who: &str| {
        let all = kit.http.with_bearer(who).get("/v1/provider/rejections").await.expect(200).json();
        all["items"].as_array().expect("items").clone()
    };
    assert_eq!(list("ours").await, Vec::<Value>::new());
    let (_, room, identity) = kit.call().await;
    kit.fake.join(&room, &Person::standard(&identity));
    let webhooks = kit.fake.take_webhooks();
    let first = kit.world.now();
    let forge = async |how| {
        let all = Plan::default().deliveries(&webhooks[..1]);
        let forged: Vec<_> =
            all.into_iter().map(|d| callboard_testkit::fake_livekit::Delivery { forged: Some(how), ..d }).collect();
        kit.fake.deliver_by(&kit.webhook(), &forged).await;
    };
    forge(Forgery::UnknownKey).await;
    kit.world.advance_ms(1_000);
    forge(Forgery::UnknownKey).await;
    forge(Forgery::WrongSecret).await;
    let before = list("ours").await;
    let reasons: Vec<_> =
        before.iter().map(|r| (r["reason"].as_str().unwrap_or_default(), r["count"].as_i64())).collect();
    assert_eq!(reasons.len(), 2, "{before:?}");
    assert!(reasons.contains(&("unknown_key", Some(2))) && reasons.contains(&("signature", Some(1))), "{before:?}");
    let unknown = before.iter().find(|r| r["reason"] == "unknown_key").expect("counted");
    assert_eq!(unknown["firstAt"], json!(first));
    assert_eq!(unknown["lastAt"], json!(first.plus_ms(1_000)));
    assert!(
        unknown["advice"].as_str().is_some_and(|a| a.contains("livekit.api_key")) && unknown["provider"] == "livekit"
    );
    // Written, nothing is counted twice; and a second tenant sees the same: they are the installation's.
    assert_eq!(kit.repair("livekit.count_rejections").await, 0);
    assert_eq!(kit.repair("livekit.count_rejections").await, 0);
    assert_eq!(list("theirs").await, before);
    forge(Forgery::UnknownKey).await;
    kit.repair("livekit.count_rejections").await;
    let again = Kit::start(kit.app.db.clone(), 32).await;
    let after = again.http.get("/v1/provider/rejections").await.expect(200).json();
    let counts: Vec<_> = after["items"].as_array().expect("items").iter().map(|r| r["count"].clone()).collect();
    assert_eq!(counts.iter().filter_map(Value::as_i64).sum::<i64>(), 4, "another process knows them");
    kit.world.advance_ms(30 * 24 * 3_600_000);
    assert_eq!(kit.repair("livekit.prune_receipts").await, 0, "thirty days to the end");
    kit.world.advance_ms(1);
    assert_eq!(kit.repair("livekit.prune_receipts").await, 2);
    assert_eq!(list("ours").await, Vec::<Value>::new());
});

both_engines!(rooms_of_nobody_wait_and_are_the_installations, |db| async move {
    let kit = Kit::start(db, 24).await;
    kit.fake.join("somebody-elses-room", &Person::standard("x"));
    for answer in kit.deliver().await {
        assert_eq!((&answer["ignored"], answer.get("sessionId")), (&json!(true), None), "{answer}");
    }
    assert_eq!(receipts(&kit, "ours", "").await, Vec::<Value>::new());
    let strays = receipts(&kit, "operator", "?outcome=unmapped").await;
    assert_eq!(strays.len(), 2);
    assert_eq!(kit.repair("livekit.map_strays").await, 0);
    // The session of an early room appears: its webhooks have their effect after all.
    let (id, room, identity) = kit.call().await;
    kit.fake.take_webhooks();
    let early: Vec<Webhook> = {
        kit.fake.join(&room, &Person::standard(&identity));
        kit.fake.take_webhooks()
    };
    hide_room(&kit, &id, "hidden").await;
    kit.fake.deliver_by(&kit.webhook(), &Plan::default().deliveries(&early)).await;
    assert_eq!(kit.session(&id).await["status"], "created");
    hide_room(&kit, &id, &room).await;
    kit.world.advance_ms(1_000);
    assert_eq!(kit.repair("livekit.map_strays").await, early.len() as u64);
    assert_eq!(kit.session(&id).await["status"], "active");
    let own = receipts(&kit, "ours", &format!("?sessionId={id}")).await;
    assert_eq!((own.len(), own[0]["outcome"].as_str()), (early.len(), Some("applied")));
    assert_eq!(kit.repair("livekit.map_strays").await, 0, "safe to run twice");
});

/// Gives the session another room name, as if its row came later than the webhook.
async fn hide_room(kit: &Kit, id: &str, room: &str) {
    let (id, room) = (id.to_owned(), room.to_owned());
    kit.app
        .db
        .write(move |tx| {
            callboard_store::sql! { pub HIDE_SQL; HIDE = "update session set provider_room_id = :room where session_id = :id"; }
            let _list = HIDE_SQL;
            tx.execute_one(&HIDE, callboard_store::params! { room, id })
        })
        .await
        .expect("renamed");
}

both_engines!(what_says_too_little_is_kept_with_its_reason, |db| async move {
    let kit = Kit::start(db, 25).await;
    let (id, room, _) = kit.call().await;
    kit.deliver().await;
    let say = |id: &str, event: &str, body: Value| {
        let mut body = body;
        body["event"] = json!(event);
        body["id"] = json!(id);
        kit.fake.say(Webhook { id: id.to_owned(), event: event.to_owned(), body: body.to_string() });
    };
    say("EV_a", "participant_joined", json!({ "room": { "name": room } }));
    say("EV_b", "a_new_event", json!({ "room": { "name": room } }));
    say("EV_c", "room_started", json!({}));
    kit.fake.say(Webhook { id: "EV_d".to_owned(), event: String::new(), body: "not json".to_owned() });
    kit.deliver().await;
    let all = receipts(&kit, "operator", "").await;
    let outcome = |event_id: &str| {
        let found = all.iter().find(|r| r["providerEventId"] == event_id);
        found.map(|r| (r["outcome"].as_str().unwrap_or(""), r["sessionId"].as_str(), r["reason"].is_string()))
    };
    assert_eq!(outcome("EV_a"), Some(("refused", Some(id.as_str()), true)), "{all:?}");
    assert_eq!(outcome("EV_b"), Some(("ignored", Some(id.as_str()), true)));
    assert_eq!(outcome("EV_c"), Some(("unmapped", None, true)));
    let unreadable = all.iter().find(|r| r["event"] == "").expect("the unreadable one");
    assert_eq!((unreadable["outcome"].as_str(), unreadable["body"]["unreadable"].is_string()), (Some("refused"), true));
});

both_engines!(receipts_keep_no_password, |db| async move {
    let kit = Kit::start(db, 26).await;
    let (_, room, identity) = kit.call().await;
    kit.fake.join(&room, &Person::standard(&identity));
    let password = kit.fake.turn_password(&room).expect("a room has one");
    let sent = kit.fake.take_webhooks();
    assert!(sent.iter().any(|w| w.body.contains(&password)), "it was sent");
    kit.fake.deliver_by(&kit.webhook(), &Plan::default().deliveries(&sent)).await;
    let shown = json!(receipts(&kit, "operator", "").await).to_string();
    assert!(shown.contains("turnPassword") && !shown.contains(&password));
    let raw = sent.iter().find(|w| w.event == "participant_joined").expect("one");
    assert!(shown.contains(&callboard_kernel::sha256_hex(raw.body.as_bytes())), "the raw body's digest is kept");
    let stored = kit
        .app
        .db
        .read(|tx| {
            callboard_store::sql! { pub BODIES_SQL; BODIES = "select body from provider_receipt"; }
            let _list = BODIES_SQL;
            tx.query(&BODIES, callboard_store::params! {})?
                .iter()
                .map(|r| r.get::<String>("body"))
                .collect::<Result<Vec<_>, _>>()
        })
        .await
        .expect("rows");
    assert!(!stored.is_empty() && stored.iter().all(|b| !b.contains(&password)));
});

both_engines!(receipts_are_paged_filtered_and_walled, |db| async move {
    let kit = Kit::start(db, 27).await;
    let (id, room, identity) = kit.call().await;
    for _ in 0..3 {
        kit.world.advance_ms(1_000);
        kit.fake.join(&room, &Person::standard(&identity));
        kit.deliver().await;
    }
    let whole = receipts(&kit, "ours", "?limit=100").await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = kit.http.get(&format!("/v1/provider/receipts?limit=2{cursor}")).await.expect(200).json();
        seen.extend(page["items"].as_array().expect("a list").clone());
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, whole, "pages make up the list");
    assert!(whole.windows(2).all(|w| w[0]["receivedAt"].as_str() >= w[1]["receivedAt"].as_str()), "newest first");
    assert_eq!(receipts(&kit, "theirs", "").await, Vec::<Value>::new());
    assert_eq!(receipts(&kit, "theirs", &format!("?sessionId={id}")).await, Vec::<Value>::new());
    let one = whole[0]["receiptId"].as_str().expect("an id");
    let path = format!("/v1/provider/receipts/{one}/process");
    kit.http.with_bearer("theirs").post(&path, &json!({})).await.expect_problem(404, "NOT_FOUND");
    let absent = "/v1/provider/receipts/rcp_01kaaaaaaaaaaaaaaaaaaaaaaa/process";
    kit.http.post(absent, &json!({})).await.expect_problem(404, "NOT_FOUND");
    kit.http.post(&path, &json!({ "x": 1 })).await.expect_problem(400, "VALIDATION_FAILED");
    for (query, code) in [
        ("?limit=0", "VALIDATION_FAILED"),
        ("?outcome=lost", "VALIDATION_FAILED"),
        ("?cursor=xyz", "INVALID_CURSOR"),
        ("?colour=red", "UNKNOWN_QUERY_PARAMETER"),
    ] {
        kit.http.get(&format!("/v1/provider/receipts{query}")).await.expect_problem(400, code);
    }
    let state = kit.session(&id).await;
    let again = kit.http.post(&path, &json!({})).await.expect(200).json();
    assert_eq!((&again["receipt"]["attempts"], &again["receipt"]["outcome"]), (&json!(2), &whole[0]["outcome"]));
    assert_eq!(again["receipt"]["published"], whole[0]["published"], "nothing is added twice");
    assert_eq!(kit.session(&id).await["latestSequence"], state["latestSequence"]);
});

both_engines!(old_receipts_go_and_young_ones_stay, |db| async move {
    let kit = Kit::start(db, 28).await;
    kit.fake.join("r1", &Person::standard("x"));
    kit.deliver().await;
    kit.world.advance_ms(29 * 24 * 3_600_000);
    kit.fake.join("r2", &Person::standard("x"));
    kit.deliver().await;
    assert_eq!(kit.repair("livekit.prune_receipts").await, 0);
    kit.world.advance_ms(24 * 3_600_000 + 1);
    assert_eq!(kit.repair("livekit.prune_receipts").await, 2);
    assert_eq!(receipts(&kit, "operator", "").await.len(), 2);
});

both_engines!(a_closed_session_takes_no_late_fact, |db| async move {
    let kit = Kit::start(db, 29).await;
    let (id, room, identity) = kit.call().await;
    kit.fake.join(&room, &Person::standard(&identity));
    kit.deliver().await;
    kit.http.post(&format!("/v1/call/sessions/{id}/state"), &json!({ "status": "ended" })).await.expect(200);
    let before = kit.session(&id).await;
    kit.fake.leave(&room, &identity, DisconnectReason::RoomDeleted);
    kit.fake.finish_room(&room);
    let answers = kit.deliver().await;
    assert!(answers.iter().all(|a| a["ignored"] == true && published(a).is_empty()), "{answers:?}");
    assert_eq!(kit.session(&id).await, before);
});

/// The same people do the same things; what arrives twice or forged must not show.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repetitions_and_forgeries_leave_the_state_of_a_clean_run() {
    async fn run(plan: Plan) -> (Value, u64) {
        let scratch = callboard_testkit::engines::Scratch::new(callboard_store::Engine::Sqlite);
        let kit = Kit::start(scratch.open(), 30).await;
        let (id, room, identity) = kit.call().await;
        let mut deliveries = 0;
        for round in 0..4_u64 {
            kit.world.advance_ms(2_000);
            kit.fake.join(&room, &Person::standard(&identity));
            kit.fake.join(&room, &Person::agent("agent-AJ_1"));
            kit.fake.publish(&room, &identity);
            if round % 2 == 1 {
                kit.fake.leave(&room, &identity, DisconnectReason::ConnectionTimeout);
            }
            let webhooks = kit.fake.take_webhooks();
            let plan = Plan { seed: plan.seed + round, ..plan }.deliveries(&webhooks);
            deliveries += plan.len() as u64;
            for delivered in kit.fake.deliver_by(&kit.webhook(), &plan).await {
                let expected = if delivered.forged { 401 } else { 200 };
                assert_eq!(delivered.status, expected, "{}", delivered.body);
            }
        }
        let mut session = kit.session(&id).await;
        // Ids that are drawn anew count as equal when everything else does.
        for name in ["sessionId", "providerRoomId", "providerCallId", "version", "participants"] {
            session[name] = Value::Null;
        }
        session["providerParticipantId"] = json!(session["providerParticipantId"].is_string());
        (session, deliveries)
    }
    let (clean, sent) = run(Plan::default()).await;
    assert_eq!(clean["status"], "active");
    for seed in [100, 200, 300] {
        let (session, deliveries) = run(Plan { seed, repeat: 40, reach: 4, forge: 30, ..Plan::default() }).await;
        assert!(deliveries > sent, "the plan repeats and forges");
        assert_eq!(session, clean, "seed {seed}");
    }
}
