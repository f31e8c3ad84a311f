//! The second wall between tenants on the running product: with the tenant's clause cut out of the texts, PostgreSQL
//! still shows and changes nothing foreign. SQLite has only the clauses; there the same cuts must show what they hide.

mod support;

use std::sync::OnceLock;

use callboard::modules::all_sql;
use callboard_http::{Grant, Scope};
use callboard_store::testing::reword;
use callboard_store::{Db, Engine, Sql};
use callboard_testkit::{Scratch, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use support::callers::{Credential, call, routes};
use support::people::{Things, absent, parameters, things};
use support::{Kit, TENANT_SCOPES, Tenancy};

const CLAUSE: &str = "tenant_id = :tenant";

/// Texts that find a row by their tenant alone, or by what each tenant names itself: without the clause they would not
/// mean more rows, but another row.
const KEPT: [&str; 6] =
    ["TENANT_BY_ID", "TENANT_LOCK", "ISSUER_LOCAL", "ISSUER_BY_TENANT_AND_ISS", "OWNERS", "IDEMPOTENCY_GET"];

/// The text without its tenant clauses; `None` when it has none to cut.
fn cut(sql: &Sql) -> Option<String> {
    if KEPT.contains(&sql.name) || !sql.text.trim_start().starts_with("select") || !sql.text.contains(CLAUSE) {
        return None;
    }
    let mut out = sql.text.to_owned();
    while let Some(at) = out.find(CLAUSE) {
        let alias = out[..at].rfind(|c: char| !c.is_alphanumeric() && c != '.' && c != '_').map_or(0, |n| n + 1);
        out.replace_range(alias..at + CLAUSE.len(), "1 = 1");
    }
    Some(out)
}

/// Cuts the texts of this process, once and before any is used.
fn cut_all() -> usize {
    static DONE: OnceLock<usize> = OnceLock::new();
    *DONE.get_or_init(|| {
        let of_one_engine =
            [callboard_eventlog::POSTGRES_SQL, callboard_transcripts::SQLITE_SQL, callboard_transcripts::POSTGRES_SQL];
        let all = all_sql().into_iter().chain(of_one_engine.concat());
        let mut done = 0;
        for (sql, wording) in all.filter_map(|sql| Some((sql, cut(sql)?))) {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                assert!(reword(sql, engine, &wording), "{} was used before it was cut", sql.name);
            }
            println!("cut {}", sql.name);
            done += 1;
        }
        done
    })
}

struct Two {
    kit: Kit,
    ours: Tenancy,
    our_things: Things,
    theirs: Tenancy,
}

async fn two(db: Db) -> Two {
    assert!(cut_all() >= 15, "{}", cut_all());
    let kit = Kit::start(db).await;
    let (ours, theirs) = (kit.tenant("ours", &TENANT_SCOPES).await, kit.tenant("theirs", &TENANT_SCOPES).await);
    let (ann, eve) = (kit.user(&ours, "ann", &[]).await, kit.user(&theirs, "eve", &[]).await);
    let our_things = things(&kit, &ours, &ann).await;
    say_something(&kit, &ours, &our_things).await;
    things(&kit, &theirs, &eve).await;
    kit.requests.flush().await.expect("written");
    Two { kit, ours, our_things, theirs }
}

/// What the search of [`leaking_lists`] would find.
async fn say_something(kit: &Kit, ours: &Tenancy, things: &Things) {
    let payload = json!({ "utteranceId": "u1", "speaker": "user", "text": "anything", "startMs": 0, "endMs": 1 });
    let event = json!({ "sessionId": things.session, "type": "transcript.final", "payload": payload });
    let own = kit.http.with_bearer(&ours.key);
    own.post("/v1/realtime/events", &event).await.expect(201);
    let found = own.get("/v1/search/transcripts?q=anything").await.expect(200).text();
    assert!(found.contains(&things.session), "{found}");
}

/// Everything of ours that a list could show.
fn ids(two: &Two) -> Vec<String> {
    let t = &two.our_things;
    [&t.session, &t.participant, &t.link, &t.key, &t.issuer, &t.user, &t.receipt, &t.endpoint, &t.delivery]
        .into_iter()
        .cloned()
        .collect()
}

/// The lists that show something of ours to their key.
async fn leaking_lists(two: &Two) -> Vec<String> {
    let http = two.kit.http.with_bearer(&two.theirs.key);
    let mut leaking = Vec::new();
    for rule in routes(&two.kit) {
        let list = rule.method == Method::GET && parameters(&rule.path).is_empty() && rule.path.starts_with("/v1/");
        // What is of the whole installation is for no tenant's key.
        if !list || rule.path.contains("/realtime/") || rule.key == Grant::Scope(Scope::Installation) {
            continue;
        }
        let path = support::people::fill(&rule.path, |_| String::new());
        let text = http.get(&path).await.expect(200).text();
        if ids(two).iter().any(|id| text.contains(id)) {
            leaking.push(rule.path);
        }
    }
    leaking
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_the_cuts_show_what_the_clauses_hide() {
    let scratch = Scratch::new(Engine::Sqlite);
    let two = two(scratch.open()).await;
    let leaking = leaking_lists(&two).await;
    // Not the search: its words carry their tenant's mark, so that a text without the clause finds nothing foreign either.
    for path in [
        "/v1/api-keys",
        "/v1/issuers",
        "/v1/users",
        "/v1/audit",
        "/v1/requests",
        "/v1/call/sessions",
        "/v1/webhook-endpoints",
    ] {
        assert!(
            leaking.iter().any(|p| p == path),
            "{path} shows nothing foreign although its clause is cut: {leaking:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgresql_the_second_wall_still_stands() {
    let scratch = Scratch::new(Engine::Postgres);
    let two = two(scratch.open()).await;
    assert_eq!(leaking_lists(&two).await, [""; 0]);
    let asked = foreign_is_absent(&two).await;
    assert!(asked >= 8, "{asked}");
    changes_reach_nothing(&two).await;
    streams_bring_only_their_own(&two).await;
}

/// Reading a foreign id answers as reading an id of nothing does.
async fn foreign_is_absent(two: &Two) -> usize {
    let who = Credential::Bearer(two.theirs.key.clone());
    let mut asked = 0;
    for rule in routes(&two.kit) {
        let names = parameters(&rule.path);
        if rule.method != Method::GET || names.is_empty() || rule.public || rule.path.starts_with("/v1/operator") {
            continue;
        }
        let mut answers = Vec::new();
        for foreign in [true, false] {
            let value = |n: &String| if foreign { two.our_things.get(n, &two.ours) } else { absent(&two.kit, n) };
            let ids: Vec<String> = names.iter().map(value).collect();
            let path = names.iter().zip(&ids).fold(rule.path.clone(), |p, (n, id)| p.replace(&format!("{{{n}}}"), id));
            answers.push(call(&two.kit.http, &who, &rule.method, &path, &Value::Null).await.without(&ids));
        }
        assert_eq!(answers[0], answers[1], "{}", rule.path);
        assert_eq!(answers[0].0, 404, "{}", rule.path);
        asked += 1;
    }
    asked
}

/// Their key changes nothing of ours.
async fn changes_reach_nothing(two: &Two) {
    let who = Credential::Bearer(two.theirs.key.clone());
    let t = &two.our_things;
    for (method, path, body) in [
        (Method::DELETE, format!("/v1/api-keys/{}", t.key), Value::Null),
        (Method::DELETE, format!("/v1/issuers/{}", t.issuer), Value::Null),
        (Method::PATCH, format!("/v1/users/{}", t.user), json!({ "displayName": "changed" })),
        (Method::PATCH, format!("/v1/call/sessions/{}", t.session), json!({ "metadata": { "a": 1 } })),
        (Method::POST, format!("/v1/call/sessions/{}/state", t.session), json!({ "status": "ended" })),
        (Method::DELETE, format!("/v1/call/sessions/{}/participants/{}", t.session, t.participant), Value::Null),
        (Method::PATCH, format!("/v1/webhook-endpoints/{}", t.endpoint), json!({ "status": "disabled" })),
        (Method::POST, format!("/v1/webhook-deliveries/{}/resend", t.delivery), json!({})),
        (Method::DELETE, format!("/v1/webhook-endpoints/{}", t.endpoint), Value::Null),
    ] {
        let seen = call(&two.kit.http, &who, &method, &path, &body).await;
        assert_eq!((seen.status, seen.code.as_str()), (404, "NOT_FOUND"), "{method} {path}: {}", seen.body);
    }
    let own = two.kit.http.with_bearer(&two.ours.key);
    let session = own.get(&format!("/v1/call/sessions/{}", t.session)).await.expect(200).json();
    assert!(session["status"] != "ended" && session["metadata"].get("a").is_none(), "{session}");
    let user = own.get("/v1/users").await.expect(200).text();
    assert!(user.contains(&t.user) && !user.contains("changed"), "{user}");
}

/// Streams, sockets and exports outlive their handlers, and read on within the same reach.
async fn streams_bring_only_their_own(two: &Two) {
    let (ours, theirs) = (two.kit.http.with_bearer(&two.ours.key), two.kit.http.with_bearer(&two.theirs.key));
    let mut stream = theirs.sse("/v1/realtime/stream", None).await;
    let mut socket = theirs.ws("/v1/realtime/ws").await;
    socket.send(&json!({ "op": "subscribe", "id": "t", "tenant": true })).await;
    socket.next_op("subscribed").await;
    let mut resumed = Vec::new();
    for round in 0..3 {
        two.kit.session(&ours, &json!({ "sessionId": format!("ours-{round}") })).await;
        two.kit.session(&theirs, &json!({ "sessionId": format!("theirs-{round}") })).await;
        let event = stream.next().await.expect("an event");
        assert!(event.data.contains(&format!("theirs-{round}")), "{}", event.data);
        resumed.push(event.id.clone().expect("an id"));
        let events = socket.next_op("events").await.to_string();
        assert!(events.contains(&format!("theirs-{round}")) && !events.contains("ours-"), "{events}");
    }
    // From an earlier place the reader goes through the log itself.
    let mut again = theirs.sse(&format!("/v1/realtime/stream?cursor={}", resumed[0]), None).await;
    for round in 1..3 {
        let event = again.next().await.expect("an event");
        assert!(event.data.contains(&format!("theirs-{round}")), "{}", event.data);
    }
    exports(&theirs).await;
}

/// An export of more than one page is read while it is sent.
async fn exports(theirs: &TestApp) {
    let event = |n: usize| {
        let payload = json!({ "callId": "theirs-0", "turnId": format!("t{n}"), "owner": "user" });
        json!({ "eventId": format!("e{n}"), "sessionId": "theirs-0", "type": "call.turn.owner_changed", "payload": payload })
    };
    for batch in 0..12 {
        let events: Vec<Value> = (0..100).map(|n| event(batch * 100 + n)).collect();
        theirs.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
    }
    let response = theirs
        .request(Method::GET, "/v1/realtime/sessions/theirs-0/events")
        .header("accept", "application/x-ndjson")
        .send()
        .await
        .expect("answered");
    assert_eq!(response.status(), 200);
    let text = response.text().await.expect("whole");
    assert!(text.lines().count() > 1_200, "{}", text.lines().count());
}
