//! What the product uses of `tokio::sync`, over shuttle: the same promises, every step of them a point where another task
//! may run.

pub mod broadcast;
mod notify;
pub mod watch;

use std::future::Future;
use std::pin::Pin;
use std::sync::PoisonError;
use std::task::{Context, Poll};

pub use notify::Notify;

use crate::dice;

/// Which of two was ready.
pub enum Either<A, B> {
    /// The first.
    First(A),
    /// The second.
    Second(B),
}

/// Asks two futures, beginning with either.
pub fn first_of<A: Future, B: Future>(
    context: &mut Context<'_>,
    first: Pin<&mut A>,
    second: Pin<&mut B>,
) -> Poll<Either<A::Output, B::Output>> {
    if dice::one_in(2) {
        if let Poll::Ready(it) = first.poll(context) {
            return Poll::Ready(Either::First(it));
        }
        return second.poll(context).map(Either::Second);
    }
    if let Poll::Ready(it) = second.poll(context) {
        return Poll::Ready(Either::Second(it));
    }
    first.poll(context).map(Either::First)
}

fn hold<T>(lock: &shuttle::sync::Mutex<T>) -> shuttle::sync::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
