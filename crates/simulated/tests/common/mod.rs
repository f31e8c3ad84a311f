//! A Callboard of `calls`, `realtime` and the bridge, with LiveKit (a fake one) and the simulated media server side by
//! side, whose webhooks arrive over HTTP.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use async_trait::async_trait;
use callboard_calls::ports::Providers;
use callboard_eventlog::Log;
use callboard_eventlog::outbox::{Handler, Worker};
use callboard_http::{
    AccessMatrix, App, Authenticate, Credentials, FrontDoor, Metrics, Module, Principal, RateLimits, Repair, Scope,
    Settings, Shutdown, routes_of,
};
use callboard_kernel::{ApiKeyId, Keyring, MasterKey, Result, TenantId, Timestamp, World};
use callboard_livekit::{LiveKit, LiveKitConfig};
use callboard_simulated::MediaServer;
use callboard_store::Db;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET};
use callboard_testkit::{Answer, FakeLiveKit, FakeWorld, TestApp, access_rows};
use serde_json::{Value, json};

/// Everything of one test.
pub struct Kit {
    pub world: Arc<FakeWorld>,
    pub fake: FakeLiveKit,
    pub livekit: LiveKit,
    pub server: Arc<MediaServer>,
    pub app: App,
    /// Called with the key of the first tenant.
    pub http: TestApp,
    repairs: Vec<Arc<dyn Repair>>,
    handlers: Vec<Arc<dyn Handler>>,
    courier: tokio::task::JoinHandle<Result<()>>,
}

impl Drop for Kit {
    fn drop(&mut self) {
        self.courier.abort();
    }
}

/// Bearers are `ours` and `theirs`, keys of two tenants.
struct Fixed {
    ours: TenantId,
    theirs: TenantId,
}

#[async_trait]
impl Authenticate for Fixed {
    async fn authenticate(&self, credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        let scopes = vec![Scope::CallsRead, Scope::CallsWrite, Scope::EventsRead, Scope::ProviderRead];
        let (tenant, scopes, n) = match credentials.bearer.as_deref() {
            Some("ours") => (&self.ours, scopes, 1),
            Some("operator") => (&self.ours, [scopes, vec![Scope::Installation]].concat(), 3),
            Some("theirs") => (&self.theirs, scopes, 2),
            _ => return Ok(None),
        };
        let key = ApiKeyId::from_stored(format!("key_0000000000000000000000000{n}"));
        Ok(Some(Principal::Key { tenant: tenant.clone(), key, scopes, login: None }))
    }
}

async fn tenant(app: &App, name: &'static str) -> TenantId {
    let (now, entropy) = (app.world.now(), app.world.entropy());
    let made = app.db.write(move |tx| {
        let new = callboard_tenants::NewTenant { name: name.to_owned(), ..Default::default() };
        let by = callboard_tenants::Actor::system();
        callboard_tenants::create_tenant(tx, by, &new, now, &mut entropy.clone()).map(|t| t.id)
    });
    made.await.expect("a tenant")
}

/// The keys of an installation.
pub fn keyring(byte: u8) -> Keyring {
    Keyring::new(MasterKey::new("t", [byte; 32]).expect("a key"), Vec::new())
}

async fn services(db: Db, world: &Arc<FakeWorld>) -> App {
    let settings = Settings {
        public_url: "http://callboard.test".to_owned(),
        cors_origins: Vec::new(),
        trusted_proxies: 0,
        secure_cookies: false,
    };
    let log = Log::new(callboard_calls::projectors());
    log.attach(&db).await.expect("attached");
    App { db, log, world: world.clone(), keys: Arc::new(keyring(7)), settings: Arc::new(settings) }
}

impl Kit {
    /// A running Callboard with both providers; `on` says whether simulated calls are allowed.
    pub async fn start(db: Db, seed: u64, on: bool) -> Self {
        let world = FakeWorld::manual(seed);
        let app = services(db, &world).await;
        let fake = FakeLiveKit::start(world.clone()).await;
        let config = LiveKitConfig::new(&fake.url(), None, API_KEY, API_SECRET.to_owned().into()).expect("good");
        let livekit = LiveKit::new(config, world.clone()).expect("a bridge");
        let server = Arc::new(MediaServer::new(&app.keys, &app.settings.public_url, world.clone()));
        let mut providers = Providers::default();
        providers.add(livekit.rooms.clone());
        if on {
            providers.add_beside(server.clone());
        }
        let providers = Arc::new(providers);
        let senders = if on { vec![server.sender()] } else { Vec::new() };
        let calls = callboard_calls::module(app.clone(), Arc::clone(&providers));
        let known = calls.authenticators.clone();
        let modules = vec![
            calls,
            callboard_livekit::module(app.clone(), Some(livekit.clone()), senders),
            callboard_realtime::module(app.clone(), known, Shutdown::default()),
            callboard_simulated::module(app.clone(), on.then(|| server.clone())),
        ];
        let (http, repairs) = serve(&app, modules).await;
        let handlers = callboard_calls::outbox_handlers(&providers);
        let (own, at) = (server.clone(), http.server().expect("it runs here").addr());
        let courier = tokio::spawn(async move { own.deliver(at).await });
        Self { world, fake, livekit, server, app, http, repairs, handlers, courier }
    }

    /// Creates a simulated call; gives its id.
    pub async fn simulated(&self) -> String {
        let made = self.http.post("/v1/call/sessions", &json!({ "simulated": true })).await.expect(201).json();
        assert_eq!(made["session"]["provider"], "simulated");
        text(&made["session"], "sessionId")
    }

    /// Somebody joins by a link of a kind; the room that this may have begun has been told.
    pub async fn join(&self, session: &str, kind: &str) -> Value {
        let links = format!("/v1/call/sessions/{session}/join-links");
        let link = self.http.post(&links, &json!({ "kind": kind, "displayName": kind })).await.expect(201).json();
        let token = text(&link, "joinUrl").split_once('#').expect("a fragment").1.to_owned();
        let joined = self.http.anonymous().post("/v1/join", &json!({ "token": token })).await.expect(200).json();
        self.server.courier().settled().await;
        joined
    }

    /// Calls the media server, as nobody in particular.
    pub async fn media(&self, what: &str, body: &Value) -> Answer {
        self.http.anonymous().post(&format!("/v1/simulated/{what}"), body).await
    }

    /// Connects by a transport and waits until the webhooks arrived; gives the connection.
    pub async fn connect(&self, transport: &Value) -> Value {
        let opened = self.media("connect", &json!({ "accessToken": transport["accessToken"] })).await.expect(200);
        self.server.courier().settled().await;
        opened.json()
    }

    /// Tells the media server about a connection and waits until the webhooks arrived.
    pub async fn tell(&self, what: &str, connection: &Value) {
        self.media(what, &json!({ "connectionToken": connection["connectionToken"] })).await.expect(200);
        self.server.courier().settled().await;
    }

    /// The session as the API shows it.
    pub async fn session(&self, id: &str) -> Value {
        self.http.get(&format!("/v1/call/sessions/{id}")).await.expect(200).json()
    }

    /// The log.
    pub async fn events(&self, id: &str) -> Vec<Value> {
        let page = self.http.get(&format!("/v1/realtime/sessions/{id}/events?limit=1000")).await.expect(200).json();
        page["events"].as_array().expect("events").clone()
    }

    /// The types of the log.
    pub async fn types(&self, id: &str) -> Vec<String> {
        self.events(id).await.iter().map(|e| text(e, "type")).collect()
    }

    /// Receipts that an operator of the installation sees.
    pub async fn receipts(&self, query: &str) -> Vec<Value> {
        let path = format!("/v1/provider/receipts?limit=100{query}");
        let list = self.http.with_bearer("operator").get(&path).await.expect(200).json();
        list["items"].as_array().expect("a list").clone()
    }

    /// Runs every repair of a name.
    pub async fn repair(&self, name: &str) {
        for repair in self.repairs.iter().filter(|r| r.name() == name) {
            repair.run(self.world.now()).await.expect("the repair runs");
        }
        self.server.courier().settled().await;
    }

    /// Runs the outbox until nothing is due.
    pub async fn run_outbox(&self) {
        let worker = Worker::new(self.app.db.clone(), self.world.clone(), self.handlers.clone());
        while worker.run_due().await.expect("the outbox runs") > 0 {}
        self.server.courier().settled().await;
    }
}

/// Serves modules behind the front door.
async fn serve(app: &App, modules: Vec<Module>) -> (TestApp, Vec<Arc<dyn Repair>>) {
    let (ours, theirs) = (tenant(app, "ours").await, tenant(app, "theirs").await);
    let mut authenticators: Vec<Arc<dyn Authenticate>> = vec![Arc::new(Fixed { ours, theirs })];
    let mut repairs = Vec::new();
    let mut router = utoipa_axum::router::OpenApiRouter::default();
    for module in modules {
        authenticators.extend(module.authenticators);
        repairs.extend(module.repairs);
        router = router.merge(module.router);
    }
    let (router, document) = router.split_for_parts();
    let door = FrontDoor {
        matrix: AccessMatrix::parse(&access_rows(&routes_of(&document))).expect("the committed matrix"),
        authenticators,
        limits: RateLimits::unlimited(),
        settings: app.settings.clone(),
        world: app.world.clone(),
        metrics: Arc::new(Metrics::default()),
    };
    let router = door.guard(router, &document).expect("every route has a row");
    (TestApp::serve(router).await.with_bearer("ours"), repairs)
}

/// The text of a member.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}
