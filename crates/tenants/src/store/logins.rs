//! Tables `login_link` and `login`.

use callboard_http::Role;
use callboard_kernel::{ApiKeyId, LoginId, Result, TenantId, Timestamp, UserId};
use callboard_store::{Row, Tx, params, sql};

use super::SLICE;
use crate::model::{Login, from_words, words};

sql! {
    pub SQL;
    LINK_INSERT = "insert into login_link (link_id, tenant_id, user_id, token_hash, created_at, expires_at)
        values (:id, :tenant, :user, :token_hash, :now, :expires_at)";
    LINK_BY_SECRET = "select link_id, tenant_id, user_id from login_link where token_hash = :token_hash";
    LINK_CONSUME = "update login_link set used_at = :now
        where tenant_id = :tenant and link_id = :id and used_at is null and expires_at > :now";
    LINKS_DUE = "select tenant_id, link_id from login_link where expires_at < :before order by expires_at limit :slice";
    LINK_DELETE = "delete from login_link where tenant_id = :tenant and link_id = :id";
    LOGIN_INSERT = "insert into login (login_id, tenant_id, secret_hash, user_id, key_id, narrowed_to, created_at, last_used_at, expires_at)
        values (:id, :tenant, :secret_hash, :user, :key, :narrowed_to, :now, :now, :expires_at)";
    LOGIN_BY_SECRET = "select * from login where login_id = :id";
    LOGIN_TOUCH = "update login set last_used_at = :now where tenant_id = :tenant and login_id = :id and last_used_at < :now";
    LOGIN_END = "update login set ended_at = :now where tenant_id = :tenant and login_id = :id and ended_at is null";
    LOGINS_END_OF_USER = "update login set ended_at = :now where tenant_id = :tenant and user_id = :user and ended_at is null";
    LOGINS_DUE = "select tenant_id, login_id from login where expires_at < :before order by expires_at limit :slice";
    LOGIN_DELETE = "delete from login where tenant_id = :tenant and login_id = :id";
}

/// A link that is about to be given out.
pub(crate) fn link_insert(
    tx: &Tx<'_>,
    tenant: &TenantId,
    user: &UserId,
    id: &str,
    token_hash: &str,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<()> {
    tx.execute_one(&LINK_INSERT, params! { id, tenant, user, token_hash, now, expires_at })
}

/// The link (id, tenant, user) that a token opens.
pub(crate) fn link_by_secret(tx: &Tx<'_>, token_hash: &str) -> Result<Option<(String, TenantId, UserId)>> {
    let row = tx.query_opt(&LINK_BY_SECRET, params! { token_hash })?;
    row.map(|r| Ok((r.get("link_id")?, r.get("tenant_id")?, r.get("user_id")?))).transpose()
}

/// Uses the link up; false when it was used or has expired.
pub(crate) fn link_consume(tx: &Tx<'_>, tenant: &TenantId, id: &str, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&LINK_CONSUME, params! { tenant, id, now })? == 1)
}

/// Deletes one slice of links that expired before the instant.
pub(crate) fn links_prune(tx: &Tx<'_>, before: Timestamp) -> Result<u64> {
    let mut gone = 0;
    for row in tx.query(&LINKS_DUE, params! { before, slice: SLICE.cast_signed() })? {
        let (tenant, id): (TenantId, String) = (row.get("tenant_id")?, row.get("link_id")?);
        gone += tx.execute(&LINK_DELETE, params! { tenant, id })?;
    }
    Ok(gone)
}

/// A login that is about to begin.
pub(crate) struct NewLogin<'a> {
    pub(crate) id: &'a LoginId,
    pub(crate) tenant: &'a TenantId,
    pub(crate) secret_hash: &'a str,
    pub(crate) user: Option<&'a UserId>,
    pub(crate) key: Option<&'a ApiKeyId>,
    pub(crate) narrowed_to: Option<&'a [Role]>,
    pub(crate) now: Timestamp,
    pub(crate) expires_at: Timestamp,
}

pub(crate) fn login_insert(tx: &Tx<'_>, l: &NewLogin<'_>) -> Result<()> {
    tx.execute_one(
        &LOGIN_INSERT,
        params! { id: l.id, tenant: l.tenant, secret_hash: l.secret_hash, user: l.user, key: l.key,
        narrowed_to: l.narrowed_to.map(words), now: l.now, expires_at: l.expires_at },
    )
}

fn login(row: &Row) -> Result<Login> {
    Ok(Login {
        id: row.get("login_id")?,
        tenant: row.get("tenant_id")?,
        secret_hash: row.get("secret_hash")?,
        user: row.get("user_id")?,
        key: row.get("key_id")?,
        narrowed_to: row.get::<Option<String>>("narrowed_to")?.map(|t| from_words(&t)).transpose()?,
        last_used_at: row.get("last_used_at")?,
        expires_at: row.get("expires_at")?,
        ended_at: row.get("ended_at")?,
    })
}

/// The login that a cookie names; whether the cookie is its own is `decide::login_holds`'s word.
pub(crate) fn login_by_secret(tx: &Tx<'_>, id: &LoginId) -> Result<Option<Login>> {
    tx.query_opt(&LOGIN_BY_SECRET, params! { id })?.as_ref().map(login).transpose()
}

pub(crate) fn login_touch(tx: &Tx<'_>, tenant: &TenantId, id: &LoginId, now: Timestamp) -> Result<()> {
    tx.execute(&LOGIN_TOUCH, params! { tenant, id, now }).map(drop)
}

pub(crate) fn login_end(tx: &Tx<'_>, tenant: &TenantId, id: &LoginId, now: Timestamp) -> Result<()> {
    tx.execute(&LOGIN_END, params! { tenant, id, now }).map(drop)
}

pub(crate) fn logins_end_of_user(tx: &Tx<'_>, tenant: &TenantId, user: &UserId, now: Timestamp) -> Result<()> {
    tx.execute(&LOGINS_END_OF_USER, params! { tenant, user, now }).map(drop)
}

/// Deletes one slice of logins that expired before the instant.
pub(crate) fn logins_prune(tx: &Tx<'_>, before: Timestamp) -> Result<u64> {
    let mut gone = 0;
    for row in tx.query(&LOGINS_DUE, params! { before, slice: SLICE.cast_signed() })? {
        let (tenant, id): (TenantId, LoginId) = (row.get("tenant_id")?, row.get("login_id")?);
        gone += tx.execute(&LOGIN_DELETE, params! { tenant, id })?;
    }
    Ok(gone)
}
