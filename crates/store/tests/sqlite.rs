//! What only SQLite promises: one writing process, groups, checkpoints, and an end when the disk fails.

mod common;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use callboard_kernel::codes;
use callboard_store::testing::Faults;
use callboard_store::{Config, Db, Engine, OpenOptions, Sql, params};
use callboard_testkit::Scratch;
use common::*;

/// Opens with faults; the counter says how often the store called for an end.
fn open_with_faults(scratch: &Scratch) -> (Db, Arc<Faults>, Arc<AtomicU32>) {
    let (faults, calls) = (Arc::new(Faults::default()), Arc::new(AtomicU32::new(0)));
    let counted = calls.clone();
    let on_fatal: callboard_store::OnFatal = Arc::new(move |reason: &str| {
        assert!(!reason.is_empty());
        counted.fetch_add(1, Ordering::AcqRel);
    });
    let db = scratch.open_with(OpenOptions { faults: Some(faults.clone()), on_fatal: Some(on_fatal), ..options() });
    (db, faults, calls)
}

fn folder(scratch: &Scratch) -> std::path::PathBuf {
    match scratch.config() {
        Config::Sqlite { dir } => dir,
        other => panic!("{other:?}"),
    }
}

fn wal_bytes(dir: &Path) -> u64 {
    std::fs::metadata(dir.join("callboard.db-wal")).map_or(0, |m| m.len())
}

#[tokio::test]
async fn one_process_writes_and_the_other_learns_who() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    let refused = Db::open_with(scratch.config(), options()).unwrap_err();
    assert!(refused.is(&codes::STORE_UNAVAILABLE));
    let holder = format!("process {}", std::process::id());
    assert!(refused.message().contains(&holder), "{refused}");
    db.write(|tx| put(tx, "1", 1)).await.unwrap();
    drop(db);
    let db = scratch.open_with(options());
    assert_eq!(stored(&db).await, 1, "the last handle gives the lock back");
    db.close().await;
    assert!(db.write(count).await.unwrap_err().is(&codes::SHUTTING_DOWN));
    assert_eq!(stored(&scratch.open_with(options())).await, 1, "closing gives the lock back too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_read_while_the_writer_writes() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    let looking = Db::open_read_only_unchecked(scratch.config()).unwrap();
    for n in 1..=50 {
        db.write(move |tx| put(tx, &n.to_string(), n)).await.unwrap();
        assert_eq!(stored(&looking).await, n);
    }
    assert!(looking.write(|tx| put(tx, "x", 0)).await.is_err());
    db.close().await;
    assert_eq!(stored(&looking).await, 50, "the writer may go first");
    assert!(Db::open_read_only(Config::Sqlite { dir: folder(&scratch).join("missing") }).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_wait_share_a_commit() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    let before = db.stats();
    let writes: Vec<_> = (0..1_000)
        .map(|n| {
            let db = db.clone();
            tokio::spawn(async move { db.write(move |tx| put(tx, &n.to_string(), n)).await })
        })
        .collect();
    for write in writes {
        write.await.unwrap().unwrap();
    }
    let commits = db.stats().commits - before.commits;
    assert!(commits < 500, "{commits} commits for 1,000 writes at once");
    assert_eq!(stored(&db).await, 1_000);
}

#[tokio::test]
async fn a_commit_whose_reply_is_lost_is_unknown_and_ends_the_store() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (db, faults, calls) = open_with_faults(&scratch);
    db.write(|tx| put(tx, "before", 1)).await.unwrap();
    faults.lose_commit_reply.store(true, Ordering::Release);
    let unknown = db
        .write(|tx| {
            tx.after_commit(|| panic!("no effect of a commit that is not known"));
            put(tx, "unknown", 2)
        })
        .await
        .unwrap_err();
    assert!(unknown.is(&codes::OUTCOME_UNKNOWN), "{unknown}");
    let health = db.health();
    assert!(!health.ok && health.reason.unwrap().contains("commit failed"));
    let after = db.write(|tx| put(tx, "after", 3)).await.unwrap_err();
    assert!(after.is(&codes::STORE_UNAVAILABLE), "{after}");
    db.close().await;
    assert_eq!(calls.load(Ordering::Acquire), 1);
    assert_eq!(stored(&scratch.open_with(options())).await, 2, "it was on disk after all");
}

#[tokio::test]
async fn a_commit_that_fails_is_unknown_for_its_whole_group() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (db, faults, calls) = open_with_faults(&scratch);
    faults.fail_commit.store(true, Ordering::Release);
    let unknown = db.write(|tx| put(tx, "unknown", 1)).await.unwrap_err();
    assert!(unknown.is(&codes::OUTCOME_UNKNOWN) && unknown.code().retryable, "{unknown}");
    db.close().await;
    assert_eq!(calls.load(Ordering::Acquire), 1);
    assert_eq!(stored(&scratch.open_with(options())).await, 0, "this time it was not");
}

#[tokio::test]
async fn a_checkpoint_that_fails_ends_the_store_but_loses_nothing() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (db, faults, calls) = open_with_faults(&scratch);
    faults.fail_checkpoint.store(true, Ordering::Release);
    let mut acknowledged = 0;
    let refused = loop {
        let n = acknowledged;
        let done = db
            .write(move |tx| {
                let b = vec![7_u8; 100_000];
                tx.execute_one(&INSERT, params! { tenant: "a", id: n.to_string(), n, r: 0.0, t: "", b })
            })
            .await;
        match done {
            Ok(()) => acknowledged += 1,
            Err(e) => break e,
        }
        assert!(acknowledged < 1_000, "the WAL never called for a checkpoint");
    };
    assert!(refused.is(&codes::STORE_UNAVAILABLE), "{refused}");
    assert!(db.health().reason.unwrap().contains("checkpoint failed"));
    db.close().await;
    assert_eq!(calls.load(Ordering::Acquire), 1);
    assert_eq!(stored(&scratch.open_with(options())).await, acknowledged);
}

#[tokio::test]
async fn the_wal_stays_small_and_is_empty_after_closing() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    for n in 0..200 {
        db.write(move |tx| {
            let b = vec![7_u8; 100_000];
            tx.execute_one(&INSERT, params! { tenant: "a", id: n.to_string(), n, r: 0.0, t: "", b })
        })
        .await
        .unwrap();
    }
    let bytes = wal_bytes(&folder(&scratch));
    assert!(bytes < 8_000_000, "20 MB were written, the WAL holds {bytes}");
    assert!(db.stats().checkpoints > 0);
    db.close().await;
    assert_eq!(wal_bytes(&folder(&scratch)), 0);
}

#[tokio::test]
async fn erased_text_leaves_every_file_once_the_writer_is_idle() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    let planted = "planted-secret-".repeat(20);
    let t = planted.clone();
    db.write(move |tx| {
        let t = t.clone();
        tx.execute_one(&INSERT, params! { tenant: "a", id: "x", n: 1, r: 0.0, t, b: planted.as_bytes() })
    })
    .await
    .unwrap();
    static ERASE: callboard_store::Sql =
        callboard_store::Sql::new("ERASE", "delete from item where tenant_id = :tenant");
    db.write(|tx| tx.execute_one(&ERASE, params! { tenant: "a" })).await.unwrap();
    let checkpoints = db.stats().checkpoints;
    while db.stats().checkpoints == checkpoints {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for file in std::fs::read_dir(folder(&scratch)).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(15).any(|w| w == b"planted-secret-");
        assert!(!found, "{} still holds it", path.display());
    }
}

#[tokio::test]
async fn a_store_in_memory_is_one_store_for_writer_and_readers() {
    let db = Db::open_with(Config::Memory, options()).unwrap();
    db.write(|tx| put(tx, "1", 1)).await.unwrap();
    assert_eq!(stored(&db).await, 1);
    let other = Db::open_with(Config::Memory, options()).unwrap();
    assert_eq!(stored(&other).await, 0);
}

/// Set in a child process of this test, whose files may not grow beyond a limit: writes fail for real.
const CHILD_DIR: &str = "CALLBOARD_TEST_CHILD_DIR";

#[test]
fn a_disk_that_refuses_ends_the_store_and_keeps_what_was_acknowledged() {
    if let Ok(dir) = std::env::var(CHILD_DIR) {
        return write_until_refused(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    let itself = std::env::current_exe().unwrap();
    let name = "a_disk_that_refuses_ends_the_store_and_keeps_what_was_acknowledged";
    let child = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2000; exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(itself)
        .arg(name)
        .env(CHILD_DIR, dir.path())
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let acknowledged: i64 = std::fs::read_to_string(dir.path().join("acknowledged")).unwrap().parse().unwrap();
    let db = Db::open_with(Config::Sqlite { dir: dir.path().join("data") }, options()).unwrap();
    let found = db.read_blocking(count).unwrap();
    assert!(acknowledged > 0 && found >= acknowledged, "{acknowledged} were acknowledged, {found} are stored");
}

fn write_until_refused(dir: &Path) {
    let db = Db::open_with(Config::Sqlite { dir: dir.join("data") }, options()).unwrap();
    let mut acknowledged = 0;
    let refused = loop {
        let n = acknowledged;
        let done = db.write_blocking(move |tx| {
            let b = vec![7_u8; 20_000];
            tx.execute_one(&INSERT, params! { tenant: "a", id: n.to_string(), n, r: 0.0, t: "", b })
        });
        match done {
            Ok(()) => acknowledged += 1,
            Err(e) => break e,
        }
        assert!(acknowledged < 1_000, "the limit on files does not work here");
    };
    assert!(refused.is(&codes::OUTCOME_UNKNOWN) || refused.is(&codes::STORE_UNAVAILABLE), "{refused}");
    assert!(!db.health().ok);
    let after = db.write_blocking(|tx| put(tx, "after", -1)).unwrap_err();
    assert!(after.is(&codes::STORE_UNAVAILABLE), "{after}");
    std::fs::write(dir.join("acknowledged"), acknowledged.to_string()).unwrap();
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode()
}

/// Writes, and looks at what SQLite made while it is open.
async fn all_is_private(dir: &Path) {
    let db = Db::open_with(Config::Sqlite { dir: dir.to_owned() }, options()).unwrap();
    db.write(|tx| put(tx, "1", 1)).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(names.iter().any(|name| name.ends_with("callboard.db-wal")), "{names:?}");
    for name in names {
        assert_eq!(mode(&name) & 0o077, 0, "{} has {:o}", name.display(), mode(&name));
    }
    db.close().await;
}

#[tokio::test]
async fn what_is_made_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let scratch = Scratch::new(Engine::Sqlite);
    let new = folder(&scratch).join("deeper/data");
    all_is_private(&new).await;
    assert_eq!((mode(&new) & 0o077, mode(new.parent().unwrap()) & 0o077), (0, 0));
    // A folder that others made keeps its mode; what we put there is still ours.
    let given = folder(&scratch).join("given");
    std::fs::create_dir(&given).unwrap();
    std::fs::set_permissions(&given, std::fs::Permissions::from_mode(0o755)).unwrap();
    all_is_private(&given).await;
    assert_eq!(mode(&given) & 0o777, 0o755);
    // And a database that others may read goes on as it is.
    std::fs::set_permissions(given.join("callboard.db"), std::fs::Permissions::from_mode(0o640)).unwrap();
    let db = Db::open_with(Config::Sqlite { dir: given.clone() }, options()).unwrap();
    assert_eq!(stored(&db).await, 1);
    db.close().await;
    assert_eq!(mode(&given.join("callboard.db")) & 0o777, 0o640);
}

#[test]
fn a_lock_file_that_leads_elsewhere_is_not_written_to() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (dir, victim) = (folder(&scratch).join("data"), folder(&scratch).join("victim"));
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(&victim, "precious").unwrap();
    std::os::unix::fs::symlink(&victim, dir.join("callboard.lock")).unwrap();
    let refused = Db::open_with(Config::Sqlite { dir }, options()).unwrap_err();
    assert!(refused.is(&codes::STORE_UNAVAILABLE) && refused.message().contains("callboard.lock"), "{refused}");
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
}

static MOVED: Sql = Sql::new("MOVED", "create table moved (id integer primary key, said text not null)");
static SAY: Sql = Sql::new("SAY", "insert into moved (id, said) values (:id, :said)");
static RETELL: Sql = Sql::new("RETELL", "update moved set said = :said where id = :id");
static HUSH: Sql = Sql::new("HUSH", "update moved set said = ''");
static WHOLE: Sql = Sql::new("WHOLE", "select integrity_check as said from pragma_integrity_check");

#[tokio::test]
async fn what_was_moved_before_it_was_erased_is_in_no_file_after_a_scrub() {
    const TOKEN: &str = "qz5b1d40a12161e9d8";
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open_with(options());
    let said = |n: i64, more: usize| format!("{TOKEN} {n} {}", "and ".repeat(more));
    let planted = db.write(move |tx| {
        tx.execute(&MOVED, params! {})?;
        for id in 0..2_000 {
            tx.execute_one(&SAY, params! { id, said: said(id, 3) })?;
        }
        // Rows that grow in the middle of full pages make them break.
        for id in (0..2_000).filter(|id| id % 3 == 0) {
            tx.execute_one(&RETELL, params! { id, said: said(id, 80) })?;
        }
        Ok(())
    });
    planted.await.unwrap();
    assert_eq!(db.write(|tx| tx.execute(&HUSH, params! {})).await.unwrap(), 2_000);
    assert!(db.settle().await.unwrap());
    let held = || {
        let file = std::fs::read(folder(&scratch).join("callboard.db")).unwrap();
        file.windows(TOKEN.len()).filter(|part| *part == TOKEN.as_bytes()).count()
    };
    assert!(held() > 0, "SQLite leaves nothing behind any more: the scrub has nothing to do");
    let changed = db.scrub().await.unwrap();
    assert!(changed > 0 && db.settle().await.unwrap());
    assert_eq!(held(), 0, "{changed} pages were cleared");
    assert_eq!(db.scrub().await.unwrap(), 0, "twice is once");
    let whole = db.read(|tx| tx.query_one(&WHOLE, params! {})?.get::<String>("said")).await.unwrap();
    assert_eq!(whole, "ok");
}
