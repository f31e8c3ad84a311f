//! `tokio::sync::Notify`: one permit, for who asks first.

use std::future::poll_fn;
use std::task::{Poll, Waker};

use shuttle::sync::Mutex;

use super::hold;

/// A permit that is given and taken.
#[derive(Default)]
pub struct Notify(Mutex<(bool, Vec<Waker>)>);

impl Notify {
    /// None given.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives one, unless one lies there.
    pub fn notify_one(&self) {
        let mut state = hold(&self.0);
        state.0 = true;
        let wakers = std::mem::take(&mut state.1);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Waits for one and takes it.
    pub async fn notified(&self) {
        poll_fn(|context| {
            let mut state = hold(&self.0);
            if std::mem::take(&mut state.0) {
                return Poll::Ready(());
            }
            state.1.push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
