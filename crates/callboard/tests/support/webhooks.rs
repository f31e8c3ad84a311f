//! Bad requests to the webhook routes.

use reqwest::Method;
use serde_json::{Value, json};

use super::cases::{Case, LOOSE_TIMES, get, post, with};

const ENDPOINTS: &str = "/v1/webhook-endpoints";

/// URLs that must not be spoken to, in every spelling that we know.
pub const PRIVATE_URLS: &[&str] = &[
    "https://127.0.0.1/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f000001/hook",
    "https://0177.0.0.1/hook",
    "https://0.0.0.0/hook",
    "https://10.0.0.1/hook",
    "https://172.16.0.1/hook",
    "https://192.168.1.1/hook",
    "https://100.64.0.1/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://2852039166/latest/meta-data",
    "https://[::1]/hook",
    "https://[::]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://[::ffff:a9fe:a9fe]/hook",
    "https://[fe80::1]/hook",
    "https://[fd00::1]/hook",
    "https://[64:ff9b::7f00:1]/hook",
    "https://localhost/hook",
    "https://LOCALHOST./hook",
    "https://db.internal/hook",
    "https://printer.local/hook",
    "https://intranet/hook",
];

/// Members, ids and parameters; `ours` are an endpoint and a delivery that are there.
pub fn bad_webhooks((endpoint, delivery): &(String, String)) -> Vec<Case> {
    let refused = (400, "VALIDATION_FAILED");
    let mut all = Vec::new();
    for url in PRIVATE_URLS {
        all.push(post("a private URL", ENDPOINTS, json!({ "url": url, "eventTypes": ["*"] }).to_string(), refused));
    }
    let long = format!("https://a.example/{}", "x".repeat(2_048));
    for (name, change) in [
        ("no URL", json!({ "url": null })),
        ("plain http", json!({ "url": "http://a.example/" })),
        ("another scheme", json!({ "url": "ftp://a.example/" })),
        ("no scheme", json!({ "url": "a.example" })),
        ("a user name", json!({ "url": "https://me@a.example/" })),
        ("a password", json!({ "url": "https://:p@a.example/" })),
        ("a line break in the URL", json!({ "url": "https://a.exa\nmple/" })),
        ("a long URL", json!({ "url": long })),
        ("a URL as number", json!({ "url": 7 })),
        ("no types", json!({ "eventTypes": null })),
        ("an empty list of types", json!({ "eventTypes": [] })),
        ("types as text", json!({ "eventTypes": "*" })),
        ("an unknown type", json!({ "eventTypes": ["call.flown"] })),
        ("an unknown family", json!({ "eventTypes": ["weather.*"] })),
        ("half a family", json!({ "eventTypes": ["call.participant.*"] })),
        ("a type twice", json!({ "eventTypes": ["call.*", "call.*"] })),
        ("two types in one", json!({ "eventTypes": ["call.ended call.started"] })),
        ("51 types", json!({ "eventTypes": vec!["*"; 51] })),
        ("a blank description", json!({ "description": " " })),
        ("a long description", json!({ "description": "x".repeat(256) })),
        ("an unknown member", json!({ "colour": "red" })),
    ] {
        let mut body = json!({ "url": "https://a.example/hook", "eventTypes": ["*"] });
        for (member, value) in change.as_object().expect("changes") {
            match value {
                Value::Null => drop(body.as_object_mut().expect("an object").remove(member)),
                value => body[member] = value.clone(),
            }
        }
        all.push(post(name, ENDPOINTS, body.to_string(), refused));
    }
    all.extend(bad_changes(endpoint));
    all.extend(bad_questions(endpoint, delivery));
    all
}

fn bad_changes(endpoint: &str) -> Vec<Case> {
    let refused = (400, "VALIDATION_FAILED");
    let path = format!("{ENDPOINTS}/{endpoint}");
    let patch = |name: &str, body: Value, expected| Case {
        method: Method::PATCH,
        ..post(name, &path, body.to_string(), expected)
    };
    let mut all = vec![
        patch("a private URL later", json!({ "url": "https://10.1.2.3/" }), refused),
        patch("a status of no kind", json!({ "status": "asleep" }), refused),
        patch("no types later", json!({ "eventTypes": [] }), refused),
        patch("an unknown member later", json!({ "secret": "whsec_mine" }), refused),
        with(
            patch("an old version", json!({ "status": "disabled" }), (412, "PRECONDITION_FAILED")),
            "if-match",
            "\"9\"",
        ),
    ];
    for overlap in ["-1", "604801", "1.5", "\"1\""] {
        let body = format!("{{\"overlapSeconds\":{overlap}}}");
        all.push(post("an overlap out of range", &format!("{path}/rotate"), body, refused));
    }
    for loose in LOOSE_TIMES {
        all.push(post("a loose time", &format!("{path}/resend"), json!({ "since": loose }).to_string(), refused));
    }
    let future = json!({ "since": "2999-01-01T00:00:00Z" }).to_string();
    all.push(post("a resend of the future", &format!("{path}/resend"), future, refused));
    let backwards = json!({ "since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z" }).to_string();
    all.push(post("a resend backwards", &format!("{path}/resend"), backwards, refused));
    all.push(post("a resend of nothing", &format!("{path}/resend"), "{}", refused));
    all.push(post("a test with something", &format!("{path}/test"), "{\"x\":1}", refused));
    all
}

fn bad_questions(endpoint: &str, delivery: &str) -> Vec<Case> {
    let refused = (400, "VALIDATION_FAILED");
    let missing = (404, "NOT_FOUND");
    let list = format!("{ENDPOINTS}/{endpoint}/deliveries");
    let mut all = vec![
        get("101 endpoints", &format!("{ENDPOINTS}?limit=101"), refused),
        get("a cursor of nobody", &format!("{ENDPOINTS}?cursor=abc"), (400, "INVALID_CURSOR")),
        get("a status of no kind", &format!("{list}?status=lost"), refused),
        get("limit 0", &format!("{list}?limit=0"), refused),
        get("an unknown parameter", &format!("{list}?colour=red"), (400, "UNKNOWN_QUERY_PARAMETER")),
        get("a cursor of another list", &format!("{list}?cursor=abc"), (400, "INVALID_CURSOR")),
        post("a resend with something", &format!("/v1/webhook-deliveries/{delivery}/resend"), "{\"x\":1}", refused),
    ];
    for id in ["whe_01m80ajs2rf00000000000n0ne", "whd_01m80ajs2rf00000000000n0ne", "..%2F..", "1"] {
        all.push(get("no such endpoint", &format!("{ENDPOINTS}/{id}"), missing));
        all.push(get("no such delivery", &format!("/v1/webhook-deliveries/{id}"), missing));
        all.push(post("a test of nothing", &format!("{ENDPOINTS}/{id}/test"), "{}", missing));
    }
    all
}
