//! A simulated service: the real commands, stores, repairs and caches of two instances over one database, driven through
//! their HTTP routers, with clients, a media server, an endpoint and time, all on one thread and all from one seed.
//!
//! `core` is the clock and the queue, `instance` the real service, `provider` and `cast` the world around it, `faults`
//! what goes wrong, `book` what was acknowledged and what is true, `check` the checker, which shares no code with what
//! it checks.

pub mod book;
pub mod cast;
pub mod check;
pub mod core;
pub mod ctx;
pub mod faults;
pub mod instance;
pub mod net;
pub mod observe;
pub mod ports;
pub mod provider;
pub mod report;
pub mod rng;
pub mod run;
pub mod template;
pub mod trace;
pub mod wire;
