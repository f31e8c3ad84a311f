//! The event contract, version 1: every type as a Rust type, its rules, its JSON Schema, its documents.
//!
//! Nothing of ours is imported here and nothing does I/O, so that whoever speaks the contract can build on
//! it. Who may write which type is decided elsewhere; `docs/events.md` only tells it.
//!
//! - [`EventType`] names the types; each has a struct in the module of its family that implements
//!   [`Payload`]. Adding one: `docs/recipes/`.
//! - [`Incoming::parse`] reads a producer's envelope, [`validate_payload`] checks a payload,
//!   [`Event`] is what is stored and sent.
//! - [`schema`], [`event_schema`] and [`incoming_schema`] describe it all as JSON Schema;
//!   [`generated_files`] are the committed copies, and [`breaking_changes`] guards the promise of 1.x.

#[macro_use]
mod macros;

pub mod action;
pub mod billing;
pub mod call;
mod compat;
mod docs;
mod event;
mod event_type;
mod incoming;
mod instant;
pub mod orchestration;
mod payload;
pub mod personal;
pub mod safety;
mod scalar;
mod schema;
pub mod transcript;
pub mod usage;
mod validate;

pub use compat::breaking_changes;
pub use docs::generated_files;
pub use event::{Actor, Event, Role, SCHEMA_VERSION};
pub use event_type::{EventType, Family};
pub use incoming::{ACTOR_ID_CHARS, EVENT_ID_CHARS, Incoming, Refusal, event_id_fault};
pub use payload::Payload;
pub use scalar::{Count, Currency, Integer, MAX_INTEGER, Moment, Ratio, Text};
pub use schema::{event_schema, incoming_schema, schema};
pub use validate::{Fault, validate_in_session, validate_payload};

/// The examples of the README, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
