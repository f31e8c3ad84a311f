//! What the product uses of `tokio::time`. Time has no length here: it is over whenever the dice say so.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::dice;

/// A time that will be over.
#[derive(Debug)]
pub struct Sleep(());

/// Waits for as long as the dice want.
pub const fn sleep(_: Duration) -> Sleep {
    Sleep(())
}

impl Future for Sleep {
    type Output = ();
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if dice::one_in(2) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
