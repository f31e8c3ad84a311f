//! All SQL of the feature. Look-ups by a secret or by `iss` yield the tenant; everything else names it.

mod audit;
mod keys;
mod logins;
mod requests;
mod retention;
mod tenants;
mod users;

use std::sync::LazyLock;

use callboard_store::Sql;

pub(crate) use audit::{audit_insert, audit_page};
pub(crate) use keys::{key_by_id, key_by_secret, key_insert, key_page, key_revoke, key_rotate, key_touch};
pub(crate) use logins::{
    NewLogin, link_by_secret, link_consume, link_insert, links_prune, login_by_secret, login_end, login_insert,
    login_touch, logins_end_of_user, logins_prune,
};
pub(crate) use requests::{requests_insert, requests_page};
pub(crate) use retention::{
    audit_prune, requests_prune_of, retention_audited, retention_count, retention_of, retention_replace,
    retention_runs, retention_unaudited, tenants_after, user_erase, user_is_erased,
};
pub(crate) use tenants::{
    every_owner, slot_release, slot_take, slots_in_use, slots_set, tenant_by_id, tenant_insert, tenant_owner_by_name,
    tenant_page, tenant_update,
};
pub(crate) use users::{
    issuer_by_id, issuer_by_iss, issuer_insert, issuer_local, issuer_page, issuer_remove, issuers_sealed, owners,
    roles_replace, user_by_id, user_by_subject, user_insert, user_page, user_tenant, user_touch, user_update,
};

/// Rows per pruning transaction.
pub(crate) const SLICE: u64 = 500;

/// Every SQL text of this crate.
pub static ALL_SQL: LazyLock<&'static [&'static Sql]> = LazyLock::new(|| {
    [audit::SQL, keys::SQL, logins::SQL, requests::SQL, retention::SQL, tenants::SQL, users::SQL].concat().leak()
});
