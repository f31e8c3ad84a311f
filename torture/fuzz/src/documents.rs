//! JSON, envelopes and payloads.

use callboard_contracts::{ACTOR_ID_CHARS, EVENT_ID_CHARS, EventType, Incoming, Refusal, validate_payload};
use callboard_kernel::json::{Rules, check, same_value};
use serde_json::Value;

use crate::halves;

fn strict(data: &[u8]) -> Option<String> {
    check(data, Rules::default()).ok()
}

/// What passes is JSON, compact, and passes again unchanged; what an independent parser refuses never passes.
pub(crate) fn json(data: &[u8]) {
    let peer = serde_json::from_slice::<Value>(data);
    let text = match check(data, Rules::default()) {
        Ok(text) => text,
        Err(fault) => {
            assert!(!fault.reason.is_empty(), "a refusal says why");
            assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'), "a pointer begins with a slash");
            return;
        }
    };
    let value = peer.expect("the strict scanner passed what serde_json refuses");
    let again: Value = serde_json::from_str(&text).expect("the compact text is JSON");
    assert_eq!(value, again, "compacting changed the document");
    assert_eq!(strict(text.as_bytes()).as_deref(), Some(text.as_str()), "a compact text stays as it is");
    assert!(text.len() <= data.len(), "compacting only takes away");
    assert!(!text.contains('\0') && !holds_nul(&value), "U+0000 came through");
    assert!(same_value(&text, &text), "a document equals itself");
    let original = std::str::from_utf8(data).expect("it passed, so it is UTF-8");
    assert!(same_value(original, &text), "white space makes no difference");
}

/// Whether any text in it holds U+0000, which one of the engines cannot keep.
pub(crate) fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// Equality is symmetric, and documents without numbers are equal exactly when an independent parser says so
/// (numbers are compared as decimals here, and rounded there).
pub(crate) fn same(data: &[u8]) {
    let (a, b) = halves(data);
    assert_eq!(same_value(&a, &b), same_value(&b, &a), "equality is symmetric");
    let (Some(a), Some(b)) = (strict(a.as_bytes()), strict(b.as_bytes())) else { return };
    assert!(same_value(&a, &a) && same_value(&b, &b), "a document equals itself");
    let (x, y): (Value, Value) =
        (serde_json::from_str(&a).expect("it is JSON"), serde_json::from_str(&b).expect("it is JSON"));
    if !holds_numbers(&x) && !holds_numbers(&y) {
        assert_eq!(same_value(&a, &b), x == y, "{a} and {b}");
    }
}

fn holds_numbers(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(holds_numbers),
        Value::Object(members) => members.values().any(holds_numbers),
        _ => false,
    }
}

/// What is accepted keeps the contract's limits; what is refused says where.
pub(crate) fn envelope(data: &[u8]) {
    let Some(text) = strict(data) else { return };
    match Incoming::parse(&text) {
        Ok(event) => {
            let long = |text: &str, max: usize| text.chars().count() > max;
            assert!(event.event_id.as_ref().is_none_or(|id| !id.is_empty() && !long(id, EVENT_ID_CHARS)));
            assert!(!event.session_id.trim().is_empty());
            assert!(event.actor.as_ref().is_none_or(|a| !a.id.trim().is_empty() && !long(&a.id, ACTOR_ID_CHARS)));
            assert!(event.payload.get().starts_with('{'), "a payload is an object");
            let value: Value = serde_json::from_str(&text).expect("it is JSON");
            assert!(value.get("sequence").is_none(), "a producer gave a sequence");
            if let Err(faults) = validate_payload(event.ty, event.payload.get()) {
                assert!(!faults.is_empty(), "a refusal names its faults");
            }
        }
        Err(Refusal::Invalid(faults)) => {
            assert!(!faults.is_empty(), "a refusal names its faults");
            assert!(faults.iter().all(|f| f.pointer.is_empty() || f.pointer.starts_with('/')));
        }
        Err(Refusal::UnknownType(_) | Refusal::SequenceNotAllowed) => {}
    }
}

/// Any document against any type: refused with faults, or right; never both, never a panic.
pub(crate) fn payload(data: &[u8]) {
    let Some((which, rest)) = data.split_first() else { return };
    let types = EventType::ALL;
    let ty = types[usize::from(*which) % types.len()];
    let Some(text) = strict(rest) else { return };
    let judged = validate_payload(ty, &text);
    if !text.starts_with('{') {
        assert!(judged.is_err(), "a payload that is no object was accepted");
    }
    if let Err(faults) = judged {
        assert!(!faults.is_empty() && faults.iter().all(|f| f.pointer.starts_with("/payload")), "{faults:?}");
    }
}
