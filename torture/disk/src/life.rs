//! One life of a process: the store is opened, asked, perhaps struck, and ends; every answer is judged.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use callboard_eventlog::StoredEvent;
use callboard_kernel::{Error, codes};
use callboard_store::testing::WalPages;
use parking_lot::Mutex;

use crate::fault::{Armed, Crash, Kind, Role, Strike};
use crate::model::{Answer, Job, Model, Observed};
use crate::report::Report;
use crate::store::{Open, whole};
use crate::vfs;
use crate::work::{Do, Work};

/// Something that must not be: what, and more.
pub type Wrong = (String, String);
type Judged<T> = Result<T, Wrong>;

/// What a seed carries from life to life.
pub struct Holding {
    /// What is certainly there.
    pub model: Model,
    /// What is there instead, if the last commit made it.
    pub maybe: Option<Model>,
    /// What is asked.
    pub work: Work,
    /// What was found.
    pub report: Report,
}

/// How a life goes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Struck while it opens and recovers.
    pub at_open: (Option<Crash>, Option<Armed>),
    /// Struck while it works.
    pub at_work: (Option<Crash>, Option<Armed>),
    /// Things to do.
    pub steps: usize,
    /// Whether everything whose outcome was unknown is sent again.
    pub repeats: bool,
    /// Whether it ends by closing the store.
    pub closes: bool,
    /// When the WAL goes back.
    pub wal_pages: WalPages,
}

/// An open store and where things stand.
pub struct Life<'a> {
    dir: &'a Path,
    plan: Plan,
    open: Option<Open>,
    held: &'a mut Holding,
}

fn wrong<T>(what: impl Into<String>, detail: impl Into<String>) -> Judged<T> {
    Err((what.into(), detail.into()))
}

fn disk<T>(look: impl FnOnce(&mut crate::disk::Disk) -> T) -> Judged<T> {
    vfs::disk().map(|mut disk| look(&mut disk)).map_err(|e| ("no disk".to_owned(), e))
}

impl<'a> Life<'a> {
    /// Lives by a plan; the disk is powered and nothing is open. Ends with nothing open.
    pub fn live(dir: &'a Path, plan: Plan, held: &'a mut Holding) -> Judged<()> {
        let mut life = Self { dir, plan, open: None, held };
        let done = life.run();
        drop(life);
        done?;
        match disk(|d| d.handles())? {
            0 => Ok(()),
            n => wrong("files stay open after the store went", format!("{n} files")),
        }
    }

    fn run(&mut self) -> Judged<()> {
        if !self.start(self.plan.at_open)? || !self.settle()? {
            return Ok(());
        }
        let (crash, armed) = self.plan.at_work;
        disk(|d| d.arm(crash, armed))?;
        for _ in 0..self.plan.steps {
            if disk(|d| d.is_dead())? || self.open.is_none() {
                return Ok(());
            }
            let next = self.held.work.next(&self.held.model);
            self.one(next)?;
        }
        if self.plan.repeats {
            self.repeat()?;
        }
        if self.plan.closes && self.open.is_some() {
            self.close()?;
        }
        Ok(())
    }

    /// Opens; false when a fault kept it from that.
    fn start(&mut self, (crash, armed): (Option<Crash>, Option<Armed>)) -> Judged<bool> {
        disk(|d| d.arm(crash, armed))?;
        match Open::on(self.dir, self.plan.wal_pages) {
            Ok(open) => {
                self.open = Some(open);
                self.held.report.saw("starts", 1);
                Ok(true)
            }
            Err(_) if disk(|d| d.is_dead() || !d.strikes.is_empty())? => Ok(false),
            Err(e) => wrong("the store does not open although nothing is wrong with the disk", told(&e)),
        }
    }

    /// Sends again what was unknown: it is there once afterwards, whichever way it had gone.
    fn repeat(&mut self) -> Judged<()> {
        for job in self.held.work.repeats() {
            self.group(&[job])?;
        }
        let Some(seen) = self.read(7)? else { return Ok(()) };
        self.right(&seen, "after repeats")
    }

    fn open(&self) -> Judged<&Open> {
        self.open.as_ref().ok_or_else(|| ("the rig's own mistake".to_owned(), "no store is open".to_owned()))
    }

    /// After a start: exactly what was acknowledged is there, and an unknown outcome is whole or not at all.
    /// False when a fault kept it from looking.
    fn settle(&mut self) -> Judged<bool> {
        let Some(seen) = self.read(1000)? else { return Ok(false) };
        let Some(first) = self.held.model.difference(&seen) else {
            if self.held.maybe.take().is_some() {
                self.held.report.saw("unknown, not there", 1);
            }
            return Ok(true);
        };
        match self.held.maybe.take() {
            None => wrong("the store does not hold what was acknowledged", first),
            Some(maybe) => match maybe.difference(&seen) {
                None => {
                    self.held.model = maybe;
                    self.held.report.saw("unknown, there", 1);
                    Ok(true)
                }
                Some(second) => wrong(
                    "after an unknown outcome the store holds neither all of it nor nothing",
                    format!("without it: {first}; with it: {second}"),
                ),
            },
        }
    }

    /// Reads everything; `None` when a fault kept it from that.
    fn read(&mut self, page: i64) -> Judged<Option<Observed>> {
        let names: Vec<String> = (0..8).map(|n| format!("s{n}")).collect();
        let open = self.open()?;
        let read = open.db.read_blocking(open.everything(&names, page));
        self.held.report.saw("reads", 1);
        self.may_fail(read)
    }

    /// A read may fail once something struck.
    fn may_fail<T>(&self, read: Result<T, Error>) -> Judged<Option<T>> {
        match read {
            Ok(seen) => Ok(Some(seen)),
            Err(_) if disk(|d| d.is_dead() || !d.strikes.is_empty())? => Ok(None),
            Err(e) => wrong("a read failed although nothing is wrong with the disk", told(&e)),
        }
    }

    /// What was read is one of the contents that may be there.
    fn right(&self, seen: &Observed, when: &str) -> Judged<()> {
        let Some(first) = self.held.model.difference(seen) else { return Ok(()) };
        match &self.held.maybe {
            Some(maybe) if maybe.difference(seen).is_none() => Ok(()),
            _ => wrong(format!("a read {when} gave something else than what is stored"), first),
        }
    }

    fn one(&mut self, next: Do) -> Judged<()> {
        match next {
            Do::Group(jobs) => self.group(&jobs),
            Do::Snapshot(job) => self.snapshot(job),
            Do::Read(page) => match self.read(page)? {
                Some(seen) => self.right(&seen, "at work"),
                None => Ok(()),
            },
            Do::LookUp(name, id) => self.look_up(&name, &id),
            Do::Idle => {
                let before = disk(|d| d.strikes.len())?;
                self.open()?.steps.idle();
                self.after_writer(before)
            }
            Do::Reopen => {
                self.close()?;
                self.open = None;
                // After a fault another process begins: another life.
                if disk(|d| !d.strikes.is_empty())? || !self.start(disk(|d| d.plans())?)? {
                    return Ok(());
                }
                if !self.settle()? {
                    self.open = None;
                }
                Ok(())
            }
        }
    }

    fn group(&mut self, jobs: &[Job]) -> Judged<()> {
        let before = disk(|d| d.strikes.len())?;
        let ill = !self.open()?.db.health().ok;
        let answers = self.open()?.group(jobs);
        self.judge(jobs, &answers, ill, before)?;
        self.after_writer(before)
    }

    /// Holds the answers of a group against the model.
    fn judge(
        &mut self,
        jobs: &[Job],
        answers: &[Option<Result<Answer, Error>>],
        ill: bool,
        before: usize,
    ) -> Judged<()> {
        let mut after = self.held.model.clone();
        let expected: Vec<Answer> = jobs.iter().map(|job| after.apply(job)).collect();
        let given: Vec<Answer> = answers.iter().map(given).collect();
        disk(|d| given.iter().for_each(|g| d.trace.bytes(format!("{g:?}").as_bytes())))?;
        let dead = disk(|d| d.is_dead())?;
        if ill {
            let refused = given.iter().all(|g| *g == Answer::Refused("STORE_UNAVAILABLE".to_owned()));
            return if refused { Ok(()) } else { wrong("a store that failed answered a write", format!("{given:?}")) };
        }
        if given == expected {
            let stored = after.events() - self.held.model.events();
            self.held.report.saw("acknowledged events", stored as u64);
            self.held.report.saw("acknowledged requests", given.iter().filter(|g| !is_refusal(g)).count() as u64);
            self.held.model = after;
            return Ok(());
        }
        if given.iter().any(|g| !is_refusal(g)) {
            return wrong("answers are not those of the contract", format!("{given:?} instead of {expected:?}"));
        }
        self.held.work.lost(jobs);
        let unknown = given.iter().all(|g| *g == Answer::Refused("OUTCOME_UNKNOWN".to_owned()));
        if unknown || dead {
            self.held.report.unknown += 1;
            self.held.maybe = Some(after);
            return Ok(());
        }
        let struck: Vec<Strike> = disk(|d| d.strikes[before..].to_vec())?;
        if struck.is_empty() {
            return wrong("a write failed although nothing is wrong with the disk", format!("{given:?}"));
        }
        if struck.iter().any(|s| s.kind.writes() && s.role == Role::Wal) {
            return wrong("a commit failed and was not answered as unknown", format!("{given:?} after {struck:?}"));
        }
        self.held.report.saw("answered as not stored", given.len() as u64);
        Ok(())
    }

    /// What the writer owes after a fault: it stops, says why, and touches nothing any more.
    fn after_writer(&self, before: usize) -> Judged<()> {
        let (dead, struck, tried) = disk(|d| (d.is_dead(), d.strikes[before..].to_vec(), d.tried_after))?;
        if dead {
            return Ok(());
        }
        let open = self.open()?;
        let health = open.db.health();
        if struck.is_empty() {
            let any = disk(|d| d.strikes.is_empty())?;
            return if any && !health.ok {
                wrong("the store calls itself ill although nothing is wrong", format!("{:?}", health.reason))
            } else {
                Ok(())
            };
        }
        if health.ok || health.reason.as_deref().unwrap_or_default().is_empty() {
            return wrong("the store goes on after its disk failed", format!("{struck:?}, {health:?}"));
        }
        if open.fatal.load(Ordering::Acquire) == 0 {
            return wrong("the store stopped and did not call for the end of the process", format!("{struck:?}"));
        }
        if tried > 0 {
            return wrong("the disk was written again after it had failed", format!("{tried} times after {struck:?}"));
        }
        Ok(())
    }

    /// A read that lasts sees one moment, whatever is written and checkpointed meanwhile.
    fn snapshot(&mut self, job: Job) -> Judged<()> {
        let names = self.held.model.names();
        let before = disk(|d| d.strikes.len())?;
        let open = self.open()?;
        let ill = !open.db.health().ok;
        let (look, body) = (open.everything(&names, 50), open.closure(&job));
        let (db, steps) = (open.db.clone(), open.steps.clone());
        let answer = Arc::new(Mutex::new(None));
        let kept = answer.clone();
        let read = open.db.read_blocking(move |tx| {
            let first = look(tx)?;
            *kept.lock() = Some(db.write_blocking(body));
            steps.idle();
            Ok((first, look(tx)?))
        });
        let answer = answer.lock().take();
        let model = self.held.model.clone();
        if answer.is_some() {
            self.judge(std::slice::from_ref(&job), &[answer], ill, before)?;
            self.after_writer(before)?;
        }
        let Some((first, second)) = self.may_fail(read)? else { return Ok(()) };
        self.held.report.saw("snapshots", 1);
        if let Some(what) = model.difference(&first) {
            return wrong("a read at work gave something else than what is stored", what);
        }
        if first != second {
            return wrong("a read saw a change in the middle", model.difference(&second).unwrap_or_default());
        }
        Ok(())
    }

    fn look_up(&mut self, name: &str, id: &str) -> Judged<()> {
        let open = self.open()?;
        let (find, log, wanted) = (open.key(name), open.log.clone(), id.to_owned());
        let read = open.db.read_blocking(move |tx| match find(tx)? {
            Some(key) => log.event(tx, &key, &wanted),
            None => Ok(None),
        });
        let Some(found) = self.may_fail(read)? else { return Ok(()) };
        let Some(event) = found else { return wrong("an event is not found by its id", format!("{name}/{id}")) };
        match self.held.model.wrong_page(name, event.sequence - 1, &[event]) {
            None => Ok(()),
            Some(what) => wrong("an event found by its id is another", what),
        }
    }

    fn close(&mut self) -> Judged<()> {
        let before = disk(|d| d.strikes.len())?;
        let open = self.open()?;
        open.steps.idle();
        self.after_writer(before)?;
        self.open()?.db.close_blocking();
        Ok(())
    }

    /// Everything that is read from a damaged disk is right or refused. Returns what was served that nothing protects.
    pub fn look_at_damage(dir: &Path, plan: Plan, at_read: Option<Armed>, held: &mut Holding) -> Judged<()> {
        let mut life = Life { dir, plan, open: None, held };
        if !life.start((None, None))? {
            life.held.report.saw("damage: refused at start", 1);
            return Ok(());
        }
        disk(|d| d.arm(None, at_read))?;
        for name in life.held.model.names() {
            life.damaged_session(&name)?;
        }
        life.damaged_tail()
    }

    fn damaged_session(&mut self, name: &str) -> Judged<()> {
        let open = self.open()?;
        let (find, log) = (open.key(name), open.log.clone());
        let read = open.db.read_blocking(move |tx| match find(tx)? {
            Some(key) => whole(tx, &log, &key, 3).map(Some),
            None => Ok(None),
        });
        match read {
            Err(_) => self.held.report.saw("damage: reads refused", 1),
            Ok(None) => self.held.report.saw("damage: session not found (no check)", 1),
            // A bit of the session's key was turned: another session's log was shown, which is counted.
            Ok(Some(events)) if self.served(name, &events)? => {}
            Ok(Some(events)) => {
                let in_order = (1..).zip(&events).all(|(want, event)| event.sequence == want);
                if !in_order {
                    return wrong("a damaged disk hides events", format!("{name} is not in order"));
                }
                if events.len() != self.held.model.log(name).len() {
                    let (have, want) = (events.len(), self.held.model.log(name).len());
                    return wrong("a damaged disk hides events", format!("{name} has {have}, should have {want}"));
                }
                self.held.report.saw("damage: reads right", 1);
            }
        }
        for fact in self.held.model.log(name).to_vec() {
            let open = self.open()?;
            let (find, log, id) = (open.key(name), open.log.clone(), fact.id.clone());
            let read = open.db.read_blocking(move |tx| match find(tx)? {
                Some(key) => log.event(tx, &key, &id),
                None => Ok(None),
            });
            match read {
                Err(_) => self.held.report.saw("damage: reads refused", 1),
                Ok(None) => self.held.report.saw("damage: event not found by id (no check)", 1),
                Ok(Some(event)) => drop(self.served(name, &[event])?),
            }
        }
        Ok(())
    }

    /// Events that a damaged disk gave are right; of an instant, an actor and, outside a page, a sequence nothing tells.
    /// Whether some of them belong to another session, which nothing tells either.
    fn served(&mut self, name: &str, events: &[StoredEvent]) -> Judged<bool> {
        let (mut unchecked, mut misplaced) = (0, false);
        for event in events {
            let mut event = event.clone();
            let log = self.held.model.log(name);
            let Some(at) = log.iter().position(|fact| fact.id == event.event_id) else {
                if self.held.model.names().iter().any(|other| sent(&self.held.model, other, &event)) {
                    self.held.report.saw("damage: event shown in another session (no check)", 1);
                    misplaced = true;
                    continue;
                }
                return wrong("a damaged disk was served", format!("{name}: {} was never sent", event.event_id));
            };
            let sequence = i64::try_from(at).unwrap_or(0) + 1;
            let same = event.ts == log[at].ts && event.actor == log[at].actor && event.sequence == sequence;
            unchecked += u64::from(!same);
            (event.ts, event.actor, event.sequence) = (log[at].ts, log[at].actor.clone(), sequence);
            if let Some(what) = self.held.model.wrong_page(name, sequence - 1, &[event]) {
                return wrong("a damaged disk was served", what);
            }
        }
        self.held.report.saw("damage: instant, actor or lone sequence wrong (no check)", unchecked);
        Ok(misplaced)
    }

    fn damaged_tail(&mut self) -> Judged<()> {
        let open = self.open()?;
        let Ok(events) = open.db.read_blocking(open.tail()) else {
            self.held.report.saw("damage: reads refused", 1);
            return Ok(());
        };
        for event in &events {
            let name = event.session.as_str().to_owned();
            self.served(&name, std::slice::from_ref(event))?;
        }
        if events.len() < self.held.model.events() {
            self.held.report.saw("damage: tail is short (no check)", 1);
        }
        Ok(())
    }
}

fn sent(model: &Model, name: &str, event: &StoredEvent) -> bool {
    model.log(name).iter().any(|fact| fact.id == event.event_id && fact.payload == event.payload)
}

fn given(answer: &Option<Result<Answer, Error>>) -> Answer {
    match answer {
        None => Answer::Refused("no answer".to_owned()),
        Some(Ok(answer)) => answer.clone(),
        Some(Err(e)) if e.is(&codes::INTERNAL) => Answer::Refused("INTERNAL".to_owned()),
        Some(Err(e)) => Answer::Refused(e.code().name.to_owned()),
    }
}

const fn is_refusal(answer: &Answer) -> bool {
    matches!(answer, Answer::Refused(_))
}

fn told(e: &Error) -> String {
    format!("{e}: {}", e.internal_note().unwrap_or_default())
}

/// Kinds that a worker can be struck by.
pub const ILLNESSES: [Kind; 6] =
    [Kind::ReadEio, Kind::WriteEio, Kind::PartialWrite, Kind::DiskFull, Kind::SyncEio, Kind::TruncateEio];
