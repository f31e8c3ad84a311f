//! The database that every run begins with: two tenants with keys, an issuer, an operator and an endpoint. Made once a
//! process, then copied.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use callboard::modules::{self, Parts};
use callboard_egress::{Egress, EgressConfig};
use callboard_http::{App, RateLimits, Role, Scope, Settings, Shutdown};
use callboard_kernel::{Error, ExposeSecret as _, Keyring, MasterKey, Result, Timestamp, World};
use callboard_livekit::{LiveKit, LiveKitConfig};
use callboard_store::{Config, Db};
use callboard_tenants::{Actor, NewKey, NewTenant, NewUser};
use callboard_testkit::fake_livekit::{API_KEY, API_SECRET};
use callboard_testkit::{FakeWorld, START, install_tls};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ISSUER_SECRET: &str = "issuer-secret-of-the-simulation-0123456789abcdef";
const SCOPES: [Scope; 8] = [
    Scope::CallsRead,
    Scope::CallsWrite,
    Scope::EventsRead,
    Scope::EventsWrite,
    Scope::TranscriptsRead,
    Scope::ProviderRead,
    Scope::KeysManage,
    Scope::WebhooksManage,
];

/// When every run begins.
pub const BEGIN: Timestamp = Timestamp::from_micros(START.micros() + 60_000_000);
/// Where the tenant's endpoint is.
pub const ENDPOINT: &str = "https://hooks.example.com/calls";
/// Calls that the second tenant may have at once.
pub const LIMIT: usize = 2;

/// A tenant as its builder knows it.
#[derive(Clone, Debug)]
pub struct Tenancy {
    /// Its id.
    pub id: String,
    /// A key that may everything.
    pub key: String,
    /// The token of an operator.
    pub operator: String,
}

/// What all runs of a process share: nothing that remembers.
pub struct Template {
    dir: tempfile::TempDir,
    /// Callers of this one do everything.
    pub open: Tenancy,
    /// This one may have [`LIMIT`] calls at once.
    pub limited: Tenancy,
    /// The real bridge: tokens and signatures.
    pub bridge: LiveKit,
    /// The guard for outside addresses; nothing goes through it.
    pub egress: Arc<Egress>,
    /// The installation's keys.
    pub keys: Arc<Keyring>,
}

impl Template {
    /// Makes it.
    pub fn make() -> Result<Self> {
        install_tls();
        let dir = scratch()?;
        let world = FakeWorld::manual(1);
        let config = LiveKitConfig::new("http://127.0.0.1:7880", None, API_KEY, API_SECRET.to_owned().into())?;
        let bridge = LiveKit::new(config, world.clone())?;
        let egress = Arc::new(Egress::new(&EgressConfig::default())?);
        let keys = Arc::new(Keyring::new(MasterKey::new("t", [7; 32])?, Vec::new()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let db = Db::open(Config::Sqlite { dir: dir.path().to_owned() })?;
        let (open, limited) = runtime.block_on(async {
            let app = app(&db, world.clone(), &keys).await?;
            let parts = Parts {
                providers: Parts::providers_of(Some(&bridge), None),
                livekit: Some(bridge.clone()),
                egress: egress.clone(),
                limits: RateLimits::unlimited(),
                shutdown: Shutdown::default(),
                simulated: None,
                first_steps: None,
                targets: Default::default(),
            };
            let router = modules::service(&app, parts)?.router;
            let open = tenancy(&app, &router, "open", None).await?;
            let limited = tenancy(&app, &router, "limited", Some(LIMIT as i64)).await?;
            let hooks = json!({ "url": ENDPOINT, "eventTypes": ["call.*", "transcript.final"] });
            post(&router, &open.key, "/v1/webhook-endpoints", &hooks).await?;
            Ok::<_, Error>((open, limited))
        })?;
        db.close_blocking();
        Ok(Self { dir, open, limited, bridge, egress, keys })
    }

    /// A copy of the database, in a folder of its own.
    pub fn copy(&self) -> Result<tempfile::TempDir> {
        let dir = tempfile::tempdir_in(self.dir.path()).map_err(Error::internal)?;
        std::fs::copy(self.dir.path().join("callboard.db"), dir.path().join("callboard.db"))
            .map_err(Error::internal)?;
        Ok(dir)
    }
}

/// How the folders of this rig begin; the process's number follows.
const PREFIX: &str = "callboard-rig-service-";

/// A folder in memory where the machine has one. Those of processes that were ended go first.
fn scratch() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    for found in std::fs::read_dir(&base).map_err(Error::internal)?.flatten() {
        let name = found.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            // Another process may be at it as well.
            drop(std::fs::remove_dir_all(found.path()));
        }
    }
    let prefix = format!("{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(base).map_err(Error::internal)
}

/// The services over a store.
pub async fn app(db: &Db, world: Arc<dyn World>, keys: &Arc<Keyring>) -> Result<App> {
    let log = modules::log();
    log.attach(db).await?;
    let settings = Settings {
        public_url: "http://callboard.test".to_owned(),
        cors_origins: Vec::new(),
        trusted_proxies: 0,
        secure_cookies: false,
    };
    Ok(App { db: db.clone(), log, world, keys: keys.clone(), settings: Arc::new(settings) })
}

async fn tenancy(app: &App, router: &axum::Router, name: &str, limit: Option<i64>) -> Result<Tenancy> {
    let (now, entropy, own) = (app.world.now(), app.world.entropy(), name.to_owned());
    let made = app.db.write(move |tx| {
        let mut entropy = entropy.clone();
        let new = NewTenant { name: own.clone(), max_concurrent_calls: limit, ..NewTenant::default() };
        let tenant = callboard_tenants::create_tenant(tx, Actor::system(), &new, now, &mut entropy)?.id;
        let new = NewKey { name: "rig".to_owned(), scopes: SCOPES.to_vec(), expires_at: None };
        let key = callboard_tenants::create_key(tx, &tenant, Actor::system(), &new, now, &mut entropy)?;
        Ok((tenant, key.1.expose_secret().to_owned()))
    });
    let (tenant, key) = made.await?;
    let iss = format!("https://{name}.example");
    let issuer = json!({ "iss": iss, "audience": "callboard", "algorithm": "HS256", "secret": ISSUER_SECRET });
    post(router, &key, "/v1/issuers", &issuer).await?;
    let (entropy, owner, own) = (app.world.entropy(), tenant.clone(), iss.clone());
    let made = app.db.write(move |tx| {
        let new = NewUser {
            display_name: Some("Operator".to_owned()),
            issuer: Some(own.clone()),
            subject: Some("operator".to_owned()),
            roles: vec![Role::Operator],
        };
        callboard_tenants::create_user(tx, &owner, Actor::system(), &new, now, &mut entropy.clone())
    });
    made.await?;
    let at = now.seconds();
    let claims = json!({ "iss": iss, "sub": "operator", "aud": "callboard", "exp": at + 86_400, "iat": at });
    let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
    let secret = jsonwebtoken::EncodingKey::from_secret(ISSUER_SECRET.as_bytes());
    let operator = jsonwebtoken::encode(&header, &claims, &secret).map_err(Error::internal)?;
    Ok(Tenancy { id: tenant.to_string(), key, operator })
}

async fn post(router: &axum::Router, key: &str, path: &str, body: &Value) -> Result<Value> {
    let request = Request::post(path)
        .header("host", "callboard.test")
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .map_err(Error::internal)?;
    let response = router.clone().oneshot(request).await.map_err(Error::internal)?;
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(Error::internal)?.to_bytes();
    if !status.is_success() {
        return Err(Error::internal(format!("{path}: {status}: {}", String::from_utf8_lossy(&bytes))));
    }
    serde_json::from_slice(&bytes).map_err(Error::internal)
}
