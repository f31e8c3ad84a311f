//! What adapters and calls say to each other about a provider's room.

mod facts;

pub use facts::{FactKind, LeaveReason, Peer, ProviderFact};
