//! A client of server-sent events, as small as the standard allows.

use std::time::Duration;

use serde_json::Value;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SseEvent {
    /// `id:`, when sent.
    pub id: Option<String>,
    /// `event:`, `message` when absent.
    pub event: String,
    /// `data:` lines, joined by line feeds.
    pub data: String,
}

impl SseEvent {
    /// The data as JSON.
    ///
    /// # Panics
    /// When it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|e| panic!("{e} in {}", self.data))
    }
}

/// An open stream.
pub struct SseClient {
    response: reqwest::Response,
    text: String,
    /// Comments seen so far (heartbeats).
    pub comments: u64,
}

impl SseClient {
    pub(crate) async fn open(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap_or_else(|e| panic!("no stream: {e}"));
        assert_eq!(response.status().as_u16(), 200, "the stream was refused");
        let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
        assert!(kind.starts_with("text/event-stream"), "not a stream of events: {kind}");
        Self { response, text: String::new(), comments: 0 }
    }

    /// The next event; `None` when the server closed the stream.
    ///
    /// # Panics
    /// When nothing comes for 10 seconds.
    pub async fn next(&mut self) -> Option<SseEvent> {
        tokio::time::timeout(Duration::from_secs(10), self.read()).await.expect("an event within 10 s")
    }

    /// The next `n` events.
    ///
    /// # Panics
    /// When the stream ends before.
    pub async fn take(&mut self, n: usize) -> Vec<SseEvent> {
        let mut events = Vec::with_capacity(n);
        for _ in 0..n {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }

    async fn read(&mut self) -> Option<SseEvent> {
        loop {
            while let Some(at) = self.text.find("\n\n") {
                let block = self.text[..at].to_owned();
                self.text.drain(..at + 2);
                if let Some(event) = self.parse(&block) {
                    return Some(event);
                }
            }
            match self.response.chunk().await {
                Ok(Some(bytes)) => self.text.push_str(&String::from_utf8_lossy(&bytes).replace("\r\n", "\n")),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    fn parse(&mut self, block: &str) -> Option<SseEvent> {
        let mut event = SseEvent { id: None, event: "message".to_owned(), data: String::new() };
        let mut lines = 0;
        for line in block.lines() {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "" => self.comments += 1,
                "id" => event.id = Some(value.to_owned()),
                "event" => event.event = value.to_owned(),
                "data" => {
                    if lines > 0 {
                        event.data.push('\n');
                    }
                    event.data.push_str(value);
                    lines += 1;
                }
                _ => {}
            }
        }
        (lines > 0).then_some(event)
    }
}
