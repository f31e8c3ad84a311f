//! What a transcript is made of.

use callboard_contracts::transcript::Utterance;
use callboard_kernel::Timestamp;

/// One version of an utterance, as one event told it.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// The sequence of its event.
    pub sequence: i64,
    /// When the event happened.
    pub ts: Timestamp,
    /// The utterance's id within the session.
    pub utterance_id: String,
    /// The participant that it belongs to, when the producer named one.
    pub participant_id: Option<String>,
    /// `user`, `agent` or `unknown`.
    pub speaker: String,
    /// What was said.
    pub text: String,
    /// Where it begins, milliseconds since the call connected.
    pub start_ms: i64,
    /// Where it ends, milliseconds since the call connected.
    pub end_ms: i64,
    /// Whether it is a final.
    pub is_final: bool,
    /// How sure the recogniser is, 0 to 1.
    pub confidence: Option<f64>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// `speech`, `typed` or `agent`.
    pub source: Option<String>,
}

/// A final, by its instants alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalAt {
    /// The number of its session's stream.
    pub session_key: i64,
    /// When its event happened.
    pub ts: Timestamp,
    /// Where the utterance ended, milliseconds since the call connected.
    pub end_ms: i64,
}

/// What an utterance says now.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The version that stands.
    pub current: Version,
    /// How often a final was corrected by a later final.
    pub revision: i64,
    /// The sequence of the utterance's first version.
    pub first_sequence: i64,
}

/// The stored versions of a session, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotBounds {
    /// How many there are.
    pub count: i64,
    /// The oldest one's sequence.
    pub first_sequence: Option<i64>,
    /// The newest one's sequence.
    pub last_sequence: Option<i64>,
    /// UTF-8 bytes of their texts.
    pub bytes: i64,
}

/// What a compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// Versions removed.
    pub removed: i64,
    /// Versions that remain.
    pub kept: i64,
}

impl Version {
    /// The version that a payload of `transcript.*` tells.
    pub fn of(sequence: i64, ts: Timestamp, is_final: bool, u: Utterance) -> Self {
        Self {
            sequence,
            ts,
            utterance_id: u.utterance_id.into_string(),
            participant_id: u.participant_id.map(callboard_contracts::Text::into_string),
            speaker: u.speaker.as_str().to_owned(),
            text: u.text.into_string(),
            start_ms: u.start_ms.signed(),
            end_ms: u.end_ms.signed(),
            is_final,
            confidence: u.confidence.map(|c| c.0),
            language: u.language.map(callboard_contracts::Text::into_string),
            source: u.source.map(|s| s.as_str().to_owned()),
        }
    }
}
