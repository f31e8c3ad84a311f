//! Who changed what.

use callboard_http::Principal;
use callboard_kernel::{AuditId, Entropy, Result, TenantId, Timestamp};
use callboard_store::Tx;
use serde_json::Value;

use crate::store;

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

/// Writes a row of the tenant's audit, in the transaction of the change.
pub fn audit(
    tx: &Tx<'_>,
    tenant: &TenantId,
    by: impl Into<Actor>,
    entry: &Entry<'_>,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    store::audit_insert(tx, &AuditId::generate(now, entropy), tenant, now, &by.into(), entry)
}
