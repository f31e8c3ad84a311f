//! How transcripts take part in an append: the state follows every event, and utterances stay with their speaker.

use callboard_contracts::transcript::{Final, Partial, Utterance};
use callboard_contracts::{EventType, Family};
use callboard_eventlog::{Projection, Projector, SessionKey, StoredEvent};
use callboard_kernel::{Error, Result, Timestamp};
use callboard_store::Tx;
use serde::Deserialize;

use crate::model::{Segment, Version};
use crate::{decide, store, words};

static PROJECTIONS: [Projection; 2] = [
    Projection { table: "transcript_segment", dump: &store::SEGMENT_DUMP },
    Projection { table: "transcript_search", dump: &store::search::SEARCH_DUMP },
];

/// Writes `transcript_segment` and `transcript_search` (compared by `verify`), and `transcript_snapshot` (a record once
/// compaction chose). Partials never touch the search.
pub(crate) struct Transcripts;

impl Projector for Transcripts {
    fn name(&self) -> &'static str {
        "transcripts"
    }

    fn wants(&self, family: Family) -> bool {
        family == Family::Transcript
    }

    fn apply(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
        let Some(version) = version_of(event)? else { return Ok(()) };
        let before = store::segment(tx, key, &version.utterance_id)?;
        project(tx, key, event, &version, before.as_ref())
    }

    /// An utterance stays with its first participant.
    fn apply_new(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, _now: Timestamp) -> Result<()> {
        let Some(version) = version_of(event)? else { return Ok(()) };
        let before = store::segment(tx, key, &version.utterance_id)?;
        if let Some(first) = &before {
            let first = first.current.participant_id.as_deref();
            decide::bound_to(first, version.participant_id.as_deref(), &version.utterance_id)?;
        }
        project(tx, key, event, &version, before.as_ref())
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
        let Some(version) = version_of(event)? else { return Ok(()) };
        store::erase::overwrite(tx, key, &version)
    }

    fn projections(&self) -> &'static [Projection] {
        &PROJECTIONS
    }
}

fn project(
    tx: &Tx<'_>,
    key: &SessionKey,
    event: &StoredEvent,
    version: &Version,
    before: Option<&Segment>,
) -> Result<()> {
    store::snapshot_put(tx, key, version)?;
    let Some(after) = decide::supersede(before, version) else { return Ok(()) };
    store::segment_put(tx, key, &after)?;
    if !after.current.is_final {
        return Ok(());
    }
    if event.erased {
        return store::erase::unsearch(tx, key, &after.current.utterance_id);
    }
    store::search::put(tx, key, &after, &words::indexed(key.tenant(), &after.current.text))
}

fn version_of(event: &StoredEvent) -> Result<Option<Version>> {
    let (utterance, is_final): (Utterance, bool) = match event.ty {
        EventType::TranscriptPartial => (read::<Partial>(&event.payload)?.0, false),
        EventType::TranscriptFinal => (read::<Final>(&event.payload)?.0, true),
        _ => return Ok(None),
    };
    Ok(Some(Version::of(event.sequence, event.ts, is_final, utterance)))
}

fn read<'a, T: Deserialize<'a>>(payload: &'a str) -> Result<T> {
    serde_json::from_str(payload).map_err(|e| Error::internal(format!("a stored utterance breaks the contract: {e}")))
}
