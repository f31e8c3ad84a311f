//! Backups and restores that are cut off, by a full disk or a kill: nothing half done is left that looks whole.

#[path = "support/drill.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod drill;
#[path = "support/load.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod load;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use callboard_store::{Engine, Sql};
use drill::{backup, is_untouched, kept, restored, run_at, text};
use process::{Place, command, text_of};

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// Runs a command whose writes fail beyond so many KiB of a file.
fn on_a_full_disk(place: &Place, args: &[&str], env: &[(String, String)], kib: u64) -> Output {
    let binary = command(&[], &[]).get_program().to_owned();
    let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\"");
    let mut shell = std::process::Command::new("bash");
    shell.arg("-c").arg(script).arg(binary).args(args).args(place.flags()).envs(env.iter().cloned());
    shell.output().expect("bash runs")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_leaves_nothing_that_looks_whole() {
    let kept = kept(40).await;
    let parts = |folder: &Path| -> Vec<String> {
        let names = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").file_name());
        names.map(|n| n.to_string_lossy().into_owned()).filter(|n| n.starts_with("full")).collect()
    };
    for kib in [64, 200] {
        let file = kept.place.folder.path().join(format!("full-{kib}"));
        let out = on_a_full_disk(&kept.place, &["backup", "--to", text(&file)], &kept.env, kib);
        assert_eq!(out.status.code(), Some(1), "{kib}: {}", text_of(&out));
        assert!(text_of(&out).contains("Cannot "), "{}", text_of(&out));
        assert_eq!(parts(kept.place.folder.path()), Vec::<String>::new(), "{kib}");
        let target = Place::new(Engine::Sqlite);
        let out = on_a_full_disk(&target, &["restore", text(&kept.file)], &kept.env, kib);
        assert_eq!(out.status.code(), Some(1), "{kib}: {}", text_of(&out));
        assert!(is_untouched(&target.data()), "{kib}");
        restored(&target, &kept.file, &kept.env);
    }
    // PostgreSQL is taken to SQLite on its way, and fails there in another place.
    let source = Place::new(Engine::Postgres);
    restored(&source, &kept.file, &kept.env);
    let file = kept.place.folder.path().join("full-postgres");
    let out = on_a_full_disk(&source, &["backup", "--to", text(&file)], &kept.env, 300);
    assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
    assert!(text_of(&out).contains("Cannot "), "{}", text_of(&out));
    assert_eq!(parts(kept.place.folder.path()), Vec::<String>::new());
}

/// Kills a command after a while; whether it was still running.
fn killed(place: &Place, args: &[&str], env: &[(String, String)], after: Duration) -> bool {
    let flags = place.flags();
    let args: Vec<&str> = args.iter().copied().chain(flags.iter().map(String::as_str)).collect();
    let mut child = command(&args, env)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the command starts");
    std::thread::sleep(after);
    let running = child.try_wait().expect("asked").is_none();
    child.kill().expect("killed or gone");
    child.wait().expect("reaped");
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_leaves_nothing_that_looks_whole() {
    let kept = kept(60).await;
    let source = Place::new(Engine::Postgres);
    restored(&source, &kept.file, &kept.env);
    for place in [&kept.place, &source] {
        let mut outcomes = BTreeSet::new();
        for n in 0..9_u64 {
            let file = kept.place.folder.path().join(format!("killed-{n}"));
            let _running =
                killed(place, &["backup", "--to", text(&file)], &kept.env, Duration::from_millis(8 + n * n * 8));
            outcomes.insert(file.exists());
            if file.exists() {
                restored(&Place::new(Engine::Sqlite), &file, &kept.env);
                std::fs::remove_file(&file).expect("removed");
                continue;
            }
            let part = kept.place.folder.path().join(format!("killed-{n}.part/store/callboard.db"));
            if part.exists() {
                // Not whole, or killed between the seal and the name: then nothing of it is missing.
                let out = run_at(&Place::new(Engine::Sqlite), &["restore", text(&part)], &kept.env);
                let whole = out.status.success() && text_of(&out).contains(r#""sessions":4,"events":604,"findings":0"#);
                assert!(whole || out.status.code() == Some(3), "{}", text_of(&out));
            }
            // The next one takes the rest over.
            backup(place, &file);
            assert!(!part.exists());
            std::fs::remove_file(&file).expect("removed");
        }
        assert!(outcomes.contains(&false), "no kill came in the middle");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restore_that_was_killed_begins_no_empty_log() {
    static EVENTS: Sql = Sql::new("EVENTS", "select count(*) as n from event");
    let kept = kept(60).await;
    for engine in BOTH {
        let mut middle = 0;
        for n in 0..8_u64 {
            let target = Place::new(engine);
            let after = Duration::from_millis(8 + n * n * 10);
            let running = killed(&target, &["restore", text(&kept.file)], &kept.env, after);
            if engine == Engine::Sqlite && target.data().join("restoring").exists() {
                middle += 1;
                let out = run_at(&target, &["serve", "--listen", "127.0.0.1:0"], &kept.env);
                assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
                assert!(text_of(&out).contains("A restore into"), "{}", text_of(&out));
            } else if engine == Engine::Postgres && running {
                middle += 1;
                // All or nothing: the tables may be there, and they are empty or full.
                let db = target.scratch.open();
                let events: i64 =
                    db.read(|tx| tx.query_one(&EVENTS, callboard_store::params! {})?.get("n")).await.expect("n");
                db.close().await;
                assert!([0, 604].contains(&events), "{events}");
            }
            let again = run_at(&target, &["restore", text(&kept.file)], &kept.env);
            let full = text_of(&again).contains("holds a database already") || text_of(&again).contains("is not empty");
            assert!(again.status.success() || full, "{}", text_of(&again));
            let _left = std::fs::remove_dir_all(match engine {
                Engine::Sqlite => target.data().join("restoring"),
                Engine::Postgres => continue,
            });
            let verified = run_at(&target, &["verify"], &kept.env);
            assert!(text_of(&verified).contains("4 sessions, 604 events"), "{}", text_of(&verified));
        }
        assert!(middle > 0, "{engine:?}: no kill came in the middle");
    }
}
