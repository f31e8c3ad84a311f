//! Table `request_log`.

use callboard_http::{Page, RequestNote};
use callboard_kernel::{Entropy, RequestId, Result, TenantId};
use callboard_store::{Row, Tx, params, sql};

use crate::model::{Actor, RequestFilter, RequestRow};

/// One page; the two texts differ in the index that serves them.
macro_rules! page_sql {
    ($only:literal) => {
        concat!(
            "select r.*, coalesce(u.display_name, k.name) as principal_name from request_log r
            left join app_user u on u.user_id = r.principal_id and u.tenant_id = r.tenant_id
            left join api_key k on k.key_id = r.principal_id and k.tenant_id = r.tenant_id
            where r.tenant_id = :tenant and (r.at < :at or (r.at = :at and r.request_id < :id))",
            $only,
            " and (cast(:method as text) is null or r.method = :method) and r.status >= :low and r.status < :high
            order by r.at desc, r.request_id desc limit :fetch"
        )
    };
}

sql! {
    pub SQL;
    REQUEST_INSERT = "insert into request_log (request_id, tenant_id, at, duration_ms, principal_kind, principal_id, method,
        route, path, session_id, status, code, trace_id) values (:id, :tenant, :at, :duration_ms, :kind, :principal, :method,
        :route, :path, :session, :status, :code, :trace)";
    REQUEST_PAGE = page_sql!("");
    REQUEST_PAGE_OF_SESSION = page_sql!(" and r.session_id = :session and (cast(:principal as text) is null or r.principal_id = :principal)");
    REQUEST_PAGE_OF_PRINCIPAL = page_sql!(" and r.principal_id = :principal");
}

/// Writes notes of any tenants.
pub(crate) fn requests_insert(tx: &Tx<'_>, notes: &[RequestNote], entropy: &mut Entropy) -> Result<()> {
    for note in notes {
        let by = Actor::from(&note.principal);
        tx.execute_one(
            &REQUEST_INSERT,
            params! { id: RequestId::generate(note.at, entropy), tenant: note.principal.tenant(), at: note.at,
            duration_ms: note.duration_ms, kind: by.kind, principal: by.id, method: note.method.as_str(),
            route: note.route, path: note.path, session: note.session, status: i64::from(note.status), code: note.code,
            trace: note.trace_id },
        )?;
    }
    Ok(())
}

/// A page of the tenant's requests, newest first.
pub(crate) fn requests_page(tx: &Tx<'_>, tenant: &TenantId, f: &RequestFilter, page: &Page) -> Result<Vec<RequestRow>> {
    let (at, id) = page.before();
    let (method, (low, high), fetch) = (f.method.as_deref(), f.status, page.fetch());
    let rows = match (&f.session, &f.principal) {
        (Some(session), principal) => {
            tx.query(&REQUEST_PAGE_OF_SESSION, params! { tenant, at, id, session, principal, method, low, high, fetch })
        }
        (None, Some(principal)) => {
            tx.query(&REQUEST_PAGE_OF_PRINCIPAL, params! { tenant, at, id, principal, method, low, high, fetch })
        }
        (None, None) => tx.query(&REQUEST_PAGE, params! { tenant, at, id, method, low, high, fetch }),
    };
    rows?.iter().map(row).collect()
}

fn row(row: &Row) -> Result<RequestRow> {
    Ok(RequestRow {
        id: row.get("request_id")?,
        at: row.get("at")?,
        duration_ms: row.get("duration_ms")?,
        principal_kind: row.get("principal_kind")?,
        principal_id: row.get("principal_id")?,
        principal_name: row.get("principal_name")?,
        method: row.get("method")?,
        route: row.get("route")?,
        path: row.get("path")?,
        session: row.get("session_id")?,
        status: row.get("status")?,
        code: row.get("code")?,
        trace_id: row.get("trace_id")?,
    })
}
