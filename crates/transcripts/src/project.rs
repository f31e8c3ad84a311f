//! How transcripts take part in an append: the state follows every event, and utterances stay with their speaker.

use callboard_contracts::transcript::{Final, Partial, Utterance};
use callboard_contracts::{EventType, Family};
use callboard_eventlog::{Guard, NewEvent, Projection, Projector, SessionKey, StoredEvent};
use callboard_kernel::{Error, Result};
use callboard_store::Tx;
use serde::Deserialize;

use crate::model::Version;
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
        store::snapshot_put(tx, key, &version)?;
        let before = store::segment(tx, key, &version.utterance_id)?;
        let Some(after) = decide::supersede(before.as_ref(), &version) else { return Ok(()) };
        store::segment_put(tx, key, &after)?;
        if !after.current.is_final {
            return Ok(());
        }
        if event.erased {
            return store::erase::unsearch(tx, key, &after.current.utterance_id);
        }
        store::search::put(tx, key, &after, &words::indexed(key.tenant(), &after.current.text))
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
        let Some(version) = version_of(event)? else { return Ok(()) };
        store::erase::overwrite(tx, key, &version)
    }

    fn projections(&self) -> &'static [Projection] {
        &PROJECTIONS
    }
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

impl Guard for Transcripts {
    fn check(&self, tx: &Tx<'_>, key: &SessionKey, event: &NewEvent) -> Result<()> {
        if event.ty.family() != Family::Transcript {
            return Ok(());
        }
        let claim: Claim = read(&event.payload)?;
        match store::segment_owner(tx, key, &claim.utterance_id)? {
            Some(first) => decide::bound_to(first.as_deref(), claim.participant_id.as_deref(), &claim.utterance_id),
            None => Ok(()),
        }
    }
}

/// Whose an utterance is said to be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claim {
    utterance_id: String,
    #[serde(default)]
    participant_id: Option<String>,
}
