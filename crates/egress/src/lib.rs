//! Floor 3: all HTTP to addresses that a tenant chose, guarded against reaching our own network.

mod address;
mod client;
mod jwks;
mod target;
mod webhooks;

pub use address::is_public;
pub use client::{Egress, EgressConfig, Names, SystemNames};
