//! An event as a producer sends it: the strict envelope.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::scalar::present;
use crate::{Actor, EventType, Fault, Role, SCHEMA_VERSION, instant, validate_payload};

/// Longest `eventId`, characters.
pub const EVENT_ID_CHARS: usize = 128;
/// Longest `actor.id`, characters.
pub const ACTOR_ID_CHARS: usize = 256;

/// A producer's event whose envelope is right. Its payload is an object and otherwise unchecked:
/// [`validate_payload`] or [`crate::validate_in_session`] does that.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// The producer's id, if it sent one. May begin with `cb:`, which the caller has to refuse.
    pub event_id: Option<String>,
    /// The session that the event is for.
    pub session_id: String,
    /// The instant that the producer sent, as written.
    pub ts: Option<String>,
    /// The type.
    pub ty: EventType,
    /// The participant that the producer speaks for, if it named one.
    pub actor: Option<Actor>,
    /// The payload, as written.
    pub payload: Box<RawValue>,
    /// Always `1.0`.
    pub schema_version: &'static str,
}

/// Why an event is refused. What forbids itself comes first: a sequence, then an unknown type, then faults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The event has faults; all of them, in the payload too.
    Invalid(Vec<Fault>),
    /// The type is none of the contract's.
    UnknownType(String),
    /// Only the server gives sequences.
    SequenceNotAllowed,
}

/// The envelope as serde reads it when nothing is wrong.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire {
    #[serde(default, deserialize_with = "present")]
    event_id: Option<String>,
    session_id: String,
    #[serde(default, deserialize_with = "present")]
    ts: Option<String>,
    #[serde(default, deserialize_with = "present")]
    timestamp: Option<String>,
    #[serde(rename = "type")]
    ty: EventType,
    #[serde(default, deserialize_with = "present")]
    actor: Option<Box<RawValue>>,
    payload: Box<RawValue>,
    #[serde(default, deserialize_with = "present")]
    schema_version: Option<String>,
    #[serde(default, deserialize_with = "present")]
    version: Option<String>,
}

impl Incoming {
    /// Reads one event from JSON text that the strict scanner has passed and compacted. The legacy keys
    /// `timestamp` and `version` are read as `ts` and `schemaVersion`.
    ///
    /// # Errors
    /// [`Refusal`], with every fault of envelope and payload.
    pub fn parse(compact_json: &str) -> Result<Self, Refusal> {
        // serde would also read a struct from an array, here and in `accept`.
        let wire = compact_json.starts_with('{').then(|| serde_json::from_str::<Wire>(compact_json).ok()).flatten();
        wire.and_then(Self::accept).ok_or_else(|| refusal(compact_json))
    }

    /// The event, if its envelope keeps every rule.
    fn accept(wire: Wire) -> Option<Self> {
        if wire.ts.is_some() && wire.timestamp.is_some() || wire.schema_version.is_some() && wire.version.is_some() {
            return None;
        }
        let ts = wire.ts.or(wire.timestamp);
        let version = wire.schema_version.or(wire.version);
        let actor: Option<Actor> = match wire.actor.as_deref().map(RawValue::get) {
            Some(text) if text.starts_with('{') => Some(serde_json::from_str(text).ok()?),
            Some(_) => return None,
            None => None,
        };
        let good = wire.event_id.as_deref().is_none_or(|id| event_id_fault(id).is_none())
            && id_fault(&wire.session_id, EVENT_ID_CHARS).is_none()
            && ts.as_deref().is_none_or(instant::is_instant)
            && version.is_none_or(|v| v == SCHEMA_VERSION)
            && actor.as_ref().is_none_or(|a| id_fault(&a.id, ACTOR_ID_CHARS).is_none())
            && wire.payload.get().starts_with('{');
        good.then_some(Self {
            event_id: wire.event_id,
            session_id: wire.session_id,
            ts,
            ty: wire.ty,
            actor,
            payload: wire.payload,
            schema_version: SCHEMA_VERSION,
        })
    }
}

/// What is wrong with an `eventId`, if anything.
pub fn event_id_fault(id: &str) -> Option<&'static str> {
    let count = id.chars().count();
    if !(1..=EVENT_ID_CHARS).contains(&count) {
        return Some("must have 1 to 128 characters");
    }
    id.chars().any(|c| c.is_whitespace() || c.is_control()).then_some("must not hold blanks or control characters")
}

fn id_fault(id: &str, max: usize) -> Option<String> {
    if id.trim().is_empty() {
        return Some("must not be blank".to_owned());
    }
    (id.chars().count() > max).then(|| format!("must have at most {max} characters"))
}

/// Finds every reason against an event; only called when there is one.
fn refusal(json: &str) -> Refusal {
    let event = match serde_json::from_str::<Value>(json) {
        Ok(Value::Object(event)) => event,
        Ok(_) => return Refusal::Invalid(vec![Fault::new("", "an event must be an object")]),
        Err(e) => return Refusal::Invalid(vec![Fault::new("", format!("is not JSON: {e}"))]),
    };
    if event.contains_key("sequence") {
        return Refusal::SequenceNotAllowed;
    }
    let ty = event.get("type").and_then(Value::as_str);
    if let Some(unknown) = ty.filter(|t| !t.trim().is_empty() && EventType::parse(t).is_none()) {
        return Refusal::UnknownType(unknown.to_owned());
    }
    let mut faults = Vec::new();
    envelope_faults(&event, &mut faults);
    if let (Some(ty), Some(payload)) = (ty.and_then(EventType::parse), raw_payload(json)) {
        faults.extend(validate_payload(ty, payload.get()).err().unwrap_or_default());
    } else {
        require(&event, "payload", &mut faults);
    }
    if faults.is_empty() {
        // What serde refused and none of the rules above names.
        faults.push(Fault::new("", "does not fit the envelope of an event"));
    }
    Refusal::Invalid(faults)
}

/// The payload's own text: in a tree, the spelling of its numbers is lost.
fn raw_payload(json: &str) -> Option<Box<RawValue>> {
    #[derive(Deserialize)]
    struct Payload {
        payload: Box<RawValue>,
    }
    serde_json::from_str::<Payload>(json).ok().map(|p| p.payload)
}

fn require(event: &Map<String, Value>, name: &str, faults: &mut Vec<Fault>) {
    if !event.contains_key(name) {
        faults.push(Fault::new(format!("/{name}"), "is required"));
    }
}

fn envelope_faults(event: &Map<String, Value>, faults: &mut Vec<Fault>) {
    for name in ["sessionId", "type"] {
        require(event, name, faults);
    }
    for (legacy, name) in [("timestamp", "ts"), ("version", "schemaVersion")] {
        if event.contains_key(legacy) && event.contains_key(name) {
            let reason = format!("is the old name of {name}; send one of them");
            faults.push(Fault::new(format!("/{legacy}"), reason));
        }
    }
    for (name, value) in event {
        if name == "actor" && value.is_object() {
            actor_faults(value, faults);
            continue;
        }
        let reason = match (name.as_str(), value) {
            ("payload", _) => None,
            (
                "eventId" | "sessionId" | "ts" | "timestamp" | "type" | "schemaVersion" | "version",
                Value::String(text),
            ) => text_fault(name, text),
            ("eventId" | "ts" | "timestamp" | "schemaVersion" | "version" | "actor", Value::Null) => {
                Some("must not be null; leave it out".to_owned())
            }
            ("eventId" | "sessionId" | "ts" | "timestamp" | "type" | "schemaVersion" | "version", _) => {
                Some("must be text".to_owned())
            }
            ("actor", _) => Some("must be an object with role and id".to_owned()),
            _ => Some("is not a key of an event".to_owned()),
        };
        if let Some(reason) = reason {
            faults.push(Fault::new(format!("/{}", escape(name)), reason));
        }
    }
}

fn text_fault(name: &str, text: &str) -> Option<String> {
    match name {
        "eventId" => event_id_fault(text).map(str::to_owned),
        "sessionId" => id_fault(text, EVENT_ID_CHARS),
        "type" => text.trim().is_empty().then(|| "must not be blank".to_owned()),
        "ts" | "timestamp" => (!instant::is_instant(text)).then(|| {
            "must be an RFC 3339 instant with a zone and at most microseconds, such as 2026-01-31T12:00:00.5Z"
                .to_owned()
        }),
        _ => (text != SCHEMA_VERSION).then(|| format!("must be {SCHEMA_VERSION:?}")),
    }
}

fn actor_faults(actor: &Value, faults: &mut Vec<Fault>) {
    let Some(object) = actor.as_object() else { return };
    for name in ["role", "id"] {
        if !object.contains_key(name) {
            faults.push(Fault::new(format!("/actor/{name}"), "is required"));
        }
    }
    for (name, value) in object {
        let reason = match (name.as_str(), value.as_str()) {
            ("role", role) => role.and_then(Role::parse).is_none().then(|| {
                let words: Vec<&str> = Role::ALL.iter().map(|r| r.as_str()).collect();
                format!("must be one of: {}", words.join(", "))
            }),
            ("id", Some(id)) => id_fault(id, ACTOR_ID_CHARS),
            ("id", None) => Some("must be text".to_owned()),
            _ => Some("is not a key of an actor".to_owned()),
        };
        if let Some(reason) = reason {
            faults.push(Fault::new(format!("/actor/{}", escape(name)), reason));
        }
    }
}

/// A key as a part of a JSON Pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
