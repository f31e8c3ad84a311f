//! Searching over HTTP, on both engines: the same fixtures give the same hits.

#[path = "../../realtime/tests/common/mod.rs"]
mod common;

use callboard_http::Role;
use callboard_store::Sql;
use callboard_testkit::{Answer, TestApp, both_engines};
use common::{House, said};
use serde_json::{Value, json};

/// `/v1/search/transcripts` with these parameters.
async fn ask(who: &TestApp, query: &[(&str, &str)]) -> Answer {
    let encoded = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    who.get(&format!("/v1/search/transcripts?{}", query.join("&"))).await
}

/// The hits of a query as `session/utterance`, in their order.
async fn found(who: &TestApp, q: &str) -> Vec<String> {
    let answer = ask(who, &[("q", q)]).await.expect(200).json();
    names(&answer)
}

fn names(answer: &Value) -> Vec<String> {
    let name = |hit: &Value| {
        format!("{}/{}", hit["sessionId"].as_str().expect("a session"), hit["utteranceId"].as_str().expect("an id"))
    };
    answer["items"].as_array().expect("items").iter().map(name).collect()
}

/// A final said at a minute of an hour; its event id is its utterance's.
fn at(session: &str, utterance: &str, minute: u32, text: &str) -> Value {
    let mut event = said(session, &format!("e-{utterance}"), utterance, text);
    event["ts"] = json!(format!("2026-11-22T10:{minute:02}:00Z"));
    event
}

/// Text of many scripts, one utterance each, a minute apart.
const FIXTURES: [(&str, &str); 16] = [
    ("french", "Une crème brûlée, s'il vous plaît, à l'hôtel"),
    ("decomposed", "Cre\u{300}me bru\u{302}le\u{301}e encore"),
    ("german", "Die Straße nach Köln ist gesperrt"),
    ("capitals", "STRASSE UND BRÜCKE"),
    ("polish", "Jadę do Łodzi, Łódź jest piękna"),
    ("turkish", "İstanbul'da ılık bir gün"),
    ("greek", "Ο οδός είναι κλειστή"),
    ("russian", "Ёлка стоит в углу"),
    ("hebrew", "שָׁלוֹם לכולם"),
    ("arabic", "كَتَبَ الولد الدرس"),
    ("hindi", "मैं हिन्दी बोलता हूँ"),
    ("thai", "สวัสดีครับผมชื่อสมชาย"),
    ("chinese", "我们明天在北京开会"),
    ("japanese", "明日は東京タワーへ行きます"),
    ("korean", "내일 서울에서 회의가 있습니다"),
    ("signs", "Order #4711-B: 2.5 kg @ €3,50 — C++ & \"quotes\" it's * (done) 🙂"),
];

both_engines!(the_same_fixtures_give_the_same_hits, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    for (minute, (name, text)) in (0..).zip(FIXTURES) {
        let _stored = h.append(&at("s", name, minute, text)).await;
    }
    for (q, expected) in [
        ("creme brulee", &["s/decomposed", "s/french"][..]),
        ("CRÈME", &["s/decomposed", "s/french"]),
        ("cre\u{300}me hotel", &["s/french"]),
        ("brulee creme", &["s/decomposed", "s/french"]),
        ("creme bruleex", &[]),
        ("cre bru", &[]),
        ("creme bru", &["s/decomposed", "s/french"]),
        ("strasse", &["s/capitals", "s/german"]),
        ("Straße bruck", &["s/capitals"]),
        ("lodz", &["s/polish"]),
        ("istanbul ilik", &["s/turkish"]),
        ("ΟΔΟΣ", &["s/greek"]),
        ("елка", &["s/russian"]),
        ("שלום", &["s/hebrew"]),
        ("كتب", &["s/arabic"]),
        ("हिन्दी", &["s/hindi"]),
        ("हिन", &["s/hindi"]),
        ("สมชาย", &["s/thai"]),
        ("北京", &["s/chinese"]),
        ("京", &["s/japanese", "s/chinese"]),
        ("北京 明天", &["s/chinese"]),
        ("京北", &[]),
        ("東京タワー", &["s/japanese"]),
        ("ﾀﾜｰ", &["s/japanese"]),
        ("서울", &["s/korean"]),
        ("4711", &["s/signs"]),
        ("4711-b", &["s/signs"]),
        ("2.5 kg", &["s/signs"]),
        ("C++ \"quotes\" * (done)", &["s/signs"]),
        ("it's NOT", &[]),
        ("done AND quotes", &[]),
        ("words: done", &[]),
        ("done OR banana", &[]),
    ] {
        assert_eq!(found(&h.key, q).await, expected, "{q}");
    }
    let hit = ask(&h.key, &[("q", "brulee cre")]).await.expect(200).json()["items"][1].clone();
    assert_eq!(
        hit,
        json!({
            "sessionId": "s", "utteranceId": "french", "sequence": 2, "at": "2026-11-22T10:00:00Z", "startMs": 0, "endMs": 5,
            "speaker": "agent", "text": FIXTURES[0].1,
            "snippet": [
                { "text": "Une ", "hit": false }, { "text": "crème", "hit": true }, { "text": " ", "hit": false },
                { "text": "brûlée", "hit": true }, { "text": ", s'il vous plaît, à l'hôtel", "hit": false },
            ],
        })
    );
});

both_engines!(only_what_stands_now_is_found, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    let version = |kind: &str, id: &str, text: &str| {
        let mut event = said("s", id, "u", text);
        event["type"] = json!(format!("transcript.{kind}"));
        event
    };
    for (kind, id, text, now_found) in [
        ("partial", "1", "apple", ""),
        ("partial", "2", "apple banana", ""),
        ("final", "3", "apple cherry", "apple cherry"),
        ("partial", "4", "banana", "apple cherry"),
        ("final", "5", "date", "date"),
        ("final", "6", "…", ""),
        ("final", "7", "Elder", "elder"),
    ] {
        let _stored = h.append(&version(kind, id, text)).await;
        for word in ["apple", "banana", "cherry", "date", "elder"] {
            let expected = usize::from(now_found.contains(word));
            assert_eq!(found(&h.key, word).await.len(), expected, "{word} after {kind} {text}");
        }
    }
    // The same event again changes nothing, and the index agrees with its table.
    let _again = h.key.post("/v1/realtime/events", &version("final", "7", "Elder")).await.expect(200);
    assert_eq!(found(&h.key, "elder").await, ["s/u"]);
    check_index(&h).await;
    assert_eq!(findings(&h).await, Vec::<String>::new());
    // `verify` sees a row that does not follow from the log.
    static PLANT: Sql = Sql::new("PLANT", "update transcript_search_words set words = 'forged'");
    let changed = h.app.db.write(|tx| tx.execute(&PLANT, callboard_store::params! {})).await;
    assert_eq!(changed.expect("planted"), 1);
    let findings = findings(&h).await;
    assert!(findings.len() == 1 && findings[0].contains("transcript_search row 0: words"), "{findings:?}");
    assert_eq!(found(&h.key, "elder").await, [""; 0], "the index follows its table");
    check_index(&h).await;
});

async fn findings(h: &House) -> Vec<String> {
    let (db, log) = (h.app.db.clone(), h.app.log.clone());
    let report = tokio::task::spawn_blocking(move || callboard_eventlog::verify::verify(&db, &log)).await;
    report.expect("verified").expect("a report").findings
}

/// SQLite compares the index with the table that it stands over.
async fn check_index(h: &House) {
    static CHECK: Sql = Sql::new(
        "CHECK",
        "insert into transcript_search_index (transcript_search_index, rank) values ('integrity-check', 1)",
    );
    if h.app.db.engine() == callboard_store::Engine::Sqlite {
        let checked = h.app.db.write(|tx| tx.execute(&CHECK, callboard_store::params! {})).await;
        checked.expect("the index holds what its table holds");
    }
}

both_engines!(everybody_finds_what_they_may_read, |db| async move {
    let h = House::open(db).await;
    let (ann_id, _, ann) = h.user(&[]).await;
    let (_, _, bob) = h.user(&[]).await;
    let (_, _, viewer) = h.user(&[Role::Viewer]).await;
    h.session("ours").await;
    let of_ann = json!({ "sessionId": "anns", "ownerUserId": ann_id.to_string() });
    let _made = h.key.post("/v1/call/sessions", &of_ann).await.expect(201);
    let _made = bob.post("/v1/call/sessions", &json!({ "sessionId": "bobs" })).await.expect(201);
    let theirs = h.foreign().await;
    let _made = theirs.post("/v1/call/sessions", &json!({ "sessionId": "ours" })).await.expect(201);
    for (who, session, minute) in [(&h.key, "ours", 1), (&h.key, "anns", 2), (&h.key, "bobs", 3), (&theirs, "ours", 4)]
    {
        let _stored = who.post("/v1/realtime/events", &at(session, "u", minute, "a secret word")).await.expect(201);
    }
    for (who, expected) in [
        (&h.key, &["bobs/u", "anns/u", "ours/u"][..]),
        (&viewer, &["bobs/u", "anns/u", "ours/u"]),
        (&ann, &["anns/u"]),
        (&bob, &["bobs/u"]),
        (&theirs, &["ours/u"]),
    ] {
        assert_eq!(found(who, "secret").await, expected);
    }
    assert_eq!(ask(&theirs, &[("q", "secret")]).await.json()["items"][0]["at"], "2026-11-22T10:04:00Z");
    // A session's own search says of what one may not see what it says of what is not there.
    let within = |session: &'static str| [("q", "secret"), ("sessionId", session)];
    assert_eq!(names(&ask(&ann, &within("anns")).await.expect(200).json()), ["anns/u"]);
    for (who, session) in [(&ann, "bobs"), (&ann, "ours"), (&theirs, "anns"), (&h.key, "nowhere"), (&h.key, "../x")] {
        let _absent = ask(who, &within(session)).await.expect_problem(404, "NOT_FOUND");
    }
    // A cursor of one's own list leads nowhere in another's.
    let page = ask(&h.key, &[("q", "secret"), ("limit", "1")]).await.expect(200).json();
    let cursor = page["nextCursor"].as_str().expect("more").to_owned();
    let _foreign = ask(&theirs, &[("q", "secret"), ("limit", "1"), ("cursor", &cursor)])
        .await
        .expect_problem(400, "INVALID_CURSOR");
    let (_, _, person) = h.join("ours", "caller").await;
    let (_, _, agent) = h.join("ours", "agent").await;
    for pass in [&person, &agent] {
        let _refused = ask(pass, &[("q", "secret")]).await.expect_problem(403, "FORBIDDEN");
    }
    let blind = h.key_of(&h.tenant, &[callboard_http::Scope::CallsRead]);
    let _refused = ask(&blind, &[("q", "secret")]).await.expect_problem(403, "FORBIDDEN");
});

both_engines!(hits_come_newest_first_in_pages, |db| async move {
    let h = House::open(db).await;
    // Two sessions, times that are equal and times against the order of arrival.
    for session in ["a", "b"] {
        h.session(session).await;
    }
    for (session, utterance, minute) in
        [("a", "1", 5), ("b", "2", 5), ("a", "3", 5), ("b", "4", 1), ("a", "5", 9), ("b", "6", 5), ("a", "7", 0)]
    {
        let _stored = h.append(&at(session, utterance, minute, "ten words or so")).await;
    }
    let whole = found(&h.key, "words").await;
    assert_eq!(whole, ["a/5", "b/6", "b/2", "a/3", "a/1", "b/4", "a/7"]);
    for limit in ["1", "2", "3", "7"] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("q", "words"), ("limit", limit)];
            query.extend(cursor.as_deref().map(|c| ("cursor", c)));
            let page = ask(&h.key, &query).await.expect(200).json();
            seen.extend(names(&page));
            // What is said meanwhile is newer than every page to come.
            if seen.len() == 3 && limit == "3" {
                let _stored = h.append(&at("b", "new", 30, "new words")).await;
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        let expected: Vec<String> = whole.iter().filter(|n| *n != "b/new").cloned().collect();
        seen.retain(|n| n != "b/new");
        assert_eq!(seen, expected, "pages of {limit}");
    }
    for (filter, value, expected) in [
        ("from", "2026-11-22T10:09:00Z", &["b/new", "a/5"][..]),
        ("until", "2026-11-22T10:05:00Z", &["b/4", "a/7"]),
        ("until", "2026-11-22T10:05:00.000001Z", &["b/6", "b/2", "a/3", "a/1", "b/4", "a/7"]),
        ("sessionId", "b", &["b/new", "b/6", "b/2", "b/4"]),
    ] {
        let answer = ask(&h.key, &[("q", "words"), (filter, value)]).await.expect(200).json();
        assert_eq!(names(&answer), expected, "{filter}={value}");
    }
    // A cursor belongs to its question.
    let page = ask(&h.key, &[("q", "words"), ("limit", "2")]).await.expect(200).json();
    let cursor = page["nextCursor"].as_str().expect("more").to_owned();
    for other in [
        &[("q", "word")][..],
        &[("q", "words"), ("sessionId", "b")],
        &[("q", "words"), ("from", "2026-11-22T10:00:00Z")],
    ] {
        let query: Vec<(&str, &str)> = other.iter().copied().chain([("cursor", cursor.as_str())]).collect();
        let _other = ask(&h.key, &query).await.expect_problem(400, "INVALID_CURSOR");
    }
});

both_engines!(bad_questions_are_refused, |db| async move {
    let h = House::open(db).await;
    let long = "x".repeat(201);
    let many = "a ".repeat(33);
    for (query, pointer) in [
        (vec![], "query:q"),
        (vec![("q", "")], "query:q"),
        (vec![("q", " ")], "query:q"),
        (vec![("q", "?! … \"*\" 🙂")], "query:q"),
        (vec![("q", long.as_str())], "query:q"),
        (vec![("q", many.as_str())], "query:q"),
        (vec![("q", "a"), ("q", "b")], "query:q"),
        (vec![("q", "a"), ("limit", "101")], "query:limit"),
        (vec![("q", "a"), ("limit", "0")], "query:limit"),
        (vec![("q", "a"), ("from", "yesterday")], "query:from"),
        (vec![("q", "a"), ("until", "2026-11-22")], "query:until"),
    ] {
        let problem = ask(&h.key, &query).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query:?}: {problem}");
    }
    let _unknown = ask(&h.key, &[("q", "a"), ("speaker", "b")]).await.expect_problem(400, "UNKNOWN_QUERY_PARAMETER");
    let _cursor = ask(&h.key, &[("q", "a"), ("cursor", "x")]).await.expect_problem(400, "INVALID_CURSOR");
});

/// Pieces of what the engines' query languages are made of, and of what breaks text handling.
const HOSTILE: [&str; 40] = [
    "\"",
    "'",
    "\\",
    "*",
    "(",
    ")",
    ":",
    "^",
    "-",
    "+",
    "&",
    "|",
    "!",
    "<->",
    "<2>",
    "{",
    "}",
    ",",
    ";",
    "--",
    "/*",
    "%",
    "_",
    "\0",
    "\n",
    "\u{301}",
    "\u{200d}",
    "\u{fdfa}",
    "½",
    "ǆ",
    "İ",
    "한",
    "が",
    "𝔘",
    "\u{10ffff}",
    " AND ",
    " OR ",
    " NOT ",
    "NEAR(",
    "words:",
];

both_engines!(no_text_is_a_syntax_error, |db| async move {
    let h = House::open(db).await;
    h.session("s").await;
    // What is asked is said first, so that the index holds it and the question finds it.
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).expect("small")
    };
    let mut hits = 0;
    for round in 0..300 {
        let mut text = String::new();
        for _ in 0..=next(8) {
            match next(3) {
                0 => text.push(char::from(b'a' + u8::try_from(next(26)).expect("a letter"))),
                _ => text.push_str(HOSTILE[next(HOSTILE.len())]),
            }
        }
        let answer = ask(&h.key, &[("q", &text)]).await;
        if text.contains('\0') {
            assert_eq!(answer.status, 400, "{text:?}");
            continue;
        }
        assert!(matches!(answer.status, 200 | 400), "{text:?}: {} {}", answer.status, answer.text());
        if answer.status == 200 {
            let said = format!("before {text} after");
            let _stored = h.append(&at("s", &format!("u{round}"), 0, &said)).await;
            let page = ask(&h.key, &[("q", &text), ("limit", "100")]).await.expect(200).json();
            assert!(names(&page).contains(&format!("s/u{round}")), "{text:?} is not found");
            hits += 1;
        }
    }
    assert!(hits > 150, "{hits}");
    assert_eq!(findings(&h).await, Vec::<String>::new());
    check_index(&h).await;
});
