//! Threads by name, and how long things take. Nothing here knows what a store is.

use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use callboard_kernel::{Error, Result};

pub(crate) fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(|e| Error::internal(format!("no thread {name}: {e}")))
}

/// Measures how long something takes; durations only, never the time of day.
pub(crate) fn stopwatch() -> impl Fn() -> Duration {
    let begun = Instant::now();
    move || begun.elapsed()
}
