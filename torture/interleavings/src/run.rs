//! Blocks of schedules: one story, one scheduler, one seed. A block is the least that can be run again.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, FailurePersistence, Runner, UngracefulShutdownConfig};

use crate::dice;
use crate::report::{Report, Violation, take_checked};
use crate::stories::{STORIES, Story};

/// What the first panic of a block said: shuttle hands on that there was one, not always which.
static SAID: Mutex<Option<String>> = Mutex::new(None);

fn said() -> MutexGuard<'static, Option<String>> {
    SAID.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what panics say for the report instead of printing it. Once per process.
pub fn listen() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.payload_as_str().unwrap_or("a panic without words").to_owned();
        said().get_or_insert(text);
    }));
}

/// Who chooses the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Each step by chance.
    Random,
    /// Priorities that change at a few points (probabilistic concurrency testing), of this depth.
    Pct(usize),
}

/// Schedules that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Which story.
    pub story: &'static Story,
    /// Which scheduler.
    pub kind: Kind,
    /// From which all its choices come.
    pub seed: u64,
}

/// The `nth` block of a run: stories by weight, schedulers by turns.
pub fn plan(seed: u64, nth: u64) -> Block {
    let weights: u64 = STORIES.iter().map(|s| s.weight).sum();
    let mut at = nth % weights;
    let story = STORIES.iter().find(|s| {
        let here = at < s.weight;
        at = at.saturating_sub(s.weight);
        here
    });
    let round = nth / weights;
    let kind = match round % 4 {
        0 | 2 => Kind::Random,
        1 => Kind::Pct(2),
        _ => Kind::Pct(4),
    };
    Block { story: story.unwrap_or(&STORIES[0]), kind, seed: seed.wrapping_mul(1_000_000_007).wrapping_add(nth) }
}

impl Block {
    /// Runs it until its end or the first violation.
    pub fn run(&self) -> Report {
        let mut config = Config::new();
        config.failure_persistence = FailurePersistence::None;
        config.stack_size = 0x2_0000;
        config.silence_warnings = true;
        let mut ending = UngracefulShutdownConfig::new();
        ending.immediately_return_on_panic = true;
        config.ungraceful_shutdown_config = ending;
        *said() = None;
        let ran = Arc::new(AtomicU64::new(0));
        let (count, seed, story) = (Arc::clone(&ran), self.seed, self.story);
        let body = move || {
            dice::seed(seed, count.fetch_add(1, Ordering::Relaxed));
            (story.run)();
        };
        let many = usize::try_from(story.schedules).unwrap_or(1);
        let done = catch_unwind(AssertUnwindSafe(|| match self.kind {
            Kind::Random => Runner::new(RandomScheduler::new_from_seed(seed, many), config).run(body),
            Kind::Pct(depth) => Runner::new(PctScheduler::new_from_seed(seed, depth, many), config).run(body),
        }));
        let ran = ran.load(Ordering::Relaxed);
        let mut report = Report { schedules: ran, checked: take_checked(), ..Report::default() };
        report.stories.insert(story.name.to_owned(), ran);
        if let Err(panic) = done {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            let what = said().take().or(text).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            let detail = format!("story {}, {:?}, schedule {ran} of the block", story.name, self.kind);
            report.violations.push(Violation { what, seed, detail });
        }
        report
    }
}
