//! The restore drill: a backup of the real binary under load is restored, on both engines and from one to the other, and
//! serves what was acknowledged. And what is not whole, not empty or not the right key is refused.

#[path = "support/drill.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod drill;
#[path = "support/load.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod load;
#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::path::PathBuf;

use callboard_store::{Engine, Sql};
use callboard_testkit::TestApp;
use drill::{backup, is_untouched, kept, key_of, restored, run_at, text};
use load::{Book, Load, event, log_of};
use process::{Binary, Place, run, text_of};
use serde_json::{Value, json};

const BOTH: [Engine; 2] = [Engine::Sqlite, Engine::Postgres];

/// What is served is a prefix of what was acknowledged, and holds all that was acknowledged before the backup began.
async fn compare(load: &Load, url: &str, before: &Book, after: &Book) -> usize {
    let mut events = 0;
    for session in &load.sessions {
        let served = log_of(&load.client, url, &load.key, session).await;
        for (event, sequence) in served.iter().zip(1_i64..) {
            assert_eq!(event["sequence"], sequence, "{session} is not contiguous");
            let id = event["eventId"].as_str().expect("an id");
            match after.get(session).and_then(|page| page.get(&sequence)) {
                Some(acknowledged) => {
                    assert_eq!(id, acknowledged, "{session} has another event at {sequence}");
                    assert_eq!(event["payload"]["text"], format!("said {id}"));
                }
                None => assert_eq!(event["type"], "call.started", "nobody was told of {event}"),
            }
        }
        let kept = before.get(session).and_then(|page| page.keys().next_back()).copied().unwrap_or(1);
        assert!(served.len() as i64 >= kept, "{session}: {kept} were acknowledged before, {} are there", served.len());
        events += served.len();
    }
    events
}

async fn drill(from: Engine, into: Engine) {
    let (source, target) = (Place::new(from), Place::new(into));
    let mut server = Binary::serve(&source, "127.0.0.1:0", &[]);
    let load = Load::new(server.url(), server.api_key(), 12).await;
    let writers = load.start(6);
    load.reached(1_000).await;
    let before = load.book();
    let file = source.folder.path().join("calls.backup");
    let taken = {
        let (env, flags, file) = (key_of(&source), source.flags(), file.clone());
        let run = move || {
            let args = ["backup", "--to", text(&file)];
            let args: Vec<&str> = args.into_iter().chain(flags.iter().map(String::as_str)).collect();
            run(&args, &env)
        };
        tokio::task::spawn_blocking(run).await.expect("joined")
    };
    assert_eq!(taken.status.code(), Some(0), "{}", text_of(&taken));
    let reached = load.acknowledged();
    load.reached(reached + 100).await;
    load.stop();
    for writer in writers {
        writer.await.expect("no writer failed");
    }
    let after = load.book();
    server.kill();
    let taken: Value = serde_json::from_slice(&taken.stdout).expect("JSON");
    let known: usize = before.values().map(std::collections::BTreeMap::len).sum();
    let held = taken["events"].as_u64().expect("a number");
    assert!(
        held >= known as u64 && held < load.acknowledged() + 12,
        "{taken}: {known} before, {}",
        load.acknowledged()
    );
    assert!(load.acknowledged() > known as u64 + 100, "nobody wrote during the backup");
    let env = key_of(&source);
    let done = restored(&target, &file, &env);
    assert_eq!((&done["events"], &done["findings"], &done["fromEpoch"]), (&taken["events"], &json!(0), &json!(1)));
    assert!(done["logEpoch"].as_i64().expect("an epoch") > 1_700_000_000, "{done}");
    let verified = run_at(&target, &["verify"], &env);
    assert_eq!(verified.status.code(), Some(0), "{}", text_of(&verified));
    let again = Binary::serve(&target, "127.0.0.1:0", &env);
    let events = compare(&load, &again.url(), &before, &after).await;
    assert_eq!(events as u64, held);
    goes_on(&load, &again.url()).await;
    println!("{from:?} to {into:?}: {known} before, {held} in the backup, {} in the end", load.acknowledged());
}

/// The restored store takes events and calls, under numbers of their own.
async fn goes_on(load: &Load, url: &str) {
    let http = TestApp::attach(url.to_owned()).with_bearer(load.key.clone());
    let session = &load.sessions[0];
    let head = log_of(&load.client, url, &load.key, session).await.len() as i64;
    let stored =
        http.post("/v1/realtime/events", &json!({ "events": [event(session, "afterwards")] })).await.expect(200);
    assert_eq!(stored.json()["results"][0]["event"]["sequence"], head + 1);
    let made = http.post("/v1/call/sessions", &json!({ "sessionId": "afterwards" })).await.expect(201).json();
    assert_eq!(made["session"]["latestSequence"], 1, "{made}");
    let found = http.get("/v1/search/transcripts?q=afterwards").await.expect(200).json();
    assert_eq!(found["items"].as_array().expect("items").len(), 1, "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_restored_and_serves_what_was_acknowledged() {
    for from in BOTH {
        for into in BOTH {
            drill(from, into).await;
        }
    }
}

/// The id of the tenant's last event as its stream gives it.
async fn place_of_last(http: &TestApp, events: usize) -> String {
    let start = callboard_eventlog::TailCursor::default().encode();
    let mut stream = http.sse(&format!("/v1/realtime/stream?cursor={start}"), None).await;
    let mut last = None;
    for _ in 0..events {
        last = stream.next().await.expect("an event").id;
    }
    last.expect("a place")
}

async fn say_all(http: &TestApp, ids: &[String]) {
    let events: Vec<Value> = ids.iter().map(|id| event("s", id)).collect();
    http.post("/v1/realtime/events", &json!({ "events": events })).await.expect(200);
}

/// Readers that had seen more than the backup holds.
async fn readers_notice(from: Engine, into: Engine) {
    let (source, target) = (Place::new(from), Place::new(into));
    let mut server = Binary::serve(&source, "127.0.0.1:0", &[]);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    http.post("/v1/call/sessions", &json!({ "sessionId": "s" })).await.expect(201);
    let ids = |what: &str| (0..5).map(|n| format!("{what}-{n}")).collect::<Vec<_>>();
    say_all(&http, &ids("kept")).await;
    let ack = |sequence: i64| json!({ "consumerId": "reader", "sequence": sequence });
    let consumer = "/v1/realtime/sessions/s/checkpoint";
    http.post(consumer, &ack(4)).await.expect(200);
    let file = source.folder.path().join("b");
    backup(&source, &file);
    say_all(&http, &ids("lost")).await;
    http.post(consumer, &ack(11)).await.expect(200);
    let place = place_of_last(&http, 11).await;
    server.kill();

    let env = key_of(&source);
    restored(&target, &file, &env);
    let again = Binary::serve(&target, "127.0.0.1:0", &env);
    let http = TestApp::attach(again.url()).with_bearer(server.api_key());
    // A session's reader is refused while the log is shorter than what it saw.
    let refused = http.get("/v1/realtime/sessions/s/stream?afterSequence=11").await.expect(400).json();
    assert_eq!((&refused["code"], &refused["latestSequence"]), (&json!("WATERMARK_UNKNOWN"), &json!(6)));
    let refused = http.post(consumer, &ack(11)).await.expect(400).json();
    assert_eq!((&refused["code"], &refused["latestSequence"]), (&json!("ACK_AHEAD_OF_LOG"), &json!(6)));
    // A consumer stands where it stood when the backup was taken.
    let read = http.get("/v1/realtime/sessions/s/events?consumerId=reader").await.expect(200).json();
    assert_eq!(read["events"][0]["sequence"], 5, "{read}");
    // Other events come under the same numbers; whoever kept an id is told, however long the log is by then.
    say_all(&http, &ids("new")).await;
    let lost = http.get("/v1/realtime/sessions/s/events?afterEventId=lost-4").await.expect(400).json();
    assert_eq!(lost["code"], "WATERMARK_UNKNOWN");
    let moved = from == Engine::Postgres && into == Engine::Sqlite;
    if moved {
        let refused = http.get(&format!("/v1/realtime/stream?cursor={place}")).await.expect(400).json();
        assert_eq!(refused["code"], "INVALID_CURSOR");
        return;
    }
    // A tenant's reader goes on at the end of what was restored, and misses nothing that is new.
    let mut stream = http.sse(&format!("/v1/realtime/stream?cursor={place}"), None).await;
    for id in ids("new") {
        let seen: Value = serde_json::from_str(&stream.next().await.expect("an event").data).expect("JSON");
        assert_eq!(seen["eventId"], id.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_are_ahead_of_a_restored_log_notice() {
    for from in BOTH {
        for into in BOTH {
            readers_notice(from, into).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_whole_is_refused_with_3() {
    let kept = kept(5).await;
    let bytes = std::fs::read(&kept.file).expect("a backup");
    let end = bytes.len();
    let mut damaged: Vec<(String, Vec<u8>)> = [0, 1, 55, 56, 4_096, end / 2, end - 57, end - 1]
        .into_iter()
        .map(|length| (format!("cut to {length} of {end}"), bytes[..length].to_vec()))
        .collect();
    for at in [
        0,
        30,
        5_000,
        end / 2,
        end - 1_200,
        end - 900,
        end - 700,
        end - 400,
        end - 100,
        end - 56,
        end - 50,
        end - 40,
        end - 16,
        end - 1,
    ] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        damaged.push((format!("a bit at {at} of {end}"), flipped));
    }
    damaged.push(("the database alone".to_owned(), std::fs::read(kept.place.data().join("callboard.db")).expect("it")));
    damaged.push(("more after the end".to_owned(), [&bytes[..], b"\n"].concat()));
    let target = Place::new(Engine::Sqlite);
    let bad = kept.place.folder.path().join("bad.backup");
    for (what, content) in damaged {
        std::fs::write(&bad, content).expect("written");
        let out = run_at(&target, &["restore", text(&bad)], &kept.env);
        assert_eq!(out.status.code(), Some(3), "{what}: {}", text_of(&out));
        assert!(
            text_of(&out).contains("bad.backup is not a whole backup") && out.stdout.is_empty(),
            "{}",
            text_of(&out)
        );
        assert!(is_untouched(&target.data()), "{what}");
    }
    let none = run_at(&target, &["restore", "/nonexistent/backup"], &kept.env);
    assert_eq!(none.status.code(), Some(1), "{}", text_of(&none));
    restored(&target, &kept.file, &kept.env);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_key_or_none_is_refused() {
    let kept = kept(1).await;
    let other = [(
        "CALLBOARD_SECRET_KEY".to_owned(),
        String::from_utf8_lossy(&run(&["secret-key"], &[]).stdout).trim().to_owned(),
    )];
    for engine in BOTH {
        let target = Place::new(engine);
        for (env, says) in
            [(&other[..], "This is not the secret key of the backup: it needs k1 ("), (&[], "not at hand")]
        {
            let out = run_at(&target, &["restore", text(&kept.file)], env);
            assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
            assert!(
                text_of(&out).contains(says) && text_of(&out).contains("CALLBOARD_SECRET_KEY"),
                "{}",
                text_of(&out)
            );
        }
        let looked = run_at(&target, &["restore", text(&kept.file), "--without-key"], &[]);
        assert_eq!(looked.status.code(), Some(0), "{}", text_of(&looked));
        assert!(text_of(&looked).contains("Start no server before"), "{}", text_of(&looked));
    }
    // A key that stands beside the place will do, and so will one among older ones.
    let beside = Place::new(Engine::Sqlite);
    std::fs::create_dir(beside.data()).expect("a folder");
    std::fs::copy(kept.place.data().join("secret.key"), beside.data().join("secret.key")).expect("copied");
    restored(&beside, &kept.file, &[]);
    let rotated = [other[0].clone(), ("CALLBOARD_SECRET_KEYS_OLDER".to_owned(), kept.env[0].1.clone())];
    restored(&Place::new(Engine::Sqlite), &kept.file, &rotated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_overwritten() {
    let kept = kept(1).await;
    // A backup does not replace a file.
    let was = std::fs::read(&kept.file).expect("a backup");
    let out = run_at(&kept.place, &["backup", "--to", text(&kept.file)], &kept.env);
    assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
    assert!(text_of(&out).contains("exists already"), "{}", text_of(&out));
    assert!(std::fs::read(&kept.file).expect("a backup") == was);
    for engine in BOTH {
        let target = Place::new(engine);
        let server = Binary::serve(&target, "127.0.0.1:0", &kept.env);
        let in_use = run_at(&target, &["restore", text(&kept.file)], &kept.env);
        assert_eq!(in_use.status.code(), Some(1), "{}", text_of(&in_use));
        drop(server);
        let full = run_at(&target, &["restore", text(&kept.file)], &kept.env);
        assert_eq!(full.status.code(), Some(1), "{}", text_of(&full));
        let says = if engine == Engine::Sqlite { "holds a database already" } else { "is not empty" };
        assert!(text_of(&full).contains(says), "{}", text_of(&full));
        let verified = run_at(&target, &["verify"], &kept.env);
        assert!(text_of(&verified).contains("0 sessions, 0 events"), "{}", text_of(&verified));
        let aside = run_at(&target, &["restore", text(&kept.file), "--set-aside"], &kept.env);
        if engine == Engine::Postgres {
            assert_eq!(aside.status.code(), Some(1), "{}", text_of(&aside));
            continue;
        }
        let told: Value = serde_json::from_slice(&aside.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&aside)));
        let before = PathBuf::from(told["setAside"].as_str().expect("a folder"));
        assert!(before.starts_with(target.data()) && before.join("callboard.db").exists(), "{told}");
        let verified = run_at(&target, &["verify"], &kept.env);
        assert!(text_of(&verified).contains("4 sessions, 14 events"), "{}", text_of(&verified));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_goes_through_a_pipe_and_holds_no_key() {
    let kept = kept(3).await;
    for engine in BOTH {
        let source = Place::new(engine);
        restored(&source, &kept.file, &kept.env);
        let out = run_at(&source, &["backup", "--to", "-"], &kept.env);
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains("The secret key is not in it") && said.contains("k1 ("), "{said}");
        let file = source.folder.path().join("piped");
        std::fs::write(&file, &out.stdout).expect("written");
        let done = restored(&Place::new(Engine::Sqlite), &file, &kept.env);
        assert_eq!(done["events"], 34);
        let secret = kept.env[0].1.split_once(':').expect("an id and a key").1.as_bytes();
        assert!(!out.stdout.windows(secret.len()).any(|w| w == secret), "the key is in the backup");
        let manifest = callboard::backup::open(&file).expect("a manifest");
        let engine = if engine == Engine::Sqlite { "sqlite" } else { "postgres" };
        assert_eq!((manifest.engine.as_str(), manifest.events, manifest.tables["event"]), (engine, 34, 34));
        assert_eq!((manifest.last_position, manifest.secret_keys.len()), (34, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_verify_is_kept_only_when_asked() {
    static FAULT: Sql = Sql::new("FAULT", "update session_state set status = 'failed'");
    let kept = kept(1).await;
    let db = kept.place.scratch.open();
    db.write(|tx| tx.execute(&FAULT, callboard_store::params! {})).await.expect("planted");
    db.close().await;
    let file = kept.place.folder.path().join("flawed");
    let out = run_at(&kept.place, &["backup", "--to", text(&file)], &kept.env);
    assert_eq!(out.status.code(), Some(3), "{}", text_of(&out));
    assert!(text_of(&out).contains("session_state") && !file.exists(), "{}", text_of(&out));
    let out = run_at(&kept.place, &["backup", "--allow-findings", "--to", text(&file)], &kept.env);
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
    let target = Place::new(Engine::Sqlite);
    let out = run_at(&target, &["restore", text(&file)], &kept.env);
    assert_eq!(out.status.code(), Some(3), "{}", text_of(&out));
    assert!(is_untouched(&target.data()));
    let out = run_at(&target, &["restore", text(&file), "--allow-findings"], &kept.env);
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_put_in_the_way_of_a_backup_is_left_alone() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let kept = kept(1).await;
    let folder = kept.place.folder.path();
    let victim = folder.join("victim");
    std::fs::write(&victim, "precious").expect("written");
    let elsewhere = folder.join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("store")).expect("folders");
    let (file, part) = (folder.join("n.backup"), folder.join("n.backup.part"));
    let refused = |says: &str| {
        let out = run_at(&kept.place, &["backup", "--to", text(&file)], &kept.env);
        assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
        assert!(text_of(&out).contains(says) && !file.exists(), "{}", text_of(&out));
        assert_eq!(std::fs::read_to_string(&victim).expect("it"), "precious");
    };
    // A folder that others may use, one that is a link, and a lock that is a link in a folder of ours.
    std::fs::create_dir(&part).expect("a folder");
    std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o755)).expect("set");
    symlink(&victim, part.join("callboard.lock")).expect("a link");
    refused("is not a folder that a backup of ours left");
    std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o700)).expect("set");
    refused("callboard.lock");
    std::fs::remove_dir_all(&part).expect("removed");
    symlink(&elsewhere, &part).expect("a link");
    refused("is not a folder that a backup of ours left");
    assert!(elsewhere.join("store").exists());
    std::fs::remove_file(&part).expect("removed");
    backup(&kept.place, &file);
}

/// The same backup with another manifest, sealed again.
fn with_manifest(file: &std::path::Path, to: &std::path::Path, change: impl FnOnce(&mut Value)) {
    use sha2::{Digest as _, Sha256};
    let all = std::fs::read(file).expect("a backup");
    let before = all.len() - 56;
    let length = u64::from_be_bytes(all[before..before + 8].try_into().expect("eight")) as usize;
    let mut manifest: Value = serde_json::from_slice(&all[before - length..before]).expect("a manifest");
    change(&mut manifest);
    let text = serde_json::to_vec(&manifest).expect("JSON");
    let mut out = [&all[..before - length], &text[..], &(text.len() as u64).to_be_bytes()[..]].concat();
    let hash = Sha256::digest(&out);
    out.extend(hash);
    out.extend(b"CALLBOARD-BACKUP");
    std::fs::write(to, out).expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_restored_has_the_rows_that_the_backup_names_and_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let kept = kept(1).await;
    let other = kept.place.folder.path().join("other.backup");
    with_manifest(&kept.file, &other, |m| m["tables"]["api_key"] = json!(7));
    for engine in BOTH {
        let target = Place::new(engine);
        let out = run_at(&target, &["restore", text(&other)], &kept.env);
        assert_eq!(out.status.code(), Some(3), "{}", text_of(&out));
        assert!(text_of(&out).contains("rows, and should have 7"), "{}", text_of(&out));
        assert!(engine == Engine::Postgres || is_untouched(&target.data()));
        restored(&target, &kept.file, &kept.env);
        if engine == Engine::Sqlite {
            let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it").permissions().mode();
            assert_eq!(mode(&target.data()) & 0o077, 0);
            assert_eq!(mode(&target.data().join("callboard.db")) & 0o077, 0);
            let out = run_at(&target, &["restore", text(&kept.file), "--set-aside"], &kept.env);
            let told: Value = serde_json::from_slice(&out.stdout).expect("JSON");
            let aside = PathBuf::from(told["setAside"].as_str().expect("a folder"));
            assert_eq!((mode(&aside) & 0o077, mode(&aside.join("callboard.db")) & 0o077), (0, 0));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_set_aside_stays_with_its_wal() {
    let kept = kept(1).await;
    let target = Place::new(Engine::Sqlite);
    restored(&target, &kept.file, &kept.env);
    // As a kill leaves it that came after the WAL was moved, and before the database was.
    let begun = target.data().join("replaced-2000000000");
    std::fs::create_dir(&begun).expect("a folder");
    std::fs::create_dir(target.data().join("replaced-1000000000")).expect("a folder");
    std::fs::create_dir(target.data().join("restoring")).expect("a folder");
    std::fs::write(begun.join("callboard.db-wal"), "pages").expect("written");
    let aside = || {
        let out = run_at(&target, &["restore", text(&kept.file), "--set-aside"], &kept.env);
        let told: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", text_of(&out)));
        PathBuf::from(told["setAside"].as_str().expect("a folder"))
    };
    assert_eq!(aside(), begun);
    assert!(begun.join("callboard.db").exists() && begun.join("callboard.db-wal").exists());
    let next = aside();
    assert!(next != begun && next.join("callboard.db").exists(), "{}", next.display());
}
