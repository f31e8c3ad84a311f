//! Calls through HTTP, on both engines.

mod common;

use callboard_calls::model::ParticipantRole;
use callboard_calls::provider::LeaveReason;
use callboard_http::Role;
use callboard_kernel::limits;
use callboard_testkit::{Answer, both_engines};
use common::{House, at, behind, identity, text};
use reqwest::Method;
use serde_json::{Value, json};

const SESSIONS: &str = "/v1/call/sessions";

both_engines!(a_session_is_made_once, |db| async move {
    let h = House::open(db).await;
    let body = json!({ "channel": "video", "metadata": { "title": "Ann", "n": 1 } });
    let first = h.post_with(&h.key, SESSIONS, ("idempotency-key", "k1"), &body).await.expect(201);
    let made = first.json()["session"].clone();
    assert_eq!((first.header("etag"), first.header("idempotency-replayed")), (Some("\"1\""), None));
    assert_eq!(first.header("location"), Some(at(&text(&made, "sessionId"), "").as_str()));
    assert_eq!(
        (&made["status"], &made["connection"], &made["latestSequence"]),
        (&json!("created"), &json!("idle"), &json!(1))
    );
    let room = text(&made, "providerRoomId");
    assert!(room.starts_with("cb_") && room.len() == 29, "{room}");
    let again = h.post_with(&h.key, SESSIONS, ("idempotency-key", "k1"), &body).await.expect(201);
    assert_eq!((again.header("idempotency-replayed"), again.json()["session"].clone()), (Some("true"), made));
    h.post_with(&h.key, SESSIONS, ("idempotency-key", "k1"), &json!({}))
        .await
        .expect_problem(409, "IDEMPOTENCY_CONFLICT");
    let chosen = json!({ "sessionId": "mine" });
    let one = h.key.post(SESSIONS, &chosen).await.expect(201).json();
    assert_eq!(h.key.post(SESSIONS, &chosen).await.expect(200).json(), one);
    h.key
        .post(SESSIONS, &json!({ "sessionId": "mine", "channel": "video" }))
        .await
        .expect_problem(409, "IDEMPOTENCY_CONFLICT");
    let theirs = h.foreign().await;
    theirs.post(SESSIONS, &chosen).await.expect(201);
    for (bad, pointer) in [
        (json!({ "sessionId": "a b" }), "/sessionId"),
        (json!({ "channel": "fax" }), "/channel"),
        (json!({ "limits": { "reconnectWindowMs": 9_999 } }), "/limits/reconnectWindowMs"),
        (json!({ "limits": { "maxDurationMs": 0 } }), "/limits/maxDurationMs"),
        (json!({ "metadata": { "a": null } }), "/metadata/a"),
        (json!({ "metadata": { "a": "x".repeat(17_000) } }), "/metadata"),
        (
            json!({ "metadata": (0..51).map(|n| (n.to_string(), json!(n))).collect::<serde_json::Map<_, _>>() }),
            "/metadata",
        ),
        (json!({ "ownerUserId": "nobody" }), "/ownerUserId"),
    ] {
        let problem = h.key.post(SESSIONS, &bad).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    h.close().await;
});

both_engines!(metadata_and_versions, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "s", "metadata": { "a": 1, "b": "x" } })).await;
    let patched = h.key.patch(&at("s", ""), &json!({ "metadata": { "a": null, "c": [1] } })).await.expect(200);
    assert_eq!(
        (patched.header("etag"), patched.json()["metadata"].clone()),
        (Some("\"2\""), json!({ "b": "x", "c": [1] }))
    );
    let with = |etag: &'static str| h.key.request(Method::PATCH, &at("s", "")).header("if-match", etag);
    let stale = Answer::of(with("\"1\"").json(&json!({ "metadata": { "z": 1 } }))).await;
    stale.expect_problem(412, "PRECONDITION_FAILED");
    Answer::of(with("\"2\"").json(&json!({ "metadata": { "z": 1 } }))).await.expect(200);
    h.key
        .patch(&at("s", ""), &json!({ "metadata": { "big": "x".repeat(17_000) } }))
        .await
        .expect_problem(400, "VALIDATION_FAILED");
    assert_eq!(h.session("s").await["version"], 3);
    h.close().await;
});

both_engines!(sessions_are_listed, |db| async move {
    let h = House::open(db).await;
    let (user, as_user) = h.user(&[]).await;
    for n in 0..5 {
        h.world.advance_ms(1_000);
        let owner = if n == 3 { json!(user.as_str()) } else { Value::Null };
        let mut body = json!({ "sessionId": format!("s{n}"), "metadata": { "n": n, "word": "x", "title": format!("Table {n}0% off") }, "correlationId": format!("crm-c{n}") });
        if !owner.is_null() {
            body["ownerUserId"] = owner;
        }
        h.create(body).await;
    }
    h.key.post(&at("s1", "/state"), &json!({ "status": "ended" })).await.expect(200);
    let ids = |page: &Value| -> Vec<String> {
        page["items"].as_array().expect("items").iter().map(|s| text(s, "sessionId")).collect()
    };
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = h.key.get(&format!("{SESSIONS}?limit=2{cursor}")).await.expect(200).json();
        seen.extend(ids(&page));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["s4", "s3", "s2", "s1", "s0"]);
    for (query, expected) in [
        ("status=ended", vec!["s1"]),
        ("connection=disconnected", vec!["s1"]),
        ("correlationId=crm-c2", vec!["s2"]),
        ("metadataKey=n&metadataValue=4", vec!["s4"]),
        ("metadataKey=nothing", vec![]),
        (&format!("ownerUserId={user}"), vec!["s3"]),
        ("q=CRM-C2", vec!["s2"]),
        ("q=table%204", vec!["s4"]),
        ("q=0%25&status=ended", vec!["s1"]),
        ("q=table_4", vec![]),
        ("q=4%25", vec![]),
        ("q=nobody", vec![]),
        ("createdBefore=2026-11-22T00:30:33Z", vec!["s0"]),
    ] {
        assert_eq!(ids(&h.key.get(&format!("{SESSIONS}?{query}")).await.expect(200).json()), expected, "{query}");
    }
    for (query, code) in [
        ("limit=0", "VALIDATION_FAILED"),
        ("limit=101", "VALIDATION_FAILED"),
        ("cursor=xyz", "INVALID_CURSOR"),
        ("metadataValue=1", "VALIDATION_FAILED"),
        ("createdAfter=yesterday", "VALIDATION_FAILED"),
        ("q=", "VALIDATION_FAILED"),
        ("q=%20", "VALIDATION_FAILED"),
        ("colour=red", "UNKNOWN_QUERY_PARAMETER"),
    ] {
        h.key.get(&format!("{SESSIONS}?{query}")).await.expect_problem(400, code);
    }
    assert_eq!(ids(&as_user.get(SESSIONS).await.expect(200).json()), ["s3"], "users see their own");
    assert_eq!(ids(&as_user.get(&format!("{SESSIONS}?q=table")).await.expect(200).json()), ["s3"]);
    let paged = h.key.get(&format!("{SESSIONS}?q=table&limit=3")).await.expect(200).json();
    let rest = format!("{SESSIONS}?q=table&limit=3&cursor={}", text(&paged, "nextCursor"));
    assert_eq!([ids(&paged), ids(&h.key.get(&rest).await.expect(200).json())].concat().len(), 5);
    assert_eq!(
        ids(&h.foreign().await.get(&format!("{SESSIONS}?q=table")).await.expect(200).json()),
        Vec::<String>::new()
    );
    assert_eq!(ids(&h.foreign().await.get(SESSIONS).await.expect(200).json()), Vec::<String>::new());
});

both_engines!(searches_take_turns_and_know_capitals_beyond_a_to_z, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "s1", "metadata": { "title": "Ärger mit Rechnung" } })).await;
    let ask = || async { h.key.get(&format!("{SESSIONS}?q=%C3%84rger")).await.expect(200).json()["items"].clone() };
    let (a, b, c) = tokio::join!(ask(), ask(), ask());
    for items in [a, b, c] {
        assert_eq!(text(&items[0], "sessionId"), "s1");
    }
});

both_engines!(a_list_shows_what_each_session_shows, |db| async move {
    let h = House::open(db).await;
    h.active("one").await;
    let (_, seat) = h.call("two").await;
    h.seat("two").await;
    let identity = text(&h.key.get(&at("two", "/participants")).await.expect(200).json()["items"][0], "identity");
    let found = h.key.get(&format!("{SESSIONS}?q={identity}")).await.expect(200).json();
    assert_eq!(
        (found["items"].as_array().map(Vec::len), text(&found["items"][0], "sessionId")),
        (Some(1), "two".to_owned())
    );
    h.create(json!({ "sessionId": "none" })).await;
    h.pass(&seat).post(&at("two", "/leave"), &json!({})).await.expect(200);
    let other = h.foreign().await;
    other.post(SESSIONS, &json!({ "sessionId": "one" })).await.expect(201);
    let list = h.key.get(SESSIONS).await.expect(200).json();
    let items = list["items"].as_array().expect("items");
    assert_eq!(items.len(), 3);
    for item in items {
        assert_eq!(*item, h.session(&text(item, "sessionId")).await);
    }
    assert_eq!(items.iter().map(|i| i["participants"].as_array().map_or(0, Vec::len)).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(other.get(SESSIONS).await.expect(200).json()["items"][0]["participants"], json!([]));
});

both_engines!(another_user_and_tenant_find_nothing, |db| async move {
    let h = House::open(db).await;
    let (owner, as_owner) = h.user(&[]).await;
    h.create(json!({ "sessionId": "s", "ownerUserId": owner.as_str() })).await;
    let link = as_owner.post(&at("s", "/join-links"), &json!({})).await.expect(201).json();
    let link_path = at("s", &format!("/join-links/{}", text(&link, "linkId")));
    let (_, stranger) = h.user(&[]).await;
    let (_, viewer) = h.user(&[Role::Viewer]).await;
    for by in [&stranger, &h.foreign().await] {
        for path in ["", "/participants", "/join-links"] {
            by.get(&at("s", path)).await.expect_problem(404, "NOT_FOUND");
        }
        for path in ["/state", "/livekit/token", "/join-links", "/reconnect"] {
            let body = match path {
                "/state" => json!({ "status": "ended" }),
                "/reconnect" => json!({ "resumeToken": "x", "consumerId": "c" }),
                _ => json!({}),
            };
            by.post(&at("s", path), &body).await.expect_problem(404, "NOT_FOUND");
        }
        by.patch(&at("s", ""), &json!({ "metadata": {} })).await.expect_problem(404, "NOT_FOUND");
        by.delete(&link_path).await.expect_problem(404, "NOT_FOUND");
    }
    viewer.get(&at("s", "")).await.expect(200);
    let links = viewer.get(&at("s", "/join-links")).await.expect(200).json();
    assert_eq!(links["items"][0]["linkId"], link["linkId"]);
    assert_eq!(links["items"][0].get("joinUrl"), None, "a list never shows the secret");
    viewer.post(&at("s", "/join-links"), &json!({})).await.expect_problem(403, "FORBIDDEN");
    viewer.post(&at("s", "/state"), &json!({ "status": "ended" })).await.expect_problem(403, "FORBIDDEN");
    h.close().await;
});

both_engines!(status_by_request, |db| async move {
    let h = House::limited(db, false, None).await;
    h.create(json!({ "sessionId": "s" })).await;
    let key = &h.key;
    let state = |body: Value| async move { key.post(&at("s", "/state"), &body).await };
    let active =
        state(json!({ "status": "active", "provider": "twilio", "providerCallId": "CA1" })).await.expect(200).json();
    assert_eq!((&active["session"]["providerCallId"], &active["idempotentReplay"]), (&json!("CA1"), &json!(false)));
    let again = state(json!({ "status": "active", "providerCallId": "CA1" })).await.expect(200).json();
    assert_eq!((&again["idempotentReplay"], &again["session"]), (&json!(true), &active["session"]));
    state(json!({ "status": "active", "providerCallId": "CA2" }))
        .await
        .expect_problem(409, "PROVIDER_CORRELATION_MISMATCH");
    state(json!({ "status": "ended", "endReason": "timeout" })).await.expect_problem(400, "END_REASON_INVALID");
    state(json!({ "status": "failed" })).await.expect_problem(400, "VALIDATION_FAILED");
    state(json!({ "status": "created" })).await.expect_problem(400, "VALIDATION_FAILED");
    h.world.advance_ms(2_500);
    let ended = state(json!({ "status": "ended", "endReason": "agent_handover" })).await.expect(200).json();
    assert_eq!(ended["session"]["endReason"], "agent_handover");
    state(json!({ "status": "ended", "providerCallId": "CA2" }))
        .await
        .expect_problem(409, "PROVIDER_CORRELATION_MISMATCH");
    let problem = state(json!({ "status": "active" })).await.expect_problem(409, "INVALID_TRANSITION");
    assert_eq!(
        (&problem["from"], &problem["to"], &problem["allowed"]),
        (&json!("ended"), &json!("active"), &json!([]))
    );
    assert_eq!(h.effects().await, 0, "an external provider's room is not ours to delete");
    h.create(json!({ "sessionId": "f" })).await;
    let failure = json!({ "status": "failed", "error": { "code": "BROKEN", "message": "why" } });
    let failed = h.key.post(&at("f", "/state"), &failure).await.expect(200).json();
    assert_eq!(failed["session"]["lastError"]["code"], "BROKEN");
    assert_eq!(h.types("f").await, ["call.started", "call.error", "call.terminal_failure"]);
    h.create(json!({ "sessionId": "o" })).await;
    let (owner, as_owner) = h.user(&[]).await;
    h.create(json!({ "sessionId": "own", "ownerUserId": owner.as_str() })).await;
    let own = as_owner.post(&at("own", "/state"), &json!({ "status": "ended" })).await.expect(200).json();
    assert_eq!(own["session"]["endReason"], "user_hangup");
    let (_, operator) = h.user(&[Role::Operator]).await;
    let other = operator.post(&at("o", "/state"), &json!({ "status": "ended" })).await.expect(200).json();
    assert_eq!(other["session"]["endReason"], "operator_ended");
    h.key.post(&at("o", "/livekit/token"), &json!({})).await.expect_problem(409, "SESSION_CLOSED");
    h.create(json!({ "sessionId": "n" })).await;
    h.key.post(&at("n", "/livekit/token"), &json!({})).await.expect_problem(503, "LIVEKIT_UNAVAILABLE");
    h.close().await;
});

both_engines!(tokens_carry_what_was_granted, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "s" })).await;
    let key = &h.key;
    let ask = |body: Value| async move { key.post(&at("s", "/livekit/token"), &body).await };
    let seat = ask(json!({ "participantName": "Ann", "ttlSeconds": 60 })).await.expect(200).json();
    ask(json!({ "kind": "observer", "canPublish": true })).await.expect(200);
    ask(json!({ "kind": "agent", "agentName": "host", "canPublish": false })).await.expect(200);
    let pass = h.pass(&seat);
    let fresh = pass.post(&at("s", "/livekit/token"), &json!({ "kind": "agent" })).await.expect(200).json();
    assert_eq!((&fresh["participantId"], &fresh["resumeToken"]), (&seat["participantId"], &seat["resumeToken"]));
    let minted: Vec<_> = h.provider.minted.lock().iter().map(|m| (m.role, m.can_publish, m.ttl_s)).collect();
    assert_eq!(
        minted,
        [
            (ParticipantRole::Caller, true, 60),
            (ParticipantRole::Observer, false, 300),
            (ParticipantRole::Agent, false, 300),
            (ParticipantRole::Caller, true, 300),
        ]
    );
    let first = h.provider.minted.lock()[0].clone();
    assert_eq!(first.identity, format!("caller_{}", text(&seat, "participantId")));
    assert_eq!((first.options.departure_timeout_s, first.options.empty_timeout_s), (150, 900));
    for bad in [
        json!({ "ttlSeconds": 29 }),
        json!({ "ttlSeconds": 3601 }),
        json!({ "kind": "ghost" }),
        json!({ "agentName": "x" }),
    ] {
        ask(bad).await.expect_problem(400, "VALIDATION_FAILED");
    }
    h.provider.down.store(true, std::sync::atomic::Ordering::SeqCst);
    ask(json!({})).await.expect_problem(502, "LIVEKIT_UNREACHABLE");
    h.close().await;
});

both_engines!(a_link_seats_one_person_once, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "s", "metadata": { "title": "Ann", "secret": 1 } })).await;
    let link = h.key.post(&at("s", "/join-links"), &json!({ "displayName": "Ann" })).await.expect(201).json();
    let nobody = h.key.anonymous();
    let body = json!({ "token": behind(&link) });
    let seat = h.post_with(&nobody, "/v1/join", ("idempotency-key", "j1"), &body).await.expect(200).json();
    assert_eq!(seat["session"]["metadata"], json!({ "title": "Ann" }));
    h.world.advance_ms(3_000);
    // The answer was lost: the same seat, no further use, and our clock as it is now.
    let again = h.post_with(&nobody, "/v1/join", ("idempotency-key", "j1"), &body).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let again = again.json();
    for same in ["participantId", "pass", "resumeToken", "firstSequence"] {
        assert_eq!(again[same], seat[same], "{same}");
    }
    assert_ne!(again["serverTime"], seat["serverTime"]);
    assert_eq!(identity(&again), identity(&seat));
    let other = json!({ "token": behind(&link), "displayName": "Bob" });
    h.post_with(&nobody, "/v1/join", ("idempotency-key", "j1"), &other)
        .await
        .expect_problem(409, "IDEMPOTENCY_CONFLICT");
    nobody.post("/v1/join", &body).await.expect_problem(403, "JOIN_LINK_INVALID");
    h.post_with(&nobody, "/v1/join", ("idempotency-key", "j2"), &body).await.expect_problem(403, "JOIN_LINK_INVALID");
    let links = h.key.get(&at("s", "/join-links")).await.expect(200).json();
    assert_eq!((&links["items"][0]["uses"], links["items"][0].get("joinUrl")), (&json!(1), None));
    assert_eq!(h.session("s").await["participants"].as_array().map(Vec::len), Some(1));
    let many = h.key.post(&at("s", "/join-links"), &json!({ "maxUses": 2, "ttlSeconds": 60 })).await.expect(201).json();
    let token = json!({ "token": behind(&many) });
    nobody.post("/v1/join", &token).await.expect(200);
    h.world.advance_ms(60_000);
    nobody.post("/v1/join", &token).await.expect_problem(403, "JOIN_LINK_INVALID");
    let gone = h.key.post(&at("s", "/join-links"), &json!({})).await.expect(201).json();
    h.key.delete(&at("s", &format!("/join-links/{}", text(&gone, "linkId")))).await.expect(204);
    nobody.post("/v1/join", &json!({ "token": behind(&gone) })).await.expect_problem(403, "JOIN_LINK_INVALID");
    let last = h.key.post(&at("s", "/join-links"), &json!({})).await.expect(201).json();
    h.key.post(&at("s", "/state"), &json!({ "status": "ended" })).await.expect(200);
    nobody.post("/v1/join", &json!({ "token": behind(&last) })).await.expect_problem(409, "SESSION_CLOSED");
    nobody.post("/v1/join", &json!({ "token": "cbj_unknown" })).await.expect_problem(403, "JOIN_LINK_INVALID");
    h.close().await;
});

both_engines!(passes_live_as_long_as_they_may, |db| async move {
    let h = House::open(db).await;
    let (_, seat, _) = h.active("s").await;
    let pass = h.pass(&seat);
    pass.get(&at("s", "")).await.expect(200);
    h.create(json!({ "sessionId": "other" })).await;
    pass.get(&at("other", "")).await.expect_problem(404, "NOT_FOUND");
    let other = h.seat("s").await;
    let id = text(&other, "participantId");
    h.key.delete(&at("s", &format!("/participants/{id}"))).await.expect(204);
    h.pass(&other).get(&at("s", "")).await.expect_problem(401, "UNAUTHENTICATED");
    h.effects().await;
    assert_eq!(*h.provider.removed.lock(), [identity(&other)]);
    let left = pass.post(&at("s", "/leave"), &json!({})).await.expect(200).json();
    assert_eq!((&left["session"]["status"], &left["session"]["endReason"]), (&json!("ended"), &json!("user_hangup")));
    pass.post(&at("s", "/leave"), &json!({})).await.expect(200);
    h.world.advance_ms(limits::LATE_WINDOW_MS - 1);
    pass.get(&at("s", "")).await.expect(200);
    h.world.advance_ms(1);
    pass.get(&at("s", "")).await.expect_problem(401, "TOKEN_EXPIRED");
    h.close().await;
});

both_engines!(reports_by_the_own_pass, |db| async move {
    let h = House::open(db).await;
    let (_, seat, _) = h.active("s").await;
    let path = at("s", &format!("/participants/{}/connection", text(&seat, "participantId")));
    let pass = h.pass(&seat);
    let report = |id: &str, state: &str| json!({ "reportId": id, "state": state, "kind": "signal" });
    h.world.advance_ms(1_000);
    assert_eq!(pass.post(&path, &report("r1", "reconnecting")).await.expect(200).json()["recorded"], true);
    assert_eq!(pass.post(&path, &report("r2", "reconnecting")).await.expect(200).json()["recorded"], false);
    h.world.advance_ms(1_000);
    assert_eq!(pass.post(&path, &report("r1", "connected")).await.expect(200).json()["recorded"], true);
    h.key.post(&path, &report("r1", "connected")).await.expect_problem(403, "FORBIDDEN");
    let other = h.seat("s").await;
    h.pass(&other).post(&path, &report("r1", "connected")).await.expect_problem(404, "NOT_FOUND");
    pass.post(&path, &report("a b", "connected")).await.expect_problem(400, "VALIDATION_FAILED");
    let types = h.types("s").await;
    assert_eq!(types[types.len() - 2..], ["call.reconnecting", "call.resumed"]);
    assert_eq!(h.session("s").await["connection"], "connected");
    h.close().await;
});

both_engines!(slots_and_suspension, |db| async move {
    let h = House::limited(db, true, Some(1)).await;
    let (room, seat) = h.call("a").await;
    assert_eq!(h.slots().await, 1);
    h.seat("a").await;
    assert_eq!(h.slots().await, 1, "one slot per call");
    let b = h.create(json!({ "sessionId": "b" })).await;
    h.key.post(&at("b", "/livekit/token"), &json!({})).await.expect_problem(429, "CONCURRENCY_LIMIT");
    h.key.post(&at("b", "/state"), &json!({ "status": "active" })).await.expect_problem(429, "CONCURRENCY_LIMIT");
    assert_eq!(h.session("b").await["participants"], json!([]), "a refused token leaves nobody");
    // What the provider tells is never refused, and neither is what a poll concludes.
    let now = callboard_kernel::World::now(&*h.world);
    h.provider.join(&text(&b, "providerRoomId"), "zoe", callboard_calls::model::ParticipantKind::Standard, true, now);
    h.repair("calls.reconcile").await;
    assert_eq!((h.session("b").await["status"].clone(), h.slots().await), (json!("active"), 1));
    h.key.post(&at("b", "/state"), &json!({ "status": "ended" })).await.expect(200);
    assert_eq!(h.slots().await, 1, "it had none to give back");
    let peer = h.joins(&room, &identity(&seat)).await;
    h.leak_slots(7).await;
    assert_eq!((h.repair("calls.slots").await, h.slots().await), (1, 1));
    h.goes(&room, &peer, LeaveReason::ParticipantRemoved).await;
    assert_eq!(h.slots().await, 0);
    h.leak_slots(3).await;
    assert_eq!((h.repair("calls.slots").await, h.slots().await), (1, 0), "a leak without open sessions");
    assert_eq!(h.repair("calls.slots").await, 0, "safe to run twice");
    h.create(json!({ "sessionId": "c" })).await;
    let link = h.key.post(&at("c", "/join-links"), &json!({})).await.expect(201).json();
    h.suspend().await;
    h.key.post(SESSIONS, &json!({})).await.expect_problem(403, "TENANT_SUSPENDED");
    h.key.post(&at("c", "/livekit/token"), &json!({})).await.expect_problem(403, "TENANT_SUSPENDED");
    h.key.post(&at("c", "/state"), &json!({ "status": "active" })).await.expect_problem(403, "TENANT_SUSPENDED");
    h.key
        .anonymous()
        .post("/v1/join", &json!({ "token": behind(&link) }))
        .await
        .expect_problem(403, "TENANT_SUSPENDED");
    h.key.get(&at("c", "")).await.expect(200);
    h.key.post(&at("c", "/state"), &json!({ "status": "ended" })).await.expect(200);
    h.close().await;
});
