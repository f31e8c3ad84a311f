//! The rules of a call: (state, command, now) -> facts or a refusal. No I/O, no clock, no randomness.
//!
//! The rules change a [`Call`] in memory and queue facts in `pending`; `commands` appends and saves both in one
//! transaction. What is deliberately absent: the provider. Effects leave through the outbox.

mod facts;
mod leaving;
mod relays;
mod resume;
mod rooms;
mod transitions;

#[cfg(test)]
mod tests;

pub use facts::FreshIds;
pub use leaving::Report;
pub use resume::{ResumeAnswer, judge_resume};
pub use transitions::{Ask, EndAsk, ProviderFields, StateChange, end_reason_for};

use callboard_contracts::{EventType, Family, event_id_fault};
use callboard_kernel::{ParticipantId, Timestamp, sha256_hex};
use serde_json::{Value, json};

use crate::model::{Call, ConnectionRow, ConnectionState, ParticipantRow, Phase, Status};

impl Call {
    /// Queues a fact. `callId` is added to every `call.*` fact; members that are null are left out.
    pub(crate) fn emit(&mut self, event_id: String, ty: EventType, ts: Timestamp, mut payload: Value) {
        if let Value::Object(members) = &mut payload {
            if ty.family() == Family::Call {
                members.entry("callId").or_insert_with(|| json!(self.session.id.as_str()));
            }
            members.retain(|_, v| !v.is_null());
        }
        // A provider's ids are part of ours; a strange one must not make an id that the contract refuses.
        let event_id = match event_id_fault(&event_id) {
            None => event_id,
            Some(_) => format!("cb:{}", sha256_hex(event_id.as_bytes())),
        };
        self.pending.push(crate::model::Pending { event_id, ty, ts, payload });
    }

    /// The participant of an id.
    pub fn participant(&self, id: &ParticipantId) -> Option<&ParticipantRow> {
        self.participants.iter().find(|p| p.id == *id)
    }

    pub(crate) fn index_of(&self, id: &ParticipantId) -> Option<usize> {
        self.participants.iter().position(|p| p.id == *id)
    }

    pub(crate) fn by_identity(&self, identity: &str) -> Option<usize> {
        self.participants.iter().position(|p| p.identity == identity)
    }

    pub(crate) fn open_connections<'a>(&'a self, id: &'a ParticipantId) -> impl Iterator<Item = &'a ConnectionRow> {
        self.connections.iter().filter(move |c| c.participant == *id && c.closed_at.is_none())
    }

    /// Notes why a fact has no effect.
    pub(crate) fn no_effect(&mut self, why: &str) {
        self.note.get_or_insert_with(|| why.to_owned());
    }

    /// The status as it will be once the pending facts are appended.
    pub const fn status(&self) -> Status {
        self.session.state.status
    }

    /// How the callers are connected, by what is known now.
    pub fn connection(&self) -> ConnectionState {
        let present = |phase: Phase| matches!(phase, Phase::Connected | Phase::Grace);
        let came = self.participants.iter().any(|p| p.is_caller() && self.came(p));
        match self.status() {
            Status::Ended | Status::Failed => ConnectionState::Disconnected,
            _ if self.any_caller(present) => ConnectionState::Connected,
            _ if self.any_caller(|phase| phase == Phase::Window) => ConnectionState::Reconnecting,
            Status::Created if self.rooms.is_empty() => ConnectionState::Idle,
            Status::Created => ConnectionState::Connecting,
            // An externally run call has no participants of ours.
            Status::Active if came => ConnectionState::Disconnected,
            Status::Active => ConnectionState::Connected,
        }
    }

    /// Whether a participant was ever connected. Those of an externally run call never are.
    pub(crate) fn came(&self, p: &ParticipantRow) -> bool {
        self.connections.iter().any(|c| c.participant == p.id && c.active)
    }

    /// Whether any caller matches.
    pub(crate) fn any_caller(&self, test: impl Fn(Phase) -> bool) -> bool {
        self.participants.iter().any(|p| p.is_caller() && test(p.phase))
    }

    pub(crate) fn set_phase(&mut self, at: usize, phase: Phase, now: Timestamp, deadline: Option<Timestamp>) {
        if let Some(p) = self.participants.get_mut(at) {
            p.phase = phase;
            p.since = now;
            p.deadline = deadline;
        }
    }
}
