//! The load generator that drives every system: closed loop (a connection sends when it was answered) and open loop
//! (requests are due at fixed instants, whether or not earlier ones were answered).
//!
//! It runs on one thread: every connection is a task, with one request under way. It knows nothing of what is asked;
//! that is the business of a [`Link`].

pub mod http;
mod pace;
pub mod streams;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::cpu;
use crate::fault::{Context as _, Fault, Result};
use crate::histogram::Histogram;

/// How long an answer may take after the end before the run has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// One connection to whatever is measured.
pub trait Link {
    /// Sends request number `n`, waits until it is acknowledged, and says how many events that were. A refusal is a
    /// fault: a figure made of refusals is worth nothing.
    fn ask(&mut self, n: u64) -> impl Future<Output = Result<u32>>;
}

/// How long, and how fast.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Not counted.
    pub warm_up: Duration,
    /// Counted.
    pub window: Duration,
    /// Requests a second of an open loop; a closed loop without.
    pub rate: Option<f64>,
    /// The first request's number, so that several runs on one store do not repeat ids.
    pub first: u64,
    /// When it begins, where others must know; otherwise at once.
    pub begin: Option<Instant>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Events acknowledged within the window.
    pub events: u64,
    /// Requests acknowledged, warm-up included: also the next free number, counted from `first`.
    pub sent: u64,
    /// Length of the window, seconds.
    pub seconds: f64,
    /// From due (or from sending, in a closed loop) to the acknowledgement.
    pub latency: Histogram,
    /// Processor time of the watched processes within the window, microseconds.
    pub server_cpu: f64,
    /// Processor time of this process within the window, microseconds.
    pub client_cpu: f64,
}

impl Measured {
    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }
    /// Milliseconds that this share of requests did not exceed.
    pub fn ms(&self, share: f64) -> f64 {
        self.latency.percentile(share) as f64 / 1e6
    }
    /// Microseconds of processor for each event, by the server.
    pub fn cpu_us(&self) -> f64 {
        self.server_cpu / self.events.max(1) as f64
    }
    /// Microseconds of processor for each event, by the load generator.
    pub fn client_cpu_us(&self) -> f64 {
        self.client_cpu / self.events.max(1) as f64
    }
    /// Cores that the server kept busy.
    pub fn cores(&self) -> f64 {
        self.server_cpu / self.seconds / 1e6
    }
}

struct Course {
    begin: Instant,
    measure: Instant,
    end: Instant,
    first: u64,
    next: Cell<u64>,
    /// Nanoseconds between two requests of an open loop.
    interval: f64,
    gate: Arc<Semaphore>,
    latency: RefCell<Histogram>,
    events: Cell<u64>,
}

impl Course {
    fn take(&self) -> u64 {
        let n = self.next.get();
        self.next.set(n + 1);
        n
    }

    fn due(&self, n: u64) -> Instant {
        self.begin + Duration::from_nanos((n as f64 * self.interval) as u64)
    }

    /// A request that counts by when it was due, and its events by when they were acknowledged.
    fn note(&self, due: Instant, events: u32) {
        let now = Instant::now();
        if due >= self.measure && due < self.end {
            let since = |at: Instant| u64::try_from(at.duration_since(self.begin).as_nanos()).unwrap_or(u64::MAX);
            self.latency.borrow_mut().record_from_due(since(due), since(now));
        }
        if now >= self.measure && now < self.end {
            self.events.set(self.events.get() + u64::from(events));
        }
    }
}

/// Drives the links by the plan; `watch` are the processes whose processor time is counted. Needs a `LocalSet`.
pub async fn drive<L: Link + 'static>(links: Vec<L>, plan: Plan, watch: &[u32]) -> Result<Measured> {
    let begin = plan.begin.unwrap_or_else(|| Instant::now() + Duration::from_millis(5));
    let measure = begin + plan.warm_up;
    let course = Rc::new(Course {
        begin,
        measure,
        end: measure + plan.window,
        first: plan.first,
        next: Cell::new(0),
        interval: plan.rate.map_or(0.0, |rate| 1e9 / rate),
        gate: Arc::new(Semaphore::new(0)),
        latency: RefCell::default(),
        events: Cell::new(0),
    });
    let count = links.len();
    let mut tasks = JoinSet::new();
    for link in links {
        let course = Rc::clone(&course);
        if plan.rate.is_some() {
            tasks.spawn_local(async move { open(link, &course).await });
        } else {
            tasks.spawn_local(async move { closed(link, &course).await });
        }
    }
    let _closes = pace::Closes(Arc::clone(&course.gate));
    if plan.rate.is_some() {
        let pace = pace::Pace { begin, end: course.end, interval: course.interval };
        pace::start(Arc::clone(&course.gate), pace, count)?;
    }
    let meter = meter(&course, watch);
    let all = async {
        while let Some(done) = tasks.join_next().await {
            done.because("a connection's task")??;
        }
        Ok::<(), Fault>(())
    };
    let limit = tokio::time::timeout(plan.warm_up + plan.window + PATIENCE, async { tokio::try_join!(meter, all) });
    let ((server_cpu, client_cpu), ()) = limit.await.because("some requests were never answered")??;
    Ok(Measured {
        events: course.events.get(),
        sent: course.next.get(),
        seconds: plan.window.as_secs_f64(),
        latency: course.latency.borrow().clone(),
        server_cpu,
        client_cpu,
    })
}

/// Asks requests 0 to `count - 1`, each once, as fast as the links go: to prepare a store.
pub async fn each<L: Link + 'static>(links: Vec<L>, count: u64) -> Result<()> {
    each_from(links, 0, count).await
}

/// Asks `count` requests from `first` on, each once.
pub async fn each_from<L: Link + 'static>(links: Vec<L>, first: u64, count: u64) -> Result<()> {
    let next = Rc::new(Cell::new(first));
    let end = first + count;
    let mut tasks = JoinSet::new();
    for mut link in links {
        let next = Rc::clone(&next);
        tasks.spawn_local(async move {
            while next.get() < end {
                let n = next.replace(next.get() + 1);
                link.ask(n).await?;
            }
            Ok::<(), Fault>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.because("a connection's task")??;
    }
    Ok(())
}

async fn closed<L: Link>(mut link: L, course: &Course) -> Result<()> {
    tokio::time::sleep_until(course.begin.into()).await;
    loop {
        let at = Instant::now();
        if at >= course.end {
            return Ok(());
        }
        let events = link.ask(course.first + course.take()).await?;
        course.note(at, events);
    }
}

async fn open<L: Link>(mut link: L, course: &Course) -> Result<()> {
    loop {
        course.gate.acquire().await.because("the pace ended")?.forget();
        let n = course.take();
        let due = course.due(n);
        if due >= course.end {
            // Taken and not asked.
            course.next.set(course.next.get() - 1);
            return Ok(());
        }
        let events = link.ask(course.first + n).await?;
        course.note(due, events);
    }
}

/// Processor time of the server and of this process within the window.
async fn meter(course: &Course, watch: &[u32]) -> Result<(f64, f64)> {
    tokio::time::sleep_until(course.measure.into()).await;
    let (server, client) = (cpu::of_trees(watch), cpu::of_self());
    tokio::time::sleep_until(course.end.into()).await;
    Ok((cpu::of_trees(watch) - server, cpu::of_self() - client))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers at once, but stands still once.
    struct Stalls {
        at: u64,
        pause: Duration,
    }

    impl Link for Stalls {
        async fn ask(&mut self, n: u64) -> Result<u32> {
            if n == self.at {
                tokio::time::sleep(self.pause).await;
            }
            Ok(1)
        }
    }

    fn run(plan: Plan, links: usize, at: u64) -> Measured {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let links = (0..links).map(|_| Stalls { at, pause: Duration::from_millis(200) }).collect();
        tokio::task::LocalSet::new().block_on(&runtime, drive(links, plan, &[])).unwrap()
    }

    #[test]
    fn an_open_loop_counts_from_when_requests_were_due() {
        let plan = Plan {
            warm_up: Duration::ZERO,
            window: Duration::from_millis(600),
            rate: Some(1000.0),
            first: 0,
            begin: None,
        };
        // One connection: everything that was due during its stall waits, and says so.
        let measured = run(plan, 1, 100);
        assert_eq!(measured.sent, 600);
        assert_eq!(measured.latency.count(), 600);
        assert!(measured.ms(0.75) > 50.0, "p75 {} ms", measured.ms(0.75));
        // With a second one only the request itself is late.
        let measured = run(plan, 2, 100);
        assert!(measured.ms(1.0) >= 200.0, "max {} ms", measured.ms(1.0));
        assert!(measured.ms(0.5) < 50.0, "p50 {} ms", measured.ms(0.5));
    }

    #[test]
    fn a_refusal_fails_the_run() {
        struct Refuses;
        impl Link for Refuses {
            async fn ask(&mut self, _n: u64) -> Result<u32> {
                Err(Fault::new("503 OVERLOADED"))
            }
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let plan =
            Plan { warm_up: Duration::ZERO, window: Duration::from_millis(50), rate: None, first: 0, begin: None };
        let failed = tokio::task::LocalSet::new().block_on(&runtime, drive(vec![Refuses], plan, &[])).unwrap_err();
        assert_eq!(failed.to_string(), "503 OVERLOADED");
    }
}
