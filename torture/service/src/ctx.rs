//! What a member of the cast can do: wait, ask, and ask again.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::core::{Core, Ev, MS, TaskId, Us, Waiter};
use crate::wire::{Ask, Pending, Said, Slot};

/// A part that is played.
pub type Part = Pin<Box<dyn Future<Output = ()>>>;

/// The stage, as a member of the cast sees it. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    /// Everything.
    pub core: Rc<RefCell<Core>>,
    /// Parts that begin at the next chance.
    pub(crate) begun: Rc<RefCell<Vec<Part>>>,
}

/// A wait until an instant.
pub struct Sleep {
    core: Rc<RefCell<Core>>,
    until: Us,
    set: Option<TaskId>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let core = self.core.clone();
        let mut core = core.borrow_mut();
        if core.now >= self.until {
            return Poll::Ready(());
        }
        if self.set.is_none() {
            let (us, task) = (self.until - core.now, core.current);
            core.after(us, Ev::Poll(task));
            self.set = Some(task);
        }
        Poll::Pending
    }
}

impl Ctx {
    /// The instant.
    pub fn now(&self) -> Us {
        self.core.borrow().now
    }

    /// Waits.
    pub fn sleep(&self, ms: i64) -> Sleep {
        Sleep { core: self.core.clone(), until: self.now() + ms * MS, set: None }
    }

    /// Waits for a random time.
    pub fn sleep_between(&self, low: i64, high: i64) -> Sleep {
        let ms = self.between(low, high);
        self.sleep(ms)
    }

    /// A number from the dice.
    pub fn between(&self, low: i64, high: i64) -> i64 {
        self.core.borrow_mut().rng.between(low, high)
    }

    /// True so many times in a hundred.
    pub fn chance(&self, percent: i64) -> bool {
        self.core.borrow_mut().rng.chance(percent)
    }

    /// Does something with everything.
    pub fn with<T>(&self, body: impl FnOnce(&mut Core) -> T) -> T {
        body(&mut self.core.borrow_mut())
    }

    /// Sends a request; several may be under way.
    pub fn send(&self, ask: Ask) -> Pending {
        let slot = Rc::new(RefCell::new(Slot::default()));
        self.core.borrow_mut().send(ask, Waiter::Task(slot.clone()));
        Pending { core: self.core.clone(), slot }
    }

    /// Sends a request, and the same again while its outcome is not known. A nervous client sends it twice at once.
    pub async fn ask(&self, ask: Ask) -> Said {
        let tries = 8;
        for nth in 0..tries {
            let said = if nth == 0 && ask.idempotency.is_some() && self.chance(8) {
                let (a, b) = (self.send(ask.clone()), self.send(ask.clone()));
                let (a, b) = (a.await, b.await);
                self.with(|c| c.book.situations.add("one request sent twice at once"));
                self.alike(&ask, &a);
                self.alike(&ask, &b);
                if a.is_unknown() { b } else { a }
            } else {
                self.send(ask.clone()).await
            };
            if !said.is_unknown() {
                self.alike(&ask, &said);
                if nth > 0 {
                    self.with(|c| c.book.situations.add("a lost answer asked for again"));
                }
                return said;
            }
            self.sleep_between(100, 1_500).await;
        }
        Said::Unknown
    }

    /// Answers to one key name the same things.
    fn alike(&self, ask: &Ask, said: &Said) {
        let (Some(key), Some(body)) = (&ask.idempotency, said.good()) else { return };
        let parts = ["participantId", "pass", "resumeToken", "linkId", "idempotentReplay"];
        let told: Vec<String> = parts.iter().map(|p| body[*p].to_string()).collect();
        let session = body["session"]["sessionId"].to_string();
        self.with(|c| c.book.alike.entry(key.clone()).or_default().insert(format!("{session} {told:?}")));
    }

    /// Lets another part begin.
    pub fn spawn(&self, part: impl Future<Output = ()> + 'static) {
        self.begun.borrow_mut().push(Box::pin(part));
    }
}
