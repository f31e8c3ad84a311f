//! What can go wrong with a disk, and when.

use serde::{Deserialize, Serialize};

/// What is asked of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Open.
    Open = 1,
    /// Read bytes.
    Read,
    /// Write bytes.
    Write,
    /// Cut to a size.
    Truncate,
    /// Carry everything to the platter.
    Sync,
    /// Remove the name.
    Delete,
}

impl Op {
    /// Whether it changes the disk.
    pub const fn changes(self) -> bool {
        matches!(self, Self::Write | Self::Truncate | Self::Sync | Self::Delete)
    }
}

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The database.
    Database = 1,
    /// Its write-ahead log.
    Wal,
    /// Anything else: journals of the first start.
    Other,
}

impl Role {
    /// By its name.
    pub fn of(name: &str) -> Self {
        if name.ends_with(".db") {
            Self::Database
        } else if name.ends_with("-wal") {
            Self::Wal
        } else {
            Self::Other
        }
    }
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Everything stops.
    Crash = 1,
    /// A read fails.
    ReadEio,
    /// A read ends before its time.
    ShortRead,
    /// A read gives one wrong bit.
    ReadFlip,
    /// A write fails, and nothing of it arrived.
    WriteEio,
    /// A write fails, and some of it arrived.
    PartialWrite,
    /// There is no room.
    DiskFull,
    /// A sync fails; what waited is called clean all the same.
    SyncEio,
    /// Truncating fails.
    TruncateEio,
    /// A bit on the platter has turned.
    Rot,
}

impl Kind {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::ReadEio => "eio-read",
            Self::ShortRead => "short-read",
            Self::ReadFlip => "bit-flip-in-flight",
            Self::WriteEio => "eio-write",
            Self::PartialWrite => "partial-write",
            Self::DiskFull => "disk-full",
            Self::SyncEio => "eio-fsync",
            Self::TruncateEio => "eio-truncate",
            Self::Rot => "bit-flip-at-rest",
        }
    }

    /// Whether something that was to be written may be lost.
    pub const fn writes(self) -> bool {
        matches!(self, Self::WriteEio | Self::PartialWrite | Self::DiskFull | Self::SyncEio | Self::TruncateEio)
    }

    /// Which operations it can strike.
    pub const fn fits(self, op: Op) -> bool {
        match self {
            Self::ReadEio | Self::ShortRead | Self::ReadFlip => matches!(op, Op::Read),
            Self::WriteEio | Self::PartialWrite | Self::DiskFull => matches!(op, Op::Write),
            Self::SyncEio => matches!(op, Op::Sync),
            Self::TruncateEio => matches!(op, Op::Truncate),
            Self::Crash | Self::Rot => false,
        }
    }
}

/// A fault that waits for its moment.
#[derive(Clone, Copy, Debug)]
pub struct Armed {
    /// What.
    pub kind: Kind,
    /// Where; anywhere when absent.
    pub role: Option<Role>,
    /// Fitting operations that pass before it strikes.
    pub after: u32,
    /// Whether it strikes from then on, or once.
    pub sticky: bool,
}

/// The moment at which everything stops.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    /// The operation, counted from 1.
    pub after: u32,
    /// Whether reads count as well as changes.
    pub any: bool,
}

/// A fault that struck.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    /// What.
    pub kind: Kind,
    /// Where.
    pub role: Role,
}
