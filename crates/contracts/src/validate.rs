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
            // serde would also read a struct from an array.
            if !payload_json.trim_start().starts_with('{') {
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
pub fn validate_in_session(ty: EventType, session_id: &str, payload_json: &str) -> Result<(), Vec<Fault>> {
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
        Some(scalar::CURRENCY) => (scalar::is_currency(text), "must be an ISO 4217 code: three capital letters"),
        _ => (true, ""),
    };
    (!good).then(|| reason.to_owned())
}

fn integer_fault(schema: &Value, value: &Value) -> Option<String> {
    let low = schema["minimum"].as_i64().unwrap_or(-MAX_INTEGER);
    let high = schema["maximum"].as_i64().unwrap_or(MAX_INTEGER);
    let good = value.as_i64().is_some_and(|n| (low..=high).contains(&n));
    (!good).then(|| format!("must be an integer from {low} to {high}, written without fraction or exponent"))
}

fn number_fault(schema: &Value, value: &Value) -> Option<String> {
    let low = schema["minimum"].as_f64().unwrap_or(f64::MIN);
    let high = schema["maximum"].as_f64().unwrap_or(f64::MAX);
    let good = value.as_f64().is_some_and(|n| (low..=high).contains(&n));
    (!good).then(|| format!("must be a number from {low} to {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::select;

    fn any_value() -> impl Strategy<Value = Value> {
        let choice = select(vec!["voice", "user", "seconds", "agent", "EUR", " ", "", "x"]);
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-2i64..2000).prop_map(Value::from),
            (-1.5f64..2.5).prop_map(Value::from),
            choice.prop_map(Value::from),
            ".{0,3}".prop_map(Value::from),
            Just(Value::from("2026-01-31T12:00:00Z")),
            Just(serde_json::json!({ "user": null })),
            Just(serde_json::json!([])),
        ]
    }

    proptest! {
        /// The struct and the schema refuse the same payloads, whatever stands in the fields.
        #[test]
        fn struct_and_schema_agree(ty in select(EventType::ALL), values in prop::collection::vec((any_value(), 0u8..8), 12)) {
            let schema = schema::cached(ty);
            let names = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
            let mut payload = serde_json::Map::new();
            for (name, (value, keep)) in names.filter(|n| *n != "inferred").zip(values) {
                if keep > 0 {
                    payload.insert(name.clone(), value);
                }
            }
            let value = Value::Object(payload);
            let mut faults = Vec::new();
            walk(schema, &value, "/payload", &mut faults);
            let read = (ty.contract().check)(&value.to_string());
            prop_assert_eq!(read.is_err(), !faults.is_empty(), "{}: {:?}, {:?}", value, read, faults);
        }
    }

    #[test]
    fn the_call_id_is_the_session() {
        let check = |ty, payload| validate_in_session(ty, "cs_1", payload);
        assert_eq!(check(EventType::CallConnecting, r#"{"callId":"cs_1"}"#), Ok(()));
        assert_eq!(
            check(EventType::CallConnecting, r#"{"callId":"RM_xyz"}"#),
            Err(vec![Fault::new("/payload/callId", "must equal the event's sessionId")])
        );
        assert_eq!(
            check(EventType::CallConnecting, r#"{"callId":7}"#),
            Err(vec![Fault::new("/payload/callId", "must be text")])
        );
        let error = r#"{"code":"AGENT_X","message":"m","retryable":true}"#;
        assert_eq!(check(EventType::CallError, error), Ok(()));
        let tick = r#"{"meterId":"m","billableSeconds":1,"callId":"another meaning"}"#;
        assert_eq!(check(EventType::UsageTick, tick), Ok(()));
    }

    #[test]
    fn every_fault_is_told() {
        let payload = r#"{"utteranceId":" ","text":3,"startMs":1.5,"endMs":-1,"confidence":2,"inferred":1}"#;
        let faults = validate_payload(EventType::TranscriptFinal, payload).unwrap_err();
        let mut places: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
        places.sort_unstable();
        let expected = ["confidence", "endMs", "inferred", "speaker", "startMs", "text", "utteranceId"];
        assert_eq!(places, expected.map(|name| format!("/payload/{name}")));
    }

    #[test]
    fn inferred_is_seen_however_it_is_spelled() {
        for spelled in ["inferred", "\\u0069nferred", "inferre\\u0064"] {
            let with = |v: &str| format!("{{\"callId\":\"s\",\"{spelled}\":{v}}}");
            assert_eq!(validate_payload(EventType::CallConnecting, &with("true")), Ok(()));
            assert_eq!(
                validate_payload(EventType::CallConnecting, &with("\"true\"")),
                Err(vec![Fault::new("/payload/inferred", "must be true or false")])
            );
        }
        let mentioned = r#"{"callId":"inferred \u00e9"}"#;
        assert_eq!(validate_payload(EventType::CallConnecting, mentioned), Ok(()));
    }
}
