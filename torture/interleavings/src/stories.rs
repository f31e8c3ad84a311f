//! What the schedules are schedules of. Each story has a model of its own and panics when a promise does not hold; a task
//! that sleeps for ever is found by shuttle.

mod flights;
mod hub;
mod keys;
mod queue;
mod rate;
mod requests;

/// One.
#[derive(Clone, Copy, Debug)]
pub struct Story {
    /// Its name.
    pub name: &'static str,
    /// How many of the blocks in a round are its.
    pub weight: u64,
    /// Schedules of one block.
    pub schedules: u64,
    /// Tells it once.
    pub run: fn(),
}

/// All of them.
pub static STORIES: [Story; 7] = [
    Story { name: "hub", weight: 40, schedules: 50, run: hub::story },
    Story { name: "queue", weight: 25, schedules: 50, run: queue::story },
    Story { name: "flights", weight: 10, schedules: 50, run: flights::story },
    Story { name: "key-cache", weight: 10, schedules: 50, run: keys::story },
    Story { name: "rate", weight: 5, schedules: 50, run: rate::story },
    Story { name: "request-log", weight: 9, schedules: 50, run: requests::story },
    Story { name: "full-queue", weight: 1, schedules: 5, run: queue::full },
];
