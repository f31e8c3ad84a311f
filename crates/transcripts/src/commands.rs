//! What routes do, each in its transactions.

pub(crate) mod search;

use std::collections::HashMap;

use callboard_calls::access;
use callboard_eventlog::{Log, SessionKey};
use callboard_http::{App, PassKind, Principal};
use callboard_kernel::{ParticipantId, Result, SessionId};
use callboard_store::Tx;

use crate::model::{Compacted, Segment, SnapshotBounds, Version};
use crate::store;

/// Most rows that one transaction of a compaction deletes.
const SLICE: i64 = 500;

/// Versions after this sequence may be read: all of them, or for a person in the call those after they joined.
pub(crate) const fn readable_after(by: &Principal) -> i64 {
    match by {
        Principal::Pass { kind: PassKind::Participant, from_sequence, .. } => *from_sequence,
        _ => 0,
    }
}

/// Which state of a transcript it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// The newest event of it.
    pub revision: i64,
    /// How often text in the session was erased.
    pub erasures: i64,
}

/// A transcript as read, or the word that the caller has it already.
pub(crate) enum Read {
    /// Nothing has come since the caller's revision.
    Unchanged,
    /// The state.
    State {
        /// In the transcript's order.
        segments: Vec<Segment>,
        /// Names of the participants that spoke, for text forms.
        names: HashMap<String, String>,
    },
}

/// Reads the state; nothing of it when `unless` says that the caller has this revision.
pub(crate) fn state(
    tx: &Tx<'_>,
    log: &Log,
    by: &Principal,
    id: &SessionId,
    with_names: bool,
    unless: impl FnOnce(Mark) -> bool,
) -> Result<(Read, Mark)> {
    let seen = access::see(tx, log, by, id)?;
    let from = readable_after(by);
    let head = store::snapshot_head(tx, &seen.key)?;
    let revision = if head > from { head } else { 0 };
    let mark = Mark { revision, erasures: seen.erasures };
    if unless(mark) {
        return Ok((Read::Unchanged, mark));
    }
    let segments = if revision == 0 { Vec::new() } else { store::segments(tx, &seen.key, from)? };
    let names = if with_names { names(tx, &seen.key, &segments)? } else { HashMap::new() };
    Ok((Read::State { segments, names }, mark))
}

fn names(tx: &Tx<'_>, key: &SessionKey, segments: &[Segment]) -> Result<HashMap<String, String>> {
    let mut out = HashMap::new();
    let mut asked: Vec<&str> = Vec::new();
    for id in segments.iter().filter_map(|s| s.current.participant_id.as_deref()) {
        if asked.contains(&id) {
            continue;
        }
        asked.push(id);
        let Some(participant) = ParticipantId::parse(id) else { continue };
        if let Some(name) = access::participant_of(tx, key, &participant)?.and_then(|p| p.name) {
            out.insert(id.to_owned(), name);
        }
    }
    Ok(out)
}

/// One page of the stored versions, ascending, with the bounds of all that the caller may read.
pub(crate) fn snapshots(
    tx: &Tx<'_>,
    log: &Log,
    by: &Principal,
    id: &SessionId,
    after: i64,
    fetch: i64,
) -> Result<(Vec<Version>, SnapshotBounds)> {
    let seen = access::see(tx, log, by, id)?;
    let from = readable_after(by);
    let page = store::snapshot_page(tx, &seen.key, after.max(from), fetch)?;
    Ok((page, store::snapshot_bounds(tx, &seen.key, from)?))
}

/// What a compaction will do, decided at one moment: everything up to `floor` that is no current final goes.
pub(crate) struct Plan {
    /// Nothing after this sequence is touched; 0 when there is nothing to do.
    pub floor: i64,
    /// What it will have done.
    pub outcome: Compacted,
}

/// Decides a compaction that keeps the newest `keep` versions and every current final.
pub(crate) fn plan(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId, keep: i64) -> Result<Plan> {
    let seen = access::change(tx, log, by, id)?;
    let total = store::snapshot_bounds(tx, &seen.key, 0)?.count;
    let Some(floor) = store::snapshot_floor(tx, &seen.key, keep)? else {
        return Ok(Plan { floor: 0, outcome: Compacted { removed: 0, kept: total } });
    };
    let removed = store::snapshot_prunable(tx, &seen.key, floor)?;
    Ok(Plan { floor, outcome: Compacted { removed, kept: total - removed } })
}

/// Carries out a plan in slices, so that nobody waits for a long delete. Safe to run again.
pub(crate) async fn prune(app: &App, by: &Principal, id: &SessionId, floor: i64) -> Result<()> {
    loop {
        let (log, by, id) = (app.log.clone(), by.clone(), id.clone());
        let gone = app
            .db
            .write(move |tx| {
                let seen = access::change(tx, &log, &by, &id)?;
                store::snapshot_prune(tx, &seen.key, floor, SLICE)
            })
            .await?;
        if i64::try_from(gone).unwrap_or(SLICE) < SLICE {
            return Ok(());
        }
    }
}
