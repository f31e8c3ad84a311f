//! What every payload can do: be written, be checked, be described.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{EventType, Fault};

/// The payload of one type. Fields beyond the struct's own are allowed in events and ignored when read.
pub trait Payload: Serialize + DeserializeOwned + JsonSchema {
    /// The type that this payload belongs to.
    const TYPE: EventType;

    /// Rules across fields, which neither serde nor the JSON Schema expresses.
    fn rules(&self, _faults: &mut Vec<Fault>) {}

    /// The payload as compact JSON.
    fn to_json(&self) -> String {
        // Only maps with keys that are not text can fail, and payloads have none; an empty text is no
        // JSON object, so even then validation refuses it.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The payload of a type, with the Rust type erased.
#[derive(Clone, Copy)]
pub(crate) struct Contract {
    /// Reads the payload strictly; `Ok` holds the faults across fields.
    pub check: fn(&str) -> Result<Vec<Fault>, serde_json::Error>,
    /// The JSON Schema as derived.
    pub schema: fn() -> serde_json::Value,
}

impl Contract {
    pub(crate) const fn of<P: Payload>() -> Self {
        Self { check: check::<P>, schema: derived::<P> }
    }
}

fn check<P: Payload>(json: &str) -> Result<Vec<Fault>, serde_json::Error> {
    let payload: P = serde_json::from_str(json)?;
    let mut faults = Vec::new();
    payload.rules(&mut faults);
    Ok(faults)
}

fn derived<P: Payload>() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .with(|s| s.inline_subschemas = true)
        .into_generator()
        .into_root_schema_for::<P>()
        .to_value()
}
