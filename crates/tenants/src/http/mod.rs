//! The routes of tenants.

mod audit;
mod issuers;
mod keys;
mod login;
mod operator;
mod requests;
mod retention;
mod users;
mod wire;

use std::sync::Arc;

use callboard_http::{App, Authenticate, Credentials, Module, Principal};
use callboard_kernel::{Error, Result, Timestamp, codes};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::{self, JwksSource};
use crate::model::Installation;
use crate::repair::ForgetLogins;
use crate::store;

/// What the handlers share.
#[derive(Clone)]
struct Here {
    app: App,
    jwks: Arc<dyn JwksSource>,
    authenticators: Arc<[Arc<dyn Authenticate>]>,
    /// What the console may offer.
    installation: Installation,
}

impl Here {
    /// The principal of a key or token that came in a body instead of a header.
    async fn recognise(&self, bearer: String, now: Timestamp) -> Result<Principal> {
        let credentials = Credentials { bearer: Some(bearer), ..Credentials::default() };
        for authenticator in self.authenticators.iter() {
            if let Some(principal) = authenticator.authenticate(&credentials, now).await? {
                return Ok(principal);
            }
        }
        Err(Error::new(&codes::UNAUTHENTICATED, "The credential is of no kind that can sign in."))
    }
}

/// The feature. `jwks` fetches issuers' keys; `installation` is what `/v1/me` tells about this installation.
pub fn module(app: &App, jwks: Arc<dyn JwksSource>, installation: Installation) -> Module {
    let authenticators = auth::authenticators(app, Arc::clone(&jwks));
    let here = Here { app: app.clone(), jwks, authenticators: authenticators.clone().into(), installation };
    let router = OpenApiRouter::new()
        .routes(routes!(keys::list_api_keys, keys::create_api_key))
        .routes(routes!(keys::get_api_key, keys::revoke_api_key))
        .routes(routes!(keys::rotate_api_key))
        .routes(routes!(issuers::list_issuers, issuers::create_issuer))
        .routes(routes!(issuers::remove_issuer))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::update_user))
        .routes(routes!(login::get_me))
        .routes(routes!(login::login))
        .routes(routes!(login::logout))
        .routes(routes!(audit::list_audit))
        .routes(routes!(requests::list_requests))
        .routes(routes!(retention::get_retention, retention::put_retention))
        .routes(routes!(operator::list_tenants, operator::create_tenant))
        .routes(routes!(operator::get_tenant_config, operator::update_tenant_config))
        .with_state(here);
    Module {
        name: "tenants",
        router,
        repairs: vec![Arc::new(ForgetLogins(app.db.clone()))],
        authenticators,
        sql: *store::ALL_SQL,
    }
}
