//! API keys.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Authenticate, Credentials, Principal};
use callboard_kernel::{ApiKeyId, Error, Keyring, Result, Timestamp, codes, sha256};

use super::Touches;
use super::cache::{KeyCache, Known};
use crate::{decide, store, token};

pub(super) struct ByKey {
    app: App,
    cache: KeyCache,
    touches: Arc<Touches>,
}

impl ByKey {
    pub(super) fn new(app: &App, touches: Arc<Touches>) -> Self {
        Self { app: app.clone(), cache: KeyCache::new(&app.db), touches }
    }

    fn used(&self, principal: &Principal, now: Timestamp) {
        let Principal::Key { tenant, key, .. } = principal else { return };
        let (tenant, id) = (tenant.clone(), key.clone());
        self.touches.touch(&self.app, key.as_str(), now, move |tx| store::key_touch(tx, &tenant, &id, now));
    }
}

#[async_trait]
impl Authenticate for ByKey {
    async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Result<Option<Principal>> {
        let Some(text) = credentials.bearer.as_deref().filter(|t| t.starts_with("cbk_")) else { return Ok(None) };
        let unknown = || Error::new(&codes::UNAUTHENTICATED, "The API key is unknown or revoked.");
        let id = token::row_of(token::KEY, text)
            .and_then(|row| ApiKeyId::parse(&format!("key_{row}")))
            .ok_or_else(unknown)?;
        let digest = sha256(&[text.as_bytes()]);
        let (known, generation) = self.cache.get(&digest, now);
        if let Some(known) = known {
            self.used(&known.principal, now);
            return Ok(Some(known.principal));
        }
        let key = self.app.db.read(move |tx| store::key_by_secret(tx, &id)).await?.ok_or_else(unknown)?;
        let hash = Keyring::lookup_hash(text);
        decide::key_holds(&key, &hash, now)?;
        let good_until = decide::key_good_until(&key, &hash);
        let principal = Principal::Key { tenant: key.tenant, key: key.id, scopes: key.scopes, login: None };
        self.cache.put(digest, Known { principal: principal.clone(), good_until, read_at: now }, generation);
        self.used(&principal, now);
        Ok(Some(principal))
    }
}
