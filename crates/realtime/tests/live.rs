//! Live delivery over SSE and WebSocket, on both engines: nothing is lost, nothing comes twice.

mod common;

use std::sync::Arc;
use std::time::Duration;

use callboard_http::{Role, Scope};
use callboard_kernel::Entropy;
use callboard_testkit::{SseClient, TestApp, WsClient, both_engines};
use common::{House, Scissors, fast, said};
use serde_json::{Value, json};

const STREAM: &str = "/v1/realtime/sessions/s/stream";

fn sequence(event: &Value) -> i64 {
    event["sequence"].as_i64().expect("a sequence")
}

both_engines!(a_stream_tells_the_story_and_its_end, |db| async move {
    let h = House::tuned(db, fast()).await;
    h.session("s").await;
    let mut early = h.key.sse(&format!("{STREAM}?afterSequence=0"), None).await;
    let mut live = h.key.sse(STREAM, None).await;
    let _stored = h.append(&said("s", "e2", "u", "hello")).await;
    let told = early.take(2).await;
    assert_eq!(
        told.iter().map(|e| (e.id.as_deref(), e.event.as_str())).collect::<Vec<_>>(),
        [(Some("1"), "call.started"), (Some("2"), "transcript.final"),]
    );
    assert_eq!(told[1].json(), h.log("s").await[1], "delivered as stored");
    assert_eq!(live.next().await.expect("the new one").id.as_deref(), Some("2"));
    h.end("s").await;
    let over = loop {
        let event = live.next().await.expect("the stream goes on");
        if event.event == "closed" {
            break event;
        }
    };
    assert_eq!((over.id.as_deref(), over.json()), (None, json!({"reason": "session_over"})));
    // Late words still come.
    let _late = h.append(&said("s", "late", "u2", "late")).await;
    assert_eq!(live.next().await.expect("late").json()["eventId"], "late");
    // With the late window the stream ends.
    h.world.advance_ms(callboard_kernel::limits::LATE_WINDOW_MS + 1);
    assert_eq!(live.next().await, None);
    assert!(live.comments > 0, "no heartbeat in an idle stream");
    // `until=end` replays and closes at once.
    let mut whole = h.key.sse(&format!("{STREAM}?afterSequence=0&until=end"), None).await;
    let mut types = Vec::new();
    while let Some(event) = whole.next().await {
        types.push(event.event);
    }
    assert_eq!(
        (types.first().map(String::as_str), types.last().map(String::as_str)),
        (Some("call.started"), Some("closed"))
    );
    assert_eq!(types.len(), h.log("s").await.len() + 1);
});

/// Appends events with ids in order, in small batches, as fast as it can.
async fn write_all(h: Arc<House>, count: usize) {
    let mut entropy = Entropy::from_seed([9; 32]);
    let mut n = 0;
    while n < count {
        let size = (1 + entropy.below(5) as usize).min(count - n);
        let events: Vec<Value> =
            (n..n + size).map(|i| said("s", &format!("w{i}"), &format!("u{i}"), "some words")).collect();
        let _stored = h.key.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
        n += size;
    }
}

async fn sse_through(base: &TestApp, last: i64) -> SseClient {
    base.sse(&format!("{STREAM}?afterSequence=0"), Some(&last.to_string())).await
}

both_engines!(streams_cut_at_any_byte_resume, |db| async move {
    let h = Arc::new(House::open(db).await);
    h.session("s").await;
    let scissors = Scissors::before(&h.key).await;
    let cut = TestApp::attach(scissors.base.clone()).with_bearer("token-0");
    let writer = tokio::spawn(write_all(h.clone(), 400));
    let mut entropy = Entropy::from_seed([4; 32]);
    let (mut seen, mut cuts) = (Vec::new(), 0);
    while seen.len() < 401 {
        // The head of the answer is some hundred bytes; where in the body the cut falls is anybody's guess.
        scissors.set(1200 + entropy.below(6000));
        let mut stream = sse_through(&cut, seen.last().copied().unwrap_or(0)).await;
        while seen.len() < 401 {
            match stream.next().await {
                Some(event) => seen.push(sequence(&event.json())),
                None => break,
            }
        }
        cuts += 1;
    }
    writer.await.expect("the writer");
    assert_eq!(seen, (1..=401).collect::<Vec<_>>());
    assert!(cuts > 10, "only {cuts} cuts");
});

both_engines!(sockets_cut_at_any_byte_resume, |db| async move {
    let h = Arc::new(House::open(db).await);
    h.session("s").await;
    let scissors = Scissors::before(&h.key).await;
    let address = format!("{}/v1/realtime/ws", scissors.base.replacen("http", "ws", 1));
    let writer = tokio::spawn(write_all(h.clone(), 400));
    let mut entropy = Entropy::from_seed([6; 32]);
    let (mut seen, mut cuts) = (Vec::<i64>::new(), 0);
    while seen.len() < 401 {
        // A frame holds up to 16 KiB of events; a connection that never carries one whole makes no progress.
        scissors.set(1200 + entropy.below(30_000));
        let mut socket = WsClient::open(&address, Some("token-0")).await;
        let after = seen.last().copied().unwrap_or(0);
        socket.send(&json!({"op": "subscribe", "id": "s1", "sessionId": "s", "afterSequence": after})).await;
        while seen.len() < 401 {
            match socket.next().await {
                Some(frame) if frame["op"] == "events" => {
                    seen.extend(frame["events"].as_array().expect("events").iter().map(sequence));
                }
                Some(_) => {}
                None => break,
            }
        }
        cuts += 1;
    }
    writer.await.expect("the writer");
    assert_eq!(seen, (1..=401).collect::<Vec<_>>());
    assert!(cuts > 4, "only {cuts} cuts");
});

both_engines!(all_readers_see_the_same, |db| async move {
    let h = Arc::new(House::open(db).await);
    h.session("s").await;
    let mut readers = Vec::new();
    for _ in 0..8 {
        readers.push(h.key.sse(STREAM, None).await);
    }
    let writer = tokio::spawn(write_all(h.clone(), 300));
    let expected: Vec<i64> = (2..=301).collect();
    for reader in &mut readers {
        let seen: Vec<i64> = reader.take(300).await.iter().map(|e| sequence(&e.json())).collect();
        assert_eq!(seen, expected);
    }
    writer.await.expect("the writer");
});

both_engines!(who_does_not_read_is_closed_and_resumes, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let mut slow = h.key.sse(STREAM, None).await;
    // More than sockets and buffers hold, so that the server has to stop giving.
    let long = "x".repeat(60_000);
    let mut last = 1;
    for batch in 0..20 {
        let events: Vec<Value> =
            (0..20).map(|n| said("s", &format!("e{batch}-{n}"), &format!("u{batch}-{n}"), &long)).collect();
        let _stored = h.key.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
        last += 20;
    }
    h.world.advance_ms(30_001);
    let mut seen = Vec::new();
    let reason = loop {
        let event = slow.next().await.expect("a reason comes before the end");
        if event.event == "closed" {
            break event.json();
        }
        seen.push(sequence(&event.json()));
    };
    assert_eq!(reason, json!({"reason": "lagging"}));
    assert_eq!(slow.next().await, None);
    let so_far = seen.last().copied().expect("something was read");
    assert!(so_far < last, "the client was told before it had everything");
    let mut again = h.key.sse(STREAM, Some(&so_far.to_string())).await;
    while seen.last() != Some(&last) {
        seen.push(sequence(&again.next().await.expect("the rest").json()));
    }
    assert_eq!(seen, (2..=last).collect::<Vec<_>>());
});

both_engines!(the_tenant_in_one_stream, |db| async move {
    let h = House::open(db).await;
    let mut all = h.key.sse("/v1/realtime/stream", None).await;
    let (user, _, person) = h.user(&[]).await;
    let mut own = person.sse("/v1/realtime/stream", None).await;
    let (_, _, viewer) = h.user(&[Role::Viewer]).await;
    let mut watched = viewer.sse("/v1/realtime/stream", None).await;
    let foreign = h.foreign().await;
    let _theirs = foreign.post("/v1/call/sessions", &json!({"sessionId": "a"})).await.expect(201);
    h.session("a").await;
    let _own = h.key.post("/v1/call/sessions", &json!({"sessionId": "b", "ownerUserId": user})).await.expect(201);
    let _said = h.append(&said("a", "a2", "u", "t")).await;
    let _said = h.append(&said("b", "b2", "u", "t")).await;
    let sessions = |events: &[callboard_testkit::SseEvent]| {
        events
            .iter()
            .map(|e| format!("{} {}", e.json()["sessionId"].as_str().unwrap_or_default(), e.event))
            .collect::<Vec<_>>()
    };
    let everything = ["a call.started", "b call.started", "a transcript.final", "b transcript.final"];
    let events = all.take(4).await;
    assert_eq!(sessions(&events), everything);
    assert_eq!(sessions(&watched.take(4).await), everything);
    assert_eq!(sessions(&own.take(2).await), ["b call.started", "b transcript.final"]);
    // Any id of the stream is a place to resume from.
    let mut rest = h.key.sse("/v1/realtime/stream", events[1].id.as_deref()).await;
    assert_eq!(sessions(&rest.take(2).await), everything[2..]);
    let _bad = h.key.get("/v1/realtime/stream?cursor=nonsense").await.expect_problem(400, "INVALID_CURSOR");
    let (_, _, pass) = h.join("a", "caller").await;
    let _refused = pass.get("/v1/realtime/stream").await.expect_problem(403, "FORBIDDEN");
});

/// Two processes on one PostgreSQL: what one writes, the other's readers get, in order and once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_writes() {
    let scratch = callboard_testkit::Scratch::new(callboard_store::Engine::Postgres);
    let h = Arc::new(House::open(scratch.open()).await);
    let other = h.second(scratch.open()).await;
    h.session("s").await;
    let mut here = h.key.sse(STREAM, None).await;
    let mut there = other.sse(STREAM, None).await;
    let mut tenant = other.sse("/v1/realtime/stream", None).await;
    let writer = tokio::spawn(write_all(h.clone(), 150));
    for n in 0..150 {
        let event = said("s", &format!("o{n}"), &format!("o{n}"), "from the other one");
        let _stored = other.post("/v1/realtime/events", &event).await.expect(201);
    }
    writer.await.expect("the writer");
    let expected: Vec<i64> = (2..=301).collect();
    for reader in [&mut here, &mut there] {
        let seen: Vec<i64> = reader.take(300).await.iter().map(|e| sequence(&e.json())).collect();
        assert_eq!(seen, expected);
    }
    // A tenant's stream follows transactions: each event comes once, and a session's order is in its sequences. It may
    // begin a little before it was opened, at what was not settled then (decision 0042).
    let mut seen: Vec<i64> = Vec::new();
    while !expected.iter().all(|n| seen.contains(n)) {
        seen.push(sequence(&tenant.next().await.expect("the stream goes on").json()));
    }
    seen.sort_unstable();
    let first = seen.first().copied().expect("events");
    assert_eq!(seen, (first..=301).collect::<Vec<_>>());
}

both_engines!(one_socket_for_everything, |db| async move {
    let h = House::open(db).await;
    for id in ["s", "t"] {
        h.session(id).await;
    }
    let mut ws = h.key.ws("/v1/realtime/ws").await;
    assert_eq!(ws.next().await.expect("ready")["op"], "ready");
    for (id, session) in [("1", "s"), ("2", "t")] {
        ws.send(&json!({"op": "subscribe", "id": id, "sessionId": session})).await;
        let told = ws.next_op("subscribed").await;
        assert_eq!((&told["id"], &told["latestSequence"]), (&json!(id), &json!(1)));
    }
    ws.send(&json!({"op": "subscribe", "id": "all", "tenant": true})).await;
    assert!(ws.next_op("subscribed").await["cursor"].is_string());
    ws.send(&json!({"op": "append", "id": "a1", "events": [said("s", "e2", "u", "t"), said("t", "e2", "u", "t"), {"sessionId": "s"}]})).await;
    let (mut counts, mut appended) = (std::collections::BTreeMap::<String, usize>::new(), Value::Null);
    while counts.values().sum::<usize>() < 4 || appended.is_null() {
        let frame = ws.next().await.expect("a frame");
        match frame["op"].as_str() {
            Some("events") => {
                let id = frame["id"].as_str().expect("an id").to_owned();
                // A tenant's subscription may begin a little earlier, at what was not settled yet.
                let news =
                    frame["events"].as_array().expect("events").iter().filter(|e| e["type"] == "transcript.final");
                *counts.entry(id).or_default() += news.count();
            }
            Some("appended") => appended = frame,
            other => panic!("unexpected {other:?}: {frame}"),
        }
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("1".into(), 1), ("2".into(), 1), ("all".into(), 2)]);
    assert_eq!(
        (&appended["results"][0]["deduped"], &appended["results"][2]["error"]["code"]),
        (&json!(false), &json!("EVENT_INVALID"))
    );
    ws.send(&json!({"op": "ack", "sessionId": "s", "consumerId": "c", "sequence": 2})).await;
    assert_eq!(ws.next_op("acked").await["outcome"], "advanced_sequence");
    ws.send(&json!({"op": "ack", "sessionId": "s", "consumerId": "c", "sequence": 9})).await;
    assert_eq!(ws.next_op("error").await["problem"]["code"], "ACK_AHEAD_OF_LOG");
    ws.send(&json!({"op": "ping", "id": "p"})).await;
    assert_eq!(ws.next_op("pong").await["id"], "p");
    for (frame, code) in [
        (json!({"op": "subscribe", "id": "1", "sessionId": "s"}), "VALIDATION_FAILED"),
        (json!({"op": "subscribe", "id": "9", "sessionId": "nowhere"}), "NOT_FOUND"),
        (json!({"op": "subscribe", "id": "9", "tenant": true, "cursor": "x"}), "INVALID_CURSOR"),
        (json!({"op": "unsubscribe", "id": "9"}), "NOT_FOUND"),
        (json!({"op": "auth", "pass": "cbp_x"}), "VALIDATION_FAILED"),
        (json!({"op": "dance"}), "VALIDATION_FAILED"),
    ] {
        ws.send(&frame).await;
        assert_eq!(ws.next_op("error").await["problem"]["code"], code, "{frame}");
    }
    ws.send(&json!({"op": "unsubscribe", "id": "all"})).await;
    assert_eq!(ws.next_op("unsubscribed").await["id"], "all");
    h.end("s").await;
    let closed = ws.next_op("closed").await;
    assert_eq!((&closed["id"], &closed["reason"]), (&json!("1"), &json!("session_over")));
    // The subscription lives on for late words; the one of the tenant does not.
    let _late = h.append(&said("s", "late", "late", "t")).await;
    let late = ws.next_op("events").await;
    assert_eq!((&late["id"], &late["events"][0]["eventId"]), (&json!("1"), &json!("late")));
    ws.close().await;
});

both_engines!(a_page_says_who_it_is_first, |db| async move {
    let h = House::tuned(db, fast()).await;
    h.session("s").await;
    let (_, pass, _) = h.join("s", "caller").await;
    let page = h.key.anonymous();
    let mut ws = page.ws("/v1/realtime/ws").await;
    ws.send(&json!({"op": "auth", "pass": pass})).await;
    assert!(ws.next().await.expect("ready")["serverTime"].is_string());
    ws.send(&json!({"op": "subscribe", "id": "s", "sessionId": "s", "afterSequence": 0})).await;
    let _told = ws.next_op("subscribed").await;
    let _hidden = h
        .append(&json!({"sessionId": "s", "type": "usage.tick", "payload": {"meterId": "m", "billableSeconds": 1}}))
        .await;
    ws.send(&json!({"op": "append", "id": "a", "events": [said("s", "mine", "mine", "typed")]})).await;
    let mut types = Vec::new();
    while types.last().map(String::as_str) != Some("transcript.final") {
        let frame = ws.next_op("events").await;
        types.extend(
            frame["events"]
                .as_array()
                .expect("events")
                .iter()
                .map(|e| e["type"].as_str().unwrap_or_default().to_owned()),
        );
    }
    assert!(!types.iter().any(|t| t == "usage.tick" || t == "call.started"), "{types:?}");
    ws.send(&json!({"op": "subscribe", "id": "t", "tenant": true})).await;
    assert_eq!(ws.next_op("error").await["problem"]["code"], "FORBIDDEN");
    for first in
        [json!({"op": "ping"}), json!({"op": "auth", "pass": "cbp_forged"}), json!({"op": "auth", "pass": "token-0"})]
    {
        let mut ws = page.ws("/v1/realtime/ws").await;
        ws.send(&first).await;
        assert_eq!(ws.next().await.expect("a refusal")["problem"]["code"], "UNAUTHENTICATED", "{first}");
        assert_eq!(ws.next().await, None);
    }
    // Who says nothing is closed in time.
    let mut silent = page.ws("/v1/realtime/ws").await;
    assert_eq!(silent.next().await, None);
    let _plain = h.key.get("/v1/realtime/ws").await.expect_problem(400, "BAD_REQUEST");
    let writer = h.key_of(&h.tenant, &[Scope::EventsWrite]);
    let mut ws = writer.ws("/v1/realtime/ws").await;
    ws.send(&json!({"op": "subscribe", "id": "s", "sessionId": "s"})).await;
    assert_eq!(ws.next_op("error").await["problem"]["code"], "FORBIDDEN");
});

both_engines!(revoked_callers_are_sent_away, |db| async move {
    let h = House::tuned(db, fast()).await;
    h.session("s").await;
    let (_, token, viewer) = h.user(&[Role::Viewer]).await;
    let mut stream = viewer.sse(STREAM, None).await;
    let mut ws = viewer.ws("/v1/realtime/ws").await;
    ws.send(&json!({"op": "subscribe", "id": "s", "sessionId": "s"})).await;
    let _told = ws.next_op("subscribed").await;
    h.revoke(&token);
    assert_eq!(stream.next().await.expect("a word").json(), json!({"reason": "access_lost"}));
    assert_eq!(stream.next().await, None);
    assert_eq!(ws.next().await, None);
});

// With the times of the contract: the next look of its own would come after 30 s.
both_engines!(who_is_removed_hears_it_at_once, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let (ann, pass, person) = h.join("s", "caller").await;
    let (_, _, other) = h.join("s", "caller").await;
    let mut stream = person.sse(STREAM, None).await;
    let mut ws = h.key.anonymous().ws("/v1/realtime/ws").await;
    ws.send(&json!({"op": "auth", "pass": pass})).await;
    ws.send(&json!({"op": "subscribe", "id": "s", "sessionId": "s"})).await;
    let _told = ws.next_op("subscribed").await;
    let mut stays = other.sse(STREAM, None).await;
    let _removed = h.key.delete(&format!("/v1/call/sessions/s/participants/{ann}")).await.expect(204);
    let soon = Duration::from_secs(20);
    let word = tokio::time::timeout(soon, stream.next()).await.expect("at once").expect("a word");
    assert_eq!((word.event.as_str(), word.json()), ("closed", json!({"reason": "access_lost"})));
    assert_eq!(stream.next().await, None);
    assert_eq!(tokio::time::timeout(soon, ws.next()).await.expect("at once"), None);
    let _said = h.append(&said("s", "e2", "u", "t")).await;
    assert_eq!(stays.next().await.expect("others go on").json()["eventId"], "e2");
});

both_engines!(going_down_ends_streams, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let mut stream = h.key.sse(STREAM, None).await;
    let mut ws = h.key.ws("/v1/realtime/ws").await;
    let _ready = ws.next_op("ready").await;
    h.shutdown.begin();
    assert_eq!(stream.next().await.expect("a word").json(), json!({"reason": "shutting_down"}));
    assert_eq!(stream.next().await, None);
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), ws.next()).await.expect("in time"), None);
});
