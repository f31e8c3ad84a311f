//! The systems that are measured: each starts, says how it is driven, ends, and is opened again to look things up.

pub mod callboard;
pub mod limits;
pub mod nats;
pub mod postgres;
pub mod redis;
