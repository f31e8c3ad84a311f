//! What the product uses of `parking_lot`, over shuttle.
//!
//! A condition wakes whom the dice name (`parking_lot` wakes the first: every order is allowed here), never anybody for
//! nothing, and a wait with an end may end at any moment.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use shuttle::sync as shuttled;

use crate::dice;

/// A lock.
#[derive(Debug, Default)]
pub struct Mutex<T>(shuttled::Mutex<T>);

/// What holds a [`Mutex`].
pub struct MutexGuard<'a, T> {
    home: &'a Mutex<T>,
    held: Option<shuttled::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// An open lock.
    pub fn new(value: T) -> Self {
        Self(shuttled::Mutex::new(value))
    }

    /// Waits for it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { home: self, held: Some(hold(&self.0)) }
    }
}

fn hold<T>(lock: &shuttled::Mutex<T>) -> shuttled::MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.held.as_ref().expect("held")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_mut().expect("held")
    }
}

/// One waiter.
#[derive(Default)]
struct Bell {
    rung: shuttled::Mutex<bool>,
    told: shuttled::Condvar,
}

/// A condition.
#[derive(Default)]
pub struct Condvar(shuttled::Mutex<Vec<Arc<Bell>>>);

/// Whether a wait ended by itself.
#[derive(Clone, Copy, Debug)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether nobody woke it.
    pub const fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    /// Nobody waits.
    pub fn new() -> Self {
        Self::default()
    }

    fn enter<T>(&self, guard: &mut MutexGuard<'_, T>) -> Arc<Bell> {
        let bell = Arc::new(Bell::default());
        hold(&self.0).push(Arc::clone(&bell));
        guard.held = None;
        bell
    }

    /// Waits until it is woken.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let bell = self.enter(guard);
        let mut rung = hold(&bell.rung);
        while !*rung {
            rung = bell.told.wait(rung).unwrap_or_else(PoisonError::into_inner);
        }
        drop(rung);
        guard.held = Some(hold(&guard.home.0));
    }

    /// Waits until it is woken or its time is over, which may be at once.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> WaitTimeoutResult {
        let bell = self.enter(guard);
        let timed_out = loop {
            if *hold(&bell.rung) {
                break false;
            }
            if dice::one_in(3) {
                let mut waiting = hold(&self.0);
                let before = waiting.len();
                waiting.retain(|b| !Arc::ptr_eq(b, &bell));
                // Who is no longer among those that wait was woken just now.
                break waiting.len() < before;
            }
            shuttle::thread::yield_now();
        };
        guard.held = Some(hold(&guard.home.0));
        WaitTimeoutResult(timed_out)
    }

    /// Wakes one of those that wait.
    pub fn notify_one(&self) {
        let mut waiting = hold(&self.0);
        if waiting.is_empty() {
            return;
        }
        let n = dice::below(waiting.len());
        let bell = waiting.remove(n);
        drop(waiting);
        ring(&bell);
    }

    /// Wakes all of them.
    pub fn notify_all(&self) {
        let waiting = std::mem::take(&mut *hold(&self.0));
        waiting.iter().for_each(ring);
    }
}

fn ring(bell: &Arc<Bell>) {
    *hold(&bell.rung) = true;
    bell.told.notify_one();
}
