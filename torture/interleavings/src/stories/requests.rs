//! The request log: every note that it took is written once, in order, although writes fail and the process goes down.

use std::sync::Arc;

use callboard_kernel::Timestamp;
use shuttle::future::block_on;
use shuttle::thread;

use crate::report::saw;
use crate::request_log::{RequestCounts, RequestLog};
use crate::world::{App, Engine, NoteRequests};
use crate::{Principal, RequestNote, Shutdown, dice};

pub(super) fn story() {
    let app = App::new(Engine::Sqlite);
    app.db.tables.lock().failing = dice::below(3);
    let counts = Arc::new(RequestCounts::default());
    let log = Arc::new(RequestLog::new(&app, Arc::clone(&counts)));
    let shutdown = Shutdown::default();
    let running = {
        let (log, shutdown) = (Arc::clone(&log), shutdown.clone());
        thread::spawn(move || block_on(log.run(shutdown)))
    };
    let each = 1 + dice::below(3);
    let noters: Vec<_> = (0..2)
        .map(|caller| {
            let log = Arc::clone(&log);
            thread::spawn(move || {
                for n in 0..each {
                    let principal = Principal::Key { name: "key".into() };
                    let status = if dice::one_in(4) { 404 } else { 200 };
                    let at = Timestamp::from_millis(0);
                    log.note(RequestNote { at, principal, status, number: caller * 10 + n });
                }
            })
        })
        .collect();
    noters.into_iter().for_each(|n| n.join().expect("a caller"));
    let total = 2 * each;
    let orderly = dice::one_in(2);
    if orderly {
        // Nobody asks for it: what was noted is written by itself.
        while app.db.tables.lock().notes.len() < total {
            thread::yield_now();
        }
    }
    shutdown.begin();
    running.join().expect("the log");
    // The end of the process writes what is left.
    app.db.tables.lock().failing = 0;
    block_on(log.flush()).expect("written");
    let mut notes = app.db.tables.lock().notes.clone();
    let in_order = (0..2).all(|caller| notes.iter().filter(|n| **n / 10 == caller).is_sorted());
    assert!(in_order, "notes out of order: {notes:?}");
    notes.sort_unstable();
    let wanted: Vec<usize> = (0..2).flat_map(|caller| (0..each).map(move |n| caller * 10 + n)).collect();
    assert_eq!(notes, wanted, "written is not what was noted");
    assert_eq!(counts.written(), total as u64, "counted otherwise");
    assert_eq!(counts.dropped().map(|d| d.1), [0, 0], "dropped without need");
    saw("requests noted", total);
}
