//! What only PostgreSQL can do to us: deadlocks, races between instances, lost connections, unsafe settings.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use callboard_kernel::codes;
use callboard_store::migrations::Migration;
use callboard_store::testing::{Faults, ScratchDatabase};
use callboard_store::{Config, Db, Engine, OpenOptions, Sql, params};
use callboard_testkit::Scratch;
use common::*;

static PID: Sql = Sql::new("PID", "select pg_backend_pid() as pid");

/// Ends connections to the test's database from outside: transactions take a role that may not.
fn end_connections(database: &ScratchDatabase, which: &str) {
    let name = database.name();
    database
        .admin(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' and {which}"))
        .unwrap();
}

fn end_own(tx: &callboard_store::Tx<'_>, database: &ScratchDatabase) -> callboard_kernel::Result<()> {
    let pid: i64 = tx.query_one(&PID, params! {})?.get("pid")?;
    end_connections(database, &format!("pid = {pid}"));
    tx.query(&PID, params! {}).map(drop)
}

static WAITING: Sql = Sql::new(
    "WAITING",
    "select count(*) as n from pg_locks w where not w.granted and exists (select 1 from pg_locks h \
     join pg_database d on d.oid = h.database where h.pid = w.pid and d.datname = current_database())",
);

fn lock(tx: &callboard_store::Tx<'_>, id: &str) -> callboard_kernel::Result<i64> {
    tx.query_one(&LOCK, params! { tenant: "a", id })?.get("n")
}

async fn two_rows(db: &Db) {
    db.write(|tx| {
        put(tx, "one", 1)?;
        put(tx, "two", 2)
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_runs_the_closure_again() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    two_rows(&db).await;
    let both = Arc::new(std::sync::Barrier::new(2));
    let runs = Arc::new(AtomicU32::new(0));
    let writes = [("one", "two"), ("two", "one")].map(|(first, second)| {
        let (db, both, runs) = (db.clone(), both.clone(), runs.clone());
        let first_time = AtomicBool::new(true);
        tokio::spawn(async move {
            db.write(move |tx| {
                runs.fetch_add(1, Ordering::AcqRel);
                let n = lock(tx, first)?;
                if first_time.swap(false, Ordering::AcqRel) {
                    both.wait();
                }
                // Caught by a savepoint, a deadlock still means that the whole closure runs again.
                tx.savepoint(|tx| lock(tx, second))??;
                tx.execute_one(&SET, params! { tenant: "a", id: first, n: n + 10 })
            })
            .await
        })
    });
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert!(runs.load(Ordering::Acquire) >= 3, "one of the two was the victim");
    assert_eq!(db.read(|tx| Ok((number(tx, "one")?, number(tx, "two")?))).await.unwrap(), (11, 12));
}

static EVERYTHING: Sql = Sql::new("EVERYTHING", "select * from item where tenant_id = :tenant and id = :id");

/// Another instance migrates a table of which this one has prepared statements, as in a rolling upgrade.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_that_comes_meanwhile_fails_no_read_and_no_write() {
    const MORE: &str = "alter table item add column since text not null default 'ever'";
    static LATER: &[Migration] = &[FIRST, Migration { number: 2, name: "more", sqlite: MORE, postgres: MORE }];
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    two_rows(&db).await;
    fn all(tx: &callboard_store::Tx<'_>) -> callboard_kernel::Result<usize> {
        Ok(tx.query_one(&EVERYTHING, params! { tenant: "a", id: "one" })?.columns().len())
    }
    // On every connection: each has statements of its own.
    let reads = |columns: usize| {
        let db = db.clone();
        async move {
            let tasks: Vec<_> = (0..64)
                .map(|_| {
                    tokio::spawn({
                        let db = db.clone();
                        async move { db.read(all).await }
                    })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap().unwrap(), columns);
            }
        }
    };
    let caught = Arc::new(AtomicU32::new(0));
    let writes = |columns: usize| {
        let (db, caught) = (db.clone(), caught.clone());
        let look = move |tx: &callboard_store::Tx<'_>| {
            let found = tx.savepoint(all)?;
            caught.fetch_add(u32::from(found.is_err()), Ordering::AcqRel);
            found
        };
        async move {
            let tasks: Vec<_> = (0..64)
                .map(|_| {
                    tokio::spawn({
                        let (db, look) = (db.clone(), look.clone());
                        async move { db.write(look).await }
                    })
                })
                .collect();
            for task in tasks {
                assert_eq!(task.await.unwrap().unwrap(), columns);
            }
        }
    };
    reads(6).await;
    writes(6).await;
    let newer = scratch.open_with(OpenOptions { migrations: LATER, ..options() });
    reads(7).await;
    writes(7).await;
    assert_eq!(caught.load(Ordering::Acquire), 0, "no closure is told of what only means that it runs again");
    newer.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_that_race_for_a_key_both_get_an_answer() {
    let scratch = Scratch::new(Engine::Postgres);
    let (db, other) = (scratch.open_with(options()), scratch.open_with(options()));
    let both = Arc::new(std::sync::Barrier::new(2));
    let writes = [db.clone(), other].map(|db| {
        let both = both.clone();
        let first_time = AtomicBool::new(true);
        tokio::spawn(async move {
            db.write(move |tx| {
                if tx.query_opt(&GET, params! { tenant: "a", id: "key" })?.is_some() {
                    return Ok("found");
                }
                if first_time.swap(false, Ordering::AcqRel) {
                    both.wait();
                }
                put(tx, "key", 1)?;
                Ok("made")
            })
            .await
        })
    });
    let mut answers = Vec::new();
    for write in writes {
        answers.push(write.await.unwrap().unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, ["found", "made"]);
    assert_eq!(stored(&db).await, 1);
}

#[tokio::test]
async fn a_connection_lost_before_commit_stores_nothing_and_is_replaced() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    let scratch = Arc::new(scratch);
    let (inside, again) = (scratch.clone(), scratch.clone());
    let lost = db
        .write(move |tx| {
            put(tx, "1", 1)?;
            end_own(tx, inside.database().unwrap())
        })
        .await
        .unwrap_err();
    assert!(lost.is(&codes::STORE_UNAVAILABLE) && lost.code().retryable, "{lost}");
    let lost = db.read(move |tx| end_own(tx, again.database().unwrap())).await.unwrap_err();
    assert!(lost.is(&codes::STORE_UNAVAILABLE), "{lost}");
    for n in 0..20 {
        db.write(move |tx| put(tx, &n.to_string(), n)).await.unwrap();
        assert_eq!(stored(&db).await, n + 1);
    }
}

#[tokio::test]
async fn connections_that_ended_while_idle_are_replaced_unseen() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    for n in 0..5 {
        assert_eq!(stored(&db).await, n);
        end_connections(scratch.database().unwrap(), "state like 'idle%'");
        db.write(move |tx| put(tx, &n.to_string(), n)).await.unwrap();
    }
    assert_eq!(stored(&db).await, 5);
}

#[tokio::test]
async fn a_lost_commit_reply_is_unknown_and_the_store_goes_on() {
    let scratch = Scratch::new(Engine::Postgres);
    let faults = Arc::new(Faults::default());
    let db = scratch.open_with(OpenOptions { faults: Some(faults.clone()), ..options() });
    for (switch, stored_after) in [(&faults.lose_commit_reply, 1), (&faults.fail_commit, 1)] {
        switch.store(true, Ordering::Release);
        let unknown = db
            .write(|tx| {
                tx.after_commit(|| panic!("no effect of a commit that is not known"));
                put(tx, &format!("unknown {}", count(tx)?), 9 + count(tx)?)
            })
            .await
            .unwrap_err();
        assert!(unknown.is(&codes::OUTCOME_UNKNOWN), "{unknown}");
        assert_eq!(stored(&db).await, stored_after);
    }
    assert!(db.health().ok);
    db.write(|tx| put(tx, "known", 1)).await.unwrap();
    assert_eq!(stored(&db).await, 2);
}

static WARNING: &[Migration] = &[
    FIRST,
    Migration {
        number: 2,
        name: "warns",
        sqlite: "",
        postgres: "create function warns() returns trigger language plpgsql as \
            $$ begin raise warning 'not everywhere'; return null; end $$; \
            create constraint trigger warns after insert on item deferrable initially deferred \
            for each row execute function warns()",
    },
];

/// As when the wait for a synchronous standby is cancelled: the commit succeeds, and the server warns.
#[tokio::test]
async fn a_commit_with_a_warning_is_unknown() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(OpenOptions { migrations: WARNING, ..options() });
    let unsure = db.write(|tx| put(tx, "1", 1)).await.unwrap_err();
    assert_eq!(unsure.code(), &codes::OUTCOME_UNKNOWN);
    assert_eq!(stored(&db).await, 1, "it is looked up by who asks again");
    assert!(db.write(|tx| number(tx, "1")).await.is_ok(), "a write that warned of nothing");
}

static SLEEP: Sql = Sql::new("SLEEP", "select 1 as n from pg_sleep(3)");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_is_not_waited_for_without_end() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(OpenOptions { start_within_ms: 1_000, answer_within_ms: 200, ..options() });
    let unsure = db.write(|tx| tx.query(&SLEEP, params! {}).and_then(|_| put(tx, "1", 1))).await.unwrap_err();
    assert_eq!(unsure.code(), &codes::OUTCOME_UNKNOWN);
    let away = db.read(|tx| tx.query(&SLEEP, params! {}).map(drop)).await.unwrap_err();
    assert_eq!(away.code(), &codes::STORE_UNAVAILABLE);
    // It was stored all the same, as an outcome that is not known may be.
    while stored(&db).await == 0 {
        tokio::task::yield_now().await;
    }
}

static SOON: Sql = Sql::new("SOON", "select set_config('statement_timeout', '50', true) as t");

#[tokio::test]
async fn a_cancelled_statement_stores_nothing_and_may_be_tried_again() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    let refused = db
        .write(|tx| {
            put(tx, "1", 1)?;
            tx.query(&SOON, params! {})?;
            tx.query(&SLEEP, params! {}).map(drop)
        })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), &codes::STORE_UNAVAILABLE);
    assert_eq!(stored(&db).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_is_said_so_and_found_again() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(OpenOptions { start_within_ms: 200, ..options() });
    let database = scratch.database().unwrap();
    database.admin(&format!("alter database {} allow_connections false", database.name())).unwrap();
    database
        .admin(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'", database.name()))
        .unwrap();
    let away = loop {
        match db.write(|tx| put(tx, "away", 1)).await {
            Err(e) if e.internal_note().is_some_and(|n| n.contains("Cannot connect")) => break e,
            other => assert!(other.unwrap_err().code().retryable),
        }
    };
    assert!(away.is(&codes::STORE_UNAVAILABLE), "{away}");
    assert!(!db.health().ok && db.health().reason.unwrap().contains("PostgreSQL"));
    database.admin(&format!("alter database {} allow_connections true", database.name())).unwrap();
    while db.write(|tx| put(tx, "back", 2)).await.is_err() {}
    assert!(db.health().ok);
    assert_eq!(stored(&db).await, 1, "a write that was given up never runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_a_connection_is_bounded() {
    let scratch = Scratch::new(Engine::Postgres);
    let Config::Postgres { url, .. } = scratch.config() else { panic!("not PostgreSQL") };
    let db =
        Db::open_with(Config::Postgres { url, pool: 1 }, OpenOptions { start_within_ms: 100, ..options() }).unwrap();
    two_rows(&db).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = parking_lot::Mutex::new(held);
    let (inside, started) = tokio::sync::oneshot::channel();
    let inside = parking_lot::Mutex::new(Some(inside));
    let holder = db.clone();
    let holder = tokio::spawn(async move {
        holder
            .write(move |_| {
                inside.lock().take().unwrap().send(()).unwrap();
                assert!(held.lock().recv().is_err());
                Ok(())
            })
            .await
    });
    started.await.unwrap();
    let late = db.write(|tx| put(tx, "late", 3)).await.unwrap_err();
    assert!(late.is(&codes::OVERLOADED) && late.retry_after().is_some(), "{late}");
    drop(release);
    holder.await.unwrap().unwrap();
    db.write(|tx| put(tx, "next", 4)).await.unwrap();
    assert_eq!(stored(&db).await, 3, "what was given up never runs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hints_reach_the_other_instances_once_after_the_commit() {
    let scratch = Scratch::new(Engine::Postgres);
    let (db, other) = (scratch.open_with(options()), scratch.open_with(options()));
    let (mut own, mut theirs) = (db.hints(), other.hints());
    // The other instance may still be connecting: repeat until it hears.
    let mut heard = None;
    for n in 0..100 {
        db.write(move |tx| {
            tx.hint(format!("try/{n}"));
            put(tx, &format!("try {n}"), 1_000 + n)
        })
        .await
        .unwrap();
        let wait = std::time::Duration::from_millis(200);
        if let Ok(topics) = tokio::time::timeout(wait, theirs.recv()).await {
            heard = Some(topics.unwrap());
            break;
        }
    }
    assert!(heard.expect("the other instance hears").iter().all(|t| t.starts_with("try/")));
    db.write(|tx| {
        tx.hint("a");
        tx.hint("b");
        tx.hint("a");
        put(tx, "row", 1)
    })
    .await
    .unwrap();
    let mut topics = std::collections::BTreeSet::new();
    while !topics.contains("b") {
        topics.extend(theirs.recv().await.unwrap().iter().cloned());
    }
    assert!(topics.contains("a"));
    assert_eq!(other.read(|tx| number(tx, "row")).await.unwrap(), 1, "a hint comes after its commit");
    let mut mine = Vec::new();
    while !mine.contains(&"b".to_owned()) {
        mine.extend(own.recv().await.unwrap().iter().cloned());
    }
    db.write(|tx| {
        tx.hint("end");
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(&*own.recv().await.unwrap(), ["end"], "an instance does not hear its own notifications again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_lock_that_is_held_makes_others_wait_not_fail() {
    let scratch = Scratch::new(Engine::Postgres);
    let (db, other) = (scratch.open_with(options()), scratch.open_with(options()));
    two_rows(&db).await;
    let looking = db.clone();
    let runtime = tokio::runtime::Handle::current();
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let locked = parking_lot::Mutex::new(Some(locked));
    let first = tokio::spawn(async move {
        db.write(move |tx| {
            let n = lock(tx, "one")?;
            locked.lock().take().unwrap().send(()).unwrap();
            // Go on only when the other instance stands at the lock.
            while runtime.block_on(looking.read(|tx| tx.query_one(&WAITING, params! {})?.get::<i64>("n")))? == 0 {
                std::thread::yield_now();
            }
            tx.execute_one(&SET, params! { tenant: "a", id: "one", n: n + 10 })
        })
        .await
    });
    is_locked.await.unwrap();
    let n = other.write(|tx| lock(tx, "one")).await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(n, 11);
}

#[tokio::test]
async fn unsafe_servers_and_wrong_addresses_are_refused_at_start() {
    let scratch = Scratch::new(Engine::Postgres);
    let database = scratch.database().unwrap();
    database.admin(&format!("alter database {} set synchronous_commit = off", database.name())).unwrap();
    let refused = Db::open_with(scratch.config(), options()).unwrap_err();
    assert!(refused.message().contains("synchronous_commit = off"), "{refused}");
    for url in ["postgres://nobody:secret-word@127.0.0.1:1/none", "secret-word://"] {
        let refused = Db::open(Config::Postgres { url: url.to_owned(), pool: 1 }).unwrap_err();
        assert!(refused.is(&codes::STORE_UNAVAILABLE));
        assert!(!format!("{refused:?}").contains("secret-word"), "{refused:?}");
    }
}

#[test]
fn a_copy_that_loses_rows_is_not_stored() {
    use callboard_kernel::Timestamp;
    use callboard_store::backup;
    let (source, target) = (Scratch::new(Engine::Sqlite), Scratch::new(Engine::Postgres));
    let (from, to) = (source.open(), target.open());
    let now = Timestamp::from_seconds(2_000_000_000);
    let counted = backup::counts(&from).unwrap();
    let mut more = counted.clone();
    *more.get_mut("log_epoch").unwrap() += 1;
    let refused = backup::fill(&from, &to, &more, now).unwrap_err();
    assert!(refused.is(&codes::BAD_REQUEST), "{refused}");
    assert_eq!(refused.message(), "log_epoch has 1 rows, and should have 2.");
    assert!(backup::fill(&from, &to, &counted, now).unwrap() > 1);
    assert_eq!(backup::counts(&to).unwrap(), counted);
}
