//! Requests of any caller to any route, and the routes of the running router.

use callboard_http::{AccessMatrix, RouteRule};
use callboard_testkit::TestApp;
use reqwest::Method;
use serde_json::Value;

use super::Kit;

/// How somebody says who they are.
#[derive(Clone, Debug)]
pub enum Credential {
    Nothing,
    Bearer(String),
    Cookie { cookie: String, csrf: Option<String>, origin: Option<&'static str> },
}

/// What came back; streams are not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub status: u16,
    pub code: String,
    pub body: Value,
}

impl Seen {
    /// The answer with what differs in every answer taken out, and ids given in the request made equal.
    pub fn without(&self, ids: &[String]) -> (u16, String) {
        let mut body = self.body.clone();
        if let Some(map) = body.as_object_mut() {
            map.remove("traceId");
        }
        let mut text = body.to_string();
        for (at, id) in ids.iter().enumerate() {
            text = text.replace(id, &format!("<id {at}>"));
        }
        (self.status, text)
    }
}

/// Sends a request; a body of `Null` is none.
pub async fn call(http: &TestApp, who: &Credential, method: &Method, path: &str, body: &Value) -> Seen {
    let mut request = http.anonymous().request(method.clone(), path);
    match who {
        Credential::Nothing => {}
        Credential::Bearer(token) => request = request.bearer_auth(token),
        Credential::Cookie { cookie, csrf, origin } => {
            request = request.header("cookie", cookie);
            if let Some(csrf) = csrf {
                request = request.header("x-csrf-token", csrf);
            }
            if let Some(origin) = origin {
                request = request.header("origin", *origin);
            }
        }
    }
    if !body.is_null() {
        request = request.json(body);
    }
    let response = request.send().await.unwrap_or_else(|e| panic!("{method} {path}: {e}"));
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    // A live stream has no end to wait for.
    let text =
        if kind.starts_with("text/event-stream") { String::new() } else { response.text().await.expect("a body") };
    let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if status >= 400 {
        assert_eq!(kind, "application/problem+json", "{method} {path}: {status} {text}");
    }
    Seen { status, code: body["code"].as_str().unwrap_or_default().to_owned(), body }
}

/// The routes of the running router, with their rows: those of its document, and those that it leaves out.
pub fn routes(kit: &Kit) -> Vec<RouteRule> {
    let matrix = AccessMatrix::parse(callboard::modules::ACCESS).expect("a matrix");
    let mut all: Vec<RouteRule> = Vec::new();
    for (path, item) in kit.document["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let rule = matrix.rule(&method, path).unwrap_or_else(|| panic!("{method} {path} has no row"));
            all.push(rule.clone());
        }
    }
    let undocumented = matrix.rules().filter(|r| !r.documented).cloned();
    all.extend(undocumented);
    assert!(all.len() >= 55, "the document lost its routes: {}", all.len());
    all
}

/// Whether a request of this method changes something.
pub fn is_unsafe(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}
