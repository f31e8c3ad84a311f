//! Floor 1: the ordered, replayable, append-only log.
//!
//! [`Log::append`] is the only door by which an event is stored. It locks the stream, looks up the dedupe key,
//! gives sequences, runs the guards and projectors in the same transaction, and wakes live readers after the commit.

mod append;
mod checkpoint;
mod cuts;
pub mod erase;
mod hub;
mod log;
mod model;
pub mod outbox;
mod replay;
mod stats;
mod store;
mod tail;
mod traces;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointOutcome};
pub use cuts::CutsOver;
pub use hub::{Frame, Hub, Subscription};
pub use log::{Held, Log, Projection, Projector};
pub use model::{Appended, NewEvent, SessionKey, StoredEvent, Watermark};
pub use replay::{Page, ReplayQuery};
pub use stats::LogStats;
pub use store::{ALL_SQL, POSTGRES_SQL};
pub use tail::{TailCursor, TailFrame};
pub use traces::Cause;
