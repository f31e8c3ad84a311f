//! Data that must go, through the whole product: strings are planted through every door, and after an erasure no table
//! (and on SQLite no file) holds them, while order, counts, dedupe and `verify` stay whole.

#[path = "erasure/late.rs"]
mod late;
mod support;

use std::collections::BTreeSet;

use callboard::modules;
use callboard_eventlog::verify::verify;
use callboard_governance::fields::TABLES;
use callboard_http::Role;
use callboard_store::{Config, Db, Engine, Sql, Value as Cell, params, schema};
use callboard_testkit::fake_livekit::Person;
use callboard_testkit::{Answer, FakeWorld, Scratch, TestApp, both_engines};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Kit, TENANT_SCOPES, Tenancy, text};

const DAY_MS: i64 = 24 * 3_600_000;
/// In every planted string, and nowhere else.
const PLANTED: &str = "quetzalcoatl";

/// Every cell of every table that holds the planted word, as `table.column`.
async fn found(db: &Db) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let own = db.clone();
    let tables = tokio::task::spawn_blocking(move || schema::read(&own).expect("a schema")).await.expect("joined");
    for table in tables.into_keys() {
        // Texts are constants everywhere else; a test's live as long as its process.
        let text: &'static str = Box::leak(format!("select * from {table}").into_boxed_str());
        let sql: &'static Sql = Box::leak(Box::new(Sql::new("all", text)));
        for row in db.read(move |tx| tx.query(sql, params! {})).await.expect("read") {
            let columns = row.columns().to_vec();
            for (column, cell) in columns.iter().zip(row.into_values()) {
                if matches!(&cell, Cell::Text(t) if t.to_lowercase().contains(PLANTED)) {
                    all.insert(format!("{table}.{column}"));
                }
            }
        }
    }
    all
}

async fn findings(kit: &Kit) -> Vec<String> {
    let (db, log) = (kit.app.db.clone(), modules::log());
    tokio::task::spawn_blocking(move || verify(&db, &log).expect("verified").findings).await.expect("joined")
}

fn said(session: &str, id: &str, kind: &str, utterance: &str, what: &str) -> Value {
    let payload = json!({ "utteranceId": utterance, "speaker": "user", "text": what, "startMs": 0, "endMs": 9 });
    json!({ "sessionId": session, "eventId": id, "type": format!("transcript.{kind}"), "payload": payload })
}

async fn run(kit: &Kit, name: &str) -> u64 {
    use callboard_kernel::World as _;
    let repair = kit.repairs.iter().find(|r| r.name() == name).unwrap_or_else(|| panic!("no repair {name}"));
    repair.run(kit.world.now()).await.expect("the repair runs")
}

struct Planted {
    kit: Kit,
    tenancy: Tenancy,
    key: TestApp,
    session: String,
}

const CREATE: &str = "create-1";

/// A call into which the word came through every door.
async fn planted(db: Db) -> Planted {
    let kit = Kit::with(db, FakeWorld::live(5)).await;
    let tenancy = kit.tenant("planted", &TENANT_SCOPES).await;
    let key = kit.http.with_bearer(&tenancy.key);
    let body = create_body();
    let made = Answer::of(key.request(Method::POST, "/v1/call/sessions").header("idempotency-key", CREATE).json(&body));
    let session = text(&made.await.expect(201).json()["session"], "sessionId");
    let link = json!({ "kind": "caller", "displayName": format!("Link {PLANTED}") });
    let links = format!("/v1/call/sessions/{session}/join-links");
    let url = text(&key.post(&links, &link).await.expect(201).json(), "joinUrl");
    let token = url.split_once('#').expect("a fragment").1;
    let join = json!({ "token": token, "displayName": format!("Ann {PLANTED}") });
    let joined = Answer::of(kit.http.request(Method::POST, "/v1/join").header("idempotency-key", "join-1").json(&join));
    joined.await.expect(200);
    connect(&kit, &key, &session).await;
    for (id, kind, utterance, what) in [
        ("e1", "partial", "u1", "partly"),
        ("e2", "final", "u1", "wholly"),
        ("e3", "final", "u1", "corrected"),
        ("e4", "partial", "u2", "never final"),
    ] {
        let event = said(&session, id, kind, utterance, &format!("{what} {PLANTED}"));
        key.post("/v1/realtime/events", &event).await.expect(201);
    }
    let payload = json!({ "code": "AGENT_X", "message": format!("said {PLANTED}"), "retryable": false, "x": PLANTED });
    let event = json!({ "sessionId": session, "eventId": "e5", "type": "call.error", "payload": payload,
        "actor": { "role": "user", "id": format!("{PLANTED}@example.org") } });
    key.post("/v1/realtime/events", &event).await.expect(201);
    Planted { kit, tenancy, key, session }
}

fn create_body() -> Value {
    json!({ "metadata": { "title": format!("Title {PLANTED}"), "note": { "deep": PLANTED } } })
}

/// Somebody comes by the provider's word, under a name.
async fn connect(kit: &Kit, key: &TestApp, session: &str) {
    let read = key.get(&format!("/v1/call/sessions/{session}")).await.expect(200).json();
    let person = Person::standard(&format!("+49 {PLANTED}")).named(&format!("Phone {PLANTED}"));
    kit.fake.join(&text(&read, "providerRoomId"), &person);
    kit.fake.deliver(&kit.http.url("/v1/call/livekit/events")).await;
}

async fn fail(p: &Planted) {
    let error = json!({ "code": "X", "message": format!("it broke: {PLANTED}") });
    let body = json!({ "status": "failed", "error": error });
    p.key.post(&format!("/v1/call/sessions/{}/state", p.session), &body).await.expect(200);
}

both_engines!(a_session_is_forgotten_and_its_order_is_not, |db| async move {
    let p = planted(db).await;
    let path = format!("/v1/call/sessions/{}", p.session);
    let erase = format!("{path}/erase");
    let refused = p.key.post(&erase, &json!({})).await.expect_problem(409, "SESSION_NOT_OVER");
    assert_eq!(refused["status"], 409);
    fail(&p).await;
    let before = p.key.get(&format!("/v1/realtime/sessions/{}/events?limit=1000", p.session)).await.expect(200).json();
    let tag = p.key.get(&format!("{path}/transcript")).await.expect(200).header("etag").map(str::to_owned);
    let search = format!("/v1/search/transcripts?q={PLANTED}");
    assert_eq!(p.key.get(&search).await.expect(200).json()["items"].as_array().map(Vec::len), Some(1));
    let places = found(&p.kit.app.db).await;
    for place in [
        "event.payload",
        "event.actor_id",
        "session.metadata",
        "session_metadata.value",
        "participant.name",
        "join_link.display_name",
        "transcript_segment.said",
        "transcript_snapshot.said",
        "transcript_search_words.words",
        "idempotency_key.body",
        "session_state.failure_message",
    ] {
        assert!(places.contains(place), "nothing was planted in {place}: {places:?}");
    }
    let done = p.key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!((&done["status"], &done["sessions"], &done["cause"]), (&json!("done"), &json!(1), &json!("request")));
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::new());
    assert_eq!(findings(&p.kit).await, Vec::<String>::new());
    order_stays(&p, &before).await;
    let again = p.key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!(again, done, "asked again, it is the same erasure");
    let session = p.key.get(&path).await.expect(200).json();
    assert_eq!((&session["metadata"], session["erasedAt"].is_string()), (&json!({}), true));
    let after = p.key.get(&format!("{path}/transcript")).await.expect(200);
    assert_ne!(after.header("etag").map(str::to_owned), tag, "whoever kept a copy learns that it changed");
    let texts: BTreeSet<String> =
        after.json()["segments"].as_array().expect("segments").iter().map(|s| text(s, "text")).collect();
    assert_eq!(texts, BTreeSet::from(["[erased]".to_owned()]));
    assert_eq!(p.key.get(&search).await.expect(200).json()["items"], json!([]));
    assert_eq!(p.key.get("/v1/search/transcripts?q=erased").await.expect(200).json()["items"], json!([]));
    late(&p, &path).await;
    audited(&p, &done).await;
});

/// Every event is where it was, under its id, of its type; and the last one tells what happened.
async fn order_stays(p: &Planted, before: &Value) {
    let events = format!("/v1/realtime/sessions/{}/events?limit=1000", p.session);
    let after = p.key.get(&events).await.expect(200).json();
    let (before, after) = (before["events"].as_array().expect("events"), after["events"].as_array().expect("events"));
    assert_eq!(after.len(), before.len() + 1);
    for (a, b) in before.iter().zip(after) {
        for name in ["eventId", "sequence", "ts", "type", "sessionId"] {
            assert_eq!(a[name], b[name]);
        }
        assert!(!b.to_string().contains(PLANTED), "{b}");
    }
    let told = after.last().expect("an event");
    assert_eq!((&told["type"], &told["payload"]["scope"]), (&json!("call.erased"), &json!("call")));
    assert!(told["payload"]["events"].as_i64() >= Some(6), "{told}");
    let erased = after.iter().find(|e| e["eventId"] == "e3").expect("e3");
    assert_eq!((&erased["payload"]["erased"], &erased["payload"]["text"]), (&json!(true), &json!("[erased]")));
}

/// What comes after: repetitions are known, everything else with text is refused, and nothing comes back.
async fn late(p: &Planted, path: &str) {
    let events = "/v1/realtime/events";
    let same = said(&p.session, "e2", "final", "u1", &format!("wholly {PLANTED}"));
    let answer = p.key.post(events, &same).await.expect(200).json();
    assert_eq!(answer["deduped"], json!(true), "{answer}");
    let other = said(&p.session, "e2", "final", "u1", "another");
    p.key.post(events, &other).await.expect_problem(409, "EVENT_ID_CONFLICT");
    let new = said(&p.session, "e9", "final", "u9", &format!("late {PLANTED}"));
    p.key.post(events, &new).await.expect_problem(410, "SESSION_ERASED");
    let batch = json!({ "events": [new] });
    let outcome = p.key.post(events, &batch).await.text();
    assert!(outcome.contains("SESSION_ERASED"), "{outcome}");
    let patch = json!({ "metadata": { "title": PLANTED } });
    p.key.patch(path, &patch).await.expect_problem(410, "SESSION_ERASED");
    let repeat =
        p.key.request(Method::POST, "/v1/call/sessions").header("idempotency-key", CREATE).json(&create_body());
    Answer::of(repeat).await.expect_problem(410, "CONTENT_ERASED");
    let receipts = p.key.get(&format!("/v1/provider/receipts?sessionId={}", p.session)).await.expect(200).json();
    if let Some(receipt) = receipts["items"].as_array().and_then(|all| all.first()) {
        let again = format!("/v1/provider/receipts/{}/process", text(receipt, "receiptId"));
        p.key.post(&again, &json!({})).await.expect_problem(410, "CONTENT_ERASED");
    }
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::new());
    assert_eq!(findings(&p.kit).await, Vec::<String>::new());
}

async fn audited(p: &Planted, done: &Value) {
    for (action, member) in [("session.erase", "cause"), ("erasure.done", "events")] {
        let rows = p.key.get(&format!("/v1/audit?action={action}")).await.expect(200).json();
        let row = &rows["items"][0];
        assert_eq!((&row["object"]["id"], &row["detail"]["erasureId"]), (&json!(p.session), &done["erasureId"]));
        assert_eq!(row["detail"][member], done[member], "{row}");
    }
    let list = p.key.get("/v1/erasures").await.expect(200).json();
    assert_eq!(list["items"], json!([done]));
    let id = text(done, "erasureId");
    assert_eq!(p.key.get(&format!("/v1/erasures/{id}")).await.expect(200).json(), *done);
    let foreign = p.kit.tenant("foreign", &TENANT_SCOPES).await;
    let foreign = p.kit.http.with_bearer(&foreign.key);
    foreign.get(&format!("/v1/erasures/{id}")).await.expect_problem(404, "NOT_FOUND");
    foreign.post(&format!("/v1/call/sessions/{}/erase", p.session), &json!({})).await.expect_problem(404, "NOT_FOUND");
    let _same_tenant = &p.tenancy;
}

/// On SQLite, with the server running, no file of the folder holds it: database, WAL, or anything else.
#[tokio::test(flavor = "multi_thread")]
async fn no_file_holds_it_while_the_server_runs() {
    let scratch = Scratch::new(Engine::Sqlite);
    let Config::Sqlite { dir } = scratch.config() else { panic!("a folder") };
    let p = planted(scratch.open()).await;
    for n in 0..600 {
        let what = format!("{PLANTED}{n} is unlike {PLANTED}{}", n * 7);
        let event = said(&p.session, &format!("m{n}"), "final", &format!("m{n}"), &what);
        p.key.post("/v1/realtime/events", &event).await.expect(201);
    }
    fail(&p).await;
    assert!(holding(&dir).contains(&"callboard.db".to_owned()) || !holding(&dir).is_empty(), "{:?}", holding(&dir));
    let done = p.key.post(&format!("/v1/call/sessions/{}/erase", p.session), &json!({})).await.expect(200).json();
    assert_eq!(done["status"], "done");
    assert_eq!(holding(&dir), Vec::<String>::new());
    p.key.get("/health/ready").await.expect(200);
}

/// The files of a folder that hold the planted word.
fn holding(dir: &std::path::Path) -> Vec<String> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file").to_ascii_lowercase();
        if bytes.windows(PLANTED.len()).any(|w| w == PLANTED.as_bytes()) {
            out.push(path.file_name().expect("a name").to_string_lossy().into_owned());
        }
    }
    out
}

both_engines!(a_user_is_forgotten_everywhere, |db| async move {
    let kit = Kit::with(db, FakeWorld::live(6)).await;
    let tenancy = kit.tenant("people", &TENANT_SCOPES).await;
    let key = kit.http.with_bearer(&tenancy.key);
    let subject = format!("ann-{PLANTED}");
    let ann = kit.user(&tenancy, &subject, &[Role::Operator]).await;
    let token = kit.jwt(&tenancy, &subject);
    let as_ann = kit.http.with_bearer(&token);
    let own = kit.session(&as_ann, &create_body()).await;
    let others = kit.session(&key, &json!({ "metadata": { "title": "stays" } })).await;
    let pass = as_ann.post(&format!("/v1/call/sessions/{others}/livekit/token"), &json!({})).await.expect(200).json();
    let me = text(&pass, "participantId");
    let mut hers = said(&others, "a1", "final", "ua", &format!("mine {PLANTED}"));
    hers["payload"]["participantId"] = json!(me);
    key.post("/v1/realtime/events", &hers).await.expect(201);
    key.post("/v1/realtime/events", &said(&others, "b1", "final", "ub", "somebody else's words")).await.expect(201);
    let erase = format!("/v1/users/{ann}/erase");
    let live = key.post(&erase, &json!({})).await.expect_problem(409, "SESSION_NOT_OVER");
    assert_eq!(live["sessions"].as_array().map(Vec::len), Some(2), "{live}");
    as_ann.get("/v1/me").await.expect(200);
    for session in [&own, &others] {
        key.post(&format!("/v1/call/sessions/{session}/state"), &json!({ "status": "ended" })).await.expect(200);
    }
    let done = key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!((&done["objectKind"], &done["sessions"]), (&json!("user"), &json!(2)));
    assert_eq!(found(&kit.app.db).await, BTreeSet::new());
    assert_eq!(findings(&kit).await, Vec::<String>::new());
    let transcript = key.get(&format!("/v1/call/sessions/{others}/transcript")).await.expect(200).text();
    assert!(transcript.contains("somebody else's words") && transcript.contains("[erased]"), "{transcript}");
    let session = key.get(&format!("/v1/call/sessions/{others}")).await.expect(200).json();
    assert_eq!((&session["metadata"]["title"], session.get("erasedAt")), (&json!("stays"), None));
    // Late words of hers are refused, those of others are not.
    hers["eventId"] = json!("a2");
    key.post("/v1/realtime/events", &hers).await.expect_problem(410, "SESSION_ERASED");
    key.post("/v1/realtime/events", &said(&others, "b2", "final", "ub", "corrected")).await.expect(201);
    // Her old ways in are closed; the same subject is somebody new.
    let users = key.get("/v1/users").await.expect(200).json();
    let row = users["items"].as_array().expect("users").iter().find(|u| u["userId"] == json!(ann)).expect("her row");
    assert_eq!((row.get("displayName").cloned().unwrap_or_default(), row["roles"].clone()), (Value::Null, json!([])));
    key.patch(&format!("/v1/users/{ann}"), &json!({ "disabled": false })).await.expect_problem(410, "CONTENT_ERASED");
    let back = as_ann.get("/v1/me").await.expect(200).json();
    assert!(!back.to_string().contains(ann.as_str()), "{back}");
    let again = key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!(again["erasureId"], done["erasureId"]);
    let missing = "/v1/users/usr_01j00000000000000000000000/erase";
    key.post(missing, &json!({})).await.expect_problem(404, "NOT_FOUND");
});

both_engines!(the_last_owner_cannot_be_forgotten, |db| async move {
    let kit = Kit::start(db).await;
    let tenancy = kit.tenant("owned", &TENANT_SCOPES).await;
    let owner = kit.user(&tenancy, "olga", &[Role::Owner]).await;
    let as_owner = kit.http.with_bearer(kit.jwt(&tenancy, "olga"));
    let admin = kit.user(&tenancy, "adam", &[Role::Admin]).await;
    let as_admin = kit.http.with_bearer(kit.jwt(&tenancy, "adam"));
    as_owner.post(&format!("/v1/users/{owner}/erase"), &json!({})).await.expect_problem(400, "VALIDATION_FAILED");
    as_admin.post(&format!("/v1/users/{owner}/erase"), &json!({})).await.expect_problem(403, "SCOPE_EXCEEDED");
    as_owner.get("/v1/me").await.expect(200);
    as_owner.post(&format!("/v1/users/{admin}/erase"), &json!({})).await.expect(200);
    as_admin.get("/v1/me").await.expect(200);
});

both_engines!(retention_lets_go_by_kind, |db| async move {
    let p = planted(db).await;
    fail(&p).await;
    let young = p.kit.session(&p.key, &json!({})).await;
    let defaults = p.key.get("/v1/retention").await.expect(200).json();
    assert_eq!(defaults["days"], defaults["defaults"]);
    assert_eq!((&defaults["days"]["receipts"], &defaults["days"]["events"]), (&json!(30), &Value::Null));
    let put = async |body: Value| Answer::of(p.key.request(Method::PUT, "/v1/retention").json(&body)).await;
    put(json!({ "audit": 30 })).await.expect_problem(400, "VALIDATION_FAILED");
    put(json!({ "event": 30 })).await.expect_problem(400, "VALIDATION_FAILED");
    let set = put(json!({ "text": 10, "events": 20, "receipts": 5 })).await.expect(200).json();
    assert_eq!((&set["days"]["text"], &set["days"]["deliveries"]), (&json!(10), &json!(30)));
    // Five days on, receipts go; ten days on, the text; twenty days on, the whole call.
    p.kit.world.advance_ms(6 * DAY_MS);
    run(&p.kit, "governance.retention").await;
    let receipts = format!("/v1/provider/receipts?sessionId={}", p.session);
    assert_eq!(p.key.get(&receipts).await.expect(200).json()["items"], json!([]));
    p.kit.world.advance_ms(5 * DAY_MS);
    assert!(run(&p.kit, "governance.retention").await > 0);
    run(&p.kit, "governance.erasures").await;
    let path = format!("/v1/call/sessions/{}", p.session);
    assert!(p.key.get(&path).await.expect(200).json()["erasedAt"].is_string());
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::new());
    p.kit.world.advance_ms(10 * DAY_MS);
    run(&p.kit, "governance.retention").await;
    run(&p.kit, "governance.purge").await;
    assert_eq!(run(&p.kit, "governance.purge").await, 0, "there is nothing left to purge");
    p.key.get(&path).await.expect_problem(410, "SESSION_REMOVED");
    let body = json!({ "sessionId": p.session });
    p.key.post("/v1/call/sessions", &body).await.expect_problem(410, "SESSION_REMOVED");
    p.key.post(&format!("{path}/erase"), &json!({})).await.expect_problem(410, "SESSION_REMOVED");
    p.kit.user(&p.tenancy, "viewer", &[]).await;
    let nobody = p.kit.http.with_bearer(p.kit.jwt(&p.tenancy, "viewer"));
    nobody.get(&path).await.expect_problem(404, "NOT_FOUND");
    p.key.get(&format!("/v1/call/sessions/{young}")).await.expect(200);
    assert_eq!(findings(&p.kit).await, Vec::<String>::new());
    // A day later the audit has one row for each day and kind, with counts.
    p.kit.world.advance_ms(DAY_MS);
    run(&p.kit, "governance.retention").await;
    run(&p.kit, "governance.retention").await;
    let rows = p.key.get("/v1/audit?action=retention.apply").await.expect(200).json();
    let mut kinds: Vec<(String, i64)> = rows["items"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| (text(&r["object"], "id"), r["detail"]["removed"].as_i64().unwrap_or(0)))
        .filter(|(kind, _)| kind != "requests")
        .collect();
    kinds.sort();
    assert_eq!(kinds.iter().map(|(k, _)| k.as_str()).collect::<Vec<_>>(), ["events", "receipts", "text"], "{rows}");
    assert_eq!((kinds[0].1, kinds[2].1), (1, 1));
    let runs = p.key.get("/v1/retention").await.expect(200).json()["runs"].clone();
    assert_eq!(runs[0]["kind"], "events", "{runs}");
});

/// A later column cannot be forgotten: each text is personal or plain, and somebody has said which.
#[test]
fn every_text_column_is_marked() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::new(engine);
        let db = scratch.open();
        let mut marked: Vec<(String, String)> = TABLES
            .iter()
            .flat_map(|t| t.personal.iter().chain(t.plain).map(|c| (t.name.to_owned(), (*c).to_owned())))
            .collect();
        marked.sort();
        let mut real = Vec::new();
        for (name, table) in schema::read(&db).expect("a schema") {
            let texts = table.columns.into_iter().filter(|(_, c)| c.class == schema::Class::Text);
            real.extend(texts.map(|(column, _)| (name.clone(), column)));
        }
        real.sort();
        assert_eq!(marked, real, "{engine:?}: say in crates/governance/src/fields.rs what a new column holds");
        db.close_blocking();
    }
}

/// `analyze` keeps samples of what columns hold where no erasure reaches: PostgreSQL is told to take none of personal ones.
#[test]
fn the_server_keeps_no_samples_of_personal_text() {
    static SPARED: Sql = Sql::new(
        "SPARED",
        "select c.relname as name, a.attname as field from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attnum > 0 \
         and c.relnamespace = current_schema()::regnamespace and a.attstattarget = 0",
    );
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open();
    let mut personal: Vec<(String, String)> =
        TABLES.iter().flat_map(|t| t.personal.iter().map(|c| (t.name.to_owned(), (*c).to_owned()))).collect();
    // The words of an expression's index are samples of their own.
    personal.push(("transcript_search_index".to_owned(), "array_to_tsvector".to_owned()));
    personal.sort();
    let mut spared: Vec<(String, String)> = db
        .read_blocking(|tx| {
            tx.query(&SPARED, params! {})?.iter().map(|r| Ok((r.get("name")?, r.get("field")?))).collect()
        })
        .expect("the catalogue");
    spared.sort();
    assert_eq!(spared, personal, "a migration says `alter column … set statistics 0` for each personal column");
    db.close_blocking();
}
