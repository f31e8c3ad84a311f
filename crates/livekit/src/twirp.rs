//! One call of LiveKit's API: a POST with a token for that call, answered within three seconds or not at all.

use std::time::Duration;

use callboard_kernel::{Error, Result, Timestamp, codes};
use serde_json::Value;

use crate::config::LiveKitConfig;
use crate::token;

/// How long one call may take.
pub const LIMIT: Duration = Duration::from_secs(3);
/// Largest answer that is read, bytes.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;

/// The HTTP side of the API.
#[derive(Clone)]
pub(crate) struct Twirp {
    client: reqwest::Client,
    config: LiveKitConfig,
}

/// Why a call failed, as exactly as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection, no answer in time, or it broke off.
    Unreachable(String),
    /// The key or the token was refused before the API was reached; LiveKit says why in plain text.
    Credentials(String),
    /// The API refused: Twirp code and message.
    Refused(String, String),
    /// Something answered that is not LiveKit's API.
    NotLiveKit(String),
}

impl Failure {
    /// A sentence for an operator. Never holds a token.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Unreachable(why) => format!("no answer: {why}"),
            Self::Credentials(why) => format!("the API key or secret was refused: {why}"),
            Self::Refused(code, message) => format!("refused: {code}: {message}"),
            Self::NotLiveKit(why) => format!("the address answers, but not as LiveKit does: {why}"),
        }
    }

    /// The error for callers of Callboard; the exact reason is for the log.
    pub(crate) fn error(&self, method: &str) -> Error {
        Error::new(&codes::LIVEKIT_UNREACHABLE, "LiveKit did not do what was asked; try again.")
            .note(format!("{method}: {}", self.reason()))
    }

    /// Whether the thing asked about does not exist.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused(code, _) if code == "not_found")
    }
}

impl Twirp {
    /// A client with a connection pool of its own.
    pub(crate) fn new(config: LiveKitConfig) -> Result<Self> {
        // Another part of the process may have installed the provider already.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(LIMIT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(Error::internal)?;
        Ok(Self { client, config })
    }

    pub(crate) const fn config(&self) -> &LiveKitConfig {
        &self.config
    }

    /// A plain GET of the server's root: whether it is there, and its `Date` header.
    pub(crate) async fn root(&self) -> std::result::Result<(u16, Option<String>), Failure> {
        let response = self.client.get(format!("{}/", self.config.url)).send().await.map_err(unreachable)?;
        let date = response.headers().get("date").and_then(|v| v.to_str().ok()).map(str::to_owned);
        Ok((response.status().as_u16(), date))
    }

    /// Calls `service.method`; grants are signed for this call alone.
    pub(crate) async fn call(
        &self,
        service: &str,
        method: &str,
        grants: &Value,
        body: &Value,
        now: Timestamp,
    ) -> std::result::Result<Value, Failure> {
        let token = token::service(&self.config, grants, now).map_err(|e| Failure::Credentials(e.to_string()))?;
        let url = format!("{}/twirp/livekit.{service}/{method}", self.config.url);
        let request = self.client.post(url).bearer_auth(token).json(body);
        let mut response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err(Failure::NotLiveKit("the answer is larger than 8 MiB".to_owned()));
            }
        }
        if status == 200 {
            return serde_json::from_slice::<Value>(&bytes)
                .ok()
                .filter(Value::is_object)
                .ok_or_else(|| Failure::NotLiveKit("200 without a JSON object".to_owned()));
        }
        Err(refusal(status, &bytes))
    }
}

/// Reads a refusal. The layer before the API answers 401 in plain text and quotes the token in it.
fn refusal(status: u16, bytes: &[u8]) -> Failure {
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(|t| callboard_kernel::short(t, 200));
    let twirp = serde_json::from_slice::<Value>(bytes).ok().and_then(|v| Some((text(&v, "code")?, text(&v, "msg")?)));
    if let Some((code, message)) = twirp {
        return if status == 401 {
            Failure::Credentials(format!("{code}: {message}"))
        } else {
            Failure::Refused(code, message)
        };
    }
    if status == 401 {
        let plain = String::from_utf8_lossy(bytes);
        let why = if plain.starts_with("invalid API key") {
            "the server does not know this API key"
        } else if plain.contains("expired") || plain.contains("not valid yet") || plain.contains("used before") {
            "the token's time does not fit the server's clock"
        } else if plain.starts_with("invalid token") {
            "the secret does not belong to this API key"
        } else {
            "401"
        };
        return Failure::Credentials(why.to_owned());
    }
    if status >= 500 {
        Failure::Unreachable(format!("status {status}"))
    } else {
        Failure::NotLiveKit(format!("status {status}"))
    }
}

fn unreachable(error: reqwest::Error) -> Failure {
    let mut why = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut source: Option<&dyn std::error::Error> = Some(&error);
    // The outermost text only names the URL; the cause below says what happened.
    while let Some(cause) = source {
        source = cause.source();
        if source.is_none() && why.is_empty() {
            why = cause.to_string();
        }
    }
    Failure::Unreachable(callboard_kernel::short(&why, 200))
}
