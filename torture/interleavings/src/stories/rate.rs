//! The rate limiter: requests at once pass as often as the bucket holds and no oftener, each with another number left.

use std::net::IpAddr;
use std::sync::Arc;

use callboard_kernel::Timestamp;
use shuttle::thread;

use crate::access::Rate;
use crate::access::rate::{RateLimiter, RateLimits};
use crate::dice;
use crate::report::saw;

/// A minute's requests, so that one takes a second to come back.
const LIMIT: u32 = 60;
const WINDOW_MS: i64 = 60_000;

pub(super) fn story() {
    let limiter = Arc::new(RateLimiter::new(RateLimits { logins_per_minute: Some(LIMIT), ..RateLimits::default() }));
    let here: IpAddr = [192, 0, 2, 1].into();
    let at = |ms: i64| Timestamp::from_millis(1_000_000 + ms);
    let keep = 1 + dice::below(3);
    for _ in keep..LIMIT as usize {
        let verdict = limiter.visit(Some(Rate::Login), here, at(0)).expect("limited");
        assert!(verdict.allowed, "refused with a full bucket");
    }
    let callers: Vec<_> = (0..3)
        .map(|_| {
            let limiter = Arc::clone(&limiter);
            // Requests are stamped before they wait for the lock, so they come in another order.
            let stamps: Vec<i64> = (0..3).map(|n| n * 400 + dice::below(400) as i64).collect();
            thread::spawn(move || {
                let visits = stamps.iter().map(|ms| limiter.visit(Some(Rate::Login), here, at(*ms)).expect("limited"));
                let allowed: Vec<_> = visits.filter(|v| v.allowed).collect();
                (allowed.len(), stamps[2])
            })
        })
        .collect();
    let done: Vec<_> = callers.into_iter().map(|c| c.join().expect("a caller")).collect();
    let allowed: usize = done.iter().map(|d| d.0).sum();
    let passed = done.iter().map(|d| d.1).max().unwrap_or(0);
    let refilled = passed * i64::from(LIMIT) / WINDOW_MS;
    let most = keep + usize::try_from(refilled).unwrap_or(0);
    assert!(allowed <= most, "{allowed} requests passed where {keep} were left and {refilled} came back");
    assert!(allowed >= keep.min(9), "{allowed} requests passed where {keep} were left");
    saw("requests counted", 9);
}
