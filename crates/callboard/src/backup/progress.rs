//! Says on standard error how far a long copy has got.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a line is said; a copy that is done before says nothing.
const EVERY: Duration = Duration::from_secs(5);

/// Watches a file grow until it goes.
pub(super) struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Watches `file`, which will be about `total` bytes long.
    pub(super) fn watch(file: PathBuf, total: u64) -> Self {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                let so_far = std::fs::metadata(&file).map_or(0, |m| m.len());
                let _closed =
                    writeln!(std::io::stderr(), "  {} of about {} MiB", so_far >> 20, total.max(so_far) >> 20);
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It only waits and writes; a panic there is no reason to fail here.
            let _ended = thread.join();
        }
    }
}
