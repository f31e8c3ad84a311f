//! The PostgreSQL engine.
use crate::shared::Shared;
use callboard_kernel::{Error, Result};
use std::sync::Arc;
use std::thread::JoinHandle;
pub(crate) fn start(_url: &str, _pool: usize, _shared: &Arc<Shared>) -> Result<Vec<JoinHandle<()>>> {
    Err(Error::internal("PostgreSQL is not wired yet"))
}
