//! The stored event: eight keys, always in the contract's order.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::EventType;

/// The version that this crate speaks.
pub const SCHEMA_VERSION: &str = "1.0";

choices! {
    /// In which role someone acts.
    Role {
        /// A person the call is for.
        User = "user",
        /// A program that talks.
        Agent = "agent",
        /// The media provider.
        Provider = "provider",
        /// A person or server of the tenant.
        Operator = "operator",
        /// Callboard itself.
        System = "system",
    }
}

/// Who did what an event tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// The id in that role: a participant's identity, a user's id, a provider's name.
    pub id: String,
}

impl Actor {
    /// An actor.
    pub fn new(role: Role, id: impl Into<String>) -> Self {
        Self { role, id: id.into() }
    }
}

/// An event as it is stored, replayed and streamed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// Unique within the session; the dedupe key.
    pub event_id: String,
    /// The session that the event belongs to.
    pub session_id: String,
    /// Place in the session's log, from 1 without gaps.
    pub sequence: i64,
    /// When it happened: RFC 3339, UTC, `Z`.
    pub ts: String,
    /// The type.
    #[serde(rename = "type")]
    pub ty: EventType,
    /// Who did it.
    pub actor: Actor,
    /// The payload as it was stored.
    pub payload: Box<RawValue>,
    /// The contract's version.
    pub schema_version: Cow<'static, str>,
}

impl Event {
    /// Appends the event as compact JSON; the same bytes as its `Serialize`.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        out.reserve(self.payload.get().len() + 320);
        out.extend_from_slice(b"{\"eventId\":");
        write_text(out, &self.event_id);
        out.extend_from_slice(b",\"sessionId\":");
        write_text(out, &self.session_id);
        out.extend_from_slice(b",\"sequence\":");
        write_number(out, self.sequence);
        out.extend_from_slice(b",\"ts\":");
        write_text(out, &self.ts);
        out.extend_from_slice(b",\"type\":\"");
        out.extend_from_slice(self.ty.as_str().as_bytes());
        out.extend_from_slice(b"\",\"actor\":{\"role\":\"");
        out.extend_from_slice(self.actor.role.as_str().as_bytes());
        out.extend_from_slice(b"\",\"id\":");
        write_text(out, &self.actor.id);
        out.extend_from_slice(b"},\"payload\":");
        out.extend_from_slice(self.payload.get().as_bytes());
        out.extend_from_slice(b",\"schemaVersion\":");
        write_text(out, &self.schema_version);
        out.push(b'}');
    }
}

impl PartialEq for Event {
    /// Equal when the written JSON is equal, byte for byte.
    fn eq(&self, other: &Self) -> bool {
        self.event_id == other.event_id
            && self.session_id == other.session_id
            && self.sequence == other.sequence
            && self.ts == other.ts
            && self.ty == other.ty
            && self.actor == other.actor
            && self.payload.get() == other.payload.get()
            && self.schema_version == other.schema_version
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|b| b >= 0x20 && b != b'"' && b != b'\\') {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    // Writing text into memory cannot fail.
    let escaped = serde_json::to_string(text).unwrap_or_default();
    out.extend_from_slice(escaped.as_bytes());
}

fn write_number(out: &mut Vec<u8>, number: i64) {
    // Twenty bytes hold every i64, sign included.
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn eight_keys_in_order() {
        let event = Event {
            event_id: "evt_1".into(),
            session_id: "s".into(),
            sequence: 7,
            ts: "2026-01-31T12:00:00Z".into(),
            ty: EventType::CallConnecting,
            actor: Actor::new(Role::System, "callboard"),
            payload: RawValue::from_string("{\"callId\":\"s\"}".into()).unwrap(),
            schema_version: SCHEMA_VERSION.into(),
        };
        let text = r#"{"eventId":"evt_1","sessionId":"s","sequence":7,"ts":"2026-01-31T12:00:00Z","type":"call.connecting","actor":{"role":"system","id":"callboard"},"payload":{"callId":"s"},"schemaVersion":"1.0"}"#;
        let mut out = Vec::new();
        event.write_json(&mut out);
        assert_eq!(String::from_utf8(out).unwrap(), text);
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!(serde_json::from_str::<Event>(text).unwrap(), event);
    }

    proptest! {
        #[test]
        fn both_writers_agree(id in ".*", actor in ".*", sequence in any::<i64>(), text in ".*") {
            let payload = serde_json::json!({ "text": text }).to_string();
            let event = Event {
                event_id: id.clone(),
                session_id: id,
                sequence,
                ts: String::new(),
                ty: EventType::TranscriptFinal,
                actor: Actor::new(Role::User, actor),
                payload: RawValue::from_string(payload).unwrap(),
                schema_version: SCHEMA_VERSION.into(),
            };
            let mut out = Vec::new();
            event.write_json(&mut out);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&event).unwrap());
        }
    }
}
