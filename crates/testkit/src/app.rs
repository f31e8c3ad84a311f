//! A running application under test, and a client that speaks to it as one principal.

use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::serve::Server;
use crate::sse::SseClient;
use crate::ws::WsClient;

/// Installs the TLS provider once; without one a reqwest client of this build cannot be made.
pub fn install_tls() {
    // Already installed by another test of this process: fine.
    let _already = rustls::crypto::ring::default_provider().install_default();
}

/// An HTTP client for tests, without proxies from the environment.
///
/// # Panics
/// When the client cannot be built.
pub fn http_client() -> reqwest::Client {
    install_tls();
    reqwest::Client::builder().no_proxy().build().expect("an http client")
}

/// A server under test and one caller of it. Cheap to clone; clones may call as somebody else.
#[derive(Clone)]
pub struct TestApp {
    base: String,
    bearer: Option<String>,
    client: reqwest::Client,
    server: Option<Arc<Server>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl TestApp {
    /// Serves a router on a free loopback port; it stops when the last clone is dropped.
    pub async fn serve(router: Router) -> Self {
        let server = Server::start(router).await;
        Self { base: format!("http://{}", server.addr()), bearer: None, client: http_client(), server: Some(server) }
    }

    /// Speaks to a server that runs elsewhere; `base` has no trailing slash.
    pub fn attach(base: impl Into<String>) -> Self {
        Self { base: base.into(), bearer: None, client: http_client(), server: None }
    }

    /// The same server, called with `Authorization: Bearer`.
    #[must_use]
    pub fn with_bearer(&self, token: impl Into<String>) -> Self {
        Self { bearer: Some(token.into()), ..self.clone() }
    }

    /// The same server, called by nobody.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { bearer: None, ..self.clone() }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The server, when it runs in this process.
    pub const fn server(&self) -> Option<&Arc<Server>> {
        self.server.as_ref()
    }

    /// A request to be completed by the test.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.url(path));
        match &self.bearer {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `POST` of JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// `PATCH` of JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// Opens a stream of server-sent events; `last_event_id` resumes.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn sse(&self, path: &str, last_event_id: Option<&str>) -> SseClient {
        let mut request = self.request(Method::GET, path).header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        SseClient::open(request).await
    }

    /// Opens a WebSocket, with this caller's credential.
    ///
    /// # Panics
    /// When the handshake is refused.
    pub async fn ws(&self, path: &str) -> WsClient {
        WsClient::open(&self.url(path).replacen("http", "ws", 1), self.bearer.as_deref()).await
    }
}

impl Answer {
    /// Sends a request and reads the whole answer.
    ///
    /// # Panics
    /// When there is none.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap_or_else(|e| panic!("no answer: {e}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|e| panic!("the answer broke off: {e}"));
        Self { status, headers, body }
    }

    /// The body as text, damaged bytes replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is not.
    pub fn json(&self) -> Value {
        self.read()
    }

    /// The body as a type.
    ///
    /// # Panics
    /// When it is not one.
    pub fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e} in {} {}", self.status, self.text()))
    }

    /// Asserts the status and gives the answer back, so that a failure shows the body.
    ///
    /// # Panics
    /// When the status differs.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts a problem document with this status and code.
    ///
    /// # Panics
    /// When either differs.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        problem
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }
}
