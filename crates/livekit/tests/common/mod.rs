//! A Callboard of `tenants`, `calls` and this crate, with a fake LiveKit beside it.
#![allow(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use async_trait::async_trait;
use callboard_calls::ports::Providers;
use callboard_eventlog::Log;
use callboard_http::{
    AccessMatrix, App, Authenticate, Credentials, FrontDoor, Metrics, Module, Principal, RateLimits, Repair, Scope,
    Settings,
};
use callboard_kernel::{ApiKeyId, Keyring, MasterKey, Result, TenantId, Timestamp, World};
use callboard_livekit::{LiveKit, LiveKitConfig};
use callboard_store::Db;
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET};
use callboard_testkit::{FakeLiveKit, FakeWorld, TestApp, access_rows};
use serde_json::{Value, json};

/// Everything of one test.
pub struct Kit {
    pub world: Arc<FakeWorld>,
    pub fake: FakeLiveKit,
    pub livekit: LiveKit,
    pub app: App,
    /// Called with the key of the first tenant.
    pub http: TestApp,
    repairs: Vec<Arc<dyn Repair>>,
}

/// Bearers are `<role>` of a fixed tenant: `ours`, `theirs`, `operator`.
struct Fixed {
    ours: TenantId,
    theirs: TenantId,
}

#[async_trait]
impl Authenticate for Fixed {
    async fn authenticate(&self, credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        let all = vec![Scope::CallsRead, Scope::CallsWrite, Scope::EventsRead, Scope::ProviderRead];
        let (tenant, scopes, key) = match credentials.bearer.as_deref() {
            Some("ours") => (&self.ours, all, "1"),
            Some("theirs") => (&self.theirs, all, "2"),
            Some("operator") => (&self.ours, [all, vec![Scope::Installation]].concat(), "3"),
            _ => return Ok(None),
        };
        let key = ApiKeyId::from_stored(format!("key_0000000000000000000000000{key}"));
        Ok(Some(Principal::Key { tenant: tenant.clone(), key, scopes, login: None }))
    }
}

async fn tenant(db: &Db, world: &dyn World, name: &'static str) -> TenantId {
    let (now, entropy) = (world.now(), world.entropy());
    db.write(move |tx| {
        let new = callboard_tenants::NewTenant { name: name.to_owned(), ..Default::default() };
        let by = callboard_tenants::Actor::system();
        callboard_tenants::create_tenant(tx, by, &new, now, &mut entropy.clone()).map(|t| t.id)
    })
    .await
    .expect("a tenant")
}

impl Kit {
    /// A running Callboard on a store, with LiveKit configured.
    pub async fn start(db: Db, seed: u64) -> Self {
        let world = FakeWorld::manual(seed);
        let fake = FakeLiveKit::start(world.clone()).await;
        let config = LiveKitConfig::new(&fake.url(), None, API_KEY, API_SECRET.to_owned().into()).expect("good");
        Self::with(db, world, fake, config).await
    }

    /// A running Callboard with a LiveKit of the test's choice; `fake` may be another one.
    pub async fn with(db: Db, world: Arc<FakeWorld>, fake: FakeLiveKit, config: LiveKitConfig) -> Self {
        let livekit = LiveKit::new(config, world.clone()).expect("a bridge");
        let settings = Settings {
            public_url: "http://callboard.test".to_owned(),
            cors_origins: Vec::new(),
            trusted_proxies: 0,
            secure_cookies: false,
        };
        let log = Log::new(callboard_calls::projectors());
        log.attach(&db).await.expect("attached");
        let keys = Keyring::new(MasterKey::new("t", [7; 32]).expect("a key"), Vec::new());
        let app = App { db, log, world: world.clone(), keys: Arc::new(keys), settings: Arc::new(settings) };
        let mut providers = Providers::default();
        providers.add(livekit.rooms.clone());
        let modules = vec![
            callboard_calls::module(app.clone(), Arc::new(providers)),
            callboard_livekit::module(app.clone(), Some(livekit.clone()), Vec::new()),
        ];
        let (http, repairs) = serve(&app, modules).await;
        Self { world, fake, livekit, app, http, repairs }
    }

    /// The address of the webhook.
    pub fn webhook(&self) -> String {
        self.http.url("/v1/call/livekit/events")
    }

    /// Delivers what LiveKit has to say, in order; all of it must be taken.
    pub async fn deliver(&self) -> Vec<Value> {
        let delivered = self.fake.deliver(&self.webhook()).await;
        delivered
            .iter()
            .map(|d| {
                assert_eq!(d.status, 200, "{}", d.body);
                serde_json::from_str(&d.body).expect("JSON")
            })
            .collect()
    }

    /// Creates a session and a caller's token: the session's id, the room, the caller's identity.
    pub async fn call(&self) -> (String, String, String) {
        let made = self.http.post("/v1/call/sessions", &json!({})).await.expect(201).json();
        let id = made["session"]["sessionId"].as_str().expect("an id").to_owned();
        let path = format!("/v1/call/sessions/{id}/livekit/token");
        let token = self.http.post(&path, &json!({ "participantName": "Ann" })).await.expect(200).json();
        let text = |name: &str| token["transport"][name].as_str().expect("a text").to_owned();
        (id, text("roomName"), text("participantIdentity"))
    }

    /// The session as the API shows it.
    pub async fn session(&self, id: &str) -> Value {
        self.http.get(&format!("/v1/call/sessions/{id}")).await.expect(200).json()
    }

    /// Runs a repair by name.
    pub async fn repair(&self, name: &str) -> u64 {
        let repair = self.repairs.iter().find(|r| r.name() == name).unwrap_or_else(|| panic!("no repair {name}"));
        repair.run(self.world.now()).await.expect("the repair runs")
    }
}

/// Serves modules behind the front door.
pub async fn serve(app: &App, modules: Vec<Module>) -> (TestApp, Vec<Arc<dyn Repair>>) {
    let ours = tenant(&app.db, &*app.world, "ours").await;
    let theirs = tenant(&app.db, &*app.world, "theirs").await;
    let mut authenticators: Vec<Arc<dyn Authenticate>> = vec![Arc::new(Fixed { ours, theirs })];
    let mut repairs = Vec::new();
    let mut router = utoipa_axum::router::OpenApiRouter::default();
    for module in modules {
        authenticators.extend(module.authenticators);
        repairs.extend(module.repairs);
        router = router.merge(module.router);
    }
    let (router, openapi) = router.split_for_parts();
    let door = FrontDoor {
        matrix: AccessMatrix::parse(&access_rows(&callboard_http::routes_of(&openapi))).expect("the committed matrix"),
        authenticators,
        limits: RateLimits::unlimited(),
        settings: app.settings.clone(),
        world: app.world.clone(),
        metrics: Arc::new(Metrics::default()),
    };
    let router = door.guard(router, &openapi).expect("every route has a row");
    (TestApp::serve(router).await.with_bearer("ours"), repairs)
}
