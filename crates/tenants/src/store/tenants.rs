//! Table `tenant`, which belongs to the installation: its own id is its tenant.

use callboard_http::Page;
use callboard_kernel::{Error, Result, TenantId};
use callboard_store::{Row, Tx, params, sql};
use serde_json::{Map, Value};

use crate::model::{Tenant, from_word, word};

sql! {
    pub SQL;
    TENANT_INSERT = "insert into tenant (tenant_id, name, status, plan, max_concurrent_calls, active_calls, flags, metadata, version, created_at)
        values (:tenant, :name, :status, :plan, :max_calls, 0, :flags, :metadata, 1, :now)";
    TENANT_BY_ID = "select * from tenant where tenant_id = :tenant";
    TENANT_OWNER_BY_NAME = "select t.tenant_id, r.user_id from tenant t join user_role r on r.tenant_id = t.tenant_id
        where t.name = :name and r.role = 'owner' order by t.created_at, r.user_id limit 1";
    TENANT_OWNERS = "select t.tenant_id, t.name, u.user_id, u.display_name from tenant t
        join user_role r on r.tenant_id = t.tenant_id and r.role = 'owner'
        join app_user u on u.tenant_id = r.tenant_id and u.user_id = r.user_id and u.disabled_at is null
        order by t.created_at, u.user_id limit 20";
    TENANT_LOCK = "select * from tenant where tenant_id = :tenant {for_update}";
    TENANT_PAGE = "select * from tenant where created_at < :at or (created_at = :at and tenant_id < :id)
        order by created_at desc, tenant_id desc limit :fetch";
    TENANT_UPDATE = "update tenant set name = :name, status = :status, plan = :plan, max_concurrent_calls = :max_calls, flags = :flags,
        metadata = :metadata, version = version + 1 where tenant_id = :tenant and version = :version";
    SLOT_TAKE = "update tenant set active_calls = active_calls + 1
        where tenant_id = :tenant and (max_concurrent_calls is null or active_calls < max_concurrent_calls)";
    SLOT_RELEASE = "update tenant set active_calls = active_calls - 1 where tenant_id = :tenant and active_calls > 0";
    SLOTS_IN_USE_DUE = "select tenant_id from tenant where active_calls > 0";
    SLOTS_SET = "update tenant set active_calls = :n where tenant_id = :tenant and active_calls <> :n";
}

fn object(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(Error::internal)
}

fn text(object: &Map<String, Value>) -> Result<String> {
    serde_json::to_string(object).map_err(Error::internal)
}

fn tenant(row: &Row) -> Result<Tenant> {
    Ok(Tenant {
        id: row.get("tenant_id")?,
        name: row.get("name")?,
        status: from_word(&row.get::<String>("status")?)?,
        plan: row.get("plan")?,
        max_concurrent_calls: row.get("max_concurrent_calls")?,
        active_calls: row.get("active_calls")?,
        flags: object(&row.get::<String>("flags")?)?,
        metadata: object(&row.get::<String>("metadata")?)?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
    })
}

pub(crate) fn tenant_insert(tx: &Tx<'_>, t: &Tenant) -> Result<()> {
    tx.execute_one(
        &TENANT_INSERT,
        params! { tenant: t.id, name: t.name, status: word(&t.status), plan: t.plan, max_calls: t.max_concurrent_calls,
        flags: text(&t.flags)?, metadata: text(&t.metadata)?, now: t.created_at },
    )
}

/// The tenant; `lock` when it is about to be changed.
pub(crate) fn tenant_by_id(tx: &Tx<'_>, id: &TenantId, lock: bool) -> Result<Option<Tenant>> {
    let sql = if lock { &TENANT_LOCK } else { &TENANT_BY_ID };
    tx.query_opt(sql, params! { tenant: id })?.as_ref().map(tenant).transpose()
}

/// The oldest tenant of a name, and its first owner.
pub(crate) fn tenant_owner_by_name(tx: &Tx<'_>, name: &str) -> Result<Option<(TenantId, callboard_kernel::UserId)>> {
    tx.query_opt(&TENANT_OWNER_BY_NAME, params! { name })?
        .map(|r| Ok((r.get("tenant_id")?, r.get("user_id")?)))
        .transpose()
}

/// An owner who may sign in.
pub(crate) struct Owner {
    /// Whose, and who.
    pub(crate) ids: (TenantId, callboard_kernel::UserId),
    /// Their name.
    pub(crate) name: Option<String>,
    /// The tenant's name.
    pub(crate) tenant: String,
}

/// The first owners of the installation, the oldest tenant's first.
pub(crate) fn every_owner(tx: &Tx<'_>) -> Result<Vec<Owner>> {
    let owner = |row: &Row| {
        Ok(Owner {
            ids: (row.get("tenant_id")?, row.get("user_id")?),
            name: row.get("display_name")?,
            tenant: row.get("name")?,
        })
    };
    tx.query(&TENANT_OWNERS, params! {})?.iter().map(owner).collect()
}

pub(crate) fn tenant_page(tx: &Tx<'_>, page: &Page) -> Result<Vec<Tenant>> {
    let (at, id) = page.before();
    tx.query(&TENANT_PAGE, params! { at, id, fetch: page.fetch() })?.iter().map(tenant).collect()
}

/// Writes the configuration of a locked tenant.
pub(crate) fn tenant_update(tx: &Tx<'_>, t: &Tenant) -> Result<()> {
    tx.execute_one(
        &TENANT_UPDATE,
        params! { tenant: t.id, name: t.name, status: word(&t.status), plan: t.plan, max_calls: t.max_concurrent_calls,
        flags: text(&t.flags)?, metadata: text(&t.metadata)?, version: t.version },
    )
}

/// Whether there was a free slot.
pub(crate) fn slot_take(tx: &Tx<'_>, tenant: &TenantId) -> Result<bool> {
    Ok(tx.execute(&SLOT_TAKE, params! { tenant })? == 1)
}

pub(crate) fn slot_release(tx: &Tx<'_>, tenant: &TenantId) -> Result<()> {
    tx.execute(&SLOT_RELEASE, params! { tenant }).map(drop)
}

/// Tenants with slots in use; a scan over the installation.
pub(crate) fn slots_in_use(tx: &Tx<'_>) -> Result<std::collections::BTreeSet<TenantId>> {
    tx.query(&SLOTS_IN_USE_DUE, params! {})?.iter().map(|r| r.at(0)).collect()
}

/// Whether the number was another.
pub(crate) fn slots_set(tx: &Tx<'_>, tenant: &TenantId, n: i64) -> Result<bool> {
    Ok(tx.execute(&SLOTS_SET, params! { tenant, n })? == 1)
}
