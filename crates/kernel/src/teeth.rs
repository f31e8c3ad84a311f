//! Planted defects, for proving that the rigs under `torture/` bite: each is found by at least one of them
//! (`torture/teeth.toml` says by which). They exist only with the feature `teeth`; without it [`planted`] is `false` at
//! compile time. `CALLBOARD_TOOTH` names the one that a process has.

// One list for the type and for telling a wrong name.
macro_rules! teeth {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// A defect that can be planted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Tooth { $($(#[$doc])* $name,)* }

        #[cfg(feature = "teeth")]
        const ALL: &[Tooth] = &[$(Tooth::$name,)*];
    };
}

teeth! {
    /// The store answers before COMMIT.
    AckBeforeCommit,
    /// SQLite syncs as `synchronous=NORMAL` does.
    SynchronousNormal,
    /// A checkpoint that failed is passed over.
    CheckpointErrorIgnored,
    /// A commit that failed is answered as not stored, and the store goes on.
    FailedCommitDenied,
    /// A duplicate moves the head of its stream.
    HeadMovedByDuplicate,
    /// Each process finds only its own duplicates.
    DedupePerProcess,
    /// A process that was fenced out goes on writing.
    FenceIgnored,
    /// The result of an effect counts although its lease went to another.
    OldFenceAccepted,
    /// A webhook is tried again under a new id.
    RetryUnderNewId,
    /// The second loss of a participant opens no window.
    WindowNotRenewed,
    /// A leave that comes late takes away who came back.
    LateLeaveApplied,
    /// What a poll concluded is applied although the call went on meanwhile.
    PollOvertakes,
    /// The signature of a webhook is not looked at.
    ForgeryAccepted,
    /// Resume tokens are good for ever.
    OldTokensGood,
    /// A consumer's checkpoint moves back.
    CheckpointMovedBack,
    /// A stream resumes one event too late.
    ResumeSkipsOne,
    /// Who falls behind the live ring loses what fell out of it.
    RingDrops,
    /// A session is found whoever it belongs to.
    NoTenantClause,
    /// A request's head may take for ever.
    NoHeaderTimeout,
    /// The queue of writes has no end.
    UnboundedQueue,
    /// A backup leaves out what only the WAL holds.
    BackupWithoutWal,
    /// Erasing forgets the search index.
    ErasureForgetsSearch,
    /// A stop cuts off the requests that are under way.
    StopCutsRequests,
}

/// Whether this process has the defect.
#[cfg(not(feature = "teeth"))]
#[inline(always)]
pub const fn planted(_: Tooth) -> bool {
    false
}

/// Whether this process has the defect.
///
/// # Panics
/// When `CALLBOARD_TOOTH` names none: a run that plants nothing must not pass for one that does.
#[cfg(feature = "teeth")]
pub fn planted(tooth: Tooth) -> bool {
    static CHOSEN: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| {
        let name = std::env::var("CALLBOARD_TOOTH").ok().filter(|n| !n.is_empty())?;
        assert!(ALL.iter().any(|t| format!("{t:?}") == name), "CALLBOARD_TOOTH={name} is none of {ALL:?}");
        Some(name)
    });
    CHOSEN.as_deref().is_some_and(|name| name == format!("{tooth:?}"))
}

/// Whether this process is to be the version after this one, and then whether a migration comes with it:
/// `CALLBOARD_NEXT_VERSION` is `plain` or `migration`. No defect, but it exists in the same build alone.
#[cfg(feature = "teeth")]
pub fn next_version() -> Option<bool> {
    std::env::var_os("CALLBOARD_NEXT_VERSION").map(|how| how == "migration")
}
