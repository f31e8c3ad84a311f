//! A process whose epoch is not the log's any more stores nothing, says so and ends.

use std::sync::Arc;

use callboard_kernel::codes;
use callboard_store::{Db, Engine, OpenOptions, Sql, fence, params};
use callboard_testkit::Scratch;

use parking_lot::Mutex;

static EPOCH: Sql = Sql::new("EPOCH", "select epoch from log_epoch where id = 1");
static AUDIT: Sql = Sql::new(
    "AUDIT",
    "insert into tenant (tenant_id, name, status, plan, active_calls, flags, metadata, version, created_at) \
    values (:id, 'n', 'active', 'p', 0, '{}', '{}', 1, 0)",
);
static TENANTS: Sql = Sql::new("TENANTS", "select count(*) as n from tenant");
static WAITING: Sql = Sql::new(
    "WAITING",
    "select count(*) as n from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'log_epoch' and not l.granted \
     and l.database = (select oid from pg_database where datname = current_database())",
);

type Reasons = Arc<Mutex<Vec<String>>>;

/// A store, and why it said that it cannot go on.
fn instance(scratch: &Scratch) -> (Db, Reasons) {
    let reasons = Reasons::default();
    let told = reasons.clone();
    let on_fatal: callboard_store::OnFatal = Arc::new(move |why: &str| told.lock().push(why.to_owned()));
    (scratch.open_with(OpenOptions { on_fatal: Some(on_fatal), ..OpenOptions::default() }), reasons)
}

/// Waits until the binary was told: the answer may overtake that.
async fn told(reasons: &Reasons) {
    while reasons.lock().is_empty() {
        tokio::task::yield_now().await;
    }
}

async fn epoch(db: &Db) -> i64 {
    db.read(|tx| tx.query_one(&EPOCH, params! {})?.get("epoch")).await.unwrap()
}

async fn tenants(db: &Db) -> i64 {
    db.read(|tx| tx.query_one(&TENANTS, params! {})?.get("n")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raised_epoch_shuts_out_who_was_open_before() {
    let scratch = Scratch::new(Engine::Postgres);
    let (old, reasons) = instance(&scratch);
    old.write(|tx| tx.execute_one(&AUDIT, params! { id: "before" })).await.unwrap();
    let raiser = scratch.open();
    let raised = tokio::task::spawn_blocking(move || fence::raise(&raiser)).await.unwrap().unwrap();
    assert_eq!(raised, 2);
    let (new, _) = instance(&scratch);
    assert!(old.health().ok, "nobody has told it yet");
    for id in ["after", "again"] {
        let refused = old.write(move |tx| tx.execute_one(&AUDIT, params! { id })).await.unwrap_err();
        assert!(refused.is(&codes::STORE_UNAVAILABLE), "{refused}");
    }
    let health = old.health();
    assert!(!health.ok && health.reason.as_deref().unwrap().contains("epoch is 2"), "{health:?}");
    told(&reasons).await;
    new.write(|tx| tx.execute_one(&AUDIT, params! { id: "new" })).await.unwrap();
    assert_eq!(tenants(&new).await, 2, "what the old one tried is not there");
    assert_eq!(reasons.lock().len(), 1, "the binary is told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn raising_waits_for_a_write_under_way_and_stops_the_next() {
    let scratch = Scratch::new(Engine::Postgres);
    let (old, _) = instance(&scratch);
    let raiser = scratch.open();
    let (go, held) = std::sync::mpsc::channel::<()>();
    let held = Mutex::new(held);
    let (inside, started) = tokio::sync::oneshot::channel();
    let inside = Mutex::new(Some(inside));
    let db = old.clone();
    let under_way = tokio::spawn(async move {
        db.write(move |tx| {
            inside.lock().take().unwrap().send(()).unwrap();
            assert!(held.lock().recv().is_err());
            tx.execute_one(&AUDIT, params! { id: "under way" })
        })
        .await
    });
    started.await.unwrap();
    let raising = tokio::task::spawn_blocking(move || fence::raise(&raiser));
    let waiting = |n: i64| {
        let old = old.clone();
        async move { while old.read(|tx| tx.query_one(&WAITING, params! {})?.get::<i64>("n")).await.unwrap() < n {} }
    };
    waiting(1).await;
    assert!(!is_shut(&scratch), "it waits for the write that began before");
    let db = old.clone();
    let late = tokio::spawn(async move { db.write(|tx| tx.execute_one(&AUDIT, params! { id: "late" })).await });
    waiting(2).await;
    drop(go);
    under_way.await.unwrap().unwrap();
    assert_eq!(raising.await.unwrap().unwrap(), 2);
    let refused = late.await.unwrap().unwrap_err();
    assert!(refused.is(&codes::STORE_UNAVAILABLE), "one that began while it waited sees the new epoch: {refused}");
    assert_eq!(tenants(&old).await, 1);
}

/// Whether somebody has the epoch's table to itself. A look at the table would queue up behind whoever waits for that.
fn is_shut(scratch: &Scratch) -> bool {
    let text = "select l.pid from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'log_epoch' \
        and l.database = (select oid from pg_database where datname = current_database()) \
        and l.granted and l.mode = 'AccessExclusiveLock'";
    beside(scratch, move |client| !client.query(text, &[]).unwrap().is_empty())
}

/// Does something as the superuser, beside the store.
fn beside<T: Send + 'static>(scratch: &Scratch, work: impl FnOnce(&mut postgres::Client) -> T + Send + 'static) -> T {
    let url = scratch.database().unwrap().url();
    std::thread::spawn(move || work(&mut postgres::Client::connect(&url, postgres::NoTls).unwrap())).join().unwrap()
}

/// Changes what the log remembers of its server, as a promotion or a restore elsewhere would.
fn remember(scratch: &Scratch, change: &str) {
    let text = format!("update log_epoch set {change}");
    beside(scratch, move |client| client.batch_execute(&text).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_begins_another_epoch() {
    let scratch = Scratch::new(Engine::Postgres);
    let (first, _) = instance(&scratch);
    let (second, _) = instance(&scratch);
    assert_eq!((epoch(&first).await, epoch(&second).await), (1, 1), "the same history is the same epoch");
    let mut last = 1;
    for change in ["timeline = timeline - 1", "timeline = timeline + 1", "system_id = 'another cluster'"] {
        let (before, _) = instance(&scratch);
        remember(&scratch, change);
        let (after, _) = instance(&scratch);
        let next = epoch(&after).await;
        assert!(next > last && next > 1_700_000_000, "an epoch of its own, named by the time: {next} after {change}");
        last = next;
        assert!(before.write(|tx| tx.execute_one(&AUDIT, params! { id: "x" })).await.is_err(), "{change}");
        after.write(move |tx| tx.execute_one(&AUDIT, params! { id: change })).await.unwrap();
    }
}

#[tokio::test]
async fn an_epoch_that_is_gone_stores_nothing() {
    let scratch = Scratch::new(Engine::Postgres);
    let (db, reasons) = instance(&scratch);
    beside(&scratch, |client| client.batch_execute("delete from log_epoch").unwrap());
    assert!(db.write(|tx| tx.execute_one(&AUDIT, params! { id: "x" })).await.is_err());
    told(&reasons).await;
    assert_eq!(reasons.lock().len(), 1);
    assert_eq!(tenants(&db).await, 0);
}

#[tokio::test]
async fn on_sqlite_raising_orders_the_log_anew() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open();
    let raiser = db.clone();
    assert_eq!(tokio::task::spawn_blocking(move || fence::raise(&raiser)).await.unwrap().unwrap(), 2);
    assert_eq!(epoch(&db).await, 2);
    db.write(|tx| tx.execute_one(&AUDIT, params! { id: "x" })).await.unwrap();
}
