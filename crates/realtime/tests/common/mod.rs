//! A process in small: calls, transcripts and realtime behind the real front door and the committed access matrix.
//! Keys and users are known to a table of the test; session passes are real.
#![allow(dead_code)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use callboard_calls::ports::Providers;
use callboard_eventlog::Log;
use callboard_http::{
    AccessMatrix, App, Authenticate, Credentials, FrontDoor, Metrics, Principal, RateLimits, Role, Scope, Settings,
    Shutdown, routes_of,
};
use callboard_kernel::{ApiKeyId, Keyring, MasterKey, Result, TenantId, Timestamp, UserId, World as _};
use callboard_realtime::Tuning;
use callboard_store::Db;
use callboard_tenants::{Actor, NewTenant, NewUser};
use callboard_testkit::{FakeWorld, TestApp, access_rows};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use utoipa_axum::router::OpenApiRouter;

/// Who is known by which token.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Principal>>);

#[async_trait]
impl Authenticate for Known {
    async fn authenticate(&self, credentials: &Credentials, _now: Timestamp) -> Result<Option<Principal>> {
        Ok(credentials.bearer.as_ref().and_then(|token| self.0.lock().get(token).cloned()))
    }
}

/// The process under test, called by a key that may do everything in its tenant.
pub struct House {
    pub key: TestApp,
    pub app: App,
    pub world: Arc<FakeWorld>,
    pub tenant: TenantId,
    pub shutdown: Shutdown,
    known: Arc<Known>,
    next: AtomicU64,
}

/// Times that a test can wait for.
pub fn fast() -> Tuning {
    Tuning {
        heartbeat: Duration::from_millis(20),
        recheck: Duration::from_millis(100),
        auth: Duration::from_millis(300),
        ..Tuning::default()
    }
}

impl House {
    pub async fn open(db: Db) -> Self {
        Self::tuned(db, Tuning::default()).await
    }

    pub async fn tuned(db: Db, tuning: Tuning) -> Self {
        let (world, known) = (FakeWorld::manual(7), Arc::new(Known::default()));
        let (app, server, shutdown) = instance(db, &world, &known, tuning).await;
        let tenant = tenant(&app, &world).await;
        let house = Self { key: server.clone(), app, world, tenant, shutdown, known, next: AtomicU64::new(0) };
        let key = house.key_of(&house.tenant.clone(), ALL_SCOPES);
        Self { key, ..house }
    }

    /// Another process on the same database, called by the same key.
    pub async fn second(&self, db: Db) -> TestApp {
        let (_, server, _) = instance(db, &self.world, &self.known, Tuning::default()).await;
        server.with_bearer("token-0")
    }

    fn token(&self, principal: Principal) -> String {
        let token = format!("token-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.known.0.lock().insert(token.clone(), principal);
        token
    }

    /// A caller with a key of these scopes.
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

    /// A user of the tenant, their token, and the caller that they are.
    pub async fn user(&self, roles: &[Role]) -> (UserId, String, TestApp) {
        let (tenant, new) = (self.tenant.clone(), NewUser { roles: roles.to_vec(), ..NewUser::default() });
        let (now, entropy) = (self.world.now(), self.world.entropy());
        let user = self
            .app
            .db
            .write(move |tx| callboard_tenants::create_user(tx, &tenant, Actor::cli(), &new, now, &mut entropy.clone()))
            .await
            .expect("a user")
            .id;
        let principal =
            Principal::User { tenant: self.tenant.clone(), user: user.clone(), roles: roles.to_vec(), login: None };
        let token = self.token(principal);
        (user, token.clone(), self.key.with_bearer(token))
    }

    /// Takes a token away.
    pub fn revoke(&self, token: &str) {
        self.known.0.lock().remove(token);
    }

    /// A new session of this id.
    pub async fn session(&self, id: &str) {
        let _made = self.key.post("/v1/call/sessions", &json!({ "sessionId": id })).await.expect(201);
    }

    /// A participant of a session by a join link: its id, its pass, and the caller that it is.
    pub async fn join(&self, id: &str, kind: &str) -> (String, String, TestApp) {
        let links = format!("/v1/call/sessions/{id}/join-links");
        let link = self.key.post(&links, &json!({ "kind": kind, "displayName": "Ann" })).await.expect(201).json();
        let url = link["joinUrl"].as_str().expect("a link").to_owned();
        let token = url.split('#').nth(1).expect("a token behind #");
        let seat = self.key.anonymous().post("/v1/join", &json!({ "token": token })).await.expect(200).json();
        let pass = seat["pass"].as_str().expect("a pass").to_owned();
        let participant = seat["participantId"].as_str().expect("a participant").to_owned();
        (participant, pass.clone(), self.key.with_bearer(pass))
    }

    /// Ends a session.
    pub async fn end(&self, id: &str) {
        let path = format!("/v1/call/sessions/{id}/state");
        let _ended = self.key.post(&path, &json!({ "status": "ended" })).await.expect(200);
    }

    /// Stores one event and gives it back.
    pub async fn append(&self, event: &Value) -> Value {
        self.key.post("/v1/realtime/events", event).await.expect(201).json()["event"].clone()
    }

    /// The whole log of a session as the key sees it.
    pub async fn log(&self, id: &str) -> Vec<Value> {
        let page = self.key.get(&format!("/v1/realtime/sessions/{id}/events?limit=1000")).await.expect(200).json();
        page["events"].as_array().expect("events").clone()
    }
}

/// One process: the features behind the front door, and the task that tells the hub of hints and of the clock.
async fn instance(db: Db, world: &Arc<FakeWorld>, known: &Arc<Known>, tuning: Tuning) -> (App, TestApp, Shutdown) {
    let mut projectors = callboard_calls::projectors();
    projectors.extend(callboard_transcripts::projectors());
    let log = Log::new(projectors);
    log.attach(&db).await.expect("the log attaches");
    let settings = Arc::new(Settings {
        public_url: "http://localhost".into(),
        cors_origins: vec![],
        trusted_proxies: 0,
        secure_cookies: false,
    });
    let keys = Arc::new(Keyring::new(MasterKey::new("t", [5; 32]).expect("a key"), vec![]));
    let app = App { db, log, world: world.clone(), keys, settings: settings.clone() };
    let shutdown = Shutdown::default();
    tokio::spawn(wake(app.clone()));
    let calls = callboard_calls::module(app.clone(), Arc::new(Providers::default()));
    let mut authenticators: Vec<Arc<dyn Authenticate>> = vec![known.clone()];
    authenticators.extend(calls.authenticators);
    let realtime = callboard_realtime::module_tuned(app.clone(), authenticators.clone(), shutdown.clone(), tuning);
    let transcripts = callboard_transcripts::module(app.clone());
    let (router, document) =
        OpenApiRouter::new().merge(calls.router).merge(realtime.router).merge(transcripts.router).split_for_parts();
    let door = FrontDoor {
        matrix: AccessMatrix::parse(&access_rows(&routes_of(&document))).expect("the committed matrix"),
        authenticators,
        limits: RateLimits { passes_per_second: None, joins_per_minute: None, ..RateLimits::default() },
        settings,
        world: world.clone(),
        metrics: Arc::new(Metrics::default()),
    };
    let router = door.guard(router, &document).expect("every route has its row");
    (app, TestApp::serve(router).await, shutdown)
}

/// What the binary does: hints of other processes reach the hub, and every 500 ms everyone looks.
async fn wake(app: App) {
    let mut hints = app.db.hints();
    let mut clock = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            topics = hints.recv() => match topics {
                Ok(topics) => app.log.hub().hint(&topics),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => app.log.hub().tick(),
                Err(_) => return,
            },
            _at = clock.tick() => app.log.hub().tick(),
        }
    }
}

/// All scopes of a tenant's key.
pub const ALL_SCOPES: &[Scope] =
    &[Scope::CallsRead, Scope::CallsWrite, Scope::EventsRead, Scope::EventsWrite, Scope::TranscriptsRead];

async fn tenant(app: &App, world: &FakeWorld) -> TenantId {
    let (now, entropy) = (world.now(), world.entropy());
    let new = NewTenant { name: "Test".into(), ..NewTenant::default() };
    app.db
        .write(move |tx| callboard_tenants::create_tenant(tx, Actor::cli(), &new, now, &mut entropy.clone()))
        .await
        .expect("a tenant")
        .id
}

/// A final of an utterance.
pub fn said(session: &str, event_id: &str, utterance: &str, text: &str) -> Value {
    json!({
        "eventId": event_id, "sessionId": session, "type": "transcript.final",
        "payload": { "utteranceId": utterance, "speaker": "agent", "text": text, "startMs": 0, "endMs": 5 },
    })
}

/// A proxy that cuts each connection after a number of bytes to the client.
pub struct Scissors {
    pub base: String,
    budget: Arc<AtomicU64>,
}

impl Scissors {
    pub async fn before(app: &TestApp) -> Self {
        let server = app.server().expect("a server of this process").addr();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let budget = Arc::new(AtomicU64::new(u64::MAX));
        let shared = budget.clone();
        tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let server = TcpStream::connect(server).await.expect("the server listens");
                tokio::spawn(cut_after(client, server, shared.load(Ordering::SeqCst)));
            }
        });
        Self { base, budget }
    }

    /// How many bytes the next connections carry to the client.
    pub fn set(&self, bytes: u64) {
        self.budget.store(bytes, Ordering::SeqCst);
    }
}

async fn cut_after(client: TcpStream, server: TcpStream, mut left: u64) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut buffer = [0; 1024];
    while left > 0 {
        let Ok(n @ 1..) = from_server.read(&mut buffer).await else { break };
        let n = n.min(usize::try_from(left).unwrap_or(usize::MAX));
        if to_client.write_all(&buffer[..n]).await.is_err() {
            break;
        }
        left -= n as u64;
    }
    up.abort();
}
