//! Logins by cookie.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Authenticate, Credentials, Principal};
use callboard_kernel::{Error, Keyring, LoginId, Result, TenantId, Timestamp, TokenKind, codes};
use callboard_store::Tx;

use super::Touches;
use crate::model::Login;
use crate::{decide, store, token};

pub(super) struct ByCookie {
    app: App,
    touches: Arc<Touches>,
}

impl ByCookie {
    pub(super) fn new(app: &App, touches: Arc<Touches>) -> Self {
        Self { app: app.clone(), touches }
    }
}

fn ended() -> Error {
    Error::new(&codes::UNAUTHENTICATED, "The login is unknown or has ended.")
}

#[async_trait]
impl Authenticate for ByCookie {
    async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Result<Option<Principal>> {
        let Some(cookie) = credentials.cookie.as_deref() else { return Ok(None) };
        let id = token::row_of(token::LOGIN, cookie)
            .and_then(|row| LoginId::parse(&format!("lgn_{row}")))
            .ok_or_else(ended)?;
        let hash = Keyring::lookup_hash(cookie);
        let (principal, login) = self.app.db.read(move |tx| speaks_for(tx, &id, &hash, now)).await?;
        if credentials.unsafe_method {
            let given = credentials.csrf.as_deref().unwrap_or_default();
            let parts = [login.tenant.as_str(), login.id.as_str()];
            if !self.app.keys.matches(TokenKind::Csrf, &parts, given) {
                return Err(Error::new(
                    &codes::CSRF_REQUIRED,
                    "Changes by a browser need the login's token in X-CSRF-Token.",
                ));
            }
        }
        let (tenant, id) = (login.tenant.clone(), login.id.clone());
        self.touches.touch(&self.app, login.id.as_str(), now, move |tx| store::login_touch(tx, &tenant, &id, now));
        Ok(Some(principal))
    }
}

/// The login's key or user, as they are now: revoked keys and disabled users are out at once.
fn speaks_for(tx: &Tx<'_>, id: &LoginId, hash: &str, now: Timestamp) -> Result<(Principal, Login)> {
    let login = store::login_by_secret(tx, id)?.ok_or_else(ended)?;
    decide::login_holds(&login, hash, now)?;
    let principal = match (&login.user, &login.key) {
        (Some(user), _) => {
            let user = store::user_by_id(tx, &login.tenant, user, false)?
                .filter(|u| u.disabled_at.is_none())
                .ok_or_else(ended)?;
            let roles = decide::narrowed(&user.roles, login.narrowed_to.as_deref());
            Principal::User { tenant: login.tenant.clone(), user: user.id, roles, login: Some(login.id.clone()) }
        }
        (None, Some(key)) => key_login(tx, &login.tenant, key, &login.id, now)?,
        (None, None) => return Err(Error::internal("a login speaks for nobody")),
    };
    Ok((principal, login))
}

fn key_login(
    tx: &Tx<'_>,
    tenant: &TenantId,
    key: &callboard_kernel::ApiKeyId,
    login: &LoginId,
    now: Timestamp,
) -> Result<Principal> {
    let key = store::key_by_id(tx, tenant, key, false)?.ok_or_else(ended)?;
    // The secret was checked when the login began; a rotation does not end it, a revocation and the expiry do.
    decide::key_holds(&key, &key.secret_hash, now)?;
    Ok(Principal::Key { tenant: tenant.clone(), key: key.id, scopes: key.scopes, login: Some(login.clone()) })
}
