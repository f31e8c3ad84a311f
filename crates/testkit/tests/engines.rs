//! The doors for tests that run on both engines.

use callboard_store::migrations::{State, status};
use callboard_store::{Db, Engine};
use callboard_testkit::{both_engines, each_engine};

both_engines!(a_fresh_store_has_all_migrations, |db| async move {
    let found = tokio::task::spawn_blocking(move || status(&db).unwrap()).await.unwrap();
    assert!(!found.is_empty() && found.iter().all(|s| s.state == State::Applied));
});

both_engines!(a_named_body_will_do, store_answers);

async fn store_answers(db: Db) {
    assert_eq!(db.read(|tx| Ok(tx.engine())).await.unwrap(), db.engine());
}

#[test]
fn each_engine_runs_both() {
    let seen = std::cell::RefCell::new(Vec::new());
    each_engine(|db| seen.borrow_mut().push(db.engine()));
    assert_eq!(*seen.borrow(), [Engine::Sqlite, Engine::Postgres]);
}
