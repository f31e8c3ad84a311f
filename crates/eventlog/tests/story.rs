//! The log on both engines: order, dedupe, replay, readers, the tail, the outbox, verify.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_contracts::{Actor, EventType, Role};
use callboard_eventlog::outbox::{self, Effect, Handler, Leased, Outcome, Worker};
use callboard_eventlog::verify::verify;
use callboard_eventlog::{CheckpointOutcome, Log, NewEvent, ReplayQuery, SessionKey, TailCursor};
use callboard_kernel::{OutboxId, Result, SessionId, TenantId, Timestamp, World, codes};
use callboard_store::{Db, Engine, Sql, fence, params};
use callboard_testkit::{FakeWorld, Scratch, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn log() -> Log {
    Log::new(Vec::new())
}

fn tenant(seed: u64) -> TenantId {
    TenantId::generate(NOW, &mut FakeWorld::manual(seed).entropy())
}

async fn stream(db: &Db, log: &Log, tenant: &TenantId, session: &str) -> SessionKey {
    let (log, tenant, session) = (log.clone(), tenant.clone(), SessionId::parse(session).expect("an id"));
    db.write(move |tx| log.create(tx, &tenant, &session, NOW)).await.expect("a stream")
}

fn said(id: &str, text: &str) -> NewEvent {
    let payload = format!(r#"{{"utteranceId":"{id}","speaker":"user","text":"{text}","startMs":0,"endMs":1}}"#);
    let actor = Actor { role: Role::Agent, id: "test".to_owned() };
    NewEvent::ingested(id.to_owned(), NOW, true, EventType::TranscriptFinal, actor, payload)
}

async fn append(db: &Db, log: &Log, key: &SessionKey, events: Vec<NewEvent>) -> Result<Vec<(i64, bool)>> {
    let (log, key) = (log.clone(), key.clone());
    db.write(move |tx| {
        let appended = log.append(tx, &key, events.clone(), NOW)?;
        Ok(appended.into_iter().map(|a| (a.event.sequence, a.deduped)).collect())
    })
    .await
}

async fn ids(
    db: &Db,
    log: &Log,
    key: &SessionKey,
    after: i64,
    until: Option<i64>,
    limit: i64,
) -> (Vec<String>, bool, i64) {
    let (log, key) = (log.clone(), key.clone());
    let page = db.read(move |tx| log.replay(tx, &key, &ReplayQuery { after, until, limit })).await.expect("a page");
    let mark = page.watermark.map_or(0, |w| w.sequence);
    (page.events.into_iter().map(|e| e.event_id).collect(), page.has_more, mark)
}

both_engines!(a_repetition_is_one_event_and_a_conflict_stores_nothing, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    let first = append(&db, &log, &key, vec![said("a", "x"), said("b", "y"), said("a", "x")]).await.expect("appended");
    assert_eq!(first, [(1, false), (2, false), (1, true)]);
    let error = append(&db, &log, &key, vec![said("c", "z"), said("a", "other")]).await.expect_err("a conflict");
    assert!(error.is(&codes::EVENT_ID_CONFLICT), "{error}");
    assert_eq!(ids(&db, &log, &key, 0, None, 10).await, (vec!["a".to_owned(), "b".to_owned()], false, 2));
    let again = append(&db, &log, &key, vec![said("c", "z")]).await.expect("appended");
    assert_eq!(again, [(3, false)], "the refused batch left no gap");
});

both_engines!(spelling_of_a_payload_and_an_absent_ts_do_not_make_a_conflict, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    append(&db, &log, &key, vec![said("a", "x")]).await.expect("appended");
    let mut other = said("a", "x");
    other.payload = r#"{"speaker":"user","endMs":1.0,"text":"x","startMs":0,"utteranceId":"a"}"#.to_owned();
    other.ts = NOW.plus_ms(5);
    other.ts_given = false;
    assert_eq!(append(&db, &log, &key, vec![other.clone()]).await.expect("the same"), [(1, true)]);
    other.ts_given = true;
    assert!(append(&db, &log, &key, vec![other]).await.expect_err("another ts").is(&codes::EVENT_ID_CONFLICT));
});

both_engines!(ids_never_leak_across_sessions_or_tenants, |db| async move {
    let (log, one, two) = (log(), tenant(1), tenant(2));
    let keys =
        [stream(&db, &log, &one, "s").await, stream(&db, &log, &one, "t").await, stream(&db, &log, &two, "s").await];
    for key in &keys {
        assert_eq!(append(&db, &log, key, vec![said("a", key.tenant().as_str())]).await.expect("new"), [(1, false)]);
    }
    let (log2, stranger) = (log.clone(), tenant(3));
    let session = SessionId::parse("s").expect("an id");
    assert_eq!(db.read(move |tx| log2.find(tx, &stranger, &session)).await.expect("looked"), None);
});

both_engines!(a_tenant_has_one_stream_of_a_name, |db| async move {
    let (log, t) = (log(), tenant(1));
    stream(&db, &log, &t, "s").await;
    let session = SessionId::parse("s").expect("an id");
    let again = db.write(move |tx| log.create(tx, &t, &session, NOW)).await.expect_err("taken");
    assert!(again.is(&codes::SESSION_EXISTS), "{again}");
});

both_engines!(concurrent_writers_leave_no_gap_and_no_duplicate, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let (db, log, key) = (db.clone(), log.clone(), key.clone());
            tokio::spawn(async move {
                for n in 0..25 {
                    // Every second event is one that all writers send.
                    let id = if n % 2 == 0 { format!("all-{n}") } else { format!("own-{writer}-{n}") };
                    append(&db, &log, &key, vec![said(&id, "x")]).await.expect("appended");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer");
    }
    let (found, more, mark) = ids(&db, &log, &key, 0, None, 1000).await;
    assert_eq!((found.len(), more, mark), (13 + 8 * 12, false, 13 + 8 * 12));
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len());
    let (db2, log2) = (db.clone(), log.clone());
    let report = tokio::task::spawn_blocking(move || verify(&db2, &log2)).await.expect("ran").expect("verified");
    assert_eq!((report.events, report.findings), (13 + 8 * 12, Vec::new()));
});

both_engines!(a_pinned_replay_is_bounded_while_the_log_grows, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    append(&db, &log, &key, (1..=5).map(|n| said(&format!("e{n}"), "x")).collect()).await.expect("appended");
    let (first, more, mark) = ids(&db, &log, &key, 0, None, 2).await;
    assert_eq!((first, more, mark), (vec!["e1".to_owned(), "e2".to_owned()], true, 5));
    append(&db, &log, &key, vec![said("late", "x")]).await.expect("appended");
    let (rest, more, mark) = ids(&db, &log, &key, 2, Some(5), 10).await;
    assert_eq!((rest.len(), more, mark), (3, false, 5), "the late event lies behind the pin");
    assert_eq!(ids(&db, &log, &key, 6, None, 10).await, (Vec::new(), false, 6));
});

both_engines!(a_watermark_maps_to_a_sequence, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    let mut late = said("b", "x");
    late.ts = NOW.plus_ms(10);
    append(&db, &log, &key, vec![said("a", "x"), late, said("c", "x")]).await.expect("appended");
    db.read(move |tx| {
        let at = |ts, id| log.sequence_of_watermark(tx, &key, ts, id);
        assert_eq!(at(None, Some("b"))?, 2);
        assert_eq!(at(Some(NOW.plus_ms(10)), Some("b"))?, 2);
        assert_eq!(at(Some(NOW), None)?, 1, "the first later event is b");
        assert_eq!(at(Some(NOW.plus_ms(10)), None)?, 3, "nothing is later");
        assert!(at(None, Some("nope")).expect_err("unknown").is(&codes::WATERMARK_UNKNOWN));
        assert!(at(Some(NOW), Some("b")).expect_err("another ts").is(&codes::WATERMARK_UNKNOWN));
        Ok(())
    })
    .await
    .expect("read");
});

both_engines!(checkpoints_are_monotone_and_belong_to_their_reader, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    append(&db, &log, &key, (1..=3).map(|n| said(&format!("e{n}"), "x")).collect()).await.expect("appended");
    let ack = |owner: &'static str, sequence: i64| {
        let (db, log, key) = (db.clone(), log.clone(), key.clone());
        async move { db.write(move |tx| log.checkpoint(tx, &key, "reader", owner, sequence, NOW)).await }
    };
    assert_eq!(ack("me", 2).await.expect("moved"), (CheckpointOutcome::Advanced, 2));
    assert_eq!(ack("me", 2).await.expect("stayed"), (CheckpointOutcome::Equal, 2));
    assert_eq!(ack("me", 1).await.expect("stayed"), (CheckpointOutcome::Stale, 2));
    assert_eq!(ack("me", 3).await.expect("moved"), (CheckpointOutcome::Advanced, 3));
    assert!(ack("me", 4).await.expect_err("ahead").is(&codes::ACK_AHEAD_OF_LOG));
    assert!(ack("you", 3).await.expect_err("foreign").is(&codes::CONSUMER_FORBIDDEN));
});

/// The cursor as a server would have given it whose transactions have this much larger numbers.
fn later(cursor: TailCursor, ahead: i64) -> TailCursor {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor.encode()).expect("base64")).expect("text");
    let mut parts: Vec<i64> = text.split('.').map(|n| n.parse().expect("a number")).collect();
    parts[2] += ahead;
    let text = parts.iter().map(i64::to_string).collect::<Vec<_>>().join(".");
    TailCursor::decode(&URL_SAFE_NO_PAD.encode(text)).expect("a cursor")
}

/// After a failover or a restore the end of the log may be gone, and its numbers are given again.
async fn a_cursor_from_before_a_raised_epoch_misses_nothing(engine: Engine) {
    static LOST: Sql = Sql::new("LOST", "delete from event where sequence > :kept");
    static HEAD: Sql = Sql::new("HEAD", "update event_stream set last_sequence = :kept");
    // Numbers of transactions begin anew in a cluster that a dump was restored to.
    static FOREIGN: Sql = Sql::new("FOREIGN", "update event set xid = xid + :ahead");
    let scratch = Scratch::new(engine);
    let db = scratch.open();
    let (log, one) = (log(), tenant(1));
    log.attach(&db).await.expect("attached");
    let key = stream(&db, &log, &one, "s").await;
    for n in 0..5 {
        append(&db, &log, &key, vec![said(&format!("kept or lost {n}"), "t")]).await.expect("stored");
    }
    let read = |db: &Db, log: &Log, at: TailCursor| {
        let (db, log, one) = (db.clone(), log.clone(), one.clone());
        async move {
            loop {
                let (log, one) = (log.clone(), one.clone());
                let page = db.read(move |tx| log.tail(tx, &one, at, 100)).await.expect("read");
                if !page.is_empty() {
                    return page;
                }
            }
        }
    };
    let mut at = TailCursor::default();
    while let Some((cursor, event)) = read(&db, &log, at).await.pop() {
        at = cursor;
        if event.sequence == 5 {
            break;
        }
    }
    let ahead = if engine == Engine::Postgres { 1_000_000 } else { 0 };
    let at = later(at, ahead);
    db.write(move |tx| {
        tx.execute(&LOST, params! { kept: 2_i64 })?;
        tx.execute(&FOREIGN, params! { ahead })?;
        tx.execute(&HEAD, params! { kept: 2_i64 })
    })
    .await
    .expect("lost");
    let raiser = db.clone();
    tokio::task::spawn_blocking(move || fence::raise(&raiser)).await.expect("joined").expect("raised");
    db.close().await;
    let db = scratch.open();
    let log = self::log();
    log.attach(&db).await.expect("attached");
    append(&db, &log, &key, vec![said("new", "t")]).await.expect("stored");
    let page =
        tokio::time::timeout(Duration::from_secs(60), read(&db, &log, at)).await.expect("the new event is shown");
    assert_eq!(page.iter().map(|(_, e)| e.event_id.as_str()).collect::<Vec<_>>(), ["new"]);
    assert!(page[0].0 > at, "cursors of a later epoch come later");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_from_before_a_raised_epoch_misses_nothing_on_both() {
    a_cursor_from_before_a_raised_epoch_misses_nothing(Engine::Sqlite).await;
    a_cursor_from_before_a_raised_epoch_misses_nothing(Engine::Postgres).await;
}

both_engines!(the_tail_shows_a_tenant_everything_once_in_commit_order, |db| async move {
    let (log, one, two) = (log(), tenant(1), tenant(2));
    let keys =
        [stream(&db, &log, &one, "a").await, stream(&db, &log, &one, "b").await, stream(&db, &log, &two, "a").await];
    for n in 0..6 {
        append(&db, &log, &keys[n % 3], vec![said(&format!("e{n}"), "x")]).await.expect("appended");
    }
    // On PostgreSQL the tail ends at the oldest transaction of the whole cluster, so other tests can hold it up.
    let everything = async {
        let (mut at, mut seen) = (TailCursor::default(), Vec::new());
        while seen.len() < 4 {
            let (log, one) = (log.clone(), one.clone());
            let page = db.read(move |tx| log.tail(tx, &one, at, 3)).await.expect("read");
            match page.last() {
                Some((last, _)) => at = TailCursor::decode(&last.encode()).expect("a cursor"),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            seen.extend(page.into_iter().map(|(_, e)| e.event_id));
        }
        seen
    };
    let seen = tokio::time::timeout(Duration::from_secs(60), everything).await.expect("the horizon moves on");
    assert_eq!(seen, ["e0", "e1", "e3", "e4"]);
});

/// Counts deliveries; fails the first ones.
struct Flaky {
    failures: usize,
    delivered: AtomicUsize,
    order: parking_lot::Mutex<Vec<String>>,
}

#[async_trait]
impl Handler for Flaky {
    fn kind(&self) -> &'static str {
        "test"
    }
    fn max_attempts(&self) -> i64 {
        3
    }
    async fn deliver(&self, effect: &Leased, _now: Timestamp) -> Outcome {
        self.order.lock().push(effect.payload.clone());
        if self.delivered.fetch_add(1, Ordering::SeqCst) < self.failures {
            return Outcome::Retry("not yet".to_owned());
        }
        Outcome::Done
    }
}

async fn put(db: &Db, key: &SessionKey, world: &FakeWorld, name: &'static str) {
    let (key, now, entropy) = (key.clone(), world.now(), world.entropy());
    db.write(move |tx| {
        let effect =
            Effect { kind: "test", destination: "d", dedupe_key: name, payload: name.to_owned(), not_before: now };
        outbox::put(tx, &key, &effect, &OutboxId::generate(now, &mut entropy.clone()), now)
    })
    .await
    .expect("put");
}

both_engines!(effects_keep_their_order_and_die_after_their_attempts, |db| async move {
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    let world = FakeWorld::manual(7);
    let handler = Arc::new(Flaky { failures: 1, delivered: AtomicUsize::new(0), order: parking_lot::Mutex::default() });
    let worker = Worker::new(db.clone(), world.clone(), vec![handler.clone()]);
    put(&db, &key, &world, "first").await;
    world.advance_ms(1);
    put(&db, &key, &world, "second").await;
    put(&db, &key, &world, "first").await;
    assert_eq!(worker.run_due().await.expect("ran"), 1, "the second waits for the first");
    assert_eq!(worker.run_due().await.expect("ran"), 0, "a failure waits for its backoff");
    world.advance_ms(60_000);
    assert_eq!(worker.run_due().await.expect("ran"), 1);
    assert_eq!(worker.run_due().await.expect("ran"), 1);
    assert_eq!(*handler.order.lock(), ["first", "first", "second"]);
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 0);

    let hopeless =
        Arc::new(Flaky { failures: 99, delivered: AtomicUsize::new(0), order: parking_lot::Mutex::default() });
    let worker = Worker::new(db.clone(), world.clone(), vec![hopeless.clone()]);
    put(&db, &key, &world, "third").await;
    for _attempt in 0..5 {
        worker.run_due().await.expect("ran");
        world.advance_ms(60_000);
    }
    assert_eq!(hopeless.order.lock().len(), 3, "after three attempts it is dead");
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 0);
});

both_engines!(two_workers_share_the_work_and_a_lost_lease_is_taken_over, |db| async move {
    let (log, t) = (log(), tenant(1));
    let world = FakeWorld::manual(7);
    for n in 0..10 {
        let key = stream(&db, &log, &t, &format!("s{n}")).await;
        let name: &'static str = format!("effect-{n}").leak();
        put(&db, &key, &world, name).await;
    }
    let handler = Arc::new(Flaky { failures: 0, delivered: AtomicUsize::new(0), order: parking_lot::Mutex::default() });
    let workers = [1, 2].map(|_| Worker::new(db.clone(), world.clone(), vec![handler.clone()]));
    let (one, two) = tokio::join!(workers[0].run_due(), workers[1].run_due());
    assert_eq!(one.expect("ran") + two.expect("ran"), 10);
    assert_eq!(handler.order.lock().iter().collect::<BTreeSet<_>>().len(), 10);
    assert_eq!(handler.delivered.load(Ordering::SeqCst), 10);
});

both_engines!(verify_names_what_was_damaged, |db| async move {
    callboard_store::sql! {
        pub DAMAGE;
        EDIT = "update event set payload = '{}' where session_key = :key and sequence = 2";
        DROP = "delete from event where session_key = :key and sequence = 3";
    }
    let (log, t) = (log(), tenant(1));
    let key = stream(&db, &log, &t, "s").await;
    append(&db, &log, &key, (1..=4).map(|n| said(&format!("e{n}"), "x")).collect()).await.expect("appended");
    let number = key.key();
    db.write(move |tx| {
        tx.execute_one(&EDIT, callboard_store::params! { key: number })?;
        tx.execute_one(&DROP, callboard_store::params! { key: number })
    })
    .await
    .expect("damaged");
    assert_eq!(DAMAGE.len(), 2);
    let report = tokio::task::spawn_blocking(move || verify(&db, &log)).await.expect("ran").expect("verified");
    let text = report.findings.join("\n");
    assert!(text.contains("3 events lie between sequence 1 and 4"), "{text}");
    assert!(text.contains("1 payloads do not match their hash"), "{text}");
});

both_engines!(a_broken_fact_counts_when_it_is_refused_and_not_when_it_is_known, |db| async move {
    let (log, tenant) = (log(), tenant(3));
    let key = stream(&db, &log, &tenant, "broken").await;
    append(&db, &log, &key, vec![said("a", "told before")]).await.expect("stored");
    let tell = |id: &'static str| {
        let (log, key) = (log.clone(), key.clone());
        let actor = Actor { role: Role::System, id: "callboard".to_owned() };
        let fact = NewEvent::own(id.to_owned(), NOW, EventType::TranscriptFinal, actor, "{}".to_owned());
        db.write(move |tx| Ok(log.append_facts(tx, &key, vec![fact.clone()], NOW)?[0].deduped))
    };
    assert!(tell("a").await.expect("answered as stored"));
    assert_eq!(log.emitted_invalid(), 0);
    assert!(tell("b").await.is_err());
    assert_eq!(log.emitted_invalid(), 1);
});
