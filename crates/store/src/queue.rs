//! A bounded queue between callers and the engine's threads. Full means refused: memory never grows without end.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use callboard_kernel::teeth::{Tooth, planted};
use parking_lot::{Condvar, Mutex};

/// Requests that may wait; the next one is refused with `OVERLOADED`.
pub(crate) const CAPACITY: usize = 8_192;

/// A bounded queue for many senders and many takers.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

/// Why an item was not taken in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

/// What a taker got.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// At least one item.
    Items,
    /// Nothing within the time given.
    Idle,
    /// The queue is closed and empty.
    Closed,
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State { items: VecDeque::new(), closed: false }), filled: Condvar::new() }
    }

    pub(crate) fn push(&self, item: T) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.items.len() >= CAPACITY && !planted(Tooth::UnboundedQueue) {
            return Err(Refused::Full);
        }
        state.items.push_back(item);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Moves up to `max` items into `into`; waits until there is one, or `idle` is over, or the queue is closed.
    pub(crate) fn take(&self, into: &mut VecDeque<T>, max: usize, idle: Option<Duration>) -> Taken {
        let deadline = idle.map(|d| Instant::now() + d);
        let mut state = self.state.lock();
        while state.items.is_empty() {
            if state.closed {
                return Taken::Closed;
            }
            match deadline {
                None => self.filled.wait(&mut state),
                Some(at) => {
                    if self.filled.wait_until(&mut state, at).timed_out() && state.items.is_empty() && !state.closed {
                        return Taken::Idle;
                    }
                }
            }
        }
        let n = state.items.len().min(max);
        into.extend(state.items.drain(..n));
        Taken::Items
    }

    /// One item; `None` once the queue is closed and empty.
    pub(crate) fn take_one(&self) -> Option<T> {
        let mut one = VecDeque::with_capacity(1);
        self.take(&mut one, 1, None);
        one.pop_front()
    }

    /// Everything that is inside now; never waits.
    pub(crate) fn take_all(&self) -> VecDeque<T> {
        std::mem::take(&mut self.state.lock().items)
    }

    /// Takes no more items; what is inside is still handed out.
    pub(crate) fn close(&self) {
        self.state.lock().closed = true;
        self.filled.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    pub(crate) fn len(&self) -> usize {
        self.state.lock().items.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_still_empties() {
        let queue = Queue::new();
        for n in 0..CAPACITY {
            assert_eq!(queue.push(n), Ok(()));
        }
        assert_eq!(queue.push(0), Err(Refused::Full));
        queue.close();
        assert_eq!(queue.push(0), Err(Refused::Closed));
        let mut out = VecDeque::new();
        assert_eq!(queue.take(&mut out, CAPACITY - 1, None), Taken::Items);
        assert_eq!(queue.take_one(), Some(CAPACITY - 1));
        assert_eq!(queue.take_one(), None);
        assert_eq!(queue.take(&mut out, 1, None), Taken::Closed);
    }

    #[test]
    fn an_empty_queue_is_idle_after_its_time() {
        let queue = Queue::<u8>::new();
        assert_eq!(queue.take(&mut VecDeque::new(), 1, Some(Duration::from_millis(1))), Taken::Idle);
    }
}
