//! Table `audit`.

use callboard_http::Page;
use callboard_kernel::{AuditId, Error, Result, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};

use crate::model::{Actor, AuditFilter, AuditRow, Entry};

sql! {
    pub SQL;
    AUDIT_INSERT = "insert into audit (audit_id, tenant_id, at, actor_kind, actor_id, action, object_kind, object_id, detail)
        values (:id, :tenant, :at, :actor_kind, :actor_id, :action, :object_kind, :object_id, :detail)";
    AUDIT_PAGE = "select a.*, coalesce(u.display_name, k.name) as actor_name from audit a
        left join app_user u on u.user_id = a.actor_id and u.tenant_id = a.tenant_id
        left join api_key k on k.key_id = a.actor_id and k.tenant_id = a.tenant_id
        where a.tenant_id = :tenant and (a.at < :at or (a.at = :at and a.audit_id < :id)) and a.at >= :from and a.at < :until
        and (cast(:action as text) is null or a.action = :action) and (cast(:actor as text) is null or a.actor_id = :actor)
        and (cast(:object as text) is null or a.object_id = :object)
        order by a.at desc, a.audit_id desc limit :fetch";
}

pub(crate) fn audit_insert(
    tx: &Tx<'_>,
    id: &AuditId,
    tenant: &TenantId,
    at: Timestamp,
    by: &Actor,
    e: &Entry<'_>,
) -> Result<()> {
    tx.execute_one(
        &AUDIT_INSERT,
        params! { id, tenant, at, actor_kind: by.kind, actor_id: by.id, action: e.action, object_kind: e.object_kind,
        object_id: e.object_id, detail: e.detail.to_string() },
    )
}

pub(crate) fn audit_page(tx: &Tx<'_>, tenant: &TenantId, f: &AuditFilter, page: &Page) -> Result<Vec<AuditRow>> {
    let (at, id) = page.before();
    let rows = tx.query(
        &AUDIT_PAGE,
        params! { tenant, at, id, from: f.from, until: f.until, action: f.action, actor: f.actor, object: f.object,
        fetch: page.fetch() },
    )?;
    rows.iter().map(row).collect()
}

fn row(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.get("audit_id")?,
        at: row.get("at")?,
        actor_kind: row.get("actor_kind")?,
        actor_id: row.get("actor_id")?,
        actor_name: row.get("actor_name")?,
        action: row.get("action")?,
        object_kind: row.get("object_kind")?,
        object_id: row.get("object_id")?,
        detail: serde_json::from_str(&row.get::<String>("detail")?).map_err(Error::internal)?,
    })
}
