//! Floor 1: one SQL facade over SQLite and PostgreSQL.
//!
//! A transaction is a plain synchronous closure over [`Tx`]; [`Db::write`] runs it on the writer and answers
//! after the commit is on disk. Closures may run again (deadlock, serialisation), so they touch only the `Tx`
//! and values they cloned. Drivers live in this crate alone.

mod answers;
pub mod backup;
mod config;
mod copy;
mod counters;
mod db;
mod engine;
mod faults;
pub mod fence;
mod footing;
mod job;
mod migration;
pub mod migrations;
mod open;
mod postgres;
mod queue;
mod reach;
mod row;
pub mod schema;
mod shared;
mod sql;
mod sqlite;
#[doc(hidden)]
pub mod testing;
mod threads;
pub mod trace;
mod tx;
mod value;

pub use config::{Config, Health, OnFatal, OpenOptions};
pub use counters::{PoolStats, StoreStats};
pub use db::Db;
pub use engine::{Connection, Engine, Raw};
pub use reach::Reach;
pub use row::{FromValue, Row};
pub use sql::{Sql, Statement};
pub use tx::{Diagnostics, QueryCost, Tx};
pub use value::{Params, ToValue, Value};
