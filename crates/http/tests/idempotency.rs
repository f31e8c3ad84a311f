//! Idempotency keys on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_http::{
    ForgetAnswers, IDEMPOTENCY_SQL, IdempotencyKey, OnceScope, Repair as _, Reply, fingerprint, once_as,
};
use callboard_kernel::{Error, Keyring, MasterKey, Result, TenantId, TokenKind, codes};
use callboard_store::{Db, Engine, Tx};
use callboard_testkit::{START, Scratch, both_engines};
use serde_json::{Value, json};

fn scope(subject: &str) -> OnceScope {
    OnceScope { tenant: TenantId::from_stored("ten_a".to_owned()), subject: subject.to_owned(), now: START }
}

fn key(text: &str) -> Option<IdempotencyKey> {
    Some(IdempotencyKey::parse(text).expect("a key"))
}

/// An effect that counts how often it was kept, and answers with that count.
fn counting(count: &Arc<AtomicUsize>) -> impl Fn(&Tx<'_>) -> Result<Reply> + Send + 'static {
    let count = Arc::clone(count);
    move |tx| {
        let nth = count.load(Ordering::SeqCst) + 1;
        let seen = Arc::clone(&count);
        tx.after_commit(move || {
            seen.fetch_add(1, Ordering::SeqCst);
        });
        let reply = Reply::created("/here", &json!({ "nth": nth }))?.with_etag(7);
        Ok(reply.secret("/pass", TokenKind::Pass, &["ten_a", "pas_1"]).shown_once(
            "/secret",
            "/secretShown",
            "planted-secret".to_owned().into(),
        ))
    }
}

async fn ask(db: &Db, subject: &str, name: &str, body: &str, count: &Arc<AtomicUsize>) -> Result<(bool, u16, Value)> {
    let answer =
        once_as(db, scope(subject), "POST /v1/things", key(name), fingerprint(&[], body), counting(count)).await?;
    let replayed = answer.replayed;
    let keys = Keyring::new(MasterKey::new("t", [1; 32])?, vec![]);
    let response = answer.into_response(&keys);
    assert_eq!(response.headers().contains_key("idempotency-replayed"), replayed);
    assert_eq!(
        (&response.headers()["etag"], &response.headers()["location"]),
        (&"\"7\"".parse().expect("a value"), &"/here".parse().expect("a value"))
    );
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    Ok((replayed, status, serde_json::from_slice(&bytes).expect("JSON")))
}

both_engines!(one_effect_and_one_answer, |db: Db| async move {
    let count = Arc::new(AtomicUsize::new(0));
    let (replayed, status, first) = ask(&db, "key:a", "k1", r#"{"a":1}"#, &count).await.expect("the first");
    assert_eq!((replayed, status, &first["nth"], &first["secret"]), (false, 201, &json!(1), &json!("planted-secret")));
    let (replayed, status, second) = ask(&db, "key:a", "k1", r#"{ "a" : 1 }"#, &count).await.expect("a replay");
    assert_eq!((replayed, status, &second["nth"], &second["secretShown"]), (true, 201, &json!(1), &json!(false)));
    assert_eq!(first["pass"], second["pass"]);
    assert_eq!(second.get("secret"), None);
    let other = ask(&db, "key:a", "k1", r#"{"a":2}"#, &count).await.expect_err("another body");
    assert!(other.is(&codes::IDEMPOTENCY_CONFLICT));
    for (subject, name) in [("key:b", "k1"), ("key:a", "k2")] {
        let (replayed, ..) = ask(&db, subject, name, r#"{"a":1}"#, &count).await.expect("another scope");
        assert!(!replayed, "{subject} {name}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
});

both_engines!(refusals_are_not_stored, |db: Db| async move {
    let refuse = |_: &Tx<'_>| Err(Error::new(&codes::SESSION_CLOSED, "closed"));
    let print = fingerprint(&[], "{}");
    let refused = once_as(&db, scope("key:a"), "POST /v1/things", key("k1"), print.clone(), refuse).await;
    assert!(refused.expect_err("refused").is(&codes::SESSION_CLOSED));
    let count = Arc::new(AtomicUsize::new(0));
    let answer = once_as(&db, scope("key:a"), "POST /v1/things", key("k1"), print, counting(&count))
        .await
        .expect("it may be tried again");
    assert!(!answer.replayed);
});

both_engines!(twins_have_one_effect, |db: Db| async move {
    let count = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (db, count) = (db.clone(), Arc::clone(&count));
            tokio::spawn(async move { ask(&db, "key:a", "twin", "{}", &count).await.expect("an answer") })
        })
        .collect();
    let mut first = 0;
    for task in tasks {
        let (replayed, status, body) = task.await.expect("a task");
        assert_eq!((status, &body["nth"]), (201, &json!(1)));
        first += usize::from(!replayed);
    }
    assert_eq!((first, count.load(Ordering::SeqCst)), (1, 1));
});

both_engines!(answers_are_forgotten_after_seven_days, |db: Db| async move {
    let count = Arc::new(AtomicUsize::new(0));
    ask(&db, "key:a", "old", "{}", &count).await.expect("the first");
    let repair = ForgetAnswers(db.clone());
    let week = 7 * 24 * 3_600_000;
    assert_eq!(repair.run(START.plus_ms(week)).await.expect("a run"), 0);
    assert_eq!(repair.run(START.plus_ms(week + 1)).await.expect("a run"), 1);
    let (replayed, ..) = ask(&db, "key:a", "old", r#"{"other":true}"#, &count).await.expect("a new request");
    assert!(!replayed);
});

/// The clock is paused once the effect has begun: from then on the ten seconds pass as soon as nobody can do anything
/// else, and nothing else is timed.
#[tokio::test]
async fn whoever_waits_too_long_is_told_and_finds_the_answer_later() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::new(engine);
        let db = scratch.open();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let begun = Arc::new(tokio::sync::Notify::new());
        let begins = Arc::clone(&begun);
        let slow = move |_: &Tx<'_>| {
            begins.notify_one();
            // The sender's end or its word: either lets the effect go on.
            let _word = held.lock().map(|held| held.recv());
            Reply::ok(&json!({}))
        };
        let print = fingerprint(&[], "{}");
        let (own, same) = (db.clone(), print.clone());
        let waiting =
            tokio::spawn(
                async move { once_as(&own, scope("key:a"), "POST /v1/things", key("slow"), same, slow).await },
            );
        begun.notified().await;
        tokio::time::pause();
        let told = waiting.await.expect("a task").expect_err("it is told");
        assert!(told.is(&codes::IDEMPOTENCY_IN_PROGRESS), "{told}");
        drop(release);
        tokio::time::resume();
        let count = Arc::new(AtomicUsize::new(0));
        let answer = once_as(&db, scope("key:a"), "POST /v1/things", key("slow"), print, counting(&count)).await;
        assert!(answer.expect("the answer").replayed, "{engine:?}");
        db.close().await;
    }
}

both_engines!(every_text_prepares, |db: Db| async move {
    db.prepare_all(IDEMPOTENCY_SQL).expect("all texts are good");
});
