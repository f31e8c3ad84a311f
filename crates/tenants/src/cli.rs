//! Subcommands of the installation's operator: `callboard tenant create`, `key create`, `login-link`.
//!
//! The structures are clap's, the functions write to an open store; the binary parses, opens and prints.

use callboard_http::{App, Role, Scope};
use callboard_kernel::{Error, ExposeSecret as _, Result, SecretString, TenantId, Timestamp, UserId};
use callboard_store::Tx;
use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use crate::commands::audit::Actor;
use crate::commands::keys::{self, NewKey};
use crate::commands::tenants::{self, NewTenant, find_tenant};
use crate::commands::users::{self, NewUser};
use crate::model::{ApiKey, Tenant, User, from_word};
use crate::store;

/// Tenants.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant, and an owner when one is named. Example: callboard tenant create --name "Acme" --owner "Ann"
    Create(CreateTenant),
}

/// `tenant create`
#[derive(Debug, Args, Deserialize, Serialize)]
pub struct CreateTenant {
    /// A name for people.
    #[arg(long)]
    pub name: String,
    /// The plan's name.
    #[arg(long, default_value = "standard")]
    pub plan: String,
    /// Limit of concurrent calls; none if absent.
    #[arg(long)]
    pub max_concurrent_calls: Option<i64>,
    /// The display name of an owner to add; they sign in by `callboard login-link`.
    #[arg(long)]
    pub owner: Option<String>,
}

/// API keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make an API key; its secret is printed once. Example: callboard key create --tenant ten_… --name ci --scope calls:read
    Create(CreateKey),
}

/// `key create`
#[derive(Debug, Args, Deserialize, Serialize)]
pub struct CreateKey {
    /// The tenant's id.
    #[arg(long)]
    pub tenant: String,
    /// A name for people.
    #[arg(long)]
    pub name: String,
    /// A scope; repeat for more. `installation:*` makes an operator's key.
    #[arg(long = "scope", required = true)]
    pub scopes: Vec<String>,
    /// When it stops working, RFC 3339.
    #[arg(long)]
    pub expires_at: Option<String>,
}

/// `login-link`. Example: callboard login-link
#[derive(Debug, Args, Deserialize, Serialize)]
#[group(skip)]
pub struct LoginLink {
    /// The user's id; not needed while the installation has one owner alone.
    #[arg(long)]
    pub user: Option<String>,
    /// How long the link can be used, minutes.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(i64).range(1..=10_080))]
    pub minutes: i64,
}

/// Makes a tenant and its owner.
pub async fn create_tenant(app: &App, command: CreateTenant) -> Result<(Tenant, Option<User>)> {
    let (now, entropy) = (app.world.now(), app.world.entropy());
    app.db
        .write(move |tx| {
            let mut entropy = entropy.clone();
            let new = NewTenant {
                name: command.name.clone(),
                plan: command.plan.clone(),
                max_concurrent_calls: command.max_concurrent_calls,
                ..NewTenant::default()
            };
            let tenant = tenants::create_tenant(tx, Actor::cli(), &new, now, &mut entropy)?;
            let owner = NewUser { display_name: command.owner.clone(), roles: vec![Role::Owner], ..NewUser::default() };
            let owner = match command.owner {
                Some(_) => Some(users::create_user(tx, &tenant.id, Actor::cli(), &owner, now, &mut entropy)?),
                None => None,
            };
            Ok((tenant, owner))
        })
        .await
}

/// Makes an API key; the secret is for its maker's eyes only.
pub async fn create_key(app: &App, command: &CreateKey) -> Result<(ApiKey, SecretString)> {
    let tenant = tenant_id(&command.tenant)?;
    let scope =
        |word: &String| from_word::<Scope>(word).map_err(|_| Error::invalid("--scope", format!("{word} is no scope")));
    let instant = |text: &String| {
        Timestamp::parse_rfc3339(text).ok_or_else(|| Error::invalid("--expires-at", "must be RFC 3339"))
    };
    let new = NewKey {
        name: command.name.clone(),
        scopes: command.scopes.iter().map(scope).collect::<Result<_>>()?,
        expires_at: command.expires_at.as_ref().map(instant).transpose()?,
    };
    let (now, entropy) = (app.world.now(), app.world.entropy());
    app.db
        .write(move |tx| {
            find_tenant(tx, &tenant)?;
            keys::create_key(tx, &tenant, Actor::cli(), &new, now, &mut entropy.clone())
        })
        .await
}

/// Makes a one-time login link for a user: the whole URL.
pub async fn login_link(app: &App, command: &LoginLink) -> Result<SecretString> {
    let (tenant, user) = match &command.user {
        None => app.db.read(only_owner).await?,
        Some(user) => {
            let user = UserId::parse(user).ok_or_else(|| Error::invalid("--user", "must be a usr_… id"))?;
            let id = user.clone();
            let tenant = app.db.read(move |tx| store::user_tenant(tx, &id)).await?;
            (tenant.ok_or_else(|| Error::not_found("user"))?, user)
        }
    };
    login_url(app, tenant, user, command.minutes * 60_000).await
}

/// Whom a link is for when nobody is named.
fn only_owner(tx: &Tx<'_>) -> Result<(TenantId, UserId)> {
    let mut owners = store::every_owner(tx)?;
    match owners.len() {
        0 => Err(Error::invalid(
            "--user",
            "nobody is an owner yet; make a tenant with one: callboard tenant create --name Acme --owner Ann",
        )),
        1 => Ok(owners.remove(0).ids),
        _ => {
            let named = owners
                .iter()
                .map(|o| format!("{} ({}, {})", o.ids.1, o.name.as_deref().unwrap_or("no name"), o.tenant));
            Err(Error::invalid("--user", format!("which of them? {}", named.collect::<Vec<_>>().join(" · "))))
        }
    }
}

/// The URL that signs a user in once, within `ttl_ms`.
pub async fn login_url(app: &App, tenant: TenantId, user: UserId, ttl_ms: i64) -> Result<SecretString> {
    let (now, entropy, keys) = (app.world.now(), app.world.entropy(), app.keys.clone());
    let token = app
        .db
        .write(move |tx| {
            users::login_link(tx, &keys, (&tenant, &user), Actor::cli(), ttl_ms, (now, &mut entropy.clone()))
        })
        .await?;
    Ok(format!("{}/login#{}", app.settings.public_url, token.expose_secret()).into())
}

fn tenant_id(text: &str) -> Result<TenantId> {
    TenantId::parse(text).ok_or_else(|| Error::invalid("--tenant", "must be a ten_… id"))
}
