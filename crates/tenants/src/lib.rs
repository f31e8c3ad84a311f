//! Floor 2: tenants, issuers, users, API keys, logins, the audit, the request log.
//!
//! Other features use the functions below inside their own transaction; the binary uses [`module`] and [`cli`].

mod auth;
pub mod cli;
mod commands;
mod decide;
mod http;
mod model;
mod repair;
mod request_log;
mod store;
mod token;

pub use auth::JwksSource;
pub use commands::audit::{Actor, Entry, audit};
pub use commands::issuers::issuer_secrets;
pub use commands::keys::{NewKey, create_key};
pub use commands::retention::{
    audit_removed, count_removed, erase_user, forget_audit, forget_requests, retention, tenants_after,
};
pub use commands::slots::{
    lock_call_slots, recount, release_call_slot, require_active, take_call_slot, tenants_in_calls,
};
pub use commands::tenants::{NewTenant, create_tenant, find_tenant, owner_of_name};
pub use commands::users::{NewUser, create_user, login_link, owner_is_erased, require_user};
pub use http::module;
pub use model::retention::{DAY_MS, Kind as DataKind, Retention};
pub use model::{Algorithm, ApiKey, FirstStep, FirstSteps, Installation, Issuer, Tenant, TenantStatus, User};
pub use request_log::{RequestCounts, RequestLog};
pub use store::ALL_SQL;
