//! A tiny application behind the front door, and callers that it knows by plain words.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    AccessMatrix, Authenticate, Body, Caller, Credentials, FrontDoor, IfMatch, Metrics, NoteRequests, OptionalBody,
    Path, Principal, Problem, Query, RateLimits, RawJson, Reply, Role, Scope, Settings, Visitor, complete_document,
};
use callboard_kernel::{
    ApiKeyId, Error, Keyring, LoginId, MasterKey, Result, SessionId, TenantId, Timestamp, UserId, codes,
};
use callboard_testkit::FakeWorld;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub const MATRIX: &str = r#"
    [[route]]
    method = "GET"
    path = "/v1/things"
    scope = "calls:read"
    roles = "self"
    [[route]]
    method = "POST"
    path = "/v1/things"
    scope = "calls:write"
    roles = ["admin"]
    body = 200
    [[route]]
    method = "PATCH"
    path = "/v1/things/{id}"
    scope = "any"
    [[route]]
    method = "POST"
    path = "/v1/raw"
    public = true
    [[route]]
    method = "GET"
    path = "/v1/breaks"
    public = true
    [[route]]
    method = "GET"
    path = "/v1/slow"
    public = true
    timeout_ms = 50
    [[route]]
    method = "POST"
    path = "/v1/slow"
    public = true
    timeout_ms = 50
    [[route]]
    method = "PUT"
    path = "/v1/slow"
    scope = "any"
    timeout_ms = 50
    [[route]]
    method = "POST"
    path = "/v1/sign-in"
    public = true
    rate = "login"
    [[route]]
    method = "GET"
    path = "/v1/perhaps"
    scope = "any"
    optional = true
"#;

struct Words;

pub fn tenant() -> TenantId {
    TenantId::from_stored("ten_t".to_owned())
}

#[async_trait]
impl Authenticate for Words {
    async fn authenticate(&self, credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        let key = |scopes: &[Scope]| {
            let key = ApiKeyId::from_stored("key_k".to_owned());
            Principal::Key { tenant: tenant(), key, scopes: scopes.to_vec(), login: None }
        };
        let user = |roles: &[Role], login: bool| {
            let login = login.then(|| LoginId::from_stored("lgn_l".to_owned()));
            Principal::User {
                tenant: tenant(),
                user: UserId::from_stored("usr_u".to_owned()),
                roles: roles.to_vec(),
                login,
            }
        };
        match (credentials.bearer.as_deref(), credentials.cookie.as_deref()) {
            (Some("reader"), _) => Ok(Some(key(&[Scope::CallsRead]))),
            (Some("late"), _) => {
                tokio::time::sleep(std::time::Duration::from_millis(30)).await;
                Ok(Some(key(&[Scope::CallsRead])))
            }
            (Some("never"), _) => std::future::pending().await,
            (Some("writer"), _) => Ok(Some(key(&[Scope::CallsRead, Scope::CallsWrite]))),
            (Some("person"), _) => Ok(Some(user(&[], false))),
            (Some("expired"), _) => Err(Error::new(&codes::TOKEN_EXPIRED, "expired")),
            (None, Some("admin")) if credentials.unsafe_method && credentials.csrf.as_deref() != Some("good") => {
                Err(Error::new(&codes::CSRF_REQUIRED, "csrf"))
            }
            (None, Some("admin")) => Ok(Some(user(&[Role::Admin], true))),
            _ => Ok(None),
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    limit: Option<i64>,
}

#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: String,
    count: i64,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

type Answer = Result<Response, Problem>;

#[utoipa::path(get, path = "/v1/things", params(ListQuery), responses((status = 200)))]
async fn list(State(keys): State<Arc<Keyring>>, caller: Caller, Query(query): Query<ListQuery>) -> Answer {
    let subject = caller.principal.subject();
    Ok(Reply::ok(&json!({ "who": subject, "limit": query.limit, "address": caller.address }))?.into_response(&keys))
}

#[utoipa::path(post, path = "/v1/things", request_body = Thing, responses((status = 201)))]
async fn create(State(keys): State<Arc<Keyring>>, _caller: Caller, body: Body<Thing>) -> Answer {
    Ok(Reply::json(201, &body.value)?.into_response(&keys))
}

#[utoipa::path(patch, path = "/v1/things/{id}", params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body(content = Option<Nothing>), responses((status = 200)))]
async fn change(
    State(keys): State<Arc<Keyring>>,
    Path(id): Path<SessionId>,
    expected: IfMatch,
    _body: OptionalBody<Nothing>,
) -> Answer {
    expected.check(3)?;
    Ok(Reply::ok(&json!({ "id": id }))?.with_etag(3).into_response(&keys))
}

#[utoipa::path(post, path = "/v1/raw", request_body(content = String), responses((status = 200)))]
async fn raw(RawJson(text): RawJson) -> String {
    text
}

#[utoipa::path(get, path = "/v1/breaks", responses((status = 200)))]
async fn breaks() -> &'static str {
    panic!("planted-panic")
}

#[utoipa::path(get, path = "/v1/slow", responses((status = 200)))]
async fn slow_read() -> &'static str {
    std::future::pending().await
}

#[utoipa::path(post, path = "/v1/slow", responses((status = 200)))]
async fn slow_write() -> &'static str {
    std::future::pending().await
}

#[utoipa::path(put, path = "/v1/slow", responses((status = 200)))]
async fn slow_change(_caller: Caller) -> &'static str {
    std::future::pending().await
}

#[utoipa::path(post, path = "/v1/sign-in", responses((status = 200)), extensions(("x-error-codes" = json!(["LOGIN_LINK_INVALID"]))))]
async fn sign_in(visitor: Visitor) -> String {
    visitor.trace_id
}

#[utoipa::path(get, path = "/v1/perhaps", responses((status = 200)))]
async fn perhaps(caller: Option<Caller>) -> String {
    caller.map_or_else(|| "nobody".to_owned(), |c| c.principal.subject())
}

pub fn routes() -> OpenApiRouter {
    let keys = Arc::new(Keyring::new(MasterKey::new("t", [1; 32]).expect("a key"), vec![]));
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change))
        .routes(routes!(raw))
        .routes(routes!(breaks))
        .routes(routes!(slow_read, slow_write, slow_change))
        .routes(routes!(sign_in))
        .routes(routes!(perhaps))
        .with_state(keys)
}

pub fn settings() -> Settings {
    Settings {
        public_url: "https://own.example".to_owned(),
        cors_origins: vec!["https://app.example".to_owned()],
        trusted_proxies: 1,
        secure_cookies: true,
    }
}

/// The router behind its door, telling `notes` of its requests, and a clock that stands still.
pub fn application(notes: Option<Arc<dyn NoteRequests>>) -> (Router, Arc<FakeWorld>) {
    let world = FakeWorld::manual(1);
    let (router, mut openapi) = routes().split_for_parts();
    let matrix = AccessMatrix::parse(MATRIX).expect("a matrix");
    complete_document(&mut openapi, &matrix).expect("a document");
    let door = FrontDoor {
        matrix,
        authenticators: vec![Arc::new(Words)],
        limits: RateLimits::default(),
        settings: Arc::new(settings()),
        world: Arc::clone(&world) as Arc<dyn callboard_kernel::World>,
        metrics: Arc::new(Metrics::default()),
    };
    (door.guard_noting(router, &openapi, notes).expect("a guarded router"), world)
}
