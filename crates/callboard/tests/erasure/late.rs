//! What an erasure must reach although it belongs to no tenant, comes late, or stands behind one that fails.

use callboard_eventlog::erase::Extent;
use callboard_kernel::{SessionId, World as _};
use callboard_store::{Db, Engine, params, sql};
use callboard_testkit::fake_livekit::Person;
use callboard_testkit::{FakeWorld, both_engines};
use serde_json::json;

use super::support::{Kit, TENANT_SCOPES, text};
use super::{BTreeSet, PLANTED, create_body, fail, findings, found, planted};

const RECEIVER: &str = "/v1/call/livekit/events";

sql! {
    pub OWN_SQL;
    STRAY = "update provider_receipt set tenant_id = null, session_key = null, session_id = null, outcome = 'failed' \
        where room_name = :room";
    SID_BECOMES_KNOWN = "insert into room_incarnation (session_key, tenant_id, room_sid, opened_at) \
        select session_key, tenant_id, :sid, created_at from session where session_id = :session";
    BODIES = "select body from provider_receipt where room_name = :room";
    DAMAGE = "update event set type = 'no.such' where sequence = 2 and session_key = \
        (select session_key from session where session_id = :session)";
    REOPEN = "update erasure set status = 'running', finished_at = null where object_id = :session";
    OWNED = "update session set owner_user_id = :user where session_id = :session";
    WAITING = "select count(*) as n from pg_locks w where not w.granted and exists (select 1 from pg_locks r \
        where r.pid = w.pid and r.database = (select oid from pg_database where datname = current_database()))";
}

async fn erased(db: &Db, room: &str) {
    let room = room.to_owned();
    let rows = db.read(move |tx| tx.query(&BODIES, params! { room })).await.expect("read");
    let bodies: BTreeSet<String> = rows.iter().map(|r| r.get("body").expect("a body")).collect();
    assert_eq!(bodies, BTreeSet::from([r#"{"erased":true}"#.to_owned()]));
}

// A failed delivery belongs to no tenant, and on PostgreSQL a tenant's transaction does not see it.
both_engines!(what_was_never_mapped_goes_with_the_request, |db| async move {
    assert_eq!(OWN_SQL.len(), 7);
    let p = planted(db).await;
    let path = format!("/v1/call/sessions/{}", p.session);
    let room = text(&p.key.get(&path).await.expect(200).json(), "providerRoomId");
    let own = room.clone();
    let strays = p.kit.app.db.write(move |tx| tx.execute(&STRAY, params! { room: own })).await.expect("written");
    assert!(strays > 0);
    fail(&p).await;
    let done = p.key.post(&format!("{path}/erase"), &json!({})).await.expect(200).json();
    assert_eq!(done["status"], "done");
    erased(&p.kit.app.db, &room).await;
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::new());
});

// A delivery about another room's name, whose sid turns out to be the erased session's.
both_engines!(a_stray_that_is_mapped_after_the_erasure_loses_its_body, |db| async move {
    let p = planted(db).await;
    fail(&p).await;
    let erase = format!("/v1/call/sessions/{}/erase", p.session);
    p.key.post(&erase, &json!({})).await.expect(200);
    let room = "elsewhere";
    p.kit.fake.join(room, &Person::standard("late").named(&format!("Late {PLANTED}")));
    let sid = p.kit.fake.room_sid(room).expect("a room");
    p.kit.fake.deliver(&p.kit.http.url(RECEIVER)).await;
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::from(["provider_receipt.body".to_owned()]));
    let session = p.session.clone();
    let known = p.kit.app.db.write(move |tx| tx.execute_one(&SID_BECOMES_KNOWN, params! { sid, session }));
    known.await.expect("written");
    for repair in p.kit.repairs.iter().filter(|r| r.name() == "livekit.map_strays") {
        repair.run(p.kit.world.now()).await.expect("it runs");
    }
    erased(&p.kit.app.db, room).await;
    assert_eq!(found(&p.kit.app.db).await, BTreeSet::new());
    assert_eq!(findings(&p.kit).await, Vec::<String>::new());
});

// A delivery that changes nothing comes between the mark and the end of the transaction that sweeps receipts.
both_engines!(a_delivery_that_is_stored_beside_the_erasure_loses_its_body, |db| async move {
    use std::sync::mpsc;
    let p = planted(db).await;
    fail(&p).await;
    let path = format!("/v1/call/sessions/{}", p.session);
    let room = text(&p.key.get(&path).await.expect(200).json(), "providerRoomId");
    let (marked, is_marked) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    let may_go = std::sync::Mutex::new(may_go);
    let (db, log, now) = (p.kit.app.db.clone(), p.kit.app.log.clone(), p.kit.world.now());
    let (tenant, session) = (p.tenancy.id.clone(), SessionId::from_stored(p.session.clone()));
    let holder = tokio::spawn(async move {
        db.write(move |tx| {
            let key = log.find(tx, &tenant, &session)?.expect("its stream");
            log.lock(tx, &key)?;
            log.begin_erasure(tx, &key, &Extent::Session, now)?;
            marked.send(()).expect("the test waits");
            may_go.lock().expect("whole").recv().expect("the test goes on");
            Ok(())
        })
        .await
    });
    tokio::task::spawn_blocking(move || is_marked.recv()).await.expect("joined").expect("marked");
    let webhook = p.kit.fake.webhook("egress_started", |event| {
        event.room = Some(Default::default());
        if let Some(of) = &mut event.room {
            of.name.clone_from(&room);
            of.metadata = format!("beside {PLANTED}");
        }
    });
    p.kit.fake.say(webhook);
    let url = p.kit.http.url(RECEIVER);
    let deliver = p.kit.fake.deliver(&url);
    let release = async {
        if p.kit.app.db.engine() == Engine::Postgres {
            let waits = async {
                while p.kit.app.db.read(|tx| tx.query_one(&WAITING, params! {})?.get::<i64>("n")).await.expect("read")
                    == 0
                {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(std::time::Duration::from_secs(20), waits).await.expect("it waits for the stream");
        }
        go.send(()).expect("the holder waits");
    };
    tokio::join!(deliver, release);
    holder.await.expect("joined").expect("written");
    let mut places = found(&p.kit.app.db).await;
    let rows = p.kit.app.db.read(move |tx| tx.query(&BODIES, params! { room })).await.expect("read");
    let late = rows.iter().any(|r| r.get::<String>("body").expect("a body").contains("beside"));
    assert!(!late, "the body of the late delivery stayed: {:?}", places.pop_first());
});

// Whoever was erased owns nothing any more; what is theirs nevertheless goes when it is asked for again.
both_engines!(a_user_erased_again_takes_what_came_since, |db| async move {
    let kit = Kit::with(db, FakeWorld::live(6)).await;
    let tenancy = kit.tenant("people", &TENANT_SCOPES).await;
    let key = kit.http.with_bearer(&tenancy.key);
    let bob = kit.user(&tenancy, &format!("bob-{PLANTED}"), &[]).await;
    let erase = format!("/v1/users/{bob}/erase");
    let first = key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!((&first["status"], &first["sessions"]), (&json!("done"), &json!(0)));
    let mut body = create_body();
    body["ownerUserId"] = json!(bob);
    let refused = key.post("/v1/call/sessions", &body).await.expect_problem(404, "NOT_FOUND");
    assert_eq!(refused["errors"][0]["pointer"], "/ownerUserId", "{refused}");
    assert_eq!(found(&kit.app.db).await, BTreeSet::new());
    // As after a restore of calls from elsewhere: a call of theirs that no check has seen.
    let session = kit.session(&key, &create_body()).await;
    let (of, id) = (bob.clone(), session.clone());
    kit.app.db.write(move |tx| tx.execute_one(&OWNED, params! { user: of, session: id })).await.expect("written");
    let live = key.post(&erase, &json!({})).await.expect_problem(409, "SESSION_NOT_OVER");
    assert_eq!(live["sessions"], json!([session]));
    key.post(&format!("/v1/call/sessions/{session}/state"), &json!({ "status": "ended" })).await.expect(200);
    let again = key.post(&erase, &json!({})).await.expect(200).json();
    assert_eq!((&again["erasureId"], &again["status"]), (&first["erasureId"], &json!("done")));
    assert_eq!(again["sessions"], 1, "{again}");
    assert_eq!(found(&kit.app.db).await, BTreeSet::new());
    assert_eq!(findings(&kit).await, Vec::<String>::new());
    assert_eq!(key.post(&erase, &json!({})).await.expect(200).json(), again, "nothing came since");
});

// An erasure that no run can carry on is met first in every run; those behind it are carried on all the same.
both_engines!(an_erasure_that_fails_holds_up_no_other, |db| async move {
    let p = planted(db).await;
    fail(&p).await;
    let other = p.kit.tenant("behind", &TENANT_SCOPES).await;
    let other = p.kit.http.with_bearer(&other.key);
    let behind = p.kit.session(&other, &create_body()).await;
    other.post(&format!("/v1/call/sessions/{behind}/state"), &json!({ "status": "ended" })).await.expect(200);
    let broken = p.session.clone();
    let damaged = p.kit.app.db.write(move |tx| tx.execute_one(&DAMAGE, params! { session: broken }));
    damaged.await.expect("written");
    p.key.post(&format!("/v1/call/sessions/{}/erase", p.session), &json!({})).await.expect(500);
    p.kit.world.advance_ms(1);
    let done = other.post(&format!("/v1/call/sessions/{behind}/erase"), &json!({})).await.expect(200).json();
    let id = behind.clone();
    p.kit.app.db.write(move |tx| tx.execute_one(&REOPEN, params! { session: id })).await.expect("written");
    let repair = p.kit.repairs.iter().find(|r| r.name() == "governance.erasures").expect("the repair");
    let told = repair.run(p.kit.world.now()).await.expect_err("one of them fails");
    assert!(told.to_string().contains("no.such"), "{told}");
    let path = format!("/v1/erasures/{}", text(&done, "erasureId"));
    assert_eq!(other.get(&path).await.expect(200).json()["status"], "done");
});
