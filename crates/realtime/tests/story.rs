//! Ingest and replay over HTTP, on both engines.

mod common;

use callboard_http::{Role, Scope};
use callboard_testkit::both_engines;
use common::{House, said};
use serde_json::{Value, json};

const EVENTS: &str = "/v1/realtime/events";

both_engines!(one_event_is_stored_once, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let sent = said("s", "e1", "u1", "hello");
    let first = h.key.post(EVENTS, &sent).await.expect(201).json();
    assert_eq!((&first["deduped"], &first["event"]["sequence"]), (&json!(false), &json!(2)));
    let again = h.key.post(EVENTS, &sent).await.expect(200).json();
    assert_eq!((&again["deduped"], &again["event"]), (&json!(true), &first["event"]));
    // Other content under the same id is refused, whatever differs.
    for (pointer, value) in [
        ("/payload/text", json!("other")),
        ("/type", json!("transcript.partial")),
        ("/ts", json!("2026-01-01T00:00:00Z")),
    ] {
        let mut other = sent.clone();
        let stamped = h.key.post(EVENTS, &said_at("s", "e2")).await;
        assert!(matches!(stamped.status, 200 | 201));
        if pointer == "/ts" {
            other = said_at("s", "e2");
            other["ts"] = value;
        } else {
            *other.pointer_mut(pointer).expect("a member") = value;
        }
        let _problem = h.key.post(EVENTS, &other).await.expect_problem(409, "EVENT_ID_CONFLICT");
    }
    // Key order and white space are not content.
    let reordered = r#"{"type":"transcript.final", "payload":{"endMs":5,"startMs":0,"text":"hello","speaker":"agent","utteranceId":"u1"},"sessionId":"s","eventId":"e1"}"#;
    let request =
        h.key.request(reqwest::Method::POST, EVENTS).header("content-type", "application/json").body(reordered);
    assert_eq!(callboard_testkit::Answer::of(request).await.expect(200).json()["deduped"], true);
    // Without an id the server makes one, and the legacy names mean the same.
    let legacy = json!({"sessionId": "s", "type": "usage.tick", "timestamp": "2026-01-31T12:00:00.5+01:00", "version": "1.0",
        "payload": {"meterId": "m", "billableSeconds": 3}});
    let stored = h.append(&legacy).await;
    assert!(stored["eventId"].as_str().is_some_and(|id| id.starts_with("evt_")));
    assert_eq!(stored["ts"], "2026-01-31T11:00:00.5Z");
    let keys: Vec<&String> = stored.as_object().expect("an event").keys().collect();
    assert_eq!(keys.len(), 8, "{keys:?}");
    let log = h.log("s").await;
    let sequences: Vec<i64> = log.iter().filter_map(|e| e["sequence"].as_i64()).collect();
    assert_eq!(sequences, (1..=log.len() as i64).collect::<Vec<_>>());
    assert_eq!(h.app.log.emitted_invalid(), 0);
});

fn said_at(session: &str, event_id: &str) -> Value {
    let mut event = said(session, event_id, "u-at", "when");
    event["ts"] = json!("2026-02-02T00:00:00Z");
    event
}

both_engines!(a_batch_has_an_outcome_for_each, |db| async move {
    let h = House::open(db).await;
    h.session("a").await;
    h.session("b").await;
    let mut bad = said("a", "bad", "u9", "x");
    bad["payload"]["endMs"] = json!(-1);
    let batch = json!({ "events": [
        said("b", "b1", "u1", "1"), said("a", "a1", "u1", "1"), bad, said("nowhere", "n1", "u", "x"),
        said("a", "a2", "u2", "2"), said("a", "a1", "u1", "changed"), said("b", "b2", "u2", "2"), said("a", "a1", "u1", "1"),
    ]});
    let results = h.key.post(EVENTS, &batch).await.expect(200).json()["results"].as_array().expect("results").clone();
    let codes: Vec<&str> = results.iter().map(|r| r["error"]["code"].as_str().unwrap_or("ok")).collect();
    assert_eq!(codes, ["ok", "ok", "EVENT_INVALID", "NOT_FOUND", "ok", "EVENT_ID_CONFLICT", "ok", "ok"]);
    assert_eq!(results[2]["error"]["errors"][0]["pointer"], "/events/2/payload/endMs");
    assert_eq!((&results[7]["deduped"], &results[7]["event"]["sequence"]), (&json!(true), &json!(2)));
    let ids = |log: Vec<Value>| {
        log.iter().skip(1).filter_map(|e| e["eventId"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(ids(h.log("a").await), ["a1", "a2"]);
    assert_eq!(ids(h.log("b").await), ["b1", "b2"]);
    // All or none: the good neighbours of a refused event are not stored.
    let atomic = json!({ "atomic": true, "events": [said("a", "a3", "u3", "3"), said("b", "b1", "u1", "changed")] });
    let problem = h.key.post(EVENTS, &atomic).await.expect_problem(409, "EVENT_ID_CONFLICT");
    assert_eq!(problem["index"], 1);
    assert_eq!(h.log("a").await.len(), 3);
    let atomic = json!({ "atomic": true, "events": [said("a", "a3", "u3", "3"), said("b", "b3", "u3", "3")] });
    assert_eq!(h.key.post(EVENTS, &atomic).await.expect(200).json()["results"].as_array().map(Vec::len), Some(2));
    // Two participants with one utterance in the same batch: the second is refused although neither was stored.
    let claim = |id: &str, participant: &str| {
        let mut event = said("a", id, "contested", "mine");
        event["payload"]["participantId"] = json!(participant);
        event
    };
    let batch = json!({ "events": [claim("c1", "p1"), claim("c2", "p2"), claim("c3", "p1")] });
    let results = h.key.post(EVENTS, &batch).await.expect(200).json()["results"].as_array().expect("results").clone();
    let codes: Vec<&str> = results.iter().map(|r| r["error"]["code"].as_str().unwrap_or("ok")).collect();
    assert_eq!(codes, ["ok", "UTTERANCE_CONFLICT", "ok"]);
});

both_engines!(replay_pages_are_one_bounded_read, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    for n in 2..=12 {
        let _stored = h.append(&said("s", &format!("e{n}"), &format!("u{n}"), "text")).await;
    }
    let path = "/v1/realtime/sessions/s/events";
    let first = h.key.get(&format!("{path}?limit=5")).await.expect(200).json();
    assert_eq!(
        (&first["nextAfterSequence"], &first["hasMore"], &first["watermark"]["sequence"]),
        (&json!(5), &json!(true), &json!(12))
    );
    // The log grows between the pages; the pinned replay does not see it.
    let _stored = h.append(&said("s", "late", "late", "text")).await;
    let second = h.key.get(&format!("{path}?limit=7&afterSequence=5&untilSequence=12")).await.expect(200).json();
    assert_eq!(
        (&second["nextAfterSequence"], &second["hasMore"], &second["watermark"]["eventId"]),
        (&json!(12), &json!(false), &json!("e12"))
    );
    let end = h.key.get(&format!("{path}?afterSequence=13")).await.expect(200).json();
    assert_eq!(
        (end["events"].as_array().map(Vec::len), &end["nextAfterSequence"], &end["hasMore"]),
        (Some(0), &json!(13), &json!(false))
    );
    let by_mark = h.key.get(&format!("{path}?afterEventId=e10&limit=1")).await.expect(200).json();
    assert_eq!(by_mark["events"][0]["eventId"], "e11");
    let _unknown = h.key.get(&format!("{path}?afterEventId=nobody")).await.expect_problem(400, "WATERMARK_UNKNOWN");
    let typed = h.key.get(&format!("{path}?types=call.started,call.ended")).await.expect(200).json();
    assert_eq!((typed["events"].as_array().map(Vec::len), &typed["nextAfterSequence"]), (Some(1), &json!(13)));
    let cost = h.key.get(&format!("{path}?diagnostics=true")).await.expect(200).json();
    assert!(cost["diagnostics"].as_array().is_some_and(|d| d.iter().any(|q| q["rows"] == 13)), "{cost}");
    for (query, code) in [
        ("?afterSequence=1&consumerId=c", "VALIDATION_FAILED"),
        ("?afterSequence=1&afterEventId=e2", "VALIDATION_FAILED"),
        ("?limit=0", "VALIDATION_FAILED"),
        ("?limit=1001", "VALIDATION_FAILED"),
        ("?limit=x", "VALIDATION_FAILED"),
        ("?afterSequence=-1", "VALIDATION_FAILED"),
        ("?types=call.maybe", "VALIDATION_FAILED"),
        ("?afterTs=March%203%202026", "VALIDATION_FAILED"),
        ("?colour=1", "UNKNOWN_QUERY_PARAMETER"),
    ] {
        let _problem = h.key.get(&format!("{path}{query}")).await.expect_problem(400, code);
    }
    let lines = h.key.request(reqwest::Method::GET, path).header("accept", "application/x-ndjson");
    let lines = callboard_testkit::Answer::of(lines).await.expect(200);
    assert_eq!(lines.header("content-type"), Some("application/x-ndjson"));
    let ids: Vec<String> = lines
        .text()
        .lines()
        .map(|l| {
            serde_json::from_str::<Value>(l).expect("a line of JSON")["eventId"].as_str().expect("an id").to_owned()
        })
        .collect();
    assert_eq!((ids.len(), ids[12].as_str()), (13, "late"));
    let html = h.key.request(reqwest::Method::GET, path).header("accept", "text/html");
    let _problem = callboard_testkit::Answer::of(html).await.expect_problem(406, "NOT_ACCEPTABLE");
});

both_engines!(an_export_is_longer_than_a_page, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    for batch in 0..3 {
        let events: Vec<Value> =
            (0..700).map(|n| said("s", &format!("e{batch}-{n}"), &format!("u{batch}-{n}"), "t")).collect();
        let _stored = h.key.post(EVENTS, &json!({ "events": events })).await.expect(200);
    }
    let path = "/v1/realtime/sessions/s/events?afterSequence=1";
    let lines = h.key.request(reqwest::Method::GET, path).header("accept", "application/x-ndjson");
    let text = callboard_testkit::Answer::of(lines).await.expect(200).text();
    let sequences: Vec<i64> =
        text.lines().filter_map(|l| serde_json::from_str::<Value>(l).expect("JSON")["sequence"].as_i64()).collect();
    assert_eq!(sequences, (2..=2101).collect::<Vec<_>>());
    // A filter that hides nearly everything still leads to the end.
    let typed = h.key.get("/v1/realtime/sessions/s/events?types=call.ended").await.expect(200).json();
    assert_eq!((&typed["hasMore"], &typed["nextAfterSequence"]), (&json!(false), &json!(2101)));
});

both_engines!(checkpoints_move_forward_only, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let _stored = h.append(&said("s", "e2", "u", "t")).await;
    let path = "/v1/realtime/sessions/s/checkpoint";
    for (sequence, outcome, stands) in [
        (1, "advanced_sequence", 1),
        (1, "equal_sequence_idempotent", 1),
        (2, "advanced_sequence", 2),
        (0, "stale_sequence_ignored", 2),
    ] {
        let answer = h.key.post(path, &json!({"consumerId": "c", "sequence": sequence})).await.expect(200).json();
        assert_eq!((&answer["outcome"], &answer["sequence"]), (&json!(outcome), &json!(stands)));
    }
    let _ahead =
        h.key.post(path, &json!({"consumerId": "c", "sequence": 3})).await.expect_problem(400, "ACK_AHEAD_OF_LOG");
    for body in [
        json!({"consumerId": " ", "sequence": 1}),
        json!({"consumerId": "c", "sequence": -1}),
        json!({"consumerId": "c"}),
    ] {
        let _problem = h.key.post(path, &body).await.expect_problem(400, "VALIDATION_FAILED");
    }
    let (_, _, owner) = h.user(&[Role::Owner]).await;
    let _other =
        owner.post(path, &json!({"consumerId": "c", "sequence": 1})).await.expect_problem(403, "CONSUMER_FORBIDDEN");
    let _other =
        owner.get("/v1/realtime/sessions/s/events?consumerId=c").await.expect_problem(403, "CONSUMER_FORBIDDEN");
    let replay = h.key.get("/v1/realtime/sessions/s/events?consumerId=c").await.expect(200).json();
    assert_eq!(replay["nextAfterSequence"], 2);
    let list = h.key.get("/v1/realtime/sessions/s/checkpoints").await.expect(200).json();
    assert_eq!(
        (&list["items"][0]["consumerId"], &list["items"][0]["sequence"], &list["nextCursor"]),
        (&json!("c"), &json!(2), &Value::Null)
    );
    h.end("s").await;
    let _late = h.key.post(path, &json!({"consumerId": "c2", "sequence": 2})).await.expect(200);
});

both_engines!(writers_and_readers, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    h.session("other").await;
    let _hidden = h
        .append(&json!({"sessionId": "s", "type": "action.proposed", "eventId": "before",
        "payload": {"actionId": "a", "actionType": "t", "summary": "s"}}))
        .await;
    let (ann, _, person) = h.join("s", "caller").await;
    let (_, _, agent) = h.join("s", "agent").await;
    let reader = h.key_of(&h.tenant, &[Scope::EventsRead]);
    let (_, _, owner) = h.user(&[Role::Owner]).await;
    // A person's words are their own, whatever they claim.
    let mut claim = said("s", "p1", "p-u1", "typed");
    claim["payload"]["participantId"] = json!("par_somebody");
    let stored = person.post(EVENTS, &claim).await.expect(201).json();
    assert_eq!(stored["event"]["payload"]["speaker"], "user");
    assert_eq!(stored["event"]["payload"]["participantId"], json!(ann));
    assert_eq!(stored["event"]["actor"], json!({"role": "user", "id": ann}));
    assert_eq!(person.post(EVENTS, &claim).await.expect(200).json()["deduped"], true);
    let state = |id: &str| {
        json!({"sessionId": "s", "type": "call.agent.state_changed", "eventId": id,
        "payload": {"callId": "s", "participantId": ann, "state": "thinking"}})
    };
    for (who, event, status, code) in [
        (&person, state("x1"), 403, "EVENT_FAMILY_FORBIDDEN"),
        (&agent, state("x2"), 201, ""),
        (&h.key, state("x3"), 201, ""),
        (&reader, state("x4"), 403, "FORBIDDEN"),
        (&owner, state("x5"), 403, "FORBIDDEN"),
        (&h.key.anonymous(), state("x6"), 401, "UNAUTHENTICATED"),
        (&person, said("other", "x7", "u", "t"), 404, "NOT_FOUND"),
        (&agent, said("other", "x8", "u", "t"), 404, "NOT_FOUND"),
        (&h.foreign().await, said("s", "x9", "u", "t"), 404, "NOT_FOUND"),
        (
            &h.key,
            with(said("s", "x10", "ux", "t"), "actor", json!({"role": "system", "id": "callboard"})),
            403,
            "ACTOR_FORBIDDEN",
        ),
        (&h.key, with(state("x11"), "type", json!("call.started")), 400, "EVENT_INVALID"),
        (&agent, with(said("s", "x12", "ann-u", "t"), "actor", json!({"role": "user", "id": ann})), 201, ""),
        (
            &agent,
            with(said("s", "x13", "uz", "t"), "actor", json!({"role": "user", "id": "par_00000000000000000000000000"})),
            403,
            "ACTOR_FORBIDDEN",
        ),
    ] {
        let answer = who.post(EVENTS, &event).await;
        match code {
            "" => drop(answer.expect(status)),
            code => drop(answer.expect_problem(status, code)),
        }
    }
    // Before the pass was made, and everything but call.* and transcript.*, stays hidden; places still advance.
    let seen = person.get("/v1/realtime/sessions/s/events").await.expect(200).json();
    let types: Vec<&str> =
        seen["events"].as_array().expect("events").iter().filter_map(|e| e["type"].as_str()).collect();
    assert!(types.iter().all(|t| t.starts_with("call.") || t.starts_with("transcript.")), "{types:?}");
    assert!(!seen.to_string().contains("\"before\"") && !types.contains(&"call.started"));
    assert_eq!(seen["nextAfterSequence"], seen["watermark"]["sequence"]);
    let all = agent.get("/v1/realtime/sessions/s/events").await.expect(200).json();
    assert_eq!(all["events"].as_array().map(Vec::len), Some(h.log("s").await.len()));
    let _elsewhere = person.get("/v1/realtime/sessions/other/events").await.expect_problem(404, "NOT_FOUND");
});

fn with(mut event: Value, name: &str, value: Value) -> Value {
    event[name] = value;
    event
}

both_engines!(after_the_end, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let tick = |id: &str| json!({"sessionId": "s", "eventId": id, "type": "usage.tick", "payload": {"meterId": "m", "billableSeconds": 1}});
    let _stored = h.append(&tick("t1")).await;
    h.end("s").await;
    let _late = h.append(&said("s", "late", "u", "late words")).await;
    let _closed = h.key.post(EVENTS, &tick("t2")).await.expect_problem(409, "SESSION_CLOSED");
    // A repetition of what was stored before the end is still a repetition, and a conflict still a conflict.
    assert_eq!(h.key.post(EVENTS, &tick("t1")).await.expect(200).json()["deduped"], true);
    let other = with(tick("t1"), "payload", json!({"meterId": "m", "billableSeconds": 2}));
    let _conflict = h.key.post(EVENTS, &other).await.expect_problem(409, "EVENT_ID_CONFLICT");
    h.world.advance_ms(callboard_kernel::limits::LATE_WINDOW_MS + 1);
    let _over = h.key.post(EVENTS, &said("s", "later", "u2", "too late")).await.expect_problem(409, "SESSION_CLOSED");
    assert_eq!(h.key.post(EVENTS, &said("s", "late", "u", "late words")).await.expect(200).json()["deduped"], true);
});

both_engines!(bad_input_changes_nothing, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let good = said("s", "e", "u", "t").to_string();
    let deep = format!(
        "{{\"sessionId\":\"s\",\"type\":\"transcript.final\",\"payload\":{}1{}}}",
        "{\"a\":".repeat(40),
        "}".repeat(40)
    );
    let big = good.replace("\"t\"", &format!("\"{}\"", "x".repeat(70_000)));
    for (name, body, status, code) in [
        ("empty", String::new(), 400, "MALFORMED_JSON"),
        ("cut", good[..20].to_owned(), 400, "MALFORMED_JSON"),
        ("NaN", good.replace("\"startMs\":0", "\"startMs\":NaN"), 400, "MALFORMED_JSON"),
        ("infinity", good.replace("\"startMs\":0", "\"startMs\":1e999"), 400, "MALFORMED_JSON"),
        ("duplicate keys", good.replace("\"startMs\":0", "\"startMs\":0,\"startMs\":0"), 400, "MALFORMED_JSON"),
        ("lone surrogate", good.replace("\"t\"", "\"\\ud800\""), 400, "MALFORMED_JSON"),
        ("U+0000", good.replace("\"t\"", "\"a\\u0000\""), 400, "MALFORMED_JSON"),
        ("deep", deep, 400, "MALFORMED_JSON"),
        ("byte order mark", format!("\u{feff}{good}"), 400, "MALFORMED_JSON"),
        ("beyond 2^53", good.replace("\"startMs\":0", "\"startMs\":9007199254740993"), 400, "MALFORMED_JSON"),
        ("array", "[]".to_owned(), 400, "EVENT_INVALID"),
        ("text for a number", good.replace("\"startMs\":0", "\"startMs\":\"0\""), 400, "EVENT_INVALID"),
        ("fraction", good.replace("\"startMs\":0", "\"startMs\":0.5"), 400, "EVENT_INVALID"),
        ("unknown envelope key", good.replace("{\"eventId\"", "{\"colour\":1,\"eventId\""), 400, "EVENT_INVALID"),
        (
            "both names",
            good.replace(
                "{\"eventId\"",
                "{\"ts\":\"2026-01-01T00:00:00Z\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"eventId\"",
            ),
            400,
            "EVENT_INVALID",
        ),
        (
            "loose time",
            good.replace("{\"eventId\"", "{\"ts\":\"2026-01-01 00:00:00\",\"eventId\""),
            400,
            "EVENT_INVALID",
        ),
        (
            "nanoseconds",
            good.replace("{\"eventId\"", "{\"ts\":\"2026-01-01T00:00:00.0000001Z\",\"eventId\""),
            400,
            "EVENT_INVALID",
        ),
        ("version 2", good.replace("{\"eventId\"", "{\"schemaVersion\":\"2.0\",\"eventId\""), 400, "EVENT_INVALID"),
        ("sequence", good.replace("{\"eventId\"", "{\"sequence\":2,\"eventId\""), 400, "SEQUENCE_NOT_ALLOWED"),
        ("unknown type", good.replace("transcript.final", "transcript.maybe"), 400, "UNKNOWN_EVENT_TYPE"),
        ("our own id", good.replace("\"e\"", "\"cb:1\""), 400, "VALIDATION_FAILED"),
        ("big payload", big, 400, "EVENT_INVALID"),
        ("empty batch", "{\"events\":[]}".to_owned(), 400, "VALIDATION_FAILED"),
        ("unknown session", good.replace("\"s\"", "\"nowhere\""), 404, "NOT_FOUND"),
    ] {
        let request =
            h.key.request(reqwest::Method::POST, EVENTS).header("content-type", "application/json").body(body);
        let answer = callboard_testkit::Answer::of(request).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{name}: {}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{name}");
    }
    let plain = h.key.request(reqwest::Method::POST, EVENTS).header("content-type", "text/plain").body(good.clone());
    let _problem = callboard_testkit::Answer::of(plain).await.expect_problem(415, "UNSUPPORTED_MEDIA_TYPE");
    assert!(head_only(&h, 9 * 1024 * 1024).await.contains("BODY_TOO_LARGE"));
    let _query =
        h.key.post("/v1/realtime/events?dry=1", &json!({})).await.expect_problem(400, "UNKNOWN_QUERY_PARAMETER");
    assert_eq!(h.log("s").await.len(), 1, "nothing was stored");
    // Another tenant's session, another user's, and none at all read the same.
    let foreign = h.foreign().await;
    let (_, _, stranger) = h.user(&[]).await;
    let absent = h.key.get("/v1/realtime/sessions/nowhere/events").await.expect_problem(404, "NOT_FOUND");
    for who in [&foreign, &stranger] {
        let there = who.get("/v1/realtime/sessions/s/events").await.expect_problem(404, "NOT_FOUND");
        assert_eq!((&there["detail"], &there["title"]), (&absent["detail"], &absent["title"]));
        for path in ["stream", "checkpoints"] {
            let _absent = who.get(&format!("/v1/realtime/sessions/s/{path}")).await.expect_problem(404, "NOT_FOUND");
        }
        let ack = json!({"consumerId": "c", "sequence": 0});
        let _absent = who.post("/v1/realtime/sessions/s/checkpoint", &ack).await.expect_problem(404, "NOT_FOUND");
    }
});

/// What the server says to the head of a request whose body has this length; it does not wait for the body.
async fn head_only(h: &House, length: usize) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let server = h.key.server().expect("a server of this process").addr();
    let mut socket = tokio::net::TcpStream::connect(server).await.expect("it listens");
    let head = format!(
        "POST {EVENTS} HTTP/1.1\r\nhost: {server}\r\nauthorization: Bearer token-0\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains("\"code\"") {
        match socket.read(&mut buffer).await.expect("an answer") {
            0 => break,
            n => answer.extend_from_slice(&buffer[..n]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

both_engines!(schemas_are_published, |db| async move {
    let h = House::open(db).await;
    let list = h.key.anonymous().get("/v1/schemas").await.expect(200).json();
    let names: Vec<&str> = list["items"].as_array().expect("items").iter().filter_map(|s| s["name"].as_str()).collect();
    assert!(names.contains(&"envelope") && names.contains(&"transcript.final") && names.len() == 36, "{}", names.len());
    for name in names {
        let schema = h.key.anonymous().get(&format!("/v1/schemas/{name}")).await.expect(200);
        assert_eq!(schema.header("content-type"), Some("application/schema+json"));
        assert_eq!(schema.json()["type"], "object", "{name}");
    }
    let _absent = h.key.get("/v1/schemas/call.maybe").await.expect_problem(404, "NOT_FOUND");
});

both_engines!(racing_writers_keep_one_order, |db| async move {
    let h = std::sync::Arc::new(House::open(db).await);
    for n in 0..4 {
        h.session(&format!("s{n}")).await;
    }
    // Every writer sends the same batches over the same sessions, in its own order: each event is stored once.
    let writers = (0..6).map(|writer: usize| {
        let h = h.clone();
        tokio::spawn(async move {
            for batch in 0..5 {
                let mut events: Vec<Value> = (0..20)
                    .map(|n| said(&format!("s{}", n % 4), &format!("e{batch}-{n}"), &format!("u{batch}-{n}"), "t"))
                    .collect();
                events.rotate_left(writer * 3);
                let answer = h.key.post(EVENTS, &json!({ "events": events })).await.expect(200).json();
                let refused =
                    answer["results"].as_array().expect("results").iter().filter(|r| r["error"].is_object()).count();
                assert_eq!(refused, 0, "{answer}");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("a writer");
    }
    for n in 0..4 {
        let log = h.log(&format!("s{n}")).await;
        let sequences: Vec<i64> = log.iter().filter_map(|e| e["sequence"].as_i64()).collect();
        assert_eq!(sequences, (1..=26).collect::<Vec<_>>());
    }
    let (db, log) = (h.app.db.clone(), h.app.log.clone());
    let report =
        tokio::task::spawn_blocking(move || callboard_eventlog::verify::verify(&db, &log)).await.expect("verified");
    let report = report.expect("a report");
    assert_eq!((report.sessions, report.events, report.findings), (4, 104, vec![]));
});
