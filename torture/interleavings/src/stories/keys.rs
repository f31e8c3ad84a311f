//! The cache of API keys: once a revocation is answered, no request that begins later passes with that key.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callboard_kernel::Timestamp;
use shuttle::future::block_on;
use shuttle::thread;

use crate::auth::{From, Keys};
use crate::commands::keys::KEYS_CHANGED;
use crate::dice;
use crate::report::saw;
use crate::world::{App, Db, Engine};

const KEY: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

/// As the store does: the commit, then its hints, then the answer.
fn revoke(db: &Db, key: [u8; 32]) {
    db.tables.lock().revoked.insert(key, true);
    db.hints.send(Arc::from([KEYS_CHANGED.to_owned()]));
}

pub(super) fn story() {
    let app = App::new(Engine::Sqlite);
    let keys = Arc::new(Keys::new(&app.db));
    let answered = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..=dice::below(3))
        .map(|_| {
            let (keys, answered) = (Arc::clone(&keys), Arc::clone(&answered));
            thread::spawn(move || {
                for n in 0..3 {
                    let before = answered.load(Ordering::SeqCst);
                    let now = Timestamp::from_millis(1_000 + n);
                    let (good, from) = block_on(keys.good(KEY, now)).expect("a read");
                    assert!(!(before && good), "a revoked key passed, from {from:?}");
                    saw(if from == From::Memory { "keys known" } else { "keys read" }, 1);
                }
            })
        })
        .collect();
    // Other hints, so many that who listens late has missed some.
    let noise = {
        let db = app.db.clone();
        let many = dice::below(4);
        thread::spawn(move || (0..many).for_each(|n| db.hints.send(Arc::from([format!("s{n}")]))))
    };
    (0..dice::below(40)).for_each(|_| thread::yield_now());
    if dice::one_in(2) {
        revoke(&app.db, OTHER);
    }
    revoke(&app.db, KEY);
    answered.store(true, Ordering::SeqCst);
    callers.into_iter().for_each(|c| c.join().expect("a caller"));
    noise.join().expect("noise");
}
