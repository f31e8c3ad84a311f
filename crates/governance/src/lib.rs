//! Floor 3: data that must go. Erasure makes the personal text of a session or a user unreadable and leaves order, counts
//! and proofs; retention deletes what is older than a tenant keeps it.
//!
//! What lives elsewhere: what a feature keeps and how it is erased (`Eraser` of each feature), which fields of payloads are
//! personal (`callboard_contracts::personal`), and how long a tenant keeps what (`tenants`). The one thing to know: the
//! mark on the stream comes first, then slices; so nothing personal is stored behind an erasure, and each slice may be
//! repeated.

mod commands;
pub mod fields;
mod http;
mod model;
mod repair;
mod store;

use std::sync::Arc;

use callboard_eventlog::erase::Eraser;
use callboard_http::{App, Module};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::Tx;
use callboard_tenants::DataKind;

pub use model::{Erasure, ErasureStatus};
pub use store::ALL_SQL;

/// Deletes a slice of a tenant's rows of one kind from before an instant; how many.
pub type Prune = fn(&Tx<'_>, &TenantId, Timestamp) -> Result<u64>;

/// What the features bring.
#[derive(Clone)]
pub struct Keepers {
    /// What each keeps of a session.
    pub erasers: Arc<[Arc<dyn Eraser>]>,
    /// How each kind of data that belongs to no session's log is pruned.
    pub prunes: Arc<[(DataKind, Prune)]>,
}

/// The feature's routes and repairs.
pub fn module(app: App, keepers: Keepers) -> Module {
    Module {
        name: "governance",
        repairs: repair::repairs(&app, &keepers),
        router: http::router(http::Here { app, keepers }),
        authenticators: Vec::new(),
        sql: ALL_SQL,
    }
}
