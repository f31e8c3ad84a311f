//! The queue of writes: what is taken in is handed out once, in each sender's order, also after it is closed; nobody who
//! waits is forgotten; it never holds more than its capacity.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use shuttle::thread;

use crate::dice;
use crate::queue::{CAPACITY, Queue, Refused, Taken};
use crate::report::saw;
use crate::{Condvar, Mutex};

type Item = (usize, usize);

/// What was handed out, and the word that there is more of it.
#[derive(Default)]
struct Out {
    taken: Mutex<Vec<Item>>,
    more: Condvar,
}

impl Out {
    fn put(&self, items: impl IntoIterator<Item = Item>) {
        self.taken.lock().extend(items);
        self.more.notify_all();
    }

    fn wait_for(&self, count: usize) {
        let mut taken = self.taken.lock();
        while taken.len() < count {
            self.more.wait(&mut taken);
        }
    }
}

fn taker(queue: &Queue<Item>, out: &Out, kind: usize) -> Vec<Item> {
    let mut mine = Vec::new();
    loop {
        if kind == 0 {
            let Some(item) = queue.take_one() else { return mine };
            mine.push(item);
            out.put([item]);
            continue;
        }
        let (max, idle) = (1 + dice::below(3), (kind == 1).then_some(Duration::from_millis(1)));
        let mut got = VecDeque::new();
        match queue.take(&mut got, max, idle) {
            Taken::Items => assert!((1..=max).contains(&got.len()), "{} items of at most {max}", got.len()),
            Taken::Idle => assert!(idle.is_some(), "idle although it waits for ever"),
            Taken::Closed => {
                assert!(queue.is_closed(), "closed before it was closed");
                return mine;
            }
        }
        mine.extend(&got);
        out.put(got);
    }
}

pub(super) fn story() {
    let (queue, out) = (Arc::new(Queue::<Item>::new()), Arc::new(Out::default()));
    let (senders, takers, early) = (1 + dice::below(3), 1 + dice::below(3), dice::one_in(3));
    let sending: Vec<_> = (0..senders)
        .map(|sender| {
            let (queue, count) = (Arc::clone(&queue), 1 + dice::below(4));
            thread::spawn(move || {
                let pushed = (0..count).filter(|n| match queue.push((sender, *n)) {
                    Ok(()) => true,
                    Err(Refused::Closed) => false,
                    Err(Refused::Full) => panic!("full with a handful of items"),
                });
                pushed.map(|n| (sender, n)).collect::<Vec<Item>>()
            })
        })
        .collect();
    let taking: Vec<_> = (0..takers)
        .map(|_| {
            let (queue, out, kind) = (Arc::clone(&queue), Arc::clone(&out), dice::below(3));
            thread::spawn(move || taker(&queue, &out, kind))
        })
        .collect();
    if early {
        queue.close();
        assert_eq!(queue.push((9, 9)), Err(Refused::Closed), "an item was taken in after the end");
    }
    let mut accepted: Vec<Item> = sending.into_iter().flat_map(|s| s.join().expect("a sender")).collect();
    if !early {
        // Whoever waits for an item gets it, without anything else happening.
        out.wait_for(accepted.len());
        queue.close();
    }
    for one in taking {
        let mine = one.join().expect("a taker");
        let ordered = (0..senders).all(|s| mine.iter().filter(|i| i.0 == s).is_sorted());
        assert!(ordered, "a sender's items out of order: {mine:?}");
    }
    let mut taken = std::mem::take(&mut *out.taken.lock());
    taken.sort_unstable();
    accepted.sort_unstable();
    assert_eq!(taken, accepted, "handed out is not what was taken in");
    assert_eq!(queue.len(), 0, "something is left");
    saw("items of the queue", taken.len());
}

/// Around the capacity.
pub(super) fn full() {
    let queue = Arc::new(Queue::<Item>::new());
    let room = dice::below(3);
    for n in 0..CAPACITY - room {
        assert_eq!(queue.push((0, n)), Ok(()), "refused with room for it");
    }
    let takes = dice::below(3);
    let taking = {
        let queue = Arc::clone(&queue);
        thread::spawn(move || (0..takes).for_each(|_| assert!(queue.take_one().is_some(), "nothing in a full queue")))
    };
    let sending: Vec<_> = (1..=3)
        .map(|sender| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || {
                let took = (0..2).filter(|n| queue.push((sender, *n)).is_ok()).count();
                assert!(queue.len() <= CAPACITY, "the queue holds more than its capacity");
                took
            })
        })
        .collect();
    let pushed: usize = sending.into_iter().map(|s| s.join().expect("a sender")).sum();
    taking.join().expect("a taker");
    assert!(pushed >= room.min(6), "{pushed} of 6 items were taken in with room for {room}");
    assert!(pushed <= room + takes, "more than fits was taken in");
    assert_eq!(queue.len(), CAPACITY - room + pushed - takes, "items were lost or doubled");
    saw("pushes to a full queue", 6);
}
