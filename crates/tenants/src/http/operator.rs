//! `/v1/operator/tenants`: for the operator of the installation.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, Cursor, IdempotencyKey, IfMatch, List, Page, Path, Problem, Query, Reply, fingerprint, once,
};
use callboard_kernel::TenantId;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Here;
use super::wire::{PageQuery, TenantConfig, present};
use crate::commands::tenants::{self, Change, NewTenant, find_tenant, update_tenant};
use crate::model::TenantStatus;
use crate::store;

/// A tenant to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateTenant {
    /// A name for people.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// The plan's name; `standard` if absent.
    #[schema(min_length = 1, max_length = 50)]
    plan: Option<String>,
    /// Limit of concurrent calls; none if absent.
    #[schema(minimum = 0, maximum = 1_000_000)]
    max_concurrent_calls: Option<i64>,
    /// Feature flags: true or false each.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, bool>)]
    flags: Map<String, Value>,
    /// The operator's notes, at most 16 KiB.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// What to change; absent members stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct UpdateTenant {
    /// A name for people.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Suspended tenants can read, but not start anything new.
    status: Option<TenantStatus>,
    /// The plan's name.
    #[schema(min_length = 1, max_length = 50)]
    plan: Option<String>,
    /// Limit of concurrent calls; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000)]
    max_concurrent_calls: Option<Option<i64>>,
    /// Flags to set; null takes one away.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, Option<bool>>)]
    flags: Map<String, Value>,
    /// Members to set; null takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
}

/// List the installation's tenants, newest first.
#[utoipa::path(get, path = "/v1/operator/tenants", tag = "Tenants", params(PageQuery),
    responses((status = 200, body = List<TenantConfig>)))]
pub(super) async fn list_tenants(
    State(here): State<Here>,
    _caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let page = Page::of(query.limit, query.cursor.as_deref(), "tenants")?;
    let asked = page.clone();
    let rows = here.app.db.read(move |tx| store::tenant_page(tx, &asked)).await?;
    let list = page.list(rows, |t| Cursor { at: t.created_at, id: t.id.to_string() });
    let items = list.items.iter().map(TenantConfig::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&here.app.keys))
}

/// Make a tenant.
#[utoipa::path(post, path = "/v1/operator/tenants", tag = "Tenants", request_body = CreateTenant,
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255)),
    responses((status = 201, body = TenantConfig)))]
pub(super) async fn create_tenant(
    State(here): State<Here>,
    caller: Caller,
    key: Option<IdempotencyKey>,
    Body { value, text }: Body<CreateTenant>,
) -> Result<Response, Problem> {
    let CreateTenant { name, plan, max_concurrent_calls, flags, metadata } = value;
    if plan.as_deref() == Some("") {
        return Err(callboard_kernel::Error::invalid("/plan", "must not be blank").into());
    }
    let new = NewTenant { name, plan: plan.unwrap_or_default(), max_concurrent_calls, flags, metadata };
    let by = caller.clone();
    let answer = once(&here.app, &caller, "POST /v1/operator/tenants", key, fingerprint(&[], &text), move |tx| {
        let tenant = tenants::create_tenant(tx, &by.principal, &new, by.now, &mut by.entropy.clone())?;
        let location = format!("/v1/operator/tenants/{}/config", tenant.id);
        Ok(Reply::created(location, &TenantConfig::from(&tenant))?.with_etag(tenant.version))
    });
    Ok(answer.await?.into_response(&here.app.keys))
}

/// Read a tenant's configuration.
#[utoipa::path(get, path = "/v1/operator/tenants/{tenantId}/config", tag = "Tenants", params(("tenantId" = String, Path)),
    responses((status = 200, body = TenantConfig, headers(("ETag" = String, description = "The version")))))]
pub(super) async fn get_tenant_config(
    State(here): State<Here>,
    _caller: Caller,
    Path(id): Path<TenantId>,
) -> Result<Response, Problem> {
    let read = here.app.db.read(move |tx| Ok((find_tenant(tx, &id)?, super::retention::days_of(tx, &id)?)));
    let (tenant, retention) = read.await?;
    let mut config = TenantConfig::from(&tenant);
    config.retention = Some(retention);
    Ok(Reply::ok(&config)?.with_etag(tenant.version).into_response(&here.app.keys))
}

/// Change a tenant's configuration. Audited in the tenant.
#[utoipa::path(patch, path = "/v1/operator/tenants/{tenantId}/config", tag = "Tenants", request_body = UpdateTenant,
    params(("tenantId" = String, Path), ("If-Match" = Option<String>, Header, description = "The version that was read")),
    responses((status = 200, body = TenantConfig, headers(("ETag" = String, description = "The version")))))]
pub(super) async fn update_tenant_config(
    State(here): State<Here>,
    caller: Caller,
    Path(id): Path<TenantId>,
    expected: IfMatch,
    Body { value, .. }: Body<UpdateTenant>,
) -> Result<Response, Problem> {
    let UpdateTenant { name, status, plan, max_concurrent_calls, flags, metadata } = value;
    let change = Change { name, status, plan, max_concurrent_calls, flags, metadata };
    let write = here.app.db.write(move |tx| {
        let mut entropy = caller.entropy.clone();
        let expect = |version| expected.check(version);
        update_tenant(tx, &caller.principal, &id, &change, expect, (caller.now, &mut entropy))
    });
    let tenant = write.await?;
    Ok(Reply::ok(&TenantConfig::from(&tenant))?.with_etag(tenant.version).into_response(&here.app.keys))
}
