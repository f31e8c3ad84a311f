//! Simulated calls as people see them: `callboard demo` against a running server, the call that the local mode plays
//! by itself, and what a stop, a kill and a restart leave behind.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use callboard_store::Engine;
use callboard_testkit::TestApp;
use process::{Binary, Place, command, run, text_of};
use serde_json::{Value, json};

/// A server in the local mode that plays nothing by itself.
fn quiet(place: &Place) -> Binary {
    Binary::serve(place, "127.0.0.1:0", &[])
}

/// One that does.
fn lively(place: &Place) -> Binary {
    Binary::serve(place, "127.0.0.1:0", &[("CALLBOARD_DEMO".to_owned(), "on".to_owned())])
}

fn demo(server: &Binary, key: &str, args: &[&str]) -> Output {
    let url = server.url();
    let all: Vec<&str> = ["demo", "--url", &url].into_iter().chain(args.iter().copied()).collect();
    run(&all, &[("CALLBOARD_API_KEY".to_owned(), key.to_owned())])
}

fn begin(server: &Binary, key: &str, args: &[&str]) -> Child {
    let url = server.url();
    let all: Vec<&str> = ["demo", "--url", &url].into_iter().chain(args.iter().copied()).collect();
    let env = [("CALLBOARD_API_KEY".to_owned(), key.to_owned())];
    command(&all, &env).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts")
}

async fn sessions(http: &TestApp) -> Vec<Value> {
    let list = http.get("/v1/call/sessions?limit=100").await.expect(200).json();
    list["items"].as_array().expect("a list").clone()
}

async fn events(http: &TestApp, session: &Value) -> Vec<Value> {
    let id = session["sessionId"].as_str().expect("an id");
    let page = http.get(&format!("/v1/realtime/sessions/{id}/events?limit=1000")).await.expect(200).json();
    page["events"].as_array().expect("events").clone()
}

/// Looks until it is so; a test that waits in vain says for what.
async fn until(http: &TestApp, what: &str, so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let seen = sessions(http).await;
        if so(&seen) {
            return seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} did not come: {seen:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn status(session: &Value) -> &str {
    session["status"].as_str().unwrap_or_default()
}

/// A line of the log as the expectation below is written: who did what.
fn line(event: &Value, names: &[(String, String)]) -> Option<String> {
    let (kind, payload) = (event["type"].as_str()?, &event["payload"]);
    let who = payload["participantId"].as_str().and_then(|id| names.iter().find(|(i, _)| i == id));
    let who = who.map_or(String::new(), |(_, name)| format!(" {name}"));
    let what = match kind {
        // How many of them depends on the pace; what they lead to does not.
        "transcript.partial" => return None,
        "call.agent.state_changed" => format!(" {}", payload["state"].as_str()?),
        "transcript.final" => format!(": {}", payload["text"].as_str()?),
        "call.ended" => format!(" {}", payload["endReason"].as_str()?),
        _ => String::new(),
    };
    Some(format!("{kind}{who}{what}"))
}

/// The whole log of the script `parcel`, written by hand, but for the microphones.
const PARCEL: &str = r#"call.started
call.connecting
call.participant.joined Aida
call.participant.joined Maya Lind
call.connected
call.agent.state_changed Aida speaking
transcript.final Aida: Good morning, this is Aida at Northway parcels. How can I help?
call.agent.state_changed Aida listening
transcript.final Maya Lind: Hi. My parcel says delivered, but there is nothing at my door.
call.agent.state_changed Aida speaking
transcript.final Aida: I am sorry about that. Could you read me the last four digits of the tracking number?
call.agent.state_changed Aida listening
transcript.final Maya Lind: Sure, it is four nine zero two.
call.agent.state_changed Aida speaking
transcript.final Aida: Thank you. It was signed for at ten past nine, by somebody called Brandt, at number sixteen.
call.agent.state_changed Aida listening
transcript.final Maya Lind: That is two houses down. I am at number twelve.
call.agent.state_changed Aida speaking
transcript.final Aida: Then it went to the wrong door. I will ask the depot whether the driver can fetch it today.
call.agent.state_changed Aida listening
call.participant.joined Leon Maas
transcript.final Leon Maas: Depot, Leon speaking. I have the van on the map, he is still in your street.
call.reconnecting Maya Lind
call.agent.state_changed Aida speaking
transcript.final Aida: Maya dropped out for a moment. Leon, can he turn round?
call.agent.state_changed Aida listening
transcript.final Leon Maas: He can, give him fifteen minutes.
call.resumed Maya Lind
transcript.final Maya Lind: Sorry, I walked into the cellar. What did I miss?
call.agent.state_changed Aida speaking
transcript.final Aida: The driver is coming back. He will move the parcel from sixteen to twelve within fifteen minutes.
call.agent.state_changed Aida listening
transcript.final Maya Lind: That is wonderful, thank you both.
call.participant.left Leon Maas
call.agent.state_changed Aida speaking
transcript.final Aida: You are welcome. You will get a message when it is at your door. Goodbye!
call.agent.state_changed Aida listening
transcript.final Maya Lind: Bye!
call.participant.left Aida
call.participant.left Maya Lind
call.ended completed"#;

/// The microphones of `parcel`. They come by webhooks, which keep their own order beside what people say.
const MICROPHONES: [&str; 6] = [
    "call.track.published Aida",
    "call.track.published Maya Lind",
    "call.track.published Leon Maas",
    "call.track.unpublished Maya Lind",
    "call.track.published Maya Lind",
    "call.track.unpublished Leon Maas",
];

async fn a_scripted_call(engine: Engine) {
    let place = Place::new(engine);
    let server = quiet(&place);
    let key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(&key);
    let played = demo(&server, &key, &["--script", "parcel", "--pace", "100", "--seed", "1"]);
    assert_eq!(played.status.code(), Some(0), "{}", text_of(&played));
    let all = sessions(&http).await;
    let session = &all[0];
    assert_eq!((all.len(), session["provider"].as_str()), (1, Some("simulated")));
    assert_eq!(session["metadata"]["title"], "A parcel at the wrong door");
    let people = session["participants"].as_array().expect("people");
    let text = |p: &Value, name: &str| p[name].as_str().unwrap_or_default().to_owned();
    let names: Vec<(String, String)> = people.iter().map(|p| (text(p, "participantId"), text(p, "name"))).collect();
    let events = events(&http, session).await;
    let lines = events.iter().filter_map(|e| line(e, &names));
    let (microphones, mut seen): (Vec<String>, Vec<String>) = lines.partition(|l| l.starts_with("call.track."));
    assert_eq!(microphones, MICROPHONES);
    // What one fact brings is told in one breath.
    settle(&mut seen, "call.connected", "call.participant.joined Maya Lind");
    settle(&mut seen, "call.participant.left Maya Lind", "call.participant.left Aida");
    assert_eq!(seen.join("\n"), PARCEL);
    let wrong = |e: &&Value| {
        let provider = e["actor"]["role"] == "provider" && e["actor"]["id"] != "simulated";
        provider || (e["payload"]["endMs"].as_i64() < e["payload"]["startMs"].as_i64())
    };
    assert_eq!(events.iter().find(wrong), None);
    verified(&place);
}

/// Puts two neighbours into the order of the expectation.
fn settle(lines: &mut [String], early: &str, late: &str) {
    if let Some(at) = lines.windows(2).position(|w| w[0] == early && w[1] == late) {
        lines.swap(at, at + 1);
    }
}

fn verified(place: &Place) {
    let checked = place.run(&["verify"]);
    assert_eq!(checked.status.code(), Some(0), "{}", text_of(&checked));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scripted_call_leaves_the_log_that_was_written_by_hand() {
    a_scripted_call(Engine::Sqlite).await;
    a_scripted_call(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_calls_at_once_end_as_their_scripts_say() {
    let place = Place::new(Engine::Sqlite);
    let server = quiet(&place);
    let key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(&key);
    // Seed 4: the first lane plays `table`, the second `tunnel`, whose caller never comes back.
    let played = demo(&server, &key, &["--calls", "2", "--pace", "100", "--seed", "4"]);
    assert_eq!(played.status.code(), Some(0), "{}", text_of(&played));
    assert!(!text_of(&played).contains("not by its script"), "{}", text_of(&played));
    let mut outcomes: Vec<(String, String)> = Vec::new();
    for session in sessions(&http).await {
        let last = events(&http, &session).await.pop().expect("a last event");
        outcomes.push((status(&session).to_owned(), last["type"].as_str().unwrap_or_default().to_owned()));
    }
    outcomes.sort_unstable();
    let expected = [("ended", "call.ended"), ("failed", "call.terminal_failure")];
    assert_eq!(outcomes, expected.map(|(s, t)| (s.to_owned(), t.to_owned())));
    verified(&place);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_c_ends_the_calls_that_it_began() {
    let place = Place::new(Engine::Sqlite);
    let server = quiet(&place);
    let key = server.api_key();
    let http = TestApp::attach(server.url()).with_bearer(&key);
    let child = begin(&server, &key, &["--calls", "2", "--minutes", "5", "--seed", "1"]);
    until(&http, "two active calls", |all| all.iter().filter(|s| status(s) == "active").count() == 2).await;
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(out.status.code(), Some(0), "{}", text_of(&out));
    assert!(text_of(&out).contains("Stopped"), "{}", text_of(&out));
    let all = sessions(&http).await;
    assert!(all.iter().all(|s| status(s) == "ended" && s["endReason"] == "completed"), "{all:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_local_mode_plays_by_itself_and_leaves_nothing_open() {
    let place = Place::new(Engine::Sqlite);
    let mut server = lively(&place);
    let http = TestApp::attach(server.url()).with_bearer(server.api_key());
    let active = |all: &[Value]| all.iter().any(|s| status(s) == "active" && s["metadata"]["demo"] == "server");
    until(&http, "a simulated call", active).await;
    let me = http.get("/v1/me").await.expect(200).json();
    assert_eq!(me["features"]["simulated"], true);
    assert_eq!(me["firstSteps"], server.ready["firstSteps"]);
    let (stopped, took) = server.terminate();
    assert!(stopped.success() && took < Duration::from_secs(10), "{took:?}");

    // Ended properly by the stop; the next start plays a new one under the kept key, and is killed in the middle.
    let mut server = lively(&place);
    let kept = std::fs::read_to_string(place.data().join("api-key")).expect("the key is kept");
    let http = TestApp::attach(server.url()).with_bearer(kept.trim());
    let all = until(&http, "a second simulated call", active).await;
    assert_eq!(all.iter().filter(|s| status(s) == "ended").count(), 1, "{all:?}");
    server.kill();

    let server = lively(&place);
    let http = TestApp::attach(server.url()).with_bearer(kept.trim());
    let third = |all: &[Value]| all.len() == 3 && active(all);
    let all = until(&http, "a third call", third).await;
    assert_eq!(all.iter().filter(|s| status(s) == "active").count(), 1, "the killed one is over: {all:?}");
    drop(server);
    verified(&place);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_printed_command_works_as_pasted() {
    let place = Place::new(Engine::Sqlite);
    let server = quiet(&place);
    let first = &server.ready["firstSteps"];
    assert_eq!(first["url"], server.url());
    let file = first["apiKeyFile"].as_str().expect("a file");
    assert_eq!(std::fs::read_to_string(file).expect("readable").trim(), server.api_key());
    let commands: Vec<&str> =
        first["steps"].as_array().expect("steps").iter().filter_map(|s| s["command"].as_str()).collect();
    assert_eq!(commands.len(), 3);
    for printed in commands {
        // `tail` goes on for ever and `demo` as long as people talk: both must get going and end at Ctrl-C.
        let script = format!("timeout --preserve-status -s INT 6 {printed}");
        let out = std::process::Command::new("sh").args(["-c", &script]).current_dir("/").output().expect("a shell");
        let text = text_of(&out);
        assert!(matches!(out.status.code(), Some(0 | 130)), "{printed}: {:?} {text}", out.status);
        if !printed.contains(" tail ") {
            assert!(text.contains("ses_"), "{printed}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_play_is_told_why() {
    let place = Place::new(Engine::Sqlite);
    let off = Binary::serve(&place, "127.0.0.1:0", &[("CALLBOARD_SIMULATED".to_owned(), "off".to_owned())]);
    let key = off.api_key();
    let refused = demo(&off, &key, &["--calls", "2"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text_of(&refused).contains("--dev") && text_of(&refused).contains("simulated = true"),
        "{}",
        text_of(&refused)
    );
    let http = TestApp::attach(off.url()).with_bearer(&key);
    assert!(sessions(&http).await.is_empty(), "nothing was made");
    drop(off);

    let server = quiet(&place);
    let http = TestApp::attach(server.url()).with_bearer(&key);
    let made =
        http.post("/v1/api-keys", &json!({ "name": "reader", "scopes": ["calls:read"] })).await.expect(201).json();
    let reader = made["secret"].as_str().expect("a secret");
    let refused = demo(&server, reader, &[]);
    assert!(refused.status.code() == Some(1) && text_of(&refused).contains("calls:write"), "{}", text_of(&refused));
    let unknown = demo(&server, &key, &["--script", "opera"]);
    assert!(unknown.status.code() == Some(1) && text_of(&unknown).contains("parcel"), "{}", text_of(&unknown));
    assert_eq!(demo(&server, &key, &["--pace", "0"]).status.code(), Some(2));
    let nobody = run(&["demo", "--url", "http://127.0.0.1:9"], &[("CALLBOARD_API_KEY".to_owned(), key)]);
    assert!(nobody.status.code() == Some(1) && text_of(&nobody).contains("cannot be reached"), "{}", text_of(&nobody));
}
