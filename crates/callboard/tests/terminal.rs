//! The commands of a terminal against a running server: JSON lines in a pipe, tables on a terminal, clear refusals, and
//! a stream that goes on after a kill.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;
#[path = "support/proxy.rs"]
mod proxy;

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

use callboard_store::Engine;
use process::{Binary, Place, command, run, text_of};
use proxy::Proxy;
use serde_json::Value;

/// The environment that leads to a server.
fn env_of(url: &str, key: &str) -> Vec<(String, String)> {
    vec![("CALLBOARD_URL".to_owned(), url.to_owned()), ("CALLBOARD_API_KEY".to_owned(), key.to_owned())]
}

fn ok(args: &[&str], env: &[(String, String)]) -> Vec<Value> {
    let out = run(args, env);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {}", text_of(&out));
    lines(&out)
}

fn lines(out: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

#[test]
fn a_call_is_made_listed_shown_ended_and_replayed() {
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let env = env_of(&server.url(), &server.api_key());
    assert!(ok(&["call", "list"], &env).is_empty());
    let made = ok(
        &["call", "new", "--id", "c1", "--title", "A \u{1b}[31mred\u{1b}[0m one", "--invite", "Ann", "--invite", "Bob"],
        &env,
    );
    assert_eq!(made[0]["sessionId"], "c1");
    assert_eq!(made[0]["joinLinks"].as_array().map(Vec::len), Some(2));
    ok(&["call", "new", "--id", "c2"], &env);
    let listed: Vec<_> = ok(&["call", "list", "--status", "created"], &env);
    assert_eq!(listed.iter().map(|s| s["sessionId"].as_str().expect("an id")).collect::<Vec<_>>(), ["c2", "c1"]);
    assert_eq!(ok(&["call", "list", "--limit", "1"], &env).len(), 1);
    assert_eq!(ok(&["call", "link", "c1", "--uses", "3"], &env)[0]["maxUses"], 3);
    assert_eq!(ok(&["call", "end", "c1", "--reason", "agent_handover"], &env)[0]["endReason"], "agent_handover");
    assert_eq!(ok(&["call", "show", "c1"], &env)[0]["status"], "ended");
    let types = |args: &[&str]| -> Vec<String> {
        ok(args, &env).iter().map(|e| e["type"].as_str().expect("a type").to_owned()).collect()
    };
    assert_eq!(types(&["replay", "c1"]), ["call.started", "call.ended"]);
    assert_eq!(types(&["replay", "c1", "--after", "1", "--speed", "1000"]), ["call.ended"]);
    assert_eq!(types(&["replay", "c1", "--until", "1"]), ["call.started"]);
    assert_eq!(types(&["replay", "c1", "--type", "transcript.*"]), Vec::<String>::new());
    assert_eq!(types(&["tail", "c1", "--after", "0"]), ["call.started", "call.ended"]);
}

#[test]
fn on_a_terminal_there_are_tables_and_nothing_from_outside_steers_it() {
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let env = env_of(&server.url(), &server.api_key());
    ok(&["call", "new", "--id", "c1", "--title", "bell\u{7}bell"], &env);
    let on_terminal = |line: &str| {
        let line = format!("{} {line}", env!("CARGO_BIN_EXE_callboard"));
        let out = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .envs(env.iter().cloned())
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .output();
        String::from_utf8_lossy(&out.expect("script (Debian's bsdutils) runs").stdout).into_owned()
    };
    let table = on_terminal("call list");
    assert!(table.contains("STATUS") && table.contains("c1") && table.contains("created"), "{table}");
    assert!(table.contains("bell\u{fffd}bell") && !table.contains('\u{7}'), "{table:?}");
    assert!(table.contains("\u{1b}["), "the head is bold: {table:?}");
    let log = on_terminal("replay c1");
    assert!(log.contains("call.started") && !log.contains("\"type\""), "{log}");
    assert!(on_terminal("replay c1 --json").contains("\"type\":\"call.started\""));
}

#[test]
fn refusals_say_what_to_do() {
    let place = Place::new(Engine::Sqlite);
    let server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let env = env_of(&server.url(), &server.api_key());
    let absent = env_of("http://127.0.0.1:9", "cbk_x");
    let wrong = env_of(&server.url(), "cbk_wrong");
    let without = [("CALLBOARD_URL".to_owned(), server.url())];
    for (args, env, code, says) in [
        (&["call", "list"][..], &without[..], 1, "--key-file"),
        (&["call", "list", "--key-file", "/nowhere/key"], &without, 1, "/nowhere/key"),
        (&["call", "list"], &absent, 1, "Is it running?"),
        (&["tail"], &absent, 1, "Is it running?"),
        (&["call", "list"], &wrong, 1, "UNAUTHENTICATED"),
        (&["tail"], &wrong, 1, "UNAUTHENTICATED"),
        (&["call", "show", "absent"], &env, 1, "NOT_FOUND"),
        (&["tail", "absent"], &env, 1, "NOT_FOUND"),
        (&["replay", "../../v1/me"], &env, 1, "NOT_FOUND"),
        (&["call", "new", "--id", "a b"], &env, 1, "/sessionId"),
        (&["call", "list", "--url", "localhost"], &env, 1, "http://"),
        (&["replay", "c1", "--speed", "0"], &env, 2, "from 0.01 to 1000"),
        (&["tail", "--after", "3"], &env, 2, "SESSION"),
    ] {
        let out = run(args, env);
        assert_eq!(out.status.code(), Some(code), "{args:?}: {}", text_of(&out));
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(said.contains(says), "{args:?}: {said}");
        assert!(out.stdout.is_empty(), "{args:?} wrote to standard output");
    }
}

#[test]
fn tail_goes_on_where_it_was_after_the_server_was_killed() {
    let place = Place::new(Engine::Sqlite);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let (url, key) = (server.url(), server.api_key());
    let env = env_of(&url, &key);
    ok(&["call", "new", "--id", "c1"], &env);
    let mut child = command(&["tail", "c1", "--after", "0"], &env)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("tail starts");
    let mut shown = BufReader::new(child.stdout.take().expect("its output")).lines().map(|line| {
        let event: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        event["sequence"].as_u64().expect("a sequence")
    });
    assert_eq!(shown.next(), Some(1));
    server.kill();
    let _again = Binary::serve(&place, url.trim_start_matches("http://"), &[]);
    for _ in 0..3 {
        ok(&["call", "link", "c1"], &env);
    }
    ok(&["call", "end", "c1"], &env);
    assert_eq!(shown.collect::<Vec<_>>(), [2], "one more event, once, then the end");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

/// A cut before the first event: what happens meanwhile is shown after it.
#[test]
fn tail_of_every_call_misses_nothing_of_a_cut_before_its_first_event() {
    let place = Place::new(Engine::Sqlite);
    let mut server = Binary::serve(&place, "127.0.0.1:0", &[]);
    let (url, key) = (server.url(), server.api_key());
    let mut proxy = Proxy::to(url.trim_start_matches("http://"));
    let mut child = command(&["tail"], &env_of(&proxy.url(), &key))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("tail starts");
    // The stream's first block tells its place; once it has passed, the cut may come.
    proxy.wait_for("\nid: ");
    proxy.cut();
    ok(&["call", "new", "--id", "during"], &env_of(&url, &key));
    proxy.heal();
    let mut shown = BufReader::new(child.stdout.take().expect("its output")).lines();
    let event: Value = serde_json::from_str(&shown.next().expect("a line").expect("read")).expect("JSON");
    assert_eq!((event["sessionId"].as_str(), event["type"].as_str()), (Some("during"), Some("call.started")));
    child.kill().expect("ended");
    child.wait().expect("reaped");
    server.terminate();
}

/// A key never goes to a proxy of the environment when the server is on this machine.
#[test]
fn a_key_for_loopback_goes_through_no_proxy() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}", listener.local_addr().expect("its address"));
    let place = Place::new(Engine::Sqlite);
    let proxied = [("http_proxy".to_owned(), nobody.clone()), ("HTTP_PROXY".to_owned(), nobody)];
    let server = Binary::serve(&place, "127.0.0.1:0", &proxied);
    let env = [env_of(&server.url(), &server.api_key()), proxied.to_vec()].concat();
    assert!(ok(&["call", "list"], &env).is_empty());
    listener.set_nonblocking(true).expect("set");
    assert!(listener.accept().is_err(), "somebody asked the proxy");
}
