//! The lives of a session's room, and what a poll says about it.

use callboard_contracts::EventType;
use callboard_contracts::call::EndReason;
use callboard_kernel::Timestamp;
use serde_json::json;

use crate::model::{Call, ConnectionRow, Phase, RoomRow, Status};
use crate::provider::{FactKind, LeaveReason, Peer, ProviderFact};

/// The provider lost the room and made it again.
pub(super) const PROVIDER_RESTARTED: &str = "provider_restarted";
/// Two polls did not find the room.
const ROOM_MISSING: &str = "provider_room_missing";
/// A poll did not find the connection; the text of [`LeaveReason::Absent`].
const ABSENT: &str = "absent";

/// Whether we closed a connection by our own conclusion; the provider said nothing about it.
pub(super) fn concluded(c: &ConnectionRow) -> bool {
    matches!(c.close_reason.as_deref(), Some(PROVIDER_RESTARTED | ROOM_MISSING | ABSENT))
}

impl Call {
    /// A room of our name exists: the first one connects the call, another one means that the server lost the old.
    pub(super) fn room_seen(&mut self, fact: &ProviderFact, now: Timestamp) {
        self.session.missing_polls = 0;
        // A poll finds the room that there is now, whatever the clocks say by which reports are put in order.
        let found = fact.inferred && fact.what == FactKind::RoomStarted;
        let known = self.rooms.iter().position(|r| r.sid == fact.room_sid);
        if fact.room_sid.is_empty() || known.is_some_and(|at| !found || self.rooms[at].closed_at.is_none()) {
            self.no_effect("the room is already known");
            return;
        }
        // A report about an older incarnation that arrives late must not close the current one.
        let newest = self.rooms.iter().filter(|r| r.closed_at.is_none()).map(|r| r.opened_at).max();
        let late = !found && newest.is_some_and(|opened| fact.at < opened);
        let closed_at = late.then_some(now);
        if !late {
            self.rooms.iter_mut().filter(|r| r.closed_at.is_none()).for_each(|r| r.closed_at = Some(now));
        }
        let restarted = !self.rooms.is_empty() && !late;
        match known {
            Some(at) => self.rooms[at].closed_at = None,
            None => self.rooms.push(RoomRow { sid: fact.room_sid.clone(), opened_at: fact.at, closed_at }),
        }
        if restarted {
            self.lose_connections(PROVIDER_RESTARTED, Some(&fact.room_sid), now, fact.inferred);
        }
        if self.rooms.len() == 1 && self.status() == Status::Created {
            let payload = json!({ "inferred": fact.inferred.then_some(true) });
            self.emit("cb:connecting".to_owned(), EventType::CallConnecting, fact.at, payload);
        }
    }

    /// Whether a life of the room is over and another one has followed it.
    pub(super) fn is_superseded(&self, room_sid: &str) -> bool {
        let over = self.rooms.iter().any(|r| r.sid == room_sid && r.closed_at.is_some());
        over && self.rooms.iter().any(|r| r.closed_at.is_none())
    }

    /// Closes the open connections outside of one room, and opens the windows of those who have none left.
    fn lose_connections(&mut self, reason: &str, but_in: Option<&str>, now: Timestamp, inferred: bool) {
        let lost = |c: &&mut ConnectionRow| c.closed_at.is_none() && but_in.is_none_or(|room| c.room_sid != room);
        for c in self.connections.iter_mut().filter(lost) {
            c.closed_at = Some(now);
            c.close_reason = Some(reason.to_owned());
        }
        for at in 0..self.participants.len() {
            let id = self.participants[at].id.clone();
            if self.open_connections(&id).next().is_none() {
                self.lose_participant(at, reason, now, inferred);
            }
        }
    }

    /// Somebody's last connection is gone without a word from the provider about them.
    pub(super) fn lose_participant(&mut self, at: usize, reason: &str, now: Timestamp, inferred: bool) {
        match self.participants[at].phase {
            Phase::Connected if self.participants[at].role.is_some() => {
                self.open_window(at, reason, now, now, inferred)
            }
            Phase::Connected => self.emit_left(at, reason, now, inferred),
            Phase::Ringing => self.set_phase(at, Phase::Invited, now, None),
            _ => {}
        }
    }

    pub(super) fn room_finished(&mut self, fact: &ProviderFact, now: Timestamp) {
        let current = self.rooms.iter().filter(|r| r.closed_at.is_none()).map(|r| r.sid.clone()).next_back();
        if let Some(room) = self.rooms.iter_mut().find(|r| r.sid == fact.room_sid && r.closed_at.is_none()) {
            room.closed_at = Some(now);
        }
        if current.is_some_and(|sid| !fact.room_sid.is_empty() && sid != fact.room_sid) {
            self.no_effect("an older incarnation of the room finished");
        } else if self.status() == Status::Created {
            self.no_effect("the session has not begun");
        } else if self.any_caller(|phase| matches!(phase, Phase::Window | Phase::Grace)) {
            self.no_effect("a caller may still come back");
        } else {
            self.end(EndReason::ProviderEnded, now);
        }
    }

    /// A successful poll that did not find the room. Two in a row open the windows of those listed.
    pub fn room_missing(&mut self, now: Timestamp) {
        if self.rooms.is_empty() {
            return;
        }
        // Polls that overlap are one look: the second must have begun after the first had concluded.
        self.session.provider_version += 1;
        self.session.missing_polls += 1;
        if self.session.missing_polls == 2 {
            self.lose_connections(ROOM_MISSING, None, now, true);
        }
    }

    /// What a poll saw against what we believe: the facts that we missed.
    pub fn missed_facts(&self, room_sid: &str, listed: &[Peer], now: Timestamp) -> Vec<ProviderFact> {
        let fact = |what| ProviderFact { room_sid: room_sid.to_owned(), at: now, inferred: true, what };
        let mut out = Vec::new();
        let found = !self.rooms.iter().any(|r| r.sid == room_sid && r.closed_at.is_none());
        if found {
            out.push(fact(FactKind::RoomStarted));
        }
        for peer in listed {
            let known = self.connections.iter().find(|c| c.sid == peer.sid);
            if known.is_none_or(|c| peer.active && self.may_return(c, found)) {
                out.push(fact(FactKind::Joined(peer.clone())));
            }
        }
        for c in self.connections.iter().filter(|c| c.closed_at.is_none()) {
            if listed.iter().any(|p| p.sid == c.sid) {
                continue;
            }
            if let Some(p) = self.participant(&c.participant) {
                let (sid, identity, name) = (c.sid.clone(), p.identity.clone(), p.name.clone());
                let peer = Peer { sid, identity, name, kind: p.kind, active: c.active };
                out.push(fact(FactKind::Left(peer, LeaveReason::Absent)));
            }
        }
        out
    }

    /// Rings, or was believed lost while its window or grace still runs, or with a room that is the current one after all.
    fn may_return(&self, c: &ConnectionRow, room_found: bool) -> bool {
        let expected = room_found
            || self.participant(&c.participant).is_some_and(|p| matches!(p.phase, Phase::Window | Phase::Grace));
        (c.closed_at.is_none() && !c.active) || (c.closed_at.is_some() && concluded(c) && expected)
    }
}
