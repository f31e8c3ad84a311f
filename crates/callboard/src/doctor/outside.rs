//! The installation as browsers reach it: the public address, its certificate, sockets and streams through the proxy.

use std::path::Path;
use std::time::Duration;

use callboard_kernel::{SecretString, Timestamp};
use callboard_livekit::http_date;
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

use super::judge::{self, Answered, Stream};
use super::report::Check;
use crate::terminal::client::{Server, is_loopback, root};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the head and then the first block of a stream may take; the server sends both at once.
const FIRST_BLOCK: Duration = Duration::from_secs(4);

/// What an address said, and when by its own clock.
pub struct Heard {
    /// What it said.
    pub answered: Answered,
    /// By how many seconds our clock is ahead of its own.
    pub skew_s: Option<i64>,
    /// Its certificate, DER.
    certificate: Option<Vec<u8>>,
}

fn client(url: &str) -> Result<Client, String> {
    let builder = Client::builder().timeout(PATIENCE).redirect(Policy::none()).tls_info(true);
    // A proxy of the environment is no part of the installation, least of all for this machine's own addresses.
    let builder = if is_loopback(url) { builder.no_proxy() } else { builder };
    builder.build().map_err(|e| root(&e))
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Asks `/health` of an address.
pub async fn health(url: &str, now: impl Fn() -> Timestamp) -> Result<Heard, String> {
    let answer = client(url)?.get(format!("{url}/health")).send().await.map_err(|e| root(&e))?;
    let date = header(answer.headers(), reqwest::header::DATE).and_then(|text| http_date(&text));
    // The header names a second; half of it is as likely as any other part.
    let skew_s = date.map(|theirs| now().since_ms(theirs.plus_ms(500)) / 1_000);
    let tls = answer.extensions().get::<reqwest::tls::TlsInfo>();
    let certificate = tls.and_then(|tls| tls.peer_certificate()).map(<[u8]>::to_vec);
    let (status, location) = (answer.status().as_u16(), header(answer.headers(), reqwest::header::LOCATION));
    let body: Value = serde_json::from_slice(&answer.bytes().await.map_err(|e| root(&e))?).unwrap_or_default();
    let word = |name: &str| body[name].as_str().map(str::to_owned);
    let (installation, version) = (word("installation"), word("version"));
    Ok(Heard { answered: Answered { status, location, installation, version }, skew_s, certificate })
}

/// Everything about the public address. `marks`: what this installation's `/health` may say.
pub async fn public(
    url: &str,
    marks: &[String],
    key: Result<Option<SecretString>, String>,
    now: impl Fn() -> Timestamp,
) -> (Vec<Check>, Option<i64>) {
    let heard = health(url, &now).await;
    let judged = judge::public_url(url, marks, heard.as_ref().map(|h| &h.answered).map_err(String::as_str));
    let here = judged.todo.is_none();
    let mut checks = vec![judged];
    let heard = heard.ok();
    if url.starts_with("https://")
        && let Some(heard) = &heard
    {
        let end = heard.certificate.as_deref().and_then(super::certificate::ends_at);
        checks.push(judge::certificate(end.map(|end| end.since_ms(now()).div_euclid(86_400_000))));
    }
    if here {
        checks.push(judge::websocket(websocket(url).await));
        checks.push(judge::live_stream(stream(url, key).await));
    }
    (checks, heard.and_then(|h| h.skew_s))
}

/// Asks where browsers are sent for the media; any answer of HTTP says that somebody is there.
pub async fn media(url: &str) -> Result<u16, String> {
    let address = url.replacen("ws", "http", 1);
    let answer = client(&address)?.get(&address).send().await.map_err(|e| root(&e))?;
    Ok(answer.status().as_u16())
}

/// Asks for a WebSocket as a browser on our own page does; who calls would be said in its first frame.
async fn websocket(url: &str) -> Result<u16, String> {
    let request = client(url)?
        .get(format!("{url}/v1/realtime/ws"))
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "Y2FsbGJvYXJkIGRvY3Rvcg==")
        .header("origin", url);
    request.send().await.map(|answer| answer.status().as_u16()).map_err(|e| root(&e))
}

/// Opens a stream and waits for its first block.
async fn stream(url: &str, key: Result<Option<SecretString>, String>) -> Stream {
    let key = match key {
        Ok(Some(key)) => key,
        Ok(None) => return Stream::NoKey,
        Err(why) => return Stream::Failed(why),
    };
    let opened =
        async { Server::new(url, key)?.send(Method::GET, "/v1/realtime/stream", None, "text/event-stream").await };
    let mut answer = match tokio::time::timeout(FIRST_BLOCK, opened).await {
        // A proxy that gathers sends not even the head before it has enough.
        Err(_) => return Stream::HeldBack,
        Ok(Err(failure)) => return Stream::Failed(failure.to_string()),
        Ok(Ok(answer)) => answer,
    };
    match tokio::time::timeout(FIRST_BLOCK, answer.chunk()).await {
        Err(_) => Stream::HeldBack,
        Ok(Ok(Some(block))) if !block.is_empty() => Stream::Came,
        Ok(Ok(_)) => Stream::Failed("the stream ended at once".to_owned()),
        Ok(Err(e)) => Stream::Failed(root(&e)),
    }
}

/// The key to open a stream with: of a file, of the environment, or the one that `serve --dev` keeps.
pub fn key(file: Option<&Path>, dir: Option<&Path>) -> Result<Option<SecretString>, String> {
    let read = |path: &Path| std::fs::read_to_string(path);
    let text = match file {
        Some(path) => read(path).map_err(|e| format!("the key file {} cannot be read: {e}", path.display()))?,
        None => match std::env::var("CALLBOARD_API_KEY") {
            Ok(key) => key,
            Err(_) => dir.and_then(|dir| read(&dir.join("api-key")).ok()).unwrap_or_default(),
        },
    };
    Ok(Some(text.trim().to_owned()).filter(|key| !key.is_empty()).map(SecretString::from))
}
