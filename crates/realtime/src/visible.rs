//! How long events take to reach live readers, counted for service levels.

use std::sync::Arc;

use callboard_eventlog::{Cause, Frame};
use callboard_kernel::{Counts, Tally, TenantId, Timestamp};

use crate::live::Live;

/// Counts what one subscription was handed. From the arrival of the request that brought an event (or, when the reader was
/// still busy with what came before, from when it asked again: a slow client's time is its own) until the event is on its
/// way to the connection. What arrived before the subscription began is history and not counted.
pub(crate) struct Visible {
    live: Arc<Live>,
    tally: Arc<Tally>,
    since: Timestamp,
    /// What is followed: `session` or `tenant`.
    of: &'static str,
}

impl Visible {
    /// For a subscription that begins now.
    pub(crate) fn new(live: &Arc<Live>, tenant: &TenantId, of: &'static str) -> Self {
        let tally = live.app.log.visible().of(Some(tenant.clone()));
        Self { tally, since: live.app.world.now(), live: Arc::clone(live), of }
    }

    /// When the reader asks for what comes next.
    pub(crate) fn asks(&self) -> Timestamp {
        self.live.app.world.now()
    }

    /// Counts what it is handed; `asked` is when it asked.
    pub(crate) fn hands<'a>(&self, frames: impl Iterator<Item = &'a Frame> + Clone, asked: Timestamp) {
        let now = self.live.app.world.now();
        self.tally.add(&counted(frames.clone().map(|f| f.received_at), self.since, (asked, now)));
        trace(self.of, frames);
    }
}

/// Notes the delivery in the traces that brought these events, once for each that stand together.
fn trace<'a>(of: &'static str, frames: impl Iterator<Item = &'a Frame>) {
    let mut run: Option<(&Arc<Cause>, usize, i64)> = None;
    for frame in frames {
        run = match (run, &frame.cause) {
            (Some((cause, n, _)), Some(same)) if Arc::ptr_eq(cause, same) => Some((cause, n + 1, frame.sequence)),
            (before, next) => {
                if let Some((cause, n, last)) = before {
                    cause.handed(of, n, last);
                }
                next.as_ref().map(|cause| (cause, 1, frame.sequence))
            }
        };
    }
    if let Some((cause, n, last)) = run {
        cause.handed(of, n, last);
    }
}

fn counted(
    received: impl Iterator<Item = Timestamp>,
    since: Timestamp,
    (asked, now): (Timestamp, Timestamp),
) -> Counts {
    let mut counts = Counts::default();
    for at in received.filter(|at| *at >= since) {
        counts.ok += 1;
        counts.add(now.since_ms(at.max(asked)).max(0));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_not_counted_and_a_slow_readers_time_is_its_own() {
        let at = Timestamp::from_millis;
        let counts = counted([at(900), at(1_000), at(1_500), at(2_400)].into_iter(), at(1_000), (at(2_000), at(2_500)));
        // 500 ms since it asked, twice; 100 ms since the last one arrived. Never the one from before.
        assert_eq!((counts.ok, counts.buckets[8], counts.buckets[4]), (3, 2, 1));
        assert_eq!(counts.buckets.iter().sum::<i64>(), 3);
    }
}
