//! One seed, from an empty or a prepared disk to the last look.

use std::path::Path;

use callboard_store::testing::WalPages;

use crate::disk::{Disk, Image, Stop};
use crate::fault::{Armed, Crash, Kind, Role};
use crate::life::{Holding, ILLNESSES, Life, Plan, Wrong};
use crate::model::Model;
use crate::report::{Report, Violation};
use crate::rng::Rng;
use crate::vfs;
use crate::work::Work;

/// What one seed did.
pub struct Ran {
    /// What it found.
    pub report: Report,
    /// Hash of every operation of the disk, its outcome, and every answer.
    pub trace: u64,
}

/// Runs seeds, one after the other, in this process.
pub struct Rig {
    /// The lock file lies in a real folder, for locks are the operating system's.
    dir: tempfile::TempDir,
    prepared: Image,
}

const CALM: (Option<Crash>, Option<Armed>) = (None, None);

impl Rig {
    /// Prepares a disk with an empty schema.
    ///
    /// # Errors
    /// No folder for the lock, or SQLite refused the disk.
    pub fn new() -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let dir = made.map_err(|e| format!("no folder for the lock: {e}"))?;
        let mut rig = Self { dir, prepared: Image::default() };
        *vfs::disk()? = Disk::new(0, &Image::default());
        let mut held = holding(0);
        Life::live(rig.dir.path(), plan(&mut Rng::new(0, 3), CALM, CALM, 0), &mut held)
            .map_err(|(what, more)| format!("{what}: {more}"))?;
        rig.prepared = vfs::disk()?.image();
        Ok(rig)
    }

    /// Runs one seed.
    ///
    /// # Errors
    /// There is no disk.
    pub fn run(&self, seed: u64) -> Result<Ran, String> {
        let mut rng = Rng::new(seed, 4);
        let empty = rng.chance(1, 24);
        vfs::reseed(seed);
        *vfs::disk()? = Disk::new(seed, if empty { &EMPTY } else { &self.prepared });
        let mut held = holding(seed);
        let done = history(self.dir.path(), &mut rng, &mut held);
        let disk = vfs::disk()?;
        let mut report = held.report;
        if let Err((what, detail)) = done {
            report.violate(Violation { what, seed, detail });
        }
        report.seeds = 1;
        report.saw("disk operations", disk.ops);
        let [kept, lost, torn, rubbish] = disk.sectors;
        report.saw("unsynced sectors that a power cut kept", kept);
        report.fault("unsynced sector lost", lost);
        report.fault("sector torn", torn);
        report.fault("sector rubbish", rubbish);
        report.fault("change dropped by a failed fsync", disk.dropped);
        report.trace = disk.trace.0;
        Ok(Ran { trace: report.trace, report })
    }
}

static EMPTY: std::sync::LazyLock<Image> = std::sync::LazyLock::new(Image::default);

fn holding(seed: u64) -> Holding {
    Holding { model: Model::default(), maybe: None, work: Work::new(seed), report: Report::default() }
}

type Faults = (Option<Crash>, Option<Armed>);

fn plan(rng: &mut Rng, at_open: Faults, at_work: Faults, steps: usize) -> Plan {
    let passive_every = i64::try_from(rng.between(4, 60)).unwrap_or(60);
    let restart_from = i64::try_from(rng.between(20, 120)).unwrap_or(120);
    let wal_pages = WalPages { passive_every, restart_from, restart_every: passive_every * 2 };
    Plan { at_open, at_work, steps, repeats: false, closes: rng.chance(1, 2), wal_pages }
}

fn history(dir: &Path, rng: &mut Rng, held: &mut Holding) -> Result<(), Wrong> {
    for _ in 0..*rng.pick(&[1, 1, 1, 2, 2, 3]) {
        let (at_open, at_work) = faults(rng);
        let steps = rng.between(2, 16);
        let plan = plan(rng, at_open, at_work, steps);
        Life::live(dir, plan, held)?;
        stop(rng, held)?;
    }
    // A calm life: what was unknown is sent again, and then it is there exactly once.
    let steps = rng.between(1, 6);
    let calm = plan(rng, CALM, CALM, steps);
    held.report.saw("repeats after the last cut", held.work.again.len() as u64);
    Life::live(dir, Plan { repeats: true, ..calm }, held)?;
    stop(rng, held)?;
    let look = plan(rng, CALM, CALM, 0);
    if rng.chance(1, 2) {
        Life::live(dir, look, held)?;
        stop(rng, held)?;
    }
    if rng.chance(1, 4) { damage(dir, rng, look, held) } else { Ok(()) }
}

/// Ends a life by what is left of it, and counts what struck.
fn stop(rng: &mut Rng, held: &mut Holding) -> Result<(), Wrong> {
    let stop = if rng.chance(2, 3) { Stop::Power } else { Stop::Kill };
    let mut disk = vfs::disk().map_err(|e| ("no disk".to_owned(), e))?;
    let died = disk.is_dead();
    for strike in std::mem::take(&mut disk.strikes) {
        if strike.kind != Kind::Crash {
            held.report.fault(strike.kind.name(), 1);
        }
    }
    let name = match stop {
        Stop::Power => "power cut",
        Stop::Kill => "kill",
    };
    held.report.fault(if died { name } else { "stop between two operations" }, 1);
    disk.restart(stop);
    Ok(())
}

fn faults(rng: &mut Rng) -> (Faults, Faults) {
    let crash = |rng: &mut Rng, most: usize| {
        let any = rng.chance(1, 4);
        let after = rng.between(1, if any { most * 3 } else { most });
        Some(Crash { after: u32::try_from(after).unwrap_or(1), any })
    };
    match rng.below(10) {
        0 => (CALM, CALM),
        1..5 => (CALM, (crash(rng, 150), None)),
        5 => ((crash(rng, 12), None), CALM),
        6 => ((None, Some(illness(rng, 8))), CALM),
        _ => (CALM, (None, Some(illness(rng, 60)))),
    }
}

fn illness(rng: &mut Rng, most: usize) -> Armed {
    let kind = *rng.pick(&ILLNESSES);
    let rare = matches!(kind, Kind::SyncEio | Kind::TruncateEio);
    let after = rng.below(if rare { most.div_ceil(3) } else { most });
    let role = *rng.pick(&[None, Some(Role::Wal), Some(Role::Database)]);
    Armed { kind, role, after: u32::try_from(after).unwrap_or(0), sticky: rng.chance(1, 3) }
}

/// The last chapter of some seeds: bits turn, or reads lie, and whatever is served is still right.
fn damage(dir: &Path, rng: &mut Rng, plan: Plan, held: &mut Holding) -> Result<(), Wrong> {
    let kind = *rng.pick(&[Kind::Rot, Kind::Rot, Kind::ReadFlip, Kind::ShortRead]);
    let mut armed = None;
    if kind == Kind::Rot {
        let bits = rng.between(1, 6);
        vfs::disk().map_err(|e| ("no disk".to_owned(), e))?.rot(Role::Database, bits);
    } else {
        let after = u32::try_from(rng.below(30)).unwrap_or(0);
        armed = Some(Armed { kind, role: None, after, sticky: rng.chance(1, 4) });
    }
    let looked = Life::look_at_damage(dir, plan, armed, held);
    stop(rng, held)?;
    looked
}
