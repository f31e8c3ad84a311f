//! A store without threads: who asks says when a request runs.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use callboard_kernel::codes;
use callboard_store::testing::{Pace, open_inline};
use callboard_store::{Config, Db, OpenOptions, Sql, params};

static MAKE: Sql = Sql::new("make", "create table t (n integer)");
static ADD: Sql = Sql::new("add", "insert into t (n) values (1)");
static COUNT: Sql = Sql::new("count", "select count(*) as n from t");

fn poll<F: Future + Unpin>(work: &mut F) -> Poll<F::Output> {
    pin!(work).poll(&mut Context::from_waker(Waker::noop()))
}

fn count(db: &Db) -> i64 {
    db.read_blocking(|tx| tx.query_one(&COUNT, params! {})?.get("n")).expect("counted")
}

#[test]
fn a_request_runs_when_the_test_says_and_not_when_it_was_dropped() {
    let dir = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { migrate: false, ..OpenOptions::default() };
    let (db, steps) = open_inline(dir.path(), false, Pace::Stepped, &options).expect("opened");
    db.write_blocking(|tx| tx.execute(&MAKE, params! {})).expect("made");

    let mut done = Box::pin(db.write(|tx| tx.execute(&ADD, params! {})));
    let mut lost = Box::pin(db.write(|tx| tx.execute(&ADD, params! {})));
    assert!(poll(&mut done).is_pending() && poll(&mut lost).is_pending());
    let mut waiting = steps.take();
    assert_eq!(waiting.iter().filter(|s| s.writes()).count(), 2);
    drop(waiting.pop());
    assert!(poll(&mut done).is_pending());
    steps.run(waiting);
    assert!(matches!(poll(&mut done), Poll::Ready(Ok(1))));
    assert!(matches!(poll(&mut lost), Poll::Ready(Err(e)) if *e.code() == codes::OUTCOME_UNKNOWN));
    assert_eq!(count(&db), 1);

    drop((done, lost));
    drop(db);
    Db::open_with(Config::Sqlite { dir: dir.path().to_owned() }, options).expect("the folder is free again");
}

#[test]
fn at_once_means_before_the_call_is_awaited() {
    let dir = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { migrate: false, ..OpenOptions::default() };
    let (db, _steps) = open_inline(dir.path(), true, Pace::AtOnce, &options).expect("opened");
    db.write_blocking(|tx| tx.execute(&MAKE, params! {})).expect("made");
    let mut done = Box::pin(db.write(|tx| tx.execute(&ADD, params! {})));
    assert!(matches!(poll(&mut done), Poll::Ready(Ok(1))), "one look is enough");
    assert_eq!(count(&db), 1);
}
