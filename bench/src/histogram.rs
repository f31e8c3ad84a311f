//! Latencies in buckets whose width is at most 1/128 of their value; pure.

/// Buckets of one power of two.
const SUB: u64 = 128;
const SUB_BITS: u32 = SUB.trailing_zeros();

/// Counts of durations in nanoseconds, from 1 ns to hours.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Histogram {
    /// Counts one duration, nanoseconds.
    pub fn record(&mut self, ns: u64) {
        let at = bucket(ns);
        if at >= self.counts.len() {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        self.total += 1;
        self.max = self.max.max(ns);
    }

    /// Counts one duration from when it was due to when it was done. What waited for its turn counts its waiting: a
    /// server that stands still makes every request late that was due meanwhile.
    pub fn record_from_due(&mut self, due_ns: u64, done_ns: u64) {
        self.record(done_ns.saturating_sub(due_ns));
    }

    /// Takes in another's counts.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// How many were counted.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The share (0-1) of those that took no time at all; 0 of nothing.
    pub fn zeros(&self) -> f64 {
        self.counts.first().map_or(0.0, |zeros| *zeros as f64 / self.total as f64)
    }

    /// The least value that `share` (0-1) of all do not exceed, nanoseconds, as the upper end of its bucket; 0 of
    /// nothing.
    pub fn percentile(&self, share: f64) -> u64 {
        if self.total == 0 {
            return 0;
        }
        let wanted = ((self.total as f64 * share).ceil() as u64).clamp(1, self.total);
        let mut seen = 0;
        for (at, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return upper(at).min(self.max);
            }
        }
        self.max
    }
}

fn bucket(ns: u64) -> usize {
    if ns < SUB {
        return ns as usize;
    }
    let power = ns.ilog2();
    let within = (ns >> (power - SUB_BITS)) - SUB;
    ((u64::from(power - SUB_BITS) + 1) * SUB + within) as usize
}

fn upper(at: usize) -> u64 {
    let at = at as u64;
    if at < SUB {
        return at;
    }
    let shift = at / SUB - 1;
    let low = (SUB + at % SUB) << shift;
    low + (1 << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_their_values() {
        for ns in [0, 1, 127, 128, 129, 255, 256, 1_000, 65_535, 65_536, 1_234_567, 9_999_999_999] {
            let top = upper(bucket(ns));
            assert!(top >= ns, "{ns}: {top}");
            assert!(top - ns <= ns / 100 + 1, "{ns}: {top} is too wide");
            assert!(bucket(ns) <= bucket(ns + 1));
        }
    }

    #[test]
    fn percentiles_of_a_thousand() {
        let mut all = Histogram::default();
        (1..=1000_u64).for_each(|n| all.record(n * 1_000));
        assert!((500_000..505_000).contains(&all.percentile(0.5)), "{}", all.percentile(0.5));
        assert!((990_000..1_000_000).contains(&all.percentile(0.99)), "{}", all.percentile(0.99));
        assert_eq!((all.percentile(1.0), all.count()), (1_000_000, 1_000));
        assert_eq!(Histogram::default().percentile(0.99), 0);
    }

    #[test]
    fn a_stall_is_seen_by_all_that_were_due() {
        // One request a millisecond; the server stands still for 100 ms, then answers at once.
        let (mut from_due, mut from_send) = (Histogram::default(), Histogram::default());
        for n in 0..1000_u64 {
            let due = n * 1_000_000;
            let done = if (500..600).contains(&n) { 600_000_000 } else { due + 10_000 };
            from_due.record_from_due(due, done);
            // Who sends the next one only after the answer sees one slow request.
            from_send.record(if n == 500 { 100_000_000 } else { 10_000 });
        }
        assert!(from_due.percentile(0.99) > 85_000_000, "{}", from_due.percentile(0.99));
        assert!(from_send.percentile(0.99) < 11_000, "{}", from_send.percentile(0.99));
        // Done before it was due is no negative time.
        from_due.record_from_due(10, 5);
    }

    #[test]
    fn what_took_no_time_is_told_apart() {
        let mut all = Histogram::default();
        assert_eq!(all.zeros(), 0.0);
        [0, 1, 0, 900].into_iter().for_each(|ns| all.record(ns));
        assert_eq!(all.zeros(), 0.5);
    }

    #[test]
    fn merging_is_counting_both() {
        let (mut a, mut b) = (Histogram::default(), Histogram::default());
        a.record(10);
        b.record(5_000_000);
        a.merge(&b);
        assert_eq!((a.count(), a.percentile(0.5), a.percentile(1.0)), (2, 10, 5_000_000));
    }
}
