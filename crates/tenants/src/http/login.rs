//! `/v1/me`, `/v1/login`, `/v1/logout`

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use callboard_http::{Body, Caller, PassKind, Principal, Problem, Reply, Role, SESSION_COOKIE, Scope, Visitor};
use callboard_kernel::{Error, ExposeSecret as _, Result, SecretString, Timestamp, TokenKind};
use callboard_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Here;
use crate::commands::logins::{begin_login, end_login, open_link};
use crate::commands::tenants::find_tenant;
use crate::model::{FirstSteps, Installation};
use crate::store;

/// What kind of caller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A person.
    User,
    /// A server.
    Key,
    /// A participant or agent of one session.
    Pass,
}

/// Who calls.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrincipalView {
    kind: Kind,
    tenant_id: String,
    tenant_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// The user's or key's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// A user's roles, as narrowed by their token.
    roles: Vec<Role>,
    /// A key's scopes.
    scopes: Vec<Scope>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<String>,
    /// Whom a pass speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass_kind: Option<PassKind>,
}

/// What this installation can do.
#[derive(Serialize, ToSchema)]
struct Features {
    /// Whether a media provider is configured.
    livekit: bool,
    /// Whether calls may be simulated.
    simulated: bool,
}

/// Who calls, and what their page needs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Me {
    principal: PrincipalView,
    /// For logins by cookie: the value of `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    server_time: Timestamp,
    features: Features,
    /// What to try first; only in the local mode, and only for users and keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_steps: Option<FirstSteps>,
}

/// Exactly one credential.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct LoginRequest {
    /// The token of a one-time login link.
    login_token: Option<String>,
    /// An API key's secret.
    api_key: Option<String>,
    /// A user token.
    jwt: Option<String>,
}

/// A login that has begun.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LoggedIn {
    principal: PrincipalView,
    /// The value of `X-CSRF-Token` for every change.
    csrf_token: Option<String>,
}

fn view(tx: &Tx<'_>, who: &Principal) -> Result<PrincipalView> {
    let tenant = find_tenant(tx, who.tenant())?;
    let mut view = PrincipalView {
        kind: Kind::Key,
        tenant_id: tenant.id.to_string(),
        tenant_name: tenant.name,
        user_id: None,
        key_id: None,
        display_name: None,
        roles: Vec::new(),
        scopes: Vec::new(),
        session_id: None,
        participant_id: None,
        pass_kind: None,
    };
    match who {
        Principal::Key { tenant, key, scopes, .. } => {
            view.display_name = store::key_by_id(tx, tenant, key, false)?.map(|k| k.name);
            view.key_id = Some(key.to_string());
            view.scopes.clone_from(scopes);
        }
        Principal::User { tenant, user, roles, .. } => {
            view.kind = Kind::User;
            view.display_name = store::user_by_id(tx, tenant, user, false)?.and_then(|u| u.display_name);
            view.user_id = Some(user.to_string());
            view.roles.clone_from(roles);
        }
        Principal::Pass { session, participant, kind, .. } => {
            view.kind = Kind::Pass;
            view.session_id = Some(session.to_string());
            view.participant_id = Some(participant.to_string());
            view.pass_kind = Some(*kind);
        }
    }
    Ok(view)
}

impl Here {
    /// Adds the token that a cookie login must send back with every change.
    fn with_csrf(&self, reply: Reply, who: &Principal) -> Reply {
        match who {
            Principal::Key { login: Some(login), .. } | Principal::User { login: Some(login), .. } => {
                reply.secret("/csrfToken", TokenKind::Csrf, &[who.tenant().as_str(), login.as_str()])
            }
            _ => reply,
        }
    }

    fn set_cookie(&self, response: &mut Response, value: &SecretString, max_age_s: i64) -> Result<()> {
        let secure = if self.app.settings.secure_cookies { "; Secure" } else { "" };
        let text = format!(
            "{SESSION_COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}",
            value.expose_secret()
        );
        let mut value = HeaderValue::try_from(text).map_err(Error::internal)?;
        value.set_sensitive(true);
        response.headers_mut().append(header::SET_COOKIE, value);
        Ok(())
    }
}

/// Who am I, and what can I do here.
#[utoipa::path(get, path = "/v1/me", tag = "Access", responses((status = 200, body = Me)))]
pub(super) async fn get_me(State(here): State<Here>, caller: Caller) -> Result<Response, Problem> {
    let who = caller.principal.clone();
    let principal = here.app.db.read(move |tx| view(tx, &who)).await?;
    let Installation { livekit, simulated, first_steps } = here.installation.clone();
    let for_them = first_steps.filter(|_| !matches!(caller.principal, Principal::Pass { .. }));
    let first_steps = for_them.map(|steps| (*steps).clone());
    let features = Features { livekit, simulated };
    let me = Me { principal, csrf_token: None, server_time: caller.now, features, first_steps };
    Ok(here.with_csrf(Reply::ok(&me)?, &caller.principal).into_response(&here.app.keys))
}

/// Sign a browser in: the credential is exchanged for a cookie that no script can read, and a CSRF token.
#[utoipa::path(post, path = "/v1/login", tag = "Access", request_body = LoginRequest,
    responses((status = 200, body = LoggedIn, headers(("Set-Cookie" = String, description = "The login cookie")))),
    extensions(("x-error-codes" = json!(["UNAUTHENTICATED", "TOKEN_EXPIRED", "LOGIN_LINK_INVALID", "FORBIDDEN"]))))]
pub(super) async fn login(
    State(here): State<Here>,
    visitor: Visitor,
    Body { value, .. }: Body<LoginRequest>,
) -> Result<Response, Problem> {
    let LoginRequest { login_token, api_key, jwt } = value;
    let (link, known) = match (login_token, api_key, jwt) {
        (Some(token), None, None) => (Some(token), None),
        (None, Some(bearer), None) | (None, None, Some(bearer)) => {
            (None, Some(here.recognise(bearer, visitor.now).await?))
        }
        _ => return Err(Error::invalid("", "must hold exactly one of loginToken, apiKey and jwt").into()),
    };
    let (now, entropy) = (visitor.now, visitor.entropy);
    let work = here.app.db.write(move |tx| {
        let who = match (&link, &known) {
            (Some(token), _) => open_link(tx, token, now)?,
            (None, Some(known)) => known.clone(),
            (None, None) => return Err(Error::internal("a login without a credential")),
        };
        let begun = begin_login(tx, &who, link.is_none(), now, &mut entropy.clone())?;
        Ok((view(tx, &begun.principal)?, begun.principal, begun.cookie))
    });
    let (principal, who, cookie) = work.await?;
    let reply = here.with_csrf(Reply::ok(&LoggedIn { principal, csrf_token: None })?, &who);
    let mut response = reply.into_response(&here.app.keys);
    here.set_cookie(&mut response, &cookie, crate::decide::LOGIN_MAX_MS / 1000)?;
    Ok(response)
}

/// Sign the browser out: its cookie stops working everywhere.
#[utoipa::path(post, path = "/v1/logout", tag = "Access",
    responses((status = 204, description = "It is signed out", headers(("Set-Cookie" = String, description = "Clears the cookie")))))]
pub(super) async fn logout(State(here): State<Here>, caller: Caller) -> Result<Response, Problem> {
    here.app.db.write(move |tx| end_login(tx, &caller.principal, caller.now, &mut caller.entropy.clone())).await?;
    let mut response = Reply::empty().into_response(&here.app.keys);
    here.set_cookie(&mut response, &SecretString::from(String::new()), 0)?;
    Ok(response)
}
