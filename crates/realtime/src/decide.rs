//! Who may write what (contract v1), without a database. Decision 0040 says why actors are given as they are.

use callboard_contracts::{Actor, EventType, Family, Role};
use callboard_http::{PassKind, Principal, Scope};
use callboard_kernel::{Error, Result, Timestamp, codes, limits};

use crate::model::{Parsed, Person, SessionView};

mod speech;
#[cfg(test)]
mod tests;

pub(crate) use speech::as_own;

/// Refuses an event that this caller may not write into this session now; gives the actor that is stored.
///
/// `own` is the participant that a pass speaks for, `named` the one that `incoming.actor` names, if the session has it.
///
/// # Errors
/// `FORBIDDEN` (a key without `events:write`), `EVENT_FAMILY_FORBIDDEN`, `ACTOR_FORBIDDEN`, `SESSION_CLOSED`.
pub(crate) fn admit(
    by: &Principal,
    session: SessionView,
    own: Option<&Person>,
    named: Option<&Person>,
    incoming: &Parsed,
    now: Timestamp,
) -> Result<Actor> {
    family(by, incoming)?;
    let actor = actor(by, own, named, incoming)?;
    open(session, incoming.ty, now)?;
    Ok(actor)
}

/// Whether the caller's kind may write events of this type at all.
fn family(by: &Principal, incoming: &Parsed) -> Result<()> {
    let ty = incoming.ty;
    let may = match by {
        Principal::Key { .. } if !by.has_scope(Scope::EventsWrite) => {
            return Err(Error::new(&codes::FORBIDDEN, "Writing events needs an API key with the scope events:write."));
        }
        Principal::Key { .. } | Principal::Pass { kind: PassKind::Agent, .. } => agent_may_write(ty),
        Principal::Pass { kind: PassKind::Participant, .. } => ty.family() == Family::Transcript,
        Principal::User { .. } => false,
    };
    if !may {
        let message = format!("{} cannot be written with this credential.", ty.as_str());
        return Err(Error::new(&codes::EVENT_FAMILY_FORBIDDEN, message).field("/type", "is not this writer's to write"));
    }
    if ty == EventType::CallError && !speech::text_member(&incoming.payload, "code").starts_with("AGENT_") {
        let message = "Of call.error, only codes that begin with AGENT_ can be written.";
        return Err(
            Error::new(&codes::EVENT_FAMILY_FORBIDDEN, message).field("/payload/code", "must begin with AGENT_")
        );
    }
    Ok(())
}

/// The types that agents and servers write.
pub(crate) const fn agent_may_write(ty: EventType) -> bool {
    matches!(
        ty,
        EventType::TranscriptPartial
            | EventType::TranscriptFinal
            | EventType::ActionProposed
            | EventType::CallTurnOwnerChanged
            | EventType::CallTurnTiming
            | EventType::CallAgentStateChanged
            | EventType::CallError
            | EventType::UsageTick
    )
}

/// The actor that the event gets: the caller, unless it names one that it may speak for.
fn actor(by: &Principal, own: Option<&Person>, named: Option<&Person>, incoming: &Parsed) -> Result<Actor> {
    let asked = incoming.actor.as_ref();
    let forbidden = || {
        let message = "This credential does not speak for that actor; leave `actor` out to be named by the server.";
        Error::new(&codes::ACTOR_FORBIDDEN, message).field("/actor", "is not this writer's to name")
    };
    match by {
        Principal::Key { key, .. } => match asked {
            None => Ok(Actor::new(Role::Operator, key.as_str())),
            Some(a) => match a.role {
                Role::Agent | Role::User => Ok(a.clone()),
                Role::Operator if a.id == key.as_str() => Ok(a.clone()),
                _ => Err(forbidden()),
            },
        },
        Principal::Pass { kind, .. } => {
            let own = own.ok_or_else(|| Error::not_found("participant"))?;
            let role = if *kind == PassKind::Agent { Role::Agent } else { Role::User };
            match asked {
                None => Ok(Actor::new(role, own.id.as_str())),
                Some(a) if a.role == role && is(own, &a.id) => Ok(Actor::new(role, own.id.as_str())),
                Some(a) if *kind == PassKind::Agent && a.role == Role::User && is_speech(incoming.ty) => {
                    let person = named.filter(|p| is(p, &a.id)).ok_or_else(forbidden)?;
                    Ok(Actor::new(Role::User, person.id.as_str()))
                }
                Some(_) => Err(forbidden()),
            }
        }
        Principal::User { .. } => Err(forbidden()),
    }
}

fn is(person: &Person, id: &str) -> bool {
    person.identity == id || person.id == id
}

const fn is_speech(ty: EventType) -> bool {
    matches!(ty.family(), Family::Transcript)
}

/// After a session has ended only late transcripts and recordings come in, and only within the late window.
fn open(session: SessionView, ty: EventType, now: Timestamp) -> Result<()> {
    let Some(closed_at) = session.closed_at else { return Ok(()) };
    let late = is_speech(ty) || matches!(ty, EventType::CallRecordingStarted | EventType::CallRecordingEnded);
    if late && now <= closed_at.plus_ms(limits::LATE_WINDOW_MS) {
        return Ok(());
    }
    let message = if late { "The late window of this session is over." } else { "The session is over." };
    Err(Error::new(&codes::SESSION_CLOSED, message).with("closedAt", closed_at.to_string()))
}

/// Whether a refusal may give way to a repetition: what is stored already can be asked for again at any time.
pub(crate) fn yields_to_repetition(error: &Error) -> bool {
    error.is(&codes::SESSION_CLOSED)
}
