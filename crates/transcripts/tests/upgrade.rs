//! Data of before migration 0008 becomes searchable.

#[path = "../../realtime/tests/common/mod.rs"]
mod common;

use callboard_eventlog::{Log, verify};
use callboard_kernel::{TenantId, Timestamp, World as _, sha256};
use callboard_store::{Db, Engine, OpenOptions, Sql, migrations, params};
use callboard_testkit::{FakeWorld, Scratch};
use common::House;

const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);
/// More than one slice of the repair, and partials between them.
const UTTERANCES: usize = 1_100;

// As versions wrote them before there was a search.
static STREAM: Sql = Sql::new(
    "STREAM",
    "insert into event_stream (tenant_id, session_id, last_sequence, last_event_id, last_ts, created_at) \
     values (:tenant, 'old', :last, :last_id, :now, :now) returning session_key",
);
static EVENT: Sql = Sql::new(
    "EVENT",
    "insert into event (tenant_id, session_key, sequence, key16, event_id, ts, ts_given, type, actor_role, actor_id, payload, \
     payload_sha256, received_at, epoch) values (:tenant, :key, :sequence, :key16, :utterance, :now, 1, :type, 'agent', 'test', \
     :payload, :sha, :now, 1)",
);
static SEGMENT: Sql = Sql::new(
    "SEGMENT",
    "insert into transcript_segment (tenant_id, session_key, utterance_id, speaker, said, start_ms, end_ms, final, revision, \
     sequence, first_sequence) values (:tenant, :key, :utterance, 'user', :said, 0, 1, :final, 0, :sequence, :sequence)",
);
static SNAPSHOT: Sql = Sql::new(
    "SNAPSHOT",
    "insert into transcript_snapshot (tenant_id, session_key, sequence, utterance_id, speaker, said, start_ms, end_ms, final, \
     ts, bytes) values (:tenant, :key, :sequence, :utterance, 'user', :said, 0, 1, :final, :ts, 1)",
);

/// The dedupe key of an id without a time in it.
fn key16(id: &str) -> Vec<u8> {
    let hash = sha256(&[id.as_bytes()]);
    [&hash[10..16], &hash[..10]].concat()
}

/// A call of before, in a store that does not know migration 0008.
fn write_old(db: &Db, tenant: &TenantId) {
    let tenant = tenant.clone();
    db.write_blocking(move |tx| {
        let (last, last_id) = (UTTERANCES, format!("u{}", UTTERANCES - 1));
        let key: i64 = tx.query_one(&STREAM, params! { tenant, last, last_id, now: NOW })?.at(0)?;
        for n in 0..UTTERANCES {
            let (utterance, is_final, sequence) = (format!("u{n}"), n % 10 != 0, n + 1);
            let said = if n == 7 { "crème brûlée".to_owned() } else { format!("number {n}") };
            let payload =
                format!(r#"{{"utteranceId":"{utterance}","speaker":"user","text":"{said}","startMs":0,"endMs":1}}"#);
            let kind = if is_final { "transcript.final" } else { "transcript.partial" };
            let (key16, sha) = (key16(&utterance), sha256(&[payload.as_bytes()]).to_vec());
            tx.execute_one(
                &EVENT,
                params! { tenant, key, sequence, key16, utterance, now: NOW, type: kind, payload, sha },
            )?;
            tx.execute_one(&SEGMENT, params! { tenant, key, utterance, said, final: is_final, sequence })?;
            tx.execute_one(&SNAPSHOT, params! { tenant, key, utterance, said, final: is_final, sequence, ts: NOW })?;
        }
        Ok(())
    })
    .expect("old data");
}

async fn upgrades(engine: Engine) {
    let scratch = Scratch::new(engine);
    let tenant = TenantId::generate(NOW, &mut FakeWorld::manual(99).entropy());
    let before = migrations::embedded().partition_point(|m| m.number < 8);
    let old = OpenOptions { migrations: &migrations::embedded()[..before], ..OpenOptions::default() };
    let db = scratch.open_with(old);
    write_old(&db, &tenant);
    db.close().await;

    let h = House::open(scratch.open()).await;
    let theirs = h.key_of(&tenant, common::ALL_SCOPES);
    let count = async |q: &str| {
        let answer = theirs.get(&format!("/v1/search/transcripts?limit=100&q={q}")).await.expect(200).json();
        answer["items"].as_array().expect("items").len()
    };
    assert_eq!(count("brulee").await, 0);
    let repair = callboard_transcripts::module(h.app.clone()).repairs.pop().expect("a repair");
    assert_eq!(repair.name(), "transcripts.search");
    assert_eq!(repair.run(NOW).await.expect("filled"), (UTTERANCES - UTTERANCES / 10) as u64);
    assert_eq!(repair.run(NOW).await.expect("nothing left"), 0);
    assert_eq!((count("brulee").await, count("number").await, count("1099").await), (1, 100, 1));
    assert_eq!(count("1090").await, 0, "a partial is not found");
    let (db, log) = (h.app.db.clone(), Log::new(callboard_transcripts::projectors()));
    let report =
        tokio::task::spawn_blocking(move || verify::verify(&db, &log)).await.expect("verified").expect("a report");
    assert_eq!(report.findings, Vec::<String>::new());
    assert_eq!(report.events, UTTERANCES as u64);
    h.app.db.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    upgrades(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    upgrades(Engine::Postgres).await;
}
