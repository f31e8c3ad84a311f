//! The client: its own resolver, no redirects without a check, no proxy, limits on size and time.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use callboard_kernel::{Error, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use crate::address::is_public;
use crate::target::{self, AllowList};

/// Limits of the client.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Hosts (`host` or `host:port`) that may be private and may be asked by plain `http`.
    pub allow: Vec<String>,
    /// Milliseconds for a whole request, redirects included.
    pub timeout_ms: u64,
    /// Largest answer, bytes.
    pub max_bytes: usize,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self { allow: Vec::new(), timeout_ms: 5_000, max_bytes: 256 * 1024 }
    }
}

/// Most redirects that are followed.
const MAX_REDIRECTS: usize = 3;

/// Turns names into addresses.
#[async_trait]
pub trait Names: Send + Sync + 'static {
    /// All addresses of a name.
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
pub struct SystemNames;

#[async_trait]
impl Names for SystemNames {
    async fn addresses(&self, host: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect())
    }
}

/// The guarded client. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    pub(crate) client: Client,
    pub(crate) allowed: Arc<AllowList>,
    timeout: Duration,
    max_bytes: usize,
}

impl Egress {
    /// A client under a configuration. A TLS provider must be installed in the process.
    pub fn new(config: &EgressConfig) -> Result<Self> {
        Self::with_names(config, Arc::new(SystemNames))
    }

    /// A client that asks another resolver. What it answers is judged all the same.
    pub fn with_names(config: &EgressConfig, names: Arc<dyn Names>) -> Result<Self> {
        let allowed = Arc::new(AllowList::new(&config.allow));
        let timeout = Duration::from_millis(config.timeout_ms);
        let client = Client::builder()
            .dns_resolver(Arc::new(Guarded { allowed: Arc::clone(&allowed), names }))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(timeout)
            .timeout(timeout)
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Error::internal(format!("the client for outside addresses cannot be made: {e}")))?;
        Ok(Self { client, allowed, timeout, max_bytes: config.max_bytes })
    }

    /// Whether a URL may be asked, as far as its text shows.
    pub fn check(&self, url: &str) -> std::result::Result<(), String> {
        target::check(url, &self.allowed).map(drop)
    }

    /// The body at a URL that answers 200.
    pub async fn get(&self, url: &str, accept: &'static str) -> Result<Bytes> {
        let work = self.follow(url, accept);
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| Err(failed(url, "it took too long")))
    }

    async fn follow(&self, url: &str, accept: &'static str) -> Result<Bytes> {
        let mut at: Url = target::check(url, &self.allowed).map_err(|e| failed(url, e))?;
        for _ in 0..=MAX_REDIRECTS {
            let accept = HeaderValue::from_static(accept);
            let response =
                self.client.get(at.clone()).header(ACCEPT, accept).send().await.map_err(|e| failed(url, chain(&e)))?;
            if response.status().is_redirection() {
                at = self.next(&at, &response).map_err(|e| failed(url, e))?;
                continue;
            }
            if response.status() != reqwest::StatusCode::OK {
                return Err(failed(url, format!("it answered {}", response.status())));
            }
            return self.body(url, response).await;
        }
        Err(failed(url, "it redirects too often"))
    }

    fn next(&self, at: &Url, response: &Response) -> std::result::Result<Url, String> {
        let to = response.headers().get(LOCATION).and_then(|v| v.to_str().ok()).ok_or("it redirects to nowhere")?;
        let to = at.join(to).map_err(|e| format!("it redirects to no URL: {e}"))?;
        target::check(to.as_str(), &self.allowed).map_err(|e| format!("it redirects to {to}, which {e}"))
    }

    async fn body(&self, url: &str, mut response: Response) -> Result<Bytes> {
        let limit = self.max_bytes;
        let too_large = || failed(url, format!("its answer has more than {limit} bytes"));
        if response.content_length().is_some_and(|n| n > limit as u64) {
            return Err(too_large());
        }
        let mut out = BytesMut::new();
        while let Some(piece) = response.chunk().await.map_err(|e| failed(url, chain(&e)))? {
            if out.len() + piece.len() > limit {
                return Err(too_large());
            }
            out.extend_from_slice(&piece);
        }
        Ok(out.freeze())
    }
}

fn failed(url: &str, why: impl std::fmt::Display) -> Error {
    Error::internal(format!("asking {url} failed: {why}"))
}

/// An error with its causes; reqwest's own text leaves them out.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Resolves names and hands on only addresses that may be spoken to. The connection then goes to exactly these, so a
/// name cannot change its mind between the check and the use.
struct Guarded {
    allowed: Arc<AllowList>,
    names: Arc<dyn Names>,
}

/// A name that may not be spoken to. A type of its own, so that it can be told from a failure.
#[derive(Debug)]
pub(crate) struct Private(String);

impl std::fmt::Display for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} leads to a private or reserved address", self.0)
    }
}

impl std::error::Error for Private {}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, names) = (Arc::clone(&self.allowed), Arc::clone(&self.names));
        Box::pin(async move {
            let host = name.as_str().to_ascii_lowercase();
            let found = names.addresses(&host).await?;
            // One private address among public ones is how a name is made to point at us; all must be public.
            if !allowed.names(&host) && found.iter().any(|a| !is_public(*a)) {
                return Err(Private(host).into());
            }
            Ok(Box::new(found.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_that_lead_here_are_refused_when_they_are_resolved() {
        for (allowed, good) in [("", false), ("localhost", true), ("localhost:8080", true), ("otherhost", false)] {
            let allowed_list = Arc::new(AllowList::new(&[allowed.to_owned()]));
            let guard = Guarded { allowed: allowed_list, names: Arc::new(SystemNames) };
            let name = "localhost".parse().expect("a name");
            let outcome = guard.resolve(name).await;
            assert_eq!(outcome.is_ok(), good, "{allowed}");
            if let Err(error) = outcome {
                assert!(error.to_string().contains("private or reserved"), "{error}");
            }
        }
    }
}
