//! One run: a seed, everything that follows from it, and what the checker says.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use callboard_kernel::Result;
use callboard_store::OpenOptions;
use callboard_store::testing::{Pace, open_inline};

use crate::book::Book;
use crate::cast::{self, Playing};
use crate::check;
use crate::core::{Core, Ev, Instance, SEC, Us};
use crate::ctx::{Ctx, Part};
use crate::template::Template;
use crate::trace::Trace;

/// Instances of a run.
const INSTANCES: usize = 2;
/// When faults end, and the cast has played most of its parts.
const ACT: Us = 45 * SEC;

/// What became of a run.
pub struct Played {
    /// What was seen.
    pub book: Book,
    /// The trace.
    pub trace: Trace,
    /// When it ended, by its own clock.
    pub lasted: Us,
}

struct Stage {
    ctx: Ctx,
    parts: Vec<Option<Part>>,
}

impl Stage {
    /// Goes on until an instant, or until `enough`.
    fn until(&mut self, at: Us, enough: impl Fn(&Core) -> bool) {
        loop {
            self.begin();
            let mut core = self.ctx.core.borrow_mut();
            if enough(&core) {
                return;
            }
            if core.next_at().is_none_or(|next| next > at) {
                core.now = core.now.max(at);
                return;
            }
            match core.advance() {
                Some(Ev::Poll(task)) => {
                    drop(core);
                    self.poll(task);
                }
                Some(ev) => core.happen(ev),
                None => return,
            }
        }
    }

    fn begin(&mut self) {
        loop {
            let begun: Vec<Part> = std::mem::take(&mut *self.ctx.begun.borrow_mut());
            if begun.is_empty() {
                return;
            }
            for part in begun {
                self.parts.push(Some(part));
                self.poll(self.parts.len() - 1);
            }
        }
    }

    fn poll(&mut self, task: usize) {
        self.ctx.core.borrow_mut().current = task;
        let over = match &mut self.parts[task] {
            Some(part) => part.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready(),
            None => false,
        };
        if over {
            self.parts[task] = None;
        }
    }
}

/// Plays a seed. `keep` keeps the lines of the trace; `rebuild` rebuilds every projection at the end.
pub fn play(seed: u64, template: &Arc<Template>, keep: bool, rebuild: bool) -> Result<Played> {
    let dir = template.copy()?;
    let options = OpenOptions { migrate: false, ..OpenOptions::default() };
    let (db, steps) = open_inline(dir.path(), false, Pace::Stepped, &options)?;
    let mut core = Core::new(seed, template.clone(), db, steps, Trace::new(keep));
    for _ in 0..INSTANCES {
        core.instances.push(Instance::new());
    }
    for index in 0..INSTANCES {
        core.boot(index)?;
    }
    core.judge_health();
    core.plan_faults(ACT - 5 * SEC);
    let ctx = Ctx { core: Rc::new(RefCell::new(core)), begun: Rc::default() };
    let playing = Playing::default();
    let limited = ctx.chance(30);
    for _ in 0..ctx.between(1, 2) {
        cast::play(&ctx, &playing, false);
    }
    for _ in 0..if limited { 4 } else { 0 } {
        cast::play(&ctx, &playing, true);
    }
    let mut stage = Stage { ctx, parts: Vec::new() };
    stage.until(ACT, |_| false);
    stage.ctx.with(Core::heal);
    let own = playing.clone();
    stage.until(ACT + 140 * SEC, |_| own.over());
    finish(&mut stage, &playing);
    let Stage { ctx, parts } = stage;
    drop(parts);
    let Ok(core) = Rc::try_unwrap(ctx.core).map(RefCell::into_inner) else {
        return Err(callboard_kernel::Error::internal("somebody still plays"));
    };
    Ok(check::judge(core, rebuild))
}

/// Lets everything come to rest: windows run out, late things arrive, the outbox empties.
fn finish(stage: &mut Stage, playing: &Playing) {
    let now = stage.ctx.now();
    // Windows and graces, two polls, and the latest webhook.
    stage.until(now + 75 * SEC, Core::all_over);
    cast::late(&stage.ctx, playing);
    let now = stage.ctx.now();
    let (own, core) = (playing.clone(), stage.ctx.core.clone());
    stage.until(now + 60 * SEC, |_| own.over());
    stage.ctx.with(|c| c.settled = true);
    let now = stage.ctx.now();
    for nth in 1..=10 {
        stage.until(now + nth * 30 * SEC, |_| false);
        let core = core.borrow();
        let awake = core.instances.iter().all(|i| i.paused < core.now);
        let empty = core.outbox().is_ok_and(|(waiting, dead)| waiting == dead);
        // Somebody who was held up may have made a room again; a repair finds it.
        if awake && empty && core.provider.rooms.is_empty() {
            return;
        }
    }
}
