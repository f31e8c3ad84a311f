//! What a provider relays beside who is there: recordings, transcripts, signals.

use callboard_contracts::EventType;
use callboard_contracts::call::ParticipantRole;
use serde_json::json;

use crate::model::Call;
use crate::provider::{FactKind, ProviderFact};

impl Call {
    pub(super) fn recording(&mut self, fact: &ProviderFact) {
        match &fact.what {
            FactKind::RecordingStarted { recording_id, status } => {
                let payload = json!({ "recordingId": recording_id, "status": worded(status) });
                self.emit(format!("cb:lk:{recording_id}:started"), EventType::CallRecordingStarted, fact.at, payload);
            }
            FactKind::RecordingEnded { recording_id, status, uri, error } => {
                let payload = json!({ "recordingId": recording_id, "status": worded(status), "uri": worded(uri) });
                self.emit(format!("cb:lk:{recording_id}:ended"), EventType::CallRecordingEnded, fact.at, payload);
                if error.is_some() && !self.status().is_terminal() {
                    let message = worded(error).unwrap_or("the recording failed");
                    let payload =
                        json!({ "code": "PROVIDER_RECORDING_FAILED", "message": message, "retryable": false });
                    self.emit(format!("cb:lk:{recording_id}:failed"), EventType::CallError, fact.at, payload);
                }
            }
            _ => {}
        }
    }

    pub(super) fn transcript(&mut self, fact: &ProviderFact) {
        let FactKind::Transcript { source_id, identity, utterance_id, text, is_final, start_ms, end_ms, language } =
            &fact.what
        else {
            return;
        };
        if text.trim().is_empty() {
            self.no_effect("the transcript is blank");
            return;
        }
        let who = identity.as_deref().and_then(|i| self.by_identity(i)).map(|at| &self.participants[at]);
        let speaker = match who.and_then(|p| p.role) {
            Some(ParticipantRole::Caller) => "user",
            Some(ParticipantRole::Agent) => "agent",
            _ => "unknown",
        };
        let payload = json!({
            "utteranceId": utterance_id, "speaker": speaker, "text": text, "startMs": start_ms,
            "endMs": end_ms.max(start_ms), "participantId": who.map(|p| p.id.as_str()), "language": worded(language),
        });
        let ty = if *is_final { EventType::TranscriptFinal } else { EventType::TranscriptPartial };
        self.emit(format!("cb:lk:{source_id}:transcript"), ty, fact.at, payload);
    }

    /// Data that names an action is a note; it never executes anything.
    pub(super) fn signal(&mut self, fact: &ProviderFact) {
        let FactKind::ActionSignal { source_id, action_id, action_type, summary } = &fact.what else { return };
        let payload = json!({
            "actionId": action_id, "actionType": action_type, "summary": summary, "source": "provider_signal",
        });
        let id = format!("cb:lk:{source_id}:action");
        self.emit(id, EventType::OrchestrationActionRequested, fact.at, payload);
    }
}

/// A text that says something, for optional fields that must not be blank.
fn worded(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.trim().is_empty())
}
