//! Signing browsers in and out.

use callboard_http::{Principal, Role};
use callboard_kernel::{Entropy, Error, ExposeSecret as _, Keyring, LoginId, Result, SecretString, Timestamp, codes};
use callboard_store::Tx;
use serde_json::json;

use super::audit::{Entry, audit};
use crate::model::words;
use crate::{decide, store, token};

/// A login that has begun: who it speaks for, and the cookie's value.
pub(crate) struct Begun {
    pub(crate) principal: Principal,
    pub(crate) cookie: SecretString,
}

/// Begins a login as a key or user that was recognised by its own credential. With `narrow`, the roles of this moment are
/// all that the login will ever have; otherwise it follows the stored ones.
pub(crate) fn begin_login(
    tx: &Tx<'_>,
    who: &Principal,
    narrow: bool,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Begun> {
    let id = LoginId::generate(now, entropy);
    let cookie = token::mint(token::LOGIN, id.as_str(), entropy);
    let hash = Keyring::lookup_hash(cookie.expose_secret());
    let mut principal = who.clone();
    let (user, key, roles) = match &mut principal {
        Principal::User { user, roles, login, .. } => {
            *login = Some(id.clone());
            (Some(&*user), None, Some(roles.as_slice()))
        }
        Principal::Key { key, login, .. } => {
            *login = Some(id.clone());
            (None, Some(&*key), None)
        }
        Principal::Pass { .. } => return Err(Error::new(&codes::FORBIDDEN, "A session pass is no way to sign in.")),
    };
    let expires_at = now.plus_ms(decide::LOGIN_MAX_MS);
    let new = store::NewLogin {
        id: &id,
        tenant: who.tenant(),
        secret_hash: &hash,
        user,
        key,
        narrowed_to: roles.filter(|_| narrow),
        now,
        expires_at,
    };
    store::login_insert(tx, &new)?;
    let detail = json!({ "roles": roles.map(words) });
    let entry = Entry { action: "login.begin", object_kind: "login", object_id: id.as_str(), detail };
    audit(tx, who.tenant(), who, &entry, now, entropy)?;
    Ok(Begun { principal, cookie })
}

/// Uses up a one-time link; the user whom it signs in, with all stored roles.
pub(crate) fn open_link(tx: &Tx<'_>, token: &str, now: Timestamp) -> Result<Principal> {
    let invalid = || {
        Error::new(
            &codes::LOGIN_LINK_INVALID,
            "The login link was used, has expired or never existed; ask for a new one.",
        )
    };
    let (id, tenant, user) = store::link_by_secret(tx, &Keyring::lookup_hash(token))?.ok_or_else(invalid)?;
    if !store::link_consume(tx, &tenant, &id, now)? {
        return Err(invalid());
    }
    let found =
        store::user_by_id(tx, &tenant, &user, false)?.filter(|u| u.disabled_at.is_none()).ok_or_else(invalid)?;
    store::user_touch(tx, &tenant, &user, now)?;
    let roles: Vec<Role> = found.roles;
    Ok(Principal::User { tenant, user, roles, login: None })
}

/// Ends the login that the caller came with, if any.
pub(crate) fn end_login(tx: &Tx<'_>, who: &Principal, now: Timestamp, entropy: &mut Entropy) -> Result<()> {
    let (Principal::User { login: Some(login), .. } | Principal::Key { login: Some(login), .. }) = who else {
        return Ok(());
    };
    store::login_end(tx, who.tenant(), login, now)?;
    let entry = Entry { action: "login.end", object_kind: "login", object_id: login.as_str(), detail: json!({}) };
    audit(tx, who.tenant(), who, &entry, now, entropy)
}
