//! Calls behind the real front door and the committed access matrix, with a provider that the test directs.
//! Keys and users are known to a table of the test; session passes are real.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use callboard_calls::model::ParticipantKind;
use callboard_calls::ports::{
    MediaRooms, ProviderDispatch, ProviderParticipant, ProviderRoom, Providers, RoomOptions, TokenRequest,
};
use callboard_calls::provider::{FactKind, LeaveReason, Peer, ProviderFact};
use callboard_eventlog::outbox::Worker;
use callboard_eventlog::{Log, verify};
use callboard_http::{
    AccessMatrix, App, Authenticate, Credentials, FrontDoor, Metrics, Principal, RateLimits, Repair, Role, Scope,
    Settings, routes_of,
};
use callboard_kernel::{
    ApiKeyId, Error, Keyring, MasterKey, Result, SecretString, TenantId, Timestamp, UserId, World as _, codes,
};
use callboard_store::{Db, params, sql};
use callboard_tenants::{Actor, NewTenant, NewUser};
use callboard_testkit::{Answer, FakeWorld, TestApp, access_rows};
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};

/// What the provider has, by room name: its id and who is in it.
type Rooms = BTreeMap<String, (String, Vec<ProviderParticipant>)>;

/// A media provider as the port describes it. It tells nobody anything: the test hands out the facts.
#[derive(Default)]
pub struct Provider {
    pub rooms: Mutex<Rooms>,
    pub down: AtomicBool,
    pub minted: Mutex<Vec<TokenRequest>>,
    pub removed: Mutex<Vec<String>>,
    pub deleted: Mutex<Vec<String>>,
    /// A list of participants is answered only while nobody holds this.
    pub hold: tokio::sync::Mutex<()>,
    /// Told when a list was taken.
    pub listed: tokio::sync::Notify,
    sids: AtomicU64,
}

impl Provider {
    fn up(&self) -> Result<()> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::new(&codes::LIVEKIT_UNREACHABLE, "down"));
        }
        Ok(())
    }

    fn sid(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.sids.fetch_add(1, Ordering::SeqCst))
    }

    /// Somebody joins; the connection's id.
    pub fn join(&self, room: &str, identity: &str, kind: ParticipantKind, active: bool, now: Timestamp) -> Peer {
        let sid = self.sid("PA");
        let mut rooms = self.rooms.lock();
        let (_, people) = rooms.entry(room.to_owned()).or_insert_with(|| (self.sid("RM"), Vec::new()));
        let (own, name) = (identity.to_owned(), String::new());
        people.push(ProviderParticipant { sid: sid.clone(), identity: own, name, kind, active, joined_at: now });
        Peer { sid, identity: identity.to_owned(), name: None, kind, active }
    }

    /// Somebody is gone.
    pub fn gone(&self, room: &str, identity: &str) {
        if let Some((_, people)) = self.rooms.lock().get_mut(room) {
            people.retain(|p| p.identity != identity);
        }
    }
}

#[async_trait]
impl MediaRooms for Provider {
    fn provider(&self) -> &'static str {
        "livekit"
    }
    fn client_url(&self) -> String {
        "ws://media.test".to_owned()
    }
    async fn ensure_room(&self, room: &str, _options: RoomOptions) -> Result<ProviderRoom> {
        self.up()?;
        let mut rooms = self.rooms.lock();
        let (sid, _) = rooms.entry(room.to_owned()).or_insert_with(|| (self.sid("RM"), Vec::new()));
        Ok(ProviderRoom { sid: sid.clone(), name: room.to_owned(), created_at: Timestamp::default() })
    }
    async fn delete_room(&self, room: &str) -> Result<()> {
        self.up()?;
        self.rooms.lock().remove(room);
        self.deleted.lock().push(room.to_owned());
        Ok(())
    }
    async fn list_rooms(&self, names: &[String]) -> Result<Vec<ProviderRoom>> {
        Ok(self.list_all_rooms().await?.into_iter().filter(|r| names.contains(&r.name)).collect())
    }
    async fn list_all_rooms(&self) -> Result<Vec<ProviderRoom>> {
        self.up()?;
        let room = |(name, (sid, _)): (&String, &(String, Vec<ProviderParticipant>))| ProviderRoom {
            sid: sid.clone(),
            name: name.clone(),
            created_at: Timestamp::default(),
        };
        Ok(self.rooms.lock().iter().map(room).collect())
    }
    async fn list_participants(&self, room: &str) -> Result<Vec<ProviderParticipant>> {
        self.up()?;
        let people = self.rooms.lock().get(room).map(|(_, people)| people.clone()).unwrap_or_default();
        self.listed.notify_one();
        let _answered = self.hold.lock().await;
        Ok(people)
    }
    async fn remove_participant(&self, room: &str, identity: &str) -> Result<()> {
        self.up()?;
        self.gone(room, identity);
        self.removed.lock().push(identity.to_owned());
        Ok(())
    }
    async fn dispatch_agent(&self, _room: &str, agent_name: &str, _metadata: &str) -> Result<ProviderDispatch> {
        Ok(ProviderDispatch { id: "AD_1".to_owned(), agent_name: agent_name.to_owned() })
    }
    async fn list_dispatches(&self, _room: &str) -> Result<Vec<ProviderDispatch>> {
        Ok(Vec::new())
    }
    fn mint_token(&self, request: &TokenRequest) -> Result<SecretString> {
        self.minted.lock().push(request.clone());
        Ok(format!("token-{}", self.minted.lock().len()).into())
    }
}

#[derive(Default)]
struct Known(Mutex<HashMap<String, Principal>>);

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
    pub provider: Arc<Provider>,
    known: Arc<Known>,
    next: AtomicU64,
    repairs: Vec<Arc<dyn Repair>>,
    worker: Worker,
}

const SCOPES: &[Scope] = &[Scope::CallsRead, Scope::CallsWrite];

impl House {
    pub async fn open(db: Db) -> Self {
        Self::limited(db, true, None).await
    }

    /// With or without a provider, and with a limit of concurrent calls.
    pub async fn limited(db: Db, media: bool, limit: Option<i64>) -> Self {
        let world = FakeWorld::manual(11);
        let log = Log::new(callboard_calls::projectors());
        log.attach(&db).await.expect("the log attaches");
        let settings = Arc::new(Settings {
            public_url: "http://callboard.test".into(),
            cors_origins: vec![],
            trusted_proxies: 0,
            secure_cookies: false,
        });
        let keys = Arc::new(Keyring::new(MasterKey::new("t", [5; 32]).expect("a key"), vec![]));
        let app = App { db: db.clone(), log, world: world.clone(), keys, settings: settings.clone() };
        let provider = Arc::new(Provider::default());
        let mut providers = Providers::default();
        if media {
            providers.add(provider.clone());
        }
        let providers = Arc::new(providers);
        let worker = Worker::new(db, world.clone(), callboard_calls::outbox_handlers(&providers));
        let module = callboard_calls::module(app.clone(), providers);
        let known = Arc::new(Known::default());
        let mut authenticators: Vec<Arc<dyn Authenticate>> = vec![known.clone()];
        authenticators.extend(module.authenticators);
        let (router, document) = module.router.split_for_parts();
        let door = FrontDoor {
            matrix: AccessMatrix::parse(&access_rows(&routes_of(&document))).expect("the committed matrix"),
            authenticators,
            limits: RateLimits::unlimited(),
            settings,
            world: world.clone(),
            metrics: Arc::new(Metrics::default()),
        };
        let server = TestApp::serve(door.guard(router, &document).expect("every route has its row")).await;
        let tenant = tenant(&app, limit).await;
        let (next, repairs) = (AtomicU64::new(0), module.repairs);
        let house = Self { key: server, app, world, tenant, provider, known, next, repairs, worker };
        let key = house.key_of(&house.tenant);
        Self { key, ..house }
    }

    fn token(&self, principal: Principal) -> String {
        let token = format!("token-{}", self.next.fetch_add(1, Ordering::Relaxed));
        self.known.0.lock().insert(token.clone(), principal);
        token
    }

    pub fn key_of(&self, tenant: &TenantId) -> TestApp {
        let key = ApiKeyId::generate(self.world.now(), &mut self.world.entropy());
        let scopes = SCOPES.to_vec();
        self.key.with_bearer(self.token(Principal::Key { tenant: tenant.clone(), key, scopes, login: None }))
    }

    pub async fn foreign(&self) -> TestApp {
        let other = tenant(&self.app, None).await;
        self.key_of(&other)
    }

    pub async fn user(&self, roles: &[Role]) -> (UserId, TestApp) {
        let (tenant, new) = (self.tenant.clone(), NewUser { roles: roles.to_vec(), ..NewUser::default() });
        let (now, entropy) = (self.world.now(), self.world.entropy());
        let make = move |tx: &callboard_store::Tx<'_>| {
            callboard_tenants::create_user(tx, &tenant, Actor::cli(), &new, now, &mut entropy.clone())
        };
        let user = self.app.db.write(make).await.expect("a user").id;
        let (tenant, roles) = (self.tenant.clone(), roles.to_vec());
        let token = self.token(Principal::User { tenant, user: user.clone(), roles, login: None });
        (user, self.key.with_bearer(token))
    }

    /// Sets the tenant's status by hand.
    pub async fn suspend(&self) {
        sql! { pub SUSPEND_SQL; SUSPEND = "update tenant set status = 'suspended' where tenant_id = :tenant"; }
        let (_all, tenant) = (SUSPEND_SQL, self.tenant.clone());
        self.app.db.write(move |tx| tx.execute_one(&SUSPEND, params! { tenant })).await.expect("suspended");
    }

    /// Slots that the tenant has in use.
    pub async fn slots(&self) -> i64 {
        let tenant = self.tenant.clone();
        self.app.db.read(move |tx| callboard_tenants::find_tenant(tx, &tenant)).await.expect("a tenant").active_calls
    }

    /// Sets the slots, as a leak would.
    pub async fn leak_slots(&self, n: i64) {
        let tenant = self.tenant.clone();
        self.app.db.write(move |tx| callboard_tenants::recount(tx, &tenant, n)).await.expect("set");
    }

    pub async fn create(&self, body: Value) -> Value {
        self.key.post("/v1/call/sessions", &body).await.expect(201).json()["session"].clone()
    }

    /// A session `s` with one caller's token: room and seat.
    pub async fn call(&self, id: &str) -> (String, Value) {
        let session = self.create(json!({ "sessionId": id })).await;
        let room = session["providerRoomId"].as_str().expect("a room").to_owned();
        (room, self.seat(id).await)
    }

    pub async fn seat(&self, id: &str) -> Value {
        self.key.post(&at(id, "/livekit/token"), &json!({})).await.expect(200).json()
    }

    /// A caller as somebody with a pass.
    pub fn pass(&self, seat: &Value) -> TestApp {
        self.key.with_bearer(text(seat, "pass"))
    }

    /// Applies a fact as the bridge would.
    pub async fn fact(&self, room: &str, what: FactKind) -> Vec<String> {
        let (sid, _) = self.provider.rooms.lock().get(room).cloned().unwrap_or_default();
        let (now, log, entropy) = (self.world.now(), self.app.log.clone(), self.world.entropy());
        let fact = ProviderFact { room_sid: sid, at: now, inferred: false, what };
        let room = room.to_owned();
        self.app
            .db
            .write(move |tx| {
                let key = callboard_calls::session_by_room(tx, &log, "livekit", &room, "")?
                    .ok_or_else(|| Error::internal("no session"))?;
                callboard_calls::apply_fact(tx, &log, &key, "livekit", &fact, now, &mut entropy.clone())
            })
            .await
            .expect("the fact is applied")
            .published
    }

    /// Somebody joins and the bridge hears it.
    pub async fn joins(&self, room: &str, identity: &str) -> Peer {
        let peer = self.provider.join(room, identity, ParticipantKind::Standard, true, self.world.now());
        self.fact(room, FactKind::Joined(peer.clone())).await;
        peer
    }

    /// Somebody is gone and the bridge hears it.
    pub async fn goes(&self, room: &str, peer: &Peer, reason: LeaveReason) {
        self.provider.gone(room, &peer.identity);
        self.fact(room, FactKind::Left(peer.clone(), reason)).await;
    }

    /// A call that is active: room, seat, connection.
    pub async fn active(&self, id: &str) -> (String, Value, Peer) {
        let (room, seat) = self.call(id).await;
        let peer = self.joins(&room, &identity(&seat)).await;
        (room, seat, peer)
    }

    pub async fn session(&self, id: &str) -> Value {
        self.key.get(&at(id, "")).await.expect(200).json()
    }

    /// The log's types, in order.
    pub async fn types(&self, id: &str) -> Vec<String> {
        let (log, tenant) = (self.app.log.clone(), self.tenant.clone());
        let id = callboard_kernel::SessionId::parse(id).expect("an id");
        self.app
            .db
            .read(move |tx| {
                let key = log.find(tx, &tenant, &id)?.ok_or_else(|| Error::not_found("session"))?;
                let query = callboard_eventlog::ReplayQuery { after: 0, until: None, limit: 1_000 };
                let events = log.replay(tx, &key, &query)?.events;
                Ok(events.iter().map(|e| e.ty.as_str().to_owned()).collect())
            })
            .await
            .expect("a log")
    }

    pub async fn repair(&self, name: &str) -> u64 {
        self.try_repair(name).await.expect("the repair runs")
    }

    pub async fn try_repair(&self, name: &str) -> Result<u64> {
        let repair = self.repairs.iter().find(|r| r.name() == name).unwrap_or_else(|| panic!("no repair {name}"));
        repair.run(self.world.now()).await
    }

    /// A repair, to be run beside the test.
    pub fn repair_of(&self, name: &str) -> Arc<dyn Repair> {
        self.repairs.iter().find(|r| r.name() == name).unwrap_or_else(|| panic!("no repair {name}")).clone()
    }

    /// Carries out what the outbox holds.
    pub async fn effects(&self) -> usize {
        self.worker.run_due().await.expect("the outbox runs")
    }

    /// The projections follow from the log, and all that we emitted was lawful.
    pub async fn close(&self) {
        assert_eq!(self.app.log.emitted_invalid(), 0);
        let (db, log) = (self.app.db.clone(), self.app.log.clone());
        let report = tokio::task::spawn_blocking(move || verify::verify(&db, &log)).await.expect("no panic");
        assert_eq!(report.expect("verified").findings, Vec::<String>::new());
    }

    /// `POST` with a header.
    pub async fn post_with(&self, by: &TestApp, path: &str, header: (&str, &str), body: &Value) -> Answer {
        Answer::of(by.request(Method::POST, path).header(header.0, header.1).json(body)).await
    }
}

pub fn at(id: &str, rest: &str) -> String {
    format!("/v1/call/sessions/{id}{rest}")
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

pub fn identity(seat: &Value) -> String {
    text(&seat["transport"], "participantIdentity")
}

/// The token behind a join link.
pub fn behind(link: &Value) -> String {
    text(link, "joinUrl").split('#').nth(1).expect("a token behind #").to_owned()
}

async fn tenant(app: &App, limit: Option<i64>) -> TenantId {
    let (now, entropy) = (app.world.now(), app.world.entropy());
    let new = NewTenant { name: "Test".into(), max_concurrent_calls: limit, ..NewTenant::default() };
    app.db
        .write(move |tx| callboard_tenants::create_tenant(tx, Actor::cli(), &new, now, &mut entropy.clone()))
        .await
        .expect("a tenant")
        .id
}
