//! Public keys of issuers: fetched through a port, kept in memory, asked for again when an unknown key id appears.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use callboard_kernel::{Error, IssuerId, Result, Timestamp, codes};
use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use parking_lot::Mutex;
use serde_json::Value;

/// Fetches a key set from an address that a tenant chose. Implemented by the guarded client of `egress`.
#[async_trait]
pub trait JwksSource: Send + Sync {
    /// Whether the address may be asked at all, as far as its text shows; a fault at the caller's field otherwise.
    fn check_url(&self, url: &str) -> std::result::Result<(), String>;
    /// The body at the address. Errors are notes for the log; the caller of the API sees 401.
    async fn fetch(&self, url: &str) -> Result<String>;
}

/// How long a key set is used without looking again, milliseconds.
const FRESH_MS: i64 = 10 * 60 * 1000;
/// Shortest time between two fetches of one issuer's keys, milliseconds: unknown key ids are cheap to invent.
const REFETCH_MS: i64 = 30_000;
/// How long a key set is used when its source does not answer, milliseconds.
const STALE_MS: i64 = 24 * 3_600_000;

#[derive(Default)]
struct Slot {
    set: Option<(JwkSet, Timestamp)>,
    tried_at: Option<Timestamp>,
}

/// Key sets by issuer, in the memory of this process.
pub(super) struct JwksCache {
    source: Arc<dyn JwksSource>,
    /// One lock per issuer, so that a slow source is asked once and holds up nobody else.
    slots: Mutex<HashMap<IssuerId, Arc<tokio::sync::Mutex<Slot>>>>,
}

impl JwksCache {
    pub(super) fn new(source: Arc<dyn JwksSource>) -> Self {
        Self { source, slots: Mutex::new(HashMap::new()) }
    }

    /// The issuer's key of that id; the only key of the set when the token names none.
    pub(super) async fn key(&self, issuer: &IssuerId, url: &str, kid: Option<&str>, now: Timestamp) -> Result<Jwk> {
        let slot = Arc::clone(self.slots.lock().entry(issuer.clone()).or_default());
        let mut slot = slot.lock().await;
        let fresh = slot.set.as_ref().is_some_and(|(_, at)| now.since_ms(*at) < FRESH_MS);
        let found = slot.set.as_ref().and_then(|(set, _)| pick(set, kid));
        if let Some(jwk) = found.clone().filter(|_| fresh) {
            return Ok(jwk);
        }
        if slot.tried_at.is_none_or(|at| !(0..REFETCH_MS).contains(&now.since_ms(at))) {
            slot.tried_at = Some(now);
            match self.source.fetch(url).await.and_then(|text| read(&text)) {
                Ok(set) => slot.set = Some((set, now)),
                Err(error) => tracing::warn!("The keys of an issuer cannot be fetched: {error}"),
            }
        }
        slot.set
            .as_ref()
            .filter(|(_, at)| now.since_ms(*at) < STALE_MS)
            .and_then(|(set, _)| pick(set, kid))
            .ok_or_else(|| Error::new(&codes::UNAUTHENTICATED, "The token's key is not among its issuer's keys."))
    }
}

/// Keys of types that we do not know are left out rather than refused with the whole set.
fn read(text: &str) -> Result<JwkSet> {
    let document: Value = serde_json::from_str(text).map_err(|e| Error::internal(format!("not a key set: {e}")))?;
    let keys =
        document.get("keys").and_then(Value::as_array).ok_or_else(|| Error::internal("a key set has no `keys`"))?;
    Ok(JwkSet { keys: keys.iter().filter_map(|k| serde_json::from_value(k.clone()).ok()).collect() })
}

fn pick(set: &JwkSet, kid: Option<&str>) -> Option<Jwk> {
    let signs = |k: &&Jwk| k.common.public_key_use.as_ref().is_none_or(|u| *u == PublicKeyUse::Signature);
    let mut usable = set.keys.iter().filter(signs);
    match kid {
        Some(kid) => usable.find(|k| k.common.key_id.as_deref() == Some(kid)).cloned(),
        None => usable.next().filter(|_| set.keys.len() == 1).cloned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counting {
        asked: AtomicUsize,
        kid: Mutex<Option<&'static str>>,
    }

    #[async_trait]
    impl JwksSource for Counting {
        fn check_url(&self, _url: &str) -> std::result::Result<(), String> {
            Ok(())
        }
        async fn fetch(&self, _url: &str) -> Result<String> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let kid = self.kid.lock().ok_or_else(|| Error::internal("down"))?;
            Ok(format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"{kid}"}},{{"kty":"odd"}}]}}"#))
        }
    }

    #[tokio::test]
    async fn unknown_ids_ask_again_but_not_often_and_outages_are_survived() {
        let source = Arc::new(Counting { asked: AtomicUsize::new(0), kid: Mutex::new(Some("a")) });
        let cache = JwksCache::new(Arc::clone(&source) as Arc<dyn JwksSource>);
        let issuer = IssuerId::from_stored("iss_a".to_owned());
        let at = |s: i64| Timestamp::from_seconds(1_000_000 + s);
        let seen = |kid: &'static str, now: i64| {
            let (cache, issuer) = (&cache, &issuer);
            async move { cache.key(issuer, "u", Some(kid), at(now)).await.is_ok() }
        };
        for (kid, now, rotated_to, good, asked) in [
            ("a", 0, Some("a"), true, 1),
            ("a", 1, Some("a"), true, 1),
            ("b", 2, Some("b"), false, 1),
            ("b", 30, Some("b"), true, 2),
            ("a", 31, Some("b"), false, 2),
            ("b", 700, None, true, 3),
            ("b", 701, None, true, 3),
            ("b", 90_000, None, false, 4),
        ] {
            *source.kid.lock() = rotated_to;
            assert_eq!(seen(kid, now).await, good, "{kid} at {now}");
            assert_eq!(source.asked.load(Ordering::SeqCst), asked, "{kid} at {now}");
        }
    }
}
