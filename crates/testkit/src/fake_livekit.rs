//! A LiveKit server of our own on loopback: its Twirp API with real grant checks, scripted people, faults on
//! request, a journal of the calls that it got, and webhooks signed as the real server signs them.
//!
//! It knows nothing of Callboard and imports no feature. Shapes come from LiveKit's own protocol types, so an
//! adapter that misreads them meets the same surprise here as with the real server.

mod bodies;
mod delivery;
mod faults;
mod rooms;
mod script;
mod signer;
mod twirp;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, post};
use callboard_kernel::World;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::serve::Server;

pub use delivery::{Delivered, Delivery, Plan};
pub use faults::{Fault, FaultKind};
pub use rooms::Person;
pub use signer::{Forgery, Signed, Signer};
pub use twirp::Call;

/// A webhook that the fake server wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// `EV_…`.
    pub id: String,
    /// The event's name.
    pub event: String,
    /// The body, byte for byte.
    pub body: String,
}

/// The fake server. Cheap to clone; it stops when the last clone is dropped.
#[derive(Clone)]
pub struct FakeLiveKit {
    inner: Arc<Inner>,
    server: Arc<Server>,
}

pub(crate) struct Inner {
    pub(crate) world: Arc<dyn World>,
    pub(crate) signer: Signer,
    pub(crate) state: Mutex<rooms::State>,
    pub(crate) faults: Mutex<Vec<Fault>>,
    pub(crate) journal: Mutex<Vec<Call>>,
    pub(crate) outgoing: Mutex<Vec<Webhook>>,
    pub(crate) queued: Notify,
}

/// The API key of every fake server.
pub const API_KEY: &str = "APIfakekey";
/// Its secret; long enough that a real server would take it without a warning.
pub const API_SECRET: &str = "fake-livekit-secret-0123456789abcdef0123456789";

impl FakeLiveKit {
    /// Starts a server on a free loopback port; `world` gives its clock and its ids.
    pub async fn start(world: Arc<dyn World>) -> Self {
        Self::start_at(world, "127.0.0.1:0").await
    }

    /// Starts a server at an address.
    pub async fn start_at(world: Arc<dyn World>, addr: &str) -> Self {
        let inner = Arc::new(Inner {
            world,
            signer: Signer::new(API_KEY, API_SECRET),
            state: Mutex::default(),
            faults: Mutex::default(),
            journal: Mutex::default(),
            outgoing: Mutex::default(),
            queued: Notify::new(),
        });
        let router = Router::new()
            .route("/", any(twirp::health))
            .route("/twirp/{service}/{method}", post(twirp::serve))
            .with_state(inner.clone());
        let server = Server::start_at(router, addr).await;
        Self { inner, server }
    }

    /// `http://127.0.0.1:…`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.addr())
    }

    /// `ws://127.0.0.1:…`, as browsers would be told.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.server.addr())
    }

    /// Signs webhooks with this server's key.
    pub fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// Closes the port and all connections: the server cannot be reached.
    pub async fn unplug(&self) {
        self.server.unplug().await;
    }

    /// Listens again.
    pub async fn replug(&self) {
        self.server.replug().await;
    }

    /// Adds a fault; faults are tried in the order in which they were added.
    pub fn fault(&self, fault: Fault) {
        self.inner.faults.lock().push(fault);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        self.inner.faults.lock().clear();
    }

    /// The calls so far.
    pub fn journal(&self) -> Vec<Call> {
        self.inner.journal.lock().clone()
    }

    /// How often a method was called.
    pub fn calls_of(&self, method: &str) -> usize {
        self.inner.journal.lock().iter().filter(|c| c.method == method).count()
    }

    /// Takes the webhooks that wait to be sent.
    pub fn take_webhooks(&self) -> Vec<Webhook> {
        std::mem::take(&mut *self.inner.outgoing.lock())
    }
}

impl Inner {
    /// Queues a webhook.
    pub(crate) fn emit(&self, webhook: Webhook) {
        self.outgoing.lock().push(webhook);
        self.queued.notify_one();
    }

    /// A new id with a prefix, as the real server writes them.
    pub(crate) fn id(&self, prefix: &str) -> String {
        const ALPHABET: &[u8; 56] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxy";
        let tail: String =
            self.world.entropy().block()[..12].iter().map(|b| char::from(ALPHABET[usize::from(b % 56)])).collect();
        format!("{prefix}_{tail}")
    }
}
