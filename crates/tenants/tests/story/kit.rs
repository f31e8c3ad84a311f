//! An application with nothing but tenants, and callers for it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use callboard_eventlog::Log;
use callboard_http::{
    AccessMatrix, App, FrontDoor, Metrics, Module, RateLimits, Role, Scope, Settings, complete_document,
};
use callboard_kernel::{
    ApiKeyId, Error, ExposeSecret as _, Keyring, MasterKey, Result, SecretString, TenantId, UserId, World as _,
};
use callboard_store::Db;
use callboard_tenants::{
    Actor, Installation, JwksSource, NewKey, NewTenant, NewUser, RequestLog, cli, create_key, create_tenant,
    create_user, module,
};
use callboard_testkit::{Answer, FakeWorld, TestApp};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::Value;

/// Key sets by URL; an address that is not here does not answer.
#[derive(Default)]
pub struct Keys(pub Mutex<HashMap<String, String>>);

#[async_trait]
impl JwksSource for Keys {
    fn check_url(&self, url: &str) -> std::result::Result<(), String> {
        if url.starts_with("https://") { Ok(()) } else { Err("must be an https URL".to_owned()) }
    }
    async fn fetch(&self, url: &str) -> Result<String> {
        self.0.lock().get(url).cloned().ok_or_else(|| Error::internal("nobody answers"))
    }
}

pub struct Kit {
    pub http: TestApp,
    pub world: Arc<FakeWorld>,
    pub app: App,
    pub jwks: Arc<Keys>,
    pub repairs: Vec<Arc<dyn callboard_http::Repair>>,
    pub requests: Arc<RequestLog>,
}

/// The rows of the matrix that belong to this feature; the others have no route here.
fn own_rows() -> AccessMatrix {
    let all = include_str!("../../../callboard/access.toml");
    let own = [
        "/v1/api-keys",
        "/v1/issuers",
        "/v1/users",
        "/v1/me",
        "/v1/login",
        "/v1/logout",
        "/v1/audit",
        "/v1/requests",
        "/v1/retention",
        "/v1/operator",
    ];
    let rows: Vec<&str> = all
        .split("[[route]]")
        .skip(1)
        .filter(|row| own.iter().any(|path| row.contains(&format!("path = \"{path}"))))
        // Users are erased by another feature.
        .filter(|row| !row.contains("/erase\""))
        .collect();
    AccessMatrix::parse(&format!("[[route]]{}", rows.join("[[route]]"))).expect("a matrix")
}

impl Kit {
    pub async fn new(db: Db) -> Self {
        let world = FakeWorld::manual(7);
        let jwks = Arc::new(Keys::default());
        let app = App {
            db,
            log: Log::new(vec![]),
            world: Arc::clone(&world) as Arc<dyn callboard_kernel::World>,
            keys: Arc::new(Keyring::new(MasterKey::new("t", [9; 32]).expect("a key"), vec![])),
            settings: Arc::new(Settings {
                public_url: "https://own.example".to_owned(),
                cors_origins: vec![],
                trusted_proxies: 0,
                secure_cookies: true,
            }),
        };
        let Module { router, authenticators, repairs, .. } = module(
            &app,
            Arc::clone(&jwks) as Arc<dyn JwksSource>,
            Installation { livekit: true, ..Installation::default() },
        );
        let (router, mut openapi) = router.split_for_parts();
        let matrix = own_rows();
        complete_document(&mut openapi, &matrix).expect("a document");
        let door = FrontDoor {
            matrix,
            authenticators,
            limits: RateLimits { logins_per_minute: Some(10), ..RateLimits::unlimited() },
            settings: Arc::clone(&app.settings),
            world: Arc::clone(&app.world),
            metrics: Arc::new(Metrics::default()),
        };
        let requests = Arc::new(RequestLog::new(&app, Arc::default()));
        let router = door.guard_noting(router, &openapi, Some(requests.clone())).expect("a guarded router");
        let http = TestApp::serve(router).await;
        Self { http, world, app, jwks, repairs, requests }
    }

    /// A tenant with an owner and a key of its own.
    pub async fn tenant(&self, scopes: &[Scope]) -> Tenant {
        let (now, entropy, scopes) = (self.world.now(), self.world.entropy(), scopes.to_vec());
        let made = self.app.db.write(move |tx| {
            let mut entropy = entropy.clone();
            let new = NewTenant { name: "Acme".to_owned(), ..NewTenant::default() };
            let tenant = create_tenant(tx, Actor::cli(), &new, now, &mut entropy)?;
            let owner =
                NewUser { display_name: Some("Ann".to_owned()), roles: vec![Role::Owner], ..NewUser::default() };
            let owner = create_user(tx, &tenant.id, Actor::cli(), &owner, now, &mut entropy)?;
            let new = NewKey { name: "first".to_owned(), scopes: scopes.clone(), expires_at: None };
            let (key, secret) = create_key(tx, &tenant.id, Actor::cli(), &new, now, &mut entropy)?;
            Ok(Tenant { id: tenant.id, owner: owner.id, key: key.id, secret })
        });
        made.await.expect("a tenant")
    }

    /// The server, called with a bearer token.
    pub fn by(&self, token: &str) -> TestApp {
        self.http.with_bearer(token)
    }

    /// The token of a fresh login link.
    pub async fn link(&self, tenant: &TenantId, user: &UserId, ttl_ms: i64) -> String {
        let url = cli::login_url(&self.app, tenant.clone(), user.clone(), ttl_ms).await.expect("a link");
        let (before, token) = url.expose_secret().split_once('#').expect("a fragment");
        assert_eq!(before, "https://own.example/login");
        token.to_owned()
    }

    /// Signs in; the browser with its cookie and token.
    pub async fn sign_in(&self, body: Value) -> Browser {
        let answer = self.http.anonymous().post("/v1/login", &body).await.expect(200);
        let header = answer.header("set-cookie").expect("a cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
            assert!(header.contains(part), "{header}");
        }
        let cookie = header.split(';').next().unwrap_or_default().to_owned();
        let csrf = answer.json()["csrfToken"].as_str().expect("a token").to_owned();
        Browser { http: self.http.anonymous(), cookie, csrf }
    }
}

pub struct Tenant {
    pub id: TenantId,
    pub owner: UserId,
    pub key: ApiKeyId,
    pub secret: SecretString,
}

impl Tenant {
    pub fn secret(&self) -> &str {
        self.secret.expose_secret()
    }
}

pub struct Browser {
    http: TestApp,
    pub cookie: String,
    pub csrf: String,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.http.request(Method::GET, path).header("cookie", &self.cookie)).await
    }
    /// A change with the given headers besides the cookie.
    pub async fn change(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut request = self.http.request(method, path).header("cookie", &self.cookie).json(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request).await
    }
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.change(Method::POST, path, &[("x-csrf-token", &self.csrf)], body).await
    }
}
