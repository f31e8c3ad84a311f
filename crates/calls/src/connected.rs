//! When calls connected: the zero of `startMs` and `endMs`, for service levels.

use std::collections::HashMap;

use callboard_kernel::{Result, Timestamp};
use callboard_store::Tx;

use crate::store::due;

/// When each of these sessions connected, by the numbers of their streams; who never did is left out.
pub fn connected_at(tx: &Tx<'_>, session_keys: &[i64]) -> Result<HashMap<i64, Timestamp>> {
    due::connected_at(tx, session_keys)
}
