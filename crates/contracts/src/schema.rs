//! JSON Schemas, draft 2020-12, made from the Rust types.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::incoming::{ACTOR_ID_CHARS, EVENT_ID_CHARS};
use crate::scalar::{INSTANT, MAX_INTEGER, NOT_BLANK};
use crate::{EventType, Role, SCHEMA_VERSION};

const BASE: &str = "https://callboard.dev/schemas/v1";
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema of a type's payload.
pub fn schema(ty: EventType) -> Value {
    cached(ty).clone()
}

/// The schema of a type, made once.
pub(crate) fn cached(ty: EventType) -> &'static Value {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    // In the order of `ALL`, which is the order of the variants.
    &ALL.get_or_init(|| EventType::ALL.iter().map(|ty| make(*ty)).collect())[ty as usize]
}

fn make(ty: EventType) -> Value {
    let mut schema = (ty.contract().schema)();
    without_null(&mut schema);
    schema["$schema"] = DRAFT.into();
    schema["$id"] = format!("{BASE}/{ty}.json").into();
    schema["title"] = format!("Payload of {ty}").into();
    schema["properties"]["inferred"] = json!({
        "type": "boolean",
        "description": "True for a fact that Callboard concluded and did not hear.",
    });
    schema
}

/// An optional field may be left out, and is never null.
fn without_null(schema: &mut Value) {
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for field in fields.into_iter().flatten().filter_map(|(_, field)| field.as_object_mut()) {
        field.remove("default");
        if let Some(Value::Array(kinds)) = field.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [only] = kinds.as_slice() {
                let only = only.clone();
                field.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(words)) = field.get_mut("enum") {
            words.retain(|word| !word.is_null());
        }
    }
}

/// The JSON Schema of a stored event: what replay and streams deliver.
pub fn event_schema() -> Value {
    let mut schema = envelope("envelope", "An event", "An event as it is stored, replayed and streamed.");
    schema["properties"]["sequence"] = json!({
        "type": "integer", "minimum": 1, "maximum": MAX_INTEGER,
        "description": "Place in the session's log, from 1 without gaps; set by the server.",
    });
    schema["required"] = json!(["eventId", "sessionId", "sequence", "ts", "type", "actor", "payload", "schemaVersion"]);
    schema
}

/// The JSON Schema of an event that a producer sends; the legacy keys are left out on purpose.
pub fn incoming_schema() -> Value {
    let mut schema = envelope("incoming", "An event to append", "An event as a producer sends it.");
    schema["required"] = json!(["sessionId", "type", "payload"]);
    schema
}

fn envelope(name: &str, title: &str, description: &str) -> Value {
    let types: Vec<&str> = EventType::ALL.iter().map(|ty| ty.as_str()).collect();
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    json!({
        "$schema": DRAFT,
        "$id": format!("{BASE}/{name}.json"),
        "title": title,
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "eventId": {
                "type": "string", "minLength": 1, "maxLength": EVENT_ID_CHARS,
                "pattern": r"^[^\s\u0000-\u001f\u007f-\u009f]+$",
                "description": "Unique within the session: the dedupe key. Ids that begin with cb: are Callboard's own.",
            },
            "sessionId": {
                "type": "string", "minLength": 1, "maxLength": EVENT_ID_CHARS, "pattern": NOT_BLANK,
                "description": "The session that the event belongs to.",
            },
            "ts": {
                "type": "string", "format": "date-time", "pattern": INSTANT,
                "description": "When it happened; stored and returned as UTC with Z.",
            },
            "type": { "type": "string", "enum": types, "description": "The type of the event." },
            "actor": {
                "type": "object",
                "additionalProperties": false,
                "required": ["role", "id"],
                "properties": {
                    "role": { "type": "string", "enum": roles, "description": "In which role someone acts." },
                    "id": {
                        "type": "string", "minLength": 1, "maxLength": ACTOR_ID_CHARS, "pattern": NOT_BLANK,
                        "description": "The id in that role.",
                    },
                },
                "description": "Who did it; set from the authenticated caller unless it may speak for a participant.",
            },
            "payload": { "type": "object", "description": "What happened, by type; at most 64 KiB." },
            "schemaVersion": { "type": "string", "enum": [SCHEMA_VERSION], "description": "The contract's version." },
        },
    })
}

/// A schema as it is committed: indented, keys sorted, a line feed at the end.
pub(crate) fn render(schema: &Value) -> String {
    let text = serde_json::to_string_pretty(&sorted(schema)).unwrap_or_default();
    format!("{text}\n")
}

/// The order of a map's keys depends on features of serde_json that other crates switch on.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut names: Vec<&String> = object.keys().collect();
            names.sort();
            let members = names.into_iter().map(|n| (n.clone(), sorted(&object[n])));
            Value::Object(members.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}
