//! Floor 1: the ordered, replayable, append-only log.
//!
//! [`Log::append`] is the only door by which an event is stored. It locks the stream, looks up the dedupe key,
//! gives sequences, runs the guards and projectors in the same transaction, and wakes live readers after the commit.

mod append;
mod checkpoint;
pub mod erase;
mod hub;
mod log;
mod model;
pub mod outbox;
mod replay;
mod store;
mod tail;
pub mod verify;

pub use checkpoint::{Checkpoint, CheckpointOutcome};
pub use hub::{Frame, Hub, Subscription};
pub use log::{Guard, Log, Projection, Projector};
pub use model::{Appended, NewEvent, SessionKey, StoredEvent, Watermark};
pub use replay::{Page, ReplayQuery};
pub use store::{ALL_SQL, POSTGRES_SQL};
pub use tail::TailCursor;
