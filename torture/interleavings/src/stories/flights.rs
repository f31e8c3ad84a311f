//! Effects under way: never more than the places of a kind, a tenant or a destination; everyone who asks again gets one;
//! and all are free at the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shuttle::thread;

use crate::dice;
use crate::outbox::{Handler, Places};
use crate::report::saw;

const DESTINATIONS: usize = 2;

struct Limits {
    kind: usize,
    tenant: usize,
    destination: usize,
}

impl Handler for Limits {
    fn in_flight(&self) -> usize {
        self.kind
    }
    fn per_tenant(&self) -> usize {
        self.tenant
    }
    fn per_destination(&self) -> usize {
        self.destination
    }
}

/// The model: counted after boarding and before landing, so never more than what is truly taken.
#[derive(Default)]
struct Up {
    all: AtomicUsize,
    at: [AtomicUsize; DESTINATIONS],
}

pub(super) fn story() {
    let limits = Limits { kind: 1 + dice::below(3), tenant: 1 + dice::below(3), destination: 1 + dice::below(2) };
    let (most, most_at) = (limits.kind.min(limits.tenant), limits.destination);
    let handler: Arc<dyn Handler> = Arc::new(limits);
    let (places, up) = (Places::default(), Arc::new(Up::default()));
    let fliers: Vec<_> = (0..2 + dice::below(4))
        .map(|n| {
            let (places, up, handler) = (places.clone(), Arc::clone(&up), Arc::clone(&handler));
            thread::spawn(move || {
                let to = n % DESTINATIONS;
                let taken = loop {
                    assert!(places.room("webhook", to, &handler) <= most_at, "more room than places");
                    match places.board("webhook", to, &handler) {
                        Some(taken) => break taken,
                        None => thread::yield_now(),
                    }
                };
                let (all, here) = (&up.all, &up.at[to]);
                let (now, now_here) = (all.fetch_add(1, Ordering::SeqCst) + 1, here.fetch_add(1, Ordering::SeqCst) + 1);
                assert!(now <= most && now_here <= most_at, "{now} of {most} in flight, {now_here} of {most_at} there");
                thread::yield_now();
                all.fetch_sub(1, Ordering::SeqCst);
                here.fetch_sub(1, Ordering::SeqCst);
                drop(taken);
                saw("flights", 1);
            })
        })
        .collect();
    fliers.into_iter().for_each(|f| f.join().expect("a flight"));
    for to in 0..DESTINATIONS {
        assert_eq!(places.room("webhook", to, &handler), most.min(most_at), "a place was not given back");
    }
}
