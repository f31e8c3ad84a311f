//! Where finished spans wait: bounded, and full means dropped and counted.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use callboard_kernel::{Span, SpanCounts, Timestamp, Tracer, World};
use parking_lot::Mutex;
use tokio::sync::Notify;

/// Spans that may wait; about 4 MB.
pub(super) const CAPACITY: usize = 8_192;
/// Most spans of one request to the collector; so many that wait are sent at once.
pub(super) const BATCH: usize = 512;

/// The spans of this process on their way out.
pub(super) struct Spans {
    world: Arc<dyn World>,
    waiting: Mutex<VecDeque<Span>>,
    filled: Notify,
    next: AtomicU64,
    /// Traces below it are kept, by the last 56 bits of their ids.
    below: u64,
    pub(super) exported: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) unreachable: AtomicU64,
    full: AtomicU64,
}

impl Spans {
    /// Keeps this part (0 to 1) of the traces that begin here.
    pub(super) fn new(world: Arc<dyn World>, ratio: f64) -> Self {
        let next = AtomicU64::new(world.entropy().below(u64::MAX));
        Self {
            world,
            waiting: Mutex::default(),
            filled: Notify::new(),
            next,
            below: (ratio * (1_u64 << 56) as f64) as u64,
            exported: AtomicU64::default(),
            refused: AtomicU64::default(),
            unreachable: AtomicU64::default(),
            full: AtomicU64::default(),
        }
    }

    /// The oldest that wait, at most [`BATCH`].
    pub(super) fn batch(&self) -> Vec<Span> {
        let mut waiting = self.waiting.lock();
        let n = waiting.len().min(BATCH);
        waiting.drain(..n).collect()
    }

    /// Resolves when a whole batch waits.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }
}

impl Tracer for Spans {
    fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Mixed from a counter that begins anywhere: quick, and none comes twice in a process. They are no secrets.
    fn span_id(&self) -> [u8; 8] {
        let mut n = self.next.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        n ^= n >> 31;
        n.max(1).to_be_bytes()
    }

    fn samples(&self, trace: &[u8; 16]) -> bool {
        let mut last = [0; 8];
        last[1..].copy_from_slice(&trace[9..]);
        u64::from_be_bytes(last) < self.below
    }

    fn take(&self, span: Span) {
        let mut waiting = self.waiting.lock();
        if waiting.len() >= CAPACITY {
            drop(waiting);
            self.full.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.push_back(span);
        let due = waiting.len() == BATCH;
        drop(waiting);
        if due {
            self.filled.notify_one();
        }
    }

    fn counts(&self) -> SpanCounts {
        let n = |n: &AtomicU64| n.load(Ordering::Relaxed);
        SpanCounts {
            exported: n(&self.exported),
            full: n(&self.full),
            refused: n(&self.refused),
            unreachable: n(&self.unreachable),
        }
    }
}

#[cfg(test)]
mod tests {
    use callboard_kernel::{SpanContext, SpanKind, Trace};

    use super::*;
    use crate::world::RealWorld;

    fn spans(ratio: f64) -> Arc<Spans> {
        Arc::new(Spans::new(Arc::new(RealWorld), ratio))
    }

    #[test]
    fn a_full_queue_drops_and_counts() {
        let spans = spans(1.0);
        let trace = Trace::at(SpanContext { trace: [1; 16], span: [2; 8] }, spans.clone());
        for _ in 0..CAPACITY + 3 {
            drop(trace.begin("step", SpanKind::Internal));
        }
        assert_eq!(spans.counts(), SpanCounts { full: 3, ..SpanCounts::default() });
        assert_eq!((spans.batch().len(), spans.waiting.lock().len()), (BATCH, CAPACITY - BATCH));
    }

    #[test]
    fn a_ratio_keeps_its_part_and_ids_differ() {
        let ids: Vec<[u8; 8]> = (0..20_000)
            .map({
                let spans = spans(1.0);
                move |_| spans.span_id()
            })
            .collect();
        assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), ids.len());
        for (ratio, low, high) in [(0.0, 0, 0), (0.25, 4_700, 5_300), (1.0, 20_000, 20_000)] {
            let spans = spans(ratio);
            let kept = ids.iter().filter(|id| {
                let mut trace = [7; 16];
                trace[8..].copy_from_slice(*id);
                spans.samples(&trace)
            });
            let kept = kept.count();
            assert!((low..=high).contains(&kept), "{ratio}: {kept}");
        }
    }
}
