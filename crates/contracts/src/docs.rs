//! The committed copies: one JSON Schema per type, and `docs/events.md`.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::Value;

use crate::schema::{cached, event_schema, incoming_schema, render};
use crate::{EventType, Family};

/// Files that are made from this crate, by path from the root of the repository. The example `generate`
/// writes them, and a test compares them.
pub fn generated_files() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from("openapi/schemas/v1");
    let mut files: Vec<(PathBuf, String)> =
        EventType::ALL.iter().map(|ty| (folder.join(format!("{ty}.json")), render(cached(*ty)))).collect();
    files.push((folder.join("envelope.json"), render(&event_schema())));
    files.push((folder.join("incoming.json"), render(&incoming_schema())));
    files.push((PathBuf::from("docs/events.md"), events_page()));
    files
}

const HEAD: &str = "\
# Events

Generated from `crates/contracts` by `cargo run -p callboard-contracts --example generate`; do not edit.

Every event has the eight keys below, in this order. JSON Schemas lie in `openapi/schemas/v1/` and are
served at `/v1/schemas`. A producer leaves `sequence` out, and may leave out every key that is marked
with ?. The old names `timestamp` (for `ts`) and `version` (for `schemaVersion`) are still
accepted, one at a time; any other key is refused.

Within version 1 the keys and the types below stay, and payload fields are only added, as optional ones.
Payload fields beyond those listed are kept. A field marked with ? may be left out and is never null.
Integers lie within 0 and 2^53-1 unless a row says otherwise, and are written without fraction or
exponent. Text is not blank. Instants are RFC 3339 with a zone and at most microseconds.
`inferred: true` may stand in any payload: Callboard concluded the fact and did not hear it.

";

/// Who may write each family or type, beside Callboard itself. Enforced at ingest, not here.
fn writers(ty: EventType) -> &'static str {
    const BRIDGE: &str = "Callboard, the provider bridge";
    const AGENT: &str = "Callboard, the provider bridge, an agent's pass, a server key with events:write";
    match ty {
        EventType::CallAgentStateChanged | EventType::CallTurnOwnerChanged | EventType::CallTurnTiming => AGENT,
        EventType::CallError => {
            "Callboard, the provider bridge; an agent's pass and a server key with events:write for codes AGENT_…"
        }
        EventType::TranscriptPartial | EventType::TranscriptFinal => {
            "Callboard, the provider bridge, an agent's pass, a server key with events:write, a participant's pass for its own words"
        }
        EventType::OrchestrationActionRequested => "Callboard, the provider bridge (a note, never an action)",
        EventType::ActionProposed | EventType::UsageTick => {
            "Callboard, an agent's pass, a server key with events:write"
        }
        _ if ty.family() == Family::Call => BRIDGE,
        _ => "Callboard alone",
    }
}

fn events_page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| key | type | meaning |\n|---|---|---|\n");
    let event = event_schema();
    let sent = names(&incoming_schema()["required"]);
    for name in names(&event["required"]) {
        let mark = if sent.contains(&name) || name == "sequence" { "" } else { "?" };
        row(&mut page, &name, mark, &event["properties"][&name]);
    }
    for family in Family::ALL {
        let _ = write!(page, "\n## {family}\n");
        for ty in EventType::ALL.iter().filter(|ty| ty.family() == *family) {
            section(&mut page, *ty);
        }
    }
    page
}

fn section(page: &mut String, ty: EventType) {
    let schema = cached(ty);
    let meaning = schema["description"].as_str().unwrap_or_default();
    let _ = write!(page, "\n### {ty}\n\n{meaning}\n\nWritten by: {}.\n\n", writers(ty));
    page.push_str("| field | type | meaning |\n|---|---|---|\n");
    let fields = &schema["properties"];
    let required = names(&schema["required"]);
    for name in &required {
        row(page, name, "", &fields[name]);
    }
    let mut optional: Vec<&String> = fields.as_object().map(|o| o.keys().collect()).unwrap_or_default();
    optional.sort();
    for name in optional.into_iter().filter(|n| *n != "inferred" && !required.contains(n)) {
        row(page, name, "?", &fields[name]);
    }
    if schema.get("oneOf").is_some() {
        page.push_str("\nEither `billableSeconds`, or `quantity` with `unit`.\n");
    }
}

fn row(page: &mut String, name: &str, mark: &str, field: &Value) {
    let meaning = field["description"].as_str().unwrap_or_default();
    let _ = writeln!(page, "| `{name}`{mark} | {} | {meaning} |", kind(field));
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A field's type in words.
fn kind(field: &Value) -> String {
    let words = names(&field["enum"]);
    // The list of types is the page itself.
    if words.len() > 12 {
        return "one of the types below".to_owned();
    }
    if !words.is_empty() {
        return words.join(", ");
    }
    match (field["type"].as_str(), field["format"].as_str()) {
        (Some("string"), Some("date-time")) => "instant".to_owned(),
        (Some("string"), _) => match field["maxLength"].as_u64() {
            Some(max) => format!("text, at most {max} characters"),
            None => "text".to_owned(),
        },
        (Some("integer"), _) if field["minimum"].as_i64() < Some(0) => "integer, may be negative".to_owned(),
        (Some("number"), _) => "number, 0 to 1".to_owned(),
        (Some("boolean"), _) => "true or false".to_owned(),
        (Some("object"), _) if field.get("properties").is_some() => "object {role, id}".to_owned(),
        (Some(other), _) => other.to_owned(),
        (None, _) => String::new(),
    }
}
