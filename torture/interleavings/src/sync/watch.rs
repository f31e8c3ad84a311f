//! `tokio::sync::watch`.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Poll, Waker};

use shuttle::sync::Mutex;
use shuttle::sync::atomic::AtomicUsize;

use super::hold;

struct Shared<T> {
    state: Mutex<State<T>>,
    receivers: AtomicUsize,
}

struct State<T> {
    value: T,
    version: u64,
    closed: bool,
    wakers: Vec<Waker>,
}

/// The side that changes the value.
pub struct Sender<T>(Arc<Shared<T>>);

/// A side that hears of changes.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    seen: u64,
}

/// The sender is gone.
#[derive(Clone, Copy, Debug)]
pub struct RecvError(());

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> Sender<T> {
    /// A value that nobody watches yet.
    pub fn new(value: T) -> Self {
        let state = Mutex::new(State { value, version: 0, closed: false, wakers: Vec::new() });
        Self(Arc::new(Shared { state, receivers: AtomicUsize::new(0) }))
    }

    /// Watches from the value as it is.
    pub fn subscribe(&self) -> Receiver<T> {
        let seen = hold(&self.0.state).version;
        self.0.receivers.fetch_add(1, Ordering::SeqCst);
        Receiver { shared: Arc::clone(&self.0), seen }
    }

    /// How many watch.
    pub fn receiver_count(&self) -> usize {
        self.0.receivers.load(Ordering::SeqCst)
    }

    /// Changes the value and tells all.
    pub fn send_modify(&self, change: impl FnOnce(&mut T)) {
        let mut state = hold(&self.0.state);
        change(&mut state.value);
        state.version += 1;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Puts another value and tells all.
    pub fn send_replace(&self, value: T) -> T {
        let mut old = Some(value);
        self.send_modify(|slot| old = old.take().map(|new| std::mem::replace(slot, new)));
        old.expect("replaced")
    }
}

impl<T: Copy> Sender<T> {
    /// The value as it is.
    pub fn borrow(&self) -> Box<T> {
        Box::new(hold(&self.0.state).value)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let mut state = hold(&self.0.state);
        state.closed = true;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl<T> Receiver<T> {
    /// Resolves when the value was changed since the last call.
    ///
    /// # Errors
    /// When the sender is gone.
    pub async fn changed(&mut self) -> Result<(), RecvError> {
        poll_fn(|context| {
            let mut state = hold(&self.shared.state);
            if state.version != self.seen {
                self.seen = state.version;
                return Poll::Ready(Ok(()));
            }
            if state.closed {
                return Poll::Ready(Err(RecvError(())));
            }
            state.wakers.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Resolves when the value is as wanted.
    ///
    /// # Errors
    /// When the sender is gone.
    pub async fn wait_for(&mut self, wanted: impl Fn(&T) -> bool) -> Result<(), RecvError> {
        loop {
            if wanted(&hold(&self.shared.state).value) {
                return Ok(());
            }
            self.changed().await?;
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.shared.receivers.fetch_sub(1, Ordering::SeqCst);
    }
}
