//! Status: activate, end, fail. Terminal states have no exits.

use callboard_contracts::EventType;
use callboard_contracts::call::EndReason;
use callboard_kernel::{Error, Result, Timestamp, codes};
use serde_json::json;

use crate::model::{Call, LastError, NO_PROVIDER, OWN_PROVIDERS, Phase, Status};

/// Provider fields that a request names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderFields {
    /// The provider's name.
    pub provider: Option<String>,
    /// The room.
    pub room: Option<String>,
    /// The first caller's identity.
    pub participant: Option<String>,
    /// The call's id at the provider.
    pub call: Option<String>,
}

/// A request to change the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// For externally run calls.
    Activate(ProviderFields),
    /// With an optional reason.
    End(EndReason, ProviderFields),
    /// With a code and a message.
    Fail(String, String, ProviderFields),
}

/// What a request for a status did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateChange {
    /// The status changed.
    Changed,
    /// It already was so; timestamps and events untouched.
    Replay,
}

/// Who asks for an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndAsk {
    /// A server's key.
    Key,
    /// The session's own user.
    Owner,
    /// Another user.
    Operator,
}

/// The reason of an end by whom it was asked; anything else asked for is refused.
pub fn end_reason_for(by: EndAsk, asked: Option<EndReason>) -> Result<EndReason> {
    let (default, allowed): (EndReason, &[EndReason]) = match by {
        EndAsk::Key => (EndReason::Completed, &[EndReason::Completed, EndReason::UserHangup, EndReason::AgentHandover]),
        EndAsk::Owner => (EndReason::UserHangup, &[EndReason::UserHangup]),
        EndAsk::Operator => (EndReason::OperatorEnded, &[EndReason::OperatorEnded]),
    };
    let reason = asked.unwrap_or(default);
    if allowed.contains(&reason) {
        return Ok(reason);
    }
    let names: Vec<&str> = allowed.iter().map(|r| r.as_str()).collect();
    Err(Error::new(&codes::END_REASON_INVALID, format!("This caller may end a call as: {}.", names.join(", ")))
        .field("/endReason", format!("must be one of {}", names.join(", "))))
}

impl Call {
    /// Changes the status as asked, or says that nothing changes, or refuses.
    pub fn change_state(&mut self, ask: &Ask, call_id: &str, now: Timestamp) -> Result<StateChange> {
        let (to, fields) = match ask {
            Ask::Activate(fields) => (Status::Active, fields),
            Ask::End(_, fields) => (Status::Ended, fields),
            Ask::Fail(_, _, fields) => (Status::Failed, fields),
        };
        self.check_provider_fields(fields)?;
        if self.status() == to {
            return Ok(StateChange::Replay);
        }
        self.check_transition(to)?;
        self.keep_provider_fields(fields);
        match ask {
            Ask::Activate(_) => self.activate(call_id, now),
            Ask::End(reason, _) => self.end(*reason, now),
            Ask::Fail(code, message, _) => self.fail(code, message, now),
        }
        Ok(StateChange::Changed)
    }

    fn check_transition(&self, to: Status) -> Result<()> {
        let allowed: &[Status] = match self.status() {
            Status::Created => &[Status::Active, Status::Ended, Status::Failed],
            Status::Active => &[Status::Ended, Status::Failed],
            Status::Ended | Status::Failed => &[],
        };
        if allowed.contains(&to) {
            return Ok(());
        }
        let names: Vec<&str> = allowed.iter().map(|s| s.as_str()).collect();
        Err(Error::new(&codes::INVALID_TRANSITION, format!("A session that is {} cannot become {to}.", self.status()))
            .with("from", self.status().as_str())
            .with("to", to.as_str())
            .with("allowed", names))
    }

    /// From activation on, provider fields are fixed; before, the room alone is.
    pub fn check_provider_fields(&self, asked: &ProviderFields) -> Result<()> {
        let s = &self.session;
        let fixed = s.state.started_at.is_some() || self.status().is_terminal();
        let differs = |asked: &Option<String>, have: Option<&str>, fixed: bool| {
            asked.as_deref().is_some_and(|a| (fixed || have.is_some()) && have != Some(a))
        };
        // Rooms of our own bridges are named by us alone: whoever could name one would hear another session's webhooks.
        let claims = asked.provider.as_deref().is_some_and(|p| p != s.provider && OWN_PROVIDERS.contains(&p));
        let wrong = [
            (
                "provider",
                differs(&asked.provider, Some(s.provider.as_str()).filter(|p| *p != NO_PROVIDER), fixed) || claims,
            ),
            ("providerRoomId", differs(&asked.room, s.provider_room_id.as_deref(), fixed)),
            ("providerParticipantId", differs(&asked.participant, s.provider_participant_id.as_deref(), fixed)),
            ("providerCallId", differs(&asked.call, s.provider_call_id.as_deref(), fixed)),
        ];
        let mut error =
            Error::new(&codes::PROVIDER_CORRELATION_MISMATCH, "Provider fields are fixed once a call is active.");
        let mut any = false;
        for (name, _) in wrong.iter().filter(|(_, wrong)| *wrong) {
            any = true;
            error = error.field(format!("/{name}"), "differs from the session's value");
        }
        if any { Err(error) } else { Ok(()) }
    }

    /// Takes over what is not set yet; what is set was compared before.
    pub(crate) fn keep_provider_fields(&mut self, fields: &ProviderFields) {
        let s = &mut self.session;
        if let Some(provider) = &fields.provider {
            s.provider.clone_from(provider);
        }
        let keep = |have: &mut Option<String>, asked: &Option<String>| {
            if have.is_none() {
                have.clone_from(asked);
            }
        };
        keep(&mut s.provider_room_id, &fields.room);
        keep(&mut s.provider_participant_id, &fields.participant);
        keep(&mut s.provider_call_id, &fields.call);
    }

    /// `created -> active`: sets startedAt once.
    pub(crate) fn activate(&mut self, call_id: &str, now: Timestamp) {
        let s = &mut self.session;
        s.provider_call_id.get_or_insert_with(|| call_id.to_owned());
        s.state.status = Status::Active;
        s.state.started_at = Some(now);
        s.version += 1;
        let provider_session = s.provider_call_id.clone();
        self.emit(
            "cb:connected".to_owned(),
            EventType::CallConnected,
            now,
            json!({ "connectedAt": now.to_string(), "providerSessionId": provider_session }),
        );
    }

    /// Ends the call: everybody listed leaves, then the outcome.
    pub(crate) fn end(&mut self, reason: EndReason, now: Timestamp) {
        self.dismiss_all("session_over", now);
        let s = &mut self.session;
        s.state.status = Status::Ended;
        s.state.ended_at = Some(now);
        s.state.end_reason = Some(reason);
        s.version += 1;
        let duration_ms = s.state.started_at.map_or(0, |started| now.since_ms(started).max(0));
        self.emit(
            "cb:ended".to_owned(),
            EventType::CallEnded,
            now,
            json!({
                "endedAt": now.to_string(), "durationMs": duration_ms, "durationSeconds": duration_ms / 1000,
                "endReason": reason.as_str(),
            }),
        );
    }

    /// Fails the call: an error and a terminal failure, and no `call.ended`.
    pub(crate) fn fail(&mut self, code: &str, message: &str, now: Timestamp) {
        self.dismiss_all("session_over", now);
        let s = &mut self.session;
        s.state.status = Status::Failed;
        s.state.failed_at = Some(now);
        s.last_error = Some(LastError { code: code.to_owned(), message: message.to_owned(), at: now });
        s.version += 1;
        let error = json!({ "code": code, "message": message, "retryable": false });
        self.emit("cb:failure".to_owned(), EventType::CallError, now, error);
        let failure = json!({ "failedAt": now.to_string(), "code": code, "message": message });
        self.emit("cb:failed".to_owned(), EventType::CallTerminalFailure, now, failure);
    }

    fn dismiss_all(&mut self, reason: &str, now: Timestamp) {
        for at in 0..self.participants.len() {
            if self.participants[at].phase.is_present() {
                self.emit_left(at, reason, now, false);
            } else {
                self.set_phase(at, Phase::Left, now, None);
            }
        }
    }
}
