//! Table `api_key`.

use callboard_http::Page;
use callboard_kernel::{ApiKeyId, Result, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};

use crate::model::{ApiKey, from_words, words};

sql! {
    pub SQL;
    KEY_INSERT = "insert into api_key (key_id, tenant_id, name, scopes, secret_hash, created_at, created_by, expires_at)
        values (:id, :tenant, :name, :scopes, :secret_hash, :created_at, :created_by, :expires_at)";
    KEY_BY_SECRET = "select * from api_key where key_id = :id";
    KEY_BY_ID = "select * from api_key where tenant_id = :tenant and key_id = :id";
    KEY_LOCK = "select * from api_key where tenant_id = :tenant and key_id = :id {for_update}";
    KEY_PAGE = "select * from api_key where tenant_id = :tenant and (created_at < :at or (created_at = :at and key_id < :id))
        order by created_at desc, key_id desc limit :fetch";
    KEY_ROTATE = "update api_key set old_secret_hash = secret_hash, old_until = :old_until, secret_hash = :secret_hash
        where tenant_id = :tenant and key_id = :id and revoked_at is null";
    KEY_REVOKE = "update api_key set revoked_at = :now where tenant_id = :tenant and key_id = :id and revoked_at is null";
    KEY_TOUCH = "update api_key set last_used_at = :now
        where tenant_id = :tenant and key_id = :id and (last_used_at is null or last_used_at < :now)";
}

fn key(row: &Row) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.get("key_id")?,
        tenant: row.get("tenant_id")?,
        name: row.get("name")?,
        scopes: from_words(&row.get::<String>("scopes")?)?,
        secret_hash: row.get("secret_hash")?,
        old_secret_hash: row.get("old_secret_hash")?,
        old_until: row.get("old_until")?,
        created_at: row.get("created_at")?,
        created_by: row.get("created_by")?,
        expires_at: row.get("expires_at")?,
        last_used_at: row.get("last_used_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

pub(crate) fn key_insert(tx: &Tx<'_>, k: &ApiKey) -> Result<()> {
    tx.execute_one(
        &KEY_INSERT,
        params! { id: k.id, tenant: k.tenant, name: k.name, scopes: words(&k.scopes), secret_hash: k.secret_hash,
        created_at: k.created_at, created_by: k.created_by, expires_at: k.expires_at },
    )
}

/// The key that a secret names; whether the secret is its own is `decide::key_holds`'s word.
pub(crate) fn key_by_secret(tx: &Tx<'_>, id: &ApiKeyId) -> Result<Option<ApiKey>> {
    tx.query_opt(&KEY_BY_SECRET, params! { id })?.as_ref().map(key).transpose()
}

/// The key; `lock` when it is about to be changed.
pub(crate) fn key_by_id(tx: &Tx<'_>, tenant: &TenantId, id: &ApiKeyId, lock: bool) -> Result<Option<ApiKey>> {
    let sql = if lock { &KEY_LOCK } else { &KEY_BY_ID };
    tx.query_opt(sql, params! { tenant, id })?.as_ref().map(key).transpose()
}

pub(crate) fn key_page(tx: &Tx<'_>, tenant: &TenantId, page: &Page) -> Result<Vec<ApiKey>> {
    let (at, id) = page.before();
    tx.query(&KEY_PAGE, params! { tenant, at, id, fetch: page.fetch() })?.iter().map(key).collect()
}

/// Puts a new secret in the old one's place; false when the key is revoked.
pub(crate) fn key_rotate(tx: &Tx<'_>, key: &ApiKey, secret_hash: &str, old_until: Timestamp) -> Result<bool> {
    let n = tx.execute(&KEY_ROTATE, params! { tenant: key.tenant, id: key.id, secret_hash, old_until })?;
    Ok(n == 1)
}

/// Whether it was not revoked before.
pub(crate) fn key_revoke(tx: &Tx<'_>, tenant: &TenantId, id: &ApiKeyId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&KEY_REVOKE, params! { tenant, id, now })? == 1)
}

pub(crate) fn key_touch(tx: &Tx<'_>, tenant: &TenantId, id: &ApiKeyId, now: Timestamp) -> Result<()> {
    tx.execute(&KEY_TOUCH, params! { tenant, id, now }).map(drop)
}
