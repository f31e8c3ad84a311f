//! Each request is counted once, also when nobody waits for its answer any more.

use axum::http::{Method, StatusCode};
use callboard_kernel::Timestamp;

use super::Door;
use super::note::Known;

/// A request under way. Dropped before it was answered, it was cut: its client hung up (then the connection drops what answers
/// it), or the server stopped.
pub(super) struct Count<'a> {
    pub door: &'a Door,
    pub method: &'a Method,
    pub route: &'a str,
    /// Whether it is one of those that service levels are about.
    pub api: bool,
    /// When it arrived.
    pub since: Timestamp,
    pub known: &'a Known,
    /// Whether it was counted.
    pub counted: bool,
}

impl Count<'_> {
    /// Counts its answer. When that was, and microseconds since it arrived.
    pub(super) fn answered(mut self, status: StatusCode) -> (Timestamp, i64) {
        self.count(Some(status))
    }

    fn count(&mut self, status: Option<StatusCode>) -> (Timestamp, i64) {
        self.counted = true;
        let now = self.door.world.now();
        let micros = now.micros() - self.since.micros();
        self.door.metrics.count(self.method, self.route, status, micros);
        if self.api && !self.route.is_empty() {
            self.door.metrics.tally(self.known.tenant().cloned(), status, micros);
        }
        (now, micros)
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        if !self.counted {
            self.count(None);
        }
    }
}
