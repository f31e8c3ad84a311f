//! The word that the process is going down, for everything that would otherwise run for ever.

use std::sync::Arc;

use tokio::sync::watch;

/// A handle that begins a shutdown or waits for one. Cheap to clone; streams and sockets hold one and end when it
/// has begun.
#[derive(Clone, Debug)]
pub struct Shutdown(Arc<watch::Sender<bool>>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Shutdown {
    /// Tells everyone.
    pub fn begin(&self) {
        self.0.send_replace(true);
    }
    /// Whether it has begun.
    pub fn has_begun(&self) -> bool {
        *self.0.borrow()
    }
    /// Resolves once it has begun.
    pub async fn begun(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives in `self`, so waiting ends only with the word.
        let _told = seen.wait_for(|begun| *begun).await;
    }
}
