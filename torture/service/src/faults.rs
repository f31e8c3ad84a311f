//! What goes wrong, and when: chosen per run.

use crate::core::{Core, Ev, Instance, MS, SEC, Us};
use crate::rng::Rng;

/// How bad the network and the webhooks are in this run, in percent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weather {
    /// Requests and answers that are lost.
    pub lost: i64,
    /// Messages that take up to 4 s.
    pub slow: i64,
    /// Webhooks that nobody hears of.
    pub hook_lost: i64,
    /// Webhooks that come up to 40 s late.
    pub hook_late: i64,
    /// Webhooks that come again.
    pub hook_again: i64,
    /// Deliveries that the tenant's endpoint fails.
    pub endpoint: i64,
}

impl Weather {
    /// A run's weather: each kind is there or not.
    pub fn of(rng: &mut Rng) -> Self {
        let mut some = |high| if rng.chance(60) { rng.between(2, high) } else { 0 };
        Self {
            lost: some(12),
            slow: some(10),
            hook_lost: some(25),
            hook_late: some(40),
            hook_again: some(50),
            endpoint: some(40),
        }
    }
}

/// Something that goes wrong, or is over.
#[derive(Clone, Debug)]
pub enum Fault {
    /// An instance ends at once.
    Crash(usize),
    /// It starts again.
    Restart(usize),
    /// It stands still, for so long.
    Pause(usize, Us),
    /// It goes on.
    Resume(usize),
    /// The database is out of its reach.
    NoDatabase(usize, Us),
    /// The media server is.
    NoProvider(usize, Us),
    /// Its clients are.
    NoClients(usize, Us),
    /// Its clock jumps; and back.
    Jump(usize, Us),
    /// The media server crashes, and is away so long.
    ProviderCrash(Us),
    /// A forged webhook.
    Forge,
    /// Something is over; whether all is well is judged anew.
    Over,
}

/// Leases of the outbox, which a long pause outlives three times.
const LEASE: Us = 30 * SEC;

impl Core {
    /// Chooses the faults of the run, in its first `span` microseconds.
    pub fn plan_faults(&mut self, span: Us) {
        let n = self.rng.between(0, 5);
        for _ in 0..n {
            let index = self.rng.below(self.instances.len());
            let at = self.rng.between(SEC, span);
            let long = self.rng.between(SEC, 12 * SEC);
            let fault = match self.rng.between(0, 99) {
                0..=29 => Fault::Crash(index),
                30..=47 => Fault::Pause(index, if self.rng.chance(25) { 3 * LEASE + 5 * SEC } else { long }),
                48..=57 => Fault::NoDatabase(index, long),
                58..=65 => Fault::NoProvider(index, long),
                66..=73 => Fault::NoClients(index, long),
                74..=83 => Fault::Jump(index, *self.rng.pick(&[-40, -7, -2, 2, 9, 40]) * SEC),
                84..=93 => Fault::ProviderCrash(self.rng.between(2, 9) * SEC),
                _ => Fault::Forge,
            };
            self.after(at, Ev::Fault(fault));
        }
    }

    pub(crate) fn befall(&mut self, fault: Fault) {
        self.trace.line(self.now, None, || format!("fault: {fault:?}"));
        match &fault {
            Fault::Crash(index) => self.book.trouble(*index, self.now, SEC),
            Fault::Pause(index, us) | Fault::NoDatabase(index, us) => self.book.trouble(*index, self.now, *us),
            _ => {}
        }
        match fault {
            Fault::Crash(index) => self.crash(index),
            Fault::Restart(index) => {
                if let Err(error) = self.boot(index) {
                    self.book.violation(None, format!("instance {index} does not start again: {error}"));
                }
            }
            Fault::Pause(index, us) => {
                self.book.faults.add(if us > 3 * LEASE { "pause of three leases" } else { "pause" });
                // What it put off until a longer pause is over stays put off.
                let i = &mut self.instances[index];
                i.paused = i.paused.max(self.now + us);
                self.after(us, Ev::Fault(Fault::Resume(index)));
            }
            Fault::Resume(index) if self.instances[index].paused > self.now => {}
            Fault::Resume(index) => self.drive(index),
            Fault::NoDatabase(index, us) => {
                self.book.faults.add("database cut off");
                self.instances[index].no_db = self.now + us;
                self.after(us, Ev::Fault(Fault::Over));
            }
            Fault::NoProvider(index, us) => {
                self.instances[index].no_provider = self.now + us;
                self.after(us, Ev::Fault(Fault::Over));
            }
            Fault::NoClients(index, us) => self.instances[index].no_clients = self.now + us,
            Fault::Jump(index, us) => {
                if self.instances[index].skew == 0 {
                    self.book.faults.add("clock jump");
                    self.book.jumped = true;
                    self.instances[index].skew = us;
                    let back = self.rng.between(5, 20) * SEC;
                    self.after(back, Ev::Fault(Fault::Jump(index, 0)));
                } else if us == 0 {
                    self.instances[index].skew = 0;
                }
            }
            Fault::ProviderCrash(down) => {
                self.book.faults.add("media server crash");
                self.crash_provider(down);
                self.after(down, Ev::Fault(Fault::Over));
            }
            Fault::Forge => {
                let rooms: Vec<String> = self.provider.rooms.keys().cloned().collect();
                if !rooms.is_empty() {
                    let room = self.rng.pick(&rooms).clone();
                    self.forge(&room);
                }
            }
            Fault::Over => {}
        }
        self.judge_health();
    }

    fn crash(&mut self, index: usize) {
        if self.instances[index].live.is_none() {
            return;
        }
        self.book.faults.add("crash");
        let life = self.instances[index].life;
        let here: Vec<usize> =
            self.flights.iter().filter(|(_, f)| f.seat == (index, life) && f.arrived).map(|(n, _)| *n).collect();
        for (a, n) in here.iter().enumerate() {
            let (x, rest) = (&self.flights[n].ask, &here[a + 1..]);
            if rest.iter().any(|m| self.flights[m].ask.session == x.session) {
                self.book.situations.add("crash between two requests of one session");
            }
        }
        // Whatever it holds in memory goes with it.
        self.instances[index].live = None;
        self.instances[index].life += 1;
        self.instances[index].paused = 0;
        for n in here {
            self.gone(n);
        }
        let us = self.rng.between(300, 6_000) * MS;
        self.after(us, Ev::Fault(Fault::Restart(index)));
    }

    /// Whether some instance can do its work; the checker measures deadlines only then.
    pub(crate) fn judge_health(&mut self) {
        let now = self.now;
        let works =
            |i: &Instance| i.live.is_some() && i.paused <= now && i.no_db <= now && i.no_provider <= now && i.skew == 0;
        let fine = self.provider.down <= now && self.instances.iter().any(works);
        self.book.health(fine, now);
    }

    /// Ends all that is wrong.
    pub fn heal(&mut self) {
        self.weather = Weather::default();
        self.mended = true;
        self.settled = self.all_over();
        for index in 0..self.instances.len() {
            let i = &mut self.instances[index];
            (i.no_db, i.no_provider, i.no_clients, i.skew) = (0, 0, 0, 0);
        }
        self.provider.down = 0;
        self.trace.line(self.now, None, || "everything is mended".to_owned());
        self.judge_health();
    }
}
