//! Tenants of the installation.

use callboard_kernel::{Entropy, Error, IssuerId, Result, TenantId, Timestamp, check_text};
use callboard_store::Tx;
use serde_json::{Map, Value, json};

use super::audit::{Actor, Entry, audit};
use crate::model::{Issuer, Tenant, TenantStatus};
use crate::store;

/// Largest flags or metadata object as JSON, bytes.
const OBJECT_BYTES: usize = 16 * 1024;
/// Largest limit of concurrent calls.
const MAX_CALLS: i64 = 1_000_000;

/// A tenant to be made.
#[derive(Clone, Debug, Default)]
pub struct NewTenant {
    /// A name for people.
    pub name: String,
    /// The plan's name; `standard` when empty.
    pub plan: String,
    /// Limit of concurrent calls; none is no limit.
    pub max_concurrent_calls: Option<i64>,
    /// Feature flags.
    pub flags: Map<String, Value>,
    /// The operator's notes.
    pub metadata: Map<String, Value>,
}

/// Makes a tenant with its built-in issuer.
pub fn create_tenant(
    tx: &Tx<'_>,
    by: impl Into<Actor>,
    new: &NewTenant,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Tenant> {
    let plan = if new.plan.is_empty() { "standard" } else { &new.plan };
    let tenant = Tenant {
        id: TenantId::generate(now, entropy),
        name: new.name.clone(),
        status: TenantStatus::Active,
        plan: plan.to_owned(),
        max_concurrent_calls: new.max_concurrent_calls,
        active_calls: 0,
        flags: new.flags.clone(),
        metadata: new.metadata.clone(),
        version: 1,
        created_at: now,
    };
    check(&tenant)?;
    store::tenant_insert(tx, &tenant)?;
    let local = Issuer {
        id: IssuerId::generate(now, entropy),
        tenant: tenant.id.clone(),
        iss: format!("local:{}", tenant.id),
        audience: String::new(),
        algorithm: None,
        sealed_secret: None,
        jwks_url: None,
        created_at: now,
    };
    if !store::issuer_insert(tx, &local)? {
        return Err(Error::internal("a new tenant's built-in issuer exists already"));
    }
    let detail = json!({ "name": tenant.name, "plan": tenant.plan, "maxConcurrentCalls": tenant.max_concurrent_calls });
    let entry = Entry { action: "tenant.create", object_kind: "tenant", object_id: tenant.id.as_str(), detail };
    audit(tx, &tenant.id, by, &entry, now, entropy)?;
    Ok(tenant)
}

/// The tenant of an id; 404 otherwise.
pub fn find_tenant(tx: &Tx<'_>, id: &TenantId) -> Result<Tenant> {
    store::tenant_by_id(tx, id, false)?.ok_or_else(|| Error::not_found("tenant"))
}

/// Changes of a tenant's configuration; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) status: Option<TenantStatus>,
    pub(crate) plan: Option<String>,
    pub(crate) max_concurrent_calls: Option<Option<i64>>,
    pub(crate) flags: Map<String, Value>,
    pub(crate) metadata: Map<String, Value>,
}

/// Changes a tenant's configuration. `expect` checks the version that the caller read.
pub(crate) fn update_tenant(
    tx: &Tx<'_>,
    by: impl Into<Actor>,
    id: &TenantId,
    change: &Change,
    expect: impl Fn(i64) -> Result<()>,
    (now, entropy): (Timestamp, &mut Entropy),
) -> Result<Tenant> {
    let mut tenant = store::tenant_by_id(tx, id, true)?.ok_or_else(|| Error::not_found("tenant"))?;
    expect(tenant.version)?;
    let mut detail = Map::new();
    if let Some(name) = &change.name {
        detail.insert("name".to_owned(), json!({ "from": tenant.name, "to": name }));
        tenant.name.clone_from(name);
    }
    if let Some(status) = change.status {
        detail.insert("status".to_owned(), json!({ "from": tenant.status, "to": status }));
        tenant.status = status;
    }
    if let Some(plan) = &change.plan {
        detail.insert("plan".to_owned(), json!({ "from": tenant.plan, "to": plan }));
        tenant.plan.clone_from(plan);
    }
    if let Some(limit) = change.max_concurrent_calls {
        detail.insert("maxConcurrentCalls".to_owned(), json!({ "from": tenant.max_concurrent_calls, "to": limit }));
        tenant.max_concurrent_calls = limit;
    }
    for (name, given, held) in
        [("flags", &change.flags, &mut tenant.flags), ("metadata", &change.metadata, &mut tenant.metadata)]
    {
        if !given.is_empty() {
            detail.insert(name.to_owned(), json!(given.keys().collect::<Vec<_>>()));
            merge(held, given);
        }
    }
    check(&tenant)?;
    store::tenant_update(tx, &tenant)?;
    tenant.version += 1;
    let entry =
        Entry { action: "tenant.update", object_kind: "tenant", object_id: id.as_str(), detail: Value::Object(detail) };
    audit(tx, id, by, &entry, now, entropy)?;
    Ok(tenant)
}

/// Sets members; null takes one away.
fn merge(held: &mut Map<String, Value>, given: &Map<String, Value>) {
    for (name, value) in given {
        if value.is_null() {
            held.remove(name);
        } else {
            held.insert(name.clone(), value.clone());
        }
    }
}

fn check(tenant: &Tenant) -> Result<()> {
    check_text("/name", &tenant.name, 100)?;
    check_text("/plan", &tenant.plan, 50)?;
    if tenant.max_concurrent_calls.is_some_and(|n| !(0..=MAX_CALLS).contains(&n)) {
        return Err(Error::invalid("/maxConcurrentCalls", format!("must be 0-{MAX_CALLS} or null")));
    }
    if let Some((name, _)) = tenant.flags.iter().find(|(_, value)| !value.is_boolean()) {
        return Err(Error::invalid(format!("/flags/{name}"), "must be true, false, or null to remove it"));
    }
    for (pointer, object) in [("/flags", &tenant.flags), ("/metadata", &tenant.metadata)] {
        let bytes = serde_json::to_string(object).map_err(Error::internal)?.len();
        if bytes > OBJECT_BYTES {
            return Err(Error::invalid(pointer, format!("must have at most {OBJECT_BYTES} bytes as JSON")));
        }
    }
    Ok(())
}

/// The tenant of a name with its first owner: what the local mode made at its first start.
pub fn owner_of_name(tx: &Tx<'_>, name: &str) -> Result<Option<(TenantId, callboard_kernel::UserId)>> {
    store::tenant_owner_by_name(tx, name)
}
