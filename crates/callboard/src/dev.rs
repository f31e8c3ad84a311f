//! `--dev`: a tenant with its owner and one key, so that a first call works at once. Nothing else is relaxed.

use callboard_http::{App, Role, Scope};
use callboard_kernel::{ExposeSecret as _, Result, SecretString, TenantId, UserId};
use callboard_tenants::{Actor, NewKey, NewTenant, NewUser};

/// The name of the local tenant.
const NAME: &str = "dev";
/// How long a login link of the local mode can be used, milliseconds.
const LINK_MS: i64 = 12 * 3600 * 1000;

/// What the local mode prints.
pub struct Printed {
    /// Shown once, at the first start.
    pub api_key: Option<SecretString>,
    /// A fresh one at every start.
    pub login_url: SecretString,
}

/// Makes the tenant, its owner and a key at the first start, and a login link at every start.
pub async fn prepare(app: &App) -> Result<Printed> {
    let (own, seed) = (app.clone(), app.world.entropy());
    let now = app.world.now();
    let (key, token) = app
        .db
        .write(move |tx| {
            let mut entropy = seed.clone();
            let by = Actor::system;
            let (tenant, owner, key) = match callboard_tenants::owner_of_name(tx, NAME)? {
                Some((tenant, owner)) => (tenant, owner, None),
                None => {
                    let tenant = callboard_tenants::create_tenant(tx, by(), &new_tenant(), now, &mut entropy)?;
                    let new = NewUser {
                        display_name: Some("Owner".to_owned()),
                        roles: vec![Role::Owner],
                        ..NewUser::default()
                    };
                    let owner = callboard_tenants::create_user(tx, &tenant.id, by(), &new, now, &mut entropy)?;
                    let key = NewKey { name: "dev".to_owned(), scopes: scopes(), expires_at: None };
                    let (_, secret) = callboard_tenants::create_key(tx, &tenant.id, by(), &key, now, &mut entropy)?;
                    (tenant.id, owner.id, Some(secret))
                }
            };
            let at: (&TenantId, &UserId) = (&tenant, &owner);
            let token = callboard_tenants::login_link(tx, &own.keys, at, by(), LINK_MS, (now, &mut entropy))?;
            Ok((key, token))
        })
        .await?;
    let login_url = format!("{}/login#{}", app.settings.public_url, token.expose_secret()).into();
    Ok(Printed { api_key: key, login_url })
}

fn new_tenant() -> NewTenant {
    NewTenant { name: NAME.to_owned(), ..NewTenant::default() }
}

/// Everything, since whoever starts the local mode owns the machine.
fn scopes() -> Vec<Scope> {
    vec![
        Scope::CallsRead,
        Scope::CallsWrite,
        Scope::EventsRead,
        Scope::EventsWrite,
        Scope::TranscriptsRead,
        Scope::ProviderRead,
        Scope::KeysManage,
        Scope::Installation,
    ]
}
