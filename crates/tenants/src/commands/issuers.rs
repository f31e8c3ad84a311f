//! Issuers of user tokens.

use callboard_http::Principal;
use callboard_kernel::{
    Entropy, Error, IssuerId, Keyring, Result, SealedSecrets, TenantId, Timestamp, check_text, codes,
};
use callboard_store::Tx;
use serde_json::json;

use super::audit::{Entry, audit};
use crate::model::{Algorithm, Issuer, LOCAL};
use crate::store;

/// Shortest shared secret, bytes: as long as the MAC.
const MIN_SECRET_BYTES: usize = 32;

/// An issuer to be added.
#[derive(Clone)]
pub(crate) struct NewIssuer {
    pub(crate) iss: String,
    pub(crate) audience: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) secret: Option<String>,
    pub(crate) jwks_url: Option<String>,
}

impl NewIssuer {
    /// The rules that need no store.
    pub(crate) fn check(&self) -> Result<()> {
        check_text("/iss", &self.iss, 255)?;
        check_text("/audience", &self.audience, 255)?;
        if self.iss == LOCAL || self.iss.starts_with("local:") {
            return Err(Error::invalid("/iss", "is the name of a built-in issuer"));
        }
        match (self.algorithm, &self.secret, &self.jwks_url) {
            (Algorithm::HS256, Some(secret), None) if secret.len() < MIN_SECRET_BYTES => {
                Err(Error::invalid("/secret", format!("must have at least {MIN_SECRET_BYTES} bytes")))
            }
            (Algorithm::HS256, Some(secret), None) if secret.len() > 4096 => {
                Err(Error::invalid("/secret", "must have at most 4096 bytes"))
            }
            (Algorithm::HS256, Some(_), None) => Ok(()),
            (Algorithm::HS256, ..) => Err(Error::invalid("/secret", "HS256 takes a secret and no jwksUrl")),
            (_, None, Some(_)) => Ok(()),
            _ => Err(Error::invalid("/jwksUrl", "this algorithm takes a jwksUrl and no secret")),
        }
    }
}

/// The place that a sealed secret is bound to.
pub(crate) fn seal_context(tenant: &TenantId, id: &IssuerId) -> String {
    format!("issuer.secret:{tenant}:{id}")
}

/// Which secrets that issuers of all tenants share the keys at hand open. It opens each of them and keeps none.
pub fn issuer_secrets(tx: &Tx<'_>, keys: &Keyring) -> Result<SealedSecrets> {
    let mut found = SealedSecrets::default();
    for (tenant, id, sealed) in store::issuers_sealed(tx)? {
        found.look(keys, &seal_context(&tenant, &id), &sealed);
    }
    Ok(found)
}

/// Adds an issuer. `iss` is unique in the installation, since it leads to the tenant.
pub(crate) fn add_issuer(
    tx: &Tx<'_>,
    keys: &Keyring,
    by: &Principal,
    new: &NewIssuer,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Issuer> {
    new.check()?;
    let (id, tenant) = (IssuerId::generate(now, entropy), by.tenant().clone());
    let seal =
        |secret: &String, entropy: &mut Entropy| keys.seal(&seal_context(&tenant, &id), secret.as_bytes(), entropy);
    let issuer = Issuer {
        sealed_secret: new.secret.as_ref().map(|s| seal(s, entropy)).transpose()?,
        id: id.clone(),
        tenant: tenant.clone(),
        iss: new.iss.clone(),
        audience: new.audience.clone(),
        algorithm: Some(new.algorithm),
        jwks_url: new.jwks_url.clone(),
        created_at: now,
    };
    if !store::issuer_insert(tx, &issuer)? {
        return Err(Error::new(&codes::ALREADY_EXISTS, "An issuer of this name is registered already.")
            .field("/iss", "is taken"));
    }
    let detail = json!({ "iss": issuer.iss, "audience": issuer.audience, "algorithm": issuer.algorithm, "jwksUrl": issuer.jwks_url });
    let entry = Entry { action: "issuer.create", object_kind: "issuer", object_id: id.as_str(), detail };
    audit(tx, &tenant, by, &entry, now, entropy)?;
    Ok(issuer)
}

/// Takes an issuer out of use: its tokens and its users' logins stop working at once. Its users stay as rows.
pub(crate) fn remove_issuer(
    tx: &Tx<'_>,
    by: &Principal,
    id: &IssuerId,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let tenant = by.tenant();
    let issuer = store::issuer_by_id(tx, tenant, id)?.ok_or_else(|| Error::not_found("issuer"))?;
    if issuer.algorithm.is_none() {
        return Err(Error::new(
            &codes::FORBIDDEN,
            "The built-in issuer stays: without it nobody could sign in by link.",
        ));
    }
    store::issuer_remove(tx, tenant, id, now)?;
    let entry = Entry {
        action: "issuer.remove",
        object_kind: "issuer",
        object_id: id.as_str(),
        detail: json!({ "iss": issuer.iss }),
    };
    audit(tx, tenant, by, &entry, now, entropy)
}
