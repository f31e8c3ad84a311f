//! `/metrics` and its catalogue: everything listed is there, nothing else is, and the numbers are those of what happened.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use callboard::metrics::catalogue::{self, Kind, Metric};
use callboard_kernel::World as _;
use callboard_store::{Db, Engine};
use callboard_testkit::Answer;
use callboard_testkit::fake_livekit::{Forgery, Person};
use reqwest::Method;
use serde_json::json;
use support::{Kit, TENANT_SCOPES};

/// Told by SQLite alone.
const SQLITE_ONLY: [&str; 5] = [
    "callboard_store_checkpoint_duration_seconds",
    "callboard_store_wal_bytes",
    "callboard_store_database_bytes",
    "callboard_data_free_bytes",
    "callboard_data_size_bytes",
];

/// Samples of an answer by name with labels, after it was read strictly.
fn read(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with("\n# EOF\n"), "{text}");
    let known: BTreeMap<&str, &Metric> = catalogue::all().map(|m| (m.family(), m)).collect();
    let (mut samples, mut metric) = (BTreeMap::new(), None);
    for line in text.lines().filter(|l| *l != "# EOF") {
        if let Some(head) = line.strip_prefix("# ") {
            let words: Vec<&str> = head.splitn(3, ' ').collect();
            let of = *known.get(words[1]).unwrap_or_else(|| panic!("{} is not in the catalogue", words[1]));
            match words[0] {
                "HELP" => metric = Some(of),
                "TYPE" => assert_eq!(words[2], of.kind.as_str(), "{line}"),
                "UNIT" => assert!(words[1].ends_with(words[2]), "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a value");
        let value = value.parse::<f64>().unwrap_or_else(|_| panic!("no number: {line}"));
        let (bare, labels) = name.split_once('{').unwrap_or((name, ""));
        let of = metric.expect("a head before the first sample");
        let mut names = of.labels.to_vec();
        let suffix = bare.strip_prefix(of.name).unwrap_or_else(|| panic!("{line} stands below {}", of.name));
        match (of.kind, suffix) {
            (Kind::Histogram, "_bucket") => names.push("le"),
            (Kind::Histogram, "_sum" | "_count") | (Kind::Counter | Kind::Gauge, "") => {}
            _ => panic!("{line} is no sample of a {}", of.kind.as_str()),
        }
        let given: Vec<&str> = labels.split("\",").filter_map(|pair| Some(pair.split_once("=\"")?.0)).collect();
        assert_eq!(given, names, "{line}");
        assert!(samples.insert(name.to_owned(), value).is_none(), "{name} stands twice");
    }
    samples
}

fn number(samples: &BTreeMap<String, f64>, name: &str) -> f64 {
    *samples.get(name).unwrap_or_else(|| panic!("no {name} in {:#?}", samples.keys()))
}

async fn everything_listed_and_nothing_else(db: Db) {
    let sqlite = db.engine() == Engine::Sqlite;
    let kit = Kit::start(db).await;
    kit.registry.watch_folder(std::env::temp_dir());
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    let session = kit.session(&http, &json!({})).await;
    kit.join(&ours.key, &session, "caller").await;
    let before = read(&kit.http.get("/metrics").await.expect(200).text());

    // A thing of each kind that alerts are about.
    let payload = json!({ "utteranceId": "u1", "speaker": "user", "text": "Hello", "startMs": 0, "endMs": 1 });
    let event = json!({ "eventId": "e1", "sessionId": session, "type": "transcript.final", "payload": payload });
    for _ in 0..2 {
        http.post("/v1/realtime/events", &json!({ "events": [event] })).await.expect(200);
    }
    let ask = json!({ "resumeToken": "cbr_no", "consumerId": "c" });
    http.post(&format!("/v1/call/sessions/{session}/reconnect"), &ask).await;
    // What it would tell of the room of our own session.
    kit.fake.take_webhooks();
    kit.fake.join("nobodys-room", &Person::standard("guest"));
    let webhook = kit.fake.take_webhooks().remove(0);
    let forged = kit.fake.signer().forge(&webhook.body, kit.world.now(), Forgery::WrongSecret);
    for delivery in [kit.fake.signer().sign(&webhook.body, kit.world.now()), forged] {
        let request = kit.http.request(Method::POST, "/v1/call/livekit/events").body(delivery.body);
        Answer::of(request.header("authorization", delivery.authorization.expect("a token"))).await;
    }
    kit.http.get("/v1/no-such-route").await.expect(404);
    kit.registry.repaired("calls.deadlines", Ok(3));
    http.post(&format!("/v1/call/sessions/{session}/state"), &json!({ "status": "ended" })).await.expect(200);

    let answer = kit.http.get("/metrics").await.expect(200);
    assert!(answer.header("content-type").is_some_and(|t| t.starts_with("application/openmetrics-text")));
    let after = read(&answer.text());
    let seen: BTreeSet<&str> = after.keys().map(|name| name.split('{').next().unwrap_or_default()).collect();
    for metric in catalogue::all().filter(|m| sqlite || !SQLITE_ONLY.contains(&m.name)) {
        // The folder of this test holds no database.
        if metric.name == "callboard_store_database_bytes" {
            continue;
        }
        let sample =
            if metric.kind == Kind::Histogram { format!("{}_count", metric.name) } else { metric.name.to_owned() };
        assert!(seen.contains(sample.as_str()), "{sample} has no value");
    }
    let grew = |name: &str| number(&after, name) - before.get(name).copied().unwrap_or(0.0);
    for (name, by) in [
        ("callboard_events_appended_total{family=\"transcript\"}", 1.0),
        ("callboard_events_duplicate_total{source=\"producer\"}", 1.0),
        ("callboard_reconnects_total{outcome=\"invalid_token\"}", 1.0),
        ("callboard_reconnects_total{outcome=\"resumed\"}", 0.0),
        ("callboard_receipts_total{provider=\"livekit\",outcome=\"unmapped\"}", 1.0),
        ("callboard_receipts_rejected_total{provider=\"livekit\",reason=\"signature\"}", 1.0),
        ("callboard_http_requests_total{method=\"GET\",route=\"unmatched\",status=\"404\"}", 1.0),
        ("callboard_http_requests_total{method=\"GET\",route=\"/metrics\",status=\"200\"}", 1.0),
        ("callboard_repair_findings_total{repair=\"calls.deadlines\"}", 3.0),
        ("callboard_outbox_waiting{kind=\"calls.delete_room\"}", 1.0),
        ("callboard_events_invalid_total", 0.0),
        ("callboard_store_commit_errors_total{outcome=\"unknown\"}", 0.0),
    ] {
        assert_eq!(grew(name), by, "{name}");
    }
    assert_eq!(number(&after, "callboard_store_up"), 1.0);
    assert!(grew("callboard_store_group_size_count") >= 3.0);
    assert!(grew("callboard_store_commit_duration_seconds_count") >= 3.0);
    assert!(grew("callboard_store_queue_wait_seconds_count") >= 3.0);
    assert!(grew("callboard_live_delivery_delay_seconds_count") >= 2.0);
}

callboard_testkit::both_engines!(catalogue_and_answer, everything_listed_and_nothing_else);
