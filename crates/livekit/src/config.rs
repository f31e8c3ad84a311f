//! Where LiveKit is and which keys count.

use std::collections::BTreeMap;
use std::fmt;

use callboard_kernel::{Error, ExposeSecret, Result, SecretString};

/// The settings of the bridge.
#[derive(Clone)]
pub struct LiveKitConfig {
    /// The provider's name on sessions: `livekit`, or `simulated` for the second implementation.
    pub provider: &'static str,
    /// Where this server reaches LiveKit: `http(s)://` or `ws(s)://`, without a path.
    pub url: String,
    /// Where browsers reach it: `ws(s)://`.
    pub public_url: String,
    /// The API key that signs our requests and the participants' tokens.
    pub api_key: String,
    /// Its secret.
    pub api_secret: SecretString,
    /// Further keys that may sign webhooks, by id; the API key always may.
    pub webhook_keys: BTreeMap<String, SecretString>,
}

impl LiveKitConfig {
    /// Reads and checks the settings. `public_url` defaults to `url` with a WebSocket scheme.
    pub fn new(url: &str, public_url: Option<&str>, api_key: &str, api_secret: SecretString) -> Result<Self> {
        let url = origin("livekit.url", url)?;
        let public_url = origin("livekit.public_url", public_url.unwrap_or(&url))?;
        if api_key.trim().is_empty() || api_secret.expose_secret().trim().is_empty() {
            return Err(Error::invalid("livekit.api_key", "a LiveKit url needs an API key and its secret"));
        }
        Ok(Self {
            provider: "livekit",
            url: with_scheme(&url, "http"),
            public_url: with_scheme(&public_url, "ws"),
            api_key: api_key.to_owned(),
            api_secret,
            webhook_keys: BTreeMap::new(),
        })
    }

    /// Accepts webhooks that another key signed.
    #[must_use]
    pub fn with_webhook_key(mut self, id: &str, secret: SecretString) -> Self {
        self.webhook_keys.insert(id.to_owned(), secret);
        self
    }

    /// The secret of a key that may sign webhooks.
    pub fn webhook_secret(&self, key_id: &str) -> Option<&SecretString> {
        if key_id == self.api_key { Some(&self.api_secret) } else { self.webhook_keys.get(key_id) }
    }
}

impl fmt::Debug for LiveKitConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveKitConfig")
            .field("provider", &self.provider)
            .field("url", &self.url)
            .field("public_url", &self.public_url)
            .field("api_key", &self.api_key)
            .field("webhook_keys", &self.webhook_keys.keys())
            .finish_non_exhaustive()
    }
}

/// Checks an address: a known scheme, a host, nothing behind it. Gives it without a trailing slash.
fn origin(name: &'static str, text: &str) -> Result<String> {
    let bad = |why: &str| Error::invalid(name, format!("`{text}` {why}"));
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("has no scheme"))?;
    if !matches!(scheme, "http" | "https" | "ws" | "wss") {
        return Err(bad("must begin with http, https, ws or wss"));
    }
    if rest.is_empty() || rest.contains(['/', '?', '#', '@', ' ']) {
        return Err(bad("must be scheme://host[:port] and nothing more"));
    }
    Ok(text.to_owned())
}

/// The same address as `http(s)` or `ws(s)`; TLS stays as it was.
fn with_scheme(origin: &str, plain: &str) -> String {
    let (scheme, rest) = origin.split_once("://").unwrap_or(("", origin));
    let tls = if matches!(scheme, "https" | "wss") { "s" } else { "" };
    format!("{plain}{tls}://{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_the_scheme_that_their_use_needs() {
        let config = LiveKitConfig::new("wss://lk.example.org/", None, "k", "s".into()).expect("good");
        assert_eq!(
            (config.url.as_str(), config.public_url.as_str()),
            ("https://lk.example.org", "wss://lk.example.org")
        );
        let config = LiveKitConfig::new("http://10.0.0.2:7880", Some("https://lk.example.org"), "k", "s".into());
        let config = config.expect("good");
        assert_eq!((config.url.as_str(), config.public_url.as_str()), ("http://10.0.0.2:7880", "wss://lk.example.org"));
        for bad in ["lk.example.org", "ftp://x", "http://", "http://u:p@x", "http://x/path", "http://x?y"] {
            assert!(LiveKitConfig::new(bad, None, "k", "s".into()).is_err(), "{bad}");
        }
        assert!(LiveKitConfig::new("http://x", None, "k", " ".into()).is_err());
    }

    #[test]
    fn debug_output_has_no_secret() {
        let config = LiveKitConfig::new("http://x", None, "key-id", "planted-secret".into()).expect("good");
        let shown = format!("{:?}", config.with_webhook_key("k2", "planted-secret-2".into()));
        assert!(shown.contains("key-id") && !shown.contains("planted"), "{shown}");
    }
}
