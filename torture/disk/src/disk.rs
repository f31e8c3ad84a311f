//! A disk in memory: what is written is seen at once, and survives a power cut only once it is synced.
//!
//! Each file has two images: the one that programs see, and the one on the platter. Writes and truncations between them
//! wait in order; a sync carries them over; a power cut decides by the seed, sector by sector, which of them made it,
//! which are torn in the middle and which left rubbish.

use std::collections::{BTreeMap, VecDeque};

use rusqlite::ffi;

use crate::fault::{Armed, Crash, Kind, Op, Role, Strike};
use crate::locks::Locks;
use crate::rng::{Rng, Trace};
use crate::shm::Shm;

/// A change that the platter has not seen.
#[derive(Clone, Debug)]
enum Pending {
    Write { at: usize, data: Vec<u8> },
    Size(usize),
}

/// One file.
#[derive(Debug, Default)]
pub struct File {
    seen: Vec<u8>,
    platter: Vec<u8>,
    /// Whether the folder on the platter has the name.
    named: bool,
    pending: VecDeque<Pending>,
    pub(crate) locks: Locks,
    pub(crate) shm: Shm,
    handles: usize,
}

/// The images of a disk at rest, to begin with again and again.
#[derive(Clone, Debug, Default)]
pub struct Image(BTreeMap<String, Vec<u8>>);

/// How a stop treats what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The process dies; the kernel keeps what it was given.
    Kill,
    /// The power goes.
    Power,
}

/// The disk.
#[derive(Debug)]
pub struct Disk {
    names: BTreeMap<String, usize>,
    files: Vec<File>,
    /// False after the crash point: nothing gets through any more.
    powered: bool,
    crash: Option<Crash>,
    armed: Option<Armed>,
    /// Faults that struck since the start of this life.
    pub strikes: Vec<Strike>,
    /// Changes that were tried after a write-side fault had struck.
    pub tried_after: u32,
    /// Operations since the start.
    pub ops: u64,
    /// Sectors by their fate in power cuts: kept, lost, torn, rubbish.
    pub sectors: [u64; 4],
    /// Changes that were dropped with a failed sync.
    pub dropped: u64,
    /// Everything that happened.
    pub trace: Trace,
    sector: usize,
    rng: Rng,
    clock_ms: i64,
}

impl Default for Disk {
    fn default() -> Self {
        Self::new(0, &Image::default())
    }
}

impl Disk {
    /// A disk that holds an image; its own decisions come from the seed.
    pub fn new(seed: u64, image: &Image) -> Self {
        let mut rng = Rng::new(seed, 1);
        let mut disk = Self {
            names: BTreeMap::new(),
            files: Vec::new(),
            powered: true,
            crash: None,
            armed: None,
            strikes: Vec::new(),
            tried_after: 0,
            ops: 0,
            sectors: [0; 4],
            dropped: 0,
            trace: Trace(seed),
            sector: *rng.pick(&[512, 4096]),
            rng,
            clock_ms: 1_800_000_000_000,
        };
        for (name, bytes) in &image.0 {
            disk.names.insert(name.clone(), disk.files.len());
            disk.files.push(File { seen: bytes.clone(), platter: bytes.clone(), named: true, ..File::default() });
        }
        disk
    }

    /// What is on the platter, for [`Disk::new`].
    pub fn image(&self) -> Image {
        Image(self.names.iter().map(|(name, at)| (name.clone(), self.files[*at].platter.clone())).collect())
    }

    /// Plans a crash and a fault for what follows.
    pub fn arm(&mut self, crash: Option<Crash>, armed: Option<Armed>) {
        self.crash = crash;
        self.armed = armed;
    }

    /// What has not happened yet of what was planned.
    pub const fn plans(&self) -> (Option<Crash>, Option<Armed>) {
        (self.crash, self.armed)
    }

    /// Whether the crash has happened.
    pub const fn is_dead(&self) -> bool {
        !self.powered
    }

    /// Whether something that was to be written may be lost.
    pub fn is_sick(&self) -> bool {
        self.strikes.iter().any(|s| s.kind.writes())
    }

    /// Handles that are open.
    pub fn handles(&self) -> usize {
        self.files.iter().map(|f| f.handles).sum()
    }

    /// Milliseconds; each look is a little later.
    pub const fn now_ms(&mut self) -> i64 {
        self.clock_ms += 1;
        self.clock_ms
    }

    pub(crate) fn file(&mut self, at: usize) -> &mut File {
        &mut self.files[at]
    }

    pub(crate) const fn sector(&self) -> usize {
        self.sector
    }

    /// Counts an operation; `None` to go on as asked, else what happens instead.
    fn step(&mut self, op: Op, role: Role, at: usize, len: usize) -> Option<Kind> {
        if !self.powered {
            self.crash = None;
            return Some(Kind::Crash);
        }
        self.ops += 1;
        self.trace.note(op as u64 | (role as u64) << 8 | (len as u64) << 16);
        self.trace.note(at as u64);
        if op.changes() && self.is_sick() {
            self.tried_after += 1;
        }
        if let Some(crash) = &mut self.crash
            && (op.changes() || crash.any)
        {
            crash.after = crash.after.saturating_sub(1);
            if crash.after == 0 {
                self.powered = false;
                self.strike(Kind::Crash, role);
                return Some(Kind::Crash);
            }
        }
        let armed = self.armed.as_mut().filter(|a| a.kind.fits(op) && a.role.is_none_or(|r| r == role))?;
        if armed.after > 0 {
            armed.after -= 1;
            return None;
        }
        let kind = armed.kind;
        if !armed.sticky {
            self.armed = None;
        }
        self.strike(kind, role);
        Some(kind)
    }

    fn strike(&mut self, kind: Kind, role: Role) {
        self.trace.note(0xFA17 + kind as u64);
        self.strikes.push(Strike { kind, role });
    }

    pub(crate) fn open(&mut self, name: Option<&str>, create: bool) -> Result<usize, i32> {
        let role = name.map_or(Role::Other, Role::of);
        if self.step(Op::Open, role, 0, 0).is_some() {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        let found = name.and_then(|name| self.names.get(name).copied());
        let at = match found {
            Some(at) => at,
            None if !create => return Err(ffi::SQLITE_CANTOPEN),
            None => {
                self.files.push(File::default());
                let at = self.files.len() - 1;
                if let Some(name) = name {
                    self.names.insert(name.to_owned(), at);
                }
                at
            }
        };
        self.files[at].handles += 1;
        Ok(at)
    }

    pub(crate) fn close(&mut self, at: usize) {
        self.files[at].handles = self.files[at].handles.saturating_sub(1);
    }

    pub(crate) fn read(&mut self, at: usize, role: Role, from: usize, into: &mut [u8]) -> i32 {
        let fault = self.step(Op::Read, role, from, into.len());
        if let Some(Kind::Crash | Kind::ReadEio) = fault {
            return ffi::SQLITE_IOERR_READ;
        }
        let seen = &self.files[at].seen;
        let there = seen.len().saturating_sub(from).min(into.len());
        into[..there].copy_from_slice(&seen[from.min(seen.len())..][..there]);
        into[there..].fill(0);
        let mut code = if there < into.len() { ffi::SQLITE_IOERR_SHORT_READ } else { ffi::SQLITE_OK };
        match fault {
            Some(Kind::ShortRead) => {
                let kept = self.rng.below(into.len().max(1));
                into[kept..].fill(0);
                code = ffi::SQLITE_IOERR_SHORT_READ;
            }
            Some(Kind::ReadFlip) if !into.is_empty() => {
                let bit = self.rng.below(into.len() * 8);
                into[bit / 8] ^= 1 << (bit % 8);
            }
            _ => {}
        }
        self.trace.bytes(into);
        code
    }

    pub(crate) fn write(&mut self, at: usize, role: Role, to: usize, data: &[u8]) -> i32 {
        let fault = self.step(Op::Write, role, to, data.len());
        self.trace.bytes(data);
        let (kept, code) = match fault {
            None => (data.len(), ffi::SQLITE_OK),
            // Of what was under way when the machine stopped some arrived; of what was tried later nothing did.
            Some(Kind::Crash) if self.crash.take().is_some() => {
                (self.rng.below(data.len() + 1), ffi::SQLITE_IOERR_WRITE)
            }
            Some(Kind::PartialWrite) => (self.rng.below(data.len() + 1), ffi::SQLITE_IOERR_WRITE),
            Some(Kind::DiskFull) => (self.rng.below(data.len() + 1), ffi::SQLITE_FULL),
            Some(_) => (0, ffi::SQLITE_IOERR_WRITE),
        };
        if kept > 0 {
            let file = &mut self.files[at];
            put(&mut file.seen, to, &data[..kept]);
            file.pending.push_back(Pending::Write { at: to, data: data[..kept].to_vec() });
        }
        code
    }

    pub(crate) fn truncate(&mut self, at: usize, role: Role, size: usize) -> i32 {
        if self.step(Op::Truncate, role, size, 0).is_some() {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let file = &mut self.files[at];
        file.seen.resize(size, 0);
        file.pending.push_back(Pending::Size(size));
        ffi::SQLITE_OK
    }

    pub(crate) fn sync(&mut self, at: usize, role: Role) -> i32 {
        let fault = self.step(Op::Sync, role, 0, 0);
        let file = &mut self.files[at];
        match fault {
            None => {
                file.named = true;
                for change in std::mem::take(&mut file.pending) {
                    carry(&mut file.platter, change);
                }
                ffi::SQLITE_OK
            }
            // A kernel that could not write a page calls it clean all the same: the next sync says nothing of it, and
            // programs go on seeing what the platter will never have.
            Some(Kind::SyncEio) => {
                for change in std::mem::take(&mut file.pending) {
                    if self.rng.chance(1, 2) {
                        carry(&mut file.platter, change);
                    } else {
                        self.dropped += 1;
                    }
                }
                ffi::SQLITE_IOERR_FSYNC
            }
            Some(_) => ffi::SQLITE_IOERR_FSYNC,
        }
    }

    /// Syncs a file and forgets what the kernel keeps of it: from now on everyone sees what is on the platter.
    pub(crate) fn reread(&mut self, name: &str) -> i32 {
        let Some(at) = self.names.get(name).copied() else { return ffi::SQLITE_OK };
        let done = self.sync(at, Role::of(name));
        if done == ffi::SQLITE_OK {
            let file = &mut self.files[at];
            file.seen.clone_from(&file.platter);
        }
        done
    }

    pub(crate) fn size(&self, at: usize) -> usize {
        self.files[at].seen.len()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(crate) fn delete(&mut self, name: &str) -> i32 {
        if self.step(Op::Delete, Role::of(name), 0, 0).is_some() {
            return ffi::SQLITE_IOERR_DELETE;
        }
        if self.names.remove(name).is_some() { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_DELETE_NOENT }
    }

    /// What every stop leaves behind: no process, and with the power gone only what the platter has.
    pub fn restart(&mut self, stop: Stop) {
        if stop == Stop::Power {
            self.cut();
        }
        for file in &mut self.files {
            file.locks = Locks::default();
            file.shm = Shm::default();
        }
        self.powered = true;
        self.crash = None;
        self.armed = None;
        self.strikes.clear();
        self.tried_after = 0;
        self.trace.note(stop as u64);
    }

    fn cut(&mut self) {
        // How many of the waiting sectors made it, in sixteenths; and whether they fared alone or in order.
        let kept = *self.rng.pick(&[0, 1, 8, 8, 15, 16]);
        let in_order = self.rng.chance(1, 4);
        let rubbish = self.rng.chance(1, 4);
        let mut vanished = Vec::new();
        for (name, at) in &self.names {
            let file = &mut self.files[*at];
            let mut left = if in_order { self.rng.below(file.pending.len() + 1) } else { usize::MAX };
            for change in std::mem::take(&mut file.pending) {
                if left == 0 {
                    break;
                }
                left -= 1;
                let whole = in_order && left > 0;
                let fate = Fate { kept: if whole { 16 } else { kept }, rubbish, sector: self.sector };
                fate.settle(&mut file.platter, change, &mut self.rng, &mut self.sectors);
            }
            if !file.named && self.rng.chance(1, 2) {
                vanished.push(name.clone());
            }
            file.named = true;
            file.seen.clone_from(&file.platter);
        }
        for name in vanished {
            self.names.remove(&name);
        }
    }

    /// Turns bits of a file of this role, on the platter and before everyone's eyes; false when there is none.
    pub fn rot(&mut self, role: Role, bits: usize) -> bool {
        let Some(at) = self.names.iter().find(|(name, _)| Role::of(name) == role).map(|(_, at)| *at) else {
            return false;
        };
        let len = self.files[at].seen.len();
        for _ in 0..if len == 0 { 0 } else { bits } {
            let bit = self.rng.below(len * 8);
            self.files[at].seen[bit / 8] ^= 1 << (bit % 8);
            if let Some(byte) = self.files[at].platter.get_mut(bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
            self.strike(Kind::Rot, role);
        }
        len > 0
    }
}

fn put(image: &mut Vec<u8>, at: usize, data: &[u8]) {
    if image.len() < at + data.len() {
        image.resize(at + data.len(), 0);
    }
    image[at..at + data.len()].copy_from_slice(data);
}

fn carry(image: &mut Vec<u8>, change: Pending) {
    match change {
        Pending::Write { at, data } => put(image, at, &data),
        Pending::Size(size) => image.resize(size, 0),
    }
}

/// How sectors fare in one power cut.
struct Fate {
    kept: usize,
    rubbish: bool,
    sector: usize,
}

impl Fate {
    fn settle(&self, platter: &mut Vec<u8>, change: Pending, rng: &mut Rng, count: &mut [u64; 4]) {
        let Pending::Write { at, data } = change else {
            if rng.chance(self.kept, 16) {
                carry(platter, change);
            }
            return;
        };
        let mut from = 0;
        while from < data.len() {
            let until = data.len().min((at + from) / self.sector * self.sector + self.sector - at);
            let piece = &data[from..until];
            if rng.chance(self.kept, 16) {
                put(platter, at + from, piece);
                count[0] += 1;
            } else if self.kept == 0 || rng.chance(3, 4) {
                count[1] += 1;
            } else if self.rubbish && rng.chance(1, 2) {
                let junk: Vec<u8> = piece.iter().map(|_| rng.word().to_le_bytes()[0]).collect();
                put(platter, at + from, &junk);
                count[3] += 1;
            } else {
                put(platter, at + from, &piece[..rng.below(piece.len())]);
                count[2] += 1;
            }
            from = until;
        }
    }
}
