//! What was changed behind the log's back is refused, not served.

use callboard_contracts::{Actor, EventType, Role};
use callboard_eventlog::{Log, NewEvent, ReplayQuery, SessionKey, StoredEvent, TailCursor, verify};
use callboard_kernel::{Error, Result, SessionId, TenantId, Timestamp, World, codes};
use callboard_store::{Db, Engine, Sql, params};
use callboard_testkit::{FakeWorld, Scratch, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

static PAYLOAD: Sql =
    Sql::new("PAYLOAD", "update event set payload = '{\"n\":9}' where session_key = :key and sequence = 2");
static ID: Sql = Sql::new("ID", "update event set event_id = 'e9' where session_key = :key and sequence = 2");
static HOLE: Sql = Sql::new("HOLE", "delete from event where session_key = :key and sequence = 2");
static SHORT: Sql = Sql::new("SHORT", "update event_stream set last_sequence = 2 where session_key = :key");
static EPOCH: Sql = Sql::new("EPOCH", "update event set epoch = 0 where session_key = :key and sequence = 2");
static EMPTIED: Sql = Sql::new("EMPTIED", "update event_stream set last_sequence = 0 where session_key = :key");
static FORGOTTEN: Sql =
    Sql::new("FORGOTTEN", "update event_stream set last_sequence = 0, last_event_id = null where session_key = :key");
static NAMELESS: Sql = Sql::new("NAMELESS", "update event_stream set last_event_id = null where session_key = :key");
static RENAMED: Sql = Sql::new("RENAMED", "update event_stream set session_id = 'another' where session_key = :key");
static LONG: Sql = Sql::new("LONG", "update event_stream set last_sequence = 4 where session_key = :key");

/// A session with three events, one of them changed by this text.
async fn changed(db: &Db, log: &Log, name: &str, how: &'static Sql) -> (TenantId, SessionKey) {
    let tenant = TenantId::generate(NOW, &mut FakeWorld::manual(7).entropy());
    let (mine, of, session) = (log.clone(), tenant.clone(), SessionId::parse(name).expect("an id"));
    let key = db.write(move |tx| {
        let key = mine.create(tx, &of, &session, NOW)?;
        let actor = Actor { role: Role::Agent, id: "test".to_owned() };
        let event = |n: i64| {
            let payload = format!(r#"{{"n":{n}}}"#);
            NewEvent::ingested(format!("e{n}"), NOW, true, EventType::TranscriptFinal, actor.clone(), payload)
        };
        mine.append(tx, &key, (1..=3).map(event).collect(), NOW)?;
        tx.execute_one(how, params! { key: key.key() })?;
        Ok(key)
    });
    (tenant, key.await.expect("changed"))
}

async fn tail(db: &Db, log: &Log, tenant: &TenantId) -> Result<Vec<(TailCursor, StoredEvent)>> {
    // On PostgreSQL a tail shows nothing while an older transaction runs, of whichever test.
    loop {
        let (mine, of) = (log.clone(), tenant.clone());
        let read = db.read(move |tx| mine.tail(tx, &of, TailCursor::default(), 100)).await;
        if !matches!(&read, Ok(events) if events.is_empty()) {
            return read;
        }
    }
}

async fn page(db: &Db, log: &Log, key: &SessionKey, after: i64, limit: i64) -> Result<usize> {
    let (log, key) = (log.clone(), key.clone());
    let read = db.read(move |tx| log.replay(tx, &key, &ReplayQuery { after, until: None, limit }));
    read.await.map(|page| page.events.len())
}

fn refused<T: std::fmt::Debug>(read: Result<T>) {
    let error: Error = read.expect_err("damage is refused");
    assert!(error.is(&codes::INTERNAL), "{error}");
    let note = error.internal_note().expect("a note");
    assert!(note.contains("the database is damaged"), "{note}");
}

both_engines!(an_event_that_is_not_as_it_was_stored_is_refused_at_every_door, |db| async move {
    let log = Log::new(Vec::new());
    for (name, how, id) in [("payload", &PAYLOAD, "e2"), ("id", &ID, "e9")] {
        let (tenant, key) = changed(&db, &log, name, how).await;
        refused(page(&db, &log, &key, 0, 10).await);
        refused(page(&db, &log, &key, 1, 10).await);
        assert_eq!(page(&db, &log, &key, 2, 10).await.expect("beyond the damage"), 1);
        refused(tail(&db, &log, &tenant).await);
        let (mine, of) = (log.clone(), key.clone());
        let found = db.read(move |tx| mine.event(tx, &of, id)).await;
        if name == "payload" {
            refused(found);
        } else {
            assert!(found.expect("its key is another").is_none());
        }
    }
});

both_engines!(a_hole_and_a_head_that_fits_no_event_are_refused, |db| async move {
    let log = Log::new(Vec::new());
    for (name, how) in [("hole", &HOLE), ("short", &SHORT), ("long", &LONG)] {
        let (_, key) = changed(&db, &log, name, how).await;
        refused(page(&db, &log, &key, 0, 10).await);
        // A page looks one event further than it gives.
        assert_eq!(page(&db, &log, &key, 0, 1).await.is_ok(), name == "long", "{name}");
    }
});

#[tokio::test]
async fn a_place_that_was_moved_back_leads_no_follower_in_circles() {
    // On PostgreSQL places are compared by the database, which would show the event out of its turn, once.
    let scratch = Scratch::new(Engine::Sqlite);
    let (db, log) = (scratch.open(), Log::new(Vec::new()));
    let (tenant, _) = changed(&db, &log, "moved", &EPOCH).await;
    refused(tail(&db, &log, &tenant).await);
}

both_engines!(a_head_that_hides_what_is_there_is_refused_and_found, |db| async move {
    let log = Log::new(Vec::new());
    for (name, how) in [("emptied", &EMPTIED), ("nameless", &NAMELESS), ("forgotten", &FORGOTTEN)] {
        let (tenant, key) = changed(&db, &log, name, how).await;
        refused(page(&db, &log, &key, 0, 10).await);
        refused(page(&db, &log, &key, 2, 10).await);
        let (store, mine) = (db.clone(), log.clone());
        let verified = tokio::task::spawn_blocking(move || verify::verify(&store, &mine)).await.expect("no panic");
        let report = verified.expect("verified all the same");
        let about = format!("{tenant}/{name}: the database is damaged");
        assert!(report.findings.iter().any(|f| f.starts_with(&about)), "{:?}", report.findings);
    }
});

both_engines!(a_row_of_another_session_is_neither_read_nor_written, |db| async move {
    // What a turned bit in the index of sessions leads to: the key is asked for by one name, and its row has another.
    let log = Log::new(Vec::new());
    let (_, key) = changed(&db, &log, "asked", &RENAMED).await;
    refused(page(&db, &log, &key, 0, 10).await);
    let (mine, of) = (log.clone(), key.clone());
    refused(db.read(move |tx| mine.head(tx, &of)).await);
    let actor = Actor { role: Role::Agent, id: "test".to_owned() };
    let fourth = NewEvent::ingested("e4".to_owned(), NOW, true, EventType::TranscriptFinal, actor, "{}".to_owned());
    let (mine, of) = (log.clone(), key.clone());
    refused(db.write(move |tx| mine.append(tx, &of, vec![fourth.clone()], NOW).map(drop)).await);
});
