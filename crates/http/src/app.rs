//! The parts that every feature is built from, and what a feature hands to the binary.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_eventlog::Log;
use callboard_kernel::{Keyring, Result, Timestamp, World};
use callboard_store::{Db, Sql};
use utoipa_axum::router::OpenApiRouter;

use crate::Principal;

/// Settings that routes of several features need.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Callboard's own origin, in links: `https://calls.example.org`, without a trailing slash.
    pub public_url: String,
    /// Origins that browsers may call from besides our own.
    pub cors_origins: Vec<String>,
    /// How many proxies in front of us may be believed about the client's address.
    pub trusted_proxies: usize,
    /// Whether cookies carry `Secure` (public_url is https).
    pub secure_cookies: bool,
}

/// The services of the process. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The store.
    pub db: Db,
    /// The event log over it.
    pub log: Log,
    /// Time and randomness.
    pub world: Arc<dyn World>,
    /// The installation's keys.
    pub keys: Arc<Keyring>,
    /// Settings of the HTTP side.
    pub settings: Arc<Settings>,
}

/// What a request brought to say who it is.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The text after `Authorization: Bearer `.
    pub bearer: Option<String>,
    /// The value of our login cookie.
    pub cookie: Option<String>,
    /// The `X-CSRF-Token` header.
    pub csrf: Option<String>,
    /// Whether the method may change something (cookie logins then need the CSRF token).
    pub unsafe_method: bool,
}

/// Turns credentials into a principal. Each implementation takes the credentials that it knows by their form.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// `Ok(None)`: not mine. `Err`: mine, and refused (401, or 403 for a missing CSRF token).
    async fn authenticate(&self, credentials: &Credentials, now: Timestamp) -> Result<Option<Principal>>;
}

/// A background repair: compares what is with what should be; takes no input, safe to run twice or on two instances.
#[async_trait]
pub trait Repair: Send + Sync {
    /// A name for logs and metrics, `calls.windows`.
    fn name(&self) -> &'static str;
    /// Milliseconds between runs by the clock.
    fn every_ms(&self) -> u64;
    /// Resolves when a hint says that a run is due early; the default never does.
    async fn hint(&self) {
        std::future::pending::<()>().await;
    }
    /// Whether it runs once more when the last request has been answered: for what only this process knows.
    fn last_run(&self) -> bool {
        false
    }
    /// One run; the number of things it mended.
    async fn run(&self, now: Timestamp) -> Result<u64>;
}

/// A feature, as the binary sees it.
pub struct Module {
    /// The crate's short name.
    pub name: &'static str,
    /// Its routes with their part of the OpenAPI document; state is already inside.
    pub router: OpenApiRouter,
    /// Its repairs.
    pub repairs: Vec<Arc<dyn Repair>>,
    /// How it recognises callers.
    pub authenticators: Vec<Arc<dyn Authenticate>>,
    /// Every SQL text it runs.
    pub sql: &'static [&'static Sql],
}
