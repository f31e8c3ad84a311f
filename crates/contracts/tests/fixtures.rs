//! Every type has samples, good and bad, and both the Rust types and the JSON Schemas judge them alike.

use std::path::{Path, PathBuf};

use callboard_contracts::{
    EventType, Fault, Incoming, Refusal, event_schema, incoming_schema, schema, validate_payload,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    valid: Vec<Box<RawValue>>,
    invalid: Vec<Bad>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Bad {
    why: String,
    pointer: String,
    /// Why the schema alone lets this pass; absent when it must refuse it too.
    schema_accepts: Option<String>,
    payload: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelopes {
    valid: Vec<Box<RawValue>>,
    legacy: Vec<Box<RawValue>>,
    invalid: Vec<BadEnvelope>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct BadEnvelope {
    why: String,
    pointer: String,
    refusal: String,
    schema_accepts: Option<String>,
    event: Box<RawValue>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let path = folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; every type needs valid and invalid samples there", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).expect("our schemas are schemas")
}

/// White space between tokens never reaches the contract: the strict scanner takes it out.
fn compact(raw: &RawValue) -> String {
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in raw.get().chars() {
        if quoted || !c.is_ascii_whitespace() {
            text.push(c);
        }
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = quoted,
            '"' => quoted = !quoted,
            _ => {}
        }
    }
    text
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).expect("fixtures are JSON")
}

#[test]
fn every_type_has_samples_and_no_samples_are_orphans() {
    for ty in EventType::ALL {
        let fixtures: Fixtures = read(ty.as_str());
        assert!(fixtures.valid.len() >= 2, "{ty} needs two valid samples or more");
        assert!(fixtures.invalid.len() >= 3, "{ty} needs three invalid samples or more");
    }
    for entry in std::fs::read_dir(folder()).expect("the folder of fixtures") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or_default();
        assert!(name == "envelope" || EventType::parse(name).is_some(), "{} belongs to no type", path.display());
    }
}

#[test]
fn valid_payloads_pass_types_and_schemas() {
    for ty in EventType::ALL {
        let validator = validator(&schema(*ty));
        for sample in read::<Fixtures>(ty.as_str()).valid {
            let text = compact(&sample);
            assert_eq!(validate_payload(*ty, &text), Ok(()), "{ty} {text}");
            if let Err(e) = validator.validate(&value(&text)) {
                panic!("{ty} {text}: the schema refuses it: {e}");
            }
        }
    }
}

#[test]
fn invalid_payloads_fail_types_and_schemas_with_one_fault_at_the_place() {
    for ty in EventType::ALL {
        let validator = validator(&schema(*ty));
        for bad in read::<Fixtures>(ty.as_str()).invalid {
            let text = compact(&bad.payload);
            let faults: Vec<Fault> = validate_payload(*ty, &text).err().unwrap_or_default();
            let places: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
            assert_eq!(places, [bad.pointer.as_str()], "{ty} {}: {text}: {faults:?}", bad.why);
            assert_eq!(
                validator.is_valid(&value(&text)),
                bad.schema_accepts.is_some(),
                "{ty} {}: {text}: schema and fixture disagree",
                bad.why
            );
        }
    }
}

#[test]
fn valid_envelopes_are_read() {
    let validator = validator(&incoming_schema());
    let envelopes: Envelopes = read("envelope");
    for sample in &envelopes.valid {
        let text = compact(sample);
        assert!(Incoming::parse(&text).is_ok(), "{text}: {:?}", Incoming::parse(&text));
        assert!(validator.is_valid(&value(&text)), "{text}: the schema refuses it");
    }
    for sample in &envelopes.legacy {
        let text = compact(sample);
        let incoming = Incoming::parse(&text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        let sent = value(&text);
        assert_eq!(incoming.ts.as_deref(), sent["timestamp"].as_str(), "{text}");
        assert_eq!(incoming.schema_version, "1.0");
        // The legacy names are accepted, and not advertised.
        let modern = sent.get("timestamp").is_none() && sent.get("version").is_none();
        assert_eq!(validator.is_valid(&sent), modern, "{text}");
    }
}

#[test]
fn invalid_envelopes_are_refused_for_the_right_reason() {
    let validator = validator(&incoming_schema());
    for bad in read::<Envelopes>("envelope").invalid {
        let text = compact(&bad.event);
        let refusal = Incoming::parse(&text).err();
        let sent = value(&text);
        match (bad.refusal.as_str(), &refusal) {
            ("sequence", Some(Refusal::SequenceNotAllowed)) => {}
            ("unknownType", Some(Refusal::UnknownType(ty))) => {
                assert_eq!(Some(ty.as_str()), sent["type"].as_str());
            }
            ("invalid", Some(Refusal::Invalid(faults))) => {
                let places: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
                assert_eq!(places, [bad.pointer.as_str()], "{}: {text}: {faults:?}", bad.why);
            }
            (expected, got) => panic!("{}: {text}: expected {expected}, got {got:?}", bad.why),
        }
        assert_eq!(
            validator.is_valid(&sent),
            bad.schema_accepts.is_some(),
            "{}: {text}: schema and fixture disagree",
            bad.why
        );
    }
}

#[test]
fn an_event_is_told_of_all_its_faults_at_once() {
    let event = r#"{"eventId":"a b","type":"call.error","ts":"soon","who":1,"payload":{"code":"X","retryable":1}}"#;
    let Err(Refusal::Invalid(faults)) = Incoming::parse(event) else {
        panic!("accepted, or refused for another reason");
    };
    let mut places: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
    places.sort_unstable();
    let expected = ["/eventId", "/payload/message", "/payload/retryable", "/sessionId", "/ts", "/who"];
    assert_eq!(places, expected);
}

#[test]
fn payload_text_stays_as_it_was_written() {
    let event = r#"{"payload":{"callId":"s","b":1.50,"a":1e2},"type":"call.connecting","sessionId":"s"}"#;
    let incoming = Incoming::parse(event).expect("a good event");
    assert_eq!(incoming.payload.get(), r#"{"callId":"s","b":1.50,"a":1e2}"#);
    assert_eq!(incoming.ty, EventType::CallConnecting);
    assert_eq!((incoming.event_id, incoming.ts), (None, None));
}

#[test]
fn the_stored_event_has_a_schema_of_its_own() {
    let validator = validator(&event_schema());
    let good = r#"{"eventId":"e","sessionId":"s","sequence":1,"ts":"2026-01-31T12:00:00Z","type":"call.connecting","actor":{"role":"system","id":"callboard"},"payload":{},"schemaVersion":"1.0"}"#;
    assert!(validator.is_valid(&value(good)));
    let keys: Vec<String> = value(good).as_object().expect("an object").keys().cloned().collect();
    for key in keys {
        let mut without = value(good);
        without.as_object_mut().expect("an object").remove(&key);
        assert!(!validator.is_valid(&without), "{key} may be missing");
    }
    assert!(!validator.is_valid(&value(&good.replace("\"sequence\":1", "\"sequence\":0"))));
    assert!(!validator.is_valid(&value(&good.replace("\"payload\":{}", "\"payload\":{},\"x\":1"))));
}
