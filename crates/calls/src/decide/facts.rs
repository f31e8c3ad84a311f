//! What follows from a provider's facts. Keyed by sid, never by identity or name alone; order may be wrong, messages
//! may repeat or be lost, and what is already known makes a later message a no-op.

use callboard_contracts::EventType;
use callboard_contracts::call::{ParticipantKind, ParticipantRole};
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{ParticipantId, Timestamp, limits};
use serde_json::json;

use super::ProviderFields;
use super::rooms::{PROVIDER_RESTARTED, concluded};
use crate::model::{Call, ConnectionRow, ParticipantRow, Phase, Status};
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
            self.after_the_end(fact, now);
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
            FactKind::ActionSignal { .. } => self.signal(fact),
        }
    }

    /// After the end the provider may still add what it heard and recorded, for a while.
    fn after_the_end(&mut self, fact: &ProviderFact, now: Timestamp) {
        let late = self.session.state.closed_at().is_some_and(|at| now > at.plus_ms(limits::LATE_WINDOW_MS));
        match &fact.what {
            _ if late => self.no_effect("the session and its late window are over"),
            FactKind::RecordingStarted { .. } | FactKind::RecordingEnded { .. } => self.recording(fact),
            FactKind::Transcript { .. } => self.transcript(fact),
            _ => self.no_effect("the session is over"),
        }
    }

    pub(super) fn joined(&mut self, fact: &ProviderFact, peer: &Peer, ids: &FreshIds, now: Timestamp) {
        if peer.sid.trim().is_empty() || peer.identity.trim().is_empty() {
            self.no_effect("the connection has no sid or no identity");
            return;
        }
        let seen = self.connections.iter().position(|c| c.sid == peer.sid);
        if seen.is_some_and(|at| !tells_more(&self.connections[at], fact, peer)) {
            self.no_effect("this connection is already known");
            return;
        }
        self.room_seen(fact, now);
        self.note = None;
        let at = self.find_or_meet(peer, &ids.participant, now);
        let known = seen.unwrap_or_else(|| self.connect(at, fact, peer));
        let c = &mut self.connections[known];
        (c.active, c.closed_at, c.close_reason) = (peer.active, None, None);
        if self.is_superseded(&fact.room_sid) {
            self.joined_in_the_past(at, known, fact, peer, ids, now);
        } else if peer.active {
            self.present(at, fact, peer, ids, now);
        } else if self.participants[at].phase == Phase::Invited {
            self.set_phase(at, Phase::Ringing, now, None);
        }
    }

    fn connect(&mut self, at: usize, fact: &ProviderFact, peer: &Peer) -> usize {
        self.connections.push(ConnectionRow {
            sid: peer.sid.clone(),
            room_sid: fact.room_sid.clone(),
            participant: self.participants[at].id.clone(),
            active: peer.active,
            opened_at: fact.at,
            closed_at: None,
            close_reason: None,
        });
        self.connections.len() - 1
    }

    /// A connection to a life of the room that another one has followed: it came, and it is lost.
    fn joined_in_the_past(
        &mut self,
        at: usize,
        known: usize,
        fact: &ProviderFact,
        peer: &Peer,
        ids: &FreshIds,
        now: Timestamp,
    ) {
        let c = &mut self.connections[known];
        (c.closed_at, c.close_reason) = (Some(now), Some(PROVIDER_RESTARTED.to_owned()));
        if peer.active && matches!(self.participants[at].phase, Phase::Invited | Phase::Ringing) {
            self.present(at, fact, peer, ids, now);
            self.lose_participant(at, PROVIDER_RESTARTED, now, fact.inferred);
        } else {
            self.no_effect("the connection belongs to a room that another one has followed");
        }
    }

    /// A participant's media can flow.
    fn present(&mut self, at: usize, fact: &ProviderFact, peer: &Peer, ids: &FreshIds, now: Timestamp) {
        let p = &self.participants[at];
        match p.phase {
            // A new connection is the end of a cut that the page has told.
            Phase::Connected if p.reported_lost_at.is_some_and(|lost| fact.at >= lost) => {
                self.close_window(at, fact.at, now, fact.inferred);
            }
            Phase::Connected => self.no_effect("another connection of somebody who is connected"),
            Phase::Grace if p.reported_lost_at.is_some() || p.lost_at.is_some() => {
                self.close_window(at, fact.at, now, fact.inferred);
            }
            // A reload within the grace: as if nothing happened, since nothing was told.
            Phase::Grace => {
                let since = p.since;
                self.set_phase(at, Phase::Connected, since, None);
            }
            Phase::Window => self.close_window(at, fact.at, now, fact.inferred),
            Phase::Invited | Phase::Ringing | Phase::Left => {
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
            self.keep_provider_fields(&fields);
            self.activate(&ids.call, now);
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
            name: peer.name.clone().filter(|n| !n.trim().is_empty()),
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
        let Some(known) = self.connections.iter().position(|c| c.sid == peer.sid) else { return };
        self.note = None;
        let c = &mut self.connections[known];
        let id = c.participant.clone();
        let Some(at) = self.participants.iter().position(|p| p.id == id) else { return };
        if c.closed_at.is_some() {
            self.left_late(at, known, fact, reason, now);
            return;
        }
        c.closed_at = Some(fact.at.max(c.opened_at));
        c.close_reason = Some(reason.text());
        let ringing = self.participants[at].phase == Phase::Ringing;
        if self.open_connections(&id).any(|c| c.active || ringing) && !planted(Tooth::LateLeaveApplied) {
            self.no_effect("the same identity is connected by another connection");
            return;
        }
        match self.participants[at].phase {
            Phase::Connected => self.lost(at, fact, reason, now),
            Phase::Ringing if self.participants[at].kind == ParticipantKind::Phone => {
                self.set_phase(at, Phase::Left, now, None);
                if is_definite(reason) {
                    self.after_refusal(now);
                }
            }
            Phase::Ringing => self.set_phase(at, Phase::Invited, now, None),
            _ => self.no_effect("the participant's departure is already known"),
        }
    }

    /// The provider's word on a connection that we had closed ourselves. When only the loss was known, and not that
    /// somebody wanted it, the word counts.
    fn left_late(&mut self, at: usize, known: usize, fact: &ProviderFact, reason: &LeaveReason, now: Timestamp) {
        let (c, p) = (&self.connections[known], &self.participants[at]);
        let newest = !self.connections.iter().any(|o| o.participant == p.id && o.opened_at > c.opened_at);
        let open = self.open_connections(&p.id).next().is_some();
        let wanted = is_definite(reason) || *reason == LeaveReason::ClientInitiated;
        if p.phase == Phase::Window && concluded(c) && newest && wanted && !open {
            self.connections[known].close_reason = Some(reason.text());
            self.lost(at, fact, reason, now);
        } else {
            self.no_effect("this connection is already closed");
        }
    }

    /// The provider's reasons are not intent: only removals, refusals and a phone's hang-up are definite.
    fn lost(&mut self, at: usize, fact: &ProviderFact, reason: &LeaveReason, now: Timestamp) {
        let p = &self.participants[at];
        let hung_up = p.kind == ParticipantKind::Phone && *reason == LeaveReason::ClientInitiated;
        if p.role.is_none() {
            self.emit_left(at, &reason.text(), fact.at, fact.inferred);
        } else if is_definite(reason) || hung_up {
            self.emit_left(at, &reason.text(), fact.at, fact.inferred);
            self.after_departure(None, now);
        } else if *reason == LeaveReason::ClientInitiated {
            let until = now.plus_ms(self.session.leave_grace_ms);
            let (since, until) = (p.since, p.deadline.map_or(until, |d| d.min(until)));
            self.set_phase(at, Phase::Grace, since, Some(until));
        } else {
            self.open_window(at, &reason.text(), fact.at, now, fact.inferred);
        }
    }

    fn aborted(&mut self, fact: &ProviderFact, peer: &Peer, reason: &LeaveReason, now: Timestamp) {
        let message =
            format!("{} could not connect: {}", peer.name.as_deref().unwrap_or(&peer.identity), reason.text());
        let payload = json!({ "code": "PROVIDER_JOIN_FAILED", "message": message, "retryable": true });
        let event_id = format!("cb:lk:{}:{}:aborted", fact.room_sid, peer.sid);
        self.emit(event_id, EventType::CallError, fact.at, payload);
        let Some(c) = self.connections.iter_mut().find(|c| c.sid == peer.sid && c.closed_at.is_none()) else { return };
        c.closed_at = Some(now);
        c.close_reason = Some(reason.text());
        let id = c.participant.clone();
        if self.open_connections(&id).next().is_some() {
            return;
        }
        // It had been seen before it came up.
        if let Some(at) = self.index_of(&id) {
            self.lose_participant(at, &reason.text(), now, fact.inferred);
        }
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
        let published = ty == EventType::CallTrackPublished;
        let connected = self.connections.iter().any(|c| c.sid == peer.sid);
        if self.by_identity(&peer.identity).is_none() || (published && !connected) {
            // Who publishes has joined. A phone may already do so while it rings.
            let met = Peer { active: peer.kind != ParticipantKind::Phone, ..peer.clone() };
            self.joined(&ProviderFact { inferred: true, ..fact.clone() }, &met, ids, now);
        }
        let Some(at) = self.by_identity(&peer.identity) else { return };
        let verb = if published { "published" } else { "unpublished" };
        let payload = json!({
            "participantId": self.participants[at].id.as_str(), "trackId": track, "kind": kind,
            "inferred": fact.inferred.then_some(true),
        });
        self.emit(format!("cb:lk:{}:{track}:{verb}", peer.sid), ty, fact.at, payload);
    }
}

/// What nobody takes back: somebody was sent out, the room was deleted, a phone refused.
fn is_definite(reason: &LeaveReason) -> bool {
    matches!(reason, LeaveReason::ParticipantRemoved | LeaveReason::RoomDeleted | LeaveReason::UserRejected)
}

/// Whether a `joined` about a known connection is news: a phone answers, or a poll sees what we believed lost.
fn tells_more(c: &ConnectionRow, fact: &ProviderFact, peer: &Peer) -> bool {
    let answered = c.closed_at.is_none() && !c.active;
    peer.active && (answered || (c.closed_at.is_some() && concluded(c) && fact.inferred))
}
