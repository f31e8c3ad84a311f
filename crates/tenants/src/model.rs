//! Tenants and who acts in them.

pub(crate) mod retention;

use std::sync::Arc;

use callboard_http::{Principal, Role, Scope};
use callboard_kernel::{ApiKeyId, AuditId, Error, IssuerId, LoginId, RequestId, Result, TenantId, Timestamp, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The `iss` text by which routes name a tenant's built-in issuer.
pub(crate) const LOCAL: &str = "local";

/// Whether a tenant may start new work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TenantStatus {
    /// It may.
    Active,
    /// It may not; what exists can be read, running calls go on.
    Suspended,
}

/// An isolated customer of the installation.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// A name for people.
    pub name: String,
    /// Whether it may start new work.
    pub status: TenantStatus,
    /// The plan's name.
    pub plan: String,
    /// How many calls may be active at once; none is no limit.
    pub max_concurrent_calls: Option<i64>,
    /// How many hold a slot now.
    pub active_calls: i64,
    /// Feature flags.
    pub flags: Map<String, Value>,
    /// The operator's own notes.
    pub metadata: Map<String, Value>,
    /// Rises with every change of the configuration.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// How an issuer signs. Fixed per issuer: a token that says otherwise is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Algorithm {
    /// HMAC-SHA-256 with a shared secret of at least 32 bytes.
    HS256,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RS256,
    /// ECDSA over P-256 with SHA-256.
    ES256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

/// Who may sign tokens for a tenant's users.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Its id.
    pub id: IssuerId,
    /// Its tenant.
    pub tenant: TenantId,
    /// The `iss` claim; `local:<tenant>` for the built-in issuer, which signs nothing.
    pub iss: String,
    /// The `aud` claim that its tokens must have.
    pub audience: String,
    /// How it signs; none for the built-in issuer.
    pub algorithm: Option<Algorithm>,
    /// The shared secret, sealed.
    pub sealed_secret: Option<String>,
    /// Where its public keys are.
    pub jwks_url: Option<String>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Issuer {
    /// The name on the wire: the built-in issuer is `local`.
    pub fn wire_name(&self) -> &str {
        if self.algorithm.is_none() { LOCAL } else { &self.iss }
    }
}

/// A person in a tenant.
#[derive(Clone, Debug)]
pub struct User {
    /// Their id, ours.
    pub id: UserId,
    /// Their tenant.
    pub tenant: TenantId,
    /// Who vouches for them, as on the wire.
    pub issuer: String,
    /// Who they are there.
    pub subject: String,
    /// A name for people.
    pub display_name: Option<String>,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// When they were first seen or added.
    pub created_at: Timestamp,
    /// When they were last seen, to the minute.
    pub last_seen_at: Option<Timestamp>,
    /// Their stored roles, least first.
    pub roles: Vec<Role>,
}

/// A server's credential, without its secret.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Its tenant.
    pub tenant: TenantId,
    /// A name for people.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// SHA-256 of the secret.
    pub secret_hash: String,
    /// SHA-256 of the secret before the last rotation.
    pub old_secret_hash: Option<String>,
    /// Until when the old secret works.
    pub old_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it: `user:usr_…`, `key:key_…`, `cli`.
    pub created_by: String,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
}

/// A browser that is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) id: LoginId,
    pub(crate) tenant: TenantId,
    pub(crate) secret_hash: String,
    pub(crate) user: Option<UserId>,
    pub(crate) key: Option<ApiKeyId>,
    pub(crate) narrowed_to: Option<Vec<Role>>,
    pub(crate) last_used_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `user`, `key`, `pass`, `cli` or `system`.
    pub kind: &'static str,
    /// Their id; for the command line and the system itself its own name.
    pub id: String,
}

impl Actor {
    /// Someone at the command line of the installation.
    pub fn cli() -> Self {
        Self { kind: "cli", id: "cli".to_owned() }
    }
    /// Callboard itself.
    pub fn system() -> Self {
        Self { kind: "system", id: "callboard".to_owned() }
    }
    /// `kind:id`, for `createdBy`.
    pub fn subject(&self) -> String {
        if self.kind == self.id { self.id.clone() } else { format!("{}:{}", self.kind, self.id) }
    }
}

impl From<&Principal> for Actor {
    fn from(principal: &Principal) -> Self {
        match principal {
            Principal::Key { key, .. } => Self { kind: "key", id: key.to_string() },
            Principal::User { user, .. } => Self { kind: "user", id: user.to_string() },
            Principal::Pass { pass, .. } => Self { kind: "pass", id: pass.to_string() },
        }
    }
}

/// What was done to what. Never holds a secret or personal text.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// `key.create`, `tenant.update`, `session.end` …
    pub action: &'a str,
    /// The kind of thing: `key`, `tenant`, `session` …
    pub object_kind: &'a str,
    /// Its id.
    pub object_id: &'a str,
    /// What changed, as an object.
    pub detail: Value,
}

/// A row of the audit.
#[derive(Clone, Debug)]
pub(crate) struct AuditRow {
    pub(crate) id: AuditId,
    pub(crate) at: Timestamp,
    pub(crate) actor_kind: String,
    pub(crate) actor_id: String,
    pub(crate) actor_name: Option<String>,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) detail: Value,
}

/// What of the audit is asked for.
#[derive(Clone, Debug)]
pub(crate) struct AuditFilter {
    pub(crate) action: Option<String>,
    pub(crate) actor: Option<String>,
    pub(crate) object: Option<String>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// What of the request log is asked for.
#[derive(Clone, Debug)]
pub(crate) struct RequestFilter {
    pub(crate) session: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) principal: Option<String>,
    /// From the first status, below the second.
    pub(crate) status: (i64, i64),
}

/// A row of the request log.
#[derive(Clone, Debug)]
pub(crate) struct RequestRow {
    pub(crate) id: RequestId,
    pub(crate) at: Timestamp,
    pub(crate) duration_ms: i64,
    pub(crate) principal_kind: String,
    pub(crate) principal_id: String,
    pub(crate) principal_name: Option<String>,
    pub(crate) method: String,
    pub(crate) route: String,
    pub(crate) path: String,
    pub(crate) session: Option<String>,
    pub(crate) status: i64,
    pub(crate) code: Option<String>,
    pub(crate) trace_id: String,
}

/// The text of an enum that is one word on the wire and in the store.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The enum of a stored word.
pub(crate) fn from_word<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(Value::String(text.to_owned()))
        .map_err(|e| Error::internal(format!("stored word {text:?}: {e}")))
}

/// Words in one column, separated by spaces.
pub(crate) fn words<T: Serialize>(values: &[T]) -> String {
    values.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// The enums of stored words.
pub(crate) fn from_words<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    text.split(' ').filter(|w| !w.is_empty()).map(from_word).collect()
}

/// What `/v1/me` tells about the installation.
#[derive(Clone, Debug, Default)]
pub struct Installation {
    /// Whether a media provider is configured.
    pub livekit: bool,
    /// Whether calls may be simulated.
    pub simulated: bool,
    /// What to try first, in the local mode.
    pub first_steps: Option<Arc<FirstSteps>>,
}

/// What to try first with a server in the local mode.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FirstSteps {
    /// Where the server answers.
    pub url: String,
    /// The file that holds its API key; absent when the key was only printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_file: Option<String>,
    /// The steps.
    pub steps: Vec<FirstStep>,
}

/// One thing to try.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct FirstStep {
    /// What it does.
    pub title: String,
    /// A command that can be pasted into a terminal of the machine that the server runs on.
    pub command: String,
}
