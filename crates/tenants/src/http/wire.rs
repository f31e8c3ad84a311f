//! Wire types.

use callboard_http::{Role, Scope};
use callboard_kernel::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::model::{self, Algorithm, TenantStatus};

/// A server's credential, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiKey {
    /// Its id.
    pub(super) key_id: String,
    /// A name for people.
    name: String,
    /// What it may do.
    scopes: Vec<Scope>,
    /// How its secret begins; not secret.
    prefix: String,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Who made it: `user:…`, `key:…`, `cli`.
    created_by: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
    /// Until when the secret before the last rotation works.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    old_secret_until: Option<Timestamp>,
}

impl From<&model::ApiKey> for ApiKey {
    fn from(k: &model::ApiKey) -> Self {
        let row = k.id.as_str().split_once('_').map_or("", |(_, row)| row);
        Self {
            key_id: k.id.to_string(),
            name: k.name.clone(),
            scopes: k.scopes.clone(),
            prefix: format!("{}_{row}", crate::token::KEY),
            created_at: k.created_at,
            created_by: k.created_by.clone(),
            expires_at: k.expires_at,
            last_used_at: k.last_used_at,
            revoked_at: k.revoked_at,
            old_secret_until: k.old_until,
        }
    }
}

/// A key with its secret, shown once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeyWithSecret {
    pub(super) key: ApiKey,
    /// The secret; only in the first answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    /// Whether this answer holds the secret; false in a replay.
    pub(super) secret_shown: bool,
}

/// Who may sign tokens for the tenant's users.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issuer {
    issuer_id: String,
    /// The `iss` claim; `local` is the built-in issuer of login links.
    iss: String,
    /// The `aud` claim; absent for the built-in issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    /// Absent for the built-in issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<Algorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_url: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&model::Issuer> for Issuer {
    fn from(i: &model::Issuer) -> Self {
        Self {
            issuer_id: i.id.to_string(),
            iss: i.wire_name().to_owned(),
            audience: i.algorithm.is_some().then(|| i.audience.clone()),
            algorithm: i.algorithm,
            jwks_url: i.jwks_url.clone(),
            created_at: i.created_at,
        }
    }
}

/// A person in the tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct User {
    pub(super) user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Who vouches for them; `local` is the built-in issuer.
    issuer: String,
    /// Who they are there.
    subject: String,
    /// Stored roles; none means their own sessions only.
    roles: Vec<Role>,
    /// Whether they may not sign in.
    disabled: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_at: Option<Timestamp>,
}

impl From<&model::User> for User {
    fn from(u: &model::User) -> Self {
        Self {
            user_id: u.id.to_string(),
            display_name: u.display_name.clone(),
            issuer: u.issuer.clone(),
            subject: u.subject.clone(),
            roles: u.roles.clone(),
            disabled: u.disabled_at.is_some(),
            created_at: u.created_at,
            last_seen_at: u.last_seen_at,
        }
    }
}

/// A tenant and its configuration.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TenantConfig {
    pub(super) tenant_id: String,
    name: String,
    status: TenantStatus,
    plan: String,
    /// Null is no limit.
    #[schema(required = true)]
    max_concurrent_calls: Option<i64>,
    /// How many calls hold a slot now.
    active_calls: i64,
    /// Feature flags: true or false each.
    #[schema(value_type = std::collections::HashMap<String, bool>)]
    flags: Map<String, Value>,
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// How long it keeps what, when it is read alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retention: Option<super::retention::Days>,
    /// Rises with every change; also the ETag.
    pub(super) version: i64,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<&model::Tenant> for TenantConfig {
    fn from(t: &model::Tenant) -> Self {
        Self {
            tenant_id: t.id.to_string(),
            name: t.name.clone(),
            status: t.status,
            plan: t.plan.clone(),
            max_concurrent_calls: t.max_concurrent_calls,
            active_calls: t.active_calls,
            flags: t.flags.clone(),
            metadata: t.metadata.clone(),
            retention: None,
            version: t.version,
            created_at: t.created_at,
        }
    }
}

/// Reads a member that may be absent (`None`), null (`Some(None)`) or a value.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

/// `limit` and `cursor` of a list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Rows of the page.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub(super) limit: Option<i64>,
    /// `nextCursor` of the page before.
    pub(super) cursor: Option<String>,
}
