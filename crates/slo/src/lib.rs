//! Floor 3: service levels. What was promised, what was measured, and how much of the error budget is left.
//!
//! Here are the roll-ups that no other feature stores (requests, live delivery, presence of instances), the rules, the
//! route and what writes each minute. What lives elsewhere: the counting itself (`http`, `realtime`, through
//! [`callboard_kernel::Tallies`]) and the facts that other features keep anyway. The one thing to know: a figure is computed
//! from stored rows alone, so that every instance and the command line come to the same.

mod commands;
mod decide;
mod http;
mod model;
mod record;
mod repair;
mod store;

use callboard_http::{App, Module};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::Tx;

pub use decide::{judge, parse_ms, parse_percent};
pub use model::{Budget, Direction, Facts, Level, Objective, Report, Targets, Unit, Uptime, WINDOWS, Window};
pub use record::Recorder;
pub use store::ALL_SQL;

/// The feature's route and repair.
pub fn module(app: App, targets: Targets) -> Module {
    Module {
        name: "slo",
        repairs: repair::repairs(&app),
        router: http::router(http::Here::new(app, targets)),
        authenticators: Vec::new(),
        sql: ALL_SQL,
    }
}

/// Each objective over a window that ends now: of one tenant, or of the installation.
///
/// # Errors
/// Those of the store.
pub fn report(
    tx: &Tx<'_>,
    whose: Option<&TenantId>,
    window: Window,
    targets: &Targets,
    now: Timestamp,
) -> Result<Report> {
    commands::report(tx, whose, window, targets, now)
}
