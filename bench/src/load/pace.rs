//! Lets requests of an open loop go when they are due. A thread that sleeps: the runtime's own timers tick in
//! milliseconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::fault::Result;

/// At most this often; what is due in between goes together, and is late by no more than this.
const FINEST: Duration = Duration::from_micros(100);

/// When requests are due.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    /// Request 0.
    pub begin: Instant,
    /// None is due from here on.
    pub end: Instant,
    /// Nanoseconds between two.
    pub interval: f64,
}

/// Closes the gate, and so ends the thread, when the loop is given up.
pub(super) struct Closes(pub Arc<Semaphore>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Opens the gate for each request when it is due, and once for each link at the end.
pub(super) fn start(gate: Arc<Semaphore>, pace: Pace, links: usize) -> Result<()> {
    let step = FINEST.max(Duration::from_nanos(pace.interval as u64));
    std::thread::Builder::new().name("pace".to_owned()).spawn(move || {
        std::thread::sleep(pace.begin.saturating_duration_since(Instant::now()));
        let mut opened = 0_u64;
        while !gate.is_closed() {
            let now = Instant::now();
            let due = (now.min(pace.end).duration_since(pace.begin).as_nanos() as f64 / pace.interval) as u64;
            if due > opened {
                gate.add_permits(usize::try_from(due - opened).unwrap_or(0));
                opened = due;
            }
            if now >= pace.end {
                // One that is not due any more for each link, so that it sees the end.
                gate.add_permits(links + 1);
                return;
            }
            std::thread::sleep(step);
        }
    })?;
    Ok(())
}
