//! Payloads as text: their members are replaced and read without changing how the rest is written.

use std::fmt;

use callboard_kernel::{Error, Result};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, in order, as written.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(member) = map.next_entry::<String, &RawValue>()? {
                    out.push(member);
                }
                Ok(Members(out))
            }
        }
        d.deserialize_map(Read)
    }
}

/// The payload of a participant's own transcript: speaker and participant as the server knows them, whatever was sent.
pub(crate) fn as_own(payload: &str, participant: &str) -> Result<String> {
    let Members(members) = serde_json::from_str(payload).map_err(|e| Error::invalid("/payload", e.to_string()))?;
    let mut out = String::with_capacity(payload.len() + 64);
    out.push('{');
    for (name, value) in members.iter().filter(|(name, _)| name != "speaker" && name != "participantId") {
        push_member(&mut out, name, value.get())?;
    }
    push_member(&mut out, "speaker", "\"user\"")?;
    push_member(&mut out, "participantId", &serde_json::to_string(participant).map_err(Error::internal)?)?;
    out.push('}');
    Ok(out)
}

fn push_member(out: &mut String, name: &str, value: &str) -> Result<()> {
    if out.len() > 1 {
        out.push(',');
    }
    out.push_str(&serde_json::to_string(name).map_err(Error::internal)?);
    out.push(':');
    out.push_str(value);
    Ok(())
}

/// A text member of a payload; empty when there is none.
pub(crate) fn text_member(payload: &str, name: &str) -> String {
    let Ok(Members(members)) = serde_json::from_str(payload) else { return String::new() };
    members
        .iter()
        .find(|(n, _)| n == name)
        .and_then(|(_, value)| serde_json::from_str(value.get()).ok())
        .unwrap_or_default()
}
