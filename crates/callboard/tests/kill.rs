//! Acknowledged means stored: 32 writers, repeats, and a server process that is killed twice on the way. Afterwards the
//! log is read over HTTP and compared with the writers' own record of what they were told.

#[path = "support/process.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod process;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callboard_kernel::Entropy;
use callboard_store::Engine;
use callboard_testkit::http_client;
use process::{Binary, Place, free_address, tail, text_of};
use serde_json::{Value, json};

/// Distinct events that clients make and get acknowledged.
const EVENTS: u64 = 100_000;
const SESSIONS: u64 = 200;
const WRITERS: u64 = 32;
/// Fresh events in a batch, and repeats beside them: 20 % of what is sent.
const FRESH: u64 = 20;
const REPEATS: u64 = 5;

/// One event as its producer made it.
struct Made {
    id: String,
    session: String,
    kind: &'static str,
    payload: Value,
    wire: Value,
}

/// What the writers know together.
#[derive(Default)]
struct Record {
    /// Every event ever made, sent or about to be: repeats are drawn from here, also from other writers' in flight.
    made: Mutex<Vec<Arc<Made>>>,
    /// By event id: the sequence that acks named.
    acked: Mutex<HashMap<String, i64>>,
    /// Events that were acknowledged as newly stored.
    stored: Mutex<HashSet<String>>,
    fresh: AtomicU64,
    repeats: AtomicU64,
    unknown: AtomicU64,
    failed: AtomicBool,
}

struct Run {
    url: String,
    key: String,
    sessions: Vec<String>,
    record: Record,
    client: reqwest::Client,
}

fn make(dice: &mut Entropy, session: &str, writer: u64, number: u64) -> Made {
    let session = session.to_owned();
    // Half of the ids are ordered by time, half are not.
    let id = match number % 2 {
        0 => format!("w{writer}-{number}-{:08x}", dice.below(1 << 32)),
        _ => format!("{:08x}{:08x}-w{writer}-{number}", dice.below(1 << 32), dice.below(1 << 32)),
    };
    let (kind, payload) = if number.is_multiple_of(3) {
        let text = format!("Sentence {number} of writer {writer}.");
        let start = number * 10;
        let payload = json!({ "utteranceId": format!("u-{writer}-{number}"), "speaker": "user", "text": text, "startMs": start, "endMs": start + 9 });
        ("transcript.final", payload)
    } else {
        let owner = if number.is_multiple_of(2) { "user" } else { "agent" };
        ("call.turn.owner_changed", json!({ "callId": session, "turnId": format!("t-{number}"), "owner": owner }))
    };
    let ts = format!("2026-11-20T10:{:02}:{:02}.{:03}Z", number / 60_000 % 60, number / 1_000 % 60, number % 1_000);
    let wire = json!({ "eventId": id, "sessionId": session, "type": kind, "ts": ts, "payload": payload });
    Made { id, session, kind, payload, wire }
}

/// A place in a list.
fn at(dice: &mut Entropy, length: usize) -> usize {
    usize::try_from(dice.below(length as u64)).expect("a length")
}

impl Run {
    /// Sends a batch until it is acknowledged. A lost answer, and a refusal that may pass, is sent again.
    async fn deliver(&self, batch: &[Arc<Made>], dice: &mut Entropy) {
        let body = json!({ "events": batch.iter().map(|m| &m.wire).collect::<Vec<_>>() });
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < Duration::from_secs(60), "a batch was never acknowledged");
            let request =
                self.client.post(format!("{}/v1/realtime/events", self.url)).bearer_auth(&self.key).json(&body);
            let answer: Option<(u16, Value)> = async {
                let response = request.send().await.ok()?;
                Some((response.status().as_u16(), response.json().await.ok()?))
            }
            .await;
            match answer {
                Some((200, answer)) => return self.note(batch, &answer),
                Some((_, problem)) if problem["retryable"] == true => {}
                Some((status, problem)) => panic!("a valid batch was refused with {status}: {problem}"),
                None => {}
            }
            self.record.unknown.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20 + dice.below(60))).await;
        }
    }

    fn note(&self, batch: &[Arc<Made>], answer: &Value) {
        let results = answer["results"].as_array().expect("results");
        assert_eq!(results.len(), batch.len(), "one outcome per event");
        let mut acked = self.record.acked.lock().expect("not poisoned");
        let mut stored = self.record.stored.lock().expect("not poisoned");
        for (made, result) in batch.iter().zip(results) {
            let event = &result["event"];
            assert_eq!(event["eventId"], made.id.as_str(), "{result}");
            let sequence = event["sequence"].as_i64().expect("a sequence");
            let first = acked.entry(made.id.clone()).or_insert(sequence);
            assert_eq!(*first, sequence, "{} came back with another sequence", made.id);
            if result["deduped"] == false {
                assert!(stored.insert(made.id.clone()), "{} was stored twice", made.id);
            }
        }
    }

    async fn write(&self, writer: u64) {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&writer.to_be_bytes());
        let mut dice = Entropy::from_seed(seed);
        let share = EVENTS / WRITERS;
        let mut number = 0;
        while number < share {
            let mut batch = Vec::new();
            // A producer sends for a few of its calls at once; the repeats reach all the others.
            let few: Vec<&String> = (0..3).map(|_| &self.sessions[at(&mut dice, self.sessions.len())]).collect();
            for _ in 0..FRESH.min(share - number) {
                let session = few[at(&mut dice, few.len())];
                batch.push(Arc::new(make(&mut dice, session, writer, number)));
                number += 1;
            }
            let fresh = batch.len() as u64;
            {
                let mut made = self.record.made.lock().expect("not poisoned");
                made.extend(batch.iter().cloned());
                for _ in 0..REPEATS {
                    batch.push(made[at(&mut dice, made.len())].clone());
                }
            }
            self.deliver(&batch, &mut dice).await;
            self.record.fresh.fetch_add(fresh, Ordering::SeqCst);
            self.record.repeats.fetch_add(REPEATS, Ordering::SeqCst);
        }
    }
}

/// Kills the server when a third and two thirds are acknowledged; each time it comes back at the same address.
async fn kill_twice(run: &Run, mut server: Binary, place: &Place, listen: &str) -> Binary {
    for third in 1..=2 {
        let begun = Instant::now();
        while run.record.fresh.load(Ordering::SeqCst) < EVENTS * third / 3 {
            assert!(!run.record.failed.load(Ordering::SeqCst), "a writer failed:\n{}", tail(&server.log));
            assert!(begun.elapsed() < Duration::from_secs(300), "too slow:\n{}", tail(&server.log));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server.kill();
        let begun = Instant::now();
        server = Binary::serve(place, listen, &[]);
        println!("  killed at {third}/3, serving again after {} ms", begun.elapsed().as_millis());
    }
    server
}

/// Reads every log as NDJSON and compares it with the record.
async fn compare(run: &Run) -> usize {
    let made = run.record.made.lock().expect("not poisoned").clone();
    let acked = run.record.acked.lock().expect("not poisoned").clone();
    let by_id: HashMap<&str, &Arc<Made>> = made.iter().map(|m| (m.id.as_str(), m)).collect();
    assert_eq!(by_id.len() as u64, EVENTS, "the writers made distinct events");
    assert_eq!(acked.len() as u64, EVENTS, "every event was acknowledged in the end");
    let mut seen = HashSet::new();
    for session in &run.sessions {
        let url = format!("{}/v1/realtime/sessions/{session}/events", run.url);
        let request = run.client.get(url).bearer_auth(&run.key).header("accept", "application/x-ndjson");
        let text =
            request.send().await.expect("an answer").error_for_status().expect("200").text().await.expect("a log");
        for (line, sequence) in text.lines().zip(1_i64..) {
            let event: Value = serde_json::from_str(line).expect("a line of JSON");
            assert_eq!(event["sequence"], sequence, "{session} is not contiguous");
            if sequence == 1 {
                assert_eq!(event["type"], "call.started");
                continue;
            }
            let id = event["eventId"].as_str().expect("an id");
            let made = by_id.get(id).unwrap_or_else(|| panic!("nobody made {event}"));
            assert!(seen.insert(id.to_owned()), "{id} is stored twice");
            assert_eq!(acked[id], sequence, "{id} is not where its ack said");
            assert_eq!((made.session.as_str(), made.kind), (session.as_str(), event["type"].as_str().expect("a type")));
            assert_eq!(event["payload"], made.payload, "{id} changed");
        }
    }
    assert_eq!(seen.len() as u64, EVENTS, "an acknowledged event is lost");
    seen.len()
}

async fn sessions(client: &reqwest::Client, url: &str, key: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..SESSIONS {
        let request = client.post(format!("{url}/v1/call/sessions")).bearer_auth(key).json(&json!({}));
        let made: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        ids.push(made["session"]["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned());
    }
    ids
}

async fn survives(engine: Engine) {
    let begun = Instant::now();
    let place = Place::new(engine);
    let listen = free_address();
    let server = Binary::serve(&place, &listen, &[]);
    let (url, key, client) = (server.url(), server.api_key(), http_client());
    let sessions = sessions(&client, &url, &key).await;
    let run = Arc::new(Run { url, key, sessions, record: Record::default(), client });
    let writing = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let run = run.clone();
            tokio::spawn(async move {
                let work = tokio::spawn({
                    let run = run.clone();
                    async move { run.write(writer).await }
                });
                let outcome = work.await;
                if outcome.is_err() {
                    run.record.failed.store(true, Ordering::SeqCst);
                }
                outcome
            })
        })
        .collect();
    let mut server = kill_twice(&run, server, &place, &listen).await;
    for writer in writers {
        writer.await.expect("joined").expect("no writer failed");
    }
    let wrote = writing.elapsed();
    let unknown = run.record.unknown.load(Ordering::SeqCst);
    assert!(unknown >= WRITERS / 2, "the kills hit hardly anybody: {unknown} answers were lost");
    let repeats = run.record.repeats.load(Ordering::SeqCst);
    assert!(repeats * 100 >= (EVENTS + repeats) * 20, "fewer than 20 % repeats");
    let stored = compare(&run).await;
    let (status, _) = server.terminate();
    assert_eq!(status.code(), Some(0), "{}", tail(&server.log));
    let verified = place.run(&["verify"]);
    assert_eq!(verified.status.code(), Some(0), "{}", text_of(&verified));
    let said = text_of(&verified);
    assert!(said.contains(&format!("{SESSIONS} sessions, {} events", EVENTS + SESSIONS)), "{said}");
    println!(
        "{engine:?}: {stored} events and {repeats} repeats by {WRITERS} writers over {SESSIONS} sessions in {:.1} s, {unknown} \
         lost answers, 2 kills; {:.1} s in all; verify: {}",
        wrote.as_secs_f64(),
        begun.elapsed().as_secs_f64(),
        said.trim()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kills_on_sqlite() {
    survives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kills_on_postgres() {
    survives(Engine::Postgres).await;
}
