//! Transcripts over HTTP, on both engines.

#[path = "../../realtime/tests/common/mod.rs"]
mod common;

use callboard_http::Role;
use callboard_testkit::both_engines;
use common::{House, said};
use serde_json::{Value, json};

const TRANSCRIPT: &str = "/v1/call/sessions/s/transcript";
const SNAPSHOTS: &str = "/v1/call/sessions/s/transcript-snapshots";

/// A version of an utterance; `kind` is partial or final.
fn version(kind: &str, id: &str, utterance: &str, text: &str, start_ms: i64) -> Value {
    let mut event = said("s", id, utterance, text);
    event["type"] = json!(format!("transcript.{kind}"));
    event["payload"]["startMs"] = json!(start_ms);
    event["payload"]["endMs"] = json!(start_ms + 10);
    event
}

fn texts(transcript: &Value) -> Vec<String> {
    let text = |s: &Value| format!("{} {}", s["text"].as_str().unwrap_or_default(), s["revision"]);
    transcript["segments"].as_array().expect("segments").iter().map(text).collect()
}

both_engines!(the_state_follows_every_version, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let empty = h.key.get(TRANSCRIPT).await.expect(200);
    assert_eq!((empty.json(), empty.header("etag")), (json!({"segments": [], "revision": 0}), Some("\"0\"")));
    for (kind, id, utterance, text, start) in [
        ("partial", "1", "b", "wor", 50),
        ("partial", "2", "a", "hel", 10),
        ("partial", "3", "b", "world", 50),
        ("final", "4", "a", "hello", 10),
        ("partial", "5", "a", "too late", 10),
        ("final", "6", "a", "Hello", 10),
    ] {
        let _stored = h.append(&version(kind, id, utterance, text, start)).await;
    }
    let state = h.key.get(TRANSCRIPT).await.expect(200);
    assert_eq!(texts(&state.json()), ["Hello 1", "world 0"]);
    let first = &state.json()["segments"][0];
    assert_eq!((&first["final"], &first["sequence"], &first["firstSequence"]), (&json!(true), &json!(7), &json!(3)));
    // An unchanged transcript is not sent again; another form of it is another thing.
    let etag = state.header("etag").expect("an etag").to_owned();
    let poll = |path: &str, tag: &str| h.key.request(reqwest::Method::GET, path).header("if-none-match", tag);
    let same = callboard_testkit::Answer::of(poll(TRANSCRIPT, &etag)).await.expect(304);
    assert!(same.body.is_empty());
    let _text = callboard_testkit::Answer::of(poll(&format!("{TRANSCRIPT}?format=txt"), &etag)).await.expect(200);
    let _stored = h.append(&version("final", "7", "c", "new", 70)).await;
    let _changed = callboard_testkit::Answer::of(poll(TRANSCRIPT, &etag)).await.expect(200);
    for (format, kind, part) in [
        ("txt", "text/plain; charset=utf-8", "[00:00:00.010] agent: Hello\n"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n\n00:00:00.010 --> 00:00:00.020\n<v agent>Hello</v>\n"),
        ("srt", "application/x-subrip; charset=utf-8", "1\n00:00:00,010 --> 00:00:00,020\nagent: Hello\n"),
    ] {
        let answer = h.key.get(&format!("{TRANSCRIPT}?format={format}")).await.expect(200);
        assert_eq!(answer.header("content-type"), Some(kind));
        assert!(answer.text().starts_with(part), "{}", answer.text());
    }
    let _bad = h.key.get(&format!("{TRANSCRIPT}?format=pdf")).await.expect_problem(400, "VALIDATION_FAILED");
    let _absent = h.foreign().await.get(TRANSCRIPT).await.expect_problem(404, "NOT_FOUND");
});

both_engines!(utterances_belong_to_who_began_them, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let (ann, _, person) = h.join("s", "caller").await;
    let (_, _, other) = h.join("s", "caller").await;
    let _stored = h.append(&version("final", "1", "ours", "no one named", 5)).await;
    let _mine = person.post("/v1/realtime/events", &version("partial", "2", "mine", "I s", 10)).await.expect(201);
    for (who, event) in [
        (&other, version("final", "3", "mine", "stolen", 10)),
        (&person, version("final", "4", "ours", "stolen", 5)),
        (&h.key, version("final", "5", "mine", "nameless", 10)),
    ] {
        let problem = who.post("/v1/realtime/events", &event).await.expect_problem(409, "UTTERANCE_CONFLICT");
        assert_eq!(problem["errors"][0]["pointer"], "/payload/utteranceId");
    }
    let _mine = person.post("/v1/realtime/events", &version("final", "6", "mine", "I say", 10)).await.expect(201);
    let state = h.key.get(TRANSCRIPT).await.expect(200).json();
    assert_eq!(texts(&state), ["no one named 0", "I say 0"]);
    assert_eq!(state["segments"][1]["participantId"], json!(ann));
    // Names of participants stand in text forms; a person reads what was said since they came.
    let text = h.key.get(&format!("{TRANSCRIPT}?format=txt")).await.expect(200).text();
    assert!(text.ends_with("Ann: I say\n"), "{text}");
    let (_, _, late) = h.join("s", "caller").await;
    assert_eq!(texts(&late.get(TRANSCRIPT).await.expect(200).json()), Vec::<String>::new());
    assert_eq!(late.get(SNAPSHOTS).await.expect(200).json()["count"], 0);
    assert_eq!(texts(&person.get(TRANSCRIPT).await.expect(200).json()).len(), 2);
});

both_engines!(compaction_never_drops_a_current_final, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    // Ten utterances of 99 partials and a final each, then one old final that was corrected at the very end.
    for utterance in 0..10 {
        let mut events: Vec<Value> = (0..99)
            .map(|n| version("partial", &format!("{utterance}-{n}"), &format!("u{utterance}"), "ab", utterance))
            .collect();
        events.push(version(
            "final",
            &format!("{utterance}-f"),
            &format!("u{utterance}"),
            &format!("final {utterance}"),
            utterance,
        ));
        let _stored = h.key.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
    }
    let _corrected = h.append(&version("final", "corrected", "u0", "corrected 0", 0)).await;
    let before = h.key.get(SNAPSHOTS).await.expect(200).json();
    assert_eq!(
        (&before["count"], &before["firstSequence"], &before["lastSequence"]),
        (&json!(1001), &json!(2), &json!(1002))
    );
    assert_eq!(before["bytes"], 10 * 99 * 2 + 10 * 7 + 11);
    let state = h.key.get(TRANSCRIPT).await.expect(200).json();
    let path = format!("{SNAPSHOTS}/compact");
    for keep in [json!(0), json!(-1), json!("5"), json!(1.5)] {
        let _bad = h.key.post(&path, &json!({ "keep": keep })).await.expect_problem(400, "VALIDATION_FAILED");
    }
    assert_eq!(h.key.post(&path, &json!({})).await.expect(200).json()["removed"], 0, "2000 are kept by default");
    let request =
        || h.key.request(reqwest::Method::POST, &path).header("idempotency-key", "once").json(&json!({ "keep": 5 }));
    let first = callboard_testkit::Answer::of(request()).await.expect(200);
    // The newest five are the correction, a final and three partials; nine finals are current besides, one of them among the five.
    assert_eq!(first.json(), json!({"removed": 988, "kept": 13, "upToSequence": 997}));
    let again = callboard_testkit::Answer::of(request()).await.expect(200);
    assert_eq!((again.json(), again.header("idempotency-replayed")), (first.json(), Some("true")));
    let after = h.key.get(SNAPSHOTS).await.expect(200).json();
    assert_eq!((&after["count"], &after["lastSequence"]), (&json!(13), &json!(1002)));
    let finals: Vec<&str> = after["items"]
        .as_array()
        .expect("items")
        .iter()
        .filter(|s| s["final"] == true)
        .filter_map(|s| s["text"].as_str())
        .collect();
    assert_eq!(finals.len(), 10);
    assert!(finals.contains(&"final 1") && finals.contains(&"corrected 0") && !finals.contains(&"final 0"));
    assert_eq!(h.key.get(TRANSCRIPT).await.expect(200).json(), state, "the transcript does not change");
    let (_, _, viewer) = h.user(&[Role::Viewer]).await;
    let _viewer = viewer.post(&path, &json!({})).await.expect_problem(403, "FORBIDDEN");
    // The projection still follows from the log, and versions are no projection.
    let (db, log) = (h.app.db.clone(), h.app.log.clone());
    let report =
        tokio::task::spawn_blocking(move || callboard_eventlog::verify::verify(&db, &log)).await.expect("verified");
    assert_eq!(report.expect("a report").findings, Vec::<String>::new());
});

both_engines!(versions_come_in_pages, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    for n in 0..7 {
        let _stored = h.append(&version("partial", &format!("e{n}"), "u", &format!("t{n}"), 0)).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = h.key.get(&format!("{SNAPSHOTS}?limit=3{cursor}")).await.expect(200).json();
        seen.extend(
            page["items"].as_array().expect("items").iter().filter_map(|s| s["text"].as_str().map(str::to_owned)),
        );
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
    let _bad = h.key.get(&format!("{SNAPSHOTS}?cursor=x")).await.expect_problem(400, "INVALID_CURSOR");
    let _bad = h.key.get(&format!("{SNAPSHOTS}?limit=101")).await.expect_problem(400, "VALIDATION_FAILED");
});

both_engines!(every_text_is_known_to_the_engine, |db| async move {
    let own = match db.engine() {
        callboard_store::Engine::Sqlite => callboard_transcripts::SQLITE_SQL,
        callboard_store::Engine::Postgres => callboard_transcripts::POSTGRES_SQL,
    };
    let all = [&callboard_transcripts::ALL_SQL, own].concat();
    tokio::task::spawn_blocking(move || db.prepare_all(&all)).await.expect("ran").expect("prepared");
});
