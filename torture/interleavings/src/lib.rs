//! The product's shared memory under shuttle: its own source files, compiled here with locks, channels and timers whose
//! every step is chosen by a scheduler.
//!
//! Nothing of the product is changed for it. The files below are the product's; the names that they import
//! (`parking_lot`, `tokio`, `callboard_store`, …) are this crate under another name, and what they find there are the
//! stand-ins of `locks`, `sync`, `time` and `world`.

extern crate self as callboard_eventlog;
extern crate self as callboard_http;
extern crate self as callboard_store;
extern crate self as parking_lot;
extern crate self as tokio;

#[allow(dead_code, missing_docs)]
#[path = "../../../crates/realtime/src/follow.rs"]
mod follow;
#[allow(dead_code)]
#[path = "../../../crates/eventlog/src/hub.rs"]
mod hub;
#[allow(dead_code)]
#[path = "../../../crates/store/src/queue.rs"]
mod queue;
#[allow(dead_code)]
#[path = "../../../crates/tenants/src/request_log.rs"]
mod request_log;
#[allow(dead_code)]
#[path = "../../../crates/http/src/server/shutdown.rs"]
mod shutdown;
#[allow(dead_code)]
#[path = "../../../crates/eventlog/src/traces.rs"]
mod traces;

mod access;
mod auth;
mod commands;
pub mod dice;
mod locks;
mod model;
mod outbox;
mod report;
mod run;
mod select;
mod store;
mod stories;
pub mod sync;
pub mod time;
mod world;

pub use hub::{Frame, Hub, Subscription};
pub use locks::{Condvar, Mutex, MutexGuard, WaitTimeoutResult};
pub use model::{Principal, ReplayQuery, RequestNote, SessionKey, StoredEvent};
pub use report::{Report, Violation};
pub use run::{Block, Kind, listen, plan};
pub use shutdown::Shutdown;
pub use stories::STORIES;
pub use world::{App, Db, Engine, NoteRequests, Tx};
