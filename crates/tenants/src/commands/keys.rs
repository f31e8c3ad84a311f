//! API keys.

use callboard_http::{Principal, Scope};
use callboard_kernel::{
    ApiKeyId, Entropy, Error, ExposeSecret as _, Keyring, Result, SecretString, TenantId, Timestamp, check_text, codes,
};
use callboard_store::Tx;
use serde_json::json;

use super::audit::{Actor, Entry, audit};
use crate::decide;
use crate::model::{ApiKey, words};
use crate::{store, token};

/// The hint that keys have changed; every process then forgets what it knew of them.
pub(crate) const KEYS_CHANGED: &str = "keys";

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// A name for people.
    pub name: String,
    /// What it may do; at least one, none twice.
    pub scopes: Vec<Scope>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key and its secret, which is shown now and never again. Whether the maker may give the scopes is checked by
/// the routes; the command line may give all.
pub fn create_key(
    tx: &Tx<'_>,
    tenant: &TenantId,
    by: impl Into<Actor>,
    new: &NewKey,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(ApiKey, SecretString)> {
    check_text("/name", &new.name, 100)?;
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() || scopes.len() != new.scopes.len() {
        return Err(Error::invalid("/scopes", "must name at least one scope, and none twice"));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("/expiresAt", "must lie in the future"));
    }
    let by = by.into();
    let id = ApiKeyId::generate(now, entropy);
    let secret = token::mint(token::KEY, id.as_str(), entropy);
    let key = ApiKey {
        id,
        tenant: tenant.clone(),
        name: new.name.clone(),
        scopes,
        secret_hash: Keyring::lookup_hash(secret.expose_secret()),
        old_secret_hash: None,
        old_until: None,
        created_at: now,
        created_by: by.subject(),
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    store::key_insert(tx, &key)?;
    let detail = json!({ "name": key.name, "scopes": words(&key.scopes), "expiresAt": key.expires_at });
    note(tx, "key.create", &key, by, detail, (now, entropy))?;
    Ok((key, secret))
}

/// Gives a key a new secret; the old one works for `overlap_s` more seconds. The secret before that one, if its own
/// overlap still ran, ends now.
pub(crate) fn rotate_key(
    tx: &Tx<'_>,
    by: &Principal,
    id: &ApiKeyId,
    overlap_s: i64,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<(ApiKey, SecretString)> {
    if !(0..=decide::MAX_OVERLAP_S).contains(&overlap_s) {
        return Err(Error::invalid("/overlapSeconds", format!("must be 0-{}", decide::MAX_OVERLAP_S)));
    }
    let mut key = find(tx, by.tenant(), id)?;
    // Whoever rotates a key holds its new secret, so this is as strong as making one.
    decide::may_give_scopes(by, &key.scopes)?;
    let secret = token::mint(token::KEY, id.as_str(), entropy);
    let hash = Keyring::lookup_hash(secret.expose_secret());
    let old_until = now.plus_ms(overlap_s * 1000);
    if !store::key_rotate(tx, &key, &hash, old_until)? {
        return Err(Error::new(&codes::INVALID_TRANSITION, "The key is revoked; make a new one."));
    }
    key.secret_hash = hash;
    key.old_until = Some(old_until);
    note(tx, "key.rotate", &key, by, json!({ "overlapSeconds": overlap_s }), (now, entropy))?;
    tx.hint(KEYS_CHANGED);
    Ok((key, secret))
}

/// Revokes a key; doing it again changes nothing.
pub(crate) fn revoke_key(
    tx: &Tx<'_>,
    by: &Principal,
    id: &ApiKeyId,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let key = find(tx, by.tenant(), id)?;
    if store::key_revoke(tx, by.tenant(), id, now)? {
        note(tx, "key.revoke", &key, by, json!({ "name": key.name }), (now, entropy))?;
        tx.hint(KEYS_CHANGED);
    }
    Ok(())
}

fn find(tx: &Tx<'_>, tenant: &TenantId, id: &ApiKeyId) -> Result<ApiKey> {
    store::key_by_id(tx, tenant, id, true)?.ok_or_else(|| Error::not_found("API key"))
}

fn note(
    tx: &Tx<'_>,
    action: &str,
    key: &ApiKey,
    by: impl Into<Actor>,
    detail: serde_json::Value,
    (now, entropy): (Timestamp, &mut Entropy),
) -> Result<()> {
    let entry = Entry { action, object_kind: "key", object_id: key.id.as_str(), detail };
    audit(tx, &key.tenant, by, &entry, now, entropy)
}
