//! The whole service in one process, over either engine, with the fake LiveKit as its provider.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod callers;
pub mod cases;
pub mod people;
pub mod process;
pub mod webhooks;

use std::sync::Arc;

use callboard::metrics::Registry;
use callboard::modules::{self, Parts};
use callboard_egress::{Egress, EgressConfig};
use callboard_eventlog::outbox::{Handler, Worker};
use callboard_http::{App, RateLimits, Repair, Role, Scope, Settings, Shutdown};
use callboard_kernel::{ExposeSecret as _, Keyring, MasterKey, TenantId, Timestamp, UserId, World};
use callboard_livekit::{LiveKit, LiveKitConfig};
use callboard_simulated::MediaServer;
use callboard_store::{Db, Engine, Sql};
use callboard_tenants::{Actor, NewKey, NewTenant, NewUser};
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET};
use callboard_testkit::{FakeLiveKit, FakeWorld, TestApp};
use serde_json::{Value, json};

/// Every scope that a key of a tenant may have.
pub const TENANT_SCOPES: [Scope; 9] = [
    Scope::CallsRead,
    Scope::CallsWrite,
    Scope::EventsRead,
    Scope::EventsWrite,
    Scope::TranscriptsRead,
    Scope::ProviderRead,
    Scope::KeysManage,
    Scope::WebhooksManage,
    Scope::DataErase,
];

/// What signs the tokens of the tests' users.
pub const ISSUER_SECRET: &str = "issuer-secret-of-the-tests-0123456789abcdef";

/// A running Callboard.
pub struct Kit {
    pub world: Arc<FakeWorld>,
    pub fake: FakeLiveKit,
    pub livekit: LiveKit,
    pub app: App,
    pub registry: Arc<Registry>,
    /// The request log; a test lets it write by `flush`.
    pub requests: Arc<callboard_tenants::RequestLog>,
    /// Writes what was counted only when a test says so.
    pub recorder: Arc<callboard_slo::Recorder>,
    pub repairs: Vec<Arc<dyn Repair>>,
    pub handlers: Vec<Arc<dyn Handler>>,
    /// The OpenAPI document.
    pub document: Value,
    pub shutdown: Shutdown,
    /// Every route behind the front door, for a server of the test's own.
    pub router: axum::Router,
    /// Called by nobody.
    pub http: TestApp,
}

/// A tenant with an issuer of its own and a key that may everything in it.
#[derive(Clone)]
pub struct Tenancy {
    pub id: TenantId,
    pub key: String,
    pub iss: String,
}

impl Kit {
    pub async fn start(db: Db) -> Self {
        Self::with(db, FakeWorld::manual(11)).await
    }

    pub async fn with(db: Db, world: Arc<FakeWorld>) -> Self {
        callboard_testkit::install_tls();
        Self::reaching(db, world, Egress::new(&EgressConfig::default()).expect("a guard")).await
    }

    /// With a guard of the test's own.
    pub async fn reaching(db: Db, world: Arc<FakeWorld>, egress: Egress) -> Self {
        let fake = FakeLiveKit::start(world.clone()).await;
        let config = LiveKitConfig::new(&fake.url(), None, API_KEY, API_SECRET.to_owned().into()).expect("good");
        let livekit = LiveKit::new(config, world.clone()).expect("a bridge");
        let settings = Settings {
            public_url: "http://callboard.test".to_owned(),
            cors_origins: Vec::new(),
            trusted_proxies: 0,
            secure_cookies: false,
        };
        let log = modules::log();
        log.attach(&db).await.expect("attached");
        let keys = Arc::new(Keyring::new(MasterKey::new("t", [7; 32]).expect("a key"), Vec::new()));
        let app = App { db, log, world: world.clone(), keys, settings: Arc::new(settings) };
        let shutdown = Shutdown::default();
        let simulated = Arc::new(MediaServer::new(&app.keys, &app.settings.public_url, world.clone()));
        let parts = Parts {
            providers: Parts::providers_of(Some(&livekit), Some(&simulated)),
            simulated: Some(simulated),
            first_steps: None,
            livekit: Some(livekit.clone()),
            egress: Arc::new(egress),
            limits: RateLimits::unlimited(),
            targets: callboard_slo::Targets::default(),
            shutdown: shutdown.clone(),
        };
        let service = modules::service(&app, parts).expect("the service is put together");
        let document = serde_json::from_str(&service.document).expect("a document");
        let router = service.router.clone();
        let http = TestApp::serve(service.router).await;
        Self {
            world,
            fake,
            livekit,
            app,
            registry: service.registry,
            requests: service.requests,
            recorder: service.recorder,
            repairs: service.repairs,
            handlers: service.handlers,
            document,
            shutdown,
            router,
            http,
        }
    }

    /// A tenant, an issuer in it, and a key with these scopes.
    pub async fn tenant(&self, name: &str, scopes: &[Scope]) -> Tenancy {
        let (now, entropy, name) = (self.world.now(), self.world.entropy(), name.to_owned());
        let own = name.clone();
        let id = self
            .app
            .db
            .write(move |tx| {
                let new = NewTenant { name: own.clone(), ..NewTenant::default() };
                callboard_tenants::create_tenant(tx, Actor::system(), &new, now, &mut entropy.clone()).map(|t| t.id)
            })
            .await
            .expect("a tenant");
        let key = self.key(&id, scopes).await;
        let iss = format!("https://{name}.example");
        if scopes.contains(&Scope::KeysManage) {
            let body = json!({ "iss": iss, "audience": "callboard", "algorithm": "HS256", "secret": ISSUER_SECRET });
            self.http.with_bearer(&key).post("/v1/issuers", &body).await.expect(201);
        }
        Tenancy { id, key, iss }
    }

    /// A key with scopes; gives its secret.
    pub async fn key(&self, tenant: &TenantId, scopes: &[Scope]) -> String {
        let (now, entropy, tenant) = (self.world.now(), self.world.entropy(), tenant.clone());
        let new = NewKey { name: "test".to_owned(), scopes: scopes.to_vec(), expires_at: None };
        let made = self.app.db.write(move |tx| {
            callboard_tenants::create_key(tx, &tenant, Actor::system(), &new, now, &mut entropy.clone())
        });
        made.await.expect("a key").1.expose_secret().to_owned()
    }

    /// A user of the tenant's issuer with stored roles.
    pub async fn user(&self, tenancy: &Tenancy, subject: &str, roles: &[Role]) -> UserId {
        let (now, entropy, tenant) = (self.world.now(), self.world.entropy(), tenancy.id.clone());
        let new = NewUser {
            display_name: Some(subject.to_owned()),
            issuer: Some(tenancy.iss.clone()),
            subject: Some(subject.to_owned()),
            roles: roles.to_vec(),
        };
        let made = self.app.db.write(move |tx| {
            callboard_tenants::create_user(tx, &tenant, Actor::system(), &new, now, &mut entropy.clone()).map(|u| u.id)
        });
        made.await.expect("a user")
    }

    /// A user's token, good for an hour of the kit's clock.
    pub fn jwt(&self, tenancy: &Tenancy, subject: &str) -> String {
        jwt(&tenancy.iss, subject, self.world.now(), ISSUER_SECRET)
    }

    /// Signs a user in; gives the cookie and the CSRF token.
    pub async fn sign_in(&self, tenancy: &Tenancy, user: &UserId) -> (String, String) {
        let (now, entropy, tenant, user) = (self.world.now(), self.world.entropy(), tenancy.id.clone(), user.clone());
        let keys = Arc::clone(&self.app.keys);
        let made = self.app.db.write(move |tx| {
            let mut entropy = entropy.clone();
            callboard_tenants::login_link(tx, &keys, (&tenant, &user), Actor::system(), 60_000, (now, &mut entropy))
        });
        let token = made.await.expect("a login link");
        let answer = self.http.post("/v1/login", &json!({ "loginToken": token.expose_secret() })).await.expect(200);
        let cookie = answer.header("set-cookie").expect("a cookie").split(';').next().expect("a pair").to_owned();
        (cookie, answer.json()["csrfToken"].as_str().expect("a CSRF token").to_owned())
    }

    /// A session made by the caller; gives its id.
    pub async fn session(&self, caller: &TestApp, body: &Value) -> String {
        let made = caller.post("/v1/call/sessions", body).await.expect(201).json();
        made["session"]["sessionId"].as_str().expect("an id").to_owned()
    }

    /// Somebody joins a session by a link of a kind: the whole answer of the join.
    pub async fn join(&self, key: &str, session: &str, kind: &str) -> Value {
        let links = format!("/v1/call/sessions/{session}/join-links");
        let link = self.http.with_bearer(key).post(&links, &json!({ "kind": kind })).await.expect(201).json();
        let url = link["joinUrl"].as_str().expect("an address");
        let token = url.split_once('#').expect("a fragment").1;
        self.http.post("/v1/join", &json!({ "token": token, "displayName": "Guest" })).await.expect(200).json()
    }

    /// Runs the outbox until nothing is due.
    pub async fn run_outbox(&self) {
        let worker = Worker::new(self.app.db.clone(), self.world.clone(), self.handlers.clone());
        while worker.run_due().await.expect("the outbox runs") > 0 {}
    }
}

/// Every table of the migrations, of the engine that `db` is.
pub fn tables(db: &Db) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for migration in callboard_store::migrations::embedded() {
        let sql = if db.engine() == Engine::Sqlite { migration.sqlite } else { migration.postgres };
        for part in sql.to_lowercase().split("create table ").skip(1) {
            let name = part.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let body = part.split(';').next().unwrap_or_default();
            all.push((name.to_owned(), body.to_owned()));
        }
    }
    all
}

/// How many rows each table has, and how far the logs are.
pub async fn counts(db: &Db) -> Vec<(String, i64)> {
    let mut all = Vec::new();
    let mut texts: Vec<(String, String)> =
        tables(db).into_iter().map(|(t, _)| (t.clone(), format!("select count(*) as n from {t}"))).collect();
    texts.push((
        "sequences".to_owned(),
        "select cast(coalesce(sum(last_sequence), 0) as bigint) as n from event_stream".to_owned(),
    ));
    for (name, text) in texts {
        // Texts are constants everywhere else; a test's live as long as its process.
        let sql: &'static Sql = Box::leak(Box::new(Sql::new("count", Box::leak(text.into_boxed_str()))));
        let row = db.read(move |tx| tx.query(sql, callboard_store::params! {})).await.expect("counted");
        all.push((name, row[0].get::<i64>("n").expect("a number")));
    }
    all
}

/// An HS256 token of an issuer for an hour from `now`.
pub fn jwt(iss: &str, subject: &str, now: Timestamp, secret: &str) -> String {
    let claims =
        json!({ "iss": iss, "sub": subject, "aud": "callboard", "exp": now.seconds() + 3600, "iat": now.seconds() });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    jsonwebtoken::encode(&header, &claims, &jsonwebtoken::EncodingKey::from_secret(secret.as_bytes())).expect("signed")
}

/// The text of a member.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}
