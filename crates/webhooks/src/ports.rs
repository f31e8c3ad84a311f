//! What webhooks need of the outside: a guarded `POST`. The adapter is `egress`.

use async_trait::async_trait;
use bytes::Bytes;

/// What an endpoint answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status. A redirect is an answer, it is not followed.
    pub status: u16,
    /// `Retry-After` in seconds, when it is a number.
    pub retry_after_s: Option<i64>,
    /// The first bytes of the body, at most the asked-for number.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The address may not be spoken to; nothing was sent.
    Blocked(String),
    /// No connection, no answer in time, or a broken one.
    Failed(String),
}

/// Sends to addresses that a tenant chose.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Whether a URL may be spoken to, as far as its text shows; else why not, as an ending of "the URL …".
    fn check_url(&self, url: &str) -> Result<(), String>;
    /// One `POST`, without following redirects, within 15 s. At most `keep` bytes of the answer are read.
    async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Bytes,
        keep: usize,
    ) -> Result<Answered, Unsent>;
}
