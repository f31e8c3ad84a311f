//! `tokio::sync::broadcast`, with room for two: who is slow has lagged.

use std::collections::VecDeque;
use std::sync::Arc;

use shuttle::sync::Mutex;

use super::hold;
use error::TryRecvError;

const KEPT: usize = 2;

/// Why nothing was received.
pub mod error {
    /// Why nothing was received at once.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TryRecvError {
        /// Nothing is there.
        Empty,
        /// Nobody can send any more.
        Closed,
        /// So many were missed.
        Lagged(u64),
    }
}

struct Kept<T> {
    /// The number of the oldest.
    first: u64,
    items: VecDeque<T>,
}

/// The side that sends.
pub struct Sender<T>(Arc<Mutex<Kept<T>>>);

/// A side that receives.
pub struct Receiver<T> {
    kept: Arc<Mutex<Kept<T>>>,
    next: u64,
}

impl<T: Clone> Default for Sender<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Kept { first: 0, items: VecDeque::new() })))
    }
}

impl<T: Clone> Sender<T> {
    /// Sends to all that are there.
    pub fn send(&self, item: T) {
        let mut kept = hold(&self.0);
        if kept.items.len() == KEPT {
            kept.items.pop_front();
            kept.first += 1;
        }
        kept.items.push_back(item);
    }

    /// Receives from here on.
    pub fn subscribe(&self) -> Receiver<T> {
        let next = {
            let kept = hold(&self.0);
            kept.first + kept.items.len() as u64
        };
        Receiver { kept: Arc::clone(&self.0), next }
    }
}

impl<T: Clone> Receiver<T> {
    /// The next, if it is there.
    ///
    /// # Errors
    /// When there is none, or some were missed.
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        let kept = hold(&self.kept);
        if self.next < kept.first {
            let missed = kept.first - self.next;
            self.next = kept.first;
            return Err(TryRecvError::Lagged(missed));
        }
        let at = usize::try_from(self.next - kept.first).unwrap_or(usize::MAX);
        let item = kept.items.get(at).cloned().ok_or(TryRecvError::Empty)?;
        self.next += 1;
        Ok(item)
    }
}
