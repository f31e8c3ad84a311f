//! Where spans go, by configuration.

use callboard_kernel::{ExposeSecret as _, Result};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Values;

/// A collector, and what it is sent.
pub(super) struct Settings {
    /// Where spans are posted.
    pub(super) url: Url,
    /// What goes with each request; marked as secret.
    pub(super) headers: HeaderMap,
    /// The part of the traces that begin here that is kept, 0 to 1.
    pub(super) ratio: f64,
}

/// None when no collector is named.
pub(super) fn read(values: &Values) -> Result<Option<Settings>> {
    let ratio: Option<f64> = values.get("otlp.sample_ratio").parse().ok().filter(|r| (0.0..=1.0).contains(r));
    let ratio = ratio.ok_or_else(|| values.bad("otlp.sample_ratio", "must be a number from 0 to 1"))?;
    let Some(endpoint) = values.set("otlp.endpoint") else { return Ok(None) };
    let url = address(endpoint).ok_or_else(|| {
        values.bad("otlp.endpoint", "must be http://host:port or https://host, without user, query or fragment")
    })?;
    let given = values.secret("otlp.headers").unwrap_or_default();
    let headers = headers(given.expose_secret())
        .ok_or_else(|| values.bad("otlp.headers", "must be name=value, separated by commas; %20 is a space"))?;
    Ok(Some(Settings { url, headers, ratio }))
}

/// `/v1/traces` below a base, as OpenTelemetry has it.
fn address(endpoint: &str) -> Option<Url> {
    let base = endpoint.trim_end_matches('/');
    let whole = if base.ends_with("/v1/traces") { base.to_owned() } else { format!("{base}/v1/traces") };
    let url = Url::parse(&whole).ok()?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    (bare && url.has_host() && matches!(url.scheme(), "http" | "https")).then_some(url)
}

fn headers(text: &str) -> Option<HeaderMap> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let mut value = HeaderValue::from_bytes(&unescaped(value.trim())?).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_bytes(name.trim().as_bytes()).ok()?, value))
        })
        .collect()
}

/// `%20` and the like.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = *first == b'%';
        out.push(if escaped {
            let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
            u8::from_str_radix(digits, 16).ok()?
        } else {
            *first
        });
        rest = if escaped { &behind[2..] } else { behind };
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(given: &[(&str, &str)]) -> Result<Option<Settings>> {
        let env = |name: &str| given.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        read(&Values::gather(&[], env, None).expect("gathered"))
    }

    #[test]
    fn off_until_a_collector_is_named() {
        assert!(settings(&[]).expect("read").is_none());
        for (endpoint, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://otel.example/base/", "https://otel.example/base/v1/traces"),
            ("https://otel.example/v1/traces", "https://otel.example/v1/traces"),
        ] {
            for name in ["CALLBOARD_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
                let read = settings(&[(name, endpoint)]).expect("read").expect("a collector");
                assert_eq!((read.url.as_str(), read.ratio), (url, 1.0));
            }
        }
    }

    #[test]
    fn headers_are_secrets() {
        let named =
            [("CALLBOARD_OTLP_ENDPOINT", "http://c"), ("CALLBOARD_OTLP_HEADERS", "authorization=Bearer%20t, x-a=b=c")];
        let read = settings(&named).expect("read").expect("a collector");
        assert_eq!(read.headers["authorization"], "Bearer t");
        assert_eq!(read.headers["x-a"], "b=c");
        assert!(!format!("{:?}", read.headers).contains("Bearer"));
    }

    #[test]
    fn what_cannot_be_used_is_refused_by_name() {
        for (name, value, key) in [
            ("CALLBOARD_OTLP_ENDPOINT", "grpc://c:4317", "otlp.endpoint"),
            ("CALLBOARD_OTLP_ENDPOINT", "https://user:word@c", "otlp.endpoint"),
            ("CALLBOARD_OTLP_ENDPOINT", "https://c?x=1", "otlp.endpoint"),
            ("CALLBOARD_OTLP_HEADERS", "authorization", "otlp.headers"),
            ("CALLBOARD_OTLP_HEADERS", "a=%zz", "otlp.headers"),
            ("CALLBOARD_OTLP_SAMPLE_RATIO", "1.5", "otlp.sample_ratio"),
            ("CALLBOARD_OTLP_SAMPLE_RATIO", "NaN", "otlp.sample_ratio"),
        ] {
            let mut given = vec![(name, value)];
            if name != "CALLBOARD_OTLP_ENDPOINT" {
                given.push(("CALLBOARD_OTLP_ENDPOINT", "http://c"));
            }
            let fault = settings(&given).err().expect("refused").to_string();
            assert!(fault.contains(key) && fault.contains(name) && !fault.contains("word"), "{fault}");
        }
    }
}
