//! One instance: the assembled service with its caches, its background work, and a runtime of its own, so that a crash
//! drops all of it and a pause holds up all of it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use callboard::modules::{self, Parts};
use callboard_calls::ports::Providers;
use callboard_eventlog::outbox::Worker;
use callboard_http::{RateLimits, Repair, Shutdown};
use callboard_kernel::{Error, Result, Timestamp};
use callboard_livekit::LiveKit;
use callboard_store::Db;
use callboard_store::testing::Steps;
use callboard_testkit::FakeWorld;
use http_body_util::BodyExt as _;
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use tokio::sync::broadcast;
use tower::ServiceExt as _;

use crate::ports::{Ports, Rooms, Sender};
use crate::template::{self, Template};
use crate::wire::Ask;

/// Something that an instance has finished.
pub enum Done {
    /// A request, with status and body.
    Request(usize, u16, Vec<u8>),
    /// A run of the repair of this number.
    Repair(usize),
    /// A look at the outbox.
    Look,
}

/// The live half of an instance.
pub struct Live {
    runtime: Runtime,
    world: Arc<FakeWorld>,
    router: Router,
    /// Its repairs.
    pub repairs: Vec<Arc<dyn Repair>>,
    worker: Worker,
    /// Its messages to the outside.
    pub ports: Arc<Ports>,
    hints: broadcast::Receiver<Arc<[String]>>,
    done: Arc<Mutex<Vec<Done>>>,
}

impl Live {
    /// Puts the service together over a store, with empty caches.
    pub fn boot(template: &Template, db: &Db, steps: &Steps, seed: u64, now: Timestamp) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(Error::internal)?;
        let world = FakeWorld::manual(seed);
        world.set(now);
        let (own, clock, keys) = (db.clone(), world.clone(), template.keys.clone());
        let making = runtime.spawn(async move { template::app(&own, clock, &keys).await });
        while !making.is_finished() {
            turn(&runtime);
            steps.run(steps.take());
        }
        let app = runtime.block_on(making).map_err(Error::internal)??;
        let ports = Arc::new(Ports::default());
        let mut providers = Providers::default();
        providers.add(Arc::new(Rooms { ports: ports.clone(), bridge: template.bridge.rooms.clone() }));
        let providers = Arc::new(providers);
        let parts = Parts {
            providers: providers.clone(),
            livekit: Some(LiveKit { rooms: template.bridge.rooms.clone(), health: Arc::default() }),
            egress: template.egress.clone(),
            limits: RateLimits::unlimited(),
            shutdown: Shutdown::default(),
            simulated: None,
            first_steps: None,
            targets: Default::default(),
        };
        let service = modules::service(&app, parts)?;
        let mut handlers = callboard_calls::outbox_handlers(&providers);
        let sender = Arc::new(Sender(ports.clone()));
        handlers.extend(callboard_webhooks::outbox_handlers(&app, sender, service.registry.webhooks.clone()));
        let worker = Worker::new(db.clone(), world.clone(), handlers);
        let (router, repairs, hints) = (service.router, service.repairs, db.hints());
        Ok(Self { runtime, world, router, repairs, worker, ports, hints, done: Arc::default() })
    }

    /// Sets its clock.
    pub fn set_clock(&self, now: Timestamp) {
        self.world.set(now);
    }

    /// Lets everything run that can.
    pub fn turn(&self) {
        turn(&self.runtime);
    }

    /// Takes in a request.
    pub fn accept(&self, number: usize, ask: &Ask) {
        let mut request = Request::builder().method(ask.method).uri(&ask.path).header("host", "callboard.test");
        if !ask.authorization.is_empty() {
            request = request.header("authorization", &ask.authorization);
        }
        if let Some(key) = &ask.idempotency {
            request = request.header("idempotency-key", key);
        }
        if !ask.body.is_empty() {
            request = request.header("content-type", "application/json").header("content-length", ask.body.len());
        }
        let (router, done) = (self.router.clone(), self.done.clone());
        let Ok(request) = request.body(Body::from(ask.body.clone())) else { return };
        self.runtime.spawn(async move {
            let Ok(response) = router.oneshot(request).await;
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.map(|b| b.to_bytes().to_vec()).unwrap_or_default();
            done.lock().push(Done::Request(number, status, bytes));
        });
    }

    /// Begins a run of a repair.
    pub fn repair(&self, number: usize) {
        let (repair, world, done) = (self.repairs[number].clone(), self.world.clone(), self.done.clone());
        self.runtime.spawn(async move {
            let now = callboard_kernel::World::now(&*world);
            // A repair that fails runs again at its next tick.
            drop(repair.run(now).await);
            done.lock().push(Done::Repair(number));
        });
    }

    /// Begins a look at the outbox.
    pub fn look(&self) {
        let (worker, done) = (self.worker.clone(), self.done.clone());
        self.runtime.spawn(async move {
            drop(worker.start_due().await);
            done.lock().push(Done::Look);
        });
    }

    /// What it has finished since the last call.
    pub fn take_done(&self) -> Vec<Done> {
        std::mem::take(&mut *self.done.lock())
    }

    /// Whether a hint of work for the outbox came since the last call.
    pub fn hinted(&mut self) -> bool {
        let mut found = false;
        loop {
            match self.hints.try_recv() {
                Ok(topics) => found |= topics.iter().any(|t| t == "outbox"),
                Err(broadcast::error::TryRecvError::Lagged(_)) => found = true,
                Err(_) => return found,
            }
        }
    }
}

/// A few turns through everything that is ready: what one step wakes may wake another.
fn turn(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..4 {
            tokio::task::yield_now().await;
        }
    });
}
