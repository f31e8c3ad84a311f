//! What goes wrong beside the endpoint: others that hang, rows that two change at once, keys and events that are lost.

mod common;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use callboard_eventlog::erase::Extent;
use callboard_kernel::{Keyring, MasterKey, SessionId, World as _};
use callboard_store::{Db, Engine, params, sql};
use callboard_testkit::{LogCapture, both_engines};
use callboard_webhooks::{FAILING_MS, endpoint_secrets};
use common::{ALL_SCOPES, House, Receiver, text};
use serde_json::json;

const ENDPOINTS: &str = "/v1/webhook-endpoints";

sql! {
    pub OWN_SQL;
    ARRIVED = "update webhook_delivery set status = 'delivered', attempts = 1, settled_at = :now, next_attempt_at = null \
        where delivery_id = :id and status = 'pending'";
    LOSE_EVENT = "update webhook_delivery set event_id = 'lost' where delivery_id = :id";
    WHY_AGAIN = "select last_error from outbox where last_error is not null";
    WAITING = "select count(*) as n from pg_locks w where not w.granted and exists (select 1 from pg_locks r \
        where r.pid = w.pid and r.database = (select oid from pg_database where datname = current_database()))";
}

/// Waits until a transaction waits for a row; on SQLite, where writes queue up before they begin, there is nothing to see.
async fn somebody_waits(db: &Db) {
    assert_eq!(OWN_SQL.len(), 4);
    if db.engine() == Engine::Sqlite {
        return;
    }
    let waits = async {
        while db.read(|tx| tx.query_one(&WAITING, params! {})?.get::<i64>("n")).await.expect("read") == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waits).await.expect("the other transaction comes to the row");
}

both_engines!(a_delivery_that_arrives_while_its_endpoint_is_disabled_stays_delivered, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(500).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    h.session("t").await;
    let list = h.deliveries(&id, "").await;
    let delivery = text(&list[0], "deliveryId");
    let (now, name) = (h.world.now(), delivery.clone());
    let (settled, is_settled) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = parking_lot::Mutex::new(may_go);
    let db = h.app.db.clone();
    let holder = tokio::spawn(async move {
        db.write(move |tx| {
            tx.execute_one(&ARRIVED, params! { id: name, now })?;
            settled.send(()).expect("the test waits");
            may_go.lock().recv().expect("the test goes on");
            Ok(())
        })
        .await
    });
    tokio::task::spawn_blocking(move || is_settled.recv()).await.expect("joined").expect("settled");
    let path = format!("{ENDPOINTS}/{id}");
    let off = json!({ "status": "disabled" });
    let disable = h.key.patch(&path, &off);
    let release = async {
        somebody_waits(&h.app.db).await;
        go.send(()).expect("the holder waits");
    };
    let (answer, ()) = tokio::join!(disable, release);
    answer.expect(200);
    holder.await.expect("joined").expect("written");
    let become_of = |id: String| {
        let h = &h;
        async move { text(&h.key.get(&format!("/v1/webhook-deliveries/{id}")).await.expect(200).json(), "status") }
    };
    assert_eq!(become_of(delivery).await, "delivered");
    assert_eq!(become_of(text(&list[1], "deliveryId")).await, "cancelled");
});

both_engines!(two_tenants_that_hang_hold_up_no_third, |db| async move {
    let h = House::open(db).await;
    let (hangs, quick) = (Receiver::answering(0).await, Receiver::answering(200).await);
    let other = h.foreign().await;
    for key in [&h.key, &other] {
        for _endpoint in 0..20 {
            key.post(ENDPOINTS, &json!({ "url": hangs.url, "eventTypes": ["*"] })).await.expect(201);
        }
        for n in 0..8 {
            key.post("/v1/call/sessions", &json!({ "sessionId": format!("s{n}") })).await.expect(201);
        }
    }
    // Younger than all of them.
    h.world.advance_ms(1);
    let third = h.foreign().await;
    let made = third.post(ENDPOINTS, &json!({ "url": quick.url, "eventTypes": ["*"] })).await.expect(201).json();
    let id = text(&made["endpoint"], "endpointId");
    third.post(&format!("{ENDPOINTS}/{id}/test"), &json!({})).await.expect(202);
    let mut begun = 0;
    loop {
        match h.worker.start_due().await.expect("ran") {
            0 => break,
            n => begun += n,
        }
    }
    quick.arrived(1).await;
    hangs.arrived(128).await;
    assert_eq!((begun, hangs.seen().len(), quick.seen().len()), (129, 128, 1), "64 for each tenant that hangs");
});

fn lost() -> Keyring {
    Keyring::new(MasterKey::new("other", [6; 32]).expect("a key"), vec![])
}

both_engines!(secrets_that_the_keys_do_not_open_are_counted, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    let (gone, _) = h.endpoint(&to, &["*"]).await;
    let other = h.foreign().await;
    other.post(ENDPOINTS, &json!({ "url": to.url, "eventTypes": ["*"] })).await.expect(201);
    h.key.delete(&format!("{ENDPOINTS}/{gone}")).await.expect(204);
    h.key.post(&format!("{ENDPOINTS}/{id}/rotate"), &json!({ "overlapSeconds": 60 })).await.expect(200);
    let own = h.app.keys.fingerprints()[0].0.clone();
    let counts = async |keys: Arc<Keyring>| {
        let now = h.world.now();
        h.app.db.read(move |tx| endpoint_secrets(tx, &keys, now)).await.expect("read")
    };
    // Of every tenant; a deleted one has none.
    let open = counts(Arc::clone(&h.app.keys)).await;
    assert_eq!((open.current.all, open.former.all), (2, 1));
    assert_eq!((open.current.closed(), open.former.closed()), (0, 0));
    let shut = counts(Arc::new(lost())).await;
    assert_eq!(shut.current.without_key, [(own.clone(), 2)].into());
    assert_eq!(shut.former.without_key, [(own, 1)].into());
    // What does not sign any more is no loss.
    h.world.advance_ms(60_000);
    assert_eq!(counts(Arc::new(lost())).await.former.all, 0);
});

both_engines!(a_secret_that_cannot_be_opened_is_a_failed_attempt, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    let log = LogCapture::install();
    let worker = h.worker_with(lost());
    h.session("s").await;
    assert_eq!(worker.run_due().await.expect("ran"), 1);
    // The log says whose secret it is and which key is missing, and not what a caller would read.
    let told = format!("The secret of webhook endpoint `{id}` cannot be opened; ");
    let logged = log.text();
    let line = logged.lines().find(|line| line.contains(&told)).unwrap_or_else(|| panic!("not told: {logged}"));
    let own = h.app.keys.fingerprints()[0].0.clone();
    assert!(line.contains(&format!("its key `{own}` is not among the configured ones")), "{line}");
    assert!(!line.contains("INTERNAL") && !line.contains("on our side"), "{line}");
    let d = h.deliveries(&id, "").await[0].clone();
    assert_eq!((&d["status"], &d["attempts"]), (&json!("pending"), &json!(1)));
    assert_eq!(d["lastAttempt"]["error"], "the secret cannot be opened; rotate it");
    assert_eq!(text(&h.see(&id).await, "failingSince"), h.world.now().to_string());
    h.world.advance_ms(FAILING_MS);
    assert_eq!(worker.run_due().await.expect("ran"), 1);
    assert_eq!(h.see(&id).await["disabledReason"], "failing");
    assert!(to.seen().is_empty());
});

both_engines!(an_event_that_is_gone_says_nothing_of_the_endpoint, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(200).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    h.say("s", "one").await;
    let lost = text(&h.deliveries(&id, "").await[1], "deliveryId");
    h.app.db.write(move |tx| tx.execute_one(&LOSE_EVENT, params! { id: lost })).await.expect("written");
    assert_eq!(h.worker.run_due().await.expect("ran"), 1);
    let endpoint = h.see(&id).await;
    assert_eq!((&endpoint["status"], endpoint.get("failingSince")), (&json!("enabled"), None));
    let list = h.deliveries(&id, "").await;
    assert_eq!((&list[1]["status"], &list[0]["status"]), (&json!("dead"), &json!("pending")));
    h.run().await;
    assert_eq!(to.accepted("s"), [2], "the next of its session goes on");
});

both_engines!(a_success_ends_the_failing_of_an_endpoint, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(500).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    h.run().await;
    assert_eq!(text(&h.see(&id).await, "failingSince"), h.world.now().to_string());
    to.now_answers(200);
    h.session("t").await;
    h.run().await;
    assert_eq!(h.see(&id).await.get("failingSince"), None);
    assert_eq!(
        h.key_of(&h.tenant, ALL_SCOPES).get(&format!("{ENDPOINTS}/{id}")).await.expect(200).json()["pending"],
        1
    );
});

both_engines!(an_attempt_of_an_erased_session_keeps_no_error, |db| async move {
    let h = House::open(db).await;
    let to = Receiver::answering(500).await;
    let (id, _) = h.endpoint(&to, &["*"]).await;
    h.session("s").await;
    let (log, tenant, now) = (h.app.log.clone(), h.tenant.clone(), h.world.now());
    let erased = h.app.db.write(move |tx| {
        let key = log.find(tx, &tenant, &SessionId::from_stored("s".to_owned()))?.expect("its stream");
        log.lock(tx, &key)?;
        log.begin_erasure(tx, &key, &Extent::Session, now)
    });
    erased.await.expect("written");
    assert_eq!(h.worker.run_due().await.expect("ran"), 1);
    let d = h.deliveries(&id, "").await[0].clone();
    assert_eq!((&d["lastAttempt"]["status"], &d["lastAttempt"]["error"]), (&json!(500), &json!("[erased]")), "{d}");
    assert_eq!(d["lastAttempt"].get("responseBody"), None);
    let waiting = h.app.db.read(|tx| tx.query(&WHY_AGAIN, params! {})).await.expect("read");
    let why: Vec<String> = waiting.iter().map(|r| r.get("last_error").expect("a text")).collect();
    assert_eq!(why, ["[erased]"]);
});
