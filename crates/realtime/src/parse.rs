//! From JSON text to checked events: everything about an ingest that needs no database.

use std::collections::BTreeMap;

use callboard_contracts::{Family, Fault, Incoming, Refusal, validate_in_session};
use callboard_http::{PassKind, Principal};
use callboard_kernel::{Error, FieldError, Result, SessionId, Timestamp, codes, limits};
use serde_json::value::RawValue;

use crate::decide;
use crate::model::Parsed;

/// What a request to append asks for.
pub(crate) enum Ask {
    /// One event.
    One(Parsed),
    /// A batch; each event for itself, or all or none.
    Many {
        /// The events in order; those that are refused already carry why.
        events: Vec<Result<Parsed>>,
        /// Whether one refusal refuses all.
        atomic: bool,
    },
}

/// Reads a body that the strict scanner has passed.
pub(crate) fn ask(by: &Principal, text: &str) -> Result<Ask> {
    // Only a batch has this key; a look at the text spares single events a second reading.
    if text.contains("\"events\"")
        && let Ok(members) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text)
        && members.contains_key("events")
    {
        return batch(by, &members);
    }
    if text.len() > limits::BODY_BYTES {
        let message = format!("A single event may have at most {} bytes.", limits::BODY_BYTES);
        return Err(Error::new(&codes::BODY_TOO_LARGE, message).with("limitBytes", limits::BODY_BYTES));
    }
    event(by, text).map(Ask::One)
}

fn batch(by: &Principal, members: &BTreeMap<String, &RawValue>) -> Result<Ask> {
    let mut events = Vec::new();
    let mut atomic = false;
    for (name, value) in members {
        match (name.as_str(), value.get()) {
            ("events", list) => events = batch_events(by, list)?,
            ("atomic", "true") => atomic = true,
            ("atomic", "false") => {}
            ("atomic", _) => return Err(Error::invalid("/atomic", "must be true or false")),
            (other, _) => {
                let pointer = format!("/{}", other.replace('~', "~0").replace('/', "~1"));
                return Err(Error::invalid(pointer, "is not known here"));
            }
        }
    }
    Ok(Ask::Many { events, atomic })
}

fn batch_events(by: &Principal, list: &str) -> Result<Vec<Result<Parsed>>> {
    let list: Vec<&RawValue> =
        serde_json::from_str(list).map_err(|_| Error::invalid("/events", "must be an array of events"))?;
    parse_list(by, &list)
}

/// Reads the events of a batch.
///
/// # Errors
/// `VALIDATION_FAILED` when there are none or too many; faults of single events are in the list.
pub(crate) fn parse_list(by: &Principal, list: &[&RawValue]) -> Result<Vec<Result<Parsed>>> {
    if !(1..=limits::BATCH_EVENTS).contains(&list.len()) {
        return Err(Error::invalid("/events", format!("must have 1-{} events", limits::BATCH_EVENTS)));
    }
    Ok(list.iter().enumerate().map(|(at, raw)| event(by, raw.get()).map_err(|e| within_batch(e, at))).collect())
}

/// The same error with pointers that lead into the batch.
pub(crate) fn within_batch(error: Error, at: usize) -> Error {
    let fields: Vec<FieldError> = error
        .fields()
        .iter()
        .map(|f| FieldError { pointer: format!("/events/{at}{}", f.pointer), reason: f.reason.clone() })
        .collect();
    let mut out = Error::new(error.code(), error.message().to_owned()).with_fields(fields);
    for (name, value) in error.extra() {
        out = out.with(name, value.clone());
    }
    if let Some(note) = error.internal_note() {
        out = out.note(note);
    }
    out
}

/// Reads and checks one event.
fn event(by: &Principal, text: &str) -> Result<Parsed> {
    let incoming = Incoming::parse(text).map_err(refused)?;
    if incoming.event_id.as_deref().is_some_and(|id| id.starts_with("cb:")) {
        return Err(Error::invalid("/eventId", "ids that begin with cb: are Callboard's own; choose another"));
    }
    let payload = payload(by, &incoming)?;
    validate_in_session(incoming.ty, &incoming.session_id, &payload).map_err(|f| invalid(&f))?;
    let ts = match &incoming.ts {
        None => None,
        Some(text) => {
            let outside = || invalid(&[Fault::new("/ts", "must lie between the years 1970 and 9999")]);
            Some(Timestamp::parse_rfc3339(text).ok_or_else(outside)?)
        }
    };
    let session = SessionId::parse(&incoming.session_id).ok_or_else(|| Error::not_found("session"))?;
    Ok(Parsed { event_id: incoming.event_id, session, ts, ty: incoming.ty, actor: incoming.actor, payload })
}

/// The payload that will be stored: as sent, except that a person's own speech is marked as theirs.
fn payload(by: &Principal, incoming: &Incoming) -> Result<String> {
    let sent = incoming.payload.get();
    let stored = match by {
        Principal::Pass { kind: PassKind::Participant, participant, .. }
            if incoming.ty.family() == Family::Transcript =>
        {
            decide::as_own(sent, participant.as_str())?
        }
        _ => sent.to_owned(),
    };
    if stored.len() > limits::PAYLOAD_BYTES {
        let reason = format!("must have at most {} bytes", limits::PAYLOAD_BYTES);
        return Err(invalid(&[Fault::new("/payload", reason)]));
    }
    Ok(stored)
}

fn refused(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Invalid(faults) => invalid(&faults),
        Refusal::UnknownType(name) => {
            let message =
                format!("{} is no type of contract v1; /v1/schemas lists them.", callboard_kernel::short(&name, 80));
            Error::new(&codes::UNKNOWN_EVENT_TYPE, message).field("/type", "is not in the contract")
        }
        Refusal::SequenceNotAllowed => {
            let message = "Sequences are given by the server; send the event without one.";
            Error::new(&codes::SEQUENCE_NOT_ALLOWED, message).field("/sequence", "must not be sent")
        }
    }
}

fn invalid(faults: &[Fault]) -> Error {
    let message = match faults {
        [only] => format!("{}: {}.", only.pointer, only.reason),
        many => format!("The event has {} faults.", many.len()),
    };
    let fields = faults.iter().map(|f| FieldError { pointer: f.pointer.clone(), reason: f.reason.clone() });
    Error::new(&codes::EVENT_INVALID, message).with_fields(fields)
}

#[cfg(test)]
mod tests {
    use callboard_http::Scope;
    use callboard_kernel::{ApiKeyId, ParticipantId, PassId, TenantId};

    use super::*;

    fn key() -> Principal {
        let (tenant, key) = (TenantId::from_stored("ten".into()), ApiKeyId::from_stored("key".into()));
        Principal::Key { tenant, key, scopes: vec![Scope::EventsWrite], login: None }
    }

    fn participant() -> Principal {
        Principal::Pass {
            tenant: TenantId::from_stored("ten".into()),
            session: SessionId::from_stored("s".into()),
            participant: ParticipantId::from_stored("par_own".into()),
            pass: PassId::from_stored("pas".into()),
            kind: PassKind::Participant,
            from_sequence: 0,
        }
    }

    const GOOD: &str = r#"{"sessionId":"s","type":"transcript.final","payload":{"utteranceId":"u","speaker":"user","text":"hi","startMs":0,"endMs":1}}"#;

    #[test]
    fn single_events_are_refused_with_code_and_place() {
        let big = GOOD.replace("hi", &"x".repeat(limits::PAYLOAD_BYTES));
        let huge = GOOD.replace("hi", &"x".repeat(limits::BODY_BYTES));
        for (text, code, pointer) in [
            (GOOD.replace("{\"sess", "{\"sequence\":1,\"sess").as_str(), "SEQUENCE_NOT_ALLOWED", "/sequence"),
            (&GOOD.replace("transcript.final", "transcript.maybe"), "UNKNOWN_EVENT_TYPE", "/type"),
            (&GOOD.replace("{\"sess", "{\"eventId\":\"cb:1\",\"sess"), "VALIDATION_FAILED", "/eventId"),
            (&GOOD.replace("{\"sess", "{\"eventId\":\"a b\",\"sess"), "EVENT_INVALID", "/eventId"),
            (&GOOD.replace("{\"sess", "{\"ts\":\"March 3 2026\",\"sess"), "EVENT_INVALID", "/ts"),
            (&GOOD.replace("{\"sess", "{\"ts\":\"1969-12-31T23:59:59Z\",\"sess"), "EVENT_INVALID", "/ts"),
            (&GOOD.replace("{\"sess", "{\"colour\":1,\"sess"), "EVENT_INVALID", "/colour"),
            (&GOOD.replace("\"endMs\":1", "\"endMs\":-1"), "EVENT_INVALID", "/payload/endMs"),
            (&GOOD.replace("\"startMs\":0", "\"startMs\":7"), "EVENT_INVALID", "/payload/endMs"),
            (&GOOD.replace("\"s\"", "\"../x\""), "NOT_FOUND", ""),
            ("[]", "EVENT_INVALID", ""),
            (&big, "EVENT_INVALID", "/payload"),
            (&huge, "BODY_TOO_LARGE", ""),
        ] {
            let Err(error) = ask(&key(), text) else { panic!("{text}") };
            let place = error.fields().first().map_or("", |f| f.pointer.as_str());
            assert_eq!((error.code().name, place), (code, pointer), "{}", callboard_kernel::short(text, 120));
        }
        assert!(matches!(ask(&key(), GOOD), Ok(Ask::One(_))));
    }

    #[test]
    fn batches_point_into_themselves() {
        let bad = GOOD.replace("\"endMs\":1", "\"endMs\":-1");
        let text = format!("{{\"atomic\":true,\"events\":[{GOOD},{bad}]}}");
        let Ok(Ask::Many { events, atomic: true }) = ask(&key(), &text) else { panic!("a batch") };
        assert!(events[0].is_ok());
        let error = events[1].as_ref().expect_err("a fault");
        assert_eq!(error.fields()[0].pointer, "/events/1/payload/endMs");
        for (text, pointer) in [
            (r#"{"events":[]}"#.to_owned(), "/events"),
            (r#"{"events":{}}"#.to_owned(), "/events"),
            (format!("{{\"events\":[{}]}}", vec!["1"; limits::BATCH_EVENTS + 1].join(",")), "/events"),
            (format!("{{\"events\":[{GOOD}],\"atomic\":1}}"), "/atomic"),
            (format!("{{\"events\":[{GOOD}],\"a/b\":1}}"), "/a~1b"),
        ] {
            let Err(error) = ask(&key(), &text) else { panic!("{text}") };
            assert_eq!((error.code().name, error.fields()[0].pointer.as_str()), ("VALIDATION_FAILED", pointer));
        }
    }

    #[test]
    fn people_speak_for_themselves() {
        let Ok(Ask::One(parsed)) = ask(&participant(), &GOOD.replace("\"speaker\":\"user\",", "")) else {
            panic!("good")
        };
        assert!(parsed.payload.ends_with(r#""speaker":"user","participantId":"par_own"}"#), "{}", parsed.payload);
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _outcome = ask(&key(), &text);
            let _outcome = ask(&participant(), &format!("{{\"events\":[{text}]}}"));
        }
    }
}
