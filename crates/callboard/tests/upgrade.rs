//! Stores with data in them, at each earlier schema: they open, migrate, verify and serve. And a migration that is cut off
//! leaves the schema before it or after it.
//!
//! The data is what the service itself wrote, put into the tables and columns that a schema had: a column that is gone
//! today fails the test, and then wants a value here.

#[path = "support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use callboard::modules;
use callboard_contracts::{Actor, EventType, Role};
use callboard_eventlog::{Log, NewEvent, verify};
use callboard_kernel::{SessionId, World as _};
use callboard_store::migrations::{self, Migration, State};
use callboard_store::testing::Faults;
use callboard_store::{Db, Engine, OpenOptions, Params, Sql, Value, params, schema};
use callboard_testkit::{FakeWorld, Scratch};
use serde_json::json;
use support::process::{self, text_of};
use support::{Kit, TENANT_SCOPES};

/// The first schemas with calls, and with transcripts; before, a log could hold none of their events.
const CALLS: u32 = 3;
const TRANSCRIPTS: u32 = 4;

type Rows = BTreeMap<String, Vec<BTreeMap<String, Value>>>;

fn leak(text: String) -> &'static Sql {
    Box::leak(Box::new(Sql::new("UPGRADE", Box::leak(text.into_boxed_str()))))
}

fn until(number: u32) -> &'static [Migration] {
    let all = migrations::embedded();
    &all[..all.partition_point(|m| m.number <= number)]
}

fn newest() -> u32 {
    migrations::embedded().last().expect("migrations").number
}

/// A store as its writer left it.
struct Source {
    rows: Rows,
    /// Tables in the order in which they can be filled.
    order: Vec<String>,
    /// The session without a transcript.
    plain: i64,
    key: String,
    /// What was served, by path.
    served: Vec<(String, serde_json::Value)>,
}

const PLAIN: [&str; 2] = ["/v1/call/sessions/plain", "/v1/realtime/sessions/plain/events?limit=100"];
const TALK: [&str; 3] =
    ["/v1/call/sessions/talk", "/v1/realtime/sessions/talk/events?limit=100", "/v1/call/sessions/talk/transcript"];

/// Calls, transcripts, webhooks, consumers, keys, links: whatever the service writes by itself.
async fn source() -> Source {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    let tenancy = kit.tenant("acme", &TENANT_SCOPES).await;
    kit.user(&tenancy, "ann", &[callboard_http::Role::Admin]).await;
    let http = kit.http.with_bearer(&tenancy.key);
    let hook = json!({ "url": "https://hooks.example/in", "eventTypes": ["*"] });
    http.post("/v1/webhook-endpoints", &hook).await.expect(201);
    for id in ["plain", "talk"] {
        kit.session(&http, &json!({ "sessionId": id, "metadata": { "title": id } })).await;
        kit.join(&tenancy.key, id, "caller").await;
        let turns: Vec<_> = (0..20)
            .map(|n| json!({ "eventId": format!("{id}-turn-{n}"), "sessionId": id, "type": "call.turn.owner_changed", "payload": { "callId": id, "turnId": format!("t{n}"), "owner": "user" } }))
            .collect();
        http.post("/v1/realtime/events", &json!({ "events": turns })).await.expect(200);
        http.post(&format!("/v1/realtime/sessions/{id}/checkpoint"), &json!({ "consumerId": "c", "sequence": 5 }))
            .await
            .expect(200);
    }
    let said: Vec<_> = (0..30)
        .map(|n| {
            let kind = if n % 3 == 0 { "transcript.partial" } else { "transcript.final" };
            json!({ "eventId": format!("said-{n}"), "sessionId": "talk", "type": kind, "payload": { "utteranceId": format!("u{}", n / 3), "speaker": "user", "text": format!("wörds {n}"), "startMs": n, "endMs": n + 1 } })
        })
        .collect();
    http.post("/v1/realtime/events", &json!({ "events": said })).await.expect(200);
    http.post("/v1/call/sessions/plain/state", &json!({ "status": "ended" })).await.expect(200);
    let mut served = Vec::new();
    for path in PLAIN.iter().chain(&TALK) {
        served.push(((*path).to_owned(), http.get(path).await.expect(200).json()));
    }
    let db = kit.app.db.clone();
    let (rows, order, plain) = tokio::task::spawn_blocking(move || read_all(&db)).await.expect("joined");
    for table in
        ["event", "session", "participant", "transcript_segment", "transcript_search", "webhook_delivery", "join_link"]
    {
        assert!(!rows[table].is_empty(), "{table} is empty");
    }
    Source { rows, order, plain, key: tenancy.key, served }
}

fn read_all(db: &Db) -> (Rows, Vec<String>, i64) {
    static PARENTS: Sql = Sql::new("PARENTS", "select \"table\" as parent from pragma_foreign_key_list(:name)");
    static PLAIN_KEY: Sql = Sql::new("PLAIN_KEY", "select session_key from event_stream where session_id = 'plain'");
    let names: Vec<String> =
        schema::read(db).expect("a schema").into_keys().filter(|n| n != "schema_migration").collect();
    db.read_blocking(move |tx| {
        let (mut rows, mut parents) = (Rows::new(), BTreeMap::new());
        for name in names {
            let found = tx.query(leak(format!("select * from \"{name}\"")), params! {})?;
            let keyed =
                found.into_iter().map(|row| row.columns().to_vec().into_iter().zip(row.into_values()).collect());
            rows.insert(name.clone(), keyed.collect());
            let of = tx
                .query(&PARENTS, params! { name })?
                .iter()
                .map(|r| r.get("parent"))
                .collect::<Result<BTreeSet<String>, _>>()?;
            parents.insert(name, of);
        }
        let mut order: Vec<String> = Vec::new();
        while order.len() < parents.len() {
            let next = parents.iter().find(|(n, on)| !order.contains(n) && on.iter().all(|p| order.contains(p)));
            order.push(next.expect("no circle").0.clone());
        }
        let plain = tx.query_one(&PLAIN_KEY, params! {})?.get("session_key")?;
        Ok((rows, order, plain))
    })
    .expect("everything is read")
}

/// Fills a store of an earlier schema.
fn fill(db: &Db, number: u32, source: &Source) {
    static COUNTERS: Sql = Sql::new(
        "COUNTERS",
        "select setval(pg_get_serial_sequence(c.relname, a.attname), 100000)::bigint as n from pg_attribute a join pg_class c on \
         c.oid = a.attrelid where a.attidentity <> '' and c.relnamespace = current_schema()::regnamespace",
    );
    let then = schema::read(db).expect("a schema");
    let mut inserts: Vec<(&'static Sql, Params)> = Vec::new();
    for table in source.order.iter().filter(|t| then.contains_key(*t)) {
        let columns: Vec<&'static str> = then[table].columns.keys().map(|c| &*c.clone().leak()).collect();
        let list = columns.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
        let marks = columns.iter().map(|c| format!(":{c}")).collect::<Vec<_>>().join(", ");
        let sql = leak(format!("insert into \"{table}\" ({list}) values ({marks})"));
        if table == "log_epoch" {
            continue;
        }
        for row in &source.rows[table] {
            let key = row.get("session_key");
            if number < TRANSCRIPTS && key.is_some_and(|k| *k != Value::Int(source.plain)) {
                continue;
            }
            let value = |c: &'static str| {
                let value =
                    row.get(c).unwrap_or_else(|| panic!("{table}.{c} is gone today: give it a value here")).clone();
                // The time comes later, by the repair.
                (c, if c == "searched" { Value::Int(0) } else { value })
            };
            inserts.push((sql, Params(columns.iter().map(|c| value(c)).collect())));
        }
    }
    assert!(inserts.len() > 30, "{}", inserts.len());
    db.write_blocking(move |tx| {
        inserts.iter().try_for_each(|(sql, row)| tx.execute_one(sql, row.clone()))?;
        if tx.engine() == Engine::Postgres {
            tx.query(&COUNTERS, params! {})?;
        }
        Ok(())
    })
    .expect("filled");
}

/// A store at a schema, without wall and fence, as a tool of that time would find it.
fn open_bare(scratch: &Scratch, number: u32) -> Db {
    drop(scratch.open_with(OpenOptions { migrations: until(number), ..OpenOptions::default() }));
    scratch.open_with(OpenOptions { migrate: false, migrations: until(number), ..OpenOptions::default() })
}

/// A log from before there were calls: events of families that nothing follows from.
fn write_early(db: &Db) {
    let (log, world) = (Log::new(Vec::new()), FakeWorld::manual(5));
    let (now, tenant) = (world.now(), callboard_kernel::TenantId::generate(world.now(), &mut world.entropy()));
    static STREAM: Sql = Sql::new(
        "STREAM",
        "insert into event_stream (tenant_id, session_id, last_sequence, last_event_id, last_ts, created_at) \
         values (:tenant, 'early', 40, 'e40', :now, :now)",
    );
    static EVENT: Sql = Sql::new(
        "EVENT",
        "insert into event (tenant_id, session_key, sequence, key16, event_id, ts, ts_given, type, actor_role, actor_id, payload, \
         payload_sha256, received_at, epoch) select :tenant, session_key, :n, :key16, :id, :now, 1, 'usage.tick', 'system', 'test', \
         :payload, :sha, :now, 1 from event_stream where session_id = 'early'",
    );
    drop(log);
    db.write_blocking(move |tx| {
        tx.execute_one(&STREAM, params! { tenant: &tenant, now })?;
        for n in 1..=40_i64 {
            let payload = format!(r#"{{"callId":"early","n":{n}}}"#);
            let sha = callboard_kernel::sha256(&[payload.as_bytes()]).to_vec();
            let key16 = callboard_kernel::sha256(&[&n.to_be_bytes()])[..16].to_vec();
            tx.execute_one(&EVENT, params! { tenant: &tenant, now, n, key16, id: format!("e{n}"), payload, sha })?;
        }
        Ok(())
    })
    .expect("an early log");
}

async fn verified(db: &Db) -> verify::Report {
    let db = db.clone();
    let report = tokio::task::spawn_blocking(move || verify::verify(&db, &modules::log())).await.expect("joined");
    let report = report.expect("a report");
    assert_eq!(report.findings, Vec::<String>::new());
    report
}

/// What a migration leaves to be done later, and the whole service does at its start.
async fn settle(kit: &Kit) {
    let repair = kit.repairs.iter().find(|r| r.name() == "transcripts.search").expect("a repair");
    while repair.run(kit.world.now()).await.expect("it runs") > 0 {}
}

async fn upgrades(engine: Engine, number: u32, source: &Source) {
    let scratch = Scratch::new(engine);
    let db = open_bare(&scratch, number);
    if number < CALLS {
        write_early(&db)
    } else {
        fill(&db, number, source)
    }
    db.close().await;
    let kit = Kit::start(scratch.open()).await;
    settle(&kit).await;
    let report = verified(&kit.app.db).await;
    let (sessions, events) = (report.sessions, report.events);
    if number < CALLS {
        assert_eq!((sessions, events), (1, 40));
    } else {
        let http = kit.http.with_bearer(&source.key);
        for (path, before) in &source.served {
            if number < TRANSCRIPTS && path.contains("talk") {
                http.get(path).await.expect(404);
                continue;
            }
            assert_eq!(http.get(path).await.expect(200).json(), *before, "{path} of schema {number}");
        }
        http.post("/v1/call/sessions", &json!({ "sessionId": "afterwards" })).await.expect(201);
        if number >= TRANSCRIPTS {
            let found = http.get("/v1/search/transcripts?q=words&limit=100").await.expect(200).json();
            assert_eq!(found["items"].as_array().expect("items").len(), 10, "{found}");
        }
        verified(&kit.app.db).await;
    }
    println!("{engine:?}: schema {number}: {sessions} sessions, {events} events");
    kit.app.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn data_of_each_earlier_schema_opens_verifies_and_serves() {
    let source = source().await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        for number in 1..=newest() {
            upgrades(engine, number, &source).await;
        }
    }
}

/// How far a store's migrations got: the last one applied. They must be applied without a hole.
fn reached(db: &Db) -> u32 {
    let states: Vec<State> = migrations::status(db).expect("a status").iter().map(|s| s.state).collect();
    let applied = states.iter().take_while(|s| **s == State::Applied).count();
    assert!(states[applied..].iter().all(|s| *s == State::Pending), "{states:?}");
    u32::try_from(applied).expect("a number")
}

/// The tables are those of a schema, no more and no less.
fn is_schema(db: &Db, fresh: &[schema::Schema], number: u32) {
    let differences = schema::differences(&schema::read(db).expect("a schema"), &fresh[number as usize]);
    assert_eq!(differences, Vec::<String>::new(), "schema {number}");
}

/// The schema of a new store at each number.
fn fresh_schemas(engine: Engine) -> Vec<schema::Schema> {
    let at = |number| {
        let scratch = Scratch::new(engine);
        let db = if number == 0 {
            scratch.open_with(OpenOptions { migrate: false, ..OpenOptions::default() })
        } else {
            open_bare(&scratch, number)
        };
        let found = schema::read(&db).expect("a schema");
        db.close_blocking();
        found
    };
    (0..=newest()).map(at).collect()
}

/// The commit of each migration is cut off, before it reached the disk and after.
fn a_cut_leaves_one_or_the_other(engine: Engine) {
    let fresh = fresh_schemas(engine);
    for from in 0..newest() {
        for after_disk in [false, true] {
            let scratch = Scratch::new(engine);
            if from > 0 {
                open_bare(&scratch, from).close_blocking();
            }
            let faults = Arc::new(Faults::default());
            let switch = if after_disk { &faults.lose_commit_reply } else { &faults.fail_commit };
            switch.store(true, Ordering::Release);
            let options = OpenOptions { faults: Some(faults.clone()), ..OpenOptions::default() };
            let opened = Db::open_with(scratch.config(), options);
            // PostgreSQL may find by itself that it rolled back, and go on; what counts is what is left.
            if let Ok(db) = opened {
                db.close_blocking();
            }
            let looked = scratch.open_with(OpenOptions { migrate: false, ..OpenOptions::default() });
            let number = reached(&looked);
            assert!(number >= from, "{from}: {number}");
            is_schema(&looked, &fresh, number);
            looked.close_blocking();
            let whole = scratch.open();
            is_schema(&whole, &fresh, newest());
            whole.close_blocking();
        }
    }
}

#[test]
fn a_migration_that_is_cut_off_leaves_the_schema_before_or_after_it() {
    a_cut_leaves_one_or_the_other(Engine::Sqlite);
    a_cut_leaves_one_or_the_other(Engine::Postgres);
}

/// How long the command takes when it is left alone.
fn whole_run(engine: Engine) -> Duration {
    let place = process::Place::new(engine);
    open_bare(&place.scratch, TRANSCRIPTS).close_blocking();
    let begun = std::time::Instant::now();
    let done = place.run(&["migrate"]);
    assert_eq!(done.status.code(), Some(0), "{}", text_of(&done));
    begun.elapsed()
}

/// `callboard migrate` as a process, killed at many moments.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_migrating_loses_nothing() {
    let source = source().await;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let fresh = tokio::task::spawn_blocking(move || fresh_schemas(engine)).await.expect("joined");
        let (mut middle, mut tries) = (0, 0);
        let mut wait = whole_run(engine).mul_f64(0.7);
        while middle < 3 && tries < 40 {
            tries += 1;
            let place = process::Place::new(engine);
            let db = open_bare(&place.scratch, TRANSCRIPTS);
            fill(&db, TRANSCRIPTS, &source);
            db.close().await;
            let flags = place.flags();
            let args: Vec<&str> = ["migrate"].into_iter().chain(flags.iter().map(String::as_str)).collect();
            let mut child = process::command(&args, &place.env())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            std::thread::sleep(wait);
            child.kill().expect("killed or gone");
            child.wait().expect("reaped");
            let looked = place.scratch.open_with(OpenOptions { migrate: false, ..OpenOptions::default() });
            let number = reached(&looked);
            is_schema(&looked, &fresh, number);
            looked.close().await;
            middle += u32::from(number > TRANSCRIPTS && number < newest());
            // Too early goes later, too late goes earlier: the moments gather where the migrations are.
            wait = if number == newest() { wait.mul_f64(0.85) } else { wait.mul_f64(1.12) };
            let done = place.run(&["migrate"]);
            assert_eq!(done.status.code(), Some(0), "{}", text_of(&done));
            let db = place.scratch.open();
            let log = modules::log();
            log.attach(&db).await.expect("attached");
            assert_eq!(count(&db).await, source.rows["event"].len() as i64);
            db.close().await;
        }
        println!("{engine:?}: {middle} of {tries} kills came between two migrations");
        assert!(middle > 0, "{engine:?}: no kill came in the middle");
    }
}

async fn count(db: &Db) -> i64 {
    static EVENTS: Sql = Sql::new("EVENTS", "select count(*) as n from event");
    db.read(|tx| tx.query_one(&EVENTS, params! {})?.get("n")).await.expect("a count")
}

/// Events as the log stores them today are what `write_early` writes by hand.
#[tokio::test]
async fn the_early_log_is_shaped_as_the_log_shapes_it() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open();
    let log = Log::new(Vec::new());
    let world = FakeWorld::manual(5);
    let (now, tenant) = (world.now(), callboard_kernel::TenantId::generate(world.now(), &mut world.entropy()));
    let event = NewEvent::ingested(
        "e1".to_owned(),
        now,
        true,
        EventType::UsageTick,
        Actor { role: Role::System, id: "test".to_owned() },
        r#"{"callId":"early","n":1}"#.to_owned(),
    );
    let owner = tenant.clone();
    db.write(move |tx| {
        let key = log.create(tx, &owner, &SessionId::parse("today").expect("an id"), now)?;
        log.append(tx, &key, vec![event.clone()], now).map(drop)
    })
    .await
    .expect("stored");
    let own = db.clone();
    tokio::task::spawn_blocking(move || write_early(&own)).await.expect("joined");
    let (rows, _, _) = {
        static RENAME: Sql =
            Sql::new("RENAME", "update event_stream set session_id = 'plain' where session_id = 'today'");
        db.write(|tx| tx.execute_one(&RENAME, params! {})).await.expect("renamed");
        let own = db.clone();
        tokio::task::spawn_blocking(move || read_all(&own)).await.expect("joined")
    };
    let events = &rows["event"];
    let today = events.iter().find(|r| r["session_key"] == Value::Int(1)).expect("of the log");
    let early =
        events.iter().find(|r| r["session_key"] == Value::Int(2) && r["sequence"] == Value::Int(1)).expect("by hand");
    for (column, value) in
        today.iter().filter(|(c, _)| !["position", "session_key", "key16", "tenant_id"].contains(&c.as_str()))
    {
        assert_eq!(early[column], *value, "{column}");
    }
}
