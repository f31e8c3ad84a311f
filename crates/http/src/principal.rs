//! Who is calling. A principal is the outcome of authentication; what it may do is the access matrix's word.

use callboard_kernel::{ApiKeyId, LoginId, ParticipantId, PassId, SessionId, TenantId, UserId};

/// A role of a user, stored as a row; ordered from least to most.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads the tenant's calls.
    Viewer,
    /// Also ends calls, makes links, reads the provider log.
    Operator,
    /// Also manages keys, issuers and users.
    Admin,
    /// Everything in the tenant.
    Owner,
}

/// What an API key may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
pub enum Scope {
    /// Read sessions, participants and links.
    #[serde(rename = "calls:read")]
    CallsRead,
    /// Create, change and end sessions.
    #[serde(rename = "calls:write")]
    CallsWrite,
    /// Replay and follow events.
    #[serde(rename = "events:read")]
    EventsRead,
    /// Append events that an agent may write.
    #[serde(rename = "events:write")]
    EventsWrite,
    /// Read transcripts.
    #[serde(rename = "transcripts:read")]
    TranscriptsRead,
    /// Read the provider log.
    #[serde(rename = "provider:read")]
    ProviderRead,
    /// Manage keys, issuers, users; read the audit.
    #[serde(rename = "keys:manage")]
    KeysManage,
    /// Manage webhook endpoints, and read what was sent to them.
    #[serde(rename = "webhooks:manage")]
    WebhooksManage,
    /// Erase personal text, and say how long data is kept.
    #[serde(rename = "data:erase")]
    DataErase,
    /// Propose actions.
    #[serde(rename = "actions:propose")]
    ActionsPropose,
    /// Decide actions.
    #[serde(rename = "actions:decide")]
    ActionsDecide,
    /// Everything that belongs to the installation rather than to a tenant.
    #[serde(rename = "installation:*")]
    Installation,
}

/// Whom a session pass speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PassKind {
    /// A person in the call.
    Participant,
    /// The agent in the call.
    Agent,
}

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A server with an API key.
    Key {
        /// Its tenant.
        tenant: TenantId,
        /// The key's row.
        key: ApiKeyId,
        /// What it may do.
        scopes: Vec<Scope>,
        /// Set when the key signed in to the console: the cookie's row.
        login: Option<LoginId>,
    },
    /// A person.
    User {
        /// Their tenant.
        tenant: TenantId,
        /// Their row.
        user: UserId,
        /// Their roles, already narrowed by the token.
        roles: Vec<Role>,
        /// Set when known by the console's cookie.
        login: Option<LoginId>,
    },
    /// A participant or agent of one session.
    Pass {
        /// The session's tenant.
        tenant: TenantId,
        /// The session.
        session: SessionId,
        /// The participant it speaks for.
        participant: ParticipantId,
        /// The pass's row.
        pass: PassId,
        /// Participant or agent.
        kind: PassKind,
        /// Events after this sequence may be read (participants); 0 for agents.
        from_sequence: i64,
    },
}

impl Principal {
    /// The tenant that this caller belongs to.
    pub const fn tenant(&self) -> &TenantId {
        match self {
            Self::Key { tenant, .. } | Self::User { tenant, .. } | Self::Pass { tenant, .. } => tenant,
        }
    }
    /// The user, when a person called.
    pub const fn user(&self) -> Option<&UserId> {
        match self {
            Self::User { user, .. } => Some(user),
            _ => None,
        }
    }
    /// The highest role of a user.
    pub fn top_role(&self) -> Option<Role> {
        match self {
            Self::User { roles, .. } => roles.iter().max().copied(),
            _ => None,
        }
    }
    /// Whether a key holds the scope.
    pub fn has_scope(&self, scope: Scope) -> bool {
        matches!(self, Self::Key { scopes, .. } if scopes.contains(&scope))
    }
    /// A stable text for idempotency scopes, consumers, rate limits and the audit: `key:key_…`, `user:usr_…`, `pass:pas_…`.
    pub fn subject(&self) -> String {
        match self {
            Self::Key { key, .. } => format!("key:{key}"),
            Self::User { user, .. } => format!("user:{user}"),
            Self::Pass { pass, .. } => format!("pass:{pass}"),
        }
    }
}
