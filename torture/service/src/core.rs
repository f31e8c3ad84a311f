//! The simulation's heart: a clock, a queue of what happens when, and everybody's state. One thread; every choice comes
//! from the seed.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::rc::Rc;
use std::sync::Arc;

use callboard_kernel::Timestamp;
use callboard_store::Db;
use callboard_store::testing::{Step, Steps};
use tokio::sync::oneshot;

use crate::book::{Book, is_end};
use crate::faults::{Fault, Weather};
use crate::instance::{Done, Live};
use crate::ports::{PortAsk, PortCall, PortSaid};
use crate::provider::{Provider, Timer};
use crate::rng::Rng;
use crate::template::{BEGIN, Template};
use crate::trace::Trace;
use crate::wire::{Ask, Slot};

/// Microseconds since the run began.
pub type Us = i64;
/// A member of the cast.
pub type TaskId = usize;
/// An instance and its life.
pub type Seat = (usize, u32);

/// A millisecond.
pub const MS: Us = 1_000;
/// A second.
pub const SEC: Us = 1_000_000;

/// What happens at an instant.
pub enum Ev {
    /// A member of the cast goes on.
    Poll(TaskId),
    /// A request reaches its instance.
    Arrive(usize),
    /// Whoever sent it stops waiting.
    Expire(usize),
    /// The answer reaches whoever asked.
    Reply(usize, u16, Vec<u8>),
    /// The database carries out a request.
    Db(Seat, Step),
    /// A repair is due.
    Tick(Seat, usize),
    /// The outbox is looked at.
    Look(Seat),
    /// A message reaches the outside.
    Port(Seat, PortCall),
    /// The outside's answer reaches the instance.
    PortBack(Seat, oneshot::Sender<PortSaid>, PortSaid),
    /// A webhook of the media server is sent, for the nth time.
    Hook(usize, u32),
    /// Something goes wrong, or is mended.
    Fault(Fault),
    /// The media server's own timers.
    Provider(Timer),
}

/// Who waits for an answer.
pub enum Waiter {
    /// A member of the cast.
    Task(Rc<RefCell<Slot>>),
    /// The media server, with a webhook, for the nth time.
    Hook(usize, u32),
}

/// A request under way.
pub struct Flight {
    /// What was asked.
    pub ask: Ask,
    /// Of whom.
    pub seat: Seat,
    /// Who waits.
    pub waiter: Option<Waiter>,
    /// Whether the instance has it.
    pub arrived: bool,
    /// When it was sent.
    pub sent: Us,
}

/// An instance, whatever its state.
pub struct Instance {
    /// Which life it is in.
    pub life: u32,
    /// The running service; none after a crash.
    pub live: Option<Live>,
    /// Until when it stands still.
    pub paused: Us,
    /// Until when the database is out of its reach.
    pub no_db: Us,
    /// Until when the media server is.
    pub no_provider: Us,
    /// Until when its clients are.
    pub no_clients: Us,
    /// How far its clock is off.
    pub skew: Us,
    /// Repairs under way, by number.
    pub busy: Vec<bool>,
    /// Whether the outbox is being looked at, and must be again.
    pub looking: (bool, bool),
    /// Rooms whose people were listed by a poll that has not concluded, and whether a webhook came since.
    pub polls: BTreeMap<String, bool>,
}

/// Everything.
pub struct Core {
    /// The instant.
    pub now: Us,
    heap: BinaryHeap<Reverse<Due>>,
    nth: u64,
    /// Dice.
    pub rng: Rng,
    /// What went on.
    pub trace: Trace,
    /// What was acknowledged, and what is true.
    pub book: Book,
    /// The media server.
    pub provider: Provider,
    /// The instances.
    pub instances: Vec<Instance>,
    /// How bad things are.
    pub weather: Weather,
    /// Requests under way.
    pub flights: BTreeMap<usize, Flight>,
    pub(crate) next_flight: usize,
    /// What runs share.
    pub template: Arc<Template>,
    /// The store that stands for the database.
    pub db: Db,
    pub(crate) steps: Steps,
    /// The member of the cast that is on.
    pub current: TaskId,
    /// Whether faults are over.
    pub mended: bool,
    /// Whether every call is over as well, and only the outbox has work.
    pub settled: bool,
    /// The seed.
    pub seed: u64,
}

struct Due {
    at: Us,
    nth: u64,
    ev: Ev,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.nth) == (other.at, other.nth)
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.nth).cmp(&(other.at, other.nth))
    }
}

impl Instance {
    /// One that was never started.
    pub const fn new() -> Self {
        Self {
            life: 0,
            live: None,
            paused: 0,
            no_db: 0,
            no_provider: 0,
            no_clients: 0,
            skew: 0,
            busy: Vec::new(),
            looking: (false, false),
            polls: BTreeMap::new(),
        }
    }
}

impl Default for Instance {
    fn default() -> Self {
        Self::new()
    }
}

impl Core {
    /// A world in which nothing has happened yet.
    pub fn new(seed: u64, template: Arc<Template>, db: Db, steps: Steps, trace: Trace) -> Self {
        let mut rng = Rng::new(seed);
        let weather = Weather::of(&mut rng);
        Self {
            now: 0,
            heap: BinaryHeap::new(),
            nth: 0,
            rng,
            trace,
            book: Book::default(),
            provider: Provider::default(),
            instances: Vec::new(),
            weather,
            flights: BTreeMap::new(),
            next_flight: 0,
            template,
            db,
            steps,
            current: 0,
            mended: false,
            settled: false,
            seed,
        }
    }

    /// The instant by an instance's clock.
    pub fn clock(&self, skew: Us) -> Timestamp {
        Timestamp::from_micros(BEGIN.micros() + self.now + skew)
    }

    /// Lets something happen so many microseconds from now.
    pub fn after(&mut self, us: Us, ev: Ev) {
        self.nth += 1;
        self.heap.push(Reverse(Due { at: self.now + us.max(0), nth: self.nth, ev }));
    }

    /// The next thing to happen; moves the clock.
    pub fn advance(&mut self) -> Option<Ev> {
        let Reverse(due) = self.heap.pop()?;
        self.now = due.at;
        Some(due.ev)
    }

    /// When the next thing happens.
    pub fn next_at(&self) -> Option<Us> {
        self.heap.peek().map(|d| d.0.at)
    }

    /// Whether every session that was made is over, by its log.
    pub fn all_over(&self) -> bool {
        let over = |id: &str| self.book.commits.iter().any(|c| c.session == id && is_end(&c.ty));
        self.book.sessions.iter().filter(|s| s.made).all(|s| over(&s.id))
    }

    /// Starts an instance, for the first time or after a crash.
    pub fn boot(&mut self, index: usize) -> callboard_kernel::Result<()> {
        let life = self.instances[index].life;
        let seed = self.seed.wrapping_mul(1_000_003) ^ (u64::from(life) << 8) ^ index as u64;
        let now = self.clock(self.instances[index].skew);
        let live = Live::boot(&self.template, &self.db, &self.steps, seed, now)?;
        let repairs = live.repairs.len();
        let i = &mut self.instances[index];
        (i.busy, i.looking) = (vec![false; repairs], (false, false));
        i.polls.clear();
        i.live = Some(live);
        self.trace.line(self.now, None, || format!("instance {index} starts, life {life}"));
        for n in 0..repairs {
            let phase = self.rng.between(1, 80) * MS;
            self.after(phase, Ev::Tick((index, life), n));
        }
        self.after(20 * MS, Ev::Look((index, life)));
        Ok(())
    }

    /// Whether this life of the instance still runs.
    pub fn lives(&self, seat: Seat) -> bool {
        let i = &self.instances[seat.0];
        i.life == seat.1 && i.live.is_some()
    }

    /// How long until an instance that stands still goes on.
    pub(crate) fn held(&self, seat: Seat) -> Option<Us> {
        let until = self.instances[seat.0].paused;
        (until > self.now).then_some(until - self.now)
    }

    /// Carries out one thing that is not the cast's.
    pub fn happen(&mut self, ev: Ev) {
        match ev {
            Ev::Poll(_) => {}
            Ev::Arrive(n) => self.arrive(n),
            Ev::Expire(n) => self.expire(n),
            Ev::Reply(n, status, body) => self.reply(n, status, &body),
            Ev::Db(seat, step) => self.carry_out(seat, step),
            Ev::Tick(seat, n) => self.tick(seat, n),
            Ev::Look(seat) => self.look(seat),
            Ev::Port(seat, call) => self.outside(seat, call),
            Ev::PortBack(seat, reply, said) => self.port_back(seat, reply, said),
            Ev::Hook(n, nth) => self.send_hook(n, nth),
            Ev::Fault(fault) => self.befall(fault),
            Ev::Provider(timer) => self.provider_timer(&timer),
        }
    }

    /// Lets an instance run until it waits for something, and picks up what it wants.
    pub fn drive(&mut self, index: usize) {
        let (now, life) = (self.clock(self.instances[index].skew), self.instances[index].life);
        let Some(live) = &mut self.instances[index].live else { return };
        live.set_clock(now);
        live.turn();
        let (steps, calls, done) = (self.steps.take(), live.ports.take(), live.take_done());
        for step in steps {
            let us = 200 + self.rng.between(0, 3_000);
            self.after(us, Ev::Db((index, life), step));
        }
        for call in calls {
            let us = self.rng.between(1, 15) * MS;
            self.after(us, Ev::Port((index, life), call));
        }
        for done in done {
            self.finished((index, life), done);
        }
    }

    fn finished(&mut self, seat: Seat, done: Done) {
        match done {
            Done::Request(n, status, body) => self.answered(n, status, body),
            Done::Repair(n) => {
                let i = &mut self.instances[seat.0];
                i.busy[n] = false;
                if i.live.as_ref().is_some_and(|l| l.repairs[n].name() == "calls.reconcile") {
                    i.polls.clear();
                }
            }
            Done::Look => {
                let again = self.instances[seat.0].looking.1;
                self.instances[seat.0].looking = (false, false);
                if again {
                    self.after(15 * MS, Ev::Look(seat));
                }
            }
        }
    }

    fn carry_out(&mut self, seat: Seat, step: Step) {
        if !self.lives(seat) {
            // The database may have had it before the crash.
            if self.rng.chance(50) {
                self.book.situations.add("a write that the database had before its instance crashed");
                self.run_step(step);
            }
            return;
        }
        let cut = self.instances[seat.0].no_db - self.now;
        if cut > 0 {
            if self.rng.chance(50) {
                self.trace
                    .line(self.now, None, || format!("instance {}: its request never reaches the database", seat.0));
                drop(step);
            } else {
                self.after(cut, Ev::Db(seat, step));
                return;
            }
        } else {
            self.run_step(step);
        }
        if self.held(seat).is_none() {
            self.drive(seat.0);
        }
    }

    fn run_step(&mut self, step: Step) {
        let writes = step.writes();
        self.steps.run(vec![step]);
        if writes {
            self.observe();
            self.wake_outboxes();
        }
    }

    fn wake_outboxes(&mut self) {
        for index in 0..self.instances.len() {
            let life = self.instances[index].life;
            if self.instances[index].live.as_mut().is_some_and(Live::hinted) {
                self.after(15 * MS, Ev::Look((index, life)));
            }
        }
    }

    fn tick(&mut self, seat: Seat, n: usize) {
        if !self.lives(seat) {
            return;
        }
        if let Some(wait) = self.held(seat) {
            return self.after(wait, Ev::Tick(seat, n));
        }
        let i = &mut self.instances[seat.0];
        let Some(live) = &i.live else { return };
        let every = live.repairs[n].every_ms() as Us * MS;
        let busy = std::mem::replace(&mut i.busy[n], true);
        if !busy {
            live.repair(n);
        }
        // Once all calls are over nothing is due to the second any more.
        let every = if self.settled { every.max(10 * SEC) } else { every };
        self.after(every, Ev::Tick(seat, n));
        if !busy {
            self.drive(seat.0);
        }
    }

    fn look(&mut self, seat: Seat) {
        if !self.lives(seat) {
            return;
        }
        if let Some(wait) = self.held(seat) {
            return self.after(wait, Ev::Look(seat));
        }
        let i = &mut self.instances[seat.0];
        if i.looking.0 {
            i.looking.1 = true;
            return;
        }
        i.looking = (true, false);
        if let Some(live) = &i.live {
            live.look();
        }
        self.drive(seat.0);
    }

    fn outside(&mut self, seat: Seat, call: PortCall) {
        let PortCall { ask, reply } = call;
        let (us, said) = if ask.to_provider() {
            self.ask_provider(seat, &ask)
        } else if let PortAsk::Post { headers, body, .. } = &ask {
            self.ask_endpoint(seat, headers, body)
        } else {
            (0, PortSaid::Nothing)
        };
        self.after(us, Ev::PortBack(seat, reply, said));
    }

    fn port_back(&mut self, seat: Seat, reply: oneshot::Sender<PortSaid>, said: PortSaid) {
        if !self.lives(seat) {
            return;
        }
        if let Some(wait) = self.held(seat) {
            return self.after(wait, Ev::PortBack(seat, reply, said));
        }
        // Whoever asked may have stopped waiting.
        drop(reply.send(said));
        self.drive(seat.0);
        // What lands makes room for what waits.
        self.after(15 * MS, Ev::Look(seat));
    }
}
