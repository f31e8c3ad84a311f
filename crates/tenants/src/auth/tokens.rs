//! Users' tokens: JWTs of one of the tenant's issuers.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_http::{App, Authenticate, Credentials, Principal};
use callboard_kernel::{Error, ExposeSecret as _, Result, Timestamp, codes};
use jsonwebtoken::{Algorithm as Jwa, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;

use super::Touches;
use super::jwks::{JwksCache, JwksSource};
use crate::commands::issuers::seal_context;
use crate::commands::users::user_at_first_sight;
use crate::decide::{self, Claims};
use crate::model::{Algorithm, Issuer, User};
use crate::store;

/// Longest token that is looked at, bytes.
const MAX_BYTES: usize = 8 * 1024;

pub(super) struct ByToken {
    app: App,
    jwks: JwksCache,
    touches: Arc<Touches>,
}

/// What is read before the signature is checked: only to find whose signature it must be.
#[derive(Deserialize)]
struct Claimed {
    iss: Option<String>,
    sub: Option<String>,
}

fn refused(note: impl std::fmt::Display) -> Error {
    Error::new(&codes::UNAUTHENTICATED, "The token does not verify.").note(note)
}

impl ByToken {
    pub(super) fn new(app: &App, source: Arc<dyn JwksSource>, touches: Arc<Touches>) -> Self {
        Self { app: app.clone(), jwks: JwksCache::new(source), touches }
    }

    /// The key that the issuer's tokens must be signed with. The algorithm is the issuer's; the header must agree.
    async fn key(
        &self,
        issuer: &Issuer,
        algorithm: Algorithm,
        token: &str,
        now: Timestamp,
    ) -> Result<(Jwa, DecodingKey)> {
        let header = decode_header(token).map_err(refused)?;
        let jwa = match algorithm {
            Algorithm::HS256 => Jwa::HS256,
            Algorithm::RS256 => Jwa::RS256,
            Algorithm::ES256 => Jwa::ES256,
            Algorithm::EdDsa => Jwa::EdDSA,
        };
        if header.alg != jwa {
            return Err(refused("its algorithm is not its issuer's"));
        }
        if let Some(sealed) = &issuer.sealed_secret {
            let secret = self.app.keys.open(&seal_context(&issuer.tenant, &issuer.id), sealed).map_err(|error| {
                let why = error.internal_note().unwrap_or_default().to_owned();
                error.note(format!("the secret shared with issuer `{}`: {why}", issuer.id))
            })?;
            return Ok((jwa, DecodingKey::from_secret(secret.expose_secret().as_bytes())));
        }
        let url = issuer.jwks_url.as_deref().ok_or_else(|| Error::internal("an issuer has neither secret nor keys"))?;
        let jwk = self.jwks.key(&issuer.id, url, header.kid.as_deref(), now).await?;
        Ok((jwa, DecodingKey::from_jwk(&jwk).map_err(refused)?))
    }

    async fn principal(&self, token: &str, now: Timestamp) -> Result<Principal> {
        let claimed: Claimed = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(refused)?;
        let (iss, sub) = (claimed.iss.unwrap_or_default(), claimed.sub.unwrap_or_default());
        let found = self.app.db.read(move |tx| {
            let Some(issuer) = store::issuer_by_iss(tx, &iss)? else { return Ok(None) };
            let user = store::user_by_subject(tx, &issuer.tenant, &issuer.id, &sub)?;
            Ok(Some((issuer, user)))
        });
        let (issuer, user) = found.await?.ok_or_else(|| refused("no issuer of that name"))?;
        let algorithm = issuer.algorithm.ok_or_else(|| refused("the built-in issuer signs nothing"))?;
        let (jwa, key) = self.key(&issuer, algorithm, token, now).await?;
        let mut rules = Validation::new(jwa);
        // The claims are judged by `decide::claims_hold`, against the request's instant.
        rules.required_spec_claims.clear();
        (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
        let claims = decode::<Claims>(token, &key, &rules).map_err(refused)?.claims;
        let subject = decide::claims_hold(&claims, &issuer, now)?;
        let user = match user {
            Some(user) => user,
            None => self.first_sight(&issuer, subject, claims.name.clone(), now).await?,
        };
        if user.disabled_at.is_some() {
            return Err(Error::new(&codes::UNAUTHENTICATED, "The user is disabled."));
        }
        self.seen(&user, now);
        let roles = decide::narrowed(&user.roles, claims.roles().as_deref());
        Ok(Principal::User { tenant: user.tenant, user: user.id, roles, login: None })
    }

    async fn first_sight(&self, issuer: &Issuer, subject: &str, name: Option<String>, now: Timestamp) -> Result<User> {
        let (issuer, subject, entropy) = (issuer.clone(), subject.to_owned(), self.app.world.entropy());
        self.app
            .db
            .write(move |tx| user_at_first_sight(tx, &issuer, &subject, name.as_deref(), now, &mut entropy.clone()))
            .await
    }

    fn seen(&self, user: &User, now: Timestamp) {
        let (tenant, id) = (user.tenant.clone(), user.id.clone());
        self.touches.touch(&self.app, user.id.as_str(), now, move |tx| store::user_touch(tx, &tenant, &id, now));
    }
}

#[async_trait]
impl Authenticate for ByToken {
    async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Result<Option<Principal>> {
        let Some(token) = credentials.bearer.as_deref() else { return Ok(None) };
        if token.len() > MAX_BYTES || token.split('.').count() != 3 || token.starts_with("cb") {
            return Ok(None);
        }
        self.principal(token, now).await.map(Some)
    }
}
