//! Calls, realtime and webhooks behind the real front door, and a receiver that does what a test tells it to.
#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

mod receiver;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use callboard_calls::ports::Providers;
use callboard_eventlog::Log;
use callboard_eventlog::outbox::Worker;
use callboard_http::{
    AccessMatrix, App, Authenticate, Credentials, FrontDoor, Metrics, Principal, RateLimits, Repair, Role, Scope,
    Settings, Shutdown, routes_of,
};
use callboard_kernel::{ApiKeyId, Keyring, MasterKey, Result, TenantId, Timestamp, UserId, World as _};
use callboard_store::Db;
use callboard_tenants::{Actor, NewTenant};
use callboard_testkit::{FakeWorld, TestApp, access_rows};
use callboard_webhooks::{Answered, Stats, Unsent, WebhookSender};
use parking_lot::Mutex;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;

pub use receiver::{Received, Receiver, verify};

/// Who is known by which token.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Principal>>);

#[async_trait]
impl Authenticate for Known {
    async fn authenticate(&self, credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        Ok(credentials.bearer.as_ref().and_then(|token| self.0.lock().get(token).cloned()))
    }
}

/// Sends without a guard: the guard is tested where it lives.
pub struct Plain(reqwest::Client);

#[async_trait]
impl WebhookSender for Plain {
    fn check_url(&self, url: &str) -> std::result::Result<(), String> {
        if url.starts_with("http://127.0.0.1:") { Ok(()) } else { Err("must be a receiver of this test".to_owned()) }
    }

    async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Bytes,
        keep: usize,
    ) -> std::result::Result<Answered, Unsent> {
        let request = headers.iter().fold(self.0.post(url).body(body), |r, (name, value)| r.header(*name, value));
        let answer = request.send().await.map_err(|e| Unsent::Failed(e.without_url().to_string()))?;
        let retry_after_s = answer.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
        let status = answer.status().as_u16();
        let mut body = answer.bytes().await.map(|b| b.to_vec()).unwrap_or_default();
        body.truncate(keep);
        Ok(Answered { status, retry_after_s, body })
    }
}

/// The process under test, called by a key that may do everything in its tenant.
pub struct House {
    pub key: TestApp,
    pub app: App,
    pub world: Arc<FakeWorld>,
    pub tenant: TenantId,
    pub worker: Worker,
    pub repairs: Vec<Arc<dyn Repair>>,
    pub stats: Arc<Stats>,
    known: Arc<Known>,
    next: AtomicU64,
}

impl House {
    pub async fn open(db: Db) -> Self {
        let (world, known) = (FakeWorld::manual(7), Arc::new(Known::default()));
        let log = Log::new([callboard_calls::projectors(), callboard_webhooks::projectors()].concat());
        log.attach(&db).await.expect("the log attaches");
        let settings = Arc::new(Settings {
            public_url: "http://localhost".into(),
            cors_origins: vec![],
            trusted_proxies: 0,
            secure_cookies: false,
        });
        let keys = Arc::new(Keyring::new(MasterKey::new("t", [5; 32]).expect("a key"), vec![]));
        let app = App { db, log, world: world.clone(), keys, settings };
        let stats = Arc::new(Stats::default());
        let (server, repairs) = serve(&app, &known).await;
        let worker = worker(&app, &stats);
        let tenant = tenant(&app, &world).await;
        let house = Self { key: server, app, world, tenant, worker, repairs, stats, known, next: AtomicU64::new(0) };
        let key = house.key_of(&house.tenant.clone(), ALL_SCOPES);
        Self { key, ..house }
    }

    /// A worker as another process would have it.
    pub fn other_worker(&self) -> Worker {
        worker(&self.app, &self.stats)
    }

    /// A worker as a process with another keyring would have it.
    pub fn worker_with(&self, keys: Keyring) -> Worker {
        worker(&App { keys: Arc::new(keys), ..self.app.clone() }, &self.stats)
    }

    fn token(&self, principal: Principal) -> String {
        let token = format!("token-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.known.0.lock().insert(token.clone(), principal);
        token
    }

    pub fn key_of(&self, tenant: &TenantId, scopes: &[Scope]) -> TestApp {
        let key = ApiKeyId::generate(self.world.now(), &mut self.world.entropy());
        let principal = Principal::Key { tenant: tenant.clone(), key, scopes: scopes.to_vec(), login: None };
        self.key.with_bearer(self.token(principal))
    }

    /// Another tenant, with a key that may do everything in it.
    pub async fn foreign(&self) -> TestApp {
        let other = tenant(&self.app, &self.world).await;
        self.key_of(&other, ALL_SCOPES)
    }

    /// A user of the tenant with these roles.
    pub fn user(&self, roles: &[Role]) -> TestApp {
        let user = UserId::generate(self.world.now(), &mut self.world.entropy());
        let principal = Principal::User { tenant: self.tenant.clone(), user, roles: roles.to_vec(), login: None };
        self.key.with_bearer(self.token(principal))
    }

    /// An endpoint for a receiver: its id and its secret.
    pub async fn endpoint(&self, to: &Receiver, types: &[&str]) -> (String, String) {
        let body = json!({ "url": to.url, "eventTypes": types });
        let made = self.key.post("/v1/webhook-endpoints", &body).await.expect(201).json();
        (text(&made["endpoint"], "endpointId"), text(&made, "secret"))
    }

    pub async fn session(&self, id: &str) {
        self.key.post("/v1/call/sessions", &json!({ "sessionId": id })).await.expect(201);
    }

    /// Ends a session.
    pub async fn end(&self, id: &str) {
        let path = format!("/v1/call/sessions/{id}/state");
        self.key.post(&path, &json!({ "status": "ended" })).await.expect(200);
    }

    /// Appends a final of an utterance.
    pub async fn say(&self, session: &str, what: &str) {
        self.key.post("/v1/realtime/events", &said(session, what)).await.expect(201);
    }

    /// Carries out what is due until nothing is.
    pub async fn run(&self) {
        while self.worker.run_due().await.expect("the outbox runs") > 0 {}
    }

    /// Carries everything out, moving the clock to the next attempt until nothing is pending at the endpoints.
    pub async fn run_all(&self, endpoints: &[&str]) {
        loop {
            self.run().await;
            let mut next: Option<String> = None;
            for endpoint in endpoints {
                for d in self.deliveries(endpoint, "&status=pending").await {
                    let at = d["nextAttemptAt"].as_str().map(str::to_owned);
                    next = [next, at].into_iter().flatten().min();
                }
            }
            match next.and_then(|at| Timestamp::parse_rfc3339(&at)) {
                Some(at) => self.world.set(at.max(self.world.now())),
                None => return,
            }
        }
    }

    /// The newest 100 deliveries of an endpoint.
    pub async fn deliveries(&self, endpoint: &str, filter: &str) -> Vec<Value> {
        let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries?limit=100{filter}");
        self.key.get(&path).await.expect(200).json()["items"].as_array().expect("items").clone()
    }

    pub async fn see(&self, endpoint: &str) -> Value {
        self.key.get(&format!("/v1/webhook-endpoints/{endpoint}")).await.expect(200).json()
    }

    /// Runs the repairs once.
    pub async fn repair(&self) {
        for repair in &self.repairs {
            repair.run(self.world.now()).await.expect("the repair runs");
        }
    }

    /// The tenant's audit of one action, newest first: who, and what.
    pub async fn audited(&self, action: &str) -> Vec<(String, Value)> {
        callboard_store::sql! {
            pub AUDITED;
            ROWS = "select actor_kind, detail from audit where tenant_id = :tenant and action = :action order by at desc";
        }
        assert_eq!(AUDITED.len(), 1);
        let (tenant, action) = (self.tenant.clone(), action.to_owned());
        let read = self.app.db.read(move |tx| {
            let rows = tx.query(&ROWS, callboard_store::params! { tenant, action })?;
            rows.iter().map(|r| Ok((r.get("actor_kind")?, r.get::<String>("detail")?))).collect::<Result<Vec<_>>>()
        });
        let rows: Vec<(String, String)> = read.await.expect("read");
        rows.into_iter().map(|(who, what)| (who, serde_json::from_str(&what).expect("JSON"))).collect()
    }
}

fn worker(app: &App, stats: &Arc<Stats>) -> Worker {
    let handlers = callboard_webhooks::outbox_handlers(app, sender(), stats.clone());
    Worker::new(app.db.clone(), app.world.clone(), handlers)
}

fn sender() -> Arc<dyn WebhookSender> {
    Arc::new(Plain(callboard_testkit::http_client()))
}

async fn serve(app: &App, known: &Arc<Known>) -> (TestApp, Vec<Arc<dyn Repair>>) {
    let calls = callboard_calls::module(app.clone(), Arc::new(Providers::default()));
    let mut authenticators: Vec<Arc<dyn Authenticate>> = vec![known.clone()];
    authenticators.extend(calls.authenticators);
    let realtime = callboard_realtime::module(app.clone(), authenticators.clone(), Shutdown::default());
    let webhooks = callboard_webhooks::module(app.clone(), sender());
    let (router, document) =
        OpenApiRouter::new().merge(calls.router).merge(realtime.router).merge(webhooks.router).split_for_parts();
    let door = FrontDoor {
        matrix: AccessMatrix::parse(&access_rows(&routes_of(&document))).expect("the committed matrix"),
        authenticators,
        limits: RateLimits::unlimited(),
        settings: app.settings.clone(),
        world: app.world.clone(),
        metrics: Arc::new(Metrics::default()),
    };
    let router = door.guard(router, &document).expect("every route has its row");
    (TestApp::serve(router).await, webhooks.repairs)
}

/// All scopes that these tests need.
pub const ALL_SCOPES: &[Scope] =
    &[Scope::CallsRead, Scope::CallsWrite, Scope::EventsRead, Scope::EventsWrite, Scope::WebhooksManage];

async fn tenant(app: &App, world: &FakeWorld) -> TenantId {
    let (now, entropy) = (world.now(), world.entropy());
    let new = NewTenant { name: "Test".into(), ..NewTenant::default() };
    app.db
        .write(move |tx| callboard_tenants::create_tenant(tx, Actor::cli(), &new, now, &mut entropy.clone()))
        .await
        .expect("a tenant")
        .id
}

/// A final of an utterance; the text names it.
pub fn said(session: &str, what: &str) -> Value {
    json!({
        "eventId": format!("e-{session}-{what}"), "sessionId": session, "type": "transcript.final",
        "payload": { "utteranceId": what, "speaker": "agent", "text": what, "startMs": 0, "endMs": 5 },
    })
}

/// The text of a member.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}
