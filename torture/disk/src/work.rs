//! What is asked of the store in one seed: chosen by the seed and by what the model holds.

use std::sync::Arc;

use callboard_contracts::{Actor, EventType, Role};
use callboard_kernel::Timestamp;

use crate::model::{Fact, Job, Model};
use crate::rng::Rng;
use crate::store::MEDDLING;

/// Most sessions of a seed.
const SESSIONS: usize = 4;
const TYPES: [EventType; 4] = [
    EventType::TranscriptFinal,
    EventType::CallParticipantJoined,
    EventType::CallParticipantLeft,
    EventType::CallError,
];

/// One thing to do in a life.
#[derive(Clone, Debug)]
pub enum Do {
    /// Writes that share a commit.
    Group(Vec<Job>),
    /// Everything is read, in pages of this size.
    Read(i64),
    /// One event is looked up by its id.
    LookUp(String, String),
    /// A read that lasts while this is written and the WAL is emptied.
    Snapshot(Job),
    /// A quiet second.
    Idle,
    /// The store is closed and opened.
    Reopen,
}

/// Makes work.
pub struct Work {
    rng: Rng,
    made: usize,
    /// Facts whose outcome was unknown, or that were not stored: their producer sends them again.
    pub again: Vec<(String, Arc<Fact>)>,
}

impl Work {
    /// The work of a seed.
    pub const fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed, 2), made: 0, again: Vec::new() }
    }

    /// The next thing to do.
    pub fn next(&mut self, model: &Model) -> Do {
        match self.rng.below(100) {
            0..70 => self.group(model),
            70..78 => Do::Read(*self.rng.pick(&[1, 3, 50, 1000])),
            78..83 => self.look_up(model),
            83..88 => self.job(model).map_or(Do::Idle, Do::Snapshot),
            88..96 => Do::Idle,
            _ => Do::Reopen,
        }
    }

    fn group(&mut self, model: &Model) -> Do {
        let n = if self.rng.chance(3, 5) { 1 } else { self.rng.between(2, 4) };
        let jobs: Vec<Job> = (0..n).filter_map(|_| self.job(model)).collect();
        if jobs.is_empty() { Do::Group(vec![self.create()]) } else { Do::Group(jobs) }
    }

    fn create(&mut self) -> Job {
        Job::Create(format!("s{}", self.rng.below(SESSIONS)))
    }

    fn look_up(&mut self, model: &Model) -> Do {
        let names = model.names();
        let known = names.get(self.rng.below(names.len().max(1))).and_then(|name| {
            let log = model.log(name);
            log.get(self.rng.below(log.len().max(1))).map(|fact| Do::LookUp(name.clone(), fact.id.clone()))
        });
        known.unwrap_or(Do::Idle)
    }

    fn job(&mut self, model: &Model) -> Option<Job> {
        let names = model.names();
        if names.is_empty() || (names.len() < SESSIONS && self.rng.chance(1, 8)) {
            return Some(self.create());
        }
        let name = self.rng.pick(&names).clone();
        match self.rng.below(100) {
            0..84 => Some(self.append(model, name)),
            84..97 => {
                let head = model.log(&name).len();
                let to = i64::try_from(self.rng.between(0, head + 1)).unwrap_or(0);
                let consumer = format!("c{}", self.rng.below(3));
                let owner = if self.rng.chance(1, 12) { "another" } else { "owner" };
                Some(Job::Ack(name, consumer, owner.to_owned(), to))
            }
            _ => {
                let fact = Fact { id: format!("{MEDDLING}{}", self.made), ..self.fresh() };
                Some(Job::Meddle(name, Arc::new(fact)))
            }
        }
    }

    fn append(&mut self, model: &Model, name: String) -> Job {
        let mut facts = Vec::new();
        for _ in 0..if self.rng.chance(1, 2) { 1 } else { self.rng.between(2, 6) } {
            let log = model.log(&name);
            let known = log.get(self.rng.below(log.len().max(1))).cloned();
            match (self.rng.below(20), known) {
                (0..3, Some(known)) => facts.push(known),
                (3, Some(known)) => {
                    let other = format!(r#"{{"n":{},"text":"something else"}}"#, self.made);
                    facts.push(Arc::new(Fact { payload: other, ..(*known).clone() }));
                }
                (4..8, _) if self.again.iter().any(|(of, _)| *of == name) => {
                    let at = self.again.iter().position(|(of, _)| *of == name).unwrap_or(0);
                    facts.push(self.again[at].1.clone());
                }
                _ => facts.push(Arc::new(self.fresh())),
            }
        }
        Job::Append(name, facts)
    }

    fn fresh(&mut self) -> Fact {
        self.made += 1;
        let n = self.made;
        let length = match self.rng.below(20) {
            0 => self.rng.between(3_000, 20_000),
            1..5 => self.rng.between(400, 1_600),
            _ => self.rng.between(0, 200),
        };
        let mut text = String::with_capacity(length + 16);
        while text.len() < length {
            text.push_str(&format!("{:x} ", self.rng.word()));
        }
        let micros = 1_800_000_000_000_000 + i64::try_from(self.rng.below(1 << 30)).unwrap_or(0);
        let ts = Timestamp::from_micros(micros);
        Fact {
            id: format!("evt-{n}-{:x}", self.rng.word()),
            ts: Timestamp::from_millis(ts.millis()),
            ty: *self.rng.pick(&TYPES),
            actor: Actor { role: Role::Agent, id: format!("a{}", self.rng.below(5)) },
            payload: format!(r#"{{"n":{n},"text":"{text}"}}"#),
        }
    }

    /// Another try for everything whose outcome was unknown, one request each.
    pub fn repeats(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.again).into_iter().map(|(name, fact)| Job::Append(name, vec![fact])).collect()
    }

    /// Remembers what a client would have to send again.
    pub fn lost(&mut self, jobs: &[Job]) {
        for job in jobs {
            if let Job::Append(name, facts) = job {
                self.again.extend(facts.iter().map(|f| (name.clone(), f.clone())));
            }
        }
        self.again.truncate(40);
    }
}
