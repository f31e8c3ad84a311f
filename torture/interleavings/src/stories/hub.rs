//! The hub and the followers of it: each follower sees every event once, in order, however commits, hints, ticks,
//! erasures, cancelled waits and new subscriptions fall; and nobody sleeps while there is something to see.

use std::sync::Arc;

use shuttle::future::block_on;
use shuttle::thread::{self, JoinHandle};

use crate::dice;
use crate::follow::{Follower, Step};
use crate::model::{SESSION, SessionKey, Visibility, tenant};
use crate::report::saw;
use crate::sync::Either;
use crate::time::sleep;
use crate::world::{App, Engine};
use crate::{Frame, Mutex};

/// More than the ring keeps.
const MANY: i64 = 300;

/// Commits, and tells the hub: at once and in order where one thread writes, else whenever it comes to it.
fn writer(app: &App, groups: Vec<i64>) -> JoinHandle<()> {
    let (app, key) = (app.clone(), SessionKey::new());
    thread::spawn(move || {
        for count in groups {
            let events = app.db.append(count);
            let (first, second) = events.split_at(dice::below(events.len()));
            for part in [first, second].into_iter().filter(|p| !p.is_empty()) {
                app.log.hub().publish(&key, || part.iter().map(Frame::of).collect());
            }
        }
    })
}

/// Commits in another process: here there is a hint, or not even that.
fn elsewhere(app: &App) -> JoinHandle<()> {
    let app = app.clone();
    thread::spawn(move || {
        app.db.append(1);
        if !dice::one_in(3) {
            app.log.hub().hint(&[format!("s{SESSION}")]);
        }
    })
}

/// Time passes, and what is in memory is forgotten.
fn disturber(app: &App, ticks: usize) -> JoinHandle<()> {
    let app = app.clone();
    thread::spawn(move || {
        for _ in 0..ticks {
            match dice::below(8) {
                0 => app.log.hub().forget(SESSION),
                1 => app.log.hub().hint(&[format!("e{SESSION}")]),
                _ => app.log.hub().tick(),
            }
        }
    })
}

/// What a follower must find, and where it is.
struct Reading {
    app: App,
    cursor: i64,
    total: i64,
}

impl Reading {
    fn follow(&self) -> (Follower, i64) {
        let seen = Visibility { from: 0 };
        let follower = Follower::new(&self.app, &SessionKey::new(), seen, self.cursor);
        (follower, self.app.db.head())
    }

    fn check(&mut self, frames: &[Frame]) {
        assert!(!frames.is_empty(), "frames without one");
        for frame in frames {
            assert_eq!(frame.sequence, self.cursor + 1, "the next event is another one (left: given, right: due)");
            assert_eq!(frame.json, format!("event {}", frame.sequence), "another text");
            self.cursor = frame.sequence;
        }
        assert!(self.cursor <= self.total, "an event that was never committed");
        saw("events followed", frames.len());
    }

    async fn run(mut self, restless: bool) {
        let (mut follower, mut head) = self.follow();
        let mut caught_up = false;
        while self.cursor < self.total {
            let step = if restless && dice::one_in(3) {
                // The reader turns to something else in the middle of its wait.
                match either(follower.next(), sleep(std::time::Duration::ZERO)).await {
                    Either::First(step) => step,
                    Either::Second(()) => continue,
                }
            } else {
                follower.next().await
            };
            match step.expect("the log can be read") {
                Step::Frames(frames) => self.check(&frames),
                Step::CaughtUp => {
                    assert!(!caught_up, "caught up twice");
                    caught_up = true;
                    assert!(self.cursor >= head, "caught up at {} of {head}", self.cursor);
                }
            }
            if restless && dice::one_in(4) {
                drop(follower);
                saw("followers that came back", 1);
                (follower, head) = self.follow();
                caught_up = false;
            }
        }
    }
}

async fn either<A: Future, B: Future>(first: A, second: B) -> Either<A::Output, B::Output> {
    let (mut first, mut second) = (std::pin::pin!(first), std::pin::pin!(second));
    std::future::poll_fn(|context| crate::sync::first_of(context, first.as_mut(), second.as_mut())).await
}

fn session_follower(app: &App, total: i64) -> JoinHandle<()> {
    let cursor = if dice::one_in(2) { 0 } else { dice::below(2) as i64 };
    let (reading, restless) = (Reading { app: app.clone(), cursor, total }, dice::one_in(2));
    thread::spawn(move || block_on(reading.run(restless)))
}

/// Follows the tenant: wake-ups alone, and a look at the log after each.
fn tenant_follower(app: &App, total: i64) -> JoinHandle<()> {
    let app = app.clone();
    thread::spawn(move || {
        block_on(async {
            let mut place = app.log.hub().follow_tenant(&tenant());
            while app.db.head() < total {
                place.changed().await;
                saw("wake-ups of a tenant's follower", 1);
            }
        });
    })
}

pub(super) fn story() {
    let engine = if dice::one_in(2) { Engine::Sqlite } else { Engine::Postgres };
    let app = App::new(engine);
    let many = dice::one_in(50);
    let group = |most: usize| 1 + dice::below(most) as i64;
    let mut groups = vec![group(2), group(3)];
    if many {
        groups.push(MANY);
    }
    let mut total: i64 = groups.iter().sum();
    let mut busy = vec![writer(&app, groups)];
    let mut followers = Vec::new();
    if engine == Engine::Postgres {
        let more = group(2);
        total += more + 1;
        busy.push(writer(&app, vec![more]));
        busy.push(elsewhere(&app));
    }
    for _ in 0..=dice::below(2) {
        followers.push(session_follower(&app, total));
    }
    if dice::one_in(4) {
        followers.push(tenant_follower(&app, total));
    }
    // Sometimes long enough for frames to become too old.
    let ticks = if dice::one_in(6) { 30 } else { dice::below(4) };
    busy.push(disturber(&app, ticks));
    busy.into_iter().for_each(|b| b.join().expect("a writer"));
    // The next tick, which always comes, is all that those may need that are still waiting.
    app.log.hub().tick();
    let count = followers.len();
    followers.into_iter().for_each(|f| f.join().expect("a follower"));
    assert_eq!(app.log.hub().followers(), (0, 0), "somebody is still counted");
    saw("followers that saw everything", count);
    late(&app, total);
}

/// Who comes when everything is over.
fn late(app: &App, total: i64) {
    app.log.hub().tick();
    let seen = Arc::new(Mutex::new(0));
    let reading = Reading { app: app.clone(), cursor: 0, total };
    let out = Arc::clone(&seen);
    thread::spawn(move || {
        block_on(reading.run(false));
        *out.lock() += 1;
    })
    .join()
    .expect("a late follower");
    assert_eq!(*seen.lock(), 1, "the late follower did not end");
}
