//! A plain client of the HTTP API for the binary's own commands.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use callboard_kernel::{ExposeSecret as _, SecretString};
use clap::Args;
use reqwest::{Method, Response};
use serde_json::Value;

/// Where the server is, and who asks.
#[derive(Args, Clone, Debug)]
pub struct Reach {
    /// The server's address.
    #[arg(long, global = true, env = "CALLBOARD_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// A file that holds the API key; without it CALLBOARD_API_KEY is read. `make run` keeps one in .data/api-key.
    #[arg(long, global = true, env = "CALLBOARD_API_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

/// Why a command could not be carried out.
#[derive(Debug)]
pub enum Failure {
    /// What was given cannot work; says what to do.
    Usage(String),
    /// Nobody answered, or what answered is no Callboard.
    Unreachable(String),
    /// The server's refusal: its problem document.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        code: String,
        /// The sentence for people, with what each field is said of.
        detail: String,
    },
    /// Standard output was closed by its reader.
    Closed,
}

impl Failure {
    /// Whether the same request can succeed later.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Refused { status, .. } => matches!(status, 429 | 500..=599),
            Self::Usage(_) | Self::Closed => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Unreachable(text) => f.write_str(text),
            Self::Refused { status, code, detail } => write!(f, "{code} ({status}): {detail}"),
            Self::Closed => f.write_str("standard output is closed"),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(_: std::io::Error) -> Self {
        Self::Closed
    }
}

/// A server that answers to a key.
#[derive(Clone)]
pub struct Server {
    client: reqwest::Client,
    url: String,
    key: SecretString,
}

const ANSWER_WITHIN: Duration = Duration::from_secs(30);

impl Server {
    /// The server that the arguments and the environment name.
    pub fn from(reach: &Reach) -> Result<Self, Failure> {
        let key = match &reach.key_file {
            Some(file) => std::fs::read_to_string(file)
                .map_err(|e| Failure::Usage(format!("the key file {} cannot be read: {e}", file.display())))?,
            None => std::env::var("CALLBOARD_API_KEY").unwrap_or_default(),
        };
        if key.trim().is_empty() {
            return Err(Failure::Usage(
                "an API key is needed: set CALLBOARD_API_KEY, or name a file with --key-file (`make run` keeps one in .data/api-key)"
                    .to_owned(),
            ));
        }
        Self::new(&reach.url, key.trim().to_owned().into())
    }

    /// A server by address and key.
    pub fn new(url: &str, key: SecretString) -> Result<Self, Failure> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Failure::Usage(format!("{url} is no address: it begins with http:// or https://")));
        }
        let mut client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")));
        if is_loopback(url) {
            // A proxy of the environment could read the key, and reach another machine's loopback at best.
            client = client.no_proxy();
        }
        let client = client.build().map_err(|e| Failure::Usage(format!("no HTTP client can be made: {e}")))?;
        Ok(Self { client, url: url.trim_end_matches('/').to_owned(), key })
    }

    /// The same server, for whoever has this credential.
    #[must_use]
    pub fn as_bearer(&self, credential: SecretString) -> Self {
        Self { key: credential, ..self.clone() }
    }

    /// The server's address, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Sends a request under the key; `Ok` is an answer of 2xx.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        accept: &str,
    ) -> Result<Response, Failure> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(self.key.expose_secret())
            .header("accept", accept);
        if let Some(body) = body {
            request = request.json(body);
        }
        // Streams are open-ended; only the wait for their head is bounded.
        let answer = tokio::time::timeout(ANSWER_WITHIN, request.send()).await;
        let answer = answer
            .map_err(|_| {
                Failure::Unreachable(format!("{} did not answer within {} s", self.url, ANSWER_WITHIN.as_secs()))
            })?
            .map_err(|e| {
                Failure::Unreachable(format!(
                    "{} cannot be reached: {}. Is it running? --url or CALLBOARD_URL names another.",
                    self.url,
                    root(&e)
                ))
            })?;
        if answer.status().is_success() { Ok(answer) } else { Err(refusal(answer).await) }
    }

    async fn json(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let answer = self.send(method, path, body, "application/json").await?;
        let text =
            answer.text().await.map_err(|e| Failure::Unreachable(format!("the answer broke off: {}", root(&e))))?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text)
            .map_err(|_| Failure::Unreachable(format!("{} does not answer as Callboard does", self.url)))
    }

    /// The answer to a GET.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.json(Method::GET, path, None).await
    }

    /// The answer to a POST.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.json(Method::POST, path, Some(body)).await
    }
}

/// Whether an address names this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The innermost reason, which is the one that says something.
pub(crate) fn root(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

async fn refusal(answer: Response) -> Failure {
    let status = answer.status().as_u16();
    let problem: Value = answer.json().await.unwrap_or_default();
    let word = |name: &str| problem[name].as_str().map(str::to_owned);
    let mut detail = word("detail").unwrap_or_else(|| "the server refused without a reason".to_owned());
    for field in problem["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| field[name].as_str().unwrap_or_default();
        detail.push_str(&format!("\n  {}: {}", part("pointer"), part("reason")));
    }
    Failure::Refused { status, code: word("code").unwrap_or_else(|| "HTTP".to_owned()), detail }
}

/// A part of a path or a query, with everything escaped that could mean something else there.
pub fn escaped(part: &str) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-._~".contains(b);
    part.bytes().map(|b| if plain(&b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_stay_parts() {
        assert_eq!(escaped("ses_1-a.b~"), "ses_1-a.b~");
        assert_eq!(escaped("../x?y#z é"), "..%2Fx%3Fy%23z%20%C3%A9");
    }

    #[test]
    fn this_machine_has_many_names() {
        for url in ["http://127.0.0.1:1", "http://127.9.9.9", "https://localhost:8", "http://[::1]:8080/x"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example", "nothing"] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn an_address_needs_its_scheme() {
        let failure = Server::new("127.0.0.1:8080", "k".to_owned().into()).err().map(|f| f.to_string());
        assert!(failure.is_some_and(|f| f.contains("http://")));
    }
}
