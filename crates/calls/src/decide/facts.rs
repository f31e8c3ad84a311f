//! What follows from a provider's facts. Keyed by sid, never by identity or name alone; order may be wrong, messages
//! may repeat or be lost, and what is already known makes a later message a no-op.

use callboard_contracts::EventType;
use callboard_contracts::call::{EndReason, ParticipantKind, ParticipantRole};
use callboard_kernel::{ParticipantId, Timestamp};
use serde_json::{Value, json};

use super::ProviderFields;
use crate::model::{Call, ConnectionRow, ParticipantRow, Phase, RoomRow, Status};
use crate::provider::{FactKind, LeaveReason, Peer, ProviderFact};

/// Ids that a fact may need; drawn by the caller, since rules have no randomness.
#[derive(Clone, Debug)]
pub struct FreshIds {
    /// For a participant that we did not mint.
    pub participant: ParticipantId,
    /// For `providerCallId` at activation.
    pub call: String,
}

impl Call {
    /// Applies one fact.
    pub fn apply(&mut self, fact: &ProviderFact, ids: &FreshIds, now: Timestamp) {
        if self.status().is_terminal() {
            self.after_the_end(fact);
            return;
        }
        self.session.provider_version += 1;
        match &fact.what {
            FactKind::RoomStarted => self.room_seen(fact, now),
            FactKind::RoomFinished => self.room_finished(fact, now),
            FactKind::Joined(peer) => self.joined(fact, peer, ids, now),
            FactKind::Left(peer, reason) => self.left(fact, peer, reason, ids, now),
            FactKind::ConnectionAborted(peer, reason) => self.aborted(fact, peer, reason, now),
            FactKind::TrackPublished { peer, track_sid, kind } => {
                self.track(fact, peer, track_sid, kind.as_str(), EventType::CallTrackPublished, ids, now);
            }
            FactKind::TrackUnpublished { peer, track_sid, kind } => {
                self.track(fact, peer, track_sid, kind.as_str(), EventType::CallTrackUnpublished, ids, now);
            }
            FactKind::RecordingStarted { .. } | FactKind::RecordingEnded { .. } => self.recording(fact),
            FactKind::Transcript { .. } => self.transcript(fact),
            FactKind::ActionSignal { source_id, action_id, action_type, summary } => {
                let payload = json!({
                    "callId": null, "actionId": action_id, "actionType": action_type, "summary": summary,
                    "source": "provider_signal",
                });
                self.emit(
                    format!("cb:lk:{source_id}:action"),
                    EventType::OrchestrationActionRequested,
                    fact.at,
                    payload,
                );
            }
        }
    }

    fn after_the_end(&mut self, fact: &ProviderFact) {
        match &fact.what {
            FactKind::RecordingStarted { .. } | FactKind::RecordingEnded { .. } => self.recording(fact),
            FactKind::Transcript { .. } => self.transcript(fact),
            _ => self.no_effect("the session is over"),
        }
    }

    /// A room of our name exists: the first one connects the call, another one means that the server lost the old.
    pub(crate) fn room_seen(&mut self, fact: &ProviderFact, now: Timestamp) {
        self.session.missing_polls = 0;
        if fact.room_sid.is_empty() || self.rooms.iter().any(|r| r.sid == fact.room_sid) {
            self.no_effect("the room is already known");
            return;
        }
        // A report about an older incarnation that arrives late must not close the current one.
        let newest = self.rooms.iter().filter(|r| r.closed_at.is_none()).map(|r| r.opened_at).max();
        let late = newest.is_some_and(|opened| fact.at < opened);
        let closed_at = late.then_some(now);
        if !late {
            self.rooms.iter_mut().filter(|r| r.closed_at.is_none()).for_each(|r| r.closed_at = Some(now));
        }
        let restarted = !self.rooms.is_empty() && !late;
        self.rooms.push(RoomRow { sid: fact.room_sid.clone(), opened_at: fact.at, closed_at });
        if restarted {
            self.provider_restarted(&fact.room_sid.clone(), now, fact.inferred);
        }
        if self.rooms.len() == 1 && self.status() == Status::Created {
            let payload = json!({ "inferred": fact.inferred.then_some(true) });
            self.emit("cb:connecting".to_owned(), EventType::CallConnecting, fact.at, payload);
        }
    }

    fn provider_restarted(&mut self, new_room: &str, now: Timestamp, inferred: bool) {
        for c in self.connections.iter_mut().filter(|c| c.closed_at.is_none() && c.room_sid != new_room) {
            c.closed_at = Some(now);
            c.close_reason = Some("provider_restarted".to_owned());
        }
        for at in 0..self.participants.len() {
            if self.participants[at].phase == Phase::Connected {
                self.open_window(at, "provider_restarted", now, now, inferred);
            }
        }
    }

    fn room_finished(&mut self, fact: &ProviderFact, now: Timestamp) {
        let current = self.rooms.iter().filter(|r| r.closed_at.is_none()).map(|r| r.sid.clone()).next_back();
        if let Some(room) = self.rooms.iter_mut().find(|r| r.sid == fact.room_sid && r.closed_at.is_none()) {
            room.closed_at = Some(now);
        }
        if current.is_some_and(|sid| !fact.room_sid.is_empty() && sid != fact.room_sid) {
            self.no_effect("an older incarnation of the room finished");
        } else if self.status() == Status::Created {
            self.no_effect("the session has not begun");
        } else if self.participants.iter().any(|p| matches!(p.phase, Phase::Window | Phase::Grace)) {
            self.no_effect("a participant may still come back");
        } else {
            self.end(EndReason::ProviderEnded, now);
        }
    }

    fn joined(&mut self, fact: &ProviderFact, peer: &Peer, ids: &FreshIds, now: Timestamp) {
        let seen = self.connections.iter().position(|c| c.sid == peer.sid);
        let rang = seen.is_some_and(|at| !self.connections[at].active && self.connections[at].closed_at.is_none());
        if seen.is_some() && !(rang && peer.active) {
            self.no_effect("this connection is already known");
            return;
        }
        self.room_seen(fact, now);
        self.note = None;
        let at = self.find_or_meet(peer, &ids.participant, now);
        let participant = self.participants[at].id.clone();
        match seen {
            Some(known) => self.connections[known].active = true,
            None => self.connections.push(ConnectionRow {
                sid: peer.sid.clone(),
                room_sid: fact.room_sid.clone(),
                participant,
                active: peer.active,
                opened_at: fact.at,
                closed_at: None,
                close_reason: None,
            }),
        }
        if peer.active {
            self.present(at, fact, peer, ids, now);
        } else if self.participants[at].phase == Phase::Invited {
            self.set_phase(at, Phase::Ringing, now, None);
        }
    }

    /// A participant's media can flow.
    fn present(&mut self, at: usize, fact: &ProviderFact, peer: &Peer, ids: &FreshIds, now: Timestamp) {
        match self.participants[at].phase {
            Phase::Connected => self.no_effect("another connection of somebody who is connected"),
            // A reload within the grace: as if nothing happened, since nothing was told.
            Phase::Grace => self.set_phase(at, Phase::Connected, now, None),
            Phase::Window => self.close_window(at, fact.at, now, fact.inferred),
            Phase::Invited | Phase::Ringing | Phase::Left => {
                let p = &self.participants[at];
                let payload = json!({
                    "participantId": p.id.as_str(), "identity": p.identity, "kind": p.kind.as_str(),
                    "role": p.role.map(|r| r.as_str()), "name": p.name, "inferred": fact.inferred.then_some(true),
                });
                let id = format!("cb:lk:{}:{}:joined", fact.room_sid, peer.sid);
                self.emit(id, EventType::CallParticipantJoined, fact.at, payload);
                self.set_phase(at, Phase::Connected, now, None);
            }
        }
        if self.status() == Status::Created && self.participants[at].is_caller() {
            let fields = ProviderFields { participant: Some(peer.identity.clone()), ..ProviderFields::default() };
            self.activate(&fields, &ids.call, now);
        }
    }

    /// Our row decides who is a caller; the provider's kind decides only for identities that we did not mint.
    fn find_or_meet(&mut self, peer: &Peer, fresh: &ParticipantId, now: Timestamp) -> usize {
        if let Some(at) = self.by_identity(&peer.identity) {
            let p = &mut self.participants[at];
            if p.phase == Phase::Invited && p.kind != peer.kind {
                p.kind = peer.kind;
            }
            return at;
        }
        let role = match peer.kind {
            ParticipantKind::Standard | ParticipantKind::Phone => Some(ParticipantRole::Caller),
            ParticipantKind::Agent => Some(ParticipantRole::Agent),
            _ => None,
        };
        self.participants.push(ParticipantRow {
            id: fresh.clone(),
            identity: peer.identity.clone(),
            kind: peer.kind,
            role,
            name: peer.name.clone(),
            user: None,
            phase: Phase::Invited,
            since: now,
            deadline: None,
            attempt: 0,
            lost_at: None,
            reported_lost_at: None,
            generation: 1,
            created_at: now,
        });
        self.participants.len() - 1
    }

    fn left(&mut self, fact: &ProviderFact, peer: &Peer, reason: &LeaveReason, ids: &FreshIds, now: Timestamp) {
        if !self.connections.iter().any(|c| c.sid == peer.sid) {
            // The `joined` was lost or comes later: it happened all the same.
            let met = Peer { active: peer.active || peer.kind != ParticipantKind::Phone, ..peer.clone() };
            let arrival = ProviderFact { what: FactKind::Joined(met.clone()), inferred: true, ..fact.clone() };
            self.joined(&arrival, &met, ids, now);
        }
        self.note = None;
        let Some(c) = self.connections.iter_mut().find(|c| c.sid == peer.sid) else { return };
        if c.closed_at.is_some() {
            self.no_effect("this connection is already closed");
            return;
        }
        c.closed_at = Some(fact.at.max(c.opened_at));
        c.close_reason = Some(reason.text());
        let id = c.participant.clone();
        let Some(at) = self.index_of(&id) else { return };
        if self.open_connections(&id).next().is_some() {
            self.no_effect("the same identity is connected by another connection");
            return;
        }
        match self.participants[at].phase {
            Phase::Connected => self.lost(at, fact, reason, now),
            Phase::Ringing => self.set_phase(at, Phase::Left, now, None),
            _ => self.no_effect("the participant's departure is already known"),
        }
    }

    /// The provider's reasons are not intent: only removals and refusals are definite.
    fn lost(&mut self, at: usize, fact: &ProviderFact, reason: &LeaveReason, now: Timestamp) {
        let nobody = self.participants[at].role.is_none();
        match reason {
            LeaveReason::ParticipantRemoved | LeaveReason::RoomDeleted | LeaveReason::UserRejected => {
                self.emit_left(at, &reason.text(), fact.at, fact.inferred);
                self.after_departure(None, now);
            }
            _ if nobody => self.emit_left(at, &reason.text(), fact.at, fact.inferred),
            LeaveReason::ClientInitiated => {
                let until = now.plus_ms(self.session.leave_grace_ms);
                self.set_phase(at, Phase::Grace, now, Some(until));
            }
            other => self.open_window(at, &other.text(), fact.at, now, fact.inferred),
        }
    }

    fn aborted(&mut self, fact: &ProviderFact, peer: &Peer, reason: &LeaveReason, now: Timestamp) {
        if let Some(c) = self.connections.iter_mut().find(|c| c.sid == peer.sid && c.closed_at.is_none()) {
            c.closed_at = Some(now);
            c.close_reason = Some(reason.text());
        }
        let message =
            format!("{} could not connect: {}", peer.name.as_deref().unwrap_or(&peer.identity), reason.text());
        let payload = json!({ "code": "PROVIDER_JOIN_FAILED", "message": message, "retryable": true });
        self.emit(format!("cb:lk:{}:{}:aborted", fact.room_sid, peer.sid), EventType::CallError, fact.at, payload);
    }

    #[allow(clippy::too_many_arguments, reason = "a track fact has that many independent parts")]
    fn track(
        &mut self,
        fact: &ProviderFact,
        peer: &Peer,
        track: &str,
        kind: &str,
        ty: EventType,
        ids: &FreshIds,
        now: Timestamp,
    ) {
        if self.by_identity(&peer.identity).is_none() {
            self.joined(&ProviderFact { inferred: true, ..fact.clone() }, peer, ids, now);
        }
        let Some(at) = self.by_identity(&peer.identity) else { return };
        let verb = if ty == EventType::CallTrackPublished { "published" } else { "unpublished" };
        let payload = json!({
            "participantId": self.participants[at].id.as_str(), "trackId": track, "kind": kind,
            "inferred": fact.inferred.then_some(true),
        });
        self.emit(format!("cb:lk:{}:{track}:{verb}", peer.sid), ty, fact.at, payload);
    }

    fn recording(&mut self, fact: &ProviderFact) {
        match &fact.what {
            FactKind::RecordingStarted { recording_id, status } => {
                let payload = json!({ "recordingId": recording_id, "status": status });
                self.emit(format!("cb:lk:{recording_id}:started"), EventType::CallRecordingStarted, fact.at, payload);
            }
            FactKind::RecordingEnded { recording_id, status, uri, error } => {
                let payload = json!({ "recordingId": recording_id, "status": status, "uri": uri });
                self.emit(format!("cb:lk:{recording_id}:ended"), EventType::CallRecordingEnded, fact.at, payload);
                if let Some(error) = error.as_deref().filter(|_| !self.status().is_terminal()) {
                    let payload = json!({ "code": "PROVIDER_RECORDING_FAILED", "message": error, "retryable": false });
                    self.emit(format!("cb:lk:{recording_id}:failed"), EventType::CallError, fact.at, payload);
                }
            }
            _ => {}
        }
    }

    fn transcript(&mut self, fact: &ProviderFact) {
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
        let mut payload = json!({
            "utteranceId": utterance_id, "speaker": speaker, "text": text, "startMs": start_ms,
            "endMs": end_ms.max(start_ms), "participantId": who.map(|p| p.id.as_str()), "language": language,
        });
        if let Value::Object(members) = &mut payload {
            members.retain(|_, v| !v.is_null());
        }
        let ty = if *is_final { EventType::TranscriptFinal } else { EventType::TranscriptPartial };
        // `emit` would add callId, which transcripts do not carry.
        self.pending.push(crate::model::Pending {
            event_id: format!("cb:lk:{source_id}:transcript"),
            ty,
            ts: fact.at,
            payload,
        });
    }

    /// A successful poll that did not find the room. Two in a row open the windows of those listed.
    pub fn room_missing(&mut self, now: Timestamp) {
        if self.rooms.is_empty() {
            return;
        }
        self.session.missing_polls += 1;
        if self.session.missing_polls != 2 {
            return;
        }
        for c in self.connections.iter_mut().filter(|c| c.closed_at.is_none()) {
            c.closed_at = Some(now);
            c.close_reason = Some("provider_room_missing".to_owned());
        }
        for at in 0..self.participants.len() {
            match self.participants[at].phase {
                Phase::Connected if self.participants[at].role.is_some() => {
                    self.open_window(at, "provider_room_missing", now, now, true);
                }
                Phase::Connected => self.emit_left(at, "provider_room_missing", now, true),
                _ => {}
            }
        }
    }

    /// What a poll saw against what we believe: the facts that we missed.
    pub fn missed_facts(&self, room_sid: &str, listed: &[Peer], now: Timestamp) -> Vec<ProviderFact> {
        let fact = |what| ProviderFact { room_sid: room_sid.to_owned(), at: now, inferred: true, what };
        let mut out = Vec::new();
        if !self.rooms.iter().any(|r| r.sid == room_sid) {
            out.push(fact(FactKind::RoomStarted));
        }
        for peer in listed {
            let known = self.connections.iter().find(|c| c.sid == peer.sid);
            if known.is_none_or(|c| !c.active && peer.active && c.closed_at.is_none()) {
                out.push(fact(FactKind::Joined(peer.clone())));
            }
        }
        for c in self.connections.iter().filter(|c| c.closed_at.is_none()) {
            if listed.iter().any(|p| p.sid == c.sid) {
                continue;
            }
            if let Some(p) = self.participant(&c.participant) {
                let peer = Peer {
                    sid: c.sid.clone(),
                    identity: p.identity.clone(),
                    name: p.name.clone(),
                    kind: p.kind,
                    active: c.active,
                };
                out.push(fact(FactKind::Left(peer, LeaveReason::Absent)));
            }
        }
        out
    }
}
