//! Floor 1, for tests only: a world with a clock of its own, a running application and clients for it, captured
//! logs, and a fake LiveKit server.
//!
//! It imports no feature: features hand it their routers. Everything here may panic, since only tests run it.

mod access;
pub mod app;
pub mod engines;
pub mod fake_livekit;
mod logs;
mod serve;
mod sse;
mod world;
mod ws;

pub use access::access_rows;
pub use app::{Answer, TestApp, http_client, install_tls};
pub use engines::{Scratch, each_engine};
pub use fake_livekit::FakeLiveKit;
pub use livekit_protocol as livekit_proto;
pub use logs::LogCapture;
pub use serve::Server;
pub use sse::{SseClient, SseEvent};
pub use world::{FakeWorld, START, machine_now};
pub use ws::{Refused, WsClient};
