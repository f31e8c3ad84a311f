//! The outbox among unequals: slow destinations, handlers with a schedule of their own, and what is owed for new events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use callboard_contracts::{Actor, EventType, Family, Role};
use callboard_eventlog::outbox::{self, Effect, Handler, Leased, Outcome, Worker};
use callboard_eventlog::verify::verify;
use callboard_eventlog::{Log, NewEvent, Projection, Projector, SessionKey, StoredEvent};
use callboard_kernel::{OutboxId, Result, SessionId, TenantId, Timestamp, World as _};
use callboard_store::{Db, Tx, params, sql};
use callboard_testkit::{FakeWorld, both_engines};

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

sql! {
    pub OWN_SQL;
    ALL_DONE = "update outbox set done_at = :now where done_at is null";
}

fn tenant() -> TenantId {
    TenantId::generate(NOW, &mut FakeWorld::manual(1).entropy())
}

async fn put(db: &Db, world: &FakeWorld, kind: &'static str, destination: &'static str, name: String) {
    let (now, entropy) = (world.now(), world.entropy());
    db.write(move |tx| {
        let effect = Effect { kind, destination, dedupe_key: &name, payload: name.clone(), not_before: now };
        outbox::put_unordered(tx, &tenant(), &effect, &OutboxId::generate(now, &mut entropy.clone()), now)
    })
    .await
    .expect("put");
}

/// Never ends.
struct Hangs {
    begun: AtomicUsize,
}

#[async_trait]
impl Handler for Hangs {
    fn kind(&self) -> &'static str {
        "slow"
    }
    fn max_attempts(&self) -> i64 {
        3
    }
    fn per_destination(&self) -> usize {
        3
    }
    fn in_flight(&self) -> usize {
        5
    }
    async fn deliver(&self, _effect: &Leased, _now: Timestamp) -> Outcome {
        self.begun.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

struct Quick {
    done: AtomicUsize,
}

#[async_trait]
impl Handler for Quick {
    fn kind(&self) -> &'static str {
        "quick"
    }
    fn max_attempts(&self) -> i64 {
        3
    }
    async fn deliver(&self, _effect: &Leased, _now: Timestamp) -> Outcome {
        self.done.fetch_add(1, Ordering::SeqCst);
        Outcome::Done
    }
}

both_engines!(slow_effects_hold_up_no_others, |db| async move {
    let world = FakeWorld::manual(7);
    let (slow, quick) = (Arc::new(Hangs { begun: AtomicUsize::new(0) }), Arc::new(Quick { done: AtomicUsize::new(0) }));
    let worker = Worker::new(db.clone(), world.clone(), vec![slow.clone(), quick.clone()]);
    // More than is looked at per destination, and older than everything else.
    for n in 0..40 {
        put(&db, &world, "slow", "a", format!("a{n}")).await;
        put(&db, &world, "slow", "b", format!("b{n}")).await;
    }
    world.advance_ms(1_000);
    for n in 0..20 {
        put(&db, &world, "quick", if n % 2 == 0 { "a" } else { "c" }, format!("q{n}")).await;
    }
    // `landed` comes after the result is stored.
    let quick_ones = || async { db.read(|tx| outbox::backlog_besides(tx, "slow")).await.expect("read").0 };
    while worker.start_due().await.expect("ran") > 0 || quick_ones().await > 0 {
        tokio::time::timeout(Duration::from_secs(10), worker.landed()).await.expect("something lands");
    }
    assert_eq!(quick.done.load(Ordering::SeqCst), 20);
    assert_eq!(worker.start_due().await.expect("ran"), 0, "the slow kind has all its places");
    assert_eq!(slow.begun.load(Ordering::SeqCst), 5, "three at one destination, five of the kind");
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 80);
});

/// Ends when it is told to.
struct Waits {
    go: tokio::sync::Notify,
}

#[async_trait]
impl Handler for Waits {
    fn kind(&self) -> &'static str {
        "waits"
    }
    fn max_attempts(&self) -> i64 {
        3
    }
    async fn deliver(&self, _effect: &Leased, _now: Timestamp) -> Outcome {
        self.go.notified().await;
        Outcome::Done
    }
}

both_engines!(a_stop_waits_for_what_is_under_way, |db| async move {
    let world = FakeWorld::manual(7);
    let waits = Arc::new(Waits { go: tokio::sync::Notify::new() });
    let worker = Worker::new(db.clone(), world.clone(), vec![waits.clone()]);
    worker.drain(Duration::from_secs(10)).await;
    put(&db, &world, "waits", "a", "a".to_owned()).await;
    assert_eq!(worker.start_due().await.expect("ran"), 1);
    worker.drain(Duration::from_millis(10)).await;
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 1, "it gave up waiting");
    waits.go.notify_one();
    worker.drain(Duration::from_secs(10)).await;
    // The result is stored before the wait is over: the store may be closed then.
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 0);
});

/// Has a defect.
struct Panics;

#[async_trait]
impl Handler for Panics {
    fn kind(&self) -> &'static str {
        "panics"
    }
    fn max_attempts(&self) -> i64 {
        3
    }
    async fn deliver(&self, effect: &Leased, _now: Timestamp) -> Outcome {
        tokio::task::yield_now().await;
        panic!("a defect at {}", effect.destination);
    }
}

both_engines!(a_handler_that_panics_gives_its_place_back_and_holds_up_no_stop, |db| async move {
    let world = FakeWorld::manual(7);
    let worker = Worker::new(db.clone(), world.clone(), vec![Arc::new(Panics)]);
    put(&db, &world, "panics", "a", "a".to_owned()).await;
    assert_eq!(worker.start_due().await.expect("ran"), 1);
    let stopped = tokio::time::timeout(Duration::from_secs(60), worker.drain(Duration::from_secs(600))).await;
    stopped.expect("the stop waits for nobody");
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 1, "its lease runs out, and it is tried again");
});

both_engines!(what_is_done_is_forgotten_after_a_week_however_much, |db| async move {
    let world = FakeWorld::manual(7);
    let quick = Arc::new(Quick { done: AtomicUsize::new(0) });
    let worker = Worker::new(db.clone(), world.clone(), vec![quick]);
    let (now, entropy) = (world.now(), world.entropy());
    let many = |done: bool| {
        let entropy = entropy.clone();
        db.write(move |tx| {
            let mut entropy = entropy.clone();
            for n in 0..1_100 {
                let name = format!("{done} {n}");
                let effect = Effect {
                    kind: "quick",
                    destination: "a",
                    dedupe_key: &name,
                    payload: String::new(),
                    not_before: if done { now } else { now.plus_ms(30 * 86_400_000) },
                };
                outbox::put_unordered(tx, &tenant(), &effect, &OutboxId::generate(now, &mut entropy), now)?;
            }
            if done { tx.execute(&ALL_DONE, params! { now }).map(drop) } else { Ok(()) }
        })
    };
    many(true).await.expect("put");
    world.advance_ms(7 * 86_400_000);
    assert_eq!(worker.prune().await.expect("pruned"), 0, "a week is not over");
    world.advance_ms(1);
    assert_eq!(worker.prune().await.expect("pruned"), 1_100);
    many(false).await.expect("put");
    assert_eq!(worker.prune().await.expect("pruned"), 0, "what waits is kept");
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 1_100);
});

/// Has a schedule of its own.
struct Scheduled {
    attempts: AtomicUsize,
}

#[async_trait]
impl Handler for Scheduled {
    fn kind(&self) -> &'static str {
        "scheduled"
    }
    fn max_attempts(&self) -> i64 {
        1
    }
    async fn deliver(&self, _effect: &Leased, now: Timestamp) -> Outcome {
        match self.attempts.fetch_add(1, Ordering::SeqCst) {
            0..4 => Outcome::RetryAt("later".to_owned(), now.plus_ms(86_400_000)),
            _ => Outcome::Done,
        }
    }
}

both_engines!(a_handler_may_name_the_next_attempt, |db| async move {
    let world = FakeWorld::manual(7);
    let handler = Arc::new(Scheduled { attempts: AtomicUsize::new(0) });
    let worker = Worker::new(db.clone(), world.clone(), vec![handler.clone()]);
    put(&db, &world, "scheduled", "d", "x".to_owned()).await;
    for day in 1..=5 {
        assert_eq!(worker.run_due().await.expect("ran"), 1, "day {day}");
        world.advance_ms(86_399_999);
        assert_eq!(worker.run_due().await.expect("ran"), 0, "day {day}");
        world.advance_ms(1);
    }
    assert_eq!(db.read(outbox::backlog).await.expect("read").0, 0);
});

/// Counts what is new and what is rebuilt.
#[derive(Default)]
struct Counting {
    new: AtomicUsize,
    rebuilt: AtomicUsize,
}

impl Projector for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn wants(&self, family: Family) -> bool {
        family == Family::Transcript
    }
    fn apply(&self, _tx: &Tx<'_>, _key: &SessionKey, _event: &StoredEvent) -> Result<()> {
        self.rebuilt.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    fn apply_new(&self, _tx: &Tx<'_>, _key: &SessionKey, _event: &StoredEvent, now: Timestamp) -> Result<()> {
        assert_eq!(now, NOW);
        self.new.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
    fn projections(&self) -> &'static [Projection] {
        &[]
    }
}

both_engines!(a_rebuild_owes_nothing, |db| async move {
    let counting = Arc::new(Counting::default());
    let log = Log::new(vec![counting.clone()]);
    let said = |id: &str| {
        let payload = format!(r#"{{"utteranceId":"{id}","speaker":"user","text":"x","startMs":0,"endMs":1}}"#);
        let actor = Actor { role: Role::Agent, id: "test".to_owned() };
        NewEvent::ingested(id.to_owned(), NOW, true, EventType::TranscriptFinal, actor, payload)
    };
    let (own, events) = (log.clone(), vec![said("a"), said("b"), said("a")]);
    db.write(move |tx| {
        let key = own.create(tx, &tenant(), &SessionId::parse("s").expect("an id"), NOW)?;
        own.append(tx, &key, events.clone(), NOW).map(|_| ())
    })
    .await
    .expect("appended");
    let seen = || (counting.new.load(Ordering::SeqCst), counting.rebuilt.load(Ordering::SeqCst));
    assert_eq!(seen(), (2, 0), "a repetition is not new");
    let (db, log) = (db.clone(), log.clone());
    let report = tokio::task::spawn_blocking(move || verify(&db, &log)).await.expect("joined").expect("verified");
    assert_eq!((report.findings.len(), seen()), (0, (2, 2)));
});
