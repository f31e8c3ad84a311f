//! Writers over HTTP that keep their own book of what they were told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callboard_testkit::http_client;
use serde_json::{Value, json};

/// By session: the id of the event that was acknowledged for each sequence.
pub type Book = BTreeMap<String, BTreeMap<i64, String>>;

/// What the writers share.
pub struct Load {
    pub url: String,
    pub key: String,
    pub sessions: Vec<String>,
    pub client: reqwest::Client,
    book: Mutex<Book>,
    acknowledged: AtomicU64,
    stop: AtomicBool,
}

impl Load {
    /// Makes sessions; nobody writes yet.
    pub async fn new(url: String, key: String, sessions: usize) -> Arc<Self> {
        let client = http_client();
        let mut ids = Vec::new();
        for _ in 0..sessions {
            let request = client.post(format!("{url}/v1/call/sessions")).bearer_auth(&key).json(&json!({}));
            let made: Value = request.send().await.expect("an answer").json().await.expect("JSON");
            ids.push(made["session"]["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned());
        }
        Arc::new(Self {
            url,
            key,
            sessions: ids,
            client,
            book: Mutex::default(),
            acknowledged: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        })
    }

    /// One batch to one session; its sequences go into the book.
    pub async fn write(&self, writer: usize, number: u64) {
        let session = &self.sessions[(writer + number as usize) % self.sessions.len()];
        let events: Vec<Value> = (0..10).map(|n| event(session, &format!("w{writer}-{number}-{n}"))).collect();
        let request = self.client.post(format!("{}/v1/realtime/events", self.url)).bearer_auth(&self.key);
        let response = request.json(&json!({ "events": events })).send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        let answer: Value = response.json().await.expect("JSON");
        let mut book = self.book.lock().expect("not poisoned");
        let page = book.entry(session.clone()).or_default();
        for result in answer["results"].as_array().expect("results") {
            let event = &result["event"];
            let sequence = event["sequence"].as_i64().expect("a sequence");
            let id = event["eventId"].as_str().expect("an id").to_owned();
            assert!(page.insert(sequence, id).is_none(), "{session} gave {sequence} twice");
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Lets writers write until [`Load::stop`].
    pub fn start(self: &Arc<Self>, writers: usize) -> Vec<tokio::task::JoinHandle<()>> {
        let one = |writer: usize| {
            let load = self.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    if load.stop.load(Ordering::SeqCst) {
                        return;
                    }
                    load.write(writer, number).await;
                }
            })
        };
        (0..writers).map(one).collect()
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until so many events are acknowledged.
    pub async fn reached(&self, count: u64) {
        let begun = Instant::now();
        while self.acknowledged() < count {
            assert!(begun.elapsed() < Duration::from_secs(120), "only {} of {count}", self.acknowledged());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// A copy of what was acknowledged by now.
    pub fn book(&self) -> Book {
        self.book.lock().expect("not poisoned").clone()
    }
}

/// An utterance whose text follows from its id.
pub fn event(session: &str, id: &str) -> Value {
    let payload =
        json!({ "utteranceId": id, "speaker": "user", "text": format!("said {id}"), "startMs": 0, "endMs": 1 });
    json!({ "eventId": id, "sessionId": session, "type": "transcript.final", "payload": payload })
}

/// The log of one session as served, whole.
pub async fn log_of(client: &reqwest::Client, url: &str, key: &str, session: &str) -> Vec<Value> {
    let url = format!("{url}/v1/realtime/sessions/{session}/events");
    let request = client.get(url).bearer_auth(key).header("accept", "application/x-ndjson");
    let text = request.send().await.expect("an answer").error_for_status().expect("200").text().await.expect("a log");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
