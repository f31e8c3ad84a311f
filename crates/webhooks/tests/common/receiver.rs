//! A receiver of webhooks, and a verifier written from the text of Standard Webhooks alone.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_kernel::sha256;
use callboard_testkit::TestApp;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::Notify;

/// One request as it arrived, and what it was answered.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    pub timestamp: i64,
    pub signatures: Vec<String>,
    pub body: String,
    pub answered: u16,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
    /// Session and sequence of the event.
    pub fn place(&self) -> (String, i64) {
        let data = &self.json()["data"];
        (data["sessionId"].as_str().unwrap_or_default().to_owned(), data["sequence"].as_i64().unwrap_or_default())
    }
}

/// What to answer: a status, headers, a body. 0 never answers.
pub type Script = dyn Fn(&Received) -> (u16, Vec<(&'static str, String)>, String) + Send + Sync;

struct Inner {
    script: Mutex<Box<Script>>,
    seen: Mutex<Vec<Received>>,
    arrived: Notify,
}

/// A server of a tenant.
pub struct Receiver {
    pub url: String,
    inner: Arc<Inner>,
    _server: TestApp,
}

impl Receiver {
    /// Answers every request with a status.
    pub async fn answering(status: u16) -> Self {
        Self::scripted(move |_| (status, Vec::new(), format!("answer {status}"))).await
    }

    pub async fn scripted(
        script: impl Fn(&Received) -> (u16, Vec<(&'static str, String)>, String) + Send + Sync + 'static,
    ) -> Self {
        let inner =
            Arc::new(Inner { script: Mutex::new(Box::new(script)), seen: Mutex::default(), arrived: Notify::new() });
        let router = Router::new().fallback(take).with_state(inner.clone());
        let server = TestApp::serve(router).await;
        Self { url: server.url("/hook?token=path-secret"), inner, _server: server }
    }

    /// Changes what it answers.
    pub fn now_answers(&self, status: u16) {
        *self.inner.script.lock() = Box::new(move |_| (status, Vec::new(), format!("answer {status}")));
    }

    /// Everything that arrived.
    pub fn seen(&self) -> Vec<Received> {
        self.inner.seen.lock().clone()
    }

    /// Forgets what arrived.
    pub fn clear(&self) {
        self.inner.seen.lock().clear();
    }

    /// Sequences of a session that were answered 2xx, in the order of their arrival.
    pub fn accepted(&self, session: &str) -> Vec<i64> {
        let good = |r: &Received| (200..300).contains(&r.answered);
        self.seen().iter().filter(|r| good(r)).map(Received::place).filter(|p| p.0 == session).map(|p| p.1).collect()
    }

    /// Waits until so many requests have arrived.
    pub async fn arrived(&self, count: usize) {
        loop {
            let more = self.inner.arrived.notified();
            if self.inner.seen.lock().len() >= count {
                return;
            }
            tokio::time::timeout(std::time::Duration::from_secs(60), more).await.expect("a request arrives");
        }
    }
}

async fn take(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/json");
    let mut received = Received {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
        signatures: header("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: String::from_utf8(body.to_vec()).unwrap_or_default(),
        answered: 0,
    };
    let (status, extra, text) = (inner.script.lock())(&received);
    received.answered = status;
    inner.seen.lock().push(received);
    inner.arrived.notify_waiters();
    if status == 0 {
        std::future::pending::<()>().await;
    }
    let mut response = (StatusCode::from_u16(status).expect("a status"), text).into_response();
    for (name, value) in extra {
        response.headers_mut().insert(name, value.parse().expect("a header"));
    }
    response
}

/// Whether one of the signatures is this secret's, as the specification says: the base64 after `whsec_` is the key, the
/// message is `id.timestamp.body`, the signature is `v1,` and the base64 of its HMAC-SHA256 (RFC 2104, written out).
pub fn verify(secret: &str, received: &Received) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("the prefix")).expect("base64");
    assert!(key.len() <= 64);
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(&key);
    let (inner, outer) = (block.map(|b| b ^ 0x36), block.map(|b| b ^ 0x5c));
    let message = format!("{}.{}.{}", received.id, received.timestamp, received.body);
    let mac = sha256(&[&outer, &sha256(&[&inner, message.as_bytes()])]);
    received.signatures.contains(&format!("v1,{}", STANDARD.encode(mac)))
}
