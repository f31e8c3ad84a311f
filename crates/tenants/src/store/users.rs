//! Tables `issuer`, `app_user`, `user_role`.

use callboard_http::{Page, Role};
use callboard_kernel::{IssuerId, Result, TenantId, Timestamp, UserId};
use callboard_store::{Row, Tx, params, sql};

use crate::model::{Issuer, LOCAL, User, from_word, word};

sql! {
    pub SQL;
    ISSUER_INSERT = "insert into issuer (issuer_id, tenant_id, iss, live_iss, audience, algorithm, sealed_secret, jwks_url, created_at)
        values (:id, :tenant, :iss, :iss, :audience, :algorithm, :sealed_secret, :jwks_url, :now) on conflict do nothing";
    ISSUER_BY_ISS = "select * from issuer where live_iss = :iss";
    ISSUER_BY_ID = "select * from issuer where tenant_id = :tenant and issuer_id = :id and live_iss is not null {for_update}";
    ISSUER_LOCAL = "select * from issuer where tenant_id = :tenant and algorithm = ''";
    ISSUER_BY_TENANT_AND_ISS = "select * from issuer where tenant_id = :tenant and live_iss = :iss";
    ISSUER_PAGE = "select * from issuer where tenant_id = :tenant and live_iss is not null
        and (created_at < :at or (created_at = :at and issuer_id < :id)) order by created_at desc, issuer_id desc limit :fetch";
    ISSUERS_SEALED = "select tenant_id, issuer_id, sealed_secret from issuer where live_iss is not null and sealed_secret is not null";
    ISSUER_REMOVE = "update issuer set live_iss = null, removed_at = :now, sealed_secret = null
        where tenant_id = :tenant and issuer_id = :id and live_iss is not null";
    USER_INSERT = "insert into app_user (user_id, tenant_id, issuer_id, subject, display_name, created_at, last_seen_at)
        values (:id, :tenant, :issuer, :subject, :display_name, :now, :seen) on conflict do nothing";
    USER_BY_ID = "select u.*, i.iss, i.algorithm, i.live_iss from app_user u join issuer i on i.issuer_id = u.issuer_id
        where u.tenant_id = :tenant and u.user_id = :id";
    USER_TENANT = "select tenant_id from app_user where user_id = :id";
    USER_LOCK = "select user_id from app_user where tenant_id = :tenant and user_id = :id {for_update}";
    USER_BY_SUBJECT = "select u.*, i.iss, i.algorithm, i.live_iss from app_user u join issuer i on i.issuer_id = u.issuer_id
        where u.tenant_id = :tenant and u.issuer_id = :issuer and u.subject = :subject";
    USER_PAGE = "select u.*, i.iss, i.algorithm, i.live_iss from app_user u join issuer i on i.issuer_id = u.issuer_id
        where u.tenant_id = :tenant and (u.created_at < :at or (u.created_at = :at and u.user_id < :id))
        order by u.created_at desc, u.user_id desc limit :fetch";
    USER_UPDATE = "update app_user set display_name = :display_name, disabled_at = :disabled_at
        where tenant_id = :tenant and user_id = :id";
    USER_TOUCH = "update app_user set last_seen_at = :now
        where tenant_id = :tenant and user_id = :id and (last_seen_at is null or last_seen_at < :now)";
    ROLES_OF = "select role from user_role where tenant_id = :tenant and user_id = :id";
    ROLES_CLEAR = "delete from user_role where tenant_id = :tenant and user_id = :id";
    ROLE_INSERT = "insert into user_role (tenant_id, user_id, role) values (:tenant, :id, :role)";
    OWNERS = "select u.user_id from user_role r join app_user u on u.user_id = r.user_id
        where r.tenant_id = :tenant and r.role = 'owner' and u.disabled_at is null limit 2";
}

fn issuer(row: &Row) -> Result<Issuer> {
    let algorithm: String = row.get("algorithm")?;
    Ok(Issuer {
        id: row.get("issuer_id")?,
        tenant: row.get("tenant_id")?,
        iss: row.get("iss")?,
        audience: row.get("audience")?,
        algorithm: if algorithm.is_empty() { None } else { Some(from_word(&algorithm)?) },
        sealed_secret: row.get("sealed_secret")?,
        jwks_url: row.get("jwks_url")?,
        created_at: row.get("created_at")?,
    })
}

/// Adds an issuer; false when its `iss` is taken in this installation.
pub(crate) fn issuer_insert(tx: &Tx<'_>, i: &Issuer) -> Result<bool> {
    let algorithm = i.algorithm.as_ref().map(word).unwrap_or_default();
    let n = tx.execute(
        &ISSUER_INSERT,
        params! { id: i.id, tenant: i.tenant, iss: i.iss, audience: i.audience, algorithm: algorithm,
        sealed_secret: i.sealed_secret, jwks_url: i.jwks_url, now: i.created_at },
    )?;
    Ok(n == 1)
}

/// The issuer that a token's `iss` names; it yields the tenant.
pub(crate) fn issuer_by_iss(tx: &Tx<'_>, iss: &str) -> Result<Option<Issuer>> {
    tx.query_opt(&ISSUER_BY_ISS, params! { iss })?.as_ref().map(issuer).transpose()
}

/// Tenant, id and sealed secret of every issuer of the installation that is in use and shares one.
pub(crate) fn issuers_sealed(tx: &Tx<'_>) -> Result<Vec<(TenantId, IssuerId, String)>> {
    let rows = tx.query(&ISSUERS_SEALED, params! {})?;
    rows.iter().map(|r| Ok((r.get("tenant_id")?, r.get("issuer_id")?, r.get("sealed_secret")?))).collect()
}

pub(crate) fn issuer_by_id(tx: &Tx<'_>, tenant: &TenantId, id: &IssuerId) -> Result<Option<Issuer>> {
    tx.query_opt(&ISSUER_BY_ID, params! { tenant, id })?.as_ref().map(issuer).transpose()
}

/// The tenant's issuer of that name; `local` is the built-in one.
pub(crate) fn issuer_local(tx: &Tx<'_>, tenant: &TenantId, iss: &str) -> Result<Option<Issuer>> {
    let row = if iss == LOCAL {
        tx.query_opt(&ISSUER_LOCAL, params! { tenant })?
    } else {
        tx.query_opt(&ISSUER_BY_TENANT_AND_ISS, params! { tenant, iss })?
    };
    row.as_ref().map(issuer).transpose()
}

pub(crate) fn issuer_page(tx: &Tx<'_>, tenant: &TenantId, page: &Page) -> Result<Vec<Issuer>> {
    let (at, id) = page.before();
    tx.query(&ISSUER_PAGE, params! { tenant, at, id, fetch: page.fetch() })?.iter().map(issuer).collect()
}

pub(crate) fn issuer_remove(tx: &Tx<'_>, tenant: &TenantId, id: &IssuerId, now: Timestamp) -> Result<bool> {
    Ok(tx.execute(&ISSUER_REMOVE, params! { tenant, id, now })? == 1)
}

fn user(tx: &Tx<'_>, row: &Row) -> Result<User> {
    let (tenant, id): (TenantId, UserId) = (row.get("tenant_id")?, row.get("user_id")?);
    let local = row.get::<String>("algorithm")?.is_empty();
    let mut roles: Vec<Role> = tx
        .query(&ROLES_OF, params! { tenant, id })?
        .iter()
        .map(|r| from_word(&r.get::<String>("role")?))
        .collect::<Result<_>>()?;
    roles.sort_unstable();
    Ok(User {
        issuer: if local { LOCAL.to_owned() } else { row.get("iss")? },
        subject: row.get("subject")?,
        display_name: row.get("display_name")?,
        // Without its issuer nobody vouches for the user any more.
        disabled_at: match row.get::<Option<String>>("live_iss")? {
            Some(_) => row.get("disabled_at")?,
            None => Some(row.get::<Option<Timestamp>>("disabled_at")?.unwrap_or_default()),
        },
        created_at: row.get("created_at")?,
        last_seen_at: row.get("last_seen_at")?,
        roles,
        id,
        tenant,
    })
}

/// Adds a user; false when the issuer already has one of that subject.
pub(crate) fn user_insert(tx: &Tx<'_>, u: &User, issuer: &IssuerId) -> Result<bool> {
    let n = tx.execute(
        &USER_INSERT,
        params! { id: u.id, tenant: u.tenant, issuer, subject: u.subject, display_name: u.display_name, now: u.created_at,
        seen: u.last_seen_at },
    )?;
    Ok(n == 1)
}

/// The tenant of a user, for the command line; it yields the tenant.
pub(crate) fn user_tenant(tx: &Tx<'_>, id: &UserId) -> Result<Option<TenantId>> {
    tx.query_opt(&USER_TENANT, params! { id })?.map(|row| row.get("tenant_id")).transpose()
}

/// The user; `lock` when it is about to be changed.
pub(crate) fn user_by_id(tx: &Tx<'_>, tenant: &TenantId, id: &UserId, lock: bool) -> Result<Option<User>> {
    if lock && tx.query_opt(&USER_LOCK, params! { tenant, id })?.is_none() {
        return Ok(None);
    }
    tx.query_opt(&USER_BY_ID, params! { tenant, id })?.map(|row| user(tx, &row)).transpose()
}

pub(crate) fn user_by_subject(
    tx: &Tx<'_>,
    tenant: &TenantId,
    issuer: &IssuerId,
    subject: &str,
) -> Result<Option<User>> {
    tx.query_opt(&USER_BY_SUBJECT, params! { tenant, issuer, subject })?.map(|row| user(tx, &row)).transpose()
}

pub(crate) fn user_page(tx: &Tx<'_>, tenant: &TenantId, page: &Page) -> Result<Vec<User>> {
    let (at, id) = page.before();
    tx.query(&USER_PAGE, params! { tenant, at, id, fetch: page.fetch() })?.iter().map(|row| user(tx, row)).collect()
}

pub(crate) fn user_update(tx: &Tx<'_>, u: &User) -> Result<()> {
    tx.execute_one(
        &USER_UPDATE,
        params! { tenant: u.tenant, id: u.id, display_name: u.display_name, disabled_at: u.disabled_at },
    )
}

pub(crate) fn user_touch(tx: &Tx<'_>, tenant: &TenantId, id: &UserId, now: Timestamp) -> Result<()> {
    tx.execute(&USER_TOUCH, params! { tenant, id, now }).map(drop)
}

pub(crate) fn roles_replace(tx: &Tx<'_>, tenant: &TenantId, id: &UserId, roles: &[Role]) -> Result<()> {
    tx.execute(&ROLES_CLEAR, params! { tenant, id })?;
    for role in roles {
        tx.execute_one(&ROLE_INSERT, params! { tenant, id, role: word(role) })?;
    }
    Ok(())
}

/// Up to two owners who may sign in: enough to know whether one may go.
pub(crate) fn owners(tx: &Tx<'_>, tenant: &TenantId) -> Result<Vec<UserId>> {
    tx.query(&OWNERS, params! { tenant })?.iter().map(|row| row.get("user_id")).collect()
}
