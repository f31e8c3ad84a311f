//! Doubts about credentials: who revokes one says so in a hint, and its open streams and sockets look again at once
//! rather than at their next turn. A hint can be lost; then the turn finds it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use callboard_calls::access::ACCESS_HINT;
use callboard_store::Db;
use parking_lot::Mutex;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

type Bells = Mutex<HashMap<String, Weak<watch::Sender<u64>>>>;

/// The callers of this process that hold something open.
#[derive(Default)]
pub(crate) struct Doubts {
    bells: Arc<Bells>,
    listening: AtomicBool,
}

/// One caller's bell.
#[derive(Clone)]
pub(crate) struct Doubt {
    /// Kept, so that the bell is there as long as somebody listens to it.
    _bell: Arc<watch::Sender<u64>>,
    rung: watch::Receiver<u64>,
}

impl Doubts {
    /// The bell of a caller, by its subject.
    pub(crate) fn of(&self, db: &Db, subject: &str) -> Doubt {
        if !self.listening.swap(true, Ordering::AcqRel) {
            tokio::spawn(listen(db.hints(), Arc::downgrade(&self.bells)));
        }
        let mut bells = self.bells.lock();
        let bell = bells.get(subject).and_then(Weak::upgrade).unwrap_or_else(|| {
            bells.retain(|_, bell| bell.strong_count() > 0);
            let bell = Arc::new(watch::Sender::new(0));
            bells.insert(subject.to_owned(), Arc::downgrade(&bell));
            bell
        });
        Doubt { rung: bell.subscribe(), _bell: bell }
    }
}

impl Doubt {
    /// Waits until there is a reason to look at the credential again.
    pub(crate) async fn arises(&mut self) {
        // The sender is held beside the receiver.
        if self.rung.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Rings the bells that hints name; all of them when hints were missed.
async fn listen(mut hints: tokio::sync::broadcast::Receiver<Arc<[String]>>, bells: Weak<Bells>) {
    loop {
        let heard = hints.recv().await;
        let Some(bells) = bells.upgrade() else { return };
        let ring = |bell: &Weak<watch::Sender<u64>>| {
            if let Some(bell) = bell.upgrade() {
                bell.send_modify(|n| *n += 1);
            }
        };
        match heard {
            Ok(topics) => {
                let bells = bells.lock();
                topics.iter().filter_map(|t| bells.get(t.strip_prefix(ACCESS_HINT)?)).for_each(ring);
            }
            Err(RecvError::Lagged(_)) => bells.lock().values().for_each(ring),
            Err(RecvError::Closed) => return,
        }
    }
}
