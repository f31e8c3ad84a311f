//! The rules of contract v1, "Transcript state", without a database.

use callboard_kernel::{Error, Result, codes};

use crate::model::{Segment, Version};

/// What the utterance says after a version came, or `None` when it says the same as before.
///
/// A final beats every partial; a later partial replaces an earlier one unless a final exists; a later final replaces
/// an earlier final and counts as a correction. Versions come in the order of their sequences; one that was applied
/// already changes nothing.
pub fn supersede(before: Option<&Segment>, version: &Version) -> Option<Segment> {
    let Some(before) = before else {
        return Some(Segment { current: version.clone(), revision: 0, first_sequence: version.sequence });
    };
    let newer = version.sequence > before.current.sequence;
    if !newer || (before.current.is_final && !version.is_final) {
        return None;
    }
    let correction = before.current.is_final && version.is_final;
    Some(Segment {
        current: version.clone(),
        revision: before.revision + i64::from(correction),
        first_sequence: before.first_sequence,
    })
}

/// An utterance is bound to its first participant; naming none is as different as naming another, or whoever knows
/// an id could speak over what a server wrote without naming anybody.
///
/// # Errors
/// `UTTERANCE_CONFLICT`.
pub fn bound_to(first: Option<&str>, participant: Option<&str>, utterance: &str) -> Result<()> {
    if first == participant {
        return Ok(());
    }
    let utterance = callboard_kernel::short(utterance, 128);
    let message = format!("Utterance {utterance} belongs to the participant that used it first.");
    Err(Error::new(&codes::UTTERANCE_CONFLICT, message).field("/payload/utteranceId", "is used by another participant"))
}

/// State is ordered by where utterances begin, then by which was first heard of.
pub fn in_order(segments: &mut [Segment]) {
    segments.sort_by_key(|s| (s.current.start_ms, s.first_sequence));
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use callboard_kernel::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn version(sequence: i64, utterance: u8, is_final: bool, start_ms: i64) -> Version {
        Version {
            sequence,
            ts: Timestamp::from_seconds(sequence),
            utterance_id: format!("u{utterance}"),
            participant_id: None,
            speaker: "user".into(),
            text: format!("text {sequence}"),
            start_ms,
            end_ms: start_ms,
            is_final,
            confidence: None,
            language: None,
            source: None,
        }
    }

    fn fold(versions: &[Version]) -> Vec<Segment> {
        let mut state: BTreeMap<String, Segment> = BTreeMap::new();
        for v in versions {
            if let Some(after) = supersede(state.get(&v.utterance_id), v) {
                state.insert(v.utterance_id.clone(), after);
            }
        }
        let mut out: Vec<Segment> = state.into_values().collect();
        in_order(&mut out);
        out
    }

    /// The contract's words, said about the whole set of versions at once.
    fn oracle(versions: &[Version]) -> Vec<Segment> {
        let mut ids: Vec<&str> = versions.iter().map(|v| v.utterance_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut out: Vec<Segment> = ids
            .into_iter()
            .map(|id| {
                let of_it = || versions.iter().filter(move |v| v.utterance_id == id);
                let finals = || of_it().filter(|v| v.is_final);
                let last = finals().max_by_key(|v| v.sequence).or_else(|| of_it().max_by_key(|v| v.sequence));
                let mut heard: Vec<i64> = finals().map(|v| v.sequence).collect();
                heard.sort_unstable();
                heard.dedup();
                Segment {
                    current: last.expect("an id has a version").clone(),
                    revision: (heard.len() as i64 - 1).max(0),
                    first_sequence: of_it().map(|v| v.sequence).min().expect("an id has a version"),
                }
            })
            .collect();
        out.sort_by_key(|s| (s.current.start_ms, s.first_sequence));
        out
    }

    proptest! {
        /// Whatever order producers sent versions in (sequences are given as they arrive), and however often each
        /// event is applied again, the state is the one that the contract describes.
        #[test]
        fn state_is_what_the_contract_says(
            kinds in prop::collection::vec((0u8..5, any::<bool>(), 0i64..4), 0..60),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let versions: Vec<Version> =
                kinds.iter().enumerate().map(|(i, (u, f, at))| version(i as i64 + 1, *u, *f, *at)).collect();
            let expected = oracle(&versions);
            let mut applied = versions.clone();
            // A repetition comes somewhere after its first time, as a rebuild that overlaps does.
            for index in again.iter().filter(|_| !versions.is_empty()) {
                let at = index.index(versions.len());
                let place = applied.iter().rposition(|v| v.sequence == versions[at].sequence).map_or(0, |p| p + 1);
                applied.insert(place, versions[at].clone());
                applied.push(versions[at].clone());
            }
            prop_assert_eq!(fold(&applied), expected);
        }
    }

    #[test]
    fn supersession() {
        for (kinds, stands, revision) in [
            ("p", 1, 0),
            ("pp", 2, 0),
            ("pf", 2, 0),
            ("fp", 1, 0),
            ("pfp", 2, 0),
            ("ff", 2, 1),
            ("fpf", 3, 1),
            ("pffpf", 5, 2),
        ] {
            let versions: Vec<Version> =
                kinds.bytes().enumerate().map(|(i, k)| version(i as i64 + 1, 1, k == b'f', 0)).collect();
            let state = fold(&versions);
            assert_eq!((state[0].current.sequence, state[0].revision), (stands, revision), "{kinds}");
            assert_eq!(state[0].first_sequence, 1, "{kinds}");
        }
    }

    #[test]
    fn utterances_belong_to_their_first_participant() {
        for (first, now, good) in [
            (Some("par_a"), Some("par_a"), true),
            (Some("par_a"), Some("par_b"), false),
            (Some("par_a"), None, false),
            (None, Some("par_a"), false),
            (None, None, true),
        ] {
            let outcome = bound_to(first, now, "u");
            assert_eq!(outcome.is_ok(), good, "{first:?} {now:?}");
            if let Err(e) = outcome {
                assert!(e.is(&codes::UTTERANCE_CONFLICT));
            }
        }
    }
}
