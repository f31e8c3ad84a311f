//! Leaving and losing: told leaves, graces, windows, and what their ends mean for the call.

use callboard_contracts::EventType;
use callboard_contracts::call::EndReason;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{ParticipantId, Timestamp};
use serde_json::json;

use crate::model::{Call, ParticipantRow, Phase, Status};

/// The code of a call that nobody came back to.
pub const WINDOW_EXPIRED: &str = "RECONNECT_WINDOW_EXPIRED";

impl Call {
    /// Appends `call.participant.left` and marks the participant gone.
    pub(crate) fn emit_left(&mut self, at: usize, reason: &str, now: Timestamp, inferred: bool) {
        let p = &self.participants[at];
        let payload = json!({
            "participantId": p.id.as_str(), "identity": p.identity, "kind": p.kind.as_str(),
            "role": p.role.map(|r| r.as_str()), "name": p.name, "reason": reason, "inferred": inferred.then_some(true),
        });
        // Every stay begins with a connection that was not known before, so their number names the stay.
        let stay = self.connections.iter().filter(|c| c.participant == p.id).count();
        let id = format!("cb:left:{}:{stay}", p.id);
        self.emit(id, EventType::CallParticipantLeft, now, payload);
        self.set_phase(at, Phase::Left, now, None);
        let gone = self.participants[at].id.clone();
        self.participants[at].lost_at = None;
        self.participants[at].reported_lost_at = None;
        for c in self.connections.iter_mut().filter(|c| c.participant == gone && c.closed_at.is_none()) {
            c.closed_at = Some(now);
            c.close_reason = Some(reason.to_owned());
        }
    }

    /// A definite leave: told by the participant, a removal, a refusal. Ends the call when it was the last caller.
    pub fn leave(&mut self, id: &ParticipantId, reason: &str, now: Timestamp) {
        let Some(at) = self.index_of(id) else { return };
        if self.status().is_terminal() {
            return;
        }
        if self.participants[at].phase.is_present() {
            self.emit_left(at, reason, now, false);
            self.after_departure(None, now);
        } else {
            // Never came, or already gone: nothing to tell the log.
            self.set_phase(at, Phase::Left, now, None);
        }
    }

    /// After somebody is gone: the call ends when no caller is left and no window is open.
    pub(crate) fn after_departure(&mut self, failure: Option<&str>, now: Timestamp) {
        if self.status() != Status::Active || self.any_caller(Phase::is_present) {
            return;
        }
        // An externally run call has no participants of ours; nothing here may end it.
        if !self.participants.iter().any(|p| p.is_caller() && self.came(p)) {
            return;
        }
        match failure {
            Some(message) => self.fail(WINDOW_EXPIRED, message, now),
            None => self.end(EndReason::UserHangup, now),
        }
    }

    /// After a phone has refused before anybody came: the call ends when nobody else is expected. Who only holds a join
    /// link is not expected yet; who was given a token is.
    pub(crate) fn after_refusal(&mut self, now: Timestamp) {
        if self.status() == Status::Created && !self.any_caller(|phase| phase != Phase::Left) {
            self.end(EndReason::UserHangup, now);
        }
    }

    /// Opens a window for a lost participant: one `call.reconnecting` per attempt. A cut that the participant's own
    /// page has already reported is the same attempt, so only the window opens.
    pub(crate) fn open_window(&mut self, at: usize, reason: &str, lost_at: Timestamp, now: Timestamp, inferred: bool) {
        if planted(Tooth::WindowNotRenewed) && self.participants[at].attempt > 0 {
            return;
        }
        let deadline = now.plus_ms(self.session.reconnect_window_ms);
        let reported = self.participants[at].reported_lost_at;
        if reported.is_none() {
            self.participants[at].attempt += 1;
            let p = &self.participants[at];
            let payload = json!({
                "attempt": p.attempt, "at": lost_at.to_string(), "reason": reason,
                "participantId": p.id.as_str(), "windowEndsAt": deadline.to_string(), "inferred": inferred.then_some(true),
            });
            let id = format!("cb:reconnecting:{}:{}", p.id, p.attempt);
            self.emit(id, EventType::CallReconnecting, now, payload);
        }
        self.participants[at].lost_at = Some(reported.unwrap_or(lost_at));
        self.set_phase(at, Phase::Window, now, Some(deadline));
    }

    /// Closes a window: the one `call.resumed` of its attempt.
    pub(crate) fn close_window(&mut self, at: usize, back_at: Timestamp, now: Timestamp, inferred: bool) {
        let p = &self.participants[at];
        let gap_ms = p.lost_at.or(p.reported_lost_at).map_or(0, |lost| back_at.since_ms(lost).max(0));
        let payload = json!({
            "at": back_at.to_string(), "gapMs": gap_ms, "participantId": p.id.as_str(), "inferred": inferred.then_some(true),
        });
        let id = format!("cb:resumed:{}:{}", p.id, p.attempt);
        self.emit(id, EventType::CallResumed, now, payload);
        self.participants[at].lost_at = None;
        self.participants[at].reported_lost_at = None;
        self.set_phase(at, Phase::Connected, now, None);
    }

    /// Ends graces and windows whose deadline has come, the earliest first, so that a late look comes to the same end.
    pub fn expire(&mut self, now: Timestamp) {
        let over = |(at, p): (usize, &ParticipantRow)| p.deadline.filter(|d| *d <= now).map(|d| (d, at));
        let mut due: Vec<_> = self.participants.iter().enumerate().filter_map(over).collect();
        due.sort();
        for (_, at) in due {
            if self.status().is_terminal() {
                return;
            }
            match self.participants[at].phase {
                Phase::Grace => {
                    self.emit_left(at, "client_initiated", now, false);
                    self.after_departure(None, now);
                }
                Phase::Window => {
                    // Agents and observers keep no call alive, and so fail none either.
                    let fails = self.participants[at].is_caller();
                    self.emit_left(at, "reconnect_window_expired", now, false);
                    self.after_departure(fails.then_some("Nobody came back within the reconnect window."), now);
                }
                _ => self.participants[at].deadline = None,
            }
        }
    }

    /// What a participant's own page or agent saw. A hint: never a status, never a window. Whether it was recorded.
    pub fn report(&mut self, id: &ParticipantId, report: &Report, now: Timestamp) -> bool {
        let Some(at) = self.index_of(id) else { return false };
        let p = &self.participants[at];
        if self.status().is_terminal() || !p.phase.is_present() {
            return false;
        }
        let lost_at = now.plus_ms(-report.lost_for_ms.unwrap_or(0));
        if p.reported_lost_at.is_none() && lost_at < p.since {
            // The log already tells how this cut went: the provider or an earlier report said so.
            return false;
        }
        match (report.connected, p.phase, p.reported_lost_at) {
            (false, Phase::Connected, None) => {
                self.report_lost(at, report, lost_at, now);
                true
            }
            (true, Phase::Connected, None) if report.lost_for_ms.is_some() => {
                // Told only on return: both facts at once.
                self.report_lost(at, report, lost_at, now);
                self.report_back(at, report, now);
                true
            }
            (true, Phase::Connected, Some(_)) => {
                self.report_back(at, report, now);
                true
            }
            _ => false,
        }
    }

    fn report_lost(&mut self, at: usize, report: &Report, lost_at: Timestamp, now: Timestamp) {
        self.participants[at].attempt += 1;
        self.participants[at].reported_lost_at = Some(lost_at);
        let p = &self.participants[at];
        let payload = json!({
            "attempt": p.attempt, "at": lost_at.to_string(), "reason": format!("{}_lost", report.kind),
            "participantId": p.id.as_str(), "reportedBy": p.id.as_str(),
        });
        let id = format!("cb:report:{}:{}:lost", p.id, report.report_id);
        self.emit(id, EventType::CallReconnecting, now, payload);
    }

    fn report_back(&mut self, at: usize, report: &Report, now: Timestamp) {
        let p = &mut self.participants[at];
        let lost = p.reported_lost_at.take().unwrap_or(now);
        let gap_ms = report.lost_for_ms.unwrap_or_else(|| now.since_ms(lost)).max(0);
        p.since = now;
        let id = p.id.clone();
        let payload = json!({
            "at": now.to_string(), "gapMs": gap_ms, "participantId": id.as_str(), "reportedBy": id.as_str(),
        });
        self.emit(format!("cb:report:{id}:{}:back", report.report_id), EventType::CallResumed, now, payload);
    }
}

/// A connection report of a page or agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Chosen by the reporter; the same report again has no effect.
    pub report_id: String,
    /// Whether the connection is back.
    pub connected: bool,
    /// `signal` or `media`.
    pub kind: String,
    /// How long it was lost, when told on return.
    pub lost_for_ms: Option<i64>,
}
