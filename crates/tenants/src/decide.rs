//! The rules, without I/O: who may give what, which credentials hold, what a token's claims must say.

use callboard_http::{Principal, Role, Scope};
use callboard_kernel::{Error, Result, TenantId, Timestamp, codes};
use serde::Deserialize;

use crate::model::{ApiKey, Issuer, Login};

/// Tolerated difference between an issuer's clock and ours, for `nbf` only: milliseconds.
const LEEWAY_MS: i64 = 60_000;
/// A login ends after this long without use, milliseconds: 12 hours.
pub(crate) const LOGIN_IDLE_MS: i64 = 12 * 3_600_000;
/// A login ends after this long in any case, milliseconds: 7 days.
pub(crate) const LOGIN_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// How old a "last used" may be before it is written again, milliseconds.
pub(crate) const TOUCH_MS: i64 = 60_000;
/// Longest overlap of a rotation, seconds: 7 days.
pub(crate) const MAX_OVERLAP_S: i64 = 7 * 24 * 3600;
/// Overlap of a rotation that names none, seconds: a day.
pub(crate) const DEFAULT_OVERLAP_S: i64 = 24 * 3600;

fn unauthenticated(message: &'static str) -> Error {
    Error::new(&codes::UNAUTHENTICATED, message)
}

/// Whether the presented secret (its hash) is this key's, now. Equal hashes of 256-bit secrets need no constant time:
/// an attacker cannot choose the hash.
pub(crate) fn key_holds(key: &ApiKey, hash: &str, now: Timestamp) -> Result<()> {
    let current = key.secret_hash == hash;
    let old = key.old_secret_hash.as_deref() == Some(hash) && key.old_until.is_some_and(|until| now < until);
    if !(current || old) || key.revoked_at.is_some() {
        return Err(unauthenticated("The API key is unknown or revoked."));
    }
    if key.expires_at.is_some_and(|at| now >= at) {
        return Err(Error::new(&codes::TOKEN_EXPIRED, "The API key has expired."));
    }
    Ok(())
}

/// Until when an accepted key may be taken for granted, if nobody changes it.
pub(crate) fn key_good_until(key: &ApiKey, hash: &str) -> Option<Timestamp> {
    let old = (key.secret_hash != hash).then_some(key.old_until).flatten();
    [key.expires_at, old].into_iter().flatten().min()
}

/// Whether the presented cookie (its hash) is this login's, now.
pub(crate) fn login_holds(login: &Login, hash: &str, now: Timestamp) -> Result<()> {
    if login.secret_hash != hash || login.ended_at.is_some() {
        return Err(unauthenticated("The login is unknown or has ended."));
    }
    if now >= login.expires_at || now.since_ms(login.last_used_at) >= LOGIN_IDLE_MS {
        return Err(Error::new(&codes::TOKEN_EXPIRED, "The login has expired; sign in again."));
    }
    Ok(())
}

/// Refuses scopes that the giver does not have. Users of the tenant's administration give all but the installation's.
pub(crate) fn may_give_scopes(by: &Principal, scopes: &[Scope]) -> Result<()> {
    let excess = match by {
        Principal::Key { scopes: own, .. } => scopes.iter().find(|s| !own.contains(s)),
        _ => scopes.iter().find(|s| **s == Scope::Installation),
    };
    match excess {
        None => Ok(()),
        Some(scope) => Err(Error::new(&codes::SCOPE_EXCEEDED, "A key can be given only what its maker may do.")
            .field("/scopes", format!("{} is not yours to give", crate::model::word(scope)))),
    }
}

/// What a role amounts to in scopes, for keys that manage users.
fn scopes_of(role: Role) -> &'static [Scope] {
    use Scope::{
        CallsRead, CallsWrite, DataErase, EventsRead, KeysManage, ProviderRead, TranscriptsRead, WebhooksManage,
    };
    match role {
        Role::Viewer => &[CallsRead, EventsRead, TranscriptsRead],
        Role::Operator => &[CallsRead, EventsRead, TranscriptsRead, CallsWrite, ProviderRead],
        Role::Admin | Role::Owner => {
            &[CallsRead, EventsRead, TranscriptsRead, CallsWrite, ProviderRead, KeysManage, WebhooksManage, DataErase]
        }
    }
}

/// Refuses to change a user who stands above the caller, and to give roles that the caller does not reach. Only owners
/// make and unmake owners.
pub(crate) fn may_change_roles(by: &Principal, before: &[Role], after: &[Role]) -> Result<()> {
    let excess = |role: &&Role| match by {
        Principal::Key { scopes, .. } => **role == Role::Owner || scopes_of(**role).iter().any(|s| !scopes.contains(s)),
        _ => by.top_role() < Some(**role),
    };
    match before.iter().chain(after).find(excess) {
        None => Ok(()),
        Some(role) => Err(Error::new(&codes::SCOPE_EXCEEDED, "Nobody can give or take what stands above them.")
            .field("/roles", format!("{} is above you", crate::model::word(role)))),
    }
}

/// Stored roles, narrowed by a token's claim. A claim can take roles away, never add one.
pub(crate) fn narrowed(stored: &[Role], claim: Option<&[Role]>) -> Vec<Role> {
    stored.iter().copied().filter(|role| claim.is_none_or(|c| c.contains(role))).collect()
}

/// The claims that we read from a user's token.
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: Option<String>,
    pub(crate) sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<f64>,
    nbf: Option<f64>,
    tenant: Option<String>,
    #[serde(rename = "tenantId")]
    tenant_id: Option<String>,
    #[serde(rename = "tenant_id")]
    tenant_id_snake: Option<String>,
    roles: Option<Vec<String>>,
    pub(crate) name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Claims {
    /// Roles that the token names; words that are no role of ours count as nothing.
    pub(crate) fn roles(&self) -> Option<Vec<Role>> {
        let names = self.roles.as_ref()?;
        Some(names.iter().filter_map(|n| crate::model::from_word(n).ok()).collect())
    }
}

/// What the claims of a token with a good signature must say. Gives the subject.
pub(crate) fn claims_hold<'a>(claims: &'a Claims, issuer: &Issuer, now: Timestamp) -> Result<&'a str> {
    let wrong = |what: &'static str| Err(unauthenticated(what));
    if claims.iss.as_deref() != Some(issuer.iss.as_str()) {
        return wrong("The token's issuer is not known.");
    }
    let aimed = match &claims.aud {
        Some(Audience::One(aud)) => *aud == issuer.audience,
        Some(Audience::Many(auds)) => auds.contains(&issuer.audience),
        None => false,
    };
    if !aimed {
        return wrong("The token is not meant for this audience.");
    }
    let now_s = now.micros() as f64 / 1e6;
    let leeway_s = LEEWAY_MS as f64 / 1e3;
    match claims.exp {
        Some(exp) if now_s < exp => {}
        Some(_) => return Err(Error::new(&codes::TOKEN_EXPIRED, "The token has expired.")),
        None => return wrong("The token has no expiry."),
    }
    if claims.nbf.is_some_and(|nbf| now_s + leeway_s < nbf) {
        return wrong("The token is not valid yet.");
    }
    let named = [&claims.tenant, &claims.tenant_id, &claims.tenant_id_snake];
    if named.into_iter().flatten().any(|t| !is_tenant(t, &issuer.tenant)) {
        return wrong("The token names another tenant.");
    }
    match claims.sub.as_deref() {
        Some(sub) if (1..=255).contains(&sub.len()) && !sub.contains('\0') => Ok(sub),
        _ => wrong("The token's subject must have 1-255 bytes."),
    }
}

fn is_tenant(claim: &str, tenant: &TenantId) -> bool {
    claim == tenant.as_str()
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
