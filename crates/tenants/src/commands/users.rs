//! Users, their roles, and the links that sign them in.

use callboard_http::{Principal, Role};
use callboard_kernel::{
    Entropy, Error, ExposeSecret as _, IssuerId, Keyring, Result, SecretString, TenantId, Timestamp, TokenKind, UserId,
    check_text, codes, uuid7_base32,
};
use callboard_store::Tx;
use serde_json::{Map, Value, json};

use super::audit::{Actor, Entry, audit};
use crate::model::{LOCAL, User, words};
use crate::{decide, store};

/// A user to be added.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// A name for people.
    pub display_name: Option<String>,
    /// The issuer's `iss`; none is the built-in issuer.
    pub issuer: Option<String>,
    /// Who they are there; none lets the built-in issuer choose.
    pub subject: Option<String>,
    /// Roles to begin with.
    pub roles: Vec<Role>,
}

/// Adds a user. Whether the maker may give the roles is checked by the routes; the command line may give all.
pub fn create_user(
    tx: &Tx<'_>,
    tenant: &TenantId,
    by: impl Into<Actor>,
    new: &NewUser,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<User> {
    let iss = new.issuer.as_deref().unwrap_or(LOCAL);
    let issuer = store::issuer_local(tx, tenant, iss)?
        .ok_or_else(|| Error::invalid("/issuer", "is no issuer of this tenant"))?;
    let id = UserId::generate(now, entropy);
    let subject = match &new.subject {
        Some(subject) if subject.is_empty() || subject.len() > 255 => {
            return Err(Error::invalid("/subject", "must have 1-255 bytes"));
        }
        Some(subject) => subject.clone(),
        None if issuer.algorithm.is_none() => id.to_string(),
        None => return Err(Error::invalid("/subject", "is required for users of an issuer of your own")),
    };
    check_name(new.display_name.as_deref())?;
    let user = User {
        id,
        tenant: tenant.clone(),
        issuer: issuer.wire_name().to_owned(),
        subject,
        display_name: new.display_name.clone(),
        disabled_at: None,
        created_at: now,
        last_seen_at: None,
        roles: sorted(&new.roles)?,
    };
    insert(tx, &user, &issuer.id)?;
    let detail = json!({ "issuer": user.issuer, "roles": words(&user.roles) });
    let entry = Entry { action: "user.create", object_kind: "user", object_id: user.id.as_str(), detail };
    audit(tx, tenant, by, &entry, now, entropy)?;
    Ok(user)
}

fn insert(tx: &Tx<'_>, user: &User, issuer: &IssuerId) -> Result<()> {
    if !store::user_insert(tx, user, issuer)? {
        return Err(Error::new(&codes::ALREADY_EXISTS, "This issuer already has a user of that subject.")
            .field("/subject", "is taken"));
    }
    store::roles_replace(tx, &user.tenant, &user.id, &user.roles)
}

/// The user of a token at first sight: no role, so their own sessions only.
pub(crate) fn user_at_first_sight(
    tx: &Tx<'_>,
    issuer: &crate::model::Issuer,
    subject: &str,
    name: Option<&str>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<User> {
    let user = User {
        id: UserId::generate(now, entropy),
        tenant: issuer.tenant.clone(),
        issuer: issuer.wire_name().to_owned(),
        subject: subject.to_owned(),
        display_name: name.filter(|n| check_text("", n, 100).is_ok()).map(str::to_owned),
        disabled_at: None,
        created_at: now,
        last_seen_at: Some(now),
        roles: Vec::new(),
    };
    if store::user_insert(tx, &user, &issuer.id)? {
        return Ok(user);
    }
    // Another request of the same person was faster.
    store::user_by_subject(tx, &issuer.tenant, &issuer.id, subject)?
        .ok_or_else(|| Error::internal("a user that exists cannot be found"))
}

/// The user of this tenant; 404 otherwise.
pub fn require_user(tx: &Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<User> {
    store::user_by_id(tx, tenant, id, false)?.ok_or_else(|| Error::not_found("user"))
}

/// Whether a user who shall own something new was erased. Their row stays locked until the transaction ends, so an erasure
/// either comes first or finds what became theirs. A disabled user may own: calls of theirs may still be filed.
pub fn owner_is_erased(tx: &Tx<'_>, tenant: &TenantId, id: &UserId) -> Result<bool> {
    store::user_by_id(tx, tenant, id, true)?;
    store::user_is_erased(tx, tenant, id)
}

/// Changes of a user; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) roles: Option<Vec<Role>>,
    pub(crate) display_name: Option<Option<String>>,
    pub(crate) disabled: Option<bool>,
}

/// Changes a user. Disabling ends their logins at once.
pub(crate) fn update_user(
    tx: &Tx<'_>,
    by: &Principal,
    id: &UserId,
    change: &Change,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<User> {
    let tenant = by.tenant();
    let mut user = store::user_by_id(tx, tenant, id, true)?.ok_or_else(|| Error::not_found("user"))?;
    super::retention::not_erased(tx, tenant, id)?;
    let before = user.roles.clone();
    let mut detail = Map::new();
    if let Some(name) = &change.display_name {
        check_name(name.as_deref())?;
        user.display_name.clone_from(name);
        detail.insert("displayName".to_owned(), json!("changed"));
    }
    if let Some(disabled) = change.disabled {
        detail.insert("disabled".to_owned(), json!(disabled));
        user.disabled_at = disabled.then(|| user.disabled_at.unwrap_or(now));
    }
    if let Some(roles) = &change.roles {
        user.roles = sorted(roles)?;
        detail.insert("roles".to_owned(), json!({ "from": words(&before), "to": words(&user.roles) }));
    }
    decide::may_change_roles(by, &before, &user.roles)?;
    store::user_update(tx, &user)?;
    store::roles_replace(tx, tenant, id, &user.roles)?;
    if user.disabled_at.is_some() {
        store::logins_end_of_user(tx, tenant, id, now)?;
    }
    if before.contains(&Role::Owner) && store::owners(tx, tenant)?.is_empty() {
        return Err(Error::new(&codes::VALIDATION_FAILED, "A tenant keeps at least one owner who can sign in.").field(
            if change.roles.is_some() { "/roles" } else { "/disabled" },
            "would leave the tenant without an owner",
        ));
    }
    let entry =
        Entry { action: "user.update", object_kind: "user", object_id: id.as_str(), detail: Value::Object(detail) };
    audit(tx, tenant, by, &entry, now, entropy)?;
    Ok(user)
}

/// A one-time link for a user of the tenant: the token to put behind `<public_url>/login#`. It is derived, so nothing
/// but its hash is stored.
pub fn login_link(
    tx: &Tx<'_>,
    keys: &Keyring,
    (tenant, user): (&TenantId, &UserId),
    by: impl Into<Actor>,
    ttl_ms: i64,
    (now, entropy): (Timestamp, &mut Entropy),
) -> Result<SecretString> {
    let found = require_user(tx, tenant, user)?;
    if found.disabled_at.is_some() {
        return Err(Error::new(&codes::FORBIDDEN, "The user is disabled."));
    }
    let id = format!("lnk_{}", uuid7_base32(now, entropy));
    let token = keys.derive(TokenKind::LoginLink, &[tenant.as_str(), user.as_str(), &id]);
    let hash = Keyring::lookup_hash(token.expose_secret());
    store::link_insert(tx, tenant, user, &id, &hash, (now, now.plus_ms(ttl_ms)))?;
    let entry = Entry {
        action: "login_link.create",
        object_kind: "user",
        object_id: user.as_str(),
        detail: json!({ "ttlMs": ttl_ms }),
    };
    audit(tx, tenant, by, &entry, now, entropy)?;
    Ok(token)
}

fn check_name(name: Option<&str>) -> Result<()> {
    name.map_or(Ok(()), |n| check_text("/displayName", n, 100).map(drop))
}

fn sorted(roles: &[Role]) -> Result<Vec<Role>> {
    let mut out = roles.to_vec();
    out.sort_unstable();
    out.dedup();
    if out.len() != roles.len() {
        return Err(Error::invalid("/roles", "must not name a role twice"));
    }
    Ok(out)
}
