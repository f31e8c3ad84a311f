//! The trace of the running task, and what a write of it leaves there. Where traces are off there is none, and nothing of
//! this is made.

use callboard_kernel::{OpenSpan, Result, SpanKind, Timestamp, Trace, hex};
use tokio::task::futures::TaskLocalFuture;

use crate::Engine;

tokio::task_local! {
    static CURRENT: Option<Trace>;
}

/// Runs `work` in a trace: its writes become parts of it. A spawned task begins without.
pub fn within<F: Future>(trace: Option<Trace>, work: F) -> TaskLocalFuture<Option<Trace>, F> {
    CURRENT.scope(trace, work)
}

/// The trace of the running task.
pub(crate) fn current() -> Option<Trace> {
    CURRENT.try_with(Clone::clone).unwrap_or(None)
}

/// The trace that a write belongs to.
#[derive(Debug)]
pub(crate) struct Traced {
    trace: Trace,
    asked: Timestamp,
}

impl Traced {
    /// A write that is asked for now.
    pub(crate) fn now() -> Option<Self> {
        let trace = current()?;
        Some(Self { asked: trace.now(), trace })
    }

    pub(crate) const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// A thread has taken it up: the wait is over.
    pub(crate) fn taken_up(&self) {
        drop(self.trace.begin("store.wait", SpanKind::Internal).since(self.asked));
    }
}

/// The COMMIT under way, once in each trace that has a part in it: a trace is whole in itself, whichever of the others are
/// kept. `callboard.store.group.id` is the same in all of them.
pub(crate) struct Committing(Vec<OpenSpan>);

impl Committing {
    /// Begins; `traces` are those of the closures that are to be kept, of `size` in all.
    pub(crate) fn begin(traces: &[Trace], engine: Engine, size: usize) -> Self {
        let mut spans: Vec<OpenSpan> = traces.iter().map(|t| t.begin("store.commit", SpanKind::Internal)).collect();
        if let Some(id) = spans.first().map(|first| hex(&first.trace().context().span)) {
            for span in &mut spans {
                span.set("db.system.name", if engine == Engine::Sqlite { "sqlite" } else { "postgresql" });
                span.set("callboard.store.group.size", i64::try_from(size).unwrap_or(i64::MAX));
                span.set("callboard.store.group.id", id.clone());
            }
        }
        Self(spans)
    }

    /// Ends.
    pub(crate) fn end<T, E>(mut self, outcome: &Result<T, E>) {
        if outcome.is_err() {
            self.0.iter_mut().for_each(OpenSpan::fail);
        }
    }
}
