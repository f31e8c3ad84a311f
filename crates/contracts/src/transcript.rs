//! `transcript.*`: what was said, utterance by utterance.

use crate::Fault;
use crate::scalar::{Count, Ratio, Text};

choices! {
    /// Who spoke.
    Speaker {
        /// The caller.
        User = "user",
        /// The agent.
        Agent = "agent",
        /// Nobody can say.
        Unknown = "unknown",
    }
}
choices! {
    /// Where the text comes from.
    Source {
        /// Recognised speech.
        Speech = "speech",
        /// Typed by the participant.
        Typed = "typed",
        /// The text that the agent spoke from.
        Agent = "agent",
    }
}

fields! {
    /// A version of an utterance; partials and finals have the same fields.
    Utterance {
        /// The utterance's id within the call.
        utterance_id: Text,
        /// Who spoke.
        speaker: Speaker,
        /// What was said.
        text: Text,
        /// Where it begins, milliseconds since the call connected.
        start_ms: Count,
        /// Where it ends, milliseconds since the call connected; not before `startMs`.
        end_ms: Count,
        ? {
            /// How sure the recogniser is, 0 to 1.
            confidence: Ratio,
            /// The participant who spoke.
            participant_id: Text,
            /// BCP 47 language tag.
            language: Text,
            /// Where the text comes from.
            source: Source,
        }
    }
}
kind_of! {
    /// A version that may still change; a later partial replaces it unless a final exists.
    Partial(Utterance): TranscriptPartial, order_rule
}
kind_of! {
    /// What was said; beats every partial, and a later final corrects it.
    Final(Utterance): TranscriptFinal, order_rule
}

fn order_rule(utterance: &Utterance, faults: &mut Vec<Fault>) {
    if utterance.end_ms < utterance.start_ms {
        faults.push(Fault::new("/payload/endMs", "must not be less than startMs"));
    }
}
