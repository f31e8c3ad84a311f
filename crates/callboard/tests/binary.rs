//! The built binary as operators run it: start, stop, exit codes, migrations, configuration.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use callboard_store::{Engine, OpenOptions, Sql, params};
use callboard_testkit::TestApp;
use process::{Binary, Place, command, run, text_of};
use serde_json::json;

async fn stops_within_ten_seconds(engine: Engine) {
    let place = Place::new(engine);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    let made = http.post("/v1/call/sessions", &json!({ "sessionId": "one" })).await.expect(201);
    assert_eq!(made.json()["session"]["latestSequence"], 1);
    let mut stream = http.sse("/v1/realtime/sessions/one/stream?afterSequence=0", None).await;
    assert_eq!(stream.next().await.expect("the first event").id.as_deref(), Some("1"));
    let mut socket = http.ws("/v1/realtime/ws").await;
    socket.send(&json!({ "op": "subscribe", "id": "s", "sessionId": "one", "afterSequence": 0 })).await;
    socket.next_op("events").await;
    let idle = tokio::net::TcpStream::connect(server.url().trim_start_matches("http://")).await.expect("connected");
    let (status, took) = tokio::task::spawn_blocking(move || server.terminate()).await.expect("joined");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    while stream.next().await.is_some() {}
    while socket.next().await.is_some() {}
    drop(idle);
    println!("{engine:?}: stopped after {} ms", took.as_millis());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_streams_and_exits_clean() {
    stops_within_ten_seconds(Engine::Sqlite).await;
    stops_within_ten_seconds(Engine::Postgres).await;
}

/// They are written every few seconds, and once more at the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_the_last_seconds_outlive_a_stop() {
    let place = Place::new(Engine::Sqlite);
    let livekit = [
        ("LIVEKIT_URL", "ws://127.0.0.1:9"),
        ("LIVEKIT_API_KEY", "devkey"),
        ("LIVEKIT_API_SECRET", "a-secret-of-thirty-two-characters"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut server = Binary::serve(&place, "127.0.0.1:0", &livekit);
    let key = server.api_key();
    let http = TestApp::attach(server.url());
    for _ in 0..3 {
        http.post("/v1/call/livekit/events", &json!({})).await.expect(401);
    }
    let (status, _) = tokio::task::spawn_blocking(move || server.terminate()).await.expect("joined");
    assert_eq!(status.code(), Some(0));
    let server = Binary::serve(&place, "127.0.0.1:0", &livekit);
    let told = TestApp::attach(server.url()).with_bearer(key).get("/v1/provider/rejections").await.expect(200).json();
    let counts: Vec<i64> =
        told["items"].as_array().expect("items").iter().filter_map(|i| i["count"].as_i64()).collect();
    assert_eq!(counts, [3], "{told}");
}

#[test]
fn a_second_server_names_the_holder() {
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1), "{}", text_of(&second));
    assert!(text_of(&second).contains(&server.id().to_string()), "{}", text_of(&second));
    // Looking is allowed beside a running server.
    let looked = place.run(&["verify"]);
    assert_eq!(looked.status.code(), Some(0), "{}", text_of(&looked));
    let looked = place.run(&["migrate", "--status"]);
    assert!(looked.status.success() && text_of(&looked).contains("0001 applied"), "{}", text_of(&looked));
}

/// What only the holder of an SQLite file may write, the holder writes when it is asked, for its own user alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_server_makes_links_keys_and_tenants() {
    let place = Place::new(Engine::Sqlite);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let socket = place.data().join("callboard.sock");
    let mode = std::fs::metadata(&socket).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let said = |command: &[&str], code: i32| {
        let out = place.run(command);
        assert_eq!(out.status.code(), Some(code), "{command:?}: {}", text_of(&out));
        text_of(&out).trim().to_owned()
    };
    // Nobody is named while there is one owner alone; the address is the server's, whatever its port.
    let link = said(&["login-link"], 0);
    let token = link.strip_prefix(&format!("{}/login#", server.url())).expect("a link to this server").to_owned();
    let http = TestApp::attach(server.url());
    http.post("/v1/login", &json!({ "loginToken": token })).await.expect(200);
    http.post("/v1/login", &json!({ "loginToken": token })).await.expect_problem(401, "LOGIN_LINK_INVALID");

    let made = said(&["tenant", "create", "--name", "Acme", "--owner", "Ann"], 0);
    let words: Vec<&str> = made.split_whitespace().collect();
    let (tenant, ann) = (words[0], *words.last().expect("an owner"));
    let key = said(&["key", "create", "--tenant", tenant, "--name", "ci", "--scope", "calls:read"], 0);
    let secret = key.lines().nth(1).expect("a secret").to_owned();
    let me = http.with_bearer(secret).get("/v1/me").await.expect(200).json();
    assert_eq!(me["principal"]["tenantId"], tenant, "{me}");
    let which = said(&["login-link"], 1);
    assert!(which.contains(ann) && which.contains("Acme"), "{which}");
    assert!(said(&["login-link", "--user", ann], 0).starts_with(&server.url()));
    assert!(said(&["login-link", "--user", "usr_01jd0000000000000000000000"], 1).contains("NOT_FOUND"));
    assert!(said(&["key", "create", "--tenant", tenant, "--name", "ci", "--scope", "all"], 1).contains("--scope"));

    // A socket that a killed server left is nobody's; a stopped one takes it along.
    server.kill();
    assert!(socket.exists());
    said(&["login-link", "--user", ann], 0);
    let mut again = Binary::serve(&place, "127.0.0.1:0", &[]);
    assert!(said(&["login-link", "--user", ann], 0).starts_with(&again.url()));
    again.terminate();
    assert!(!socket.exists());
}

/// After `callboard fence` a server that was open before stores nothing, says why, and exits like one whose store failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fenced_server_stores_nothing_and_exits_74() {
    let place = Place::new(Engine::Postgres);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    http.post("/v1/call/sessions", &json!({ "sessionId": "before" })).await.expect(201);
    let fenced = place.run(&["fence"]);
    assert_eq!(fenced.status.code(), Some(0), "{}", text_of(&fenced));
    assert!(text_of(&fenced).contains("epoch is 2"), "{}", text_of(&fenced));
    let refused = http.post("/v1/call/sessions", &json!({ "sessionId": "after" })).await.expect(503).json();
    assert_eq!(refused["code"], "STORE_UNAVAILABLE");
    let ready = http.get("/health/ready").await.expect(503).text();
    assert!(ready.contains("the log's epoch is 2") || ready.contains("The log's epoch is 2"), "{ready}");
    let status = tokio::task::spawn_blocking(move || server.ended()).await.expect("joined");
    assert_eq!(status.code(), Some(callboard::serve::EXIT_STORE));
    let again = Binary::serve(&place, "127.0.0.1:0", &[]);
    drop(again);
    assert!(text_of(&place.run(&["db", "select session_id from event_stream"])).contains("before"));
    assert!(!text_of(&place.run(&["db", "select session_id from event_stream"])).contains("after"));
}

#[test]
fn a_restart_keeps_the_key_and_prints_a_fresh_login() {
    let place = Place::new(Engine::Sqlite);
    let mut first = Binary::serve(&place, "127.0.0.1:0", &[]);
    let login = first.ready["loginUrl"].clone();
    assert!(login.as_str().is_some_and(|u| u.contains("/login#")));
    assert_eq!(first.ready["version"], env!("CARGO_PKG_VERSION"));
    first.terminate();
    let second = Binary::serve(&place, "127.0.0.1:0", &[]);
    assert!(second.ready["apiKey"].is_null(), "a key is shown once");
    assert_ne!(second.ready["loginUrl"], login);
    let mode = std::fs::metadata(place.data().join("secret.key")).expect("a key file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(second);
    std::fs::set_permissions(place.data().join("secret.key"), std::fs::Permissions::from_mode(0o644)).expect("set");
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text_of(&refused).contains("chmod 600"), "{}", text_of(&refused));
}

fn edits_are_refused(engine: Engine) {
    static EDIT: Sql = Sql::new("EDIT", "update schema_migration set checksum = 'edited' where number = :number");
    let place = Place::new(engine);
    let applied = place.run(&["migrate"]);
    assert_eq!(applied.status.code(), Some(0), "{}", text_of(&applied));
    let status = text_of(&place.run(&["migrate", "--status"]));
    assert!(status.lines().count() >= 5 && status.contains("0001 applied"), "{status}");
    let db = place.scratch.open_with(OpenOptions { migrate: false, ..OpenOptions::default() });
    db.write_blocking(|tx| tx.execute(&EDIT, params! { number: 2_i64 })).expect("edited");
    db.close_blocking();
    assert!(text_of(&place.run(&["migrate", "--status"])).contains("0002 edited"));
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["verify"]] {
        let refused = place.run(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {}", text_of(&refused));
        assert!(text_of(&refused).contains("callboard migrate --accept 0002"), "{command:?}: {}", text_of(&refused));
    }
    let accepted = place.run(&["migrate", "--accept", "2"]);
    assert_eq!(accepted.status.code(), Some(0), "{}", text_of(&accepted));
    drop(Binary::serve(&place, "127.0.0.1:0", &[]));
}

#[test]
fn an_edited_migration_refuses_to_start_and_says_how_to_repair() {
    edits_are_refused(Engine::Sqlite);
    edits_are_refused(Engine::Postgres);
}

#[test]
fn verify_finds_a_planted_fault_and_exits_3() {
    static FAULT: Sql = Sql::new("FAULT", "update event_stream set last_sequence = last_sequence + :by");
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let (url, key) = (server.url(), server.api_key());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        TestApp::attach(url).with_bearer(key).post("/v1/call/sessions", &json!({})).await.expect(201)
    });
    drop(server);
    assert_eq!(place.run(&["verify"]).status.code(), Some(0));
    let db = place.scratch.open();
    db.write_blocking(|tx| tx.execute(&FAULT, params! { by: 1_i64 })).expect("planted");
    db.close_blocking();
    let found = place.run(&["verify"]);
    assert_eq!(found.status.code(), Some(3), "{}", text_of(&found));
}

#[test]
fn the_configuration_is_shown_with_origins_and_without_secrets() {
    let env = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let secrets = ["hush-livekit-secret", "hush-database-password", "hush-secret-key"];
    let shown = run(
        &["config"],
        &[
            env("LIVEKIT_API_SECRET", secrets[0]),
            env("CALLBOARD_DATABASE_URL", &format!("postgres://u:{}@db/x", secrets[1])),
            env("CALLBOARD_SECRET_KEY", secrets[2]),
            env("CALLBOARD_LISTEN", "127.0.0.1:9"),
        ],
    );
    let text = text_of(&shown);
    assert_eq!(shown.status.code(), Some(0), "{text}");
    assert!(secrets.iter().all(|s| !text.contains(s)), "{text}");
    assert!(text.contains("127.0.0.1:9") && text.contains("environment CALLBOARD_LISTEN"), "{text}");
    for setting in callboard::config::SETTINGS {
        assert!(text.contains(setting.key) && text.contains(setting.env), "{}", setting.key);
    }
}

#[test]
fn what_is_refused_exits_with_its_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("d").display().to_string();
    for (args, code, says) in [
        (&["serve", "--dev", "--data", &data, "--listen", "0.0.0.0:0"][..], 1, "loopback"),
        (&["serve", "--data", &data, "--listen", "nowhere"], 1, "listen"),
        (&["serve", "--data", &data, "--colour"], 2, "--colour"),
        (&["fly"], 2, "fly"),
        (&["serve", "--database-url", "postgres://nobody@127.0.0.1:1/none", "--listen", "127.0.0.1:0"], 1, ""),
        (&["verify", "--data", "/nonexistent/callboard"], 1, ""),
        (&["db", "--data", &data, "delete from event"], 1, "select"),
    ] {
        let out = run(args, &[]);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", text_of(&out));
        assert!(text_of(&out).contains(says), "{args:?}: {}", text_of(&out));
        assert!(out.stdout.is_empty(), "standard output is for answers: {}", text_of(&out));
    }
    for command in
        ["serve", "migrate", "verify", "config", "openapi", "secret-key", "db", "tenant", "key", "login-link"]
    {
        let help = text_of(&run(&[command, "--help"], &[]));
        assert!(help.contains("Example"), "{command}: {help}");
    }
}

/// A wrong folder is said to be wrong; it does not become one in which everything is pending.
#[test]
fn looking_at_migrations_makes_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    for dir in [missing.as_path(), folder.path()] {
        let data = dir.display().to_string();
        for ask in [&["--status"][..], &["--accept", "2"], &["--status", "--accept", "2"]] {
            let out = run(&[&["migrate", "--data", &data][..], ask].concat(), &[]);
            assert_eq!(out.status.code(), Some(1), "{ask:?}: {}", text_of(&out));
            assert!(text_of(&out).contains(&format!("no database in {data}")), "{ask:?}: {}", text_of(&out));
        }
    }
    assert!(!missing.exists(), "the folder was made");
    assert_eq!(std::fs::read_dir(folder.path()).expect("listed").count(), 0, "something was left in it");
}

/// What deploy/systemd installs is read whole, and a command with it alone looks at the folder that the unit keeps.
#[test]
fn the_settings_of_the_unit_name_its_data_folder() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/systemd/callboard.toml");
    let out = run(&["config"], &[("CALLBOARD_CONFIG".to_owned(), root.to_owned())]);
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
    let shown = text_of(&out);
    let line = shown.lines().find(|line| line.starts_with("data_dir")).expect("the data folder");
    assert!(line.contains("/var/lib/callboard") && line.contains("callboard.toml"), "{line}");
}

#[test]
fn an_address_that_is_taken_is_named_with_what_to_do() {
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let taken = server.url().trim_start_matches("http://").to_owned();
    let out = Place::new(Engine::Sqlite).run(&["serve", "--listen", &taken]);
    assert_eq!(out.status.code(), Some(1), "{}", text_of(&out));
    let said = text_of(&out);
    assert!(said.contains(&taken) && said.contains("--listen") && !said.contains("INTERNAL"), "{said}");
}

/// Without `--dev` no key was made and none was shown: the start says which commands make one. And what a look into the
/// database shows is what is there, for people and for scripts.
#[test]
fn a_start_without_dev_says_how_to_get_in() {
    let place = Place::new(Engine::Sqlite);
    let data = place.data().display().to_string();
    let mut served = command(&["serve", "--listen", "127.0.0.1:0", "--data", &data], &[])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server process starts");
    let mut said = BufReader::new(served.stdout.take().expect("its standard output")).lines();
    let mut line = || said.next().expect("another line").expect("text");
    let said = [line(), line()];
    let made = place.run(&["tenant", "create", "--name", "Acme \"& Co\""]);
    served.kill().expect("killed");
    served.wait().expect("reaped");
    assert!(said[0].starts_with("Callboard is at http"), "{said:?}");
    for wanted in ["callboard tenant create", "callboard login-link", "callboard key create"] {
        assert!(said[1].contains(wanted) && !said[1].contains("shown"), "{said:?}");
    }

    let made = text_of(&made);
    let tenant = made.split_whitespace().next().expect("an id");
    let looked = place.run(&["db", "select tenant_id, name, max_concurrent_calls, version from tenant"]);
    let shown = format!("tenant_id={tenant}  name=Acme \"& Co\"  max_concurrent_calls=null  version=1");
    assert_eq!(text_of(&looked).trim(), shown);
}

/// Planted defects, and the version that upgrades are tried with, are in a build of their own.
#[test]
fn what_is_for_rigs_alone_is_not_in_the_product() {
    let place = Place::new(Engine::Sqlite);
    let mut env = place.env();
    env.push(("CALLBOARD_NEXT_VERSION".to_owned(), "migration".to_owned()));
    let data = place.data().display().to_string();
    let out = run(&["migrate", "--data", &data], &env);
    assert!(out.status.success(), "{}", text_of(&out));
    let out = run(&["migrate", "--status", "--data", &data], &env);
    assert!(text_of(&out).contains("0001 applied") && !text_of(&out).contains("next_version"), "{}", text_of(&out));
    let bytes = std::fs::read(env!("CARGO_BIN_EXE_callboard")).expect("the binary");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("CALLBOARD_DATA"), "the names of settings are found in it");
    for mark in ["CALLBOARD_NEXT_VERSION", "CALLBOARD_TOOTH", "next_version_note"] {
        assert!(!text.contains(mark), "{mark} is in the product");
    }
}
