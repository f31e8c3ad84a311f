//! Whether a payload keeps to its type.
//!
//! The good case reads the typed struct straight from the text. Only when that fails is the payload read
//! a second time as a tree and walked along its own JSON Schema, so that the caller hears of every
//! fault; what is refused and what the schema says cannot drift apart.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::scalar::{self, MAX_INTEGER};
use crate::{EventType, instant, schema};

/// One fault in an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON Pointer relative to the event object, such as `/payload/startMs`.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

impl Fault {
    /// A fault at a place.
    pub fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), reason: reason.into() }
    }
}

/// Checks a payload (JSON text that the strict scanner has passed) against its type.
///
/// # Errors
/// Every fault found; rules across fields are only judged once each field is right by itself.
pub fn validate_payload(ty: EventType, payload_json: &str) -> Result<(), Vec<Fault>> {
    let faults = match (ty.contract().check)(payload_json) {
        // Empty, unless a rule across fields is broken.
        Ok(mut faults) => {
            if !payload_json.starts_with('{') {
                faults.push(Fault::new("/payload", "must be an object"));
            }
            if let Err(fault) = inferred(payload_json) {
                faults.push(fault);
            }
            faults
        }
        Err(e) => all_faults(ty, payload_json, &e),
    };
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// [`validate_payload`], and the rule that `callId` is the session's id.
///
/// # Errors
/// Every fault found, as in [`validate_payload`].
pub fn validate_in_session(
    ty: EventType,
    session_id: &str,
    payload_json: &str,
) -> Result<(), Vec<Fault>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct CallId {
        #[serde(default)]
        call_id: Option<String>,
    }
    let mut faults = validate_payload(ty, payload_json).err().unwrap_or_default();
    if ty.family() == crate::Family::Call
        && let Ok(CallId { call_id: Some(id) }) = serde_json::from_str(payload_json)
        && id != session_id
        && !id.trim().is_empty()
    {
        faults.push(Fault::new("/payload/callId", "must equal the event's sessionId"));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// `inferred` may stand in every payload and no struct carries it; looked for only where it can be.
fn inferred(payload_json: &str) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Inferred {
        #[serde(default, rename = "inferred", deserialize_with = "scalar::present")]
        _inferred: Option<bool>,
    }
    // A key can also be spelled with escapes.
    if !payload_json.contains("inferred") && !payload_json.contains("\\u") {
        return Ok(());
    }
    match serde_json::from_str::<Inferred>(payload_json) {
        Ok(_) => Ok(()),
        Err(_) => Err(Fault::new("/payload/inferred", "must be true or false")),
    }
}

fn all_faults(ty: EventType, payload_json: &str, error: &serde_json::Error) -> Vec<Fault> {
    let value: Value = match serde_json::from_str(payload_json) {
        Ok(value) => value,
        Err(e) => return vec![Fault::new("/payload", format!("is not JSON: {e}"))],
    };
    let mut faults = Vec::new();
    walk(schema::cached(ty), &value, "/payload", &mut faults);
    if faults.is_empty() {
        // The struct refuses what the schema lets pass: a test holds this empty, and still nothing
        // invalid may get through.
        faults.push(Fault::new("/payload", format!("does not fit {ty}: {error}")));
    }
    faults
}

/// Walks a value along a schema of the few keywords that the contract uses.
fn walk(schema: &Value, value: &Value, pointer: &str, faults: &mut Vec<Fault>) {
    if value.is_null() {
        faults.push(Fault::new(pointer, "must not be null; leave out an optional field"));
        return;
    }
    let reason = match schema["type"].as_str() {
        Some("object") => return walk_object(schema, value, pointer, faults),
        Some("string") => text_fault(schema, value),
        Some("integer") => integer_fault(schema, value),
        Some("number") => number_fault(schema, value),
        Some("boolean") if !value.is_boolean() => Some("must be true or false".to_owned()),
        _ => None,
    };
    if let Some(reason) = reason {
        faults.push(Fault::new(pointer, reason));
    }
}

fn walk_object(schema: &Value, value: &Value, pointer: &str, faults: &mut Vec<Fault>) {
    let Some(object) = value.as_object() else {
        faults.push(Fault::new(pointer, "must be an object"));
        return;
    };
    let required = schema["required"].as_array().into_iter().flatten();
    for name in required.filter_map(Value::as_str) {
        if !object.contains_key(name) {
            faults.push(Fault::new(format!("{pointer}/{name}"), "is required"));
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(found) = object.get(name) {
            walk(field, found, &format!("{pointer}/{name}"), faults);
        }
    }
}

fn text_fault(schema: &Value, value: &Value) -> Option<String> {
    if let Some(choices) = schema["enum"].as_array() {
        let words: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
        let known = value.as_str().is_some_and(|text| words.contains(&text));
        return (!known).then(|| format!("must be one of: {}", words.join(", ")));
    }
    let Some(text) = value.as_str() else {
        return Some("must be text".to_owned());
    };
    let (good, reason) = match schema["pattern"].as_str() {
        Some(scalar::NOT_BLANK) => (scalar::not_blank(text), "must not be blank"),
        Some(scalar::INSTANT) => (
            instant::is_instant(text),
            "must be an RFC 3339 instant with a zone and at most microseconds, such as 2026-01-31T12:00:00.5Z",
        ),
        Some(scalar::CURRENCY) => {
            (scalar::is_currency(text), "must be an ISO 4217 code: three capital letters")
        }
        _ => (true, ""),
    };
    (!good).then(|| reason.to_owned())
}

fn integer_fault(schema: &Value, value: &Value) -> Option<String> {
    let low = schema["minimum"].as_i64().unwrap_or(-MAX_INTEGER);
    let high = schema["maximum"].as_i64().unwrap_or(MAX_INTEGER);
    let good = value.as_i64().is_some_and(|n| (low..=high).contains(&n));
    (!good).then(|| {
        format!("must be an integer from {low} to {high}, written without fraction or exponent")
    })
}

fn number_fault(schema: &Value, value: &Value) -> Option<String> {
    let low = schema["minimum"].as_f64().unwrap_or(f64::MIN);
    let high = schema["maximum"].as_f64().unwrap_or(f64::MAX);
    let good = value.as_f64().is_some_and(|n| (low..=high).contains(&n));
    (!good).then(|| format!("must be a number from {low} to {high}"))
}
