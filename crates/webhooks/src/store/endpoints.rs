//! Table `webhook_endpoint`.

use callboard_http::Page;
use callboard_kernel::{Error, Result, TenantId, Timestamp, WebhookEndpointId as EndpointId};
use callboard_store::{Row, Tx, params, sql};

use super::deliveries::last_attempt;
use crate::model::{DisabledReason, Endpoint, EndpointView};

sql! {
    pub SQL;
    ENDPOINTS_WANTING = "select endpoint_id, event_types, disabled_at from webhook_endpoint where tenant_id = :tenant \
        and deleted_at is null and (disabled_at is null or disabled_at > :missed_since)";
    ENDPOINT_BY_ID = "select * from webhook_endpoint where tenant_id = :tenant and endpoint_id = :id and deleted_at is null";
    ENDPOINT_LOCK = "select * from webhook_endpoint where tenant_id = :tenant and endpoint_id = :id and deleted_at is null {for_update}";
    ENDPOINT_VIEW = "select e.*, (select count(*) from webhook_delivery d where d.endpoint_id = e.endpoint_id \
        and d.status = 'pending') as pending from webhook_endpoint e \
        where e.tenant_id = :tenant and e.endpoint_id = :id and e.deleted_at is null";
    ENDPOINT_PAGE = "select e.*, (select count(*) from webhook_delivery d where d.endpoint_id = e.endpoint_id \
        and d.status = 'pending') as pending from webhook_endpoint e \
        where e.tenant_id = :tenant and e.deleted_at is null and (e.created_at < :at or (e.created_at = :at and e.endpoint_id < :id)) \
        order by e.created_at desc, e.endpoint_id desc limit :fetch";
    ENDPOINTS_SEALED = "select tenant_id, endpoint_id, sealed_secret, \
        case when previous_until > :now then sealed_previous end as sealed_previous from webhook_endpoint where deleted_at is null";
    ENDPOINT_COUNT = "select count(*) as n from webhook_endpoint where tenant_id = :tenant and deleted_at is null";
    ENDPOINT_INSERT = "insert into webhook_endpoint (endpoint_id, tenant_id, url, description, event_types, sealed_secret, \
        version, created_at) values (:id, :tenant, :url, :description, :types, :secret, 1, :now)";
    ENDPOINT_UPDATE = "update webhook_endpoint set url = :url, description = :description, event_types = :types, \
        failing_since = :failing, version = version + 1 where tenant_id = :tenant and endpoint_id = :id and deleted_at is null";
    ENDPOINT_DISABLE = "update webhook_endpoint set disabled_at = :now, disabled_reason = :reason, version = version + 1 \
        where tenant_id = :tenant and endpoint_id = :id and deleted_at is null and disabled_at is null";
    ENDPOINT_ENABLE = "update webhook_endpoint set disabled_at = null, disabled_reason = null, failing_since = null, \
        version = version + 1 where tenant_id = :tenant and endpoint_id = :id and deleted_at is null";
    ENDPOINT_DELETE = "update webhook_endpoint set deleted_at = :now, disabled_at = coalesce(disabled_at, :now), \
        disabled_reason = 'by_hand', sealed_secret = '', sealed_previous = null, previous_until = null, version = version + 1 \
        where tenant_id = :tenant and endpoint_id = :id and deleted_at is null";
    ENDPOINT_ROTATE = "update webhook_endpoint set sealed_previous = sealed_secret, previous_until = :until, \
        sealed_secret = :secret, version = version + 1 where tenant_id = :tenant and endpoint_id = :id and deleted_at is null";
    ENDPOINT_FAILING = "update webhook_endpoint set failing_since = :now \
        where tenant_id = :tenant and endpoint_id = :id and failing_since is null";
    ENDPOINT_WELL = "update webhook_endpoint set failing_since = null \
        where tenant_id = :tenant and endpoint_id = :id and failing_since is not null";
}

/// What an append needs to know of an endpoint.
pub(crate) struct Wanted {
    pub id: EndpointId,
    /// Patterns, separated by blanks.
    pub types: String,
    /// Whether it only notes what it misses.
    pub disabled: bool,
}

/// The endpoints of a tenant that events may go to. One look into a small index; nothing when there are none.
pub(crate) fn endpoints_wanting(tx: &Tx<'_>, tenant: &TenantId, missed_since: Timestamp) -> Result<Vec<Wanted>> {
    tx.query(&ENDPOINTS_WANTING, params! { tenant, missed_since })?
        .iter()
        .map(|r| {
            Ok(Wanted {
                id: r.get("endpoint_id")?,
                types: r.get("event_types")?,
                disabled: r.get::<Option<Timestamp>>("disabled_at")?.is_some(),
            })
        })
        .collect()
}

/// An endpoint of the tenant.
pub(crate) fn endpoint_by_id(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Option<Endpoint>> {
    tx.query_opt(&ENDPOINT_BY_ID, params! { tenant, id })?.map(|r| endpoint_from(&r)).transpose()
}

/// An endpoint of the tenant, locked until the transaction ends.
pub(crate) fn endpoint_lock(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Option<Endpoint>> {
    tx.query_opt(&ENDPOINT_LOCK, params! { tenant, id })?.map(|r| endpoint_from(&r)).transpose()
}

/// An endpoint with what is counted for people.
pub(crate) fn endpoint_view(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<Option<EndpointView>> {
    tx.query_opt(&ENDPOINT_VIEW, params! { tenant, id })?.map(|r| view_from(tx, &r)).transpose()
}

/// A page of the tenant's endpoints, newest first.
pub(crate) fn endpoint_page(tx: &Tx<'_>, tenant: &TenantId, page: &Page) -> Result<Vec<EndpointView>> {
    let (at, id) = page.before();
    let rows = tx.query(&ENDPOINT_PAGE, params! { tenant, at, id, fetch: page.fetch() })?;
    rows.iter().map(|r| view_from(tx, r)).collect()
}

/// How many the tenant has.
pub(crate) fn endpoint_count(tx: &Tx<'_>, tenant: &TenantId) -> Result<i64> {
    tx.query_one(&ENDPOINT_COUNT, params! { tenant })?.get("n")
}

/// A sealed secret, with the one before while it still signs, and whose they are.
pub(crate) struct Sealed {
    pub tenant: TenantId,
    pub id: EndpointId,
    pub secret: String,
    pub previous: Option<String>,
}

/// The sealed secrets of every endpoint of the installation.
pub(crate) fn endpoints_sealed(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<Sealed>> {
    let rows = tx.query(&ENDPOINTS_SEALED, params! { now })?;
    let sealed = |r: &Row| {
        Ok(Sealed {
            tenant: r.get("tenant_id")?,
            id: r.get("endpoint_id")?,
            secret: r.get("sealed_secret")?,
            previous: r.get("sealed_previous")?,
        })
    };
    rows.iter().map(sealed).collect()
}

/// Writes a new one.
pub(crate) fn endpoint_insert(tx: &Tx<'_>, e: &Endpoint) -> Result<()> {
    tx.execute_one(
        &ENDPOINT_INSERT,
        params! {
            id: e.id, tenant: e.tenant, url: e.url, description: e.description, types: e.event_types.join(" "),
            secret: e.sealed_secret, now: e.created_at,
        },
    )
}

/// Writes what people may change.
pub(crate) fn endpoint_update(tx: &Tx<'_>, e: &Endpoint) -> Result<()> {
    tx.execute_one(
        &ENDPOINT_UPDATE,
        params! {
            id: e.id, tenant: e.tenant, url: e.url, description: e.description, types: e.event_types.join(" "),
            failing: e.failing_since,
        },
    )
}

/// Disables one; false when it was already.
pub(crate) fn endpoint_disable(
    tx: &Tx<'_>,
    tenant: &TenantId,
    id: &EndpointId,
    reason: DisabledReason,
    now: Timestamp,
) -> Result<bool> {
    let reason = reason.as_str();
    Ok(tx.execute(&ENDPOINT_DISABLE, params! { tenant, id, reason, now })? == 1)
}

/// Enables one and forgets that it failed.
pub(crate) fn endpoint_enable(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<()> {
    tx.execute_one(&ENDPOINT_ENABLE, params! { tenant, id })
}

/// Takes one away: its secret is forgotten at once, its deliveries after their time.
pub(crate) fn endpoint_delete(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId, now: Timestamp) -> Result<()> {
    tx.execute_one(&ENDPOINT_DELETE, params! { tenant, id, now })
}

/// Gives a new secret; the one before signs too until `until`.
pub(crate) fn endpoint_rotate(
    tx: &Tx<'_>,
    tenant: &TenantId,
    id: &EndpointId,
    secret: &str,
    until: Timestamp,
) -> Result<()> {
    tx.execute_one(&ENDPOINT_ROTATE, params! { tenant, id, secret, until })
}

/// Notes a failure; only the first after a success counts.
pub(crate) fn endpoint_failing(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId, now: Timestamp) -> Result<()> {
    tx.execute(&ENDPOINT_FAILING, params! { tenant, id, now }).map(drop)
}

/// Notes a success; writes only when there were failures.
pub(crate) fn endpoint_well(tx: &Tx<'_>, tenant: &TenantId, id: &EndpointId) -> Result<()> {
    tx.execute(&ENDPOINT_WELL, params! { tenant, id }).map(drop)
}

fn view_from(tx: &Tx<'_>, row: &Row) -> Result<EndpointView> {
    let endpoint = endpoint_from(row)?;
    let last = last_attempt(tx, &endpoint.tenant, &endpoint.id)?;
    Ok(EndpointView { endpoint, pending: row.get("pending")?, last })
}

fn endpoint_from(row: &Row) -> Result<Endpoint> {
    let disabled = match row.get::<Option<Timestamp>>("disabled_at")? {
        None => None,
        Some(at) => {
            let reason: String = row.get("disabled_reason")?;
            let known = DisabledReason::parse(&reason);
            Some((at, known.ok_or_else(|| Error::internal(format!("stored reason {reason} is unknown")))?))
        }
    };
    Ok(Endpoint {
        id: row.get("endpoint_id")?,
        tenant: row.get("tenant_id")?,
        url: row.get("url")?,
        description: row.get("description")?,
        event_types: row.get::<String>("event_types")?.split(' ').map(str::to_owned).collect(),
        sealed_secret: row.get("sealed_secret")?,
        sealed_previous: row.get("sealed_previous")?,
        previous_until: row.get("previous_until")?,
        disabled,
        failing_since: row.get("failing_since")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
    })
}
