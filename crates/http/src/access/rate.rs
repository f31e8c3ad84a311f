//! Rate limits as token buckets, in the memory of this process.
//!
//! With N instances a caller that is spread evenly over them gets N times the rate; the limits protect an instance
//! and slow guessing down, they are no quota.

use std::collections::HashMap;
use std::net::IpAddr;

use callboard_kernel::Timestamp;
use parking_lot::Mutex;

use super::Rate;
use crate::Principal;

/// How many requests each kind of caller may send; `None` is no limit.
#[derive(Clone, Copy, Debug)]
pub struct RateLimits {
    /// API keys, per key and second.
    pub keys_per_second: Option<u32>,
    /// Users, per user and second.
    pub users_per_second: Option<u32>,
    /// Session passes, per pass and second.
    pub passes_per_second: Option<u32>,
    /// Attempts to sign in, per client address and minute.
    pub logins_per_minute: Option<u32>,
    /// Attempts to join by a link, per client address and minute.
    pub joins_per_minute: Option<u32>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            keys_per_second: None,
            users_per_second: None,
            passes_per_second: Some(20),
            logins_per_minute: Some(10),
            joins_per_minute: Some(10),
        }
    }
}

impl RateLimits {
    /// No limits at all, for load tests.
    pub const fn unlimited() -> Self {
        Self {
            keys_per_second: None,
            users_per_second: None,
            passes_per_second: None,
            logins_per_minute: None,
            joins_per_minute: None,
        }
    }
}

/// What a bucket says about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Whether the request may go on.
    pub(crate) allowed: bool,
    /// Requests that fit into a full bucket.
    pub(crate) limit: u32,
    /// Requests that still fit now.
    pub(crate) remaining: u32,
    /// Milliseconds until the next request fits (refused) or the bucket is full (allowed).
    pub(crate) reset_ms: i64,
}

/// From this many buckets on, full ones are dropped: they carry no information.
const SWEEP_AT: usize = 50_000;

#[derive(Clone, Copy)]
struct Bucket {
    /// One request takes `window_ms` of it and each millisecond brings `limit`, so nothing is ever rounded.
    level: i64,
    at: Timestamp,
    limit: u32,
    window_ms: i64,
}

impl Bucket {
    const fn full(&self) -> i64 {
        self.limit as i64 * self.window_ms
    }
    fn refill(&mut self, now: Timestamp) {
        let passed = now.since_ms(self.at);
        // Requests reach the lock in another order than they were stamped in; no moment may refill twice.
        if (-self.window_ms..0).contains(&passed) {
            return;
        }
        // A clock that was set back further gives nothing and takes nothing.
        let passed = passed.clamp(0, self.window_ms);
        self.level = (self.level + passed * i64::from(self.limit)).min(self.full());
        self.at = now;
    }
    const fn ms_until(&self, level: i64) -> i64 {
        let missing = if level > self.level { level - self.level } else { 0 };
        let limit = self.limit as i64;
        (missing + limit - 1) / limit
    }
}

/// The buckets of this process.
pub struct RateLimiter {
    limits: RateLimits,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl RateLimiter {
    /// Empty buckets under the given limits.
    pub fn new(limits: RateLimits) -> Self {
        Self { limits, buckets: Mutex::new(HashMap::new()) }
    }

    /// Counts a request to a route of a rate class from an address.
    pub(crate) fn visit(&self, rate: Option<Rate>, address: IpAddr, now: Timestamp) -> Option<Verdict> {
        let (class, limit) = match rate? {
            Rate::Login => ("login", self.limits.logins_per_minute),
            Rate::Join => ("join", self.limits.joins_per_minute),
            Rate::Exempt => return None,
        };
        Some(self.take(format!("{class}:{}", network(address)), limit?, 60_000, now))
    }

    /// Counts a request of a principal.
    pub(crate) fn call(&self, principal: &Principal, now: Timestamp) -> Option<Verdict> {
        let limit = match principal {
            Principal::Key { .. } => self.limits.keys_per_second,
            Principal::User { .. } => self.limits.users_per_second,
            Principal::Pass { .. } => self.limits.passes_per_second,
        }?;
        Some(self.take(principal.subject(), limit, 1_000, now))
    }

    fn take(&self, name: String, limit: u32, window_ms: i64, now: Timestamp) -> Verdict {
        let limit = limit.max(1);
        let mut buckets = self.buckets.lock();
        if buckets.len() >= SWEEP_AT {
            buckets.retain(|_, b| {
                b.refill(now);
                b.level < b.full()
            });
        }
        let fresh = Bucket { level: i64::from(limit) * window_ms, at: now, limit, window_ms };
        let bucket = buckets.entry(name).or_insert(fresh);
        bucket.refill(now);
        let allowed = bucket.level >= window_ms;
        if allowed {
            bucket.level -= window_ms;
        }
        let reset_ms = if allowed { bucket.ms_until(bucket.full()) } else { bucket.ms_until(window_ms) };
        Verdict { allowed, limit, remaining: u32::try_from(bucket.level / window_ms).unwrap_or(0), reset_ms }
    }
}

/// The address, or the /64 of an IPv6 one, which is what one client owns.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            std::net::Ipv6Addr::new(s[0], s[1], s[2], s[3], 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + ms)
    }

    #[test]
    fn ten_logins_a_minute_then_one_each_six_seconds() {
        let limiter = RateLimiter::new(RateLimits::default());
        let here: IpAddr = [192, 0, 2, 1].into();
        for n in 0..10u32 {
            let v = limiter.visit(Some(Rate::Login), here, at(0)).expect("limited");
            assert_eq!((v.allowed, v.remaining), (true, 9 - n));
        }
        let refused = limiter.visit(Some(Rate::Login), here, at(0)).expect("limited");
        assert_eq!((refused.allowed, refused.reset_ms), (false, 6_000));
        assert!(!limiter.visit(Some(Rate::Login), here, at(5_999)).expect("limited").allowed);
        assert!(limiter.visit(Some(Rate::Login), here, at(6_000)).expect("limited").allowed);
        assert!(limiter.visit(Some(Rate::Login), [192, 0, 2, 2].into(), at(0)).expect("limited").allowed);
        assert_eq!(limiter.visit(Some(Rate::Exempt), here, at(0)), None);
        assert_eq!(limiter.visit(None, here, at(0)), None);
    }

    #[test]
    fn neighbours_in_one_ipv6_network_share_a_bucket() {
        let a = network("2001:db8:1:2:3::1".parse().expect("v6"));
        let b = network("2001:db8:1:2:4::9".parse().expect("v6"));
        assert_eq!(a, b);
        assert_eq!(network("::ffff:1.2.3.4".parse().expect("mapped")), IpAddr::from([1, 2, 3, 4]));
    }

    #[test]
    fn no_moment_refills_twice() {
        let limiter = RateLimiter::new(RateLimits { logins_per_minute: Some(1), ..RateLimits::default() });
        let here: IpAddr = [192, 0, 2, 1].into();
        let allowed = |ms| limiter.visit(Some(Rate::Login), here, at(ms)).expect("limited").allowed;
        assert!(allowed(0));
        assert!(!allowed(40_000));
        assert!(!allowed(10_000), "stamped earlier, counted later");
        assert!(!allowed(41_000));
        assert!(allowed(60_000));
    }

    #[test]
    fn a_clock_set_back_gives_nothing() {
        let limiter = RateLimiter::new(RateLimits { logins_per_minute: Some(1), ..RateLimits::default() });
        let here: IpAddr = [192, 0, 2, 1].into();
        assert!(limiter.visit(Some(Rate::Login), here, at(60_000)).expect("limited").allowed);
        assert!(!limiter.visit(Some(Rate::Login), here, at(0)).expect("limited").allowed);
    }
}
